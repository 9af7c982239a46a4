'use client'

import { History } from 'lucide-react'
import { Link } from '@/components/ui/link'
import { formatDate, numberWord, plural } from '@/lib/format'
import type { RuleOffer } from '@/lib/queries/exception-new'
import { routes } from '@/lib/routes'

/** Exceptions from the same rule that were before: whoever files one again sees how often, how long, and what was said then (ux.md section 11). */
export function PreviousOnes({
  rule,
  onCopy,
}: {
  rule: Pick<RuleOffer, 'previous' | 'title' | 'profile'>
  onCopy: (copied: { reason: string; remediation: string }) => void
}) {
  const { previous } = rule
  if (previous.length === 0) return null
  return (
    <section className="exc-part" aria-labelledby="exc-before">
      <h2 className="h2" id="exc-before">
        {numberWord(previous.length)} before, from the same rule
      </h2>
      <ul className="exc-before">
        {previous.map((each) => (
          <li key={each.id}>
            <Link className="link" href={routes.exception(each.id)}>
              {each.id}
            </Link>
            , {formatDate(each.startsAt)} to {formatDate(each.endedAt ?? each.endsAt)}, {each.status}
            {each.extensions > 0 ? `, extended ${plural(each.extensions, 'time')}` : ''}; {each.owner}
            {each.reason === '' ? null : <p className="c2 mt-0.5">{each.reason}</p>}
            {each.remediation === '' && each.reason === '' ? null : (
              <span className="exc-notes mt-0.5">
                <button type="button" onClick={() => onCopy({ reason: each.reason, remediation: each.remediation })}>
                  <History size={14} aria-hidden="true" />
                  Copy both texts of {each.id}
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
