import 'server-only'
import { TILE_WIDTH } from '@/lib/domain/log/tile'
import { actionsOf, type Place, type TrailFilter } from '@/lib/domain/trail'
import { db, type Tx } from './client'
import { Prisma } from './generated/client'
import { sqlState } from './mutate'
import { tileHashes } from './read-log'
import { conditionOf, readTrail, type TrailScope } from './read-trail'

// An export reads the log a window at a time, each in a transaction of its own: what has its place in the log never changes, so the windows fit
// together, and nothing is held open while somebody downloads slowly.

/** Which entries: those of the log from `from` (included) to `to` (excluded), as far as filter and scope go. */
export type WhichEntries = {
  scope: TrailScope | 'whole'
  filter: TrailFilter
  /** Where words led; null does not narrow. */
  places: readonly Place[] | null
  range: { from: number; to: number }
}

/** An entry with its place in the log and the leaf hash that the log keeps (hexadecimal). `recordedAt` has microseconds. */
export type ExportEntry = { seq: bigint; id: string; recordedAt: string; canonical: string; leaf: string }

const INSTANT = Prisma.sql`'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`

/** A window of the log, and between which instants its entries were recorded. */
type Span = { from: number; to: number; since: string; until: string }

/**
 * Works on a window in one transaction; null where the log has no leaf there. Its instants are looked up first: with them in the statement the planner
 * looks at the one or two partitions that the window lies in, and not at all forty for every window.
 */
function inSpan<T>(scope: TrailScope | 'whole', from: number, to: number, work: (tx: Tx, span: Span) => Promise<T>): Promise<T | null> {
  return readTrail(scope, async (tx) => {
    const [row] = await tx.$queryRaw<{ since: string | null; until: string | null }[]>`
      SELECT min(event_at)::text AS since, max(event_at)::text AS until FROM audit.leaf WHERE seq >= ${from}::bigint AND seq < ${to}::bigint`
    return row?.since && row.until ? work(tx, { from, to, since: row.since, until: row.until }) : null
  })
}

const within = ({ since, until }: Span): Prisma.Sql => Prisma.sql`e.recorded_at BETWEEN ${since}::timestamptz AND ${until}::timestamptz`

/** Leaves of a window joined with what they stand for, as `l` and the columns of `audit.trail`. */
function entriesIn({ filter, places }: WhichEntries, span: Span): Prisma.Sql {
  const leaf = [Prisma.sql`seq >= ${span.from}::bigint AND seq < ${span.to}::bigint`]
  if (filter.from) leaf.push(Prisma.sql`event_at >= ${filter.from.toISOString()}::timestamptz`)
  if (filter.to) leaf.push(Prisma.sql`event_at < ${filter.to.toISOString()}::timestamptz`)
  const all = [within(span)]
  if (filter.system === '-') all.push(Prisma.sql`system_id IS NULL`)
  else if (filter.system !== undefined) all.push(Prisma.sql`system_id = ${filter.system}`)
  if (filter.actor) all.push(Prisma.sql`actor_id = ${filter.actor}`)
  if (filter.action !== undefined) all.push(Prisma.sql`action = ANY (${[...(actionsOf(filter.action) ?? [])]}::text[])`)
  if (places) all.push(places.length === 0 ? Prisma.sql`false` : Prisma.sql`(${Prisma.join(places.map(conditionOf), ' OR ')})`)
  return Prisma.sql`
    FROM (SELECT seq, event_id, event_at, leaf_hash AS kept FROM audit.leaf WHERE ${Prisma.join(leaf, ' AND ')}) AS l
    JOIN audit.trail AS e ON e.recorded_at = l.event_at AND e.id = l.event_id WHERE ${Prisma.join(all, ' AND ')}`
}

/** What a window gave: its rows in order, and the index behind it. */
export type Window<R> = { rows: R[]; next: number }

const WIDEST = 32_768

/**
 * Walks a range in windows of at most `most` rows, in order. A window in which little is found is followed by a wider one, so that few entries
 * among many cost few statements.
 */
