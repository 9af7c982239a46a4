import 'server-only'
import { db, type Tx } from '@/lib/db/client'
import { Prisma } from '@/lib/db/generated/client'
import { loadDebts } from '@/lib/db/load-debts'
import { loadKeyStandings } from '@/lib/db/load-keys'
import { loadNamed } from '@/lib/db/named'
import { findEntries, readTrail, type TrailScope, trailScope } from '@/lib/db/read-trail'
import { QUESTIONS, type QuestionKey } from '@/lib/domain/auditor/questions'
import type { Actor } from '@/lib/domain/context'
import type { KeyStanding } from '@/lib/domain/key-standing'
import { parseRecorded } from '@/lib/domain/recorded-event'
import { ACTION_GROUPS } from '@/lib/domain/trail'
import { type Looker, rowOf } from '../audit'
import { namerFor } from '../trail-namer'
import { type Gravity, saidOf } from './answer-words'
import { COUNT_MOST, countsOf, type FoundRow, type RowQuestion, rowsOf, type Within } from './question-rows'

/** What a question is asked about: a period (`to` is exclusive) and one system, or every one that the reader reads. */
export type Asked = { from: Date; to: Date; system?: string }

/** One finding, with the entry of the trail that shows it; `number` is null while it waits for its place in the log. */
export type AnswerRow = {
  key: string
  at: string
  entry: { id: string; number: number | null } | null
  who: { id: string; name: string; kind: Actor['kind'] } | null
  subject: { kind: string; id: string; label: string }
  system: { id: string; name: string } | null
  profile: string | null
  says: string
  standing: string
  gravity: Gravity
}

export type Answer = {
  rows: AnswerRow[]
  next: readonly [string, string] | null
  systems: { id: string; name: string }[]
  everything: boolean
}

/** What somebody may look at of what they ask (T23): a system that they cannot see answers like one that is not there, with nothing. */
async function within(
  looker: Looker,
  asked: Asked,
): Promise<{ within: Within; scope: TrailScope; systems: { id: string; name: string }[] }> {
  const scope = await trailScope(looker.actor, looker.now)
  const systems = await db.system.findMany({
    where: { id: { in: [...scope.systems] } },
    select: { id: true, name: true },
    orderBy: { name: 'asc' },
  })
  const here = scope.systems.filter((id) => asked.system === undefined || asked.system === id)
  return {
    scope,
    systems,
    within: { systems: here, everything: scope.everything && asked.system === undefined, from: asked.from, to: asked.to },
  }
}

/** One page of the answer to a saved question, newest first, from the trail and the rows that it is about. */
export async function answerQuestion(
  looker: Looker,
  question: QuestionKey,
  asked: Asked,
  slice: { take: number; after: readonly string[] | null },
): Promise<Answer> {
  const of = await within(looker, asked)
  const { systems } = of
  if (question === 'denied') return { ...(await deniedRows(of.scope, asked, slice)), systems, everything: of.scope.everything }
  const found = await db.$queryRaw<FoundRow[]>(rowsOf(question, of.within, { take: slice.take + 1, after: slice.after }))
  const rows = found.slice(0, slice.take)
  const last = rows.at(-1)
  const next = found.length > slice.take && last ? ([last.place, last.key] as const) : null
  const late = question === 'overdue-rotations' && slice.after === null ? await lateKeys(of.within.systems, looker.now) : []
  const nameOf = (id: string | null): { id: string; name: string } | null =>
    id === null ? null : (systems.find((each) => each.id === id) ?? { id, name: id })
  const people = await loadNamed(
    db,
    rows.flatMap(({ actor, facts }) => [actor, idIn(facts.to), idIn(facts.revokedBy)]),
  )
  const debts = question === 'break-glass' ? await loadDebts(db, of.within.systems, looker.now) : []
  const entries = await readTrail(of.scope, (tx) => entriesBehind(tx, question, rows))
  const behind = { name: (id: string | null) => (id === null ? 'the set-up' : people(id).name), debts, now: looker.now }
  return {
    systems,
    everything: of.scope.everything,
    next,
    rows: [
      ...late.map((key) => lateKeyRow(key)),
      ...rows.map((row, index): AnswerRow => {
        const who = row.actor === null ? null : people(row.actor)
        return {
          key: row.key,
          at: row.at.toISOString(),
          entry: entries.get(index) ?? null,
          who: who && { id: who.id, name: who.name, kind: who.kind },
          subject: { kind: row.kind, id: row.id, label: labelOf(question, row) },
          system: nameOf(row.system),
          profile: row.profile,
          ...saidOf(question, row, behind),
        }
      }),
    ],
  }
}

