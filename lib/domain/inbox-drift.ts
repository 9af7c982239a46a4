import { type Candidate, openSlots } from './approval'
import { type Actor, holdsAny } from './context'
import { type ExceptionStanding, exceptionState } from './exception'
import { type ExceptionFacts, exceptionSlots, waitingFor } from './exception-approval'
import { whyNotApproveException } from './exception-guards'
import type { DriftStanding } from './finding'
import type { InboxItem } from './inbox-item'
import type { Role } from './roles'
import { instantInWords } from './words'

type Person = Actor & Candidate

/** Something that a person has to attest again, or for the first time. */
export type AttestationDue = {
  system: { id: string; name: string }
  profile: string | null
  topic: string
  title: string
  by: readonly Role[]
  /** Who answers for it; null while nobody attested it yet. */
  ownerId: string | null
  dueAt: Date | null
}

/** What of deviations is on somebody's table. Exceptions have not ended; `waiting` are those of them that wait for signatures. */
export type DriftTable = {
  findings: readonly DriftStanding[]
  exceptions: readonly ExceptionStanding[]
  waiting: readonly ExceptionFacts[]
  attestations: readonly AttestationDue[]
  /** The name of a system by its slug. */
  nameOf: (system: string) => string
}

/** An exception is in its owner's inbox from a day before its end (ux.md section 11 reminds at the end of it). */
const ENDS_SOON_MS = 86_400_000
/** Who looks at open drift that holds promotions. */
const LOOKS: readonly Role[] = ['engineer', 'dev_lead']
/** Who resolves a conflict between documents (002.3). */
const RESOLVES: readonly Role[] = ['release_manager', 'dev_lead']

const NOTHING = { from: null, promotion: null, deployment: null, target: null, since: null, due: null } as const

/** What of exceptions, findings and attestations needs one person at an instant (ux.md, Inbox); the order is the inbox's. */
export function driftItems(actor: Actor, facts: DriftTable, now: Date): InboxItem[] {
  const who = actor as Person
  if (who.kind !== 'person') return []
  return [
    ...facts.waiting.flatMap((exception) => toApprove(who, exception, now)),
    ...facts.exceptions.flatMap((exception) => toEnd(who, exception, facts, now)),
    ...facts.findings.flatMap((finding) => toLookAt(who, finding, facts, now)),
    ...facts.attestations.flatMap((attestation) => toAttest(who, attestation, now)),
  ]
}

function toApprove(who: Person, facts: ExceptionFacts, now: Date): InboxItem[] {
  const waiting = waitingFor(facts)
  if (!waiting) return []
  const slot = openSlots(exceptionSlots(waiting.tier), facts.signOffs).find(
    ({ key }) => whyNotApproveException(facts, key, who, facts.sealed?.hash ?? '', now) === null,
  )
  if (!slot) return []
  const more = facts.asked ? 'longer ' : ''
  return [
    {
      ...NOTHING,
      key: `except ${facts.id}`,
      kind: 'except',
      title: `Approve ${facts.asked ? 'more time for an exception' : 'an exception'} on ${facts.systemName}`,
      why: `${facts.title} deviates ${more}until ${instantInWords(waiting.until)}, ${facts.owner.name} owns it. You approve as ${slot.title}.`,
      since: facts.sealed?.sealedAt ?? facts.filedAt,
      due: facts.asked ? facts.endsAt : null,
      risk: facts.productionLike ? 3 : 2,
      system: { id: facts.system, name: facts.systemName },
      to: facts.profile,
      target: slot.key,
      about: { kind: 'exception', id: facts.id },
    },
  ]
}

function toEnd(who: Person, exception: ExceptionStanding, { nameOf }: DriftTable, now: Date): InboxItem[] {
  const state = exceptionState(exception, now)
  const owns = exception.owner.countsAsId === who.countsAsId
  const manages = holdsAny(who, ['release_manager'], exception.system, now)
  const late = state === 'overdue'
  // Its owner is reminded; once it is overdue the Release Manager can close it too.
  if (!late && (state !== 'running' || !owns || exception.endsAt.getTime() - now.getTime() > ENDS_SOON_MS)) return []
  if (late && !owns && !manages) return []
  const name = nameOf(exception.system)
  return [
    {
      ...NOTHING,
      key: `end ${exception.id}`,
      kind: 'end',
      title: `Close the exception on ${name}, or ask for more time`,
      why: late
        ? `${exception.id}, ${exception.title}, ran over. It holds every promotion to ${exception.profile} until it is closed or extended.`
        : `${exception.id}, ${exception.title}, ends soon. Run over, it holds every promotion to ${exception.profile}.`,
      due: exception.endsAt,
      risk: late ? 5 : 2,
      system: { id: exception.system, name },
      to: exception.profile,
      about: { kind: 'exception', id: exception.id },
    },
  ]
}

function toLookAt(who: Person, finding: DriftStanding, { nameOf }: DriftTable, now: Date): InboxItem[] {
  const { system, profile, kind } = finding
  if (finding.exception || finding.severity !== 'block' || finding.acknowledgedAt !== null) return []
  if (!holdsAny(who, kind === 'conflict' ? RESOLVES : LOOKS, system, now)) return []
  const name = nameOf(system)
  return [
    {
      ...NOTHING,
      key: `finding ${finding.id}`,
      kind: 'finding',
      title: kind === 'conflict' ? `Resolve a conflict of documents, ${name}` : `Look at the drift of ${finding.title}, ${name}`,
      why:
        kind === 'conflict'
          ? `${finding.title}. Every promotion of ${name} waits until it is resolved.`
          : `Observed: ${endless(finding.observed)}; the policy says ${endless(finding.expected)}. It holds promotions${profile === null ? '' : ` to ${profile}`}.`,
      since: finding.openedAt,
      risk: 4,
      system: { id: system, name },
      to: profile ?? '',
      about: { kind: 'finding', id: finding.id },
    },
  ]
}

function toAttest(who: Person, due: AttestationDue, now: Date): InboxItem[] {
  if (!holdsAny(who, due.by, due.system.id, now)) return []
  // Once somebody owns it, it is theirs until it is late.
  const late = due.dueAt !== null && due.dueAt <= now
  if (due.ownerId !== null && due.ownerId !== who.id && !late) return []
  return [
    {
      ...NOTHING,
      key: `attest ${due.system.id} ${due.topic} ${due.profile ?? ''}`,
      kind: 'attest',
      title: `Attest: ${due.title.replace(/\.$/, '')}, ${due.system.name}`,
      why:
        due.dueAt === null ? 'Nobody has attested it yet; no machine reports it.' : `It was last good until ${instantInWords(due.dueAt)}.`,
      due: due.dueAt,
      risk: 1,
      system: due.system,
      to: due.profile ?? '',
      about: { kind: 'attestation', id: due.topic },
    },
  ]
}

/** Words that go on in a sentence: without the point at their end. */
const endless = (text: string): string => text.replace(/[.\s]+$/, '')
