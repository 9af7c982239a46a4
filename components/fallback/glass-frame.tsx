import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Clock, FindButton } from '@/components/layout/top-parts'
import { Breadcrumbs, type Crumb } from '@/components/ui/breadcrumbs'
import { Link } from '@/components/ui/link'
import { GlassClock } from './glass-clock'

/**
 * The frame of break-glass: one column, the head hatched, both clocks in it, on a phone nothing else around (ux.md section 10).
 * `back` is where somebody goes who changes their mind. `system` is the one it is about, so that only news of that one interrupt.
 */
export function GlassPage({
  crumbs,
  title = 'Break glass',
  back,
  system,
  children,
}: {
  crumbs: readonly Crumb[]
  title?: string
  back: string
  system?: string
  children: ReactNode
}) {
  return (
    <>
      <header className="top">
        <Breadcrumbs items={crumbs} />
        <FindButton />
        <Clock />
      </header>
      <header className="ptop hatched">
        <Link className="back" href={back} aria-label="Cancel">
          <X size={22} strokeWidth={1.75} aria-hidden="true" />
        </Link>
        <span className="title trunc">{title}</span>
        <span className="end num">
          <GlassClock />
        </span>
      </header>
      <main id="main" tabIndex={-1} data-system={system} className="glasspage">
        <div className="glasshead hatched">
          <span>{title}</span>
          <GlassClock />
        </div>
        {children}
      </main>
    </>
  )
}
