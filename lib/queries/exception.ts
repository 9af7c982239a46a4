import 'server-only'
import { db } from '@/lib/db/client'
import { loadExceptions } from '@/lib/db/load-exceptions'
import { holdsAny, readableSystems } from '@/lib/domain/context'
import { type ExceptionState, exceptionState } from '@/lib/domain/exception'
import { type ExceptionFacts, exceptionSlots, standingInWords, waitingFor } from '@/lib/domain/exception-approval'
import {
  whyNotAddCondition,
  whyNotApproveException,
  whyNotCloser,
  whyNotDeclineException,
  whyNotExtendException,
  whyNotWithdrawException,
  whyNotWithdrawExtension,
} from '@/lib/domain/exception-guards'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import type { Refusal } from '@/lib/domain/refusal'
import { ACTING_ROLES } from '@/lib/domain/rights'
import { classOf } from './exceptions'
import { getInFlight } from './in-flight'
import { getRecordOf, type RecordTimeline } from './incident-timeline'
import { loadSealedVersions, type SealedVersionView } from './sealed-versions'
import type { Looker } from './system-standing'

/** One signature line of what waits: who signed, or who could, and why the viewer may not. */
export type ExceptionSlotLine = {
  key: string
  title: string
  signed: { id: string; name: string; at: Date; mine: boolean } | null
  who: string[]
  whyNotApprove: Refusal | null
  whyNotDecline: Refusal | null
}

/** An observation made after the filing: one of them may show that the deviation is gone. */
export type ClosingChoice = { id: string; source: string; recordedAt: Date }

/** All that the page of an exception shows, and what the viewer may do about it. */
export type ExceptionDetail = {
  facts: ExceptionFacts
  state: ExceptionState
  /** Where it stands and what is next, as one sentence. */
  standing: string
  profileClass: ProfileClass
  /** What waits for signatures now: the filing, or more time; empty where nothing does. */
  slots: ExceptionSlotLine[]
  /** Every sealed version, the newest first. */
  versions: SealedVersionView[]
  finding: { id: string; title: string; closedAt: Date | null } | null
  observations: ClosingChoice[]
  history: RecordTimeline
  whyNot: {
    extend: Refusal | null
    withdraw: Refusal | null
    withdrawExtension: Refusal | null
    addCondition: Refusal | null
    close: Refusal | null
  }
  /** Whether nothing of it is the viewer's to do in any state: then it is a page to read. */
  isReadOnly: boolean
  /** Names of whoever closes it: its owner and the Release Managers. */
  closers: string[]
}

const OBSERVATIONS = 10

/** An exception that somebody may see; null for one they may not, or that does not exist (T23). */
export async function findException({ actor, now }: Looker, id: string): Promise<ExceptionFacts | null> {
  const readable = readableSystems(actor, now)
  const [facts] = await loadExceptions(db, { id, ...(readable === null ? {} : { systemId: { in: [...readable] } }) })
  return facts ?? null
}

/** The page of an exception; null for one they may not see, or that does not exist (T23). Judged at the looker's instant. */
export async function getException(looker: Looker, id: string): Promise<ExceptionDetail | null> {
  const { actor, now } = looker
  const [{ people }, facts] = await Promise.all([getInFlight(looker), findException(looker, id)])
  if (!facts) return null
  const state = exceptionState(facts, now)
  const [versions, history, finding, observations] = await Promise.all([
    loadSealedVersions('exception', facts.id),
    getRecordOf(looker, [{ kind: 'exception', id: facts.id }]),
    facts.finding === null
      ? null
      : db.finding.findUnique({ where: { id: facts.finding }, select: { id: true, title: true, closedAt: true } }),
    facts.status === 'approved' ? listObservations(facts) : [],
  ])
  const candidates = people.filter(({ kind }) => kind === 'person')
  return {
    facts,
    state,
    standing: standingInWords(facts, now),
    profileClass: classOf(facts.policy.policy, facts.profile),
    slots: slotLines(facts, looker, candidates, versions),
    versions,
    finding,
    observations,
    history,
    whyNot: {
      extend: whyNotAskForMore(facts, looker),
      withdraw: whyNotWithdrawException(facts, actor, now),
      withdrawExtension: whyNotWithdrawExtension(facts, actor, now),
      addCondition: whyNotAddCondition(facts, actor, now),
      close: whyNotCloser(facts, actor, now),
    },
    isReadOnly: !holdsAny(actor, ACTING_ROLES, facts.system, now) || actor.kind !== 'person',
    closers: [
      facts.owner.name,
      ...candidates
        .filter((who) => who.id !== facts.owner.id && holdsAny({ ...actor, ...who, token: null }, ['release_manager'], facts.system, now))
        .map(({ name }) => name),
    ],
  }
}

function slotLines(
  facts: ExceptionFacts,
  { actor, now }: Looker,
  candidates: readonly Parameters<typeof whyNotApproveException>[2][],
  versions: readonly SealedVersionView[],
): ExceptionSlotLine[] {
  const waiting = waitingFor(facts)
  const { sealed } = facts
  if (!waiting || !sealed) return []
  const live = versions.find(({ number }) => number === sealed.number)
  return exceptionSlots(waiting.tier).map((slot): ExceptionSlotLine => {
    const standing = facts.signOffs.find(({ slotKey, decision }) => slotKey === slot.key && decision === 'approve')
    const id = live?.signOffs.find(
      ({ capacity, withdrawnAt, decision }) => capacity === slot.title && withdrawnAt === null && decision === 'approve',
    )?.id
    return {
      key: slot.key,
      title: slot.title,
      signed: standing ? { id: id ?? '', name: standing.signerName, at: standing.signedAt, mine: standing.signerId === actor.id } : null,
      who: standing
        ? []
        : candidates.filter((who) => whyNotApproveException(facts, slot.key, who, sealed.hash, now) === null).map(({ name }) => name),
      whyNotApprove: whyNotApproveException(facts, slot.key, actor, sealed.hash, now),
      whyNotDecline: whyNotDeclineException(facts, slot.key, actor, sealed.hash, now),
    }
  })
}

/** Why they may not ask for more time at all; that an end does not fit is said when one is given. */
function whyNotAskForMore(facts: ExceptionFacts, { actor, now }: Looker): Refusal | null {
  const soon = new Date(Math.max(facts.endsAt.getTime(), now.getTime()) + 60_000)
  const why = whyNotExtendException(facts, actor, soon, now)
  return why?.place === 'until' && why.code !== 'conflict' ? null : why
}

/** The newest observations of its profile since it was filed. */
async function listObservations(facts: ExceptionFacts): Promise<ClosingChoice[]> {
  return db.observation.findMany({
    where: { systemId: facts.system, profileKey: facts.profile, recordedAt: { gt: facts.filedAt } },
    orderBy: [{ recordedAt: 'desc' }, { id: 'desc' }],
    take: OBSERVATIONS,
    select: { id: true, source: true, recordedAt: true },
  })
}