const idIn = (value: unknown): string | null => (typeof value === 'string' ? value : null)

function labelOf(question: QuestionKey, { kind, id, facts }: FoundRow): string {
  if (question === 'exceptions-relied-on') return String(facts.exception)
  return kind === 'grant' ? 'Grant' : id
}

// The act behind a row, by what the trail says of it. A decision is found by its signature among those of its subject.
const ACTS: Record<RowQuestion, (row: FoundRow) => { actions: string[]; signature: string | null }> = {
  'break-glass': ({ kind }) => ({ actions: [kind === 'fallback' ? 'fallback.requested' : 'promotion.opened'], signature: null }),
  unauthorised: () => ({ actions: ['deployment.started'], signature: null }),
  'young-policy': ({ facts }) => ({
    actions: facts.signature ? DECISIONS : ['deployment.started'],
    signature: idIn(facts.signature),
  }),
  'overdue-rotations': () => ({ actions: ['rotation.opened'], signature: null }),
  'exceptions-relied-on': () => ({ actions: ['promotion.sealed'], signature: null }),
  grants: () => ({ actions: ['grant.given'], signature: null }),
  'quick-sign-offs': ({ facts }) => ({ actions: DECISIONS, signature: idIn(facts.signature) }),
}
const DECISIONS = ['promotion', 'rotation', 'fallback', 'exception'].flatMap((kind) =>
  kind === 'promotion' ? ['promotion.signed', 'promotion.declined'] : [`${kind}.approved`, `${kind}.declined`],
)

/** The entry behind each row by its place in the list, in one statement, through the index by subject. */
async function entriesBehind(
  tx: Tx,
  question: RowQuestion,
  rows: readonly FoundRow[],
): Promise<Map<number, { id: string; number: number | null }>> {
  if (rows.length === 0) return new Map()
  const wanted = rows.map((row, n) => ({ n, kind: row.kind, id: row.id, version: idNumber(question, row), ...ACTS[question](row) }))
  const until = new Date(Date.now() + 86_400_000).toISOString()
  const found = await tx.$queryRaw<{ n: number; id: string; seq: bigint | null }[]>(Prisma.sql`
    SELECT w.n, e.id::text, l.seq FROM json_to_recordset(${JSON.stringify(wanted)}::json) AS w(n int, kind text, id text, version int, actions text[], signature text)
    CROSS JOIN LATERAL (
      SELECT t.id FROM audit.trail t
      WHERE t.subject_kind = w.kind AND t.subject_id = w.id AND t.recorded_at < ${until}::timestamptz AND t.action = ANY (w.actions)
        AND (w.signature IS NULL OR t.payload -> 'after' ->> 'signature' = w.signature)
        AND (w.version IS NULL OR (t.payload -> 'subject' ->> 'version')::int = w.version)
      ORDER BY t.recorded_at, t.id LIMIT 1) e
    LEFT JOIN audit.leaf l ON l.event_id = e.id`)
  return new Map(found.map(({ n, id, seq }) => [n, { id, number: seq === null ? null : Number(seq) + 1 }]))
}

const idNumber = (question: RowQuestion, { facts }: FoundRow): number | null =>
  question === 'exceptions-relied-on' && typeof facts.number === 'number' ? facts.number : null

async function lateKeys(systems: readonly string[], now: Date): Promise<KeyStanding[]> {
  return (await loadKeyStandings(db, systems, now)).filter(({ state }) => state === 'overdue')
}

