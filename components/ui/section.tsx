import clsx from 'clsx'
import { type ReactNode, useId } from 'react'

/** A numbered part of a dossier or record: number, title, the short answer on the right, then the proof. */
export function Section({
  no,
  title,
  aside,
  id,
  children,
  className,
}: {
  no?: number | string
  title: ReactNode
  aside?: ReactNode
  /** An anchor for links to this part. */
  id?: string
  children: ReactNode
  className?: string
}) {
  const own = useId()
  return (
    <section className={clsx('sec', className)} aria-labelledby={own} id={id}>
      <header>
        {no === undefined ? null : <span className="no">{no}</span>}
        <h2 id={own}>{title}</h2>
        {aside ? <span className="r">{aside}</span> : null}
      </header>
      {children}
    </section>
  )
}

/** The head of a page: title, the answer under it, actions on the right. The only `h1`. */
export function PageHead({
  title,
  lead,
  above,
  actions,
  id = 'h',
}: {
  title: ReactNode
  lead?: ReactNode
  /** Chips and ids over the title. */
  above?: ReactNode
  actions?: ReactNode
  id?: string
}) {
  return (
    <div className="pagehead">
      <div>
        {above ? <div className="row wrap mb-2 gap-2.5">{above}</div> : null}
        <h1 className="h1" id={id}>
          {title}
        </h1>
        {lead ? <p className="lead">{lead}</p> : null}
      </div>
      {actions ? <div className="btns">{actions}</div> : null}
    </div>
  )
}

/** A small heading with something on its right, above a list or plot. `ruled` draws the strong line under it. */
export function SubHead({
  title,
  aside,
  ruled,
  level = 2,
  className,
}: {
  title: ReactNode
  aside?: ReactNode
  ruled?: boolean
  level?: 2 | 3
  className?: string
}) {
  const Heading = level === 2 ? 'h2' : 'h3'
  return (
    <div className={clsx('row between', ruled && 'ruled', className)}>
      <Heading className={level === 2 ? 'h2' : 'h3'}>{title}</Heading>
      {aside ? <span className="t-xs c3">{aside}</span> : null}
    </div>
  )
}
