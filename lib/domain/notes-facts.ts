import type { Dossier } from './dossier'
import type { SealedWords } from './notes-exceptions'
import type { NotesAddendum, ReleaseNotes } from './release-notes'

/** A piece of evidence that a gate of the notes rests on, with how it was brought. */
export type NotesEvidence = {
  id: string
  verdict: 'pass' | 'fail'
  summary: string
  command: string | null
  exitCode: number | null
  ranOn: string | null
  link: string | null
  digest: string
  recordedAt: Date
  broughtBy: string
  snapshot: { profile: string; digest: string; takenAt: Date } | null
  run: string | null
}

/** A signature of the notes with what its record says besides; `statement` is the digest of the words that were signed. */
export type NotesSignature = { id: string; slot: string; role: string; statement: string; sealedHash: string; withdrawnAt: Date | null }

/** A version of the notes as it was sealed. */
export type NotesVersion = { number: number; hash: string; canonical: string; sealedAt: Date; endedAt: Date | null; endedBy: string | null }

/** A deployment in the notes: its line, and how it stands. */
export type NotesDeployment = {
  id: string
  kind: 'deploy' | 'redeploy' | 'rollback'
  status: 'started' | 'succeeded' | 'failed' | 'rolled_back'
  authorised: boolean
  startedAt: Date
  finishedAt: Date | null
}

/** An event of the record that the notes rest on. `number` (from 1) is its place in the log; null while it waits for it. */
export type NotesEntry = {
  number: number | null
  id: string
  at: Date
  action: string
  subject: { kind: string; id: string }
  sentence: string
  leaf: string
}

/**
 * What the notes stand on in the log: the newest signed checkpoint (`root` hexadecimal, `note` as it was signed), the keys that sign it, the number of the
 * entry by which they were sealed (null while they are not, or while it waits), and the events they rest on (empty where nobody asked for them).
 */
export type NotesLog = {
  checkpoint: { origin: string; size: number; root: string; note: string; at: Date } | null
  vkeys: readonly string[]
  sealedBy: number | null
  entries: readonly NotesEntry[]
}

/** All facts that the three readings tell. `notes` is null where nobody ever opened a promotion; then only deployments are known. */
export type NotesFacts = {
  system: { slug: string; name: string }
  profile: { id: string }
  from: { id: string } | null
  version: string
  notes: ReleaseNotes | null
  /** What the notes were drawn from: the sealed dossier, or as it would be sealed now. */
  dossier: Dossier | null
  seal: { hash: string; number: number; at: Date } | null
  promotion: { id: string; phase: string } | null
  emergency: { reason: string | null; owed: readonly string[] } | null
  words: SealedWords
  evidence: readonly NotesEvidence[]
  signed: readonly NotesSignature[]
  versions: readonly NotesVersion[]
  runs: readonly NotesDeployment[]
  deployment: readonly string[]
  slotCount: number
  addenda: readonly NotesAddendum[]
  replaces: string | null
  at: Date
}

/** Where things stand on this instance, as paths. */
export type NotesLinks = {
  promotion: (id: string) => string
  dossier: (id: string, number: number) => string
  incident: (id: string) => string
  exception: (id: string) => string
  signature: (id: string) => string
  deployment: (id: string) => string
  rotation: (id: string) => string
  fallback: (id: string) => string
  entry: (number: number | string) => string
  proves: () => string
}
