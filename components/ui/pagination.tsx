import { Link } from '@/components/ui/link'

/** The way through a keyset-paginated list: forward by an opaque cursor, back to the first page. `summary`: "11 of 61 entries today". */
export function Pagination({
  next,
  first,
  summary,
  label = 'Pages',
}: {
  next?: string | null
  first?: string | null
  summary?: string
  label?: string
}) {
  if (!next && !first && !summary) return null
  return (
    <nav className="pager" aria-label={label}>
      {summary ? <span>{summary}</span> : null}
      {first ? (
        <Link className="btn sm" href={first}>
          Back to the newest
        </Link>
      ) : null}
      {next ? (
        <Link className="btn sm" href={next} rel="next">
          Older
        </Link>
      ) : null}
    </nav>
  )
}
