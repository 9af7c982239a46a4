/** The twelve state shapes, drawn once per document; `StatusGlyph` points into it. Marks are cut out in the colour of the surface. */
export function StatusSprite() {
  return (
    <svg width="0" height="0" className="hidden" aria-hidden="true">
      <symbol id="status-pass" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="7" fill="currentColor" />
        <path
          d="m4.8 8.2 2.2 2.2 4.2-4.6"
          stroke="var(--surface)"
          strokeWidth="1.8"
          fill="none"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </symbol>
      <symbol id="status-fail" viewBox="0 0 16 16">
        <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" fill="currentColor" />
        <path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" stroke="var(--surface)" strokeWidth="1.8" strokeLinecap="round" />
      </symbol>
      <symbol id="status-open-drift" viewBox="0 0 16 16">
        <path d="M8 1.6 14.4 8 8 14.4 1.6 8z" fill="none" stroke="currentColor" strokeWidth="1.7" strokeLinejoin="round" />
        <path d="M8 5v3.4" stroke="currentColor" strokeWidth="1.7" strokeLinecap="round" />
        <circle cx="8" cy="10.9" r=".95" fill="currentColor" />
      </symbol>
      <symbol id="status-drift" viewBox="0 0 16 16">
        <path d="M8 .8 15.2 8 8 15.2.8 8z" fill="currentColor" />
        <path d="M5.2 6.8h5.6M5.2 9.4h5.6M9.6 4.9 6.5 11.2" stroke="var(--surface)" strokeWidth="1.25" strokeLinecap="round" />
      </symbol>
      <symbol id="status-warn" viewBox="0 0 16 16">
        <path d="M8 1.2 15.4 14.4H.6z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />
        <path d="M8 6v4" stroke="var(--surface)" strokeWidth="1.8" strokeLinecap="round" />
        <circle cx="8" cy="12.3" r="1" fill="var(--surface)" />
      </symbol>
      <symbol id="status-stale" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.6 2.1" />
        <path d="M8 4.8V8l2.2 1.4" stroke="currentColor" strokeWidth="1.5" fill="none" strokeLinecap="round" strokeLinejoin="round" />
      </symbol>
      <symbol id="status-yours" viewBox="0 0 16 16">
        <rect x="1.5" y="1.5" width="13" height="13" rx="2" fill="currentColor" />
        <path d="m5 5 6 6m0-6-6 6" stroke="var(--surface)" strokeWidth="1.8" strokeLinecap="round" />
      </symbol>
      <symbol id="status-waiting" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" strokeWidth="1.5" />
      </symbol>
      <symbol id="status-running" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 1.7a6.3 6.3 0 0 1 0 12.6z" fill="currentColor" />
      </symbol>
      <symbol id="status-denied" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="m3.8 3.8 8.4 8.4" stroke="currentColor" strokeWidth="1.6" />
      </symbol>
      <symbol id="status-na" viewBox="0 0 16 16">
        <path d="M3.5 8h9" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
      </symbol>
      <symbol id="status-glass" viewBox="0 0 16 16">
        <path d="M8 .9 14.4 4.5v7L8 15.1 1.6 11.5v-7z" fill="currentColor" />
        <path d="M8.9 3.8 5.6 8.6h2.2l-.7 3.6 3.4-4.9H8.2z" fill="var(--surface)" />
      </symbol>
    </svg>
  )
}
