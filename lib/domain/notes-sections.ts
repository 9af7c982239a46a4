import type { Dossier } from './dossier'
import {
  type Block,
  code,
  digest,
  type Item,
  type Line,
  listOr,
  type Piece,
  quiet,
  reference,
  type Section,
  section,
  text,
} from './notes-document'
import { fourFields, type NotesException, type SealedWords } from './notes-exceptions'
import type { NotesEvidence, NotesFacts, NotesLinks, NotesLog } from './notes-facts'
import { fallbackLine, type ReleaseNotes, rotationLine } from './release-notes'
import { dateInWords, instantInWords, listInWords } from './words'

// The sections of release notes that more than one reading has. Each says the same facts in the same words, wherever it stands.

export const instant = (iso: string): string => instantInWords(new Date(iso))

const COUNTS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']
/** A count in letters up to twelve. */
export const inLetters = (count: number): string => COUNTS[count] ?? String(count)
export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** What stands above the title: "Release notes, RoboDJ, staging to prod, 19 Nov 2026". */
export function overOf({ system, from, profile, at }: NotesFacts): string {
  return `Release notes, ${system.name}${from ? `, ${from.id} to ${profile.id}` : ` on ${profile.id}`}, ${dateInWords(at)}`
}

/** The summary and what the release replaces; of one that nobody promoted, that there is no dossier. */
export function leadOf({ notes, profile, replaces }: NotesFacts): Line {
  if (!notes)
    return [
      `No promotion of it to ${profile.id} was ever opened, so there is no dossier to write from. What is known of its deployment stands below.`,
    ]
  return [`${notes.summary ? `${notes.summary} ` : ''}${replaces ? `Replaces ${replaces}.` : `Nothing ran on ${profile.id} before.`}`]
}

/** The last lines of a file: whether it is sealed, its hash, and the checkpoint it stands on. */
export function footOf({ notes, seal }: NotesFacts, log: NotesLog | null): Line[] {
  if (!notes) return []
  const { checkpoint } = log ?? { checkpoint: null }
  return [
    seal ? ['Sealed. SHA-256 ', code(seal.hash)] : ['Draft. It is sealed when the promotion is fully signed.'],
    ...(checkpoint
      ? [
          [
            `Checkpoint of the log: ${plural(checkpoint.size, 'entry', 'entries')} at ${instantInWords(checkpoint.at)}, root `,
            code(checkpoint.root),
          ],
        ]
      : []),
  ]
}

/** Says plainly that it was an emergency, what it skipped and why, and what is owed for it still; nothing of an ordinary promotion. */
export function emergencySection({ notes, emergency: live }: NotesFacts, links: NotesLinks): Section[] {
  const emergency = notes?.emergency
  if (!emergency) return []
  const owed = live?.owed ?? []
  return [
    section('Emergency promotion', [
      text(
        'This was an emergency promotion during ',
        { text: emergency.incident, href: links.incident(emergency.incident) },
        `. Skipped gates: ${emergency.skipped.length === 0 ? 'None' : listInWords(emergency.skipped)}.${live?.reason ? ` ${live.reason}` : ''}`,
      ),
      text(`Reviewed afterwards by ${listInWords(emergency.reviewedBy)}; what they said stands under Errata.`),
      ...(owed.length > 0
        ? ([quiet('Still owed, and not covered by the hash:'), { is: 'list', items: owed.map((line) => ({ line: [line] })) }] as const)
        : []),
    ]),
  ]
}

/** Every change with its kind and reference. */
export function changesSection(notes: ReleaseNotes): Section {
  return section(
    'Changes',
    listOr(
      notes.changes.map((change) => ({ line: changeLine(change) })),
      'No changes recorded.',
    ),
  )
}

export function changeLine({ kind, summary, reference: given }: Dossier['changes'][number]): Line {
  return given ? [`${summary} (${kind}, `, reference(given), ')'] : [`${summary} (${kind})`]
}

