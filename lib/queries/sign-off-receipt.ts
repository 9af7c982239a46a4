import 'server-only'
import { db } from '@/lib/db/client'
import { loadExceptions } from '@/lib/db/load-exceptions'
import { loadFallbacks } from '@/lib/db/load-fallbacks'
import { loadPeople } from '@/lib/db/load-people'
import { loadRotations } from '@/lib/db/load-rotations'
import { namedSelect } from '@/lib/db/named'
import { eventOfSignOff } from '@/lib/db/newest-event'
import { type ApprovalFacts, type ApprovalSlot, type Candidate, openSlots, whyNotEligible } from '@/lib/domain/approval'
import { readableSystems } from '@/lib/domain/context'
import { exceptionState } from '@/lib/domain/exception'
import { type ExceptionText, exceptionApproval, exceptionSlots, standingInWords, waitingFor } from '@/lib/domain/exception-approval'
import { fallbackApproval, fallbackPhase, fallbackSentence } from '@/lib/domain/fallback'
import type { Mover } from '@/lib/domain/holding'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import type { Refusal } from '@/lib/domain/refusal'
import { METHOD_TITLE, openStep, PHASE_TITLE, type RotationFacts, rotationPhase } from '@/lib/domain/rotation'
import { rotationApproval, whyNotWithdrawApproval } from '@/lib/domain/rotation-approval'
import { type Withdrawable, whyNotLive, whyNotWithdrawExceptionApproval, whyNotWithdrawGrant } from '@/lib/domain/withdrawal'
import { routes } from '@/lib/routes'
import { filledSlots, loadSignOffRecord, type SignOffEntry, type SignOffRecord, standingSignOffs, withProof } from './sign-off-record'
import type { PipelineSlot } from './system-head'
import type { Looker } from './system-standing'

/** What was decided on, besides a promotion: a rotation's plan, a request for a fallback use, or a drift exception. */
export type ReceiptSubject = {
  kind: 'rotation' | 'fallback' | 'exception'
  id: string
  href: string
  system: { id: string; name: string }
  profile: { id: string; class: ProfileClass }
  /** What it is about, in a few words. */
  what: string
  /** Where it stands, in one word or two. */
  standing: string
  /** What happens now, in a sentence. */
  now: string
  /** How long a signature can be taken back: the end of "Possible until …". */
  until: string
}

/** What is left of a decision on a rotation, a fallback use or an exception to show for it, at an address of its own. */
export type SignOffReceipt = SignOffRecord & {
  subject: ReceiptSubject
  /** `canonical` is the text that the hash names, for whoever wants to compute it again. */
  sealed: { number: number; hash: string; canonical: string; sealedAt: Date; endedAt: Date | null; endedBy: string | null }
  slots: PipelineSlot[]
  signed: number
  next: { capacity: string; who: Mover[] } | null
  entry: SignOffEntry | null
  whyNotWithdraw: Refusal | null
}

type Judged = { subject: ReceiptSubject; approval: ApprovalFacts; isOpen: boolean; whyNot: Refusal | null }

/** The receipt of a decision on a rotation, fallback use or exception of a system that the viewer may read; null otherwise, and for one on a promotion (T23). */
export async function getSignOffReceipt(looker: Looker, id: string): Promise<SignOffReceipt | null> {
  const { actor, now } = looker
  const readable = readableSystems(actor, now)
  const row = await db.signOff.findFirst({
    where: {
      id,
      sealedVersion: {
        subject: { in: ['rotation', 'fallback', 'exception'] },
        ...(readable === null ? {} : { systemId: { in: readable } }),
      },
    },
    include: {
      signer: namedSelect,
      sealedVersion: {
        include: { signOffs: standingSignOffs },
      },
    },
  })
  if (!row) return null
  const { sealedVersion: sealed } = row
  const judge = { rotation: judgeRotation, fallback: judgeFallback, exception: judgeException }[sealed.subject]
  const judged = judge ? await judge(looker, sealed.subjectId, row, sealed) : null
  if (!judged) return null
  const { subject, approval } = judged
  const [record, people, entry] = await Promise.all([
    loadSignOffRecord(row, actor.id),
    loadPeople(db, [subject.system.id], now),
    eventOfSignOff(subject.system.id, subject, row.id).then(withProof),
  ])
  const open = judged.isOpen && sealed.endedAt === null ? openSlots(approval.slots, approval.signOffs) : []
  const slot = open.find(({ last }) => !last) ?? open[0]
  return {
    ...record,
    subject,
    sealed: {
      number: sealed.number,
      hash: sealed.hash,
      canonical: sealed.canonical,
      sealedAt: sealed.sealedAt,
      endedAt: sealed.endedAt,
      endedBy: sealed.endedBy,
    },
    ...filledSlots(approval.slots, sealed.signOffs),
    next: slot ? { capacity: slot.title, who: eligible(slot, approval, people, now) } : null,
    entry,
    whyNotWithdraw: judged.whyNot ?? whyNotLive(sealed),
  }
}

