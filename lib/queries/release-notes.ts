import 'server-only'
import { db } from '@/lib/db/client'
import { loadNotesEvents } from '@/lib/db/load-notes-facts'
import { loadActivePolicy, loadPolicyVersion } from '@/lib/db/load-policy'
import { loadPromotions } from '@/lib/db/load-promotions'
import { namedSelect, toNamed } from '@/lib/db/named'
import { readableSystems } from '@/lib/domain/context'
import type { Dossier } from '@/lib/domain/dossier'
import type { NotesEvidence, NotesFacts, NotesSignature } from '@/lib/domain/notes-facts'
import { whyNotEditSummary } from '@/lib/domain/notes-summary'
import { resolveProfile } from '@/lib/domain/policy/resolve'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import { dossierOf, type PromotionFacts, type PromotionPhase, promotionPhase } from '@/lib/domain/promotion'
import type { Refusal } from '@/lib/domain/refusal'
import { draftNotes, type ReleaseNotes } from '@/lib/domain/release-notes'
import { isUuid } from '@/lib/domain/uuid'
import { instantInWords } from '@/lib/domain/words'
import { type DeploymentRow, deploymentInclude, toRows } from './deployments'
import { loadAddenda, loadUnpromotedAddenda } from './notes-errata'
import { loadSealedWords } from './sealed-words'
import { type PipelineSlot, slotViews } from './system-head'
import type { Looker } from './system-standing'

/** Notes of one release on one profile, in the list. `state`: sealed by the last signature, still a draft, or a deployment nobody had promoted. */
export type NotesRow = {
  system: { slug: string; name: string }
  profile: { id: string; class: ProfileClass }
  version: string
  promotion: string | null
  state: 'sealed' | 'draft' | 'unpromoted'
  /** Whether it was ever put there without authority, whatever became of its promotion. */
  unauthorised: boolean
  status: string
  /** The incident under which its promotion was an emergency. */
  emergency: string | null
  at: Date
}

/** Where a page of the list begins: instant, system, profile and release of the last row before it. */
export type NotesPosition = readonly [at: string, key: string]

type ListRow = {
  systemId: string
  name: string
  profileKey: string
  version: string
  promotion: string | null
  status: string | null
  sealed: boolean
  unauthorised: boolean
  emergency: string | null
  at: Date
  key: string
}