/** "All four staging to prod gates passed." */
export function gatesSentence({ gates, from, to }: ReleaseNotes): string {
  const passed = gates.filter(({ verdict }) => verdict === 'pass').length
  const noun = gates.length === 1 ? 'gate' : 'gates'
  if (gates.length === 0) return 'No gates.'
  if (passed === gates.length) return `${gates.length === 1 ? 'The one' : `All ${inLetters(passed)}`} ${from} to ${to} ${noun} passed.`
  return `${passed} of ${gates.length} ${from} to ${to} ${noun} passed.`
}

const verdictWords = (verdict: string): string => verdict.replaceAll('_', ' ')

/** Every gate with its verdict, the command behind it, what it gave, where it ran, who brought it and when. */
export function gatesSection({ notes, dossier, evidence }: NotesFacts & { notes: ReleaseNotes }): Section {
  if (notes.gates.length === 0) return section('Gates', [text('No gates.')])
  const items = notes.gates.map((gate): Item => {
    const sealed = dossier?.gates.find(({ id }) => id === gate.id)
    const found = evidence.find(({ id }) => id === sealed?.evidence)
    const verdict = gate.verdict === 'pass' || gate.verdict === 'skipped' ? '' : `: ${verdictWords(gate.verdict)}`
    const more = [
      ...(found ? evidenceLine(found) : []),
      ...(sealed?.exception ? [`${found ? ' ' : ''}By exception ${sealed.exception}.`] : []),
    ]
    return { line: [`${gate.title}${verdict}${gate.sentence ? `. ${gate.sentence}` : '.'}`], ...(more.length > 0 ? { more } : {}) }
  })
  return section('Gates', [text(gatesSentence(notes)), { is: 'list', items }])
}

function evidenceLine({ command, exitCode, ranOn, recordedAt, broughtBy, link, snapshot }: NotesEvidence): Piece[] {
  return [
    ...(command ? [code(command), exitCode === null ? '. ' : `, exit ${exitCode}. `] : []),
    `Brought by ${broughtBy}, ${instantInWords(recordedAt)}${ranOn ? `, ran on ${ranOn}` : ''}${snapshot ? `, snapshot of ${snapshot.profile} taken ${instantInWords(snapshot.takenAt)}` : ''}`,
    ...(link ? [', ', reference(link)] : []),
    '.',
  ]
}

/** One exception with the four fields of the policy (000.32). */
export function exceptionBlock(exception: NotesException, words: SealedWords, links: NotesLinks): Block {
  const { dateTime, owner, duration, remediation } = fourFields(exception, words)
  const row = (label: string, value: string) => ({ label: [label], value: [value] })
  return {
    is: 'facts',
    caption: exception.id,
    rows: [
      { label: [{ text: exception.id, href: links.exception(exception.id) }], value: [`${exception.profile}: ${exception.sentence}`] },
      row('Date and time', dateTime),
      row('Owner', owner),
      row('Expected duration', duration),
      row('Remediation path', remediation),
    ],
  }
}

export function exceptionsSection({ exceptions }: ReleaseNotes, words: SealedWords, links: NotesLinks): Section {
  return section(
    'Drift exceptions',
    exceptions.length === 0 ? [text('No drift exceptions.')] : exceptions.map((exception) => exceptionBlock(exception, words, links)),
  )
}

/** What happened to secrets: their names, uses of break-glass and rotations, each written out where there is none. Names, never values. */
export function secretsSections(notes: ReleaseNotes): Section[] {
  const names = [...new Set(notes.secrets)]
  const listed = names.flatMap((name, index): Piece[] => [
    ...(index === 0 ? [] : [index === names.length - 1 ? ' and ' : ', ']),
    { code: name },
  ])
  return [
    section('Secrets', [names.length === 0 ? text('No secrets.') : text(...listed, '. Names only; no value is ever written here.')]),
    section(
      'Break-glass',
      listOr(
        (notes.fallbacks ?? []).map((use) => ({ line: [fallbackLine(use, instant)] })),
        'No fallback uses.',
      ),
    ),
    section(
      'Rotations',
      listOr(
        (notes.rotations ?? []).map((rotation) => ({ line: [rotationLine(rotation, instant)] })),
        'No rotations.',
      ),
    ),
  ]
}