function lateKeyRow(key: KeyStanding): AnswerRow {
  return {
    key: `key ${key.system} ${key.ownership.id}`,
    at: (key.dueAt as Date).toISOString(), // an overdue key has a due date
    entry: null,
    who: null,
    subject: { kind: 'key', id: key.ownership.id, label: key.title },
    system: { id: key.system, name: key.systemName },
    profile: key.profile.id,
    says: key.sentence,
    standing: key.rotation ? `past its limit, ${key.rotation.id} is ${key.rotation.status.replace('_', ' ')}` : 'past its limit now',
    gravity: 'fail',
  }
}

/** Denied attempts stand in the trail and nowhere else. */
async function deniedRows(
  scope: TrailScope,
  asked: Asked,
  slice: { take: number; after: readonly string[] | null },
): Promise<Pick<Answer, 'rows' | 'next'>> {
  const filter = { action: 'refused', from: asked.from, to: asked.to, ...(asked.system === undefined ? {} : { system: asked.system }) }
  if (asked.system !== undefined && !scope.systems.includes(asked.system)) return { rows: [], next: null }
  const found = await readTrail(scope, (tx) => findEntries(tx, scope, filter, null, { take: slice.take + 1, after: slice.after }))
  const entries = found.slice(0, slice.take)
  const recorded = entries.map(({ canonical }) => parseRecorded(canonical))
  const namer = await namerFor(recorded)
  const last = entries.at(-1)
  return {
    next: found.length > slice.take && last ? last.position : null,
    rows: entries.map((entry, index): AnswerRow => {
      const event = recorded[index] as (typeof recorded)[number]
      const row = rowOf(entry, event, namer)
      return {
        key: row.id,
        at: row.at,
        entry: { id: row.id, number: entry.index === null ? null : entry.index + 1 },
        who: row.who,
        subject: { kind: row.what.kind, id: row.what.id, label: row.what.label },
        system: row.where.system === null ? null : { id: row.where.system, name: row.where.name ?? row.where.system },
        profile: row.where.profile?.id ?? null,
        says: row.sentence,
        standing: row.count > 1 ? `${row.count} times` : (event.reason?.replaceAll('_', ' ') ?? 'refused'),
        gravity: 'note',
      }
    }),
  }
}

/** How many findings each question has in a period; more than `COUNT_MOST` is said as that. */
export type QuestionCounts = { counts: Record<QuestionKey, number>; systems: { id: string; name: string }[]; everything: boolean }

/** The counts behind saved questions, all of them or those that are named (any other is 0), in at most three statements however many systems there are. */
export async function countQuestions(looker: Looker, asked: Asked, of: readonly QuestionKey[] = QUESTIONS): Promise<QuestionCounts> {
  const { within: here, scope, systems } = await within(looker, asked)
  const rowQuestions = of.filter((key): key is RowQuestion => key !== 'denied')
  const [rows, denied, late] = await Promise.all([
    rowQuestions.length === 0 ? [] : db.$queryRaw<{ question: RowQuestion; count: number }[]>(countsOf(rowQuestions, here)),
    of.includes('denied') ? countDenied(scope, here) : 0,
    of.includes('overdue-rotations') ? lateKeys(here.systems, looker.now) : [],
  ])
  const counts = Object.fromEntries(QUESTIONS.map((key) => [key, rows.find(({ question }) => question === key)?.count ?? 0])) as Record<
    QuestionKey,
    number
  >
  counts.denied = denied
  counts['overdue-rotations'] += late.length
  return { counts, systems, everything: scope.everything }
}

async function countDenied(scope: TrailScope, { systems, everything, from, to }: Within): Promise<number> {
  if (!everything && systems.length === 0) return 0
  const mine = everything ? Prisma.empty : Prisma.sql`AND system_id = ANY (${[...systems]}::text[])`
  const [row] = await readTrail(scope, (tx) =>
    tx.$queryRaw<{ count: number }[]>(Prisma.sql`
      SELECT count(*)::int AS count FROM (
        SELECT 1 FROM audit.trail WHERE action = ANY (${[...ACTION_GROUPS.refused.actions]}::text[])
          AND recorded_at >= ${from.toISOString()}::timestamptz AND recorded_at < ${to.toISOString()}::timestamptz ${mine} LIMIT ${COUNT_MOST + 1}) c`),
  )
  return row?.count ?? 0
}
