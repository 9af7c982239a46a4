import { EmptyState } from '@/components/ui/banner'
import { DeltaTable } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { formatDate, formatInstant, plural } from '@/lib/format'
import type { PromotionDossier } from '@/lib/queries/promotion-dossier'
import { routes } from '@/lib/routes'
import { debtHref } from './dossier-words'

/** What the target profile carries besides the release: keys past their age, and what it still owes. It holds or it is only said, and voids nothing. */
export function StandingSection({ d }: { d: PromotionDossier }) {
  const { keys, debts } = d
  const aside = [
    keys.overdue.length > 0 ? `${plural(keys.overdue.length, 'key')} overdue` : null,
    debts.length > 0 ? `${plural(debts.length, 'debt')} unpaid` : null,
  ].filter((part) => part !== null)
  return (
    <Section
      title={`Keys and debts of ${d.to.id}`}
      id="standing"
      aside={aside.length > 0 ? aside.join(', ') : 'nothing overdue, nothing owed'}
    >
      {keys.overdue.length === 0 && debts.length === 0 ? (
        <div className="pt-2.5">
          <EmptyState>No key is overdue, and no fallback use, rollback or emergency has left a debt.</EmptyState>
        </div>
      ) : (
        <DeltaTable
          caption={`Keys past their age and unpaid debts of ${d.to.id}`}
          rows={[
            ...keys.overdue.map((key) => ({
              key: `key ${key.ownership.id}`,
              label: (
                <Status status="fail" plain>
                  Key
                </Status>
              ),
              value: (
                <>
                  <Link className="link" href={routes.systemEnv(d.system.id)}>
                    {key.title}
                  </Link>
                  <span className="c2 block">
                    {key.sentence}
                    {key.bornAt ? ` In use since ${formatInstant(key.bornAt)}.` : ''}
                    {key.rotation ? ` ${key.rotation.id} is ${key.rotation.status.replaceAll('_', ' ')}.` : ''}
                  </span>
                </>
              ),
              aside: key.blocks ? <span className="fail">holds this promotion</span> : <span className="c3">shown, does not hold</span>,
            })),
            ...debts.map((debt) => ({
              key: `${debt.kind} ${debt.subject.id} ${debt.what}`,
              label: (
                <Status status={debt.overdue ? 'fail' : 'warn'} plain>
                  Debt
                </Status>
              ),
              value: (
                <>
                  <Link className="link" href={debtHref(debt)}>
                    {debt.subject.id}
                  </Link>
                  , {debt.what}
                  <span className="c2 block">{debt.sentence}</span>
                  <span className="c3 block">Can pay it: {debt.who}</span>
                </>
              ),
              aside: debt.dueAt ? (
                <span className={debt.overdue ? 'fail nowrap' : 'c3 nowrap'}>due {formatDate(debt.dueAt)}</span>
              ) : undefined,
            })),
          ]}
        />
      )}
      {keys.unknown > 0 ? (
        <p className="c2 t-xs pt-2.5">
          Of {keys.unknown} of {plural(keys.total, 'rotation rule')} there no key is recorded, so their age is unknown.
        </p>
      ) : null}
    </Section>
  )
}
