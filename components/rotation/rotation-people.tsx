import { Words } from '@/components/policy/words'
import { Actor, Avatar } from '@/components/ui/actor'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Time } from '@/components/ui/time'
import { CAUSE_TITLE } from '@/lib/domain/rotation'
import { listWords } from '@/lib/format'
import type { OwnerLine, RotationDetail } from '@/lib/queries/rotation'
import { routes } from '@/lib/routes'

type Part = { detail: RotationDetail }

/** Who runs it, who confirms it, who looks at it now, and what may not be done instead. */
export function People({ detail, viewer }: Part & { viewer: { name: string; acts: boolean } }) {
  const { facts, owners, audits } = detail
  const runner = facts.performer
  return (
    <div className="mt-5">
      <KeyValue
        width="narrow"
        items={[
          {
            label: 'Runs it',
            value: runner ? (
              <Actor name={runner.name} kind={runner.kind} />
            ) : (
              <span className="c2">
                {listWords(
                  owners.map(({ title }) => title),
                  'or',
                )}
              </span>
            ),
          },
          ...owners
            .filter(({ confirms, confirmed }) => confirms || confirmed)
            .filter(({ runs }) => !runs)
            .map((owner, index) => ({
              key: owner.id,
              label: index === 0 ? 'Confirms it' : '',
              value: <Confirmer owner={owner} started={runner !== null} />,
            })),
          {
            label: 'Watching',
            value: viewer.acts ? null : (
              <span className="actor">
                <Avatar name={viewer.name} />
                <span>{viewer.name}, you</span>
              </span>
            ),
          },
          {
            label: 'Fallback',
            value: facts.ownership.fallback ? <Words text={facts.ownership.fallback.text} /> : 'None: the policy names no fallback here.',
          },
          {
            label: 'Why',
            value: (
              <>
                {CAUSE_TITLE[facts.cause]}
                {facts.reason ? <span className="c3 block">{facts.reason.text ?? 'The text was erased.'}</span> : null}
              </>
            ),
          },
          {
            label: 'Incident',
            value: facts.incident ? (
              <Link className="link" href={routes.incident(facts.incident.id)}>
                {facts.incident.id}, {facts.incident.title}
              </Link>
            ) : null,
          },
          {
            label: 'Audited',
            value:
              audits.length > 0
                ? audits.map((audit) => (
                    <span key={audit.id} className="block">
                      {FINDING[audit.finding] ?? audit.finding}, {audit.by}, <Time at={audit.at} show="date" />
                      <span className="c3 block">{audit.note}</span>
                    </span>
                  ))
                : null,
          },
        ]}
      />
    </div>
  )
}

function Confirmer({ owner, started }: { owner: OwnerLine; started: boolean }) {
  if (owner.confirmed)
    return (
      <>
        <Actor name={owner.confirmed.by.name} kind={owner.confirmed.by.kind} />
        <span className="c3 t-xs block">
          confirmed <Time at={owner.confirmed.at} show="today" />
          {owner.confirmed.note ? `: ${owner.confirmed.note}` : ''}
        </span>
      </>
    )
  return (
    <span className={started ? undefined : 'c2'}>
      {owner.title}
      <span className="c3 t-xs block">{started ? 'at verification' : 'if somebody else runs it'}</span>
    </span>
  )
}

const FINDING: Record<string, string> = { met: 'Met', concern: 'A concern', violated: 'Violated' }
