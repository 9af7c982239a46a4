import 'server-only'
import { db } from '@/lib/db/client'
import { fallbacksIn, loadFallbacks } from '@/lib/db/load-fallbacks'
import { loadSystem } from '@/lib/db/load-system'
import type { Named } from '@/lib/domain/context'
import {
  allowsInWords,
  type FallbackFacts,
  type FallbackPhase,
  fallbackEnd,
  fallbackPhase,
  fallbackSentence,
  fallbackSlots,
} from '@/lib/domain/fallback'
import { resolveProfile } from '@/lib/domain/policy/resolve'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Looker } from '../system-standing'
import { type Slice, systemFilter, type Who } from './slice'

const who = (named: Named | null): Who | null => named && { id: named.id, name: named.name, kind: named.kind }

const secretsOf = (facts: FallbackFacts) =>
  facts.rule.mappings.filter(({ id }) => facts.mappings.includes(id)).map(({ id, variable, file }) => ({ mapping: id, variable, file }))

function toUse(facts: FallbackFacts, now: Date) {
  const end = fallbackEnd(facts, now)
  return {
    id: facts.id,
    system: facts.system.id,
    profile: facts.rule.profile.id,
    rule: facts.rule.id,
    policy: { number: facts.policy.number, hash: facts.policy.hash },
    state: fallbackPhase(facts, now),
    sentence: fallbackSentence(facts, now),
    allows: allowsInWords(facts),
    secrets: secretsOf(facts),
    purpose: facts.purpose,
    ticket: facts.ticket,
    incident: facts.incident?.id ?? null,
    askedBy: who(facts.askedBy),
    askedAt: facts.askedAt,
    askedUntil: facts.askedUntil,
    ownRequest: facts.ownRequest,
    grantedAt: facts.grantedAt,
    expiresAt: facts.expiresAt,
    endedAt: end?.at ?? null,
    endedHow: end?.how ?? null,
    extensions: facts.extensions,
    exposed: facts.exposed,
    cleanedUpBy: who(facts.cleanedUpBy),
    cleanedUpAt: facts.cleanedUpAt,
    reviewedBy: who(facts.reviewedBy),
    reviewedAt: facts.reviewedAt,
    reviewFinding: facts.reviewFinding,
    slots: fallbackSlots(facts.rule).map(({ key, title, roles }) => ({
      id: key,
      title,
      roles: [...roles],
      grantedBy: facts.signOffs.find(({ slotKey, decision }) => slotKey === key && decision === 'approve')?.signerName ?? null,
    })),
    judgedAt: now,
  }
}

/** Fallback uses that somebody may see, the newest asked for first; a state is judged at the looker's instant. */
export async function listFallbackUses(looker: Looker, filter: { system?: string; state?: FallbackPhase }, slice: Slice) {
  const [at = '', id = ''] = slice.after ?? []
  const after = slice.after ? [{ OR: [{ askedAt: { lt: new Date(at) } }, { askedAt: new Date(at), id: { lt: id } }] }] : []
  // Joined by AND: a state and a position may each be a choice.
  const where = {
    ...systemFilter(looker, filter.system),
    AND: [...(filter.state ? [fallbacksIn(filter.state, looker.now)] : []), ...after],
  }
  const facts = await loadFallbacks(db, where, { take: slice.take, orderBy: [{ askedAt: 'desc' }, { id: 'desc' }] })
  return facts.map((each) => toUse(each, looker.now))
}

/** One fallback use, judged at the looker's instant. Refuses `not_found` alike for unseen and unknown (T23). */
export async function getFallbackUse(looker: Looker, id: string) {
  const [facts] = await loadFallbacks(db, { id, ...systemFilter(looker, undefined) })
  if (!facts) throw new Refused(refuse('not_found', `There is no break-glass ${id} that you can see.`, { place: 'fallback' }))
  return toUse(facts, looker.now)
}

/**
 * Whether anything is allowed on a profile beside the normal flow, and until when: what a runtime or pipeline asks before it reads a fallback file
 * (000.23). A name nobody declared has nothing open: it fails closed.
 */
export async function getFallbackState(looker: Looker, { system, profile }: { system: string; profile: string }) {
  const { active } = await loadSystem(db, looker.actor, system, looker.now)
  const known = resolveProfile(active.policy, profile).profile
  const where = { systemId: system, profileKey: known?.id ?? '', ...fallbacksIn('open', looker.now) }
  const open = known ? await loadFallbacks(db, where, { orderBy: [{ expiresAt: 'desc' }, { id: 'desc' }] }) : []
  const uses = open
    .filter((facts) => fallbackPhase(facts, looker.now) === 'open')
    .map((facts) => ({
      id: facts.id,
      rule: facts.rule.id,
      allows: allowsInWords(facts),
      secrets: secretsOf(facts),
      incident: facts.incident?.id ?? null,
      openUntil: facts.expiresAt as Date, // an open use has its end
    }))
  return { system, profile: known?.id ?? profile, open: uses.length > 0, until: uses[0]?.openUntil ?? null, uses, judgedAt: looker.now }
}
