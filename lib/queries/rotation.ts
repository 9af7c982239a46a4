import 'server-only'
import { db } from '@/lib/db/client'
import { loadAuditedRotations } from '@/lib/db/load-audit-facts'
import { loadFingerprintFindings } from '@/lib/db/load-keys'
import { loadRotations } from '@/lib/db/load-rotations'
import { namedSelect, toNamed } from '@/lib/db/named'
import { type Named, readableSystems, rolesOn } from '@/lib/domain/context'
import type { FingerprintFinding } from '@/lib/domain/fingerprint'
import type { KeyStanding } from '@/lib/domain/key-standing'
import { type Refusal, refuse } from '@/lib/domain/refusal'
import { approvalSlots, isHalfDone, openStep, type RotationFacts, type RotationPhase, rotationPhase } from '@/lib/domain/rotation'
import { whyNotApprove, whyNotChangePlan, whyNotDeclineRotation } from '@/lib/domain/rotation-approval'
import {
  contradictions,
  owesPostmortem,
  triggersOf,
  whyNotCancel,
  whyNotComplete,
  whyNotConfirm,
  whyNotFinishRollback,
  whyNotPostmortem,
  whyNotRollBack,
  whyNotStart,
} from '@/lib/domain/rotation-guards'
import { ownerSlotsFor } from '@/lib/domain/rotation-owners'
import { whyNotRecordStep } from '@/lib/domain/rotation-step'
import { whyNotAudit } from '@/lib/domain/secret-audit'
import { getInFlight } from './in-flight'
import { type AskedKey, doneWordsOf, type KeyShiftView, keyShiftOf, nextKeyId, type ShiftMoment, type StepView } from './rotation-view'
import { loadSealedVersions, type SealedVersionView } from './sealed-versions'
import type { Looker } from './system-standing'

/** One approval line: who approved, or who could, and why the viewer may not. */
export type ApprovalLine = {
  key: string
  title: string
  signed: { id: string; name: string; at: Date; mine: boolean } | null
  who: string[]
  whyNotApprove: Refusal | null
  whyNotDecline: Refusal | null
}

/** One owner slot: whether it runs the rotation, has confirmed it, or still has to. */
export type OwnerLine = {
  id: string
  title: string
  runs: Named | null
  confirmed: { by: Named; at: Date; note: string | null } | null
  /** It has to confirm at verification and has not. */
  confirms: boolean
  mine: boolean
  whyNotConfirm: Refusal | null
}

/** The age of the same keys on one profile of the system. */
export type AgeLine = { standing: KeyStanding; here: boolean }

/** All that the runbook of a rotation shows, and what the viewer may do about it. */
export type RotationDetail = {
  facts: RotationFacts
  phase: RotationPhase
  steps: StepView[]
  shift: KeyShiftView
  /** How the keys that are rotated stand; null where the active policy no longer has the rule. */
  standing: KeyStanding | null
  ages: AgeLine[]
  approvals: ApprovalLine[]
  /** Every sealed version, the newest first: what was approved, declined and replaced. */
  versions: SealedVersionView[]
  owners: OwnerLine[]
  /** The owner slots the viewer may start it in. */
  starters: { id: string; title: string }[]
  whyNot: {
    start: Refusal | null
    cancel: Refusal | null
    changePlan: Refusal | null
    complete: Refusal | null
    rollBack: Refusal | null
    finishRollback: Refusal | null
    postmortem: Refusal | null
    /** Null where the viewer may audit it now: it is over, and they had no hand in it. */
    audit: Refusal | null
  }
  /** Whether nothing of it is the viewer's to do in any state: then it is a page to read. */
  isReadOnly: boolean
  against: FingerprintFinding[]
  triggers: { id: string; text: string }[]
  openIncidents: { id: string; title: string }[]
  /** The id of the key that goes, for words: "k6 is retired". */
  retiring: string | null
  audits: { id: string; finding: string; note: string; link: string | null; by: string; at: Date; nextDueAt: Date | null }[]
}

