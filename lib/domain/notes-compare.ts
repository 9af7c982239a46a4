import type { Dossier } from './dossier'
import { type Block, digest, type Line, listOr, type NotesDocument, type Section, section, text } from './notes-document'
import type { NotesFacts, NotesLinks } from './notes-facts'
import { changeLine, instant, plural, schemaSentence } from './notes-sections'
import { fallbackLine, type ReleaseNotes, rotationLine } from './release-notes'
import { instantInWords, listInWords } from './words'

/** A release that ran on the profile after the older notes, up to and with the newer: when it first went there, and what it changed. */
export type Between = { version: string; at: Date; deployment: string; authorised: boolean; changes: Dossier['changes'] }

/** What came between two notes of one profile, the older first: every release in between with its changes, and what differs of everything a signer reads. */
export function comparisonOf(older: NotesFacts, newer: NotesFacts, between: readonly Between[], links: NotesLinks): NotesDocument {
  const { system, profile } = newer
  const [before, after] = [older.notes, newer.notes]
  return {
    over: `Release notes compared, ${system.name} on ${profile.id}`,
    title: `${system.name} ${older.version} and ${newer.version}`,
    lead: [leadOf(older, newer, between)],
    sections: [
      section('In between', betweenBlocks(between, links)),
      section('Changes', changeBlocks(newer, between)),
      ...(before && after
        ? differences({ ...older, notes: before }, { ...newer, notes: after }, links)
        : [
            section('Notes', [
              text(`There is no dossier of ${before ? newer.version : older.version} to compare with: nobody opened a promotion of it.`),
            ]),
          ]),
    ],
    foot: [],
  }
}

function leadOf(older: NotesFacts, newer: NotesFacts, between: readonly Between[]): string {
  const others = between.filter(({ version }) => version !== newer.version).length
  const way = others === 0 ? 'Nothing else ran in between' : `${plural(others, 'other release')} ran in between`
  return `${older.version} is of ${instantInWords(older.at)}, ${newer.version} of ${instantInWords(newer.at)}. ${way}.`
}

function betweenBlocks(between: readonly Between[], links: NotesLinks): Block[] {
  return listOr(
    between.map(({ version, at, deployment, authorised }) => ({
      line: [
        `${version}, ${instantInWords(at)}, `,
        { text: deployment, href: links.deployment(deployment) },
        authorised ? '' : ', without authority',
      ],
    })),
    'Nothing was deployed in between.',
  )
}

function changeBlocks(newer: NotesFacts, between: readonly Between[]): Block[] {
  const isThere = between.some(({ version }) => version === newer.version)
  const groups = [...between, ...(isThere || !newer.notes ? [] : [{ version: newer.version, changes: newer.notes.changes }])].filter(
    ({ changes }) => changes.length > 0,
  )
  if (groups.length === 0) return [text('No changes recorded.')]
  return groups.map(({ version, changes }) => ({
    is: 'list',
    title: version,
    items: changes.map((change) => ({ line: changeLine(change) })),
  }))
}

type Side = NotesFacts & { notes: ReleaseNotes }

function differences(older: Side, newer: Side, links: NotesLinks): Section[] {
  const heads = [older.version, newer.version]
  const table = (caption: string, first: string, rows: readonly (readonly Line[])[]): Block => ({
    is: 'table',
    caption,
    head: [first, ...heads],
    rows,
  })
  const policies = [older, newer].map(({ dossier }) => dossier?.policy)
  return [
    section('Gates', gateBlocks(older.notes, newer.notes, table)),
    section('Drift exceptions', exceptionBlocks(older.notes, newer.notes, links)),
    section('Secrets', [text(...secretsLine(older.notes, newer.notes))]),
    section('Break-glass and rotations', eventBlocks(older.notes, newer.notes)),
    section('Schema and way back', [
      text(schemaSentence(newer.dossier?.release.schemaBackwardCompatible)),
      text(
        newer.notes.rollback.snapshot
          ? `Newest snapshot: taken ${instant(newer.notes.rollback.snapshot.takenAt)}.`
          : 'No snapshot is recorded.',
      ),
    ]),
    section('Policy', [
      text(
        policies[0]?.hash === policies[1]?.hash
          ? `Both under policy version ${policies[1]?.version ?? 'unknown'}.`
          : `Policy version ${policies[0]?.version ?? 'unknown'}, then ${policies[1]?.version ?? 'unknown'}.`,
      ),
    ]),
    section('Signatures', signatureBlocks(older, newer, table)),
    section('Seals', [
      table('Seals', 'What', [
        [['Notes'], sealOf(older), sealOf(newer)],
        [['Dossier'], dossierOf(older), dossierOf(newer)],
      ]),
    ]),
  ]
}

