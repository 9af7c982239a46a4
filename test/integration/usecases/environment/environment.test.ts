import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadOpenFindings } from '@/lib/db/load-findings'
import { loadVerdicts } from '@/lib/db/load-judge-context'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { loadPromotions } from '@/lib/db/load-promotions'
import { loadVerdictFacts } from '@/lib/db/load-verdict'
import type { Ctx } from '@/lib/domain/context'
import { holdsOf } from '@/lib/domain/promotion-holds'
import { recordFlagInput, recordGovernedChangeInput } from '@/lib/schemas/contract-choice'
import { endFlag } from '@/lib/usecases/environment/end-flag'
import { recordFlag } from '@/lib/usecases/environment/record-flag'
import { recordGovernedChange } from '@/lib/usecases/environment/record-governed-change'
import { aReporter, observe, present, printOf } from '../../../support/observations'
import { anOpenPromotion } from '../../../support/promotions'
import { asOwner } from '../../../support/record'
import { aGovernedSystem, refusalOf, type Scene, trail, trailLength } from '../../../support/scene'

let waxwatch: Scene
let dreichor: Scene
let runtime: Ctx
beforeAll(async () => {
  waxwatch = await aGovernedSystem('waxwatch')
  dreichor = await aGovernedSystem('dreichor')
  runtime = await aReporter(waxwatch)
})

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
const flag = (more: object = {}) =>
  recordFlagInput.parse({
    system: 'waxwatch',
    name: 'preview-7',
    countsAs: 'development',
    reason: 'A preview that shows routes to developers.',
    owner: waxwatch.people.dev_lead.actor.id,
    expiresAt: inHours(24),
    ...more,
  })
const open = async (system: string, profile: string) =>
  (await loadOpenFindings(db, [system])).filter((each) => each.profile === profile).map(({ rule }) => rule)

describe('the explicit flag for a name nobody declared (001.5 to 001.7)', () => {
  it('lets the name count as what it says until it ends, with owner, reason and end on the record', async () => {
    const facts = { environment: { name: 'preview-7' }, routes: { exposed: ['/dev/jobs'] } }
    await observe(runtime, 'waxwatch', 'dev', facts)
    expect(await open('waxwatch', 'dev')).toContain('environment.name')
    const { id } = await recordFlag(waxwatch.people.secops, flag())
    expect(await open('waxwatch', 'dev')).not.toContain('environment.name')
    expect(await db.environmentFlag.findUniqueOrThrow({ where: { id } })).toMatchObject({
      name: 'preview-7',
      countsAs: 'development',
      endedAt: null,
    })
    expect((await trail({ subject: id }))[0]).toMatchObject({
      action: 'environment_flag.recorded',
      after: { name: 'preview-7', class: 'development' },
    })
    await endFlag(waxwatch.people.release_manager, { flag: id })
    expect(await open('waxwatch', 'dev')).toContain('environment.name')
    expect((await trail({ subject: id })).map(({ action }) => action)).toEqual(['environment_flag.recorded', 'environment_flag.ended'])
    expect(await refusalOf(endFlag(waxwatch.people.release_manager, { flag: id }))).toMatchObject({ code: 'wrong_state' })
  })

  it('is honoured by no reader once it has expired, and can then be recorded again', async () => {
    const { id } = await recordFlag(waxwatch.people.secops, flag())
    const states = async () =>
      ((await loadVerdicts(db, [await loadActivePolicy(db, 'waxwatch')], new Date())).get('waxwatch') ?? []).find(
        ({ profile, rule }) => profile === 'dev' && rule === 'environment.name',
      )?.state
    expect(await states()).toBe('met')
    await asOwner(`UPDATE "EnvironmentFlag" SET "expiresAt" = now() - interval '1 minute' WHERE id = '${id}'`)
    expect(await states()).toBe('deviates')
    expect(await refusalOf(endFlag(waxwatch.people.secops, { flag: id }))).toMatchObject({ code: 'wrong_state' })
    const again = await recordFlag(waxwatch.people.secops, flag())
    expect(again.id).not.toBe(id)
    expect((await db.environmentFlag.findUniqueOrThrow({ where: { id } })).endedAt).not.toBeNull()
    await endFlag(waxwatch.people.secops, { flag: again.id })
  })

  it('holds promotions again from the instant it ends, though nothing is reported meanwhile', async () => {
    const { id } = await recordFlag(waxwatch.people.secops, flag({ name: 'uat', countsAs: 'pre-production' }))
    await observe(runtime, 'waxwatch', 'staging', { environment: { name: 'uat' } })
    const promotion = await anOpenPromotion(waxwatch, 'staging')
    const holds = async () => {
      const [facts] = await loadPromotions(db, { id: promotion.id }, new Date())
      return facts ? holdsOf(facts).map(({ kind, sentence }) => [kind, sentence]) : null
    }
    expect(await holds()).toEqual([])
    await asOwner(`UPDATE "EnvironmentFlag" SET "expiresAt" = clock_timestamp() WHERE id = '${id}'`)
    expect(await open('waxwatch', 'staging')).not.toContain('environment.name')
    expect(await holds()).toEqual([['finding', expect.stringMatching(/^Lapsed flag on staging: .*uat, a name nobody declared/)]])
    const asked = { system: 'waxwatch', profile: 'staging', release: promotion.version }
    const drift = (await loadVerdictFacts(db, asked))?.promotion?.drift ?? []
    expect(drift.filter(({ profile }) => profile === 'staging')).toMatchObject([{ rule: 'environment.name', exception: null }])
    const { opened } = await observe(runtime, 'waxwatch', 'staging', { environment: { name: 'uat' } })
    expect(opened).toMatchObject([{ rule: 'environment.name' }])
    expect(await holds()).toEqual([['finding', expect.stringMatching(/^FND-\d+ on staging: /)]])
    await observe(runtime, 'waxwatch', 'staging', { environment: { name: 'staging' } })
  })

  it('is refused without owner or end, for a declared name, by other roles, and where the policy allows none', async () => {
    const before = await trailLength()
    const refused = (more: object, by = waxwatch.people.secops) => refusalOf((async () => recordFlag(by, flag(more)))())
    expect(recordFlagInput.safeParse({ ...flag(), expiresAt: undefined }).success).toBe(false)
    expect(recordFlagInput.safeParse({ ...flag(), owner: undefined }).success).toBe(false)
    expect(await refused({ name: 'prod' })).toMatchObject({
      code: 'invalid',
      place: 'name',
      sentence: expect.stringContaining('production'),
    })
    expect(await refused({ expiresAt: inHours(-1) })).toMatchObject({ place: 'expiresAt' })
    expect(await refused({ expiresAt: inHours(24 * 91) })).toMatchObject({ place: 'expiresAt' })
    expect(await refused({ owner: waxwatch.people.auditor.actor.id })).toMatchObject({ place: 'owner' })
    expect(await refused({}, waxwatch.people.dev_lead)).toMatchObject({ code: 'not_allowed' })
    expect(await refused({}, dreichor.people.secops)).toMatchObject({ code: 'not_found' })
    expect(await refused({ system: 'dreichor', owner: dreichor.people.secops.actor.id }, dreichor.people.secops)).toMatchObject({
      code: 'policy_forbids',
    })
    expect(await trailLength()).toBe(before)
  })
})

