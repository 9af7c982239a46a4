import '../../support/settings'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { GET } from '@/app/api/live/route'
import { sessionCookieName } from '@/lib/auth/cookies'
import { writeSessionToken } from '@/lib/auth/session-token'
import { announce, flushNews } from '@/lib/db/announce'
import { db } from '@/lib/db/client'
import { mutate } from '@/lib/db/mutate'
import type { Ctx } from '@/lib/domain/context'
import { openStreams } from '@/lib/queries/live'
import { runClosers } from '@/lib/shutdown'
import { endSession } from '@/lib/usecases/account/end-session'
import { aPerson } from '../../support/people'
import { inBrowser } from '../../support/promotions'

const WAIT = { timeout: 8_000, interval: 20 }

type Heard = { events: [name: string, data: unknown][]; status: number; connection: string | null; isOver: boolean; stop: () => void }
const open: Heard[] = []

async function follow(ctx: Ctx | null): Promise<Heard> {
  const headers = new Headers()
  if (ctx) {
    const session = ctx.actor.session as { id: string; version: number }
    headers.set('cookie', `${sessionCookieName()}=${await writeSessionToken({ sid: session.id, sv: session.version }, 60)}`)
  }
  const abort = new AbortController()
  const response = await GET(new Request('http://localhost:3999/api/live', { headers, signal: abort.signal }))
  const heard: Heard = {
    events: [],
    status: response.status,
    connection: response.headers.get('connection'),
    isOver: false,
    stop: () => abort.abort(),
  }
  open.push(heard)
  if (response.body && response.status === 200) void read(response.body, heard)
  return heard
}

async function read(body: ReadableStream<Uint8Array>, heard: Heard): Promise<void> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const [, event = '', data = ''] = /^event: (.+)\ndata: (.*)$/s.exec(text.slice(0, end)) ?? []
      heard.events.push([event, JSON.parse(data)])
      text = text.slice(end + 2)
    }
  }
  heard.isOver = true
}

afterEach(() => {
  for (const heard of open.splice(0)) heard.stop()
})

const said = (system: string | null, id: string) => {
  announce([{ action: 'dossier.opened', system, subject: { kind: 'promotion', id } }])
  return flushNews()
}

/** Waits until the listening connection is there, which a stream makes when it is the first. */
async function tuned(heard: Heard): Promise<void> {
  await vi.waitFor(async () => {
    await said('robodj', 'PRM-9999')
    expect(heard.events.some(([name]) => name === 'change')).toBe(true)
  }, WAIT)
  await new Promise((done) => setTimeout(done, 100))
  heard.events.length = 0
}

const inside = async (name: string, system: string | null = 'robodj') => {
  for (const id of ['robodj', 'waxwatch']) await db.system.upsert({ where: { id }, create: { id, name: id }, update: {} })
  return inBrowser(await aPerson(name, ['engineer'], system))
}

describe('the stream of changes', () => {
  test('is for somebody signed in', async () => {
    expect((await follow(null)).status).toBe(401)
  })

  test('tells only of systems that they read, in keys only (T23)', async () => {
    const heard = await follow(await inside('Jonah Weiss'))
    expect(heard.status).toBe(200)
    await tuned(heard)
    await said('waxwatch', 'PRM-0001')
    await said(null, 'PRM-0002')
    await said('robodj', 'PRM-0003')
    await vi.waitFor(() => expect(heard.events).toEqual([['change', [['robodj', 'promotion', 'PRM-0003']]]]), WAIT)
  })

  test('tells a session of its own acts apart, and everybody else as ever', async () => {
    const me = await inside('Ines Okafor')
    const mine = await follow(me)
    const other = await follow(await inside('Jonah Weiss'))
    await tuned(mine)
    await tuned(other)
    mine.events.length = 0
    await mutate(me, async () => ({
      result: null,
      events: [{ action: 'dossier.opened', system: 'robodj', subject: { kind: 'promotion', id: 'PRM-0005' } }],
    }))
    await flushNews()
    await vi.waitFor(() => expect(mine.events).toEqual([['own', [['robodj', 'promotion', 'PRM-0005']]]]), WAIT)
    await vi.waitFor(() => expect(other.events).toEqual([['change', [['robodj', 'promotion', 'PRM-0005']]]]), WAIT)
  })

  test('ends with the session, at once (T09)', async () => {
    const ctx = await inside('Priya Raman')
    const heard = await follow(ctx)
    await tuned(heard)
    const session = ctx.actor.session as { id: string; version: number }
    await endSession(ctx, { session: session.id })
    await flushNews()
    await vi.waitFor(() => expect(heard.isOver).toBe(true), WAIT)
    expect(heard.events.at(-1)).toEqual(['ended', null])
    expect((await follow(ctx)).status).toBe(401)
  })

  test('follows a grant that ended: what was readable is silent from then on (T08)', async () => {
    const ctx = await inside('Martin Vasquez')
    const heard = await follow(ctx)
    await tuned(heard)
    const grant = await db.roleGrant.findFirstOrThrow({ where: { principalId: ctx.actor.id } })
    await mutate(ctx, async ({ tx, now }) => {
      await tx.roleGrant.update({ where: { id: grant.id }, data: { endsAt: now } })
      return { result: null, events: [{ action: 'grant.ended', system: null, subject: { kind: 'grant', id: grant.id } }] }
    })
    await flushNews()
    await vi.waitFor(() => expect(heard.events).toContainEqual(['change', null]), WAIT)
    heard.events.length = 0
    await said('robodj', 'PRM-0004')
    await new Promise((done) => setTimeout(done, 200))
    expect(heard.events).toEqual([])
  })

  test('is no activity: a session idles out all the same (T26)', async () => {
    const ctx = await inside('Clare Adeyemi')
    const session = ctx.actor.session as { id: string; version: number }
    const before = new Date(Date.now() - 20 * 60_000)
    await db.session.update({ where: { id: session.id }, data: { lastSeenAt: before } })
    await follow(ctx)
    expect((await db.session.findUniqueOrThrow({ where: { id: session.id } })).lastSeenAt).toEqual(before)
  })

  test('is bounded for each person, and a closed one makes room', async () => {
    const ctx = await inside('Ada Novak')
    const all = await Promise.all(Array.from({ length: 8 }, () => follow(ctx)))
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    expect((await follow(ctx)).status).toBe(429)
    all[0]?.stop()
    await vi.waitFor(() => expect(openStreams(ctx.actor.id)).toBe(7), WAIT)
    expect((await follow(ctx)).status).toBe(200)
  })

  test('lets go when the process stops', async () => {
    const heard = await follow(await inside('Ines Okafor'))
    await vi.waitFor(() => expect(heard.events).toEqual([['hello', null]]), WAIT)
    await runClosers()
    await vi.waitFor(() => expect(heard.isOver).toBe(true), WAIT)
    expect(openStreams()).toBe(0)
    // A connection kept alive would hold the stopping server for five seconds (seen).
    expect(heard.connection).toBe('close')
  })
})
