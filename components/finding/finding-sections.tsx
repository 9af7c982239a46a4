import { sourceWords } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { Actor } from '@/components/ui/actor'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Status, type StatusKind } from '@/components/ui/status'
import { Age, Time } from '@/components/ui/time'
import type { ExceptionState } from '@/lib/domain/exception'
import { formatDay } from '@/lib/format'
import type { FindingDetail, FindingException } from '@/lib/queries/finding'
import { routes } from '@/lib/routes'

/** What the policy says beside what was seen, and where that comes from. */
export function WhatDeviates({ detail }: { detail: FindingDetail }) {
  const { expected, observed, ref, rule, document, policy } = detail
  return (
    <Section title={document ? 'What disagrees' : 'Expected and observed'}>
      <div className="pt-3">
        <KeyValue
          width="wider"
          items={[
            { label: document ? document.title : 'The policy says', value: <Words text={expected === '' ? 'nothing of it' : expected} /> },
            {
              label: 'Observed',
              value: (
                <b className="b">
                  <Words text={observed} />
                </b>
              ),
            },
            { label: 'Rule', value: <code>{rule}</code> },
            { label: 'It stands in', value: ref ? sourceWords(ref.provenance, policy.sources) : null },
          ]}
        />
      </div>
    </Section>
  )
}

const SOURCE: Record<string, string> = {
  runtime: 'a runtime, about itself',
  agent: 'an agent beside the runtime',
  pipeline: 'a pipeline',
  person: 'a person',
}

/** Who said so and when, and from when to when it was so. */
export function WhereFrom({ detail }: { detail: FindingDetail }) {
  const { report, raisedBy, instance, openedAt, closed } = detail
  const late = report?.claimedAt && Math.abs(report.claimedAt.getTime() - report.recordedAt.getTime()) > 60_000
  return (
    <Section title="Where it came from">
      <div className="pt-3">
        <KeyValue
          width="wider"
          items={[
            {
              label: raisedBy ? 'Raised by' : 'Reported by',
              value:
                (raisedBy ?? report?.by) ? (
                  <Actor name={(raisedBy ?? report?.by)?.name ?? ''} kind={(raisedBy ?? report?.by)?.kind ?? 'person'} />
                ) : (
                  <span className="c3">the facts that were there</span>
                ),
            },
            { label: 'As', value: report ? (SOURCE[report.source] ?? report.source) : null },
            { label: 'On', value: instance ? <code>{instance}</code> : null },
            { label: 'It calls itself', value: report?.environment ? <code>{report.environment}</code> : null },
            { label: 'Received', value: report ? <Time at={report.recordedAt} local /> : null },
            { label: 'It said', value: late && report?.claimedAt ? <Time at={report.claimedAt} local /> : null },
            {
              label: 'Open',
              value: closed ? (
                <>
                  from <Time at={openedAt} /> until <Time at={closed.at} />
                </>
              ) : (
                <>
                  since <Time at={openedAt} local />, for <Age since={openedAt} />
                </>
              ),
            },
          ]}
        />
      </div>
    </Section>
  )
}

const SHAPE: Record<ExceptionState, StatusKind> = {
  filed: 'waiting',
  running: 'drift',
  overdue: 'fail',
  closed: 'pass',
  rejected: 'denied',
  withdrawn: 'na',
}

/** The exceptions of its rule: the one that covers it, what waits, what was. */
export function ItsExceptions({ detail, now }: { detail: FindingDetail; now: Date }) {
  const { exceptions } = detail
  if (exceptions.length === 0) return null
  return (
    <Section title="Exceptions" aside={exceptions.length}>
      <ul className="bigrows">
        {exceptions.map((exception) => (
          <li key={exception.id}>
            <Link href={routes.exception(exception.id)}>
              <span>
                <b className="b">{exception.id}</b>
                <span className="under">
                  Owner {exception.owner.name}, from <Time at={exception.startsAt} />
                </span>
              </span>
              <Status status={exception.state === 'running' && !exception.isCovering ? 'waiting' : SHAPE[exception.state]}>
                {exceptionWords(exception, now)}
              </Status>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function exceptionWords({ state, endsAt, isCovering }: FindingException, now: Date): string {
  switch (state) {
    case 'running':
      return isCovering ? `Covers it until ${formatDay(endsAt, now)}` : `Runs until ${formatDay(endsAt, now)}, covers nothing`
    case 'overdue':
      return `Ended ${formatDay(endsAt, now)}, not closed`
    case 'filed':
      return 'Waits for approval'
    case 'closed':
      return 'Closed'
    case 'rejected':
      return 'Declined'
    case 'withdrawn':
      return 'Withdrawn'
    default:
      return state satisfies never
  }
}

/** The ways out of an open finding: mend it, except it for a while, or change what the policy says. */
export function WhatAnswers({ detail, now }: { detail: FindingDetail; now: Date }) {
  const { covering, kind, profile, system, title, expected, ref, policy, closed, document } = detail
  if (closed) return null
  const place = ref?.provenance.source?.place
  return (
    <Section title="What answers it">
      <ul className="c2 grid list-none gap-2 pt-3">
        {kind === 'conflict' ? (
          <li>
            <b className="b c1">Resolve it.</b> Somebody else decides which text holds, and the other document is brought in line.{' '}
            {document?.onConflict ? <Words text={document.onConflict} /> : null}
          </li>
        ) : (
          <>
            <li>
              <b className="b c1">Mend it.</b>{' '}
              {detail.raisedBy
                ? `Bring it in line with the document; then somebody else resolves it.`
                : `It closes by itself with the next report in which ${title} is as the policy says${profile ? ` on ${profile}` : ''}.`}
            </li>
            {covering ? (
              <li>
                <b className="b c1">Let {covering.id} run.</b> It holds nothing until {formatDay(covering.endsAt, now)}; more time is an
                extension of it, and a new approval.
              </li>
            ) : profile === null ? null : (
              <li>
                <b className="b c1">Make an exception.</b> With an owner, an end and the way back; it is printed in the release notes while
                it lasts, and holds nothing until it ends.
              </li>
            )}
          </>
        )}
        <li>
          <b className="b c1">Change the policy.</b> What is observed never becomes the rule by itself
          {policy.normative ? ': the document is normative' : ''}. A new version would have to say something else than{' '}
          <q>
            <Words text={expected === '' ? 'nothing' : expected} />
          </q>
          {place ? `, which stands in ${sourceWords(ref?.provenance ?? {}, policy.sources)}` : ''}. When it is applied, the facts are judged
          again and the finding closes.{' '}
          <Link className="link" href={routes.systemPolicy(system.slug, { raw: true })}>
            Policy version {policy.number}
          </Link>
        </li>
      </ul>
    </Section>
  )
}
