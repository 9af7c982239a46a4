import 'server-only'
import { db, type Tx } from '@/lib/db/client'
import { loadNamed } from '@/lib/db/named'
import { readTrail, trailScope } from '@/lib/db/read-trail'
import type { SubjectKind } from '@/lib/domain/audit-event'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Named } from '@/lib/domain/context'
import type { Dossier } from '@/lib/domain/dossier'
import { parseRecorded } from '@/lib/domain/recorded-event'
import type { Looker } from '../audit'
import { namerFor } from '../trail-namer'

/** A text that is kept apart under its digest; `body` is null once it was redacted. With the salt anybody computes the digest again. */
export type KeptText = { digest: string; body: string | null; salt: string | null }

/** A sign-off on a sealed version, with the words that were said and why the signer could sign. */
export type ChangeSignOff = {
  id: string
  capacity: string
  decision: string
  signer: Named
  role: string
  grant: string
  signedAt: Date
  withdrawnAt: Date | null
  openedAt: Date | null
  statement: KeptText
  reason: KeptText | null
  separation: unknown
}

/** A sealed text of a change: its bytes, and whether they still give the hash that was signed. */
export type ChangeSeal = {
  number: number
  hash: string
  canonical: string
  matches: boolean
  sealedAt: Date
  sealedBy: Named | null
  endedAt: Date | null
  endedBy: string | null
  moved: string[]
  signOffs: ChangeSignOff[]
}

/** An entry of the trail about a change. `index` from 0, null while it waits. */
export type ChangeEntry = { id: string; at: Date; index: number | null; action: string; sentence: string; canonical: string; leaf: string }

/** Everything on the record of one change. */
export type ChangeDossier = {
  kind: 'promotion' | 'deployment'
  id: string
  system: { id: string; name: string }
  profile: string
  status: string
  by: Named
  at: Date
  policy: { number: number; hash: string; appliedAt: Date }
  release: {
    version: string
    gitSha: string
    artefact: string
    buildDate: Date
    changes: { kind: string; summary: string; reference: string | null }[]
    contributors: { principal: string | null; commits: number }[]
  }
  /** The promotion of it: the change itself, or the one that authorised the deployment; null for a deployment without one. */
  promotion: { id: string; from: string; to: string; status: string; emergency: boolean; incident: string | null } | null
  seals: ChangeSeal[]
  notes: { number: number; hash: string; canonical: string; matches: boolean; sealedAt: Date; endedBy: string | null }[]
  exceptions: Dossier['exceptions']
  evidence: {
    id: string
    gate: string
    verdict: string
    summary: string
    digest: string
    command: string | null
    exitCode: number | null
    ranOn: string | null
    link: string | null
    by: Named
    recordedAt: Date
  }[]
  deployments: {
    id: string
    kind: string
    status: string
    authorised: boolean
    reasons: string[]
    by: Named
    startedAt: Date
    finishedAt: Date | null
    stamp: unknown
  }[]
  questions: { by: Named; at: Date; text: KeptText }[]
  entries: ChangeEntry[]
}

