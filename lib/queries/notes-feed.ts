import 'server-only'
import { db } from '@/lib/db/client'
import { readableSystems } from '@/lib/domain/context'
import type { Dossier } from '@/lib/domain/dossier'
import type { NotesFacts } from '@/lib/domain/notes-facts'
import type { ReleaseNotes } from '@/lib/domain/release-notes'
import { instantInWords } from '@/lib/domain/words'
import { loadSealedWords } from './sealed-words'
import type { Looker } from './system-standing'

/** One entry of a system's feed: sealed notes with what became of them, or a deployment that nobody had promoted (`facts.notes` null). */
export type FedNotes = { facts: NotesFacts; published: Date; updated: Date; ended: { at: Date; how: string } | null }

/** How many notes, and how many deployments without one, a feed holds. */
const MOST = 30

/**
 * The newest sealed notes of a system and what was deployed there without a promotion, what changed last first; null for a system that the viewer may not
 * see (T23). Six statements, however many notes.
 */
export async function loadNotesFeed(
  looker: Looker,
  slug: string,
): Promise<{ system: { slug: string; name: string }; since: Date; entries: FedNotes[] } | null> {
  const readable = readableSystems(looker.actor, looker.now)
  if (readable !== null && !readable.includes(slug)) return null
  const [system, versions, strays] = await Promise.all([
    db.system.findUnique({ where: { id: slug }, select: { name: true, createdAt: true } }),
    db.sealedVersion.findMany({
      where: { systemId: slug, subject: 'release_notes' },
      orderBy: [{ sealedAt: 'desc' }, { number: 'desc' }],
      take: 2 * MOST,
      select: { number: true, hash: true, canonical: true, sealedAt: true, endedAt: true, endedBy: true },
    }),
    db.deployment.findMany({
      where: { systemId: slug, authorised: false, promotionId: null },
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      take: MOST,
      select: { ...runSelect, profileKey: true, reasons: true, release: { select: { version: true } } },
    }),
  ])
  if (!system) return null
  const sealed = newestOfEach(versions.map((version) => ({ ...version, notes: JSON.parse(version.canonical) as ReleaseNotes }))) // our own canonical text
  const [runs, dossiers, words] = await Promise.all([
    db.deployment.findMany({
      where: { promotionId: { in: sealed.map(({ notes }) => notes.promotion) } },
      orderBy: [{ startedAt: 'asc' }, { id: 'asc' }],
      take: 5 * MOST,
      select: { ...runSelect, promotionId: true },
    }),
    db.sealedVersion.findMany({
      where: { subject: 'promotion', hash: { in: sealed.map(({ notes }) => notes.dossier.hash) } },
      take: MOST,
      select: { hash: true, canonical: true },
    }),
    loadSealedWords(
      sealed.flatMap(({ notes }) => notes.exceptions),
      sealed.flatMap(({ notes }) => notes.signatures.map(({ principal }) => principal)),
    ),
  ])
  const name = { slug, name: system.name }
  const ofNotes = sealed.map(({ notes, number, hash, sealedAt, endedAt, endedBy }): FedNotes => {
    const own = runs.filter(({ promotionId }) => promotionId === notes.promotion).map(runOf)
    const dossier = dossiers.find((each) => each.hash === notes.dossier.hash)
    return {
      published: sealedAt,
      updated: latest([sealedAt, endedAt, ...own.map(({ startedAt, finishedAt }) => finishedAt ?? startedAt)]),
      ended: endedAt && { at: endedAt, how: endedBy ?? 'ended' },
      facts: {
        ...bare,
        system: name,
        profile: { id: notes.to },
        from: { id: notes.from },
        version: notes.version,
        notes,
        dossier: dossier ? (JSON.parse(dossier.canonical) as Dossier) : null, // our own canonical text
        seal: { hash, number, at: sealedAt },
        promotion: { id: notes.promotion, phase: '' },
        words,
        runs: own,
        slotCount: notes.signatures.length,
        replaces: notes.rollback.replaces,
        at: sealedAt,
      },
    }
  })
  const ofStrays = strays.map((stray): FedNotes => {
    const run = runOf(stray)
    const version = stray.release.version
    const line = `${run.id}, ${run.kind} of ${version} to ${stray.profileKey}, started ${instantInWords(run.startedAt)}. Without authority: ${stray.reasons.join(' ')}`
    return {
      published: run.startedAt,
      updated: run.finishedAt ?? run.startedAt,
      ended: null,
      facts: {
        ...bare,
        system: name,
        profile: { id: stray.profileKey },
        from: null,
        version,
        notes: null,
        dossier: null,
        seal: null,
        promotion: null,
        words: { names: {}, texts: {} },
        runs: [run],
        deployment: [line],
        slotCount: 0,
        replaces: null,
        at: run.startedAt,
      },
    }
  })
  // One page of notes may be behind several deployments without a promotion; a feed names it once.
  const pages = new Map([...ofStrays.toReversed(), ...ofNotes].map((entry) => [`${entry.facts.profile.id} ${entry.facts.version}`, entry]))
  const entries = [...pages.values()].toSorted((a, b) => b.updated.getTime() - a.updated.getTime())
  return { system: name, since: system.createdAt, entries }
}

/** One for each page of notes, the newest: a page may have been sealed again, and under another promotion. */
function newestOfEach<T extends { notes: ReleaseNotes }>(versions: readonly T[]): T[] {
  const pages = new Map<string, T>()
  for (const version of versions) {
    const page = `${version.notes.to} ${version.notes.version}`
    if (!pages.has(page)) pages.set(page, version)
  }
  return [...pages.values()].slice(0, MOST)
}

const bare = { emergency: null, evidence: [], signed: [], versions: [], deployment: [], addenda: [] }

const runSelect = { id: true, kind: true, status: true, authorised: true, startedAt: true, finishedAt: true } as const

type Run = NotesFacts['runs'][number]

function runOf({
  id,
  kind,
  status,
  authorised,
  startedAt,
  finishedAt,
}: Omit<Run, 'kind' | 'status'> & { kind: string; status: string }): Run {
  return { id, kind: kind as Run['kind'], status: status as Run['status'], authorised, startedAt, finishedAt } // the words the database lets in
}

const latest = (times: readonly (Date | null)[]): Date => new Date(Math.max(...times.map((at) => at?.getTime() ?? 0)))
