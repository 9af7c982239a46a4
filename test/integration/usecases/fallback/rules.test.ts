import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadDebts } from '@/lib/db/load-debts'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { fallbackRules, needsInWords } from '@/lib/domain/fallback-rule'
import { Refused } from '@/lib/domain/refusal'
import { ROLES, type Role } from '@/lib/domain/roles'
import { returnFallback } from '@/lib/usecases/fallback/return-fallback'
import { withdrawFallback } from '@/lib/usecases/fallback/withdraw-fallback'
import { declareIncident } from '@/lib/usecases/incident/declare-incident'
import { anIncident, ask, cleanUp, fallbackOf, fallbackPhaseOf, grant, inHours, passTime } from '../../../support/fallbacks'
import { aToken } from '../../../support/people'
import { refusedWithoutTrace } from '../../../support/record'
import { aGovernedSystem, refusalOf, type Scene } from '../../../support/scene'

// Each rule of the real policies: what a request has to bring, who may ask, who grants, what is owed. Nothing here is known to the code.

let robodj: Scene
let stack: Scene
beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
})

const kinds = async (system: string, id: string) =>
  (await loadDebts(db, [system], new Date())).filter(({ subject }) => subject.id === id).map(({ kind }) => kind)
const rulesOf = async (system: string) => fallbackRules((await loadActivePolicy(db, system)).policy)

describe('the rules of a policy as one list (000.18)', () => {
  it('those of the ownership table with their files, and those that stand by themselves', async () => {
    const rules = await rulesOf('robodj')
    expect(rules.map(({ id, kind, profile, mappings }) => [id, kind, profile.id, mappings.map(({ file }) => file)])).toEqual([
      ['dev', 'secret_file', 'dev', ['secret.key', 'secret_v2.key']],
      ['staging', 'secret_file', 'staging', ['secret.key', 'secret_v2.key']],
      ['prod', 'secret_file', 'prod', ['secret.key', 'secret_v2.key']],
    ])
    expect(rules[2]?.allows).toBe('Reading secret.key and secret_v2.key from disk. Nothing else changes.')
    expect(await rulesOf('stack')).toMatchObject([
      { id: 'production-seeding', kind: 'break_glass', mappings: [], allows: expect.stringContaining('Nothing else changes.') },
    ])
  })

  it('say what each needs before anybody asks', async () => {
    const [dev, staging, prod] = (await rulesOf('robodj')).map(needsInWords)
    expect(dev).toEqual(['Only for local development or break glass testing', 'Afterwards, within 24 hours: Remove after use.'])
    expect(staging?.slice(0, 2)).toEqual(['An incident ticket', 'An end, at most 4 hours from now'])
    expect(prod?.slice(0, 2)).toEqual(['An incident of the system that is open', 'An end, at most 4 hours from now'])
    expect(prod?.at(-1)).toBe('A second person reviews it within 24 hours')
  })
})

describe('who may ask is the rule’s', () => {
  it.each(ROLES)('as %s', async (role: Role) => {
    const incident = await anIncident(robodj)
    for (const rule of await rulesOf('robodj')) {
      const attempt = () =>
        ask(robodj, robodj.people[role], { rule: rule.id, incident, ticket: 'OPS-2231', purpose: rule.fallback.purposes[0] })
      if (rule.fallback.askedBy.includes(role)) {
        const asked = await attempt().catch((error: Refused) => error)
        // Whoever is the only one to grant it has nobody to ask: that is another refusal.
        if (asked instanceof Refused) expect(asked.refusal.code).toBe('slot_gap')
        else await withdrawFallback(robodj.people[role], { fallback: asked.id, reason: 'Only to see who may.' })
      } else expect((await refusedWithoutTrace(attempt)).code).toBe('not_allowed')
    }
  })

  it('never software', async () => {
    const token = await aToken(robodj.people.release_manager, { scopes: ['read'], systemId: 'robodj' })
    expect((await refusedWithoutTrace(() => ask(robodj, token, { rule: 'staging', ticket: 'OPS-2231' }))).code).toBe('not_allowed')
  })
})

describe('dev: explicit local use, removed afterwards (000.19)', () => {
  it('needs one of its purposes and nothing else, ends by its longest duration, and owes its removal without evidence', async () => {
    const { engineer, dev_lead } = robodj.people
    expect(await refusedWithoutTrace(() => ask(robodj, engineer, { rule: 'dev', purpose: 'break-glass' }))).toMatchObject({
      code: 'policy_forbids',
      place: 'purpose',
    })
    const asked = await ask(robodj, engineer, { rule: 'dev', purpose: 'local-development', until: undefined, secrets: 'secret-key' })
    await grant(dev_lead, asked, 'dev-lead')
    const facts = await fallbackOf(asked.id)
    expect(facts.mappings).toEqual(['secret-key'])
    expect(Math.round(((facts.expiresAt as Date).getTime() - facts.askedAt.getTime()) / 3_600_000)).toBe(8)
    await returnFallback(engineer, { fallback: asked.id })
    expect(await kinds('robodj', asked.id)).toEqual(['clean_up'])
    await cleanUp(engineer, asked.id, { note: undefined })
    expect(await kinds('robodj', asked.id)).toEqual([])
    expect(await fallbackPhaseOf(asked.id)).toBe('cleaned_up')
  })

  it('somebody who asks for it does not grant it, whatever other role they hold', async () => {
    const asked = await ask(robodj, robodj.people.dev_lead, { rule: 'dev', purpose: 'break-glass-testing' }).catch((error) => error)
    // The only dev lead asked: nobody could ever grant it, and that is said at once.
    expect(asked.refusal).toMatchObject({ code: 'slot_gap' })
  })

  it('what is no secret of the rule is not allowed', async () => {
    expect(
      await refusedWithoutTrace(() =>
        ask(robodj, robodj.people.engineer, { rule: 'dev', purpose: 'local-development', secrets: ['other'] }),
      ),
    ).toMatchObject({ code: 'policy_forbids', place: 'secrets' })
  })
})

