import { type Candidate, whyNotFillable } from '../approval'
import { type Grant, isGrantHeld } from '../context'
import type { SlotSubject } from '../policy/rows'
import { ROLE_TITLE, type Role } from '../roles'
import { listInWords } from '../words'
import type { SignedRule } from './signed-rules'

/** Software as of an instant: an agent or a token, and the person whose acts its acts count as. */
export type Software = { name: string; kind: 'agent' | 'token'; countsAs: { id: string; name: string } | null }

/** One system as of an instant: the rules that were active, who held what, and which software acted for whom. */
export type SegregationFacts = {
  system: { id: string; name: string }
  rules: readonly SignedRule[]
  people: readonly Candidate[]
  software: readonly Software[]
}

/** Somebody who could fill a slot, and the grant it would rest on. */
export type Filler = { id: string; name: string; role: Role; grant: string; everySystem: boolean; since: Date; until: Date | null }

/** A slot with everybody who could fill it, and who holds its role and could not. */
export type SlotReport = {
  key: string
  title: string
  roles: readonly Role[]
  last: boolean
  fillers: Filler[]
  barred: { name: string; why: string }[]
}
/** What an approval asks, who could give it, and why all its slots could not be filled together (null when they could). */
export type RuleReport = Omit<SignedRule, 'slots'> & { slots: SlotReport[]; gap: string | null }

/** Something an auditor wants to know about who could do what. `holds`: what keeps it from going wrong; null where nothing does but people. */
export type Conflict = {
  kind: 'nobody' | 'gap' | 'one_person' | 'self_granted' | 'requests_and_signs' | 'several_slots' | 'admin_signs' | 'software'
  severity: 'fail' | 'warn' | 'note'
  who: string | null
  says: string
  holds: string | null
}

/** The report on one system. */
export type SegregationReport = { system: { id: string; name: string }; rules: RuleReport[]; conflicts: Conflict[] }

const OPENS: Record<SlotSubject, string> = {
  promotion: 'promotions',
  emergency: 'emergency promotions',
  rotation: 'rotations',
  exception: 'exceptions',
  fallback: 'break-glass',
}

/**
 * Who could sign which slot of a system at an instant, and where duties could meet in one hand: grants of that instant against the policy of that
 * instant, by the same rules that judge a signature (domain.md, what always holds, 7; T02, T03, T05). Pure.
 */
export function segregationReport(facts: SegregationFacts, at: Date): SegregationReport {
  const rules = facts.rules.map((rule) => ruleReport(rule, facts, at))
  return { system: facts.system, rules, conflicts: conflictsOf(rules, facts, at) }
}

function ruleReport(rule: SignedRule, { system, people }: SegregationFacts, at: Date): RuleReport {
  const fillable = whyNotFillable(
    {
      systemId: system.id,
      systemName: system.name,
      noun: rule.title,
      slots: rule.slots,
      ownActs: new Map(),
      contributors: new Map(),
      sealedAt: at,
      signOffs: [],
    },
    people,
    at,
  )
  return {
    subject: rule.subject,
    rule: rule.rule,
    title: rule.title,
    openers: rule.openers,
    gap: fillable?.sentence ?? null,
    slots: rule.slots.map((slot) => {
      const fillers: Filler[] = []
      const barred: SlotReport['barred'] = []
      for (const who of people) {
        const held = who.grants.filter((grant) => slot.roles.includes(grant.role) && isGrantHeld(grant, system.id, at))
        if (held.length === 0) continue
        const good = held.find((grant) => grant.grantedById !== who.id)
        if (who.kind !== 'person') barred.push({ name: who.name, why: 'software does not sign for people' })
        else if (!good) barred.push({ name: who.name, why: 'granted themselves the role' })
        else fillers.push(fillerOf(who, good))
      }
      return { key: slot.key, title: slot.title, roles: slot.roles, last: slot.last, fillers, barred }
    }),
  }
}

const fillerOf = (who: Candidate, grant: Grant): Filler => ({
  id: who.id,
  name: who.name,
  role: grant.role,
  grant: grant.id,
  everySystem: grant.systemId === null,
  since: grant.startsAt,
  until: grant.endsAt,
})

function conflictsOf(rules: readonly RuleReport[], facts: SegregationFacts, at: Date): Conflict[] {
  return [...slotConflicts(rules), ...peopleConflicts(rules, facts, at), ...softwareConflicts(rules, facts)].toSorted(
    (a, b) => RANK[a.severity] - RANK[b.severity],
  )
}

