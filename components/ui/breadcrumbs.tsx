import { ChevronRight } from 'lucide-react'
import { Link } from '@/components/ui/link'

export type Crumb = { label: string; href?: string }

/** Where this page is; the last one is the page itself. */
export function Breadcrumbs({ items }: { items: readonly Crumb[] }) {
  return (
    <nav className="crumbs" aria-label="Breadcrumb">
      <ol>
        {items.map((item, index) => {
          const last = index === items.length - 1
          return (
            <li key={`${item.href ?? ''} ${item.label}`}>
              {index > 0 ? <ChevronRight size={14} aria-hidden="true" /> : null}
              {last ? (
                <b aria-current="page">{item.label}</b>
              ) : item.href ? (
                <Link href={item.href}>{item.label}</Link>
              ) : (
                <span>{item.label}</span>
              )}
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