/** The complete dossier of a change by its id (`PRM-…` or `DEP-…`); null alike for one that is not there and one that may not be seen (T23). */
export async function getChangeDossier(looker: Looker, id: string): Promise<ChangeDossier | null> {
  const scope = await trailScope(looker.actor, looker.now)
  const deployment = id.startsWith('DEP-') ? await db.deployment.findUnique({ where: { id } }) : null
  const promotionId = deployment ? deployment.promotionId : id
  const promotion = promotionId === null ? null : await db.promotion.findUnique({ where: { id: promotionId } })
  const change = deployment ?? promotion
  if (!change || !scope.systems.includes(change.systemId)) return null
  const profile = deployment?.profileKey ?? (promotion?.toKey as string)
  const [system, release, version, seals, evidence, deployments, questions] = await Promise.all([
    db.system.findUniqueOrThrow({ where: { id: change.systemId }, select: { id: true, name: true } }),
    db.release.findUniqueOrThrow({
      where: { id: change.releaseId },
      include: { changes: { orderBy: { position: 'asc' } }, contributors: { select: { principalId: true, commits: true } } },
    }),
    db.policyVersion.findUniqueOrThrow({ where: { id: change.policyVersionId }, select: { number: true, hash: true, appliedAt: true } }),
    promotionId === null
      ? []
      : db.sealedVersion.findMany({
          where: { subject: { in: ['promotion', 'release_notes'] }, subjectId: promotionId },
          orderBy: { number: 'asc' },
          include: { signOffs: { orderBy: [{ signedAt: 'asc' }, { id: 'asc' }] }, openings: true },
        }),
    db.evidence.findMany({ where: { releaseId: change.releaseId, profileKey: profile }, orderBy: [{ recordedAt: 'asc' }, { id: 'asc' }] }),
    deployment ? [deployment] : db.deployment.findMany({ where: { promotionId: id }, orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] }),
    promotionId === null ? [] : db.question.findMany({ where: { promotionId }, orderBy: [{ askedAt: 'asc' }, { id: 'asc' }] }),
  ])
  const signOffs = seals.flatMap((seal) => seal.signOffs)
  const [named, textOf, entries] = await Promise.all([
    loadNamed(db, [
      deployment?.startedById ?? null,
      promotion?.openedById ?? null,
      ...seals.map(({ sealedById }) => sealedById),
      ...signOffs.map(({ signerId }) => signerId),
      ...evidence.map(({ broughtById }) => broughtById),
      ...deployments.map(({ startedById }) => startedById),
      ...questions.map(({ askedById }) => askedById),
    ]),
    loadTexts([...signOffs.flatMap(({ statement, reason }) => [statement, reason]), ...questions.map(({ text }) => text)]),
    readTrail(scope, (tx) =>
      entriesAbout(tx, [
        ...(promotionId === null ? [] : [['promotion', promotionId] as const, ['release_notes', promotionId] as const]),
        ...deployments.map((each) => ['deployment', each.id] as const),
        ...signOffs.map((each) => ['sign_off', each.id] as const),
        ...evidence.map((each) => ['evidence', each.id] as const),
        ['release', change.releaseId],
      ]),
    ),
  ])
  const recorded = entries.map(({ canonical }) => parseRecorded(canonical))
  const namer = await namerFor(recorded)
  const dossiers = seals.filter(({ subject }) => subject === 'promotion')
  return {
    kind: deployment ? 'deployment' : 'promotion',
    id,
    system,
    profile,
    status: change.status,
    by: named(deployment?.startedById ?? (promotion?.openedById as string)),
    at: deployment?.startedAt ?? (promotion?.openedAt as Date),
    policy: version,
    release: {
      version: release.version,
      gitSha: release.gitSha,
      artefact: release.artefact,
      buildDate: release.buildDate,
      changes: release.changes.map(({ kind, summary, reference }) => ({ kind, summary, reference })),
      contributors: release.contributors.map(({ principalId, commits }) => ({ principal: principalId, commits })),
    },
    promotion: promotion && {
      id: promotion.id,
      from: promotion.fromKey,
      to: promotion.toKey,
      status: promotion.status,
      emergency: promotion.emergency,
      incident: promotion.incidentId,
    },
    seals: dossiers.map(
      (seal): ChangeSeal => ({
        number: seal.number,
        hash: seal.hash,
        canonical: seal.canonical,
        matches: sha256Hex(seal.canonical) === seal.hash,
        sealedAt: seal.sealedAt,
        sealedBy: seal.sealedById === null ? null : named(seal.sealedById),
        endedAt: seal.endedAt,
        endedBy: seal.endedBy,
        moved: seal.moved,
        signOffs: seal.signOffs.map(
          (each): ChangeSignOff => ({
            id: each.id,
            capacity: each.capacity,
            decision: each.decision,
            signer: named(each.signerId),
            role: each.role,
            grant: each.grantId,
            signedAt: each.signedAt,
            withdrawnAt: each.withdrawnAt,
            openedAt: seal.openings.find(({ principalId }) => principalId === each.signerId)?.openedAt ?? null,
            statement: textOf(each.statement),
            reason: each.reason === null ? null : textOf(each.reason),
            separation: each.separation,
          }),
        ),
      }),
    ),
    notes: seals
      .filter(({ subject }) => subject === 'release_notes')
      .map(({ number, hash, canonical, sealedAt, endedBy }) => ({
        number,
        hash,
        canonical,
        matches: sha256Hex(canonical) === hash,
        sealedAt,
        endedBy,
      })),
    exceptions: exceptionsOf(dossiers.at(-1)?.canonical),
    evidence: evidence.map(
      ({ id: evidenceId, gateKey, verdict, summary, digest, command, exitCode, ranOn, link, broughtById, recordedAt }) => ({
        id: evidenceId,
        gate: gateKey,
        verdict,
        summary,
        digest,
        command,
        exitCode,
        ranOn,
        link,
        by: named(broughtById),
        recordedAt,
      }),
    ),
    deployments: deployments.map(({ id: deploymentId, kind, status, authorised, reasons, startedById, startedAt, finishedAt, stamp }) => ({
      id: deploymentId,
      kind,
      status,
      authorised,
      reasons,
      by: named(startedById),
      startedAt,
      finishedAt,
      stamp,
    })),
    questions: questions.map(({ askedById, askedAt, text }) => ({ by: named(askedById), at: askedAt, text: textOf(text) })),
    entries: entries.map((entry, i) => {
      const event = recorded[i] as (typeof recorded)[number]
      return { ...entry, action: event.action, sentence: namer.sentence(event) }
    }),
  }
}