describe('staging: a documented incident ticket and an expiry (000.20)', () => {
  it('both are needed; the outside reference of an incident is a ticket too', async () => {
    const { engineer, management } = robodj.people
    const attempt = (more: object) => refusedWithoutTrace(() => ask(robodj, engineer, { rule: 'staging', ...more }))
    expect(await attempt({})).toMatchObject({ code: 'policy_forbids', place: 'ticket' })
    expect(await attempt({ ticket: 'OPS-2231', until: undefined })).toMatchObject({ code: 'policy_forbids', place: 'until' })
    expect(await attempt({ ticket: 'OPS-2231', until: inHours(-1).toISOString() })).toMatchObject({ code: 'invalid', place: 'until' })
    expect(await attempt({ ticket: 'OPS-2231', until: inHours(4.1).toISOString() })).toMatchObject({
      code: 'policy_forbids',
      place: 'until',
    })
    const asked = await ask(robodj, engineer, { rule: 'staging', ticket: 'OPS-2231' })
    expect((await refusalOf(grant(robodj.people.incident_commander, asked, 'management'))).code).toBe('not_allowed')
    await grant(management, asked, 'management')
    await passTime(asked.id, '1 hour')
    expect(await kinds('robodj', asked.id)).toEqual(['clean_up'])
    expect((await refusedWithoutTrace(() => cleanUp(engineer, asked.id, { note: undefined }))).place).toBe('note')
    await cleanUp(engineer, asked.id)
    const { id: incident } = await declareIncident(engineer, {
      system: 'robodj',
      title: 'Staging is down',
      severity: 'sev3',
      reference: 'OPS-2232',
    })
    const under = await ask(robodj, engineer, { rule: 'staging', incident })
    expect(await fallbackOf(under.id)).toMatchObject({ ticket: 'OPS-2232', incident: { id: incident } })
    await withdrawFallback(engineer, { fallback: under.id, reason: 'Only to see.' })
  })
})

describe('prod: only during an active incident (000.21)', () => {
  it('an incident of that system which is open, and an expiry', async () => {
    const { secops } = robodj.people
    const attempt = (more: object) => refusedWithoutTrace(() => ask(robodj, secops, { rule: 'prod', ...more }))
    expect(await attempt({})).toMatchObject({ code: 'policy_forbids', place: 'incident' })
    expect(await attempt({ ticket: 'OPS-2231' })).toMatchObject({ code: 'policy_forbids', place: 'incident' })
    expect(await attempt({ incident: 'INC-99999' })).toMatchObject({ code: 'not_found', place: 'incident' })
    expect(await attempt({ incident: await anIncident(stack) })).toMatchObject({ code: 'not_found', place: 'incident' })
    const incident = await anIncident(robodj)
    expect(await attempt({ incident, until: undefined })).toMatchObject({ code: 'policy_forbids', place: 'until' })
    const { id } = await ask(robodj, secops, { rule: 'prod', incident })
    await withdrawFallback(secops, { fallback: id, reason: 'Only to see.' })
  })
})

describe('another break-glass: seeding production (002.33)', () => {
  it('has no files, its own slots, a review, and owes any rotation of the profile once exposed', async () => {
    const { engineer, production_approver } = stack.people
    const asked = await ask(stack, engineer, { rule: 'production-seeding', ticket: 'OPS-7', until: inHours(2).toISOString() })
    expect(asked.opensAlone).toBe(false)
    await grant(production_approver, asked, 'incident-commander-or-approver')
    expect((await fallbackOf(asked.id)).mappings).toEqual([])
    await returnFallback(engineer, { fallback: asked.id })
    await cleanUp(engineer, asked.id, { exposed: 'yes' })
    expect((await kinds('stack', asked.id)).toSorted()).toEqual(['review', 'rotate'])
  })

  it('a commander’s own request is no grant where the rule does not say so', async () => {
    const incident = await anIncident(stack)
    const { incident_commander } = stack.people
    const asked = await ask(stack, incident_commander, { rule: 'production-seeding', ticket: 'OPS-8', incident })
    expect(asked.opensAlone).toBe(false)
    await withdrawFallback(incident_commander, { fallback: asked.id, reason: 'Only to see.' })
  })
})
