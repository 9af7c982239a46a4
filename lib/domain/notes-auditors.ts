import type { Dossier } from './dossier'
import {
  type Block,
  code,
  digest,
  type Line,
  listOr,
  type NotesDocument,
  type Piece,
  quiet,
  type Section,
  section,
  text,
} from './notes-document'
import { fourFields } from './notes-exceptions'
import type { NotesEvidence, NotesFacts, NotesLinks, NotesLog } from './notes-facts'
import {
  buildRows,
  changesSection,
  deploymentSection,
  emergencySection,
  errataSection,
  footOf,
  gatesSentence,
  instant,
  leadOf,
  overOf,
  plural,
  rollbackSection,
  schemaSentence,
  secretsSections,
} from './notes-sections'
import type { ReleaseNotes } from './release-notes'
import { instantInWords } from './words'

type Row = { label: Line; value: Line }
const row = (label: string, ...value: Line): Row => ({ label: [label], value })

/** The reading for auditors: every id, hash, entry of the log, the checkpoint they stand on, and errata. */
export function auditorsReading(facts: NotesFacts, links: NotesLinks, log: NotesLog | null): NotesDocument {
  const { notes, dossier } = facts
  const head = { over: overOf(facts), title: `${facts.system.name} ${facts.version}`, lead: leadOf(facts), foot: footOf(facts, log) }
  const ends = [deploymentSection(facts.deployment), errataSection(facts), ...logSections(log, links)]
  if (!notes) return { ...head, sections: ends }
  const numbers = new Map((log?.entries ?? []).map((entry) => [`${entry.subject.kind} ${entry.subject.id} ${entry.action}`, entry.number]))
  const entryOf = (kind: string, id: string, action: string): Piece[] => {
    const number = numbers.get(`${kind} ${id} ${action}`)
    return number ? [', entry ', numberLink(number, links)] : []
  }
  return {
    ...head,
    sections: [
      ...emergencySection(facts, links),
      section('What this is', [{ is: 'facts', caption: 'What this is', rows: identity(facts, notes, links, log) }]),
      section('Versions of these notes', versionBlocks(facts)),
      changesSection(notes),
      section('Gates', gateBlocks(facts, notes, entryOf)),
      section('Drift exceptions', exceptionBlocks(facts, notes, links)),
      ...secretsSections(notes),
      rollbackSection(notes),
      section('Schema and migrations', [text(schemaSentence(dossier?.release.schemaBackwardCompatible))]),
      section('Signatures', signatureBlocks(facts, notes, links, entryOf)),
      ...ends,
    ],
  }
}

function numberLink(number: number, links: NotesLinks): Piece {
  return { text: `#${number.toLocaleString('en-GB')}`, href: links.entry(number) }
}

function identity({ dossier, seal }: NotesFacts, notes: ReleaseNotes, links: NotesLinks, log: NotesLog | null): Row[] {
  return [
    row('Promotion', { text: notes.promotion, href: links.promotion(notes.promotion) }, `, ${notes.from} to ${notes.to}`),
    row(
      'Dossier',
      ...(notes.dossier.hash
        ? [
            { text: `version ${notes.dossier.number}`, href: links.dossier(notes.promotion, notes.dossier.number) },
            ', SHA-256 ',
            digest(notes.dossier.hash),
          ]
        : ['not sealed yet']),
    ),
    row(
      'These notes',
      ...(seal
        ? [
            `version ${seal.number}, sealed ${instantInWords(seal.at)}`,
            ...(log?.sealedBy ? [', entry ', numberLink(log.sealedBy, links)] : []),
            ', SHA-256 ',
            digest(seal.hash),
          ]
        : ['a draft, not sealed']),
    ),
    ...(dossier ? buildRows(dossier) : []),
    ...(dossier ? [row('Contributors', contributorsOf(dossier))] : []),
  ]
}

function contributorsOf({ contributors }: Dossier): string {
  const commits = contributors.reduce((sum, each) => sum + each.commits, 0)
  const unknown = contributors.filter(({ principal }) => principal === null).length
  return `${contributors.length}, ${commits} ${commits === 1 ? 'commit' : 'commits'}${unknown > 0 ? `; ${unknown} not known here` : ''}`
}

function versionBlocks({ versions }: NotesFacts): Block[] {
  if (versions.length === 0) return [text('None was sealed yet.')]
  return [
    {
      is: 'facts',
      caption: 'Versions of these notes',
      rows: versions.map(({ number, hash, sealedAt, endedAt, endedBy }) =>
        row(
          `Version ${number}`,
          `sealed ${instantInWords(sealedAt)}, ${endedAt ? `${endedBy ?? 'ended'} ${instantInWords(endedAt)}` : 'stands'}, SHA-256 `,
          digest(hash),
        ),
      ),
    },
  ]
}

type EntryOf = (kind: string, id: string, action: string) => Piece[]

function gateBlocks({ dossier, evidence }: NotesFacts, notes: ReleaseNotes, entryOf: EntryOf): Block[] {
  if (notes.gates.length === 0) return [text('No gates.')]
  return [
    text(gatesSentence(notes)),
    ...notes.gates.map((gate): Block => {
      const sealed = dossier?.gates.find(({ id }) => id === gate.id)
      const found = evidence.find(({ id }) => id === sealed?.evidence)
      return {
        is: 'facts',
        caption: gate.title,
        rows: [
          { label: [gate.title], value: [`${gate.verdict.replaceAll('_', ' ')}${gate.sentence ? `. ${gate.sentence}` : ''}`] },
          row('Gate', code(gate.id)),
          ...(found
            ? evidenceRows(found, entryOf)
            : [row('Evidence', sealed?.seenAt ? `none; judged on what was seen ${instant(sealed.seenAt)}` : 'none')]),
          ...(sealed?.checklist ? [row('Checklist', 'template ', digest(sealed.checklist))] : []),
          ...(sealed?.exception ? [row('Exception', sealed.exception)] : []),
        ],
      }
    }),
  ]
}

