import 'server-only'
import { db } from '@/lib/db/client'
import { exceptionsIn, loadExceptions, unseenException } from '@/lib/db/load-exceptions'
import type { Named } from '@/lib/domain/context'
import { type ExceptionState, exceptionState } from '@/lib/domain/exception'
import { type ExceptionFacts, exceptionSlots, sentenceOf, standingInWords, waitingFor } from '@/lib/domain/exception-approval'
import { Refused } from '@/lib/domain/refusal'
import type { Looker } from '../system-standing'
import { behind, type Slice, systemFilter, type Who } from './slice'

const who = ({ id, name, kind }: Named): Who => ({ id, name, kind })

function toAnswer(facts: ExceptionFacts, now: Date) {
  return {
    id: facts.id,
    system: facts.system,
    profile: facts.profile,
    rule: facts.rule,
    kind: facts.ref.kind,
    title: facts.title,
    expected: facts.expected,
    observed: facts.observed,
    policy: { number: facts.policy.number, hash: facts.policy.hash },
    state: exceptionState(facts, now),
    sentence: sentenceOf(facts),
    standing: standingInWords(facts, now),
    covers: facts.covers,
    owner: who(facts.owner),
    filedBy: who(facts.filedBy),
    filedAt: facts.filedAt,
    startsAt: facts.startsAt,
    endsAt: facts.endsAt,
    askedUntil: facts.asked?.until ?? null,
    approvedAt: facts.approvedAt,
    endedAt: facts.endedAt,
    extensions: facts.extensions,
    tier: facts.tier.id,
    reason: facts.texts.reason,
    remediation: facts.texts.remediation,
    conditions: facts.conditions.map(({ text }) => text),
    finding: facts.finding,
    sealed: facts.sealed && { number: facts.sealed.number, hash: facts.sealed.hash },
    slots: exceptionSlots(waitingFor(facts)?.tier ?? facts.tier).map(({ key, title, roles }) => ({
      id: key,
      title,
      roles: [...roles],
      approvedBy: facts.signOffs.find(({ slotKey, decision }) => slotKey === key && decision === 'approve')?.signerName ?? null,
    })),
    closedBy: facts.closed && who(facts.closed.by),
    closingLink: facts.closed?.link ?? null,
    closingObservation: facts.closed?.observation ?? null,
    judgedAt: now,
  }
}

/** Drift exceptions that somebody may see, the newest filed first; a state is judged at the looker's instant. */
export async function listExceptions(looker: Looker, filter: { system?: string; profile?: string; state?: ExceptionState }, slice: Slice) {
  const where = {
    ...systemFilter(looker, filter.system),
    ...(filter.profile === undefined ? {} : { profileKey: filter.profile }),
    // Joined by AND: a state and a position may each be a choice.
    AND: [filter.state ? exceptionsIn(filter.state, looker.now) : {}, behind('filedAt', slice.after)],
  }
  const facts = await loadExceptions(db, where, { take: slice.take, orderBy: [{ filedAt: 'desc' }, { id: 'desc' }] })
  return facts.map((each) => toAnswer(each, looker.now))
}

/** One drift exception, judged at the looker's instant. Refuses `not_found` alike for unseen and unknown (T23). */
export async function getException(looker: Looker, id: string) {
  const [facts] = await loadExceptions(db, { id, ...systemFilter(looker, undefined) })
  if (!facts) throw new Refused(unseenException(id))
  return toAnswer(facts, looker.now)
}
