import { Actor } from '@/components/ui/actor'
import { DenyLine } from '@/components/ui/banner'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Time } from '@/components/ui/time'
import { formatInstant, HOUR, listWords, plural } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { ExceptionDetail } from '@/lib/queries/exception'
import { routes } from '@/lib/routes'
import { CloseForm, ConditionForm, ExtendForm, WithdrawExtensionForm, WithdrawForm } from './act-forms'

/** The acts of an exception as the page hands them in. */
export type ExceptionActions = Record<'extend' | 'withdrawExtension' | 'withdraw' | 'addCondition' | 'close', FormAction>

/** What the viewer may do now; each denied act says why. */
export function ExceptionActs({ detail, actions, now }: { detail: ExceptionDetail; actions: ExceptionActions; now: Date }) {
  const { facts, state, whyNot, isReadOnly, closers, observations } = detail
  const exception = facts.id
  if (facts.endedAt !== null) return null
  if (isReadOnly)
    return facts.status === 'approved' ? (
      <div className="mt-5">
        <DenyLine>Read only. {listWords(closers.slice(0, 3), 'or')} can close this.</DenyLine>
      </div>
    ) : null
  if (facts.status === 'filed')
    return (
      <div className="mt-5 grid gap-3">
        <WithdrawForm action={actions.withdraw} exception={exception} whyNot={whyNot.withdraw} />
        <ConditionForm action={actions.addCondition} exception={exception} whyNot={whyNot.addCondition} />
      </div>
    )
  // A day after the end that holds, or after now where that has passed, on a full quarter of an hour.
  const base = Math.max(facts.endsAt.getTime(), now.getTime()) + 24 * HOUR
  return (
    <div className="mt-5 grid gap-3">
      <div id="close">
        <CloseForm
          action={actions.close}
          exception={exception}
          whyNot={whyNot.close}
          observations={observations.map(({ id, source, recordedAt }) => ({ id, words: `${formatInstant(recordedAt)}, ${source}` }))}
          isOpen={state === 'overdue' && whyNot.close === null}
        />
      </div>
      {facts.asked ? (
        <WithdrawExtensionForm action={actions.withdrawExtension} exception={exception} whyNot={whyNot.withdrawExtension} />
      ) : (
        <ExtendForm
          action={actions.extend}
          exception={exception}
          whyNot={whyNot.extend}
          suggested={new Date(Math.ceil(base / 900_000) * 900_000).toISOString()}
        />
      )}
      <ConditionForm action={actions.addCondition} exception={exception} whyNot={whyNot.addCondition} />
    </div>
  )
}

/** Whose it is, who filed it, and under which rules. */
export function ExceptionPeople({ detail }: { detail: ExceptionDetail }) {
  const { facts, finding } = detail
  return (
    <div className="part">
      <KeyValue
        width="narrow"
        items={[
          { label: 'Owner', value: <Actor name={facts.owner.name} kind={facts.owner.kind} /> },
          { label: 'Filed by', value: <Actor name={facts.filedBy.name} kind={facts.filedBy.kind} /> },
          { label: 'Filed', value: <Time at={facts.filedAt} /> },
          { label: 'Approved', value: facts.approvedAt ? <Time at={facts.approvedAt} /> : null },
          { label: 'Tier', value: facts.tier.title },
          { label: 'Extended', value: facts.extensions > 0 ? plural(facts.extensions, 'time') : null },
          {
            label: 'Finding',
            value: finding ? (
              <Link className="link" href={routes.finding(finding.id)}>
                {finding.id}
                {finding.closedAt ? ', closed' : ', open'}
              </Link>
            ) : null,
          },
          {
            label: 'Policy',
            value: (
              <Link className="link" href={routes.systemPolicy(facts.system, { version: facts.policy.number })}>
                version {facts.policy.number}
              </Link>
            ),
          },
        ]}
      />
    </div>
  )
}