/** A rotation that somebody may see; null for one they may not, or that does not exist (T23). */
export async function findRotation({ actor, now }: Looker, id: string): Promise<RotationFacts | null> {
  const readable = readableSystems(actor, now)
  const [facts] = await loadRotations(db, { id, ...(readable === null ? {} : { systemId: { in: [...readable] } }) }, now)
  return facts ?? null
}

/** The runbook page of a rotation; null for one they may not see, or that does not exist (T23). Judged at the looker's instant. */
export async function getRotation(looker: Looker, id: string): Promise<RotationDetail | null> {
  const { actor, now } = looker
  const { people, secops } = await getInFlight(looker)
  // What is open stands among the facts that the frame has read already.
  const facts = secops.rotations.find((each) => each.id === id) ?? (await findRotation(looker, id))
  if (!facts) return null
  const system = facts.system.id
  const standings = secops.keys.filter((standing) => standing.system === system)
  const isRunning = isHalfDone(facts.status)
  const wasRun = facts.status === 'completed' || facts.status === 'rolled_back'
  const [findings, incidents, audits, keys, versions, [audited]] = await Promise.all([
    facts.status === 'planned' || facts.status === 'cancelled' ? [] : loadFingerprintFindings(db, [system]),
    !isRunning
      ? []
      : db.incident.findMany({
          where: { systemId: system, closedAt: null },
          orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
          select: { id: true, title: true },
          take: 20,
        }),
    facts.endedAt === null
      ? []
      : db.secretAudit.findMany({
          where: { rotationId: facts.id },
          orderBy: [{ auditedAt: 'desc' }, { id: 'desc' }],
          include: { auditedBy: namedSelect },
          take: 20,
        }),
    loadKeyHistory(facts),
    loadSealedVersions('rotation', facts.id),
    wasRun ? loadAuditedRotations(db, { id: facts.id }) : [],
  ])
  const candidates = people.filter(({ kind }) => kind === 'person')
  const phase = rotationPhase(facts)
  const standing =
    standings.find(({ ownership, profile }) => ownership.id === facts.ownership.id && profile.id === facts.profile.id) ?? null
  const slots = approvalSlots(facts.ownership)
  const hash = facts.sealed?.hash ?? ''
  const starters = ownerSlotsFor(facts.plan.owners, facts.agents, actor, system, now)
  const shift = shiftOf(facts, keys)
  const retiring = shift.retired.map(({ keyId }) => keyId).filter((key) => key !== null)
  const owners = ownerLines(facts, looker, starters)
  const detail: RotationDetail = {
    facts,
    phase,
    steps: stepViews(facts, looker, keys),
    shift,
    standing,
    ages: standings
      .filter(({ title }) => title === (standing?.title ?? facts.title))
      .map((each) => ({ standing: each, here: each.profile.id === facts.profile.id })),
    approvals: slots.map((slot): ApprovalLine => {
      const signed = facts.signOffs.find(({ slotKey, decision }) => slotKey === slot.key && decision === 'approve')
      return {
        key: slot.key,
        title: slot.title,
        signed: signed ? { id: signed.id, name: signed.signerName, at: signed.signedAt, mine: signed.signerId === actor.id } : null,
        who:
          signed || !facts.sealed || facts.status !== 'planned'
            ? []
            : candidates.filter((who) => whyNotApprove(facts, slot.key, who, hash, now) === null).map(({ name }) => name),
        whyNotApprove: whyNotApprove(facts, slot.key, actor, hash, now),
        whyNotDecline: whyNotDeclineRotation(facts, slot.key, actor, hash, now),
      }
    }),
    versions,
    owners,
    starters: starters.map(({ id: key, title }) => ({ id: key, title })),
    whyNot: {
      start: whyNotStart(facts, starters[0]?.id ?? facts.plan.owners.slots[0]?.id ?? '', actor, now),
      cancel: whyNotCancel(facts, actor, now),
      changePlan: whyNotPlanAgain(facts, looker, candidates),
      complete: whyNotComplete(facts, actor, findings, now),
      rollBack: whyNotRollBack(facts, 'other', actor, now),
      finishRollback: whyNotFinishRollback(facts, actor, now),
      postmortem: owesPostmortem(facts) ? whyNotPostmortem(facts, actor, now) : null,
      audit: audited
        ? whyNotAudit(
            { system: facts.system, profile: facts.profile.id, rule: null, rotation: audited, since: [] },
            { nextDueAt: null },
            actor,
            now,
          )
        : refuse('wrong_state', `${facts.id} is not over. It is audited once it is completed or rolled back.`),
    },
    isReadOnly: false,
    against: contradictions(facts, findings),
    triggers: triggersOf(facts.plan),
    openIncidents: incidents,
    retiring: retiring.length > 0 ? retiring.join(' and ') : null,
    audits: audits.map((row) => ({
      id: row.id,
      finding: row.finding,
      note: row.note,
      link: row.link,
      by: toNamed(row.auditedBy).name,
      at: row.auditedAt,
      nextDueAt: row.nextDueAt,
    })),
  }
  return { ...detail, isReadOnly: isOnlyReading(detail, looker) }
}

