import 'server-only'
import type { Dossier } from '@/lib/domain/dossier'
import type { StatedFacts, StatedKind, StatedOutcome, StatementForm } from '@/lib/domain/log/statement/in-toto'
import { refuse } from '@/lib/domain/refusal'
import type { Tx } from './client'
import { logKeys } from './read-log'
import { readTrail } from './read-trail'

/** What is on the record of something that can be stated, before the log is asked for its name. */
export type Stated = Omit<StatedFacts, 'log'> & { endedAt: string | null; canonical: string }

/** A statement as it is kept: who asked is on the trail. `signatures` is empty while the sequencer has not signed it. */
export type KeptStatement = {
  digest: string
  kind: StatedKind
  id: string
  form: StatementForm
  payloadType: string
  payload: string
  askedAt: Date
  signatures: { keyId: string; bytes: Uint8Array }[]
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

/**
 * What a statement about a promotion, a rotation or an exception says: its newest sealed version with every decision on it, the leaf hashes of these acts,
 * and what came of it. Null where there is no such thing or nothing of it was ever sealed. The caller judges who may read it, by `system` (T23).
 */
export async function loadStated(tx: Tx, kind: StatedKind, id: string): Promise<Stated | null> {
  const [seal, subject] = await Promise.all([
    tx.sealedVersion.findFirst({
      where: { subject: kind, subjectId: id },
      orderBy: { number: 'desc' },
      include: { signOffs: { orderBy: [{ signedAt: 'asc' }, { id: 'asc' }] } },
    }),
    OF[kind](tx, id),
  ])
  if (!seal || !subject) return null
  const entries = await entriesOf(seal.systemId, kind, id, seal.number)
  return {
    kind,
    id,
    system: seal.systemId,
    canonical: seal.canonical,
    standing: subject.standing,
    endedAt: subject.endedAt,
    requester: seal.requesterId,
    sealed: {
      number: seal.number,
      sha256: seal.hash,
      sealedAt: seal.sealedAt.toISOString(),
      sealedBy: seal.sealedById,
      endedAt: iso(seal.endedAt),
      endedBy: seal.endedBy,
      content: JSON.parse(seal.canonical), // our own canonical text
      entry: entries.get('') ?? null,
    },
    signOffs: seal.signOffs.map((signOff) => ({
      id: signOff.id,
      slot: signOff.slotKey,
      capacity: signOff.capacity,
      role: signOff.role,
      decision: signOff.decision as 'approve' | 'decline', // the database allows no other
      signer: signOff.signerId,
      at: signOff.signedAt.toISOString(),
      statement: signOff.statement,
      withdrawnAt: iso(signOff.withdrawnAt),
      entry: entries.get(signOff.id) ?? null,
    })),
    outcomes: subject.outcomes,
    ...(kind === 'promotion' ? { release: releaseOf(seal.canonical) } : {}),
  }
}

function releaseOf(canonical: string): NonNullable<StatedFacts['release']> {
  const { version, gitSha, artefact } = (JSON.parse(canonical) as Dossier).release // our own canonical text
  return { version, gitSha, artefact }
}

const SEALING = ['promotion.sealed', 'rotation.planned', 'exception.filed', 'exception.extension_asked']
const DECIDING = [
  'promotion.signed',
  'promotion.declined',
  'rotation.approved',
  'rotation.declined',
  'exception.approved',
  'exception.declined',
]

/** The leaf hashes of the acts on one sealed version, by the id of the sign-off; that of the sealing under no id. */
async function entriesOf(system: string, kind: StatedKind, id: string, version: number): Promise<Map<string, string>> {
  const rows = await readTrail({ systems: [system], everything: false }, (tx) => {
    return tx.$queryRaw<{ signature: string | null; leaf: string }[]>`
      SELECT payload -> 'after' ->> 'signature' AS signature, encode(leaf_hash, 'hex') AS leaf FROM audit.trail
      WHERE system_id = ${system} AND subject_kind = ${kind} AND subject_id = ${id} AND action = ANY (${[...SEALING, ...DECIDING]}::text[])
        AND (payload -> 'subject' ->> 'version')::int = ${version} ORDER BY recorded_at, id`
  })
  return new Map(rows.map(({ signature, leaf }) => [signature ?? '', leaf]))
}

type Subject = { standing: string; endedAt: string | null; outcomes: StatedOutcome[] }

const OF: Record<StatedKind, (tx: Tx, id: string) => Promise<Subject | null>> = {
  promotion: async (tx, id) => {
    const row = await tx.promotion.findUnique({
      where: { id },
      include: { deployments: { orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] } },
    })
    return (
      row && {
        standing: row.status,
        endedAt: iso(row.endedAt),
        outcomes: row.deployments.map((deployment) => ({
          kind: 'deployment',
          id: deployment.id,
          how: deployment.kind,
          profile: deployment.profileKey,
          status: deployment.status,
          authorised: deployment.authorised,
          startedAt: deployment.startedAt.toISOString(),
          finishedAt: iso(deployment.finishedAt),
        })),
      }
    )
  },
  rotation: async (tx, id) => {
    const row = await tx.rotation.findUnique({ where: { id } })
    return (
      row && {
        standing: row.status,
        endedAt: iso(row.endedAt),
        outcomes: row.startedAt
          ? [
              {
                kind: 'run',
                status: row.status,
                startedAt: row.startedAt.toISOString(),
                verifyingAt: iso(row.verifyingAt),
                endedAt: iso(row.endedAt),
              },
            ]
          : [],
      }
    )
  },
  exception: async (tx, id) => {
    const row = await tx.driftException.findUnique({ where: { id }, include: { terms: { orderBy: { number: 'asc' } } } })
    return (
      row && {
        standing: row.status,
        endedAt: iso(row.endedAt),
        outcomes: [
          ...row.terms.map((term) => ({
            kind: 'term',
            number: term.number,
            tier: term.tier,
            until: term.untilAt.toISOString(),
            approvedAt: term.approvedAt.toISOString(),
          })),
          ...(row.endedAt ? [{ kind: 'end', status: row.status, endedAt: row.endedAt.toISOString() }] : []),
        ],
      }
    )
  },
}

