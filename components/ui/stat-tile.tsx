import type { ReactNode } from 'react'
import { Link } from '@/components/ui/link'

/** Four facts in a square, on a phone above everything else. */
export function StatTiles({ children }: { children: ReactNode }) {
  return <div className="tile4">{children}</div>
}

/** One fact: glyph or icon, the words, a smaller line. A link when there is more to it. */
export function StatTile({ glyph, title, detail, href }: { glyph?: ReactNode; title: ReactNode; detail?: ReactNode; href?: string }) {
  const body = (
    <>
      <b>
        {glyph}
        {title}
      </b>
      {detail ? <small>{detail}</small> : null}
    </>
  )
  return href ? <Link href={href}>{body}</Link> : <div>{body}</div>
}

/** The bar that stays at the bottom of a phone (two rows at most) and is ordinary content on wider screens. */
export function StickyBar({ children, label = 'Actions', alarm }: { children: ReactNode; label?: string; alarm?: boolean }) {
  return (
    <section aria-label={label} className={alarm ? 'pbar alarm' : 'pbar'}>
      {children}
    </section>
  )
}
