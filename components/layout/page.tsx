import clsx from 'clsx'
import type { ReactNode } from 'react'
import { Breadcrumbs, type Crumb } from '@/components/ui/breadcrumbs'
import { Clock, FindButton, type PhoneHead, PhoneTop } from './top-parts'

export type PageLayout = 'page' | 'wide' | 'read' | 'dossier' | 'split' | 'notes' | 'home'

const MAIN: Record<PageLayout, string> = {
  page: 'page',
  home: 'page',
  wide: 'page wide',
  read: 'page read',
  dossier: 'dossier',
  split: 'split',
  notes: 'rnpage',
}

/**
 * A page inside `AppShell`: top bar with breadcrumb, search and clock, the phone's head, and `<main>`.
 * `page` up to 1224 px, `wide` full, `read` for forms and settings, `home` two columns (children: section and aside), `dossier`
 * (children: `Paper` and `Panel`), `split` (list and 344 px panel), `notes` (contents, notes, aside).
 * On a phone a page with two crumbs or more gets a back link to the one before, unless `phone` says otherwise.
 */
export function Page({
  crumbs,
  layout = 'page',
  phone,
  system,
  className,
  children,
}: {
  crumbs: readonly Crumb[]
  layout?: PageLayout
  phone?: PhoneHead
  /** The one system the page is about, where its address does not say so: news of others do not concern it (`Live`). */
  system?: string
  className?: string
  children: ReactNode
}) {
  const before = crumbs.slice(0, -1).findLast((crumb) => crumb.href)
  const head = phone ?? (before ? { back: before.href, title: crumbs.at(-1)?.label } : {})
  return (
    <>
      <header className="top">
        <Breadcrumbs items={crumbs} />
        <FindButton />
        <Clock />
      </header>
      <PhoneTop {...head} />
      <main id="main" tabIndex={-1} data-system={system} className={clsx(MAIN[layout], className)}>
        {layout === 'home' ? <div className="home">{children}</div> : children}
      </main>
    </>
  )
}

/** The left side of a dossier: what is read. `labelledBy` is the id of its `h1`. */
export function Paper({ children, labelledBy = 'h' }: { children: ReactNode; labelledBy?: string }) {
  return (
    <article className="paper" aria-labelledby={labelledBy}>
      {children}
    </article>
  )
}

/** The right side of a dossier: what is done. */
export function Panel({ children, label }: { children: ReactNode; label: string }) {
  return (
    <aside className="panel" aria-label={label}>
      {children}
    </aside>
  )
}
