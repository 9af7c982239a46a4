/** The mark: two sheets that overlap where both were signed. */
export function BrandMark({ size = 20 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <rect x="1" y="1" width="12.5" height="12.5" rx="2" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <rect x="6.5" y="6.5" width="12.5" height="12.5" rx="2" fill="none" stroke="currentColor" strokeWidth="1.6" />
      <rect x="6.5" y="6.5" width="7" height="7" rx="1" fill="currentColor" />
    </svg>
  )
}