/** Nothing they hold on the system lets them act in any state of it: auditors, and people with no acting role. */
function isOnlyReading(detail: RotationDetail, { actor, now }: Looker): boolean {
  const roles = rolesOn(actor, detail.facts.system.id, now)
  const acting = new Set([
    'secops',
    'release_manager',
    'incident_commander',
    ...detail.facts.plan.owners.slots.flatMap(({ roles: owners }) => owners),
    ...detail.facts.plan.slots.flatMap(({ roles: approvers }) => approvers),
  ])
  return !roles.some((role) => acting.has(role))
}

/** Why they may not plan again at all; that the plan would not change says nothing before they have changed it. */
function whyNotPlanAgain(facts: RotationFacts, { actor, now }: Looker, candidates: Parameters<typeof whyNotChangePlan>[3]): Refusal | null {
  const why = whyNotChangePlan({ ...facts, sealed: null }, { variant: facts.variant, window: null }, actor, candidates, now)
  return why
}

function ownerLines(facts: RotationFacts, { actor, now }: Looker, mine: readonly { id: string }[]): OwnerLine[] {
  const all = facts.plan.owners.mode === 'all'
  return facts.plan.owners.slots.map((slot) => {
    const found = facts.confirmations.find(({ owner }) => owner === slot.id)
    const runs = facts.performer?.slot === slot.id ? facts.performer : null
    return {
      id: slot.id,
      title: slot.title,
      runs,
      confirmed: found ? { by: found.by, at: found.at, note: found.note } : null,
      confirms: all && !runs && !found,
      mine: mine.some(({ id }) => id === slot.id),
      whyNotConfirm: whyNotConfirm(facts, slot.id, actor, now),
    }
  })
}

type KeyRow = {
  mappingKey: string
  keyId: string
  use: string
  bornAt: Date
  activatedAt: Date
  endedAt: Date | null
  rotationId: string | null
  endedByRotationId: string | null
}

/** The keys that the rotated secrets hold, and those this rotation brought or ended. */
async function loadKeyHistory(facts: RotationFacts): Promise<KeyRow[]> {
  return db.keyVersion.findMany({
    where: {
      systemId: facts.system.id,
      profileKey: facts.profile.id,
      mappingKey: { in: facts.members.map(({ mapping }) => mapping) },
      OR: [{ endedAt: null }, { rotationId: facts.id }, { endedByRotationId: facts.id }],
    },
    orderBy: [{ activatedAt: 'asc' }, { id: 'asc' }],
    select: {
      mappingKey: true,
      keyId: true,
      use: true,
      bornAt: true,
      activatedAt: true,
      endedAt: true,
      rotationId: true,
      endedByRotationId: true,
    },
  })
}