function evidenceRows(found: NotesEvidence, entryOf: EntryOf): Row[] {
  const { id, digest: hash, recordedAt, broughtBy, command, exitCode, snapshot, run } = found
  return [
    row('Evidence', code(id), ...entryOf('evidence', id, 'evidence.recorded')),
    row('Brought', `by ${broughtBy}, ${instantInWords(recordedAt)}`),
    ...(command ? [row('Command', code(command), exitCode === null ? '' : `, exit ${exitCode}`)] : []),
    row('Digest', digest(hash)),
    ...(snapshot ? [row('Snapshot', `of ${snapshot.profile}, ${instantInWords(snapshot.takenAt)}, `, digest(snapshot.digest))] : []),
    ...(run ? [row('Checklist run', code(run))] : []),
  ]
}

function exceptionBlocks({ words }: NotesFacts, { exceptions }: ReleaseNotes, links: NotesLinks): Block[] {
  if (exceptions.length === 0) return [text('No drift exceptions.')]
  return exceptions.map((exception): Block => {
    const { dateTime, owner, duration, remediation } = fourFields(exception, words)
    return {
      is: 'facts',
      caption: exception.id,
      rows: [
        { label: [{ text: exception.id, href: links.exception(exception.id) }], value: [`${exception.profile}: ${exception.sentence}`] },
        row('Rule', code(exception.rule)),
        row('Date and time', dateTime),
        row('Owner', `${owner}, `, code(exception.owner)),
        row('Expected duration', duration),
        row('Remediation path', remediation),
        row('Digest of why', digest(exception.reason)),
        row('Digest of path', digest(exception.remediation)),
      ],
    }
  })
}

function signatureBlocks({ words, signed }: NotesFacts, { signatures }: ReleaseNotes, links: NotesLinks, entryOf: EntryOf): Block[] {
  if (signatures.length === 0) return [text('Not signed yet: this is a draft.')]
  return signatures.map(({ id, capacity, principal, at }): Block => {
    const record = signed.find((each) => each.id === id)
    return {
      is: 'facts',
      caption: id,
      rows: [
        {
          label: [{ text: id, href: links.signature(id) }],
          value: [
            `${words.names[principal] ?? 'Somebody erased'} as ${capacity}, ${instant(at)}`,
            ...entryOf('sign_off', id, 'promotion.signed'),
          ],
        },
        row('Signer', code(principal)),
        ...(record
          ? [
              row('Role', record.role.replaceAll('_', ' ')),
              row('Statement', 'digest ', digest(record.statement)),
              row('Signed hash', digest(record.sealedHash)),
              ...(record.withdrawnAt ? [row('Withdrawn', instantInWords(record.withdrawnAt))] : []),
            ]
          : []),
      ],
    }
  })
}

function logSections(log: NotesLog | null, links: NotesLinks): Section[] {
  if (!log) return []
  const { checkpoint, entries } = log
  const short = shortOf(log)
  const rows = entries.map(({ number, id, at, sentence, leaf }): Line[] => [
    [number ? numberLink(number, links) : { text: 'waiting', href: links.entry(id) }],
    [instantInWords(at)],
    [sentence],
    [{ code: leaf.slice(0, 16) }],
  ])
  return [
    section(
      'Entries of the log',
      rows.length === 0
        ? listOr([], 'None that you may read.')
        : [
            quiet('In the order they were recorded. The last column is the beginning of the leaf hash.'),
            { is: 'table', caption: 'Entries of the log', head: ['Entry', 'Recorded', 'What', 'Leaf'], rows },
          ],
    ),
    section(
      'Checkpoint',
      checkpoint
        ? [
            text(
              `The log held ${checkpoint.size.toLocaleString('en-GB')} ${checkpoint.size === 1 ? 'entry' : 'entries'} when this was signed, ${instantInWords(checkpoint.at)}. Root `,
              digest(checkpoint.root),
              '.',
            ),
            { is: 'verbatim', caption: 'Signed checkpoint', text: short.note },
            { is: 'verbatim', caption: short.vkeys.length === 1 ? 'Key' : 'Keys', text: short.vkeys.join('\n') },
            ...(short.left > 0
              ? [
                  quiet(
                    `${plural(short.left, 'signature')} of another kind, too long for a page, ${short.left === 1 ? 'is' : 'are'} in the JSON file with ${short.left === 1 ? 'its key' : 'their keys'}.`,
                  ),
                ]
              : []),
            quiet(
              'A copy of it in your hands is an anchor. ',
              { text: 'What the record proves, and how to check it', href: links.proves() },
              '.',
            ),
          ]
        : [text('No checkpoint was signed yet.')],
    ),
  ]
}

/** A line of a note or a key that is longer than this fills pages: a post-quantum signature has 2,420 bytes. */
const LONGEST_LINE = 300

/** The note with the signatures that fit on a page: a note with fewer of its signatures is a signed note still (c2sp.org/signed-note). */
function shortOf({ checkpoint, vkeys }: NotesLog): { note: string; vkeys: string[]; left: number } {
  const lines = (checkpoint?.note ?? '').split('\n')
  const kept = lines.filter(({ length }) => length <= LONGEST_LINE)
  return { note: kept.join('\n'), vkeys: vkeys.filter(({ length }) => length <= LONGEST_LINE), left: lines.length - kept.length }
}
