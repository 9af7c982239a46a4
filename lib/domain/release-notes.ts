import type { Dossier } from './dossier'
import type { ExceptionStanding } from './exception'
import { exceptionsOfNotes, type NotesException } from './notes-exceptions'

/** The text of release notes as it is sealed when a promotion is approved: generated from the dossier and its signatures. Ids, never names. */
export type ReleaseNotes = {
  v: 1
  promotion: string
  system: string
  version: string
  from: string
  to: string
  /** Summary edited by a Release Manager before sealing; empty for none. */
  summary: string
  dossier: { number: number; hash: string }
  changes: Dossier['changes']
  gates: { id: string; title: string; verdict: string; sentence: string }[]
  exceptions: NotesException[]
  /** Names of variables, never values. */
  secrets: string[]
  rollback: Dossier['rollback']
  signatures: { id: string; capacity: string; principal: string; at: string }[]
  // There only where there is something to say, so that notes sealed before hash as they did.
  /** An emergency promotion: its incident, the gates it skipped by their titles, why (a digest, T40), and whose review it owes. */
  emergency?: { incident: string; skipped: string[]; reason: string | null; reviewedBy: string[] }
  /** Fallback uses open on the profile while the release was promoted to it. */
  fallbacks?: NotesFallback[]
  /** Rotations that ended on the profile while the release was promoted to it. */
  rotations?: NotesRotation[]
}

/** A fallback use in release notes: what was allowed, for which variables, from when until when. */
export type NotesFallback = { id: string; allowed: string; secrets: string[]; from: string; until: string }

/** A rotation in release notes: which variables, and how and when it ended. */
export type NotesRotation = { id: string; secrets: string[]; result: 'completed' | 'rolled_back'; at: string }

/** "BG-0007: fallback files for secrets (A_KEY), 19 Nov 2026, 03:12 UTC to ...". `day` words an instant. */
export function fallbackLine({ id, allowed, secrets, from, until }: NotesFallback, day: (iso: string) => string): string {
  return `${id}: ${allowed}${secrets.length > 0 ? ` (${secrets.join(', ')})` : ''}, ${day(from)} to ${day(until)}.`
}

/** "ROT-0058: A_KEY and B_KEY rotated, completed 19 Nov 2026, 16:00 UTC." */
export function rotationLine({ id, secrets, result, at }: NotesRotation, day: (iso: string) => string): string {
  return `${id}: rotation of ${secrets.join(', ')}, ${result === 'completed' ? 'completed' : 'rolled back'} ${day(at)}.`
}

/** A later fact, told as an erratum: dated, outside the hash of the seal (domain.md, life cycles). */
export type NotesAddendum = { at: Date; sentence: string }

/** Drafts the notes of a dossier: a pure function of the record. */
export function draftNotes(from: {
  dossier: Dossier
  hash: string
  gateTitles: ReadonlyMap<string, { title: string; sentence: string }>
  secrets: readonly string[]
  summary: string
  signatures: ReleaseNotes['signatures']
  /** What happened to the secrets of the profile meanwhile, and the exceptions that were open on it at some time until `at`. */
  events: { fallbacks: readonly NotesFallback[]; rotations: readonly NotesRotation[]; exceptions: readonly ExceptionStanding[] }
  at: Date
}): ReleaseNotes {
  const { dossier, events, at } = from
  const { emergency } = dossier
  return {
    v: 1,
    promotion: dossier.promotion,
    system: dossier.system,
    version: dossier.release.version,
    from: dossier.edge.from,
    to: dossier.edge.to,
    summary: from.summary,
    dossier: { number: dossier.number, hash: from.hash },
    changes: dossier.changes,
    gates: dossier.gates.map((gate) => ({
      id: gate.id,
      title: from.gateTitles.get(gate.id)?.title ?? gate.id,
      verdict: gate.verdict,
      sentence: from.gateTitles.get(gate.id)?.sentence ?? '',
    })),
    exceptions: exceptionsOfNotes(dossier.exceptions, events.exceptions, at),
    secrets: [...from.secrets],
    rollback: dossier.rollback,
    signatures: from.signatures,
    ...(emergency
      ? {
          emergency: {
            incident: emergency.incident,
            skipped: emergency.skipped.map((id) => from.gateTitles.get(id)?.title ?? id),
            reason: emergency.reason,
            reviewedBy: emergency.reviewedBy.map(({ title }) => title),
          },
        }
      : {}),
    ...(events.fallbacks.length > 0 ? { fallbacks: [...events.fallbacks] } : {}),
    ...(events.rotations.length > 0 ? { rotations: [...events.rotations] } : {}),
  }
}
