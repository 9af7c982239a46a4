'use client'

import clsx from 'clsx'
import { usePathname } from 'next/navigation'
import { useEffect, useState } from 'react'
import { Link } from '@/components/ui/link'
import { StatusGlyph } from '@/components/ui/status'
import { Countdown } from '@/components/ui/time'

/** What every page of a system says until it ends: open glass (until it closes by itself), or a rotation that is half done. */
export type GlassItem = {
  kind: 'glass' | 'rotation'
  /** The slug of its system. */
  system: string
  id: string
  /** One sentence: "Glass open on RoboDJ prod: the fallback key file may be read." */
  text: string
  /** ISO 8601; null where nothing ends by itself. */
  until: string | null
  href: string
}

/**
 * The strip over every page of a system: hatched for open glass, loud in another way for a half-done rotation (ux.md sections 9 and 10). A page is of a
 * system when its address says so, or its `<main data-system>`; pages about no system in particular stay calm. With `everywhere` all are shown.
 */
export function GlassBanner({ items, everywhere = false }: { items: readonly GlassItem[]; everywhere?: boolean }) {
  const path = usePathname()
  const [marked, setMarked] = useState<string | null>(null)

  // Effect on the page beside this one: only its own `<main>` knows which system a promotion or a deployment belongs to.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another page.
  useEffect(() => {
    setMarked(document.getElementById('main')?.dataset.system ?? null)
  }, [path, items])

  const shown = items.filter(({ system, href }) => everywhere || ((marked === system || isOf(path, system)) && path !== href))
  if (shown.length === 0) return null
  return shown.map((item) => (
    <section
      key={item.id}
      className={clsx('glassbar', item.kind === 'glass' ? 'glass' : 'fail')}
      aria-label={item.kind === 'glass' ? 'Glass open' : 'Rotation half done'}
    >
      <StatusGlyph status={item.kind === 'glass' ? 'glass' : 'fail'} size={16} />
      <span>{item.text}</span>
      {item.until ? (
        <span className="left">
          Closes by itself in <Countdown until={item.until} over="a moment" />
        </span>
      ) : null}
      <Link className="link" href={item.href}>
        {item.kind === 'glass' ? `Close or clean up ${item.id}` : `Go to ${item.id}`}
      </Link>
    </section>
  ))
}

/** Whether an address lies under a system: `/systems/<slug>`, `/notes/<slug>`. */
function isOf(path: string, system: string): boolean {
  const parts = path.split('/')
  return (parts[1] === 'systems' || parts[1] === 'notes') && parts[2] === encodeURIComponent(system)
}