async function* windows<R extends { seq: bigint }>(
  which: WhichEntries,
  most: number,
  select: (span: Span) => Prisma.Sql,
): AsyncGenerator<Window<R>, void> {
  let width = most
  for (let from = which.range.from; from < which.range.to; ) {
    const to = Math.min(which.range.to, from + width)
    const read = (tx: Tx, span: Span) => tx.$queryRaw<R[]>(Prisma.sql`${select(span)} ORDER BY l.seq LIMIT ${most}`)
    const rows = (await inSpan(which.scope, from, to, read)) ?? []
    const next = rows.length === most ? Number(rows.at(-1)?.seq) + 1 : to
    if (rows.length === most) width = most
    else if (rows.length < most / 4) width = Math.min(WIDEST, width * 2)
    yield { rows, next }
    from = next
  }
}

/** Entries in the order of the log. */
export function exportEntries(which: WhichEntries, most = 1_000): AsyncGenerator<Window<ExportEntry>, void> {
  return windows(
    which,
    most,
    (span) => Prisma.sql`
      SELECT l.seq, e.id::text, to_char(e.recorded_at AT TIME ZONE 'UTC', ${INSTANT}) AS "recordedAt", e.canonical, encode(l.kept, 'hex') AS leaf
      ${entriesIn(which, span)}`,
  )
}

/** How many bytes the lines `{"index","canonical"}` of entries have, with their line ends. */
export async function sizeOfEntryLines(which: WhichEntries): Promise<number> {
  let bytes = 0
  const step = 20_000
  for (let from = which.range.from; from < which.range.to; from += step) {
    const rows = await inSpan(
      which.scope,
      from,
      Math.min(which.range.to, from + step),
      (tx, span) => tx.$queryRaw<{ bytes: bigint | null }[]>`
        SELECT sum(octet_length(l.seq::text) + octet_length(to_json(e.canonical)::text) + ${'{"index":,"canonical":}\n'.length}::int)::bigint AS bytes
        ${entriesIn(which, span)}`,
    )
    bytes += Number(rows?.[0]?.bytes ?? 0)
  }
  return bytes
}

/** How many entries are found, and how many bytes their indexes have as text. */
export async function countEntries(which: WhichEntries): Promise<{ count: number; digits: number }> {
  let count = 0
  let digits = 0
  const step = 50_000
  for (let from = which.range.from; from < which.range.to; from += step) {
    const rows = await inSpan(
      which.scope,
      from,
      Math.min(which.range.to, from + step),
      (tx, span) => tx.$queryRaw<{ count: bigint; digits: bigint | null }[]>`
        SELECT count(*) AS count, sum(octet_length(l.seq::text))::bigint AS digits ${entriesIn(which, span)}`,
    )
    count += Number(rows?.[0]?.count ?? 0)
    digits += Number(rows?.[0]?.digits ?? 0)
  }
  return { count, digits }
}

/** A tile of leaf hashes of a span. */
export type SpanTile = { index: number; width: number; hashes: Uint8Array }

/** The bytes of every entry of a span as they are kept, null for one that the database no longer has, with the full tiles over them. */
export async function exportSpan(from: number, to: number, size: number): Promise<{ entries: (string | null)[]; tiles: SpanTile[] }> {
  const read = async (tx: Tx, span: Span) => {
    const rows = await tx.$queryRaw<{ seq: bigint; canonical: string | null }[]>`
      SELECT l.seq, e.canonical FROM audit.leaf l LEFT JOIN audit.trail e ON e.recorded_at = l.event_at AND e.id = l.event_id AND ${within(span)}
      WHERE l.seq >= ${from}::bigint AND l.seq < ${to}::bigint ORDER BY l.seq`
    const found = new Map(rows.map(({ seq, canonical }) => [Number(seq), canonical]))
    const full = await tx.$queryRaw<{ idx: bigint; hashes: Uint8Array }[]>`
      SELECT idx, hashes FROM audit.tile WHERE level = 0 AND idx >= ${Math.floor(from / TILE_WIDTH)}::bigint AND idx < ${Math.floor(to / TILE_WIDTH)}::bigint ORDER BY idx`
    const tiles = full.map(({ idx, hashes }): SpanTile => ({ index: Number(idx), width: TILE_WIDTH, hashes: Uint8Array.from(hashes) }))
    const width = to === size ? size % TILE_WIDTH : 0
    if (width > 0) {
      const index = Math.floor(size / TILE_WIDTH)
      const hashes = await orNothing(tileHashes(tx, { level: 0, index, width }))
      if (hashes) tiles.push({ index, width, hashes })
    }
    return { entries: Array.from({ length: to - from }, (_, at) => found.get(from + at) ?? null), tiles }
  }
  return (await inSpan('whole', from, to, read)) ?? { entries: Array.from({ length: to - from }, () => null), tiles: [] }
}

