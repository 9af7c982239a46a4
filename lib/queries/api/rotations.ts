import 'server-only'
import { db } from '@/lib/db/client'
import { loadRotations } from '@/lib/db/load-rotations'
import { Refused, refuse } from '@/lib/domain/refusal'
import { approvalSlots, openStep, type RotationFacts, type RotationStatus, type RotationStep, rotationPhase } from '@/lib/domain/rotation'
import { triggersOf } from '@/lib/domain/rotation-guards'
import type { Looker } from '../system-standing'
import { behind, type Slice, systemFilter, toWho, type Who, whoSelect } from './slice'

const windowOf = (startsAt: Date | null, endsAt: Date | null) => (startsAt && endsAt ? { startsAt, endsAt } : null)

/** Rotations that somebody may see, the newest opened first. */
export async function listRotations(looker: Looker, filter: { system?: string; profile?: string; status?: RotationStatus }, slice: Slice) {
  const rows = await db.rotation.findMany({
    where: {
      ...systemFilter(looker, filter.system),
      profileKey: filter.profile,
      status: filter.status,
      ...behind('openedAt', slice.after),
    },
    orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select: {
      id: true,
      systemId: true,
      profileKey: true,
      ownershipKey: true,
      mappingKeys: true,
      method: true,
      cause: true,
      incidentId: true,
      status: true,
      dueAt: true,
      windowStartsAt: true,
      windowEndsAt: true,
      openedAt: true,
      startedAt: true,
      endedAt: true,
      version: { select: { number: true, hash: true } },
      openedBy: whoSelect,
    },
  })
  return rows.map(
    ({ systemId, profileKey, ownershipKey, mappingKeys, incidentId, windowStartsAt, windowEndsAt, version, openedBy, ...row }) => ({
      ...row,
      system: systemId,
      profile: profileKey,
      rule: ownershipKey,
      secrets: mappingKeys,
      incident: incidentId,
      window: windowOf(windowStartsAt, windowEndsAt),
      policy: version,
      openedBy: toWho(openedBy),
    }),
  )
}

/** One rotation with its plan and everything recorded of it. Refuses `not_found` alike for unseen and unknown (T23). */
export async function getRotation(looker: Looker, id: string) {
  const [facts] = await loadRotations(db, { id, ...systemFilter(looker, undefined) }, looker.now)
  if (!facts) throw new Refused(refuse('not_found', `There is no rotation ${id} that you can see.`, { place: 'rotation' }))
  return toAnswer(facts)
}

const who = ({ id, name, kind }: Who): Who => ({ id, name, kind })

function toAnswer(facts: RotationFacts) {
  const { plan, sealed, performer } = facts
  return {
    id: facts.id,
    system: facts.system.id,
    profile: facts.profile.id,
    rule: facts.ownership.id,
    secrets: facts.members.map(({ mapping }) => mapping),
    method: facts.method,
    cause: facts.cause,
    incident: facts.incident?.id ?? null,
    status: facts.status,
    dueAt: facts.dueAt,
    window: facts.window,
    policy: { number: facts.policy.number, hash: facts.policy.hash },
    openedBy: who(facts.openedBy),
    openedAt: facts.openedAt,
    startedAt: facts.startedAt,
    endedAt: facts.endedAt,
    phase: rotationPhase(facts),
    variant: facts.variant,
    sealed: sealed && { number: sealed.number, hash: sealed.hash },
    slots: approvalSlots(facts.ownership).map(({ key, title, roles }) => {
      const signed = facts.signOffs.find(({ slotKey, decision }) => slotKey === key && decision === 'approve')
      return {
        id: key,
        title,
        roles: [...roles],
        signedBy: signed ? { id: signed.signerId, name: signed.signerName, kind: 'person' as const } : null,
        signedAt: signed?.signedAt ?? null,
      }
    }),
    owners: {
      mode: plan.owners.mode,
      slots: plan.owners.slots.map((slot) => {
        const confirmed = facts.confirmations.find(({ owner }) => owner === slot.id)
        return { ...slot, confirmedBy: confirmed ? who(confirmed.by) : null, confirmedAt: confirmed?.at ?? null }
      }),
    },
    performer: performer && { owner: performer.slot, who: who(performer) },
    next: openStep(facts)?.id ?? null,
    steps: facts.steps.map(toStep),
    triggers: triggersOf(plan),
    trigger: facts.trigger?.id ?? null,
    postmortem: facts.postmortem,
  }
}

function toStep({
  id,
  number,
  phase,
  text,
  command,
  expected,
  asks,
  records,
  captures,
  refersTo,
  choices,
  state,
  variant,
  record,
}: RotationStep) {
  return {
    id,
    number,
    phase,
    text,
    command,
    expected,
    asks,
    records,
    captures,
    refersTo,
    choices: choices.map((choice) => ({ id: choice.id, title: choice.title })),
    state,
    how: record?.how ?? null,
    variant: record ? record.variant : (variant?.id ?? null),
    note: record?.note ?? null,
    link: record?.link ?? null,
    reference: record?.reference ?? null,
    newKeys: record?.newKeys ?? null,
    by: record ? who(record.by) : null,
    at: record?.at ?? null,
  }
}
