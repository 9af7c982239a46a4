import type { Dossier } from './dossier'
import type { ExceptionStanding } from './exception'
import { exceptionsOfNotes, fourFields, type NotesException, type SealedWords } from './notes-exceptions'
import { visibleBidi } from './text-safety'

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

/** What is added after the seal: dated, outside the hash (domain.md, life cycles). */
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

/** Free text as Markdown text: nothing in it becomes markup, wherever it stands, also at the beginning of a line (T21). */
export const asText = (text: string): string =>
  visibleBidi(text)
    .replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')
    .trim()
    .replace(/[\\|*_`~<>[\]#&]/g, '\\$&')
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')

const table = (head: string[], rows: string[][]) => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map((row) => `| ${row.map(asText).join(' | ')} |`),
]

/**
 * The notes as Markdown: plain headings and tables, links absolute to the instance, every empty section written out ("No drift exceptions.").
 * A signer is named as they are called now, an erased one by id. Free text is escaped, so that it stays text (T21).
 */
export function notesMarkdown(
  notes: ReleaseNotes,
  more: {
    systemName: string
    origin: string
    hash: string | null
    /** Names and texts that the notes hold by id and digest. */
    words: SealedWords
    day: (iso: string) => string
    addenda: readonly NotesAddendum[]
    deployment: readonly string[]
    /** Why gates were skipped in an emergency; null where none were or the text was erased. */
    skipReason: string | null
  },
): string {
  const section = (title: string, lines: string[], none: string) => [`## ${title}`, '', ...(lines.length === 0 ? [none] : lines), '']
  const lines = [
    `# ${asText(more.systemName)} ${asText(notes.version)}`,
    '',
    `${asText(notes.from)} to ${asText(notes.to)}. Promotion [${notes.promotion}](${more.origin}/promotions/${notes.promotion}), dossier version ${notes.dossier.number}.`,
    '',
    ...(notes.summary ? [asText(notes.summary), ''] : []),
    ...(notes.emergency
      ? section(
          'Emergency promotion',
          [
            `This was an emergency promotion during [${notes.emergency.incident}](${more.origin}/incidents/${notes.emergency.incident}).`,
            '',
            `Skipped gates: ${notes.emergency.skipped.length === 0 ? 'None.' : `${notes.emergency.skipped.map(asText).join(', ')}.`}${more.skipReason ? ` ${asText(more.skipReason)}` : ''}`,
            '',
            `Reviewed afterwards by ${notes.emergency.reviewedBy.map(asText).join(', ')}; see the addenda.`,
          ],
          '',
        )
      : []),
    ...section(
      'Changes',
      notes.changes.map(
        (change) => `- ${asText(change.kind)}: ${asText(change.summary)}${change.reference ? ` (${asText(change.reference)})` : ''}`,
      ),
      'No changes recorded.',
    ),
    ...section(
      'Gates',
      notes.gates.length === 0
        ? []
        : table(
            ['Gate', 'Verdict', 'Evidence'],
            notes.gates.map((gate) => [gate.title, gate.verdict.replaceAll('_', ' '), gate.sentence]),
          ),
      'No gates.',
    ),
    ...section(
      'Drift exceptions',
      notes.exceptions.length === 0
        ? []
        : table(
            ['Exception', 'Profile', 'What deviates', 'Date and time', 'Owner', 'Expected duration', 'Rollback or remediation path'],
            notes.exceptions.map((exception) => {
              const { dateTime, owner, duration, remediation } = fourFields(exception, more.words)
              return [exception.id, exception.profile, exception.sentence, dateTime, owner, duration, remediation]
            }),
          ),
      'No drift exceptions.',
    ),
    ...section(
      'Secrets',
      notes.secrets.map((name) => `- \`${name}\``),
      'No secrets.',
    ),
    ...section(
      'Break-glass',
      (notes.fallbacks ?? []).map((use) => `- ${asText(fallbackLine(use, more.day))}`),
      'No fallback uses.',
    ),
    ...section(
      'Rotations',
      (notes.rotations ?? []).map((rotation) => `- ${asText(rotationLine(rotation, more.day))}`),
      'No rotations.',
    ),
    ...section(
      'Rollback',
      [
        asText(notes.rollback.rule),
        ...(notes.rollback.replaces ? [`Replaces ${asText(notes.rollback.replaces)}.`] : []),
        ...(notes.rollback.snapshot
          ? [`Snapshot of ${asText(notes.rollback.snapshot.profile)} taken ${more.day(notes.rollback.snapshot.takenAt)}.`]
          : ['No snapshot is recorded.']),
      ],
      '',
    ),
    ...section(
      'Signatures',
      notes.signatures.length === 0
        ? []
        : table(
            ['Capacity', 'Name', 'Signed', 'Id'],
            notes.signatures.map((s) => [s.capacity, more.words.names[s.principal] ?? s.principal, more.day(s.at), s.id]),
          ),
      'Not signed yet: this is a draft.',
    ),
    ...section(
      'Deployment',
      more.deployment.map((line) => `- ${asText(line)}`),
      'Not deployed yet.',
    ),
    ...section(
      'Addenda',
      more.addenda.map((addendum) => `- ${more.day(addendum.at.toISOString())}: ${asText(addendum.sentence)}`),
      'No addenda.',
    ),
    ...(more.hash ? [`Sealed. SHA-256 \`${more.hash}\``, ''] : ['Draft. It is sealed when the promotion is fully signed.', '']),
  ]
  return lines.join('\n')
}
