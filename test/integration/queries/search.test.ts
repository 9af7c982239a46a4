import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { GET } from '@/app/api/search/route'
import type { PaletteItem } from '@/components/layout/palette-item'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { search } from '@/lib/queries/search'
import { aPerson } from '../../support/people'
import { aSealedPromotion, sign } from '../../support/promotions'
import { aGovernedSystem, type Scene } from '../../support/scene'

let one: Scene
let two: Scene
let sealed: Awaited<ReturnType<typeof aSealedPromotion>>
let signature: string
let gitSha: string

let who: Ctx | null = null
vi.mock('@/lib/auth/session', () => ({ viewer: async () => who && { actor: who.actor, now: new Date(), ctx: who } }))

const find = (ctx: Ctx, query: string) => search({ actor: ctx.actor, now: new Date() }, query)
const kinds = async (ctx: Ctx, query: string) => (await find(ctx, query)).map(({ kind, title }) => `${kind}: ${title}`)

beforeAll(async () => {
  one = await aGovernedSystem('robodj')
  two = await aGovernedSystem('dreichor')
  sealed = await aSealedPromotion(one, 'prod')
  signature = (await sign(one.people.secops, sealed.id, 'secops', sealed.hash)).id
  gitSha = (await db.release.findUniqueOrThrow({ where: { id: sealed.releaseId } })).gitSha
}, 60_000)

describe('objects', () => {
  it('are found by id, however it is written', async () => {
    const { management } = one.people
    const digits = sealed.id.slice(4)
    for (const query of [sealed.id, sealed.id.toLowerCase(), `prm${Number(digits)}`])
      expect(await kinds(management, query), query).toContain(`Promotion: ${sealed.id}`)
    expect((await find(management, signature))[0]).toMatchObject({ kind: 'Signature', target: { to: 'signature', id: signature } })
    expect(await find(management, 'PRM-9999')).toEqual([])
  })

  it('are found by the start of a hash, spaced or named, of a dossier or a commit', async () => {
    const { management } = one.people
    const spaced = sealed.hash.slice(0, 12).replace(/(.{4})(?=.)/g, '$1 ')
    for (const query of [
      sealed.hash.slice(0, 8),
      sealed.hash,
      `sha256:${sealed.hash.slice(0, 10)}`,
      spaced,
      sealed.hash.slice(0, 8).toUpperCase(),
    ])
      expect(await kinds(management, query), query).toContain(`Sealed version: ${sealed.id}, version 1`)
    expect(await kinds(management, gitSha.slice(0, 9))).toContain(`Release: RoboDJ ${sealed.version}`)
  })

  it('are found by name, version and variable', async () => {
    const { management } = one.people
    expect(await kinds(management, 'robo')).toContain('System: RoboDJ')
    expect(await kinds(management, `robodj ${sealed.version}`)).toEqual(
      expect.arrayContaining([`Promotion: RoboDJ ${sealed.version} to prod`, `Release: RoboDJ ${sealed.version}`]),
    )
    expect(await find(management, 'ROBODJ_SECRET')).toContainEqual(
      expect.objectContaining({
        kind: 'Variable',
        target: { to: 'env', system: 'robodj', name: expect.stringContaining('ROBODJ_SECRET') },
      }),
    )
  })

  it('of systems that somebody may not see do not exist (T23)', async () => {
    for (const query of [sealed.id, signature, sealed.hash.slice(0, 10), gitSha.slice(0, 10), 'robodj', sealed.version, 'ROBODJ_SECRET'])
      expect(JSON.stringify(await find(two.people.management, query)), query).not.toMatch(/robodj/i)
  })

  it.each(['%', '__', "' OR 1=1 --", '%%%%%%', '\\', '((', 'a%', '0x%'])('take %s as it is written (T39)', async (query) => {
    expect(await find(await aPerson('Nobody Special', ['engineer'], 'robodj'), query)).toEqual([])
  })
})

describe('commands', () => {
  it('lead to the ceremony of who may sign, and say why to who may not', async () => {
    const command = async (ctx: Ctx) => (await find(ctx, `sign ${sealed.id}`)).find(({ kind }) => kind === 'Command')
    expect(await command(one.people.management)).toMatchObject({
      hint: 'as Management',
      refusal: null,
      target: { to: 'sign', id: sealed.id, slot: 'management', version: 1 },
    })
    expect((await command(one.people.engineer))?.refusal?.sentence).toMatch(/a role you do not hold/)
    expect((await command(one.people.secops))?.refusal?.sentence).toMatch(/already signed|One person, one signature/)
    expect(await command(two.people.management)).toBeUndefined()
  })

  it('start a promotion, or say who does', async () => {
    const start = async (ctx: Ctx) => (await find(ctx, 'start promotion')).find(({ target }) => target.to === 'promotions-new')
    expect((await start(one.people.dev_lead))?.refusal).toBeNull()
    expect((await start(one.people.auditor))?.refusal?.sentence).toBeTruthy()
  })
})

describe('GET /api/search', () => {
  const ask = async (q: string) => {
    const response = await GET(new Request(`http://localhost/api/search?${new URLSearchParams({ q })}`))
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  beforeEach(() => {
    who = one.people.management
  })

  it('answers items with an address for each', async () => {
    const { status, headers, text } = await ask(sealed.id)
    expect(status).toBe(200)
    expect(headers.get('cache-control')).toBe('private, no-store')
    const { items } = JSON.parse(text) as { items: PaletteItem[] }
    expect(items.map(({ href }) => href)).toContain(`/promotions/${sealed.id}`)
    expect(items.every(({ href }) => href.startsWith('/'))).toBe(true)
  })

  it('answers nobody, nothing too long, and nothing for a word too short', async () => {
    expect(JSON.parse((await ask('a')).text)).toEqual({ items: [] })
    expect((await ask('a'.repeat(201))).status).toBe(422)
    who = null
    expect((await ask('robodj')).status).toBe(401)
  })

  it('neither takes nor repeats a secret (T18)', async () => {
    const secret = `AKIA${'ABCDEFGH23456789'}`
    const { status, text } = await ask(secret)
    expect(status).toBe(422)
    expect(text).not.toContain(secret)
  })
})
