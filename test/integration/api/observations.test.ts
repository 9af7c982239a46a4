import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { raiseFindingInput } from '@/lib/schemas/finding'
import { raiseFinding } from '@/lib/usecases/finding/raise-finding'
import { aBearer, aKey, api } from '../../support/api'
import { anApprovedException } from '../../support/drift'
import { present, robodjStaging } from '../../support/observations'
import { aGovernedSystem, type Scene, trailLength } from '../../support/scene'

let robodj: Scene
let stack: Scene
let token: string
let elsewhere: string
beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  stack = await aGovernedSystem('stack')
  token = (await aBearer(robodj.people.admin, { scopes: ['read', 'observation:report'], systemId: 'robodj' })).secret
  elsewhere = (await aBearer(stack.people.admin, { scopes: ['read', 'observation:report'], systemId: 'stack' })).secret
})

const AT = 'POST /systems/robodj/observations'
const post = (body: unknown, secret = token, headers = {}) => api(secret, AT, { body, headers })
const past = { primaryRuntime: 'Windows launcher', launchPath: 'python main.py', dataSource: 'Staging config snapshots' }

describe('POST /systems/{system}/observations', () => {
  it('takes one, and says what opened and closed', async () => {
    const opened = await post({ profile: 'staging', instance: 'stg-1', facts: { runtime: past } })
    expect(opened.status).toBe(201)
    expect(opened.body.opened).toMatchObject([{ rule: 'runtime.launchPath', profile: 'staging' }])
    const closed = await post({ profile: 'staging', instance: 'stg-1', facts: robodjStaging() })
    expect(closed.body.closed).toEqual((opened.body.opened as { id: string }[]).map(({ id }) => id))
  })

  it('takes a hundred, and no more', async () => {
    const many = (n: number) => ({
      observations: Array.from({ length: n }, (_, i) => ({ profile: 'staging', instance: `w-${i}`, facts: { files: { present: [] } } })),
    })
    expect((await post(many(100))).body.observations).toHaveLength(100)
    expect((await post(many(101))).body).toMatchObject({ code: 'invalid', place: 'observations' })
    expect((await post({ observations: [] })).status).toBe(422)
    expect((await post({ profile: 'staging', ...many(1) })).body).toMatchObject({ code: 'invalid', place: 'profile' })
    expect((await post({ profile: 'staging' })).body).toMatchObject({ code: 'invalid', place: 'facts' })
  })

  it('with an idempotency key is answered the same again, and another body under it is refused (T10)', async () => {
    const key = { 'Idempotency-Key': aKey() }
    const body = { profile: 'staging', instance: 'keyed', facts: robodjStaging() }
    const first = await post(body, token, key)
    const length = await trailLength()
    const again = await post(body, token, key)
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true'])
    expect(await trailLength()).toBe(length)
    expect((await post({ ...body, instance: 'other' }, token, key)).body.code).toBe('idempotency_conflict')
  })

  it('is refused whole for bad input, with the place and never the value, and nothing of it is kept, logged or answered (T18)', async () => {
    const before = [await trailLength(), await db.observation.count(), await db.profileFact.count()]
    const canary = randomBytes(24).toString('base64url')
    const logged: string[] = []
    const spies = (['log', 'warn', 'error', 'info'] as const).map((level) =>
      vi.spyOn(console, level).mockImplementation((...words: unknown[]) => void logged.push(words.map(String).join(' '))),
    )
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((words) => logged.push(String(words)) > 0)
    const fine = { profile: 'staging', instance: 'fine', facts: { files: { present: [] } } }
    const bad: [string, object, string][] = [
      ['an unknown profile', { profile: 'moon', facts: fine.facts }, 'observations[1].profile'],
      ['a year-2099 clock', { ...fine, claimedAt: '2099-01-01T00:00:00Z' }, 'observations[1].claimedAt'],
      [
        '10,000 variables',
        { profile: 'staging', facts: { variables: Array.from({ length: 10_000 }, (_, i) => present(`V_${i}`)) } },
        'observations[1].facts.variables',
      ],
      ['another script', { profile: 'staging', facts: { variables: [present('РОБОТ_KEY')] } }, 'observations[1].facts.variables[0].name'],
      ['another script as runtime', { ...fine, instance: 'узел-1' }, 'observations[1].instance'],
      [
        'a value as name',
        { profile: 'staging', facts: { variables: [present(`A${canary.replace(/[^A-Za-z0-9]/g, '')}9z`)] } },
        'observations[1].facts.variables[0].name',
      ],
      [
        'a value where a name belongs',
        { profile: 'staging', facts: { variables: [present(`ROBODJ_SECRET_KEY=${canary}`)] } },
        'observations[1].facts.variables[0].name',
      ],
      [
        'an address with a password',
        { profile: 'staging', facts: { runtime: { dataSource: `postgresql://robodj:${canary}@db/robodj` } } },
        'observations[1].facts.runtime.dataSource',
      ],
      [
        'a field for a value',
        { profile: 'staging', facts: { variables: [{ ...present('ROBODJ_ENV'), value: canary }] } },
        'observations[1].facts.variables[0].value',
      ],
    ]
    try {
      for (const [what, observation, place] of bad) {
        const answer = await post({ observations: [fine, observation] })
        expect([answer.status, answer.body.place], what).toEqual([what === 'an unknown profile' ? 404 : 422, place])
        expect(answer.text, what).not.toContain(canary)
      }
    } finally {
      write.mockRestore()
      for (const spy of spies) spy.mockRestore()
    }
    expect(logged.join('\n')).not.toContain(canary)
    // Refusals of tokens without a right are on the record; what was typed is not.
    expect([await trailLength(), await db.observation.count(), await db.profileFact.count()]).toEqual(before)
    expect((await post({ observations: [fine, { profile: 'moon', facts: fine.facts }] })).body.detail).toBe(
      'RoboDJ has no profile moon. Its profiles are dev, staging, prod.',
    )
  })

  it('needs the scope, the system, and a token (T11, T23)', async () => {
    const body = { profile: 'staging', facts: { files: { present: [] } } }
    const reader = (await aBearer(robodj.people.admin, { scopes: ['read'], systemId: 'robodj' })).secret
    expect((await post(body, reader)).body).toMatchObject({ code: 'not_allowed', place: 'observation:report' })
    expect((await post(body, elsewhere)).status).toBe(404)
    expect((await api(null, AT, { body })).status).toBe(401)
  })

  it('keeps what one of 1,000 variables says, the most there may be', async () => {
    const variables = Array.from({ length: 1_000 }, (_, i) => present(`WORKER_SETTING_${i}`))
    expect((await post({ profile: 'dev', instance: 'big', facts: { variables } })).status).toBe(201)
    await db.profileFact.deleteMany({ where: { instance: 'big' } })
    await post({ profile: 'dev', instance: 'big', facts: { variables: [] } })
  })
})

