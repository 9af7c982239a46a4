import { beforeAll, describe, expect, it } from 'vitest'
import { aBearer, api } from '../../support/api'
import { aGovernedSystem, digestOf, type Scene } from '../../support/scene'

let robodj: Scene
let token: string

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  token = (await aBearer(robodj.people.secops, { scopes: ['read', 'key:report'], systemId: 'robodj' })).secret
})

const at = '/systems/robodj/profiles/prod'

describe('keys, fingerprints and audits through the API (issue 3, section 4)', () => {
  it('a machine records the pair, reports what it holds, and hears that the pair is one value (000.14 to 000.17)', async () => {
    for (const [mapping, keyId] of [
      ['secret-key', 'k7'],
      ['secret-v2-key', 'k6'],
    ])
      expect((await api(token, `POST ${at}/keys`, { body: { mapping, keyId, bornAt: '2026-09-01T00:00:00Z' } })).status).toBe(201)
    const same = ['secret-key', 'secret-v2-key'].map((mapping) => ({ mapping, fingerprint: digestOf('one value') }))
    const told = await api(token, `POST ${at}/fingerprints`, { body: { fingerprintKeyId: 'h1', fingerprints: same } })
    expect(told.body).toMatchObject({ profile: 'prod', reported: 2, findings: [{ kind: 'pair_identical' }] })
    const standings = await api(token, 'GET /systems/robodj/keys')
    expect(standings.body).toMatchObject({ findings: [{ kind: 'pair_identical' }] })
    expect(standings.body.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ profile: 'prod', rule: 'prod', state: 'due_soon', limitSeconds: 90 * 86_400 }),
        expect.objectContaining({ profile: 'dev', state: 'unknown', ageSeconds: null }),
      ]),
    )
  })

  it('another key is refused with the rule, and a value with its place', async () => {
    expect(await api(token, `POST ${at}/keys`, { body: { mapping: 'secret-key', keyId: 'k8' } })).toMatchObject({
      status: 409,
      body: { code: 'policy_forbids', place: 'keyId' },
    })
    expect(await api(token, `POST ${at}/keys`, { body: { mapping: 'secret-key', keyId: digestOf('pasted') } })).toMatchObject({
      status: 422,
      body: { code: 'secret_refused', place: 'keyId' },
    })
  })

  it('lists give every row once, by pages', async () => {
    for (let i = 0; i < 3; i += 1)
      await api(token, `POST ${at}/fingerprints`, {
        body: { fingerprintKeyId: 'h1', fingerprints: [{ mapping: 'secret-key', fingerprint: digestOf(i) }] },
      })
    const walk = async (line: `GET /${string}`, limit: number) => {
      const ids: unknown[] = []
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const { body } = await api(token, line, { query: { limit, ...(cursor ? { cursor } : {}) } })
        ids.push(...(body.items ?? []).map(({ id }) => id))
        cursor = body.next ?? null
      }
      return ids
    }
    for (const line of [`GET ${at}/keys`, `GET ${at}/fingerprints`] as const) {
      const whole = await walk(line, 200)
      expect(whole.length).toBeGreaterThan(1)
      expect(await walk(line, 1)).toEqual(whole)
    }
    const only = await api(token, `GET ${at}/fingerprints`, { query: { mapping: 'secret-v2-key' } })
    expect(only.body.items).toMatchObject([{ mapping: 'secret-v2-key', fingerprint: digestOf('one value'), fingerprintKeyId: 'h1' }])
  })

  it('a token of SecOps records an audit, and it is listed (000.10)', async () => {
    const body = { profile: 'prod', finding: 'met', note: 'Injected only', link: 'https://example.org/audit/3' }
    expect((await api(token, 'POST /systems/robodj/secret-audits', { body })).body).toMatchObject({ profile: 'prod', rotation: null })
    const { body: list } = await api(token, 'GET /systems/robodj/secret-audits', { query: { profile: 'prod' } })
    expect(list.items).toMatchObject([{ finding: 'met', note: 'Injected only', auditedBy: { kind: 'token' } }])
  })
})
