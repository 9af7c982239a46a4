import 'server-only'
import { db } from '@/lib/db/client'
import { loadPeople } from '@/lib/db/load-people'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { type Actor, isGrantHeld, rolesOn } from '@/lib/domain/context'
import { durationMs } from '@/lib/domain/duration'
import type { FallbackPurpose } from '@/lib/domain/fallback'
import { commanderGrant, whyNotAsk } from '@/lib/domain/fallback-guards'
import { type FallbackRule, fallbackRules, type RunningRotation, type SaferWay, saferWay } from '@/lib/domain/fallback-rule'
import { type IncidentFacts, whyNotDeclare } from '@/lib/domain/incident'
import type { Policy } from '@/lib/domain/policy/schema'
import type { Refusal } from '@/lib/domain/refusal'
import { ROLE_TITLE, type Role } from '@/lib/domain/roles'
import { DAY, HOUR, MINUTE, plural } from '@/lib/format'
import { type Looker, loadReadable } from './system-standing'

/** One thing that could be asked for, and whether the viewer may. */
export type AskChoice = {
  system: { slug: string; name: string }
  rule: FallbackRule
  whyNot: Refusal | null
}

/** The chosen one, with all that its form fills in by itself. */
export type AskDetail = AskChoice & {
  /** Every rule of the system, by its profiles, in the order of the policy: shown before the button. */
  rules: readonly FallbackRule[]
  incidents: { id: string; title: string; reference: string | null; openedAt: Date }[]
  /** Filled in where the address names it or exactly one is open. */
  incident: string | null
  purposes: FallbackPurpose[]
  lengths: { ms: number; label: string }[]
  safer: SaferWay | null
  /** In which of the roles that may ask. */
  asks: string | null
  /** Whether their own request, once an incident is named, is its grant (domain.md, what always holds, 7). */
  opensAlone: boolean
  /** Who hears of it: those who may grant or review it, and the Release Manager. */
  tells: string[]
  whyNotDeclare: Refusal | null
}

export type AskPage = { systems: { slug: string; name: string }[]; choices: AskChoice[]; chosen: AskDetail | null }

/**
 * What somebody may break the glass for, over the systems they see. It is chosen by the address, or by itself where they may ask for one thing only
 * (3.3.7: nothing already known is asked again).
 */
export async function getAskPage(looker: Looker, asked: { system?: string; rule?: string; incident?: string }): Promise<AskPage> {
  const readable = await loadReadable(looker)
  const versions = await Promise.all(readable.map(({ versionId }) => loadPolicyVersion(db, versionId)))
  const systems = readable.map(({ id, name }) => ({ slug: id, name }))
  const choices = systems.flatMap((system, index) =>
    fallbackRules((versions[index] as { policy: Policy }).policy).map(
      (rule): AskChoice => ({ system, rule, whyNot: whyNotAskFor(rule, looker, system) }),
    ),
  )
  const of = asked.system ? choices.filter(({ system }) => system.slug === asked.system) : choices
  const own = of.filter(({ whyNot }) => whyNot === null)
  const choice = asked.rule ? of.find(({ rule }) => rule.id === asked.rule) : own.length === 1 ? own[0] : undefined
  if (!choice) return { systems, choices: of, chosen: null }
  const policy = versions[systems.findIndex(({ slug }) => slug === choice.system.slug)]?.policy
  return { systems, choices: of, chosen: policy ? await detailOf(looker, choice, policy, asked.incident) : null }
}

