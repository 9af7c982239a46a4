import type { Dossier } from './dossier'
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
  exceptions: Dossier['exceptions']
  /** Names of variables, never values. */
  secrets: string[]
  rollback: Dossier['rollback']
  signatures: { id: string; capacity: string; principal: string; at: string }[]
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
}): ReleaseNotes {
  const { dossier } = from
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
    exceptions: dossier.exceptions,
    secrets: [...from.secrets],
    rollback: dossier.rollback,
    signatures: from.signatures,
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
 * `nameOf` gives the name of a principal now, or the id of an erased one. Free text is escaped, so that it stays text (T21).
 */
export function notesMarkdown(
  notes: ReleaseNotes,
  more: {
    systemName: string
    origin: string
    hash: string | null
    nameOf: (principal: string) => string
    day: (iso: string) => string
    addenda: readonly NotesAddendum[]
    deployment: readonly string[]
  },
): string {
  const section = (title: string, lines: string[], none: string) => [`## ${title}`, '', ...(lines.length === 0 ? [none] : lines), '']
  const lines = [
    `# ${asText(more.systemName)} ${asText(notes.version)}`,
    '',
    `${asText(notes.from)} to ${asText(notes.to)}. Promotion [${notes.promotion}](${more.origin}/promotions/${notes.promotion}), dossier version ${notes.dossier.number}.`,
    '',
    ...(notes.summary ? [asText(notes.summary), ''] : []),
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
            ['Exception', 'Profile', 'Until', 'What'],
            notes.exceptions.map((e) => [e.id, e.profile, more.day(e.endsAt), e.sentence]),
          ),
      'No drift exceptions.',
    ),
    ...section(
      'Secrets',
      notes.secrets.map((name) => `- \`${name}\``),
      'No secrets.',
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
            notes.signatures.map((s) => [s.capacity, more.nameOf(s.principal), more.day(s.at), s.id]),
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