/** The key that a secret held before the rotation changed anything: what it ended there as current, else what is current now. */
function keyBefore(facts: Pick<RotationFacts, 'id'>, keys: readonly KeyRow[], mapping: string): KeyRow | null {
  const own = keys.filter((key) => key.mappingKey === mapping && key.use === 'current')
  return (
    own.find((key) => key.endedByRotationId === facts.id && key.rotationId !== facts.id) ??
    own.find((key) => key.endedAt === null && key.rotationId !== facts.id) ??
    null
  )
}

const recordedKeys = (facts: Pick<RotationFacts, 'steps'>): Record<string, string> =>
  Object.assign({}, ...facts.steps.map(({ record }) => (record?.state === 'done' ? (record.newKeys ?? {}) : {})))

function shiftOf(facts: RotationFacts, keys: readonly KeyRow[]): KeyShiftView {
  const brought = recordedKeys(facts)
  const members = facts.members.map((member) => {
    const before = keyBefore(facts, keys, member.mapping)
    return {
      mapping: member.mapping,
      variable: member.variable,
      before: before ? { keyId: before.keyId, bornAt: before.bornAt } : null,
      next: brought[member.mapping] ?? null,
    }
  })
  return keyShiftOf(facts.method, members, momentOf(facts, Object.keys(brought).length > 0))
}

function momentOf({ status }: RotationFacts, rotated: boolean): ShiftMoment {
  if (status === 'completed') return 'retired'
  if (status === 'rolled_back' || status === 'cancelled') return 'undone'
  if (!rotated) return 'ahead'
  return status === 'rolling_back' ? 'undoing' : 'rotated'
}

function stepViews(facts: RotationFacts, { actor, now }: Looker, keys: readonly KeyRow[]): StepView[] {
  const next = openStep(facts)
  const moments = facts.steps.flatMap(({ record }) => record?.at.getTime() ?? [])
  const begun = facts.status === 'planned' ? [] : [facts.startedAt?.getTime() ?? 0]
  const since = begun.length === 0 ? null : new Date(Math.max(...moments, ...begun))
  const numbers = { rollback: 0, other: 0 }
  const retired = facts.members.map(({ mapping }) => keyBefore(facts, keys, mapping)?.keyId).filter((key) => key !== undefined)
  return facts.steps.map((step): StepView => {
    const counted = step.phase === 'rollback' ? 'rollback' : 'other'
    numbers[counted] += 1
    // What is missing is asked for by the form; it stands in nobody's way before.
    const why = (state: 'done' | 'failed' | 'not_applicable') => {
      const refusal = whyNotRecordStep(facts, { step: step.id, state, note: 'note' }, actor, now)
      return refusal?.code === 'invalid' ? null : refusal
    }
    return {
      ...step,
      no: String(numbers[counted]),
      about: aboutOf(facts, step.refersTo),
      isNow: step.id === next?.id,
      since: step.id === next?.id ? since : null,
      doneWords: doneWordsOf(step, facts.method === 'shift-pair' ? (retired.at(-1) ?? null) : (retired[0] ?? null)),
      newKeys: step.records === 'new-key' ? askedKeys(facts, keys) : [],
      whyNot: { done: why('done'), failed: why('failed'), not_applicable: why('not_applicable') },
    }
  })
}

function aboutOf({ steps, plan }: RotationFacts, refersTo: string | null): StepView['about'] {
  const found = refersTo === null ? undefined : steps.find(({ id }) => id === refersTo)
  if (!found) return null
  const place = steps.filter(({ phase }) => (phase === 'rollback') === (found.phase === 'rollback')).indexOf(found) + 1
  // The texts of a document name its own numbers; those of a runbook of ours say nothing that the place does not.
  const number = plan.runbook.assumed || found.number === null ? '' : ` (${found.number})`
  return { id: found.id, words: `step ${place}, ${found.text.replace(/\.$/, '')}${number}` }
}

function askedKeys(facts: RotationFacts, keys: readonly KeyRow[]): AskedKey[] {
  return facts.members
    .filter(({ brings }) => brings)
    .map(({ mapping, variable }) => {
      const old = keyBefore(facts, keys, mapping)?.keyId ?? null
      return { mapping, variable, old, suggestion: nextKeyId(old) }
    })
}