async function detailOf(looker: Looker, choice: AskChoice, policy: Policy, named: string | undefined): Promise<AskDetail> {
  const { actor, now } = looker
  const { system, rule } = choice
  const [people, incidents, running, unreviewed] = await Promise.all([
    loadPeople(db, [system.slug], now),
    db.incident.findMany({
      where: { systemId: system.slug, closedAt: null },
      orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
      take: 20,
      select: { id: true, title: true, reference: true, openedAt: true },
    }),
    db.rotation.findFirst({
      where: { systemId: system.slug, profileKey: rule.profile.id, status: { in: ['in_progress', 'verifying'] } },
      orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
      select: { id: true, status: true, ownershipKey: true },
    }),
    db.fallbackUse.count({
      where: { systemId: system.slug, profileKey: rule.profile.id, rule: rule.id, ownRequest: true, status: 'granted', reviewedAt: null },
    }),
  ])
  const { fallback } = rule
  const hears = [...new Set<Role>([...fallback.slots.flatMap(({ roles }) => roles), 'secops', 'release_manager'])]
  const grant = commanderGrant({ system: { id: system.slug, name: system.name }, sealed: null }, actor, now)
  return {
    ...choice,
    rules: fallbackRules(policy),
    incidents,
    incident: incidents.find(({ id }) => id === named)?.id ?? (incidents.length === 1 ? (incidents[0]?.id ?? null) : null),
    purposes: [...fallback.purposes],
    lengths: lengthsUpTo(durationMs(fallback.maxDuration)),
    safer: saferWay({ rule, running: running as RunningRotation | null, expected: expectedOf(policy, running?.ownershipKey) }),
    asks: asksAs(actor, rule, system.slug, now),
    opensAlone: fallback.ownRequestGrantsDuringIncident === true && grant !== null && unreviewed === 0,
    tells: people
      .filter(
        (person) =>
          person.id !== actor.id && person.grants.some((held) => hears.includes(held.role) && isGrantHeld(held, system.slug, now)),
      )
      .map(({ name }) => name)
      .toSorted((a, b) => a.localeCompare(b)),
    whyNotDeclare: whyNotDeclare(actor, { id: system.slug, name: system.name }, now),
  }
}

/** Why somebody may not ask under a rule at all, whatever they would bring: the same guard that refuses the write, given everything it wants. */
function whyNotAskFor(rule: FallbackRule, { actor, now }: Looker, system: { slug: string; name: string }): Refusal | null {
  const own = { id: system.slug, name: system.name }
  const nobody = { id: actor.id, kind: actor.kind, name: actor.name, countsAsId: actor.countsAsId }
  const incident: IncidentFacts = {
    id: 'INC-0000',
    system: own,
    profile: null,
    title: '',
    reference: null,
    severity: 'sev4',
    commander: null,
    declaredBy: nobody,
    openedAt: now,
    closed: null,
  }
  return whyNotAsk(
    {
      rule,
      purpose: rule.fallback.purposes[0] as FallbackPurpose, // the schema wants one at least
      ticket: incident.id,
      incidentNamed: incident.id,
      incident,
      until: new Date(now.getTime() + 1),
      secrets: null,
    },
    actor,
    own,
    now,
  )
}

function asksAs(actor: Actor, { fallback }: FallbackRule, system: string, now: Date): string | null {
  const held = rolesOn(actor, system, now)
  // A commander is addressed as one, whatever else they are.
  const role = held.includes('incident_commander') && fallback.askedBy.includes('incident_commander') ? 'incident_commander' : undefined
  const found = role ?? fallback.askedBy.find((each) => held.includes(each))
  return found ? ROLE_TITLE[found] : null
}

function expectedOf(policy: Policy, ownership: string | undefined): string | null {
  const rule = policy.rotation.ownership.find(({ id }) => id === ownership)
  return policy.runbooks.find(({ id }) => id === rule?.runbook)?.window?.expected ?? null
}

const LADDER = [15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY]

/** At most three lengths, the longest being the rule's own: 1, 2 and 4 hours of four. */
export function lengthsUpTo(maxMs: number): { ms: number; label: string }[] {
  return [...LADDER.filter((ms) => ms < maxMs).slice(-2), maxMs].map((ms) => ({ ms, label: lengthWords(ms) }))
}

/** "30 minutes", "2 hours", "3 days". */
function lengthWords(ms: number): string {
  if (ms % DAY === 0 && ms >= 2 * DAY) return plural(ms / DAY, 'day')
  if (ms % HOUR === 0) return plural(ms / HOUR, 'hour')
  return plural(Math.round(ms / MINUTE), 'minute')
}
