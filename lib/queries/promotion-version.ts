import 'server-only'
import { compareDossiers, type DossierDifference } from '@/lib/domain/dossier'
import type { SealedWords } from '@/lib/domain/notes-exceptions'
import { classOf } from './in-flight'
import type { ProfileView } from './promotion-card'
import { findPromotion } from './promotion-dossier'
import { loadVersions, type VersionView } from './promotion-versions'
import { loadSealedWords } from './sealed-words'
import type { Looker } from './system-standing'

/** What every page about sealed versions of a promotion says at its head. */
export type VersionHead = {
  id: string
  system: { id: string; name: string }
  version: string
  from: ProfileView
  to: ProfileView
  live: number | null
  numbers: number[]
  gateTitles: Record<string, string>
}

/** One sealed version as it was, with what became of it, and what it holds by id and digest only as it reads today. */
export type VersionPage = { head: VersionHead; version: VersionView; words: SealedWords }

/** Two sealed versions side by side: only what differs. */
export type ComparePage = { head: VersionHead; from: VersionView; to: VersionView; differences: DossierDifference[] }

async function loadHead(looker: Looker, id: string): Promise<{ head: VersionHead; versions: VersionView[] } | null> {
  const facts = await findPromotion(looker, id)
  if (!facts) return null
  const versions = await loadVersions(facts.id)
  const head: VersionHead = {
    id: facts.id,
    system: facts.system,
    version: facts.release.version,
    from: { id: facts.edge.from, class: classOf(facts, facts.edge.from) },
    to: { id: facts.edge.to, class: classOf(facts, facts.edge.to) },
    live: facts.sealed?.number ?? null,
    numbers: versions.map(({ number }) => number),
    gateTitles: Object.fromEntries(facts.gates.map(({ gate }) => [gate.id, gate.title])),
  }
  return { head, versions }
}

/** A sealed version of a promotion that somebody may see; null where there is none (T23). */
export async function getVersion(looker: Looker, id: string, number: number): Promise<VersionPage | null> {
  const found = await loadHead(looker, id)
  const version = found?.versions.find((each) => each.number === number)
  return found && version ? { head: found.head, version, words: await loadSealedWords(version.dossier.exceptions) } : null
}

/** What differs between two sealed versions. Without numbers: the newest, and the one before it. Null where there are not two (T23). */
export async function getComparison(
  looker: Looker,
  id: string,
  from: number | null,
  to: number | null,
): Promise<ComparePage | { head: VersionHead; only: number | null } | null> {
  const found = await loadHead(looker, id)
  if (!found) return null
  const { head, versions } = found
  const after = versions.find(({ number }) => number === (to ?? head.numbers[0]))
  const before = versions.find(({ number }) => number === (from ?? head.numbers.find((each) => each < (after?.number ?? 0))))
  if (!after || !before) return { head, only: head.numbers[0] ?? null }
  return { head, from: before, to: after, differences: compareDossiers(before.dossier, after.dossier) }
}