/** The hashes of a tile above the leaves; null where rows are missing: whoever verifies finds out. */
export function exportTile(level: number, index: number, width: number): Promise<Uint8Array | null> {
  return readTrail('whole', (tx) => orNothing(tileHashes(tx, { level, index, width })))
}

async function orNothing(hashes: Promise<Uint8Array>): Promise<Uint8Array | null> {
  try {
    return await hashes
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** What the database says beside an entry: its id, when it was recorded, and the leaf hash that the log keeps. */
export type ExportFact = { seq: bigint; id: string; recordedAt: string; leaf: string }

/** Facts of entries in the order of the log, of every leaf where the scope is `whole`. */
export async function* exportFacts(which: WhichEntries, isPartial: boolean, most = 10_000): AsyncGenerator<Window<ExportFact>, void> {
  if (isPartial) {
    yield* windows<ExportFact>(
      which,
      most,
      (span) => Prisma.sql`
        SELECT l.seq, l.event_id::text AS id, to_char(e.recorded_at AT TIME ZONE 'UTC', ${INSTANT}) AS "recordedAt", encode(l.kept, 'hex') AS leaf
        ${entriesIn(which, span)}`,
    )
    return
  }
  // An event that is gone leaves its leaf behind, and that is what an export must say.
  yield* windows<ExportFact>(
    which,
    most,
    (span) => Prisma.sql`
      SELECT l.seq, l.event_id::text AS id, to_char(coalesce(e.recorded_at, l.event_at) AT TIME ZONE 'UTC', ${INSTANT}) AS "recordedAt", encode(l.leaf_hash, 'hex') AS leaf
      FROM audit.leaf l LEFT JOIN audit.trail e ON e.recorded_at = l.event_at AND e.id = l.event_id AND ${within(span)}
      WHERE l.seq >= ${span.from}::bigint AND l.seq < ${span.to}::bigint`,
  )
}

/** How many leaves a whole log of `size` has, and the digits of their indexes. */
export async function countLeaves(size: number): Promise<{ count: number; digits: number }> {
  let count = 0
  let digits = 0
  const step = 1_000_000
  for (let from = 0; from < size; from += step) {
    const [row] = await readTrail(
      'whole',
      (tx) => tx.$queryRaw<{ count: bigint; digits: bigint | null }[]>`
        SELECT count(*) AS count, sum(octet_length(seq::text))::bigint AS digits FROM audit.leaf
        WHERE seq >= ${from}::bigint AND seq < ${Math.min(size, from + step)}::bigint`,
    )
    count += Number(row?.count ?? 0)
    digits += Number(row?.digits ?? 0)
  }
  return { count, digits }
}

/** Digests that entries may name texts by: their `text`, and whatever in `after` looks like one. */
export function exportTextDigests(which: WhichEntries, most = 2_000): AsyncGenerator<Window<{ seq: bigint; digests: string[] }>, void> {
  return windows(
    which,
    most,
    (span) => Prisma.sql`
      SELECT l.seq, ARRAY(SELECT DISTINCT m[1] FROM regexp_matches(concat_ws(' ', e.payload ->> 'text', e.payload ->> 'after'), '[0-9a-f]{64}', 'g') AS m) AS digests
      ${entriesIn(which, span)} AND (e.payload ->> 'text' IS NOT NULL OR e.payload ->> 'after' ~ '[0-9a-f]{64}')`,
  )
}

const TEXT_LINE = Prisma.sql`'{"digest":"' || digest || '","salt":' || coalesce(to_json(salt)::text, 'null') || ',"body":' || coalesce(to_json(body)::text, 'null')
  || ',"redactedBy":' || coalesce('"' || redacted_by_event || '"', 'null') || '}'`
const REDACTED_LINE_BYTES = `{"digest":"${'0'.repeat(64)}","salt":null,"body":null,"redactedBy":"${'0'.repeat(36)}"}`.length

/** Lines of `texts.jsonl` by digest, as the texts are now; digests of no text are left out. */
export async function textLines(digests: readonly string[]): Promise<string[]> {
  if (digests.length === 0) return []
  const rows = await db.$queryRaw<{ line: string }[]>`
    SELECT ${TEXT_LINE} AS line FROM audit.text_body WHERE digest = ANY (${[...digests]}::text[]) ORDER BY digest`
  return rows.map(({ line }) => line)
}

/** How many bytes those lines have at most, with their line ends: a text that is redacted meanwhile must fit too. */
export async function sizeOfTextLines(digests: readonly string[]): Promise<number> {
  if (digests.length === 0) return 0
  const [row] = await db.$queryRaw<{ bytes: bigint | null }[]>`
    SELECT sum(greatest(octet_length(${TEXT_LINE}), ${REDACTED_LINE_BYTES}::int) + 1)::bigint AS bytes FROM audit.text_body WHERE digest = ANY (${[...digests]}::text[])`
  return Number(row?.bytes ?? 0)
}

// The acts that seal a text; each names it by subject, number and hash.
const SEALING = [
  'promotion.sealed',
  'release_notes.sealed',
  'rotation.planned',
  'exception.filed',
  'exception.extension_asked',
  'fallback.requested',
  'fallback.extension_asked',
]

/** A sealed version that an entry names. */
export type SealedName = { seq: bigint; kind: string; id: string; version: number; hash: string }

/** The sealed versions that entries name when they are sealed. */
export function exportSealedNames(which: WhichEntries, most = 50): AsyncGenerator<Window<SealedName>, void> {
  return windows(
    which,
    most,
    (span) => Prisma.sql`
      SELECT l.seq, e.subject_kind AS kind, e.subject_id AS id, (e.payload -> 'subject' ->> 'version')::int AS version, e.payload ->> 'dossier' AS hash
      ${entriesIn(which, span)} AND e.action = ANY (${SEALING}::text[]) AND e.payload ->> 'dossier' IS NOT NULL AND e.payload -> 'subject' ->> 'version' IS NOT NULL`,
  )
}

const SEALED_LINE = Prisma.sql`'{"subject":' || to_json(s.subject)::text || ',"subjectId":' || to_json(s."subjectId")::text || ',"number":' || s.number
  || ',"hash":' || to_json(s.hash)::text || ',"canonical":' || to_json(s.canonical)::text || '}'`

const sealedRows = (names: readonly SealedName[]): Prisma.Sql => Prisma.sql`
  FROM unnest(${names.map(({ kind }) => kind)}::text[], ${names.map(({ id }) => id)}::text[], ${names.map(({ version }) => version)}::int[]) WITH ORDINALITY AS n(subject, id, number, nth)
  JOIN "SealedVersion" s ON s.subject = n.subject AND s."subjectId" = n.id AND s.number = n.number`

/** Lines of `sealed.jsonl`, in the order of the entries that name them. */
export async function sealedLines(names: readonly SealedName[]): Promise<string[]> {
  if (names.length === 0) return []
  const rows = await db.$queryRaw<{ line: string }[]>(Prisma.sql`SELECT ${SEALED_LINE} AS line ${sealedRows(names)} ORDER BY n.nth`)
  return rows.map(({ line }) => line)
}

/** How many bytes those lines have, with their line ends. */
export async function sizeOfSealedLines(names: readonly SealedName[]): Promise<number> {
  if (names.length === 0) return 0
  const [row] = await db.$queryRaw<{ bytes: bigint | null }[]>(
    Prisma.sql`SELECT sum(octet_length(${SEALED_LINE}) + 1)::bigint AS bytes ${sealedRows(names)}`,
  )
  return Number(row?.bytes ?? 0)
}

// A checkpoint with the cosignatures that were there when the export was asked for.
const note = (until: Date): Prisma.Sql =>
  Prisma.sql`c.note || coalesce((SELECT string_agg(line, '' ORDER BY key_id) FROM audit.cosignature s WHERE s.tree_size = c.tree_size AND s.received_at <= ${until.toISOString()}::timestamptz), '')`

/** The checkpoint of exactly that size with its cosignatures, and the keys of the witnesses that cosigned it. */
export async function exportCheckpoint(
  size: number,
  until: Date,
): Promise<{ note: string; root: string; at: Date; vkeys: string[] } | null> {
  const [row] = await db.$queryRaw<{ note: string; root: string; at: Date; vkeys: string[] | null }[]>(Prisma.sql`
    SELECT ${note(until)} AS note, encode(c.root, 'hex') AS root, c.created_at AS at,
      (SELECT array_agg(vkey ORDER BY key_id) FROM audit.cosignature s WHERE s.tree_size = c.tree_size AND s.received_at <= ${until.toISOString()}::timestamptz) AS vkeys
    FROM audit.checkpoint c WHERE c.tree_size = ${size}::bigint`)
  return row ? { ...row, vkeys: row.vkeys ?? [] } : null
}

const checkpointLine = (until: Date): Prisma.Sql =>
  Prisma.sql`'{"size":' || c.tree_size || ',"note":' || to_json(${note(until)})::text || '}'`

/** How many bytes the lines of `checkpoints.jsonl` up to a size have, with their line ends. */
export async function sizeOfCheckpointLines(size: number, until: Date): Promise<number> {
  let bytes = 0
  for await (const part of checkpointParts(size, (after) =>
    db.$queryRaw<{ size: bigint; bytes: number }[]>(Prisma.sql`
      SELECT c.tree_size AS size, octet_length(${checkpointLine(until)}) + 1 AS bytes FROM audit.checkpoint c
      WHERE c.tree_size > ${after}::bigint AND c.tree_size <= ${size}::bigint ORDER BY c.tree_size LIMIT 5000`),
  ))
    bytes += part.reduce((sum, row) => sum + row.bytes, 0)
  return bytes
}

/** Lines of `checkpoints.jsonl` up to a size, some hundred at a time. */
export async function* checkpointLines(size: number, until: Date): AsyncGenerator<string[], void> {
  for await (const part of checkpointParts(size, (after) =>
    db.$queryRaw<{ size: bigint; line: string }[]>(Prisma.sql`
      SELECT c.tree_size AS size, ${checkpointLine(until)} AS line FROM audit.checkpoint c
      WHERE c.tree_size > ${after}::bigint AND c.tree_size <= ${size}::bigint ORDER BY c.tree_size LIMIT 500`),
  ))
    yield part.map(({ line }) => line)
}

async function* checkpointParts<R extends { size: bigint }>(
  size: number,
  read: (after: number) => Promise<R[]>,
): AsyncGenerator<R[], void> {
  for (let after = -1; after < size; ) {
    const rows = await read(after)
    if (rows.length === 0) return
    yield rows
    after = Number(rows.at(-1)?.size)
  }
}

type Counted = { events: bigint; leaves: bigint; beyond: bigint; pending: bigint }
/** `audit.log_state()` counts no further. */
const MOST_PENDING = 100_000

/**
 * How many events there are, how many leaves up to a size, and how many events wait for a place or have one behind it, all in one look; null where that
 * takes longer than a statement may, or too many wait.
 */
export async function countTrail(size: number): Promise<{ events: number; leaves: number; pending: number } | null> {
  try {
    const [row] = await readTrail(
      'whole',
      (tx) => tx.$queryRaw<Counted[]>`
        SELECT (SELECT count(*) FROM audit.trail) AS events, (SELECT count(*) FROM audit.leaf WHERE seq < ${size}::bigint) AS leaves,
          (SELECT count(*) FROM audit.leaf WHERE seq >= ${size}::bigint) AS beyond, (SELECT pending FROM audit.log_state()) AS pending`,
    )
    if (!row || Number(row.pending) > MOST_PENDING) return null
    return { events: Number(row.events), leaves: Number(row.leaves), pending: Number(row.pending) + Number(row.beyond) }
  } catch (error) {
    if (sqlState(error) === '57014') return null // statement_timeout
    throw error
  }
}
