import { Link } from '@/components/ui/link'

/**
 * The way through a keyset-paginated list: forward by an opaque cursor, back to the first page. `summary`: "11 of 61 entries today".
 * `order`: which way the list runs; most begin with the newest.
 */
export function Pagination({
  next,
  first,
  summary,
  label = 'Pages',
  order = 'newest first',
}: {
  next?: string | null
  first?: string | null
  summary?: string
  label?: string
  order?: 'newest first' | 'oldest first'
}) {
  if (!next && !first && !summary) return null
  return (
    <nav className="pager" aria-label={label}>
      {summary ? <span>{summary}</span> : null}
      {first ? (
        <Link className="btn sm" href={first}>
          {order === 'oldest first' ? 'Back to the first' : 'Back to the newest'}
        </Link>
      ) : null}
      {next ? (
        <Link className="btn sm" href={next} rel="next">
          {order === 'oldest first' ? 'Later' : 'Older'}
        </Link>
      ) : null}
    </nav>
  )
}