/** Whether the schema lets the release before run again (002.32). What nobody said counts as no. */
export function schemaSentence(compatible: boolean | null | undefined): string {
  if (compatible === true) return 'The schema stays backward compatible: the release before can run on it.'
  return `${compatible === false ? 'The schema is not backward compatible' : 'Nobody said whether the schema is backward compatible, so it counts as not'}: after migrating, go forward with a corrective migration; the release before does not run on it.`
}

export function rollbackSection(notes: ReleaseNotes): Section {
  const { rule, replaces, snapshot } = notes.rollback
  return section('Rollback', [
    text(
      `${rule} ${replaces ? `What runs now is ${replaces}. ` : ''}${snapshot ? `Newest snapshot of ${snapshot.profile}: taken ${instant(snapshot.takenAt)}.` : 'No snapshot is recorded.'}`,
    ),
  ])
}

/** Who signed, as a table for the screen and for files; on paper they stand on lines. */
export function signaturesSection({ signatures }: ReleaseNotes, words: SealedWords, links: NotesLinks): Section {
  const rows = signatures.map(({ capacity, principal, at, id }): Line[] => [
    [capacity],
    [words.names[principal] ?? principal],
    [instant(at)],
    [{ text: id, href: links.signature(id) }],
  ])
  return section(
    'Signatures',
    rows.length === 0
      ? [text('Not signed yet: this is a draft.')]
      : [{ is: 'table', caption: 'Signatures', head: ['Capacity', 'Name', 'Signed', 'Receipt'], rows }],
    { screenOnly: true },
  )
}

export function deploymentSection(lines: readonly string[]): Section {
  return section(
    'Deployment',
    listOr(
      lines.map((line) => ({ line: [line] })),
      'Not deployed yet.',
    ),
  )
}

/** What became known after the seal, dated and outside its hash. `most` keeps the newest and says how many are left out. */
export function errataSection({ addenda, seal }: NotesFacts, most = Number.POSITIVE_INFINITY): Section {
  const told = addenda.slice(Math.max(0, addenda.length - most))
  const left = addenda.length - told.length
  if (addenda.length === 0) return section('Errata', [text('No errata.')])
  return section('Errata', [
    quiet(
      `${seal ? 'Added after the seal, and not covered by its hash.' : 'Dated, and not part of the dossier.'}${left > 0 ? ` The newest ${inLetters(told.length)}; ${left} more stand in the reading for auditors.` : ''}`,
    ),
    { is: 'list', items: told.map(({ at, sentence }) => ({ line: [`${instantInWords(at)}: ${sentence}`] })) },
  ])
}

/** Which release it is, to the byte. */
export function buildRows({ release, policy, baseline, window }: Dossier): { label: Line; value: Line }[] {
  const row = (label: string, ...value: Line) => ({ label: [label], value })
  return [
    row('Git revision', code(release.gitSha)),
    row('Artefact', code(release.artefact)),
    row('Built', instant(release.buildDate)),
    row('Bundle', release.bundleApproved ? 'approved' : 'not approved'),
    row(
      'Changes since',
      baseline ? `${baseline.version}, ${baseline.promotion}, ` : 'nothing before',
      ...(baseline ? [code(baseline.gitSha)] : []),
    ),
    row('Policy', `version ${policy.version}, SHA-256 `, digest(policy.hash)),
    row('Window', window ? `${instant(window.startsAt)} to ${instant(window.endsAt)}` : 'none was set'),
  ]
}

/** Which promotion, and which version of its dossier. */
export function promotionRow({ promotion, from, to, dossier }: ReleaseNotes, links: NotesLinks): { label: Line; value: Line } {
  return {
    label: ['Promotion'],
    value: [
      { text: promotion, href: links.promotion(promotion) },
      `, ${from} to ${to}, ${dossier.hash ? `dossier version ${dossier.number}` : 'dossier not sealed yet'}`,
    ],
  }
}
