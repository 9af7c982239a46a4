import { Words } from '@/components/policy/words'
import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Chip, Status, type StatusKind } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import type { ContactPerson } from '@/lib/domain/contact'
import { formatDuration } from '@/lib/domain/duration'
import type { GateVerdict } from '@/lib/domain/gate'
import { listOfTitles } from '@/lib/domain/rights'
import type { FormAction } from '@/lib/http/form-state'
import type { ContactGateView, ContactListView } from '@/lib/queries/contacts'
import { routes } from '@/lib/routes'
import { ConfirmForm } from './confirm-form'

/** Each contact list of a policy: who is on it, when each was last confirmed and by whom, and the form that confirms (000.33). */
export function ContactLists({
  system,
  lists,
  confirm,
}: {
  system: { slug: string; name: string }
  lists: readonly ContactListView[]
  confirm: FormAction
}) {
  if (lists.length === 0) return <EmptyState big>The policy of {system.name} names no contacts.</EmptyState>
  return lists.map((list) => (
    <Section
      key={list.id}
      title={list.title}
      aside={<Chip status={list.isFresh ? 'pass' : 'stale'}>{list.isFresh ? 'Confirmed' : 'Not confirmed'}</Chip>}
    >
      <p className="c2 py-3">
        {listOfTitles(list.roles)}
        {list.profiles ? ` of ${list.profiles.join(', ')}` : ''}.{' '}
        {list.confirmEvery ? `A confirmation is good for ${formatDuration(list.confirmEvery)}` : 'A confirmation does not age'}
        {list.assumed ? ' (assumed)' : ''}.
        {list.reach ? (
          <>
            {' '}
            Reached by <Words text={list.reach} />.
          </>
        ) : null}
      </p>
      {list.people.length === 0 ? (
        <Status status="fail" long>
          {list.sentence}
        </Status>
      ) : (
        <ul className="people">
          {list.people.map((person) => (
            <li key={person.id}>
              <Status status={stateOf(person)} plain long>
                <b className="b c1">{person.name}</b>
              </Status>
              <span className="c2">
                <Freshness person={person} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {list.people.length > 0 ? (
        <div className="offpaper mt-3">
          <ConfirmForm
            action={confirm}
            system={system.slug}
            list={list.id}
            title={list.title}
            people={list.confirmable}
            whyNot={list.whyNotConfirm}
          />
        </div>
      ) : null}
    </Section>
  ))
}

const stateOf = ({ isFresh, confirmed }: ContactPerson): StatusKind => (isFresh ? 'pass' : confirmed ? 'stale' : 'waiting')

function Freshness({ person: { confirmed, freshUntil, isFresh, reach } }: { person: ContactPerson }) {
  if (!confirmed) return 'never confirmed'
  return (
    <>
      confirmed <Time at={confirmed.at} show="today" relative /> by {confirmed.by.name}
      {freshUntil ? (
        <>
          , {isFresh ? 'good until' : 'was good until'} <Time at={freshUntil} show="today" local />
        </>
      ) : null}
      {reach ? (
        <>
          . <Visible text={reach} />
        </>
      ) : null}
    </>
  )
}

const VERDICT: Record<GateVerdict, StatusKind> = {
  pass: 'pass',
  pass_with_exception: 'drift',
  fail: 'fail',
  stale: 'stale',
  missing: 'waiting',
  skipped: 'warn',
}

/** The gates that ask for the confirmation, where the lists behind them stand, and what that means for what is on its way. */
export function ContactGates({ gates }: { gates: readonly ContactGateView[] }) {
  if (gates.length === 0) return null
  return (
    <Section title="The gate that asks for it">
      <ul className="grid gap-4 pt-3">
        {gates.map((asking) => (
          <li key={`${asking.edge} ${asking.gate.id}`}>
            <Status status={asking.isMet ? 'pass' : 'stale'} long>
              {asking.gate.title}, towards {asking.to}
            </Status>
            <p className="c2 mt-1">
              <Words text={asking.gate.asks} /> {asking.isMet ? 'Every list has somebody who is confirmed.' : asking.missing.join(' ')} The
              evidence itself is brought on the dossier.
            </p>
            <ul className="mt-2 grid gap-1.5">
              {asking.judged.map(({ promotion, version, verdict, sentence }) => (
                <li key={promotion}>
                  <Status status={VERDICT[verdict]} plain long>
                    <span className="c1">
                      <Link className="link" href={routes.promotion(promotion)}>
                        {promotion}
                      </Link>
                      , {version}: {sentence}
                    </span>
                  </Status>
                </li>
              ))}
              {asking.judged.length === 0 ? <li className="c3">Nothing is on its way to {asking.to}.</li> : null}
            </ul>
          </li>
        ))}
      </ul>
    </Section>
  )
}
