const SIZES = {
  tiny: { width: 60, height: 14, stroke: 1.4 },
  small: { width: 96, height: 16, stroke: 1.4 },
  medium: { width: 132, height: 24, stroke: 1.5 },
  bar: { width: 212, height: 28, stroke: 1.6 },
  wide: { width: 326, height: 30, stroke: 1.7 },
  full: { width: 540, height: 34, stroke: 1.7 },
} as const

export type SealSize = keyof typeof SIZES

/**
 * The path of a seal: the first 32 hex digits are ticks up, the last 32 ticks down, at the same 32 places along a rule.
 * Lengths are digit/15 of half the height. Anything but 64 hex digits draws the bare rule.
 */
export function sealPath(hash: string, width: number, height: number): string {
  const middle = height / 2
  const reach = middle - 0.5
  const rule = `M0 ${middle}H${width}`
  const digits = hash.replace(/^sha256:/, '').toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(digits)) return rule
  const length = (index: number) => (Number.parseInt(digits.charAt(index), 16) / 15) * reach
  const ticks = Array.from({ length: 32 }, (_, i) => {
    const x = (((i + 0.5) * width) / 32).toFixed(1)
    return `M${x} ${(middle - length(i)).toFixed(1)}V${(middle + length(32 + i)).toFixed(1)}`
  })
  return rule + ticks.join('')
}

/** A SHA-256 digest as a picture. Same hash, same line, everywhere; decorative, the grouped digits beside it are the text. */
export function SealLine({ hash, size = 'small' }: { hash: string; size?: SealSize }) {
  const { width, height, stroke } = SIZES[size]
  return (
    <svg className="seal" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <path d={sealPath(hash, width, height)} stroke="currentColor" strokeWidth={stroke} fill="none" />
    </svg>
  )
}
