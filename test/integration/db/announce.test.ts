import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { announce, flushNews } from '@/lib/db/announce'
import { onChanges } from '@/lib/db/changes'
import { mutate } from '@/lib/db/mutate'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Heard } from '@/lib/domain/change-key'
import { aPerson } from '../../support/people'

const WAIT = { timeout: 8_000, interval: 20 }

const seen = (system: string | null, id: string): AuditEvent => ({
  action: 'dossier.opened',
  system,
  subject: { kind: 'promotion', id },
})

const stops: (() => void)[] = []
async function listening(): Promise<Heard[]> {
  const heard: Heard[] = []
  stops.push(onChanges((told) => heard.push(told)))
  // The connection is made in the background; a change of our own tells that it is there.
  await vi.waitFor(async () => {
    announce([seen(null, 'PRM-9999')])
    await flushNews()
    expect(heard.length).toBeGreaterThan(0)
  }, WAIT)
  await new Promise((done) => setTimeout(done, 100))
  heard.length = 0
  return heard
}

afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

async function listeners(): Promise<number> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
  await client.connect()
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'countersign live' AND datname = current_database()`,
  )
  await client.end()
  return rows[0]?.n ?? 0
}

describe('news of changes', () => {
  it('go out after the commit, together, each key once, and nothing but keys', async () => {
    const heard = await listening()
    const who = await aPerson('Ines Okafor', ['release_manager'])
    await mutate(who, async () => ({ result: null, events: [seen('robodj', 'PRM-0001'), seen('robodj', 'PRM-0001')] }))
    await mutate(who, async () => ({ result: null, events: [seen('waxwatch', 'PRM-0002')] }))
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0), WAIT)
    await flushNews()
    await vi.waitFor(() => expect(heard.flatMap((told) => (told === 'everything' ? [] : told)).length).toBe(2), WAIT)
    expect(heard.flatMap((told) => (told === 'everything' ? [] : told))).toEqual([
      ['robodj', 'promotion', 'PRM-0001', null],
      ['waxwatch', 'promotion', 'PRM-0002', null],
    ])
  })

  it('do not go out for what was rolled back', async () => {
    const heard = await listening()
    const who = await aPerson('Ines Okafor', ['release_manager'])
    await expect(
      mutate(who, async () => {
        throw new Error('made up')
      }),
    ).rejects.toThrow('made up')
    await flushNews()
    await new Promise((done) => setTimeout(done, 150))
    expect(heard).toEqual([])
  })

  it('say "anything" when there are too many to name', async () => {
    const heard = await listening()
    announce(Array.from({ length: 60 }, (_, index) => seen('robodj', `PRM-${index}`)))
    await flushNews()
    await vi.waitFor(() => expect(heard).toEqual(['everything']), WAIT)
  })

  it('come over one connection however many follow, which is given back with the last of them', async () => {
    await listening()
    await listening()
    expect(await listeners()).toBe(1)
    for (const stop of stops.splice(0)) stop()
    await vi.waitFor(async () => expect(await listeners()).toBe(0), WAIT)
  })

  it('after a lost connection everybody hears "everything"', async () => {
    const heard = await listening()
    const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
    await client.connect()
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'countersign live' AND datname = current_database()`,
    )
    await client.end()
    await vi.waitFor(() => expect(heard).toContain('everything'), WAIT)
  })
})
