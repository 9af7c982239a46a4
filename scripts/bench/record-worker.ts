import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { db } from '@/lib/db/client'
import { readTrail, trailScope } from '@/lib/db/read-trail'
import type { TrailFilter } from '@/lib/domain/trail'
import { archived } from '@/lib/http/export-response'
import { listAuditRows } from '@/lib/queries/audit'
import { exportContent } from '@/lib/queries/trail-export/file'
import { type OpenExport, openExport } from '@/lib/queries/trail-export/open'
import { exportTrail } from '@/lib/usecases/trail/export-trail'
import { newKeys } from '@/sequencer/keys'
import { openSequencer } from '@/sequencer/sequencer'
import { aPerson } from '@/test/support/people'
import { aGovernedSystem } from '@/test/support/scene'
import { answerParent } from './answer-parent'

// The bench's hand for a long record: lists as the screens ask for them, and the sequencer, in this process.

const ORIGIN = 'localhost/log'
const PAGE = 50
const MIB = 2 ** 20
/** One log, so one key for all its rounds. */
const keys = newKeys(ORIGIN, new Date())

const looker = async () => ({ actor: (await aPerson('Bench auditor', ['auditor'])).actor, now: new Date() })

async function lists(times: number): Promise<Record<string, number[]>> {
  const who = await looker()
  const scope = await trailScope(who.actor, who.now)
  const [oldest] = await readTrail(
    scope,
    (tx) =>
      tx.$queryRaw<
        { id: string; at: string; actor: string; subject: string; leaf: string; number: number; middle: string }[]
      >`SELECT e.id::text, to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, e.actor_id AS actor, e.subject_id AS subject, encode(e.leaf_hash, 'hex') AS leaf,
        l.seq::int + 1 AS number, to_char((SELECT m.event_at FROM audit.leaf m WHERE m.seq = (SELECT max(seq) / 2 FROM audit.leaf)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS middle
      FROM audit.leaf l JOIN audit.event e ON e.recorded_at = l.event_at AND e.id = l.event_id WHERE l.seq = 100`,
  )
  if (!oldest) throw new Error('the record is empty')
  const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
  const asked: Record<string, { filter: TrailFilter; after?: readonly [string, string] }> = {
    'newest 50': { filter: {} },
    'deepest page': { filter: {}, after: [oldest.at, last] },
    'middle page': { filter: {}, after: [oldest.middle, last] },
    'the largest system': { filter: { system: 'robodj' } },
    'the smallest system': { filter: { system: 'dreichor' } },
    'of no system': { filter: { system: '-' } },
    'a rare action': { filter: { action: 'policy.applied' } },
    'a common action': { filter: { action: 'evidence.recorded' } },
    'one actor': { filter: { actor: oldest.actor } },
    'one actor, one action, one system': { filter: { actor: oldest.actor, action: 'checklist_item.ticked', system: 'robodj' } },
    'one subject': { filter: { subject: oldest.subject } },
    'one day': { filter: { from: new Date(Date.parse(oldest.middle)), to: new Date(Date.parse(oldest.middle) + 86_400_000) } },
    'search by number': { filter: { q: `#${oldest.number}` } },
    'search by hash': { filter: { q: oldest.leaf.slice(0, 12) } },
    'search by a subject’s id': { filter: { q: oldest.subject } },
    'search by name, without a match': { filter: { q: 'nobody of that name' } },
  }
  const took: Record<string, number[]> = Object.fromEntries(Object.keys(asked).map((name) => [name, []]))
  // In turns, so that a slow moment of the machine hits all of them.
  for (let turn = 0; turn < times + 3; turn += 1) {
    for (const [name, { filter, after = null }] of Object.entries(asked)) {
      const from = performance.now()
      await listAuditRows(who, filter, { take: PAGE, after })
      if (turn >= 3) took[name]?.push(performance.now() - from)
    }
  }
  return took
}

/** What is sent of an export, before it is framed for the connection. */
function piecesOf(open: OpenExport) {
  const content = exportContent(open, 0, { bom: false })
  return content.kind === 'rows' ? content.pieces : archived(content.pieces, open.createdAt)
}

answerParent({
  /** Governs the four systems, so that the record is of something. */
  async govern() {
    const systems = ['robodj', 'waxwatch', 'stack', 'dreichor']
    for (const slug of systems) await aGovernedSystem(slug)
    await db.$disconnect()
    return { systems }
  },

  lists: ({ times }: { times: number }) => lists(times),

  /** Makes an export as an auditor does and reads its file to the end, as fast as it comes. */
  async export({ format }: { format: 'csv' | 'jsonl' | 'bundle' }) {
    const { actor, now } = await looker()
    const { id } = await exportTrail({ actor, request: { id: randomUUID(), ip: null, agentHash: null } }, { format }, null)
    const open = await openExport({ actor, now }, id)
    const from = performance.now()
    let bytes = 0
    let peak = 0
    for await (const piece of piecesOf(open)) {
      bytes += piece.bytes.length
      peak = Math.max(peak, process.memoryUsage.rss())
    }
    const seconds = (performance.now() - from) / 1000
    return { entries: open.size, perSecond: open.size / seconds, mib: bytes / MIB, peakMiB: peak / MIB }
  },

  /** Integrates all that waits and says how fast. */
  async sequence({ databaseUrl, folder }: { databaseUrl: string; folder: string }) {
    const sequencer = await openSequencer({
      databaseUrl,
      keys,
      guardFile: join(folder, 'guard.json'),
      anchorFile: join(folder, 'anchors.jsonl'),
      origin: ORIGIN,
    })
    const from = performance.now()
    let events = 0
    for (;;) {
      const { integrated, state, reason } = await sequencer.round()
      if (state !== 'running') throw new Error(`the log is ${state}: ${reason}`)
      if (integrated === 0) break
      events += integrated
    }
    const seconds = (performance.now() - from) / 1000
    await sequencer.close()
    return { events, perSecond: events / seconds }
  },
})