function eligible(slot: ApprovalSlot, approval: ApprovalFacts, people: readonly Candidate[], now: Date): Mover[] {
  return people
    .filter((who) => !approval.signOffs.some(({ signerId }) => signerId === who.id) && whyNotEligible(slot, who, approval, now) === null)
    .map(({ name }) => ({ name, kind: 'person' as const }))
}

async function judgeRotation({ actor, now }: Looker, id: string, row: Withdrawable): Promise<Judged | null> {
  const [facts] = await loadRotations(db, { id }, now)
  if (!facts) return null
  return {
    subject: {
      kind: 'rotation',
      id,
      href: routes.rotation(id),
      system: facts.system,
      profile: facts.profile,
      what: `${facts.title}, ${METHOD_TITLE[facts.method].toLowerCase()}`,
      standing: PHASE_TITLE[rotationPhase(facts)],
      now: rotationNow(facts),
      until: 'the rotation starts',
    },
    approval: rotationApproval(facts, now),
    isOpen: facts.status === 'planned',
    whyNot: whyNotWithdrawApproval(facts, row, actor),
  }
}

/** What a rotation waits for, in a sentence. */
function rotationNow(facts: RotationFacts): string {
  const phase = rotationPhase(facts)
  const step = openStep(facts)
  switch (phase) {
    case 'planned':
      return facts.sealed ? 'It waits for the other signatures.' : 'The plan was declined. It is planned again, or cancelled.'
    case 'approved':
      return step ? `Its pre-checks come next: ${step.text}` : 'Its owner may start it now.'
    case 'in_progress':
    case 'rolling_back':
      return step ? `The step that is open: ${step.text}` : `${PHASE_TITLE[phase]}.`
    case 'verifying':
      return step ? `It is being verified: ${step.text}` : 'It is verified; its owners complete it.'
    default:
      return `${facts.id} is ${PHASE_TITLE[phase].toLowerCase()}.`
  }
}

/** An exception is judged by the version that was signed: its slots are those that version asked for, whatever was asked for since. */
async function judgeException(
  { actor, now }: Looker,
  id: string,
  row: Withdrawable,
  sealed: { hash: string; canonical: string },
): Promise<Judged | null> {
  const [facts] = await loadExceptions(db, { id })
  if (!facts) return null
  const isLive = facts.sealed?.hash === sealed.hash
  const asked = JSON.parse(sealed.canonical) as ExceptionText // our own canonical text
  const tier = facts.policy.policy.drift.tiers.find((each) => each.id === asked.tier) ?? facts.tier
  const approval = exceptionApproval(facts, now)
  return {
    subject: {
      kind: 'exception',
      id,
      href: routes.exception(id),
      system: { id: facts.system, name: facts.systemName },
      profile: { id: facts.profile, class: facts.policy.policy.profiles.find((each) => each.id === facts.profile)?.class ?? 'production' },
      what: `${facts.title}${asked.extends === null ? '' : ', more time'}`,
      standing: STANDING[exceptionState(facts, now)],
      now: standingInWords(facts, now),
      until: 'the last signature lets it hold',
    },
    approval: { ...approval, slots: exceptionSlots(tier), signOffs: isLive ? approval.signOffs : [] },
    isOpen: isLive && waitingFor(facts) !== null,
    whyNot: whyNotWithdrawExceptionApproval(facts, sealed.hash, row, actor),
  }
}

const STANDING = {
  filed: 'Waits for signatures',
  running: 'Runs',
  overdue: 'Overdue',
  rejected: 'Declined',
  withdrawn: 'Withdrawn',
  closed: 'Closed',
} as const

async function judgeFallback({ actor, now }: Looker, id: string, row: Withdrawable): Promise<Judged | null> {
  const [facts] = await loadFallbacks(db, { id })
  if (!facts) return null
  const phase = fallbackPhase(facts, now)
  return {
    subject: {
      kind: 'fallback',
      id,
      href: routes.fallback(id),
      system: facts.system,
      profile: facts.rule.profile,
      what: `Allow ${facts.rule.title}`,
      standing: `${phase.charAt(0).toUpperCase()}${phase.slice(1).replaceAll('_', ' ')}`,
      now: fallbackSentence(facts, now),
      until: 'it opens',
    },
    approval: fallbackApproval(facts, now),
    isOpen: whyNotWithdrawGrant(facts, { signerId: actor.id, withdrawnAt: null }, actor, now) === null,
    whyNot: whyNotWithdrawGrant(facts, row, actor, now),
  }
}