/** Notes the viewer may read, newest first: of every promotion, and of what was deployed without one. */
export async function listNotes(
  looker: Looker,
  filter: { system?: string },
  page: { limit: number; after: NotesPosition | null },
): Promise<{ rows: NotesRow[]; next: NotesPosition | null }> {
  const readable = readableSystems(looker.actor, looker.now)
  const systems = await db.system.findMany({
    where: {
      id: {
        in:
          (readable ?? undefined)?.filter((id) => !filter.system || id === filter.system) ?? (filter.system ? [filter.system] : undefined),
      },
    },
    select: { id: true },
  })
  const ids = systems.map(({ id }) => id)
  const after = page.after ?? ['9999-12-31T00:00:00Z', '~']
  const found = await db.$queryRaw<ListRow[]>`
    SELECT n.*, s.name, r.version FROM (
      SELECT DISTINCT ON (p."systemId", p."toKey", p."releaseId") p."systemId", p."toKey" AS "profileKey", p."releaseId", p.id AS promotion, p.status,
        EXISTS (SELECT 1 FROM "SealedVersion" v WHERE v.subject = 'release_notes' AND v."subjectId" = p.id AND v."endedAt" IS NULL) AS sealed,
        EXISTS (SELECT 1 FROM "Deployment" u WHERE u."systemId" = p."systemId" AND u."profileKey" = p."toKey" AND u."releaseId" = p."releaseId" AND NOT u.authorised) AS unauthorised,
        p."openedAt" AS at, concat_ws(' ', p."systemId", p."toKey", p."releaseId") AS key, p."incidentId" AS emergency
      FROM "Promotion" p WHERE p."systemId" = ANY (${ids}) ORDER BY p."systemId", p."toKey", p."releaseId", p."openedAt" DESC) n
      JOIN "System" s ON s.id = n."systemId" JOIN "Release" r ON r.id = n."releaseId" WHERE (n.at, n.key) < (${after[0]}::timestamptz, ${after[1]})
    UNION ALL
    SELECT n.*, s.name, r.version FROM (
      SELECT DISTINCT ON (d."systemId", d."profileKey", d."releaseId") d."systemId", d."profileKey", d."releaseId", NULL AS promotion, NULL AS status, false AS sealed, true AS unauthorised,
        d."startedAt" AS at, concat_ws(' ', d."systemId", d."profileKey", d."releaseId") AS key, NULL AS emergency
      FROM "Deployment" d WHERE d."systemId" = ANY (${ids}) AND NOT d.authorised
        AND NOT EXISTS (SELECT 1 FROM "Promotion" p WHERE p."releaseId" = d."releaseId" AND p."toKey" = d."profileKey")
      ORDER BY d."systemId", d."profileKey", d."releaseId", d."startedAt" DESC) n
      JOIN "System" s ON s.id = n."systemId" JOIN "Release" r ON r.id = n."releaseId" WHERE (n.at, n.key) < (${after[0]}::timestamptz, ${after[1]})
    ORDER BY at DESC, key DESC LIMIT ${page.limit + 1}`
  const rows = found.slice(0, page.limit)
  const last = rows.at(-1)
  const policies = new Map(
    await Promise.all(
      [...new Set(rows.map((row) => row.systemId))].map(async (id) => [id, (await loadActivePolicy(db, id)).policy] as const),
    ),
  )
  return {
    rows: rows.map((row) => {
      const policy = policies.get(row.systemId)
      return {
        system: { slug: row.systemId, name: row.name },
        profile: { id: row.profileKey, class: policy ? resolveProfile(policy, row.profileKey).class : 'production' },
        version: row.version,
        promotion: row.promotion,
        state: row.promotion === null ? 'unpromoted' : row.sealed ? 'sealed' : 'draft',
        unauthorised: row.unauthorised,
        emergency: row.emergency,
        status: row.status?.replace('_', ' ') ?? 'deployed without authority',
        at: row.at,
      }
    }),
    next: found.length > page.limit && last ? [last.at.toISOString(), last.key] : null,
  }
}

/** Release notes as a screen, a print and their files show them: the facts that every reading tells, and what the viewer may do about them. */
export type NotesDetail = NotesFacts & {
  profile: { id: string; class: ProfileClass }
  from: { id: string; class: ProfileClass } | null
  /** A sealed version of the notes that no longer stands. */
  voided: { number: number; at: Date; how: string } | null
  promotion: { id: string; phase: PromotionPhase } | null
  slots: (PipelineSlot & { at: Date | null })[]
  deployments: DeploymentRow[]
  /** What the summary was edited by the Release Manager to, and why the viewer may not. */
  summary: string
  whyNotEdit: Refusal | null
  others: { version: string; at: Date }[]
}

