import 'server-only'
import { nodeTree } from '@/lib/crypto/log-hash'
import { logNodes, newestCheckpoint, proofOf, readLog, vkeysAt } from '@/lib/db/read-log'
import { trailScope } from '@/lib/db/read-trail'
import { digestOfChanges, SAMPLE_RULE } from '@/lib/domain/auditor/sample'
import { canonicalText } from '@/lib/domain/canonical'
import { toHex } from '@/lib/domain/log/bytes'
import { POLICY_DEPTH } from '@/lib/domain/policy/hash'
import type { Looker } from '../audit'
import { getPolicyVersion } from '../policy-versions'
import { type ChangeDossier, getChangeDossier } from './change-dossier'
import { type DrawRecord, entriesBetween, type Population, type PopulationRange, spanOf } from './population'

/** The days of a period as they were asked for, both included. */
export type Days = { from: string; to: string; system: string | null }

/** A file of an archive: where it lies, and its text. */
export type ArchiveFile = { path: string; body: string }

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const lines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** The population as a file: every change with its entry, the checkpoints around it, and what proves that nothing was left out. */
export async function populationFile(population: Population, days: Days) {
  return {
    format: 'countersign-population/1',
    ...days,
    what: 'Every promotion opened and every deployment started in the period, by the time in the signed bytes, of the systems the reader may read.',
    systems: population.systems.map(({ id }) => id).filter((id) => days.system === null || id === days.system),
    digest: digestOfChanges(population.changes.map(({ id }) => id)),
    changes: population.changes.map(({ index, ...change }) => ({ ...change, index, number: index === null ? null : index + 1 })),
    differences: { onlyInRows: population.onlyRows, onlyInTrail: population.onlyTrail },
    log: population.range && (await rangeFile(population.range)),
  }
}

async function rangeFile(range: PopulationRange) {
  const { from, to } = spanOf(range)
  const [subtrees, vkeys] = await readLog(async (tx) => [await nodeTree.rangeOf(from, logNodes(tx, from)), await vkeysAt(tx, to)] as const)
  return {
    firstIndex: range.first,
    lastIndex: range.last,
    before: range.before && { size: range.before.size, root: range.before.root, note: range.before.note },
    subtreesBefore: subtrees.hashes.map(toHex),
    after: { size: range.after.size, root: range.after.root, note: range.after.note },
    consistency: range.consistency,
    vkeys,
  }
}

const CHUNK = 10_000

/**
 * The archive of a sample, file by file: how it was drawn, the population with its proof, every entry between the two checkpoints (bytes as far as the
 * reader may see them, else the leaf hash alone), and the complete dossier of each drawn change. Held in memory is one file at a time.
 */
export async function* sampleArchive(
  looker: Looker,
  sample: { days: Days; count: number; seed: string; drawn: readonly string[]; record: DrawRecord },
  population: Population,
): AsyncGenerator<ArchiveFile> {
  yield { path: 'README.md', body: readme(sample, population) }
  yield {
    path: 'sample.json',
    body: pretty({
      format: 'countersign-sample/1',
      ...sample.days,
      seed: sample.seed,
      asked: sample.count,
      population: population.changes.length,
      digest: digestOfChanges(population.changes.map(({ id }) => id)),
      rule: SAMPLE_RULE,
      drawn: sample.drawn,
      onRecord: { entry: sample.record.entry.id, number: sample.record.entry.number, at: sample.record.at, by: sample.record.by },
    }),
  }
  yield { path: 'population.json', body: pretty(await populationFile(population, sample.days)) }
  if (population.range) yield* entryFiles(looker, population.range)
  const policies = new Set<string>()
  for (const id of sample.drawn) {
    const dossier = await getChangeDossier(looker, id)
    if (!dossier) continue
    yield* dossierFiles(dossier)
    const path = `policies/${dossier.system.id}-v${dossier.policy.number}.json`
    const policy = policies.has(path) ? null : await getPolicyVersion(looker, dossier.system.id, dossier.policy.number)
    // As it was stored and hashed: what the schema gained since is no part of it.
    if (policy) yield { path, body: canonicalText(JSON.parse(policy.canonical), { depth: POLICY_DEPTH }) }
    policies.add(path)
  }
}

