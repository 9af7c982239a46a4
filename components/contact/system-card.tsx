import { capital } from '@/components/fallback/fallback-words'
import { Words } from '@/components/policy/words'
import { Time } from '@/components/ui/time'
import { formatDuration } from '@/lib/domain/duration'
import { needsInWords } from '@/lib/domain/fallback-rule'
import { listOfTitles } from '@/lib/domain/rights'
import { listWords } from '@/lib/format'
import type { ContactsPage } from '@/lib/queries/contacts'

/**
 * The card of a system on one sheet, for the day that Countersign itself is down (ux.md section 10): whom to call, what may be allowed by whom, how to
 * go back, and lines to write on. Only on paper.
 */
export function SystemCard({
  name,
  policy,
  printedAt,
  rollback,
  page,
}: {
  name: string
  policy: { number: number; hash: string }
  printedAt: Date
  rollback: { text: string; preferred?: string }
  page: ContactsPage
}) {
  return (
    <section className="onpaper card-sheet" aria-label={`Card of ${name}`}>
      <h1>{name}: when Countersign is down</h1>
      <p>
        Printed <Time at={printedAt} />. Policy version {policy.number}, <code>{policy.hash.slice(0, 16)}</code>. Print it again when the
        policy or the people change.
      </p>
      <h2>Whom to call</h2>
      {page.lists.length === 0 ? <p>The policy names no contacts.</p> : null}
      {page.lists.map((list) => (
        <div key={list.id} className="cardgroup">
          <h3>{list.title}</h3>
          {list.people.length === 0 ? <p>Nobody holds the role.</p> : null}
          <ul>
            {list.people.map((person) => (
              <li key={person.id}>
                {person.name}
                {person.reach ? `, ${person.reach}` : ''}
                {person.confirmed ? (
                  <>
                    , confirmed <Time at={person.confirmed.at} />
                  </>
                ) : (
                  ', never confirmed'
                )}
                {person.reach ? '' : ', reach: ______________________'}
              </li>
            ))}
          </ul>
        </div>
      ))}
      <h2>What may be allowed, and by whom</h2>
      {page.rules.length === 0 ? <p>Nothing: the policy has no fallback rule.</p> : null}
      {page.rules.map((rule) => (
        <div key={rule.id} className="cardgroup">
          <h3>
            {rule.profile.id}: {rule.title}
          </h3>
          <p>
            <Words text={capital(rule.fallback.text)} /> Asked for by {listOfTitles(rule.fallback.askedBy)}; granted by{' '}
            {listWords(rule.fallback.slots.map(({ title }) => title)) || 'nobody'}; at most {formatDuration(rule.fallback.maxDuration)}.
          </p>
          <p>
            {needsInWords(rule)
              .map((line) => `${line.replace(/\.$/, '')}.`)
              .join(' ')}
          </p>
        </div>
      ))}
      <h2>How to go back</h2>
      <p>
        <Words text={rollback.text} />
        {rollback.preferred ? (
          <>
            {' '}
            <Words text={rollback.preferred} />
          </>
        ) : null}
      </p>
      {page.rollbacks.map((list) => (
        <div key={list.id} className="cardgroup">
          <h3>
            {list.title}
            {list.profiles ? `, ${list.profiles.join(', ')}` : ''}
          </h3>
          <ol>
            {list.steps.map((step) => (
              <li key={step.id}>
                <Words text={step.text} />
                {step.command ? (
                  <>
                    {' '}
                    <code>{step.command}</code>
                  </>
                ) : null}
              </li>
            ))}
          </ol>
        </div>
      ))}
      <p className="mt-3">
        Write down what was allowed, when it began and ended and who said so. Afterwards it goes into the note of the incident.
      </p>
      <div className="lines">
        <span>Who allowed it</span>
        <span>From, to (UTC)</span>
        <span>Incident or ticket</span>
      </div>
    </section>
  )
}