/** The notes of a release on a profile: sealed bytes where they are sealed, else drawn from the dossier as it stands; null when unseen (T23). */
export async function getNotes(looker: Looker, slug: string, profileKey: string, version: string): Promise<NotesDetail | null> {
  const { now } = looker
  const readable = readableSystems(looker.actor, now)
  if (readable !== null && !readable.includes(slug)) return null
  const release = await db.release.findUnique({
    where: { systemId_version: { systemId: slug, version } },
    include: { system: { select: { name: true } } },
  })
  if (!release) return null
  const [promotions, deployed, others] = await Promise.all([
    loadPromotions(db, { releaseId: release.id, toKey: profileKey }, now, { orderBy: [{ openedAt: 'desc' }, { id: 'desc' }], take: 1 }),
    db.deployment.findMany({
      where: { systemId: slug, profileKey, releaseId: release.id },
      orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
      take: 50,
      include: deploymentInclude,
    }),
    db.promotion.findMany({
      where: { systemId: slug, toKey: profileKey, NOT: { releaseId: release.id } },
      orderBy: [{ openedAt: 'desc' }, { id: 'desc' }],
      take: 5,
      select: { openedAt: true, release: { select: { version: true } } },
    }),
  ])
  const facts = promotions[0] ?? null
  if (!facts && deployed.length === 0) return null
  const { policy } = facts ? facts.policy : await loadPolicyVersion(db, (deployed[0] as (typeof deployed)[number]).policyVersionId) // one of the two, seen just above
  const classOf = (id: string) => resolveProfile(policy, id).class
  const rows = await toRows(deployed)
  const base = {
    system: { slug, name: release.system.name },
    profile: { id: profileKey, class: classOf(profileKey) },
    version: release.version,
    deployments: rows,
    deployment: deploymentLines(rows),
    runs: rows.map(({ id, kind, status, authorised, startedAt, finishedAt }) => ({ id, kind, status, authorised, startedAt, finishedAt })),
    others: [...new Map(others.map((other) => [other.release.version, { version: other.release.version, at: other.openedAt }])).values()],
  }
  if (!facts) {
    const at = deployed[0]?.startedAt ?? now
    const ran = deployed.find(({ status }) => status === 'succeeded' || status === 'rolled_back')
    const addenda = ran ? await loadUnpromotedAddenda({ systemId: slug, profileKey, releaseId: release.id, from: ran.startedAt }, now) : []
    return {
      ...base,
      from: null,
      notes: null,
      dossier: null,
      evidence: [],
      signed: [],
      versions: [],
      slotCount: 0,
      seal: null,
      voided: null,
      promotion: null,
      emergency: null,
      slots: [],
      words: { names: {}, texts: {} },
      addenda,
      replaces: null,
      summary: '',
      whyNotEdit: null,
      at,
    }
  }
  const [row, sealed] = await Promise.all([
    db.promotion.findUniqueOrThrow({ where: { id: facts.id }, select: { notesSummary: true } }),
    db.sealedVersion.findMany({
      where: { subject: 'release_notes', subjectId: facts.id },
      orderBy: { number: 'desc' },
      take: 20,
      select: { number: true, hash: true, canonical: true, sealedAt: true, endedAt: true, endedBy: true },
    }),
  ])
  const summary = row.notesSummary ? ((await db.auditText.findUnique({ where: { digest: row.notesSummary } }))?.body ?? '') : ''
  const latest = sealed[0]
  const standing = latest && latest.endedAt === null ? latest : null
  // Sealed notes are read from the bytes that were sealed: our own canonical text.
  const since = standing?.sealedAt ?? facts.sealed?.sealedAt ?? null
  const notes = standing ? (JSON.parse(standing.canonical) as ReleaseNotes) : await draftOf(facts, summary, since ?? now)
  const dossier = await dossierBehind(facts, notes)
  const [words, evidence, signed, addenda] = await Promise.all([
    loadSealedWords(
      notes.exceptions,
      notes.signatures.map(({ principal }) => principal),
    ),
    loadEvidence(dossier),
    loadSigned(notes),
    loadAddenda(facts, notes, since, now),
  ])
  const slots = slotsOfNotes(facts, notes, looker)
  return {
    ...base,
    dossier,
    evidence,
    signed,
    versions: sealed,
    from: { id: facts.edge.from, class: classOf(facts.edge.from) },
    notes,
    seal: standing ? { hash: standing.hash, number: standing.number, at: standing.sealedAt } : null,
    voided:
      latest?.endedAt && latest.endedBy !== 'replaced'
        ? { number: latest.number, at: latest.endedAt, how: latest.endedBy ?? 'voided' }
        : null,
    promotion: { id: facts.id, phase: promotionPhase(facts, now) },
    emergency: facts.emergency && {
      reason: facts.emergency.reason && (facts.emergency.reason.text ?? 'The text was erased.'),
      owed: facts.debts.filter(({ subject }) => subject.id === facts.id).map(({ sentence }) => sentence),
    },
    slots,
    slotCount: slots.length,
    words,
    addenda,
    replaces: notes.rollback.replaces,
    summary,
    whyNotEdit: whyNotEditSummary(facts, looker.actor, now),
    at: standing?.sealedAt ?? facts.sealed?.sealedAt ?? facts.openedAt,
  }
}

async function draftOf(facts: PromotionFacts, summary: string, until: Date): Promise<ReleaseNotes> {
  const { sealed, system, edge, policy, openedAt } = facts
  return draftNotes({
    events: await loadNotesEvents(db, { systemId: system.id, profileKey: edge.to, policy: policy.policy, from: openedAt, until }),
    at: until,
    dossier: sealed?.dossier ?? dossierOf(facts, facts.nextNumber),
    hash: sealed?.hash ?? '',
    gateTitles: new Map(facts.gates.map((judged) => [judged.gate.id, { title: judged.gate.title, sentence: judged.sentence }])),
    secrets: facts.policy.policy.secrets.mappings.map((mapping) => mapping.variable),
    summary,
    signatures: facts.signOffs
      .filter(({ decision }) => decision === 'approve')
      .map((signOff) => ({
        id: signOff.id,
        capacity: facts.edge.signOff.slots.find(({ id }) => id === signOff.slotKey)?.title ?? signOff.slotKey,
        principal: signOff.signerId,
        at: signOff.signedAt.toISOString(),
      })),
  })
}