async function* entryFiles(looker: Looker, range: PopulationRange): AsyncGenerator<ArchiveFile> {
  const scope = await trailScope(looker.actor, looker.now)
  const systems = new Set(scope.systems)
  const { from, to } = spanOf(range)
  for (let at = from; at < to; at += CHUNK) {
    const rows: unknown[] = []
    await readLog(async (tx) => {
      for await (const batch of entriesBetween(tx, at, Math.min(at + CHUNK, to)))
        for (const { index, canonical, leaf } of batch) {
          const system = canonical === null ? null : (JSON.parse(canonical) as { system: string | null }).system
          const mine = scope.everything || (system !== null && systems.has(system))
          rows.push({ index, leaf: toHex(leaf), canonical: mine ? canonical : null })
        }
    })
    yield { path: `entries/${String(at).padStart(12, '0')}.jsonl`, body: lines(rows) }
  }
}

/** The complete dossier of a change as files, with an inclusion proof for each of its entries that is in the log. */
export async function* dossierFiles(dossier: ChangeDossier): AsyncGenerator<ArchiveFile> {
  const at = `dossiers/${dossier.id}`
  const { entries, seals, notes, ...rest } = dossier
  const bare = <T extends { canonical: string }>({ canonical: _, ...each }: T) => each
  yield {
    path: `${at}/dossier.json`,
    body: pretty({ format: 'countersign-change/1', ...rest, seals: seals.map(bare), notes: notes.map(bare) }),
  }
  for (const { number, canonical } of seals) yield { path: `${at}/sealed-v${number}.json`, body: canonical }
  for (const { number, canonical } of notes) yield { path: `${at}/notes-v${number}.json`, body: canonical }
  const proofs = await readLog(async (tx) => {
    const checkpoint = await newestCheckpoint(tx)
    const proved: unknown[] = []
    for (const { id, at: recordedAt, index, canonical, leaf } of entries) {
      const proof = checkpoint && index !== null && index < checkpoint.size ? (await proofOf(tx, index, checkpoint.size)).map(toHex) : null
      proved.push({
        index,
        number: index === null ? null : index + 1,
        id,
        recordedAt,
        canonical,
        leaf,
        size: proof ? checkpoint?.size : null,
        proof,
      })
    }
    return { proved, checkpoint }
  })
  yield { path: `${at}/entries.jsonl`, body: lines(proofs.proved) }
  if (proofs.checkpoint) yield { path: `${at}/checkpoint`, body: proofs.checkpoint.note }
}

function readme(sample: { days: Days; count: number; seed: string; drawn: readonly string[] }, population: Population): string {
  const { from, to, system } = sample.days
  return `# A sample of changes, ${from} to ${to}

Drawn from ${population.changes.length} changes of ${system ?? 'every system the reader may read'}: ${sample.drawn.join(', ')}.
Seed: ${sample.seed}. Asked for: ${sample.count}.

## What is here

- \`sample.json\`: the seed, the rule of the draw and what was drawn; the draw itself is an entry of the trail.
- \`population.json\`: every change of the period in the order of the log, the signed checkpoints before and after, and the subtrees of the first.
- \`entries/\`: every entry between the two checkpoints. \`leaf\` is SHA-256 of a zero byte and the UTF-8 bytes of \`canonical\`; \`canonical\` is null for
  entries that the reader may not see.
- \`dossiers/<id>/\`: all that is on the record of a drawn change. \`sealed-v*.json\` are the exact bytes whose SHA-256 was signed; \`entries.jsonl\` holds its
  entries with inclusion proofs (RFC 9162) to \`checkpoint\`.
- \`policies/\`: the policy versions that the drawn changes were made under, the exact bytes whose SHA-256 the sealed texts name.

## How to check it without us

1. Draw again: ${SAMPLE_RULE}
2. Nothing was left out: start with the subtrees of \`population.json\` (they fold to the root of the checkpoint before), append the leaf of every entry in
   order, and compare with the root of the checkpoint after. One entry left out, added or changed gives another root.
3. The population is what the entries say: take those whose action is \`promotion.opened\` or \`deployment.started\` and whose \`at\` lies in the period.
4. The checkpoints are signed notes (c2sp.org/signed-note) by the keys under \`vkeys\`; compare the keys with what you were given elsewhere.

An entry whose time lies in the period and that was put outside these checkpoints is found by verifying the whole log: take an export with proofs.
`
}