describe('a governed change (004.13)', () => {
  const change = (more: object = {}) =>
    recordGovernedChangeInput.parse({
      system: 'dreichor',
      profile: 'prod',
      variables: ['DATABASE_URL'],
      reason: 'The database moved to another host.',
      reference: 'OPS-77',
      fromAt: inHours(-2),
      untilAt: inHours(2),
      ...more,
    })
  const seen = async (word: string) =>
    observe(await aReporter(dreichor), 'dreichor', 'prod', {
      variables: [present('DATABASE_URL', { fingerprint: printOf(word), source: null })],
    })

  it('explains what changed in its time: the finding closes as explained, and recorded late it says so', async () => {
    await seen('old host')
    await seen('new host')
    const [finding] = await db.finding.findMany({ where: { systemId: 'dreichor', rule: 'variable.DATABASE_URL', closedAt: null } })
    expect(finding).toBeDefined()
    const { id, late } = await recordGovernedChange(dreichor.people.release_manager, change())
    expect(late).toBe(true)
    expect(await db.finding.findUniqueOrThrow({ where: { id: finding?.id } })).toMatchObject({ closedHow: 'explained' })
    expect((await trail({ subject: id }))[0]).toMatchObject({
      action: 'governed_change.recorded',
      after: { variables: ['DATABASE_URL'], late: true, profile: 'prod' },
    })
    await seen('new host')
    expect(await open('dreichor', 'prod')).not.toContain('variable.DATABASE_URL')
  })

  it('recorded ahead it is in time; outside its time nothing is explained', async () => {
    const { late } = await recordGovernedChange(dreichor.people.secops, change({ fromAt: inHours(1), untilAt: inHours(5) }))
    expect(late).toBe(false)
  })

  it('is refused for longer than seven days, long past, far ahead, other variables and other roles', async () => {
    const before = await trailLength()
    const refused = (more: object, by = dreichor.people.secops) => refusalOf((async () => recordGovernedChange(by, change(more)))())
    expect(await refused({ untilAt: inHours(24 * 7) })).toMatchObject({ place: 'untilAt', sentence: expect.stringContaining('7 days') })
    expect(await refused({ untilAt: inHours(-3) })).toMatchObject({ place: 'untilAt' })
    expect(await refused({ fromAt: inHours(-24 * 31), untilAt: inHours(-24 * 30) })).toMatchObject({ place: 'fromAt' })
    expect(await refused({ fromAt: inHours(24 * 91), untilAt: inHours(24 * 92) })).toMatchObject({ place: 'fromAt' })
    expect(await refused({ variables: ['NOBODY_KNOWS'] })).toMatchObject({ code: 'not_found', place: 'variables' })
    expect(await refused({}, dreichor.people.dev_lead)).toMatchObject({ code: 'not_allowed' })
    expect(await refused({ profile: 'moon' })).toMatchObject({ code: 'not_found' })
    expect(await trailLength()).toBe(before)
  })
})
