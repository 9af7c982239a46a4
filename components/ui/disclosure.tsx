import clsx from 'clsx'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

/**
 * Something folded away: the second step of a two-step action (`button`: decline, withdraw), or detail that proves the first line.
 * Works without JavaScript.
 */
export function Disclosure({
  summary,
  children,
  button,
  danger,
  open,
  icon,
}: {
  summary: ReactNode
  children: ReactNode
  button?: boolean
  danger?: boolean
  open?: boolean
  icon?: ReactNode
}) {
  return (
    <details className="details" open={open}>
      <summary className={clsx(button ? 'btn' : 'link', button && danger && 'danger')}>
        {icon ?? (button ? null : <ChevronRight size={14} />)}
        {summary}
      </summary>
      <div className="body">{children}</div>
    </details>
  )
}