const sealOf = ({ seal }: Side): Line => (seal ? [`version ${seal.number}, `, digest(seal.hash)] : ['a draft'])
const dossierOf = ({ notes }: Side): Line =>
  notes.dossier.hash ? [`version ${notes.dossier.number}, `, digest(notes.dossier.hash)] : ['not sealed yet']

type Table = (caption: string, first: string, rows: readonly (readonly Line[])[]) => Block

function gateBlocks(before: ReleaseNotes, after: ReleaseNotes, table: Table): Block[] {
  const ids = [...new Set([...before.gates, ...after.gates].map(({ id }) => id))]
  const verdict = (notes: ReleaseNotes, id: string) =>
    notes.gates.find((gate) => gate.id === id)?.verdict.replaceAll('_', ' ') ?? 'not asked'
  const title = (id: string) => [...after.gates, ...before.gates].find((gate) => gate.id === id)?.title ?? id
  const differing = ids.filter((id) => verdict(before, id) !== verdict(after, id))
  if (differing.length === 0) return [text('The same gates with the same verdicts.')]
  return [
    table(
      'Gates that differ',
      'Gate',
      differing.map((id) => [[title(id)], [verdict(before, id)], [verdict(after, id)]]),
    ),
  ]
}

function exceptionBlocks(before: ReleaseNotes, after: ReleaseNotes, links: NotesLinks): Block[] {
  const has = (notes: ReleaseNotes, id: string) => notes.exceptions.some((exception) => exception.id === id)
  const item = (word: string) => (exception: ReleaseNotes['exceptions'][number]) => ({
    line: [`${word}: `, { text: exception.id, href: links.exception(exception.id) }, `, ${exception.profile}: ${exception.sentence}`],
  })
  const items = [
    ...after.exceptions.filter(({ id }) => !has(before, id)).map(item('New')),
    ...before.exceptions.filter(({ id }) => !has(after, id)).map(item('Gone')),
    ...after.exceptions.filter(({ id }) => has(before, id)).map(item('In both')),
  ]
  return listOr(items, 'No drift exceptions in either.')
}

function secretsLine(before: ReleaseNotes, after: ReleaseNotes): Line {
  const missing = (from: ReleaseNotes, to: ReleaseNotes) => [...new Set(from.secrets)].filter((name) => !to.secrets.includes(name))
  const [came, went] = [missing(after, before), missing(before, after)]
  if (came.length === 0 && went.length === 0) return ['No variables came or went.']
  return [
    [came.length > 0 ? `New: ${listInWords(came)}.` : null, went.length > 0 ? `Gone: ${listInWords(went)}.` : null]
      .filter((part) => part !== null)
      .join(' '),
  ]
}

function eventBlocks(before: ReleaseNotes, after: ReleaseNotes): Block[] {
  const known = new Set([...(before.fallbacks ?? []), ...(before.rotations ?? [])].map(({ id }) => id))
  const lines = [
    ...(after.fallbacks ?? []).filter(({ id }) => !known.has(id)).map((use) => fallbackLine(use, instant)),
    ...(after.rotations ?? []).filter(({ id }) => !known.has(id)).map((rotation) => rotationLine(rotation, instant)),
  ]
  return listOr(
    lines.map((line) => ({ line: [line] })),
    'None while the newer one was promoted.',
  )
}

function signatureBlocks(older: Side, newer: Side, table: Table): Block[] {
  const capacities = [...new Set([...older.notes.signatures, ...newer.notes.signatures].map(({ capacity }) => capacity))]
  if (capacities.length === 0) return [text('Neither is signed yet.')]
  const signer = ({ notes, words }: Side, capacity: string): Line => {
    const signed = notes.signatures.find((signature) => signature.capacity === capacity)
    return [signed ? `${words.names[signed.principal] ?? 'Somebody erased'}, ${instant(signed.at)}` : 'nobody']
  }
  return [
    table(
      'Signatures',
      'Capacity',
      capacities.map((capacity) => [[capacity], signer(older, capacity), signer(newer, capacity)]),
    ),
  ]
}