// What was sealed is a dossier: `sealText` wrote it.
const exceptionsOf = (canonical: string | undefined): Dossier['exceptions'] =>
  canonical === undefined ? [] : (JSON.parse(canonical) as Dossier).exceptions

async function loadTexts(digests: readonly (string | null)[]): Promise<(digest: string) => KeptText> {
  const asked = [...new Set(digests.filter((digest) => digest !== null))]
  const rows = asked.length === 0 ? [] : await db.auditText.findMany({ where: { digest: { in: asked } } })
  const known = new Map(rows.map(({ digest, body, salt }) => [digest, { digest, body, salt }]))
  return (digest) => known.get(digest) ?? { digest, body: null, salt: null }
}

type EntryRow = { id: string; at: Date; seq: bigint | null; canonical: string; leaf: string }

/** Every entry about some subjects that the reader may see, in the order of the trail: a dossier is complete or none. Each subject is looked up by its index (`OFFSET 0`). */
async function entriesAbout(
  tx: Tx,
  subjects: readonly (readonly [kind: SubjectKind, id: string])[],
): Promise<Omit<ChangeEntry, 'action' | 'sentence'>[]> {
  const until = new Date(Date.now() + 86_400_000).toISOString()
  const rows = await tx.$queryRaw<EntryRow[]>`
    SELECT e.id::text, e.recorded_at AS at, l.seq, e.canonical, encode(e.leaf_hash, 'hex') AS leaf
    FROM unnest(${subjects.map(([kind]) => kind)}::text[], ${subjects.map(([, id]) => id)}::text[]) AS w(kind, id)
    CROSS JOIN LATERAL (SELECT * FROM audit.trail t WHERE t.subject_kind = w.kind AND t.subject_id = w.id AND t.recorded_at < ${until}::timestamptz OFFSET 0) e
    LEFT JOIN audit.leaf l ON l.event_id = e.id ORDER BY e.recorded_at, e.id`
  return rows.map(({ seq, ...row }) => ({ ...row, index: seq === null ? null : Number(seq) }))
}