describe('GET', () => {
  it('observations are listed newest first by pages, and one has its facts', async () => {
    await post({
      profile: 'prod',
      environment: undefined,
      instance: 'p-1',
      claimedAt: new Date().toISOString(),
      facts: { files: { present: ['config/a.json'] } },
    })
    const first = await api(token, 'GET /systems/robodj/observations', { query: { profile: 'production', limit: 1 } })
    expect(first.body.items).toMatchObject([{ profile: 'prod', instance: 'p-1', sections: ['files'], source: 'runtime' }])
    expect(first.body.items?.[0]).not.toHaveProperty('facts')
    const all: string[] = []
    let cursor: string | null | undefined
    do {
      const page = await api(token, 'GET /systems/robodj/observations', { query: { limit: 40, ...(cursor ? { cursor } : {}) } })
      all.push(...(page.body.items ?? []).map(({ id }) => String(id)))
      cursor = page.body.next
    } while (cursor)
    expect(all).toHaveLength(await db.observation.count({ where: { systemId: 'robodj' } }))
    expect(new Set(all).size).toBe(all.length)
    const one = await api(token, `GET /systems/robodj/observations/${first.body.items?.[0]?.id}`)
    expect(one.body.facts).toEqual({ files: { present: ['config/a.json'] } })
    expect((await api(elsewhere, `GET /systems/robodj/observations/${all[0]}`)).status).toBe(404)
    expect((await api(elsewhere, `GET /systems/stack/observations/${all[0]}`)).status).toBe(404)
  })

  it('verdicts say where every rule stands, with what covers it and the finding that is open', async () => {
    await post({ profile: 'staging', instance: 'stg-1', facts: { runtime: past } })
    const before = await api(token, 'GET /systems/robodj/verdicts', { query: { profile: 'staging', state: 'open_drift' } })
    expect(before.body.items).toMatchObject([
      { rule: 'runtime.launchPath', observed: 'python main.py', exception: null, finding: expect.stringMatching(/^FND-/) },
    ])
    const exception = await anApprovedException(robodj, { profile: 'staging', rule: 'runtime.launchPath' })
    const covered = await api(token, 'GET /systems/robodj/verdicts', { query: { state: 'covered_drift' } })
    expect(covered.body.items).toMatchObject([{ rule: 'runtime.launchPath', exception }])
    const check = 'python config/validate_config.py'
    const at = new Date(Date.now() - 1_000).toISOString()
    await post({ profile: 'staging', instance: 'stg-1', facts: { checks: [{ check, ok: false, at }] } })
    const covering = await anApprovedException(robodj, { profile: 'staging', rule: `check.${check}` })
    const follows = await api(token, 'GET /systems/robodj/verdicts', { query: { profile: 'staging', state: 'covered_drift' } })
    expect(follows.body.items?.find(({ rule }) => rule === 'constraint.config-validation')).toMatchObject({ exception: covering })
    await post({ profile: 'staging', instance: 'stg-1', facts: { checks: [{ check, ok: true, at: new Date().toISOString() }] } })
    const all = await api(token, 'GET /systems/robodj/verdicts')
    expect(new Set((all.body.items ?? []).map(({ profile }) => profile))).toEqual(new Set(['dev', 'staging', 'prod']))
    expect((await api(token, 'GET /systems/robodj/verdicts', { query: { profile: 'moon' } })).status).toBe(404)
    expect((await api(elsewhere, 'GET /systems/robodj/verdicts')).status).toBe(404)
  })

  it('findings are filtered, in pages, and never those of other systems (T23)', async () => {
    const { id } = await raiseFinding(
      stack.people.engineer,
      raiseFindingInput.parse({ system: 'stack', kind: 'conflict', document: 'hld', title: 'Ports', expected: '8000', observed: '8080' }),
    )
    const mine = await api(token, 'GET /findings')
    expect(mine.body.items?.length).toBeGreaterThan(1)
    expect((mine.body.items ?? []).every(({ system }) => system === 'robodj')).toBe(true)
    const open = await api(token, 'GET /findings', { query: { state: 'open', profile: 'staging', severity: 'block' } })
    expect(open.body.items).toMatchObject([
      { rule: 'runtime.launchPath', state: 'covered', exception: expect.stringMatching(/^EXC-/), closed: null },
    ])
    const closed = await api(token, 'GET /findings', { query: { state: 'closed', limit: 1 } })
    expect(closed.body.items).toMatchObject([{ state: 'closed', closed: { how: 'facts' } }])
    const one = await api(elsewhere, `GET /findings/${id}`)
    expect(one.body).toMatchObject({ kind: 'conflict', state: 'open', raisedBy: { kind: 'person' }, profile: null })
    expect((await api(token, `GET /findings/${id}`)).status).toBe(404)
    expect((await api(token, 'GET /findings', { query: { system: 'stack' } })).status).toBe(404)
  })
})