/** The name of the log, by the first key that signed it; null before its first checkpoint. */
export async function logName(tx: Tx): Promise<string | null> {
  const [first] = await logKeys(tx)
  return first?.vkey.split('+')[0] ?? null
}

type Row = Omit<KeptStatement, 'signatures'> & { signatures: { keyId: string; hex: string }[] | null }

async function one(rows: Promise<Row[]>): Promise<KeptStatement | null> {
  const [row] = await rows
  return row
    ? { ...row, signatures: (row.signatures ?? []).map(({ keyId, hex }) => ({ keyId, bytes: Uint8Array.from(Buffer.from(hex, 'hex')) })) }
    : null
}

/** A statement by the SHA-256 of its payload. */
export function statementBy(tx: Tx, digest: string): Promise<KeptStatement | null> {
  return one(tx.$queryRaw<Row[]>`
    SELECT s.digest, s.subject_kind AS kind, s.subject_id AS id, s.form, s.payload_type AS "payloadType", s.payload, s.asked_at AS "askedAt",
      (SELECT json_agg(json_build_object('keyId', g.key_id, 'hex', encode(g.signature, 'hex')) ORDER BY g.key_id) FROM audit.statement_signature g
        WHERE g.digest = s.digest) AS signatures
    FROM audit.statement s WHERE s.digest = ${digest}`)
}

/** The newest statement of a form about something. */
export function newestStatement(tx: Tx, kind: StatedKind, id: string, form: StatementForm): Promise<KeptStatement | null> {
  return one(tx.$queryRaw<Row[]>`
    SELECT s.digest, s.subject_kind AS kind, s.subject_id AS id, s.form, s.payload_type AS "payloadType", s.payload, s.asked_at AS "askedAt",
      (SELECT json_agg(json_build_object('keyId', g.key_id, 'hex', encode(g.signature, 'hex')) ORDER BY g.key_id) FROM audit.statement_signature g
        WHERE g.digest = s.digest) AS signatures
    FROM audit.statement s WHERE s.subject_kind = ${kind} AND s.subject_id = ${id} AND s.form = ${form} ORDER BY s.asked_at DESC LIMIT 1`)
}

/** The system of something that can be stated; null where there is no such thing. */
export async function systemOfStated(tx: Tx, kind: StatedKind, id: string): Promise<string | null> {
  const find = {
    promotion: () => tx.promotion.findUnique({ where: { id }, select: { systemId: true } }),
    rotation: () => tx.rotation.findUnique({ where: { id }, select: { systemId: true } }),
    exception: () => tx.driftException.findUnique({ where: { id }, select: { systemId: true } }),
  }
  return (await find[kind]())?.systemId ?? null
}

/** The one answer for what does not exist and for what one may not see (T23). */
export function unseenStated(kind: StatedKind, id: string): ReturnType<typeof refuse> {
  return refuse('not_found', `There is no ${kind} ${id} that you can see.`, { place: 'id' })
}