const RANK = { fail: 0, warn: 1, note: 2 } as const

function slotConflicts(rules: readonly RuleReport[]): Conflict[] {
  return rules.flatMap((rule): Conflict[] => {
    const empty = rule.slots.filter(({ fillers }) => fillers.length === 0)
    if (empty.length > 0)
      return empty.map((slot) => ({
        kind: 'nobody',
        severity: 'fail',
        who: null,
        says: `Nobody could sign ${rule.title} as ${slot.title}.`,
        holds: 'Sealing is refused while a slot cannot be filled.',
      }))
    if (rule.gap !== null)
      return [
        {
          kind: 'gap',
          severity: 'fail',
          who: null,
          says: `${rule.title}: ${rule.gap}`,
          holds: 'Sealing is refused while slots cannot be filled together.',
        },
      ]
    const alone = rule.slots.filter(({ fillers }) => fillers.length === 1)
    return alone.map((slot) => ({
      kind: 'one_person',
      severity: 'warn',
      who: slot.fillers[0]?.name ?? null,
      says: `Only ${slot.fillers[0]?.name} could sign ${rule.title} as ${slot.title}.`,
      holds: null,
    }))
  })
}

function peopleConflicts(rules: readonly RuleReport[], { system, people }: SegregationFacts, at: Date): Conflict[] {
  return people
    .filter(({ kind }) => kind === 'person')
    .flatMap((who): Conflict[] => {
      const found: Conflict[] = []
      const held = who.grants.filter((grant) => isGrantHeld(grant, system.id, at))
      const mine = rules.filter((rule) => rule.slots.some(({ fillers }) => fillers.some(({ id }) => id === who.id)))
      const own = held.filter((grant) => grant.grantedById === who.id)
      if (own.length > 0)
        found.push({
          kind: 'self_granted',
          severity: 'warn',
          who: who.name,
          says: `${who.name} granted themselves ${titles(own)}.`,
          holds: 'No signature rests on a role somebody gave themselves.',
        })
      if (mine.length === 0) return found
      if (held.some(({ role }) => role === 'admin'))
        found.push({
          kind: 'admin_signs',
          severity: 'warn',
          who: who.name,
          says: `${who.name} is an admin and could sign ${countOf(mine)}.`,
          holds: 'What an admin grants themselves signs nothing; what another admin granted does.',
        })
      const both = mine.filter((rule) => held.some(({ role }) => rule.openers.includes(role)))
      const opens = [...new Set(both.map((rule) => OPENS[rule.subject]))]
      if (both.length > 0)
        found.push({
          kind: 'requests_and_signs',
          severity: 'note',
          who: who.name,
          says: `${who.name} could open ${listInWords(opens)} and could sign them.`,
          holds: 'Nobody signs what they opened, own or performed; each one is judged by who opened it.',
        })
      const several = mine.filter((rule) => rule.slots.filter(({ fillers }) => fillers.some(({ id }) => id === who.id)).length > 1)
      if (several.length > 0)
        found.push({
          kind: 'several_slots',
          severity: 'note',
          who: who.name,
          says: `${who.name} could fill more than one slot of ${listInWords(several.slice(0, 3).map(({ title }) => title))}${several.length > 3 ? ` and ${several.length - 3} more` : ''}.`,
          holds: 'One person fills one slot of an approval.',
        })
      return found
    })
}

function softwareConflicts(rules: readonly RuleReport[], { software }: SegregationFacts): Conflict[] {
  return software.flatMap(({ name, kind, countsAs }): Conflict[] => {
    if (countsAs === null)
      return [
        {
          kind: 'software',
          severity: 'note',
          who: name,
          says: `Nobody is named who answers for the ${kind} ${name}.`,
          holds: 'Software does not sign.',
        },
      ]
    const signs = rules.filter((rule) => rule.slots.some(({ fillers }) => fillers.some(({ id }) => id === countsAs.id)))
    if (signs.length === 0) return []
    return [
      {
        kind: 'software',
        severity: 'note',
        who: name,
        says: `The ${kind} ${name} acts for ${countsAs.name}, who could sign ${countOf(signs)}.`,
        holds: `What it opens or performs counts as ${countsAs.name}’s own act, so they cannot sign it.`,
      },
    ]
  })
}

const countOf = (rules: readonly RuleReport[]): string => (rules.length === 1 ? (rules[0]?.title ?? 'a rule') : `${rules.length} rules`)

const titles = (grants: readonly Grant[]): string => listInWords([...new Set(grants.map(({ role }) => ROLE_TITLE[role]))])
