import { beforeAll, describe, expect, it } from 'vitest'
import { returnFallback } from '@/lib/usecases/fallback/return-fallback'
import { aBearer, aKey, api } from '../../support/api'
import { ask, cleanUp, grant, passTime } from '../../support/fallbacks'
import { aGovernedSystem, type Scene } from '../../support/scene'

// Incidents, fallback state and debts over the API: what a pipeline or a runtime asks, and what it may tell.

let scene: Scene
let token: string
let reader: string
let elsewhere: string
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  const waxwatch = await aGovernedSystem('waxwatch')
  token = (await aBearer(scene.people.release_manager, { scopes: ['read', 'incident:declare'], systemId: 'robodj' })).secret
  reader = (await aBearer(scene.people.release_manager, { scopes: ['read'], systemId: 'robodj' })).secret
  elsewhere = (await aBearer(waxwatch.people.release_manager, { scopes: ['read', 'incident:declare'], systemId: 'waxwatch' })).secret
})

const body = { system: 'robodj', profile: 'production', title: 'Config cannot be decrypted', severity: 'sev2', reference: 'OPS-2231' }
const state = (profile: string) => api(reader, `GET /systems/robodj/profiles/${profile}/fallback`)
const SLOT = 'incident-commander-or-approver'

describe('incidents', () => {
  it('a token with the scope declares one, once for a key; one without is refused (T10, T11)', async () => {
    const headers = { 'idempotency-key': aKey() }
    const made = await api(token, 'POST /incidents', { body, headers })
    expect(made).toMatchObject({ status: 201, body: { id: expect.stringMatching(/^INC-\d{4,}$/) } })
    expect(made.headers.get('location')).toBe(`/api/v1/incidents/${made.body.id as string}`)
    expect((await api(token, 'POST /incidents', { body, headers })).body.id).toBe(made.body.id)
    expect(await api(reader, 'POST /incidents', { body })).toMatchObject({ status: 403, body: { place: 'incident:declare' } })
    expect(await api(elsewhere, 'POST /incidents', { body })).toMatchObject({ status: 404, body: { place: 'system' } })
    expect(await api(token, 'POST /incidents', { body: { ...body, closedAt: 'now' } })).toMatchObject({
      status: 422,
      body: { code: 'unknown_field' },
    })
    expect(
      await api(token, 'POST /incidents', { body: { ...body, title: 'ROBODJ_SECRET_KEY=Zk3n8Vq2Lw9xT5rB7yHc4MdPfJ6gSaEu' } }),
    ).toMatchObject({
      status: 422,
      body: { code: 'secret_refused' },
    })
    const one = await api(reader, `GET /incidents/${made.body.id as string}`)
    expect(one.body).toMatchObject({
      state: 'open',
      profile: 'prod',
      reference: 'OPS-2231',
      debts: [],
      fallbackUses: [],
      declaredBy: { kind: 'token' },
    })
    expect(await api(elsewhere, `GET /incidents/${made.body.id as string}`)).toMatchObject({ status: 404 })
  })

  it('are listed by system and state, by pages (T30)', async () => {
    for (let i = 0; i < 3; i += 1) await api(token, 'POST /incidents', { body })
    const first = await api(reader, 'GET /incidents', { query: { limit: 2, state: 'open' } })
    const rest = await api(reader, 'GET /incidents', { query: { limit: 2, state: 'open', cursor: first.body.next as string } })
    expect(new Set([...(first.body.items ?? []), ...(rest.body.items ?? [])].map(({ id }) => id)).size).toBe(4)
    expect((await api(reader, 'GET /incidents', { query: { state: 'closed' } })).body.items).toEqual([])
    expect((await api(elsewhere, 'GET /incidents')).body.items).toEqual([])
    expect(await api(elsewhere, 'GET /incidents', { query: { system: 'robodj' } })).toMatchObject({ status: 404 })
  })
})

describe('the fallback state of a profile (000.23)', () => {
  it('is closed in the normal flow and for a name nobody declared', async () => {
    for (const profile of ['dev', 'staging', 'prod', 'elsewhere'])
      expect((await state(profile)).body, profile).toMatchObject({ open: false, until: null, uses: [] })
  })

  it('is open from the grant to the expiry, by id or alias, and closed at that very instant; then its debts show (000.21)', async () => {
    const incident = (await api(token, 'POST /incidents', { body })).body.id as string
    const asked = await ask(scene, scene.people.secops, { rule: 'prod', incident })
    expect((await state('prod')).body).toMatchObject({ open: false })
    await grant(scene.people.production_approver, asked, SLOT)
    for (const profile of ['prod', 'production'])
      expect((await state(profile)).body).toMatchObject({
        open: true,
        profile: 'prod',
        uses: [{ id: asked.id, rule: 'prod', incident, secrets: [{ file: 'secret.key' }, { file: 'secret_v2.key' }] }],
      })
    expect((await state('staging')).body).toMatchObject({ open: false })
    expect((await api(reader, 'GET /fallback-uses', { query: { state: 'open', system: 'robodj' } })).body.items).toMatchObject([
      { id: asked.id, state: 'open', slots: [{ id: SLOT, grantedBy: 'The production approver' }] },
    ])
    await passTime(asked.id, '1 hour')
    expect((await state('prod')).body).toMatchObject({ open: false, uses: [] })
    expect((await api(reader, `GET /fallback-uses/${asked.id}`)).body).toMatchObject({ state: 'ended', endedHow: 'expired' })
    expect((await api(reader, 'GET /systems/robodj/debts')).body.items).toMatchObject([
      { kind: 'clean_up', profile: 'prod', incident, subject: { kind: 'fallback', id: asked.id }, overdue: false },
      { kind: 'review', profile: 'prod', incident },
    ])
    expect((await api(reader, 'GET /systems/robodj/debts', { query: { profile: 'staging' } })).body.items).toEqual([])
    expect((await api(reader, `GET /incidents/${incident}`)).body).toMatchObject({ fallbackUses: [asked.id], debts: [{}, {}] })
    await cleanUp(scene.people.secops, asked.id)
    expect((await api(reader, 'GET /systems/robodj/debts', { query: { profile: 'production' } })).body.items).toMatchObject([
      { kind: 'review' },
    ])
    expect((await api(reader, 'GET /fallback-uses', { query: { state: 'cleaned_up' } })).body.items).toMatchObject([{ id: asked.id }])
  })

  it('uses are listed by pages, with a state and without; nobody else sees them (T23, T30)', async () => {
    for (let i = 0; i < 3; i += 1) {
      const { id, sealedHash } = await ask(scene, scene.people.engineer, { rule: 'dev', purpose: 'local-development' })
      await grant(scene.people.dev_lead, { id, sealedHash }, 'dev-lead')
      await returnFallback(scene.people.engineer, { fallback: id })
    }
    for (const query of [{ limit: 2 }, { limit: 2, state: 'ended' }] as Record<string, string | number>[]) {
      const first = await api(reader, 'GET /fallback-uses', { query })
      expect(first.body.items).toHaveLength(2)
      const rest = await api(reader, 'GET /fallback-uses', { query: { ...query, cursor: first.body.next as string } })
      const ids = [...(first.body.items ?? []), ...(rest.body.items ?? [])].map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.length).toBeGreaterThanOrEqual(3)
    }
    expect((await api(elsewhere, 'GET /fallback-uses')).body.items).toEqual([])
    for (const line of ['GET /systems/robodj/debts', 'GET /systems/robodj/profiles/prod/fallback'] as const)
      expect(await api(elsewhere, line), line).toMatchObject({ status: 404 })
  })
})