/** The dossier that the notes name by number and hash; of a draft, the one that is sealed, or as it would be sealed now. */
async function dossierBehind(facts: PromotionFacts, { dossier }: ReleaseNotes): Promise<Dossier | null> {
  if (facts.sealed && (facts.sealed.hash === dossier.hash || dossier.hash === '')) return facts.sealed.dossier
  if (dossier.hash === '') return dossierOf(facts, facts.nextNumber)
  const sealed = await db.sealedVersion.findFirst({
    where: { subject: 'promotion', subjectId: facts.id, number: dossier.number, hash: dossier.hash },
    select: { canonical: true },
  })
  return sealed && (JSON.parse(sealed.canonical) as Dossier) // our own canonical text
}

/** The evidence that the gates of a dossier rest on. What an observation reported is not among it. One statement. */
async function loadEvidence(dossier: Dossier | null): Promise<NotesEvidence[]> {
  const ids = (dossier?.gates ?? []).flatMap(({ evidence }) => (evidence !== null && isUuid(evidence) ? [evidence] : []))
  if (ids.length === 0) return []
  const rows = await db.evidence.findMany({ where: { id: { in: ids } }, include: { broughtBy: namedSelect, snapshot: true } })
  return rows.map(({ id, verdict, summary, command, exitCode, ranOn, link, digest, recordedAt, broughtBy, snapshot, checklistRunId }) => ({
    id,
    verdict: verdict as NotesEvidence['verdict'], // the two that the database lets in
    summary,
    command,
    exitCode,
    ranOn,
    link,
    digest,
    recordedAt,
    broughtBy: toNamed(broughtBy).name,
    snapshot: snapshot && { profile: snapshot.profileKey, digest: snapshot.digest, takenAt: snapshot.takenAt },
    run: checklistRunId,
  }))
}

/** What the record of each signature of the notes says besides. One statement. */
async function loadSigned({ signatures }: ReleaseNotes): Promise<NotesSignature[]> {
  if (signatures.length === 0) return []
  const rows = await db.signOff.findMany({
    where: { id: { in: signatures.map(({ id }) => id) } },
    select: { id: true, slotKey: true, role: true, statement: true, sealedHash: true, withdrawnAt: true },
  })
  return rows.map(({ slotKey, ...row }) => ({ ...row, slot: slotKey }))
}

function slotsOfNotes(facts: PromotionFacts, notes: ReleaseNotes, looker: Looker): NotesDetail['slots'] {
  return slotViews(facts, looker).map((slot) => {
    const signed = notes.signatures.find(({ capacity }) => capacity === slot.capacity)
    const standing = facts.signOffs.find(({ id }) => id === signed?.id)
    return {
      ...slot,
      state: signed ? 'signed' : slot.state,
      name: standing?.signerName ?? slot.name,
      at: signed ? new Date(signed.at) : null,
    }
  })
}

/** The deployments of a release on a profile, as lines of its notes. */
export function deploymentLines(rows: readonly DeploymentRow[]): string[] {
  return rows.map((row) => {
    const end = row.finishedAt
      ? `, ${row.status === 'failed' ? `failed (${row.failure ?? 'no reason noted'})` : row.status === 'rolled_back' ? 'later rolled back' : 'succeeded'} ${instantInWords(row.finishedAt)}`
      : ', running'
    const violations = row.violations.length > 0 ? `. Inputs the policy does not allow: ${row.violations.join(' ')}`.replace('..', '.') : ''
    return `${row.id}, ${row.kind === 'deploy' ? 'deployment' : row.kind} of ${row.version} to ${row.profile.id}, started ${instantInWords(row.startedAt)}${end}${row.authorised ? '' : `. Without authority: ${row.reasons.join(' ')}`}${violations}`.replace(
      /\.?$/,
      '.',
    )
  })
}
