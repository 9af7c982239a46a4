import type { Dossier } from './dossier'
import { type Block, type Item, type Line, listOr, type NotesDocument, type Section, section, text } from './notes-document'
import { fourFields } from './notes-exceptions'
import type { NotesFacts, NotesLinks, NotesLog } from './notes-facts'
import {
  emergencySection,
  errataSection,
  footOf,
  gatesSentence,
  inLetters,
  instant,
  leadOf,
  overOf,
  plural,
  schemaSentence,
} from './notes-sections'
import type { ReleaseNotes } from './release-notes'
import { instantInWords, listInWords } from './words'

/** How many changes for one audience, and how many errata, fit on the one page. */
const MOST = 6

const AUDIENCES = [
  { title: 'For people who use it', kinds: ['feature', 'fix'] },
  { title: 'For security', kinds: ['security'] },
  { title: 'For people who run it', kinds: ['config', 'other'] },
  { title: 'For readers of the documentation', kinds: ['docs'] },
] as const

/** The reading for management: one page that says what changes for whom, what could go wrong, which exceptions stand and who signed. */
export function managementReading(facts: NotesFacts, links: NotesLinks, log: NotesLog | null): NotesDocument {
  const { notes } = facts
  const head = { over: overOf(facts), title: `${facts.system.name} ${facts.version}`, lead: leadOf(facts), foot: footOf(facts, log) }
  if (!notes) return { ...head, sections: [went(facts), errataSection(facts, MOST)] }
  return {
    ...head,
    sections: [
      ...emergencySection(facts, links),
      section('What changes, for whom', audienceBlocks(notes.changes)),
      section(
        'Risks',
        listOr(
          risksOf(facts, notes).map((risk) => ({ line: [risk] })),
          'None that the record knows of: every gate passed, nothing deviates, and the way back is open.',
        ),
      ),
      section('Drift exceptions', exceptionBlocks(facts, notes, links)),
      section('Who signed', signedBlocks(facts, notes), { screenOnly: true }),
      went(facts),
      errataSection(facts, MOST),
    ],
  }
}

function audienceBlocks(changes: Dossier['changes']): Block[] {
  if (changes.length === 0) return [text('No changes recorded.')]
  const known = AUDIENCES.flatMap(({ kinds }): readonly string[] => kinds)
  return AUDIENCES.flatMap(({ title, kinds }): Block[] => {
    const own = changes.filter(({ kind }) => (kinds as readonly string[]).includes(known.includes(kind) ? kind : 'other'))
    if (own.length === 0) return []
    const rest = own.length - MOST
    const items: Item[] = own.slice(0, MOST).map(({ summary }) => ({ line: [summary] }))
    return [{ is: 'list', title, items: rest > 0 ? [...items, { line: [`And ${rest} more, which engineers read in full.`] }] : items }]
  })
}

/**
 * What could go wrong, computed from the same facts that the gates and the sign-off judged: gates that did not simply pass, a way back that is closed,
 * exceptions, break-glass, drift, overdue keys, debts and deployments without authority. Empty when there is nothing.
 */
export function risksOf(facts: NotesFacts, notes: ReleaseNotes): string[] {
  const { dossier, runs, profile } = facts
  const excepted = notes.gates.filter(({ verdict }) => verdict === 'pass_with_exception').map(({ title }) => title)
  const skipped = notes.gates.filter(({ verdict }) => verdict === 'skipped').map(({ title }) => title)
  const open = notes.gates.filter(({ verdict }) => !['pass', 'pass_with_exception', 'skipped'].includes(verdict)).map(({ title }) => title)
  const expired = notes.exceptions.filter((exception) => exception.expired).map(({ id }) => id)
  const unauthorised = runs.filter(({ authorised }) => !authorised).map(({ id }) => id)
  const failed = runs.filter(({ status }) => status === 'failed').map(({ id }) => id)
  const risks: (string | null)[] = [
    open.length > 0 ? `Not passed yet: ${listInWords(open)}.` : null,
    skipped.length > 0 ? `Skipped in the emergency: ${listInWords(skipped)}.` : null,
    excepted.length > 0 ? `Passed by an exception only: ${listInWords(excepted)}.` : null,
    dossier && dossier.release.schemaBackwardCompatible !== true ? schemaSentence(dossier.release.schemaBackwardCompatible) : null,
    notes.rollback.snapshot ? null : 'There is no snapshot to go back to.',
    notes.exceptions.length > 0 ? `${plural(notes.exceptions.length, 'drift exception')} on the way; see below.` : null,
    expired.length > 0 ? `Past its end and not closed: ${listInWords(expired)}.` : null,
    (notes.fallbacks ?? []).length > 0
      ? `Secrets were handed over by break-glass during this time: ${listInWords((notes.fallbacks ?? []).map(({ id }) => id))}.`
      : null,
    (dossier?.drift ?? []).length > 0
      ? `Open drift that nothing covered when it was sealed: ${listInWords((dossier?.drift ?? []).map(({ id }) => id))}.`
      : null,
    (dossier?.overdueKeys ?? []).length > 0
      ? `${plural((dossier?.overdueKeys ?? []).length, 'key is', 'keys are')} past the age the policy allows.`
      : null,
    (dossier?.debts ?? []).length > 0 ? `${profile.id} owed ${plural((dossier?.debts ?? []).length, 'thing')} from before.` : null,
    failed.length > 0 ? `Failed to deploy: ${listInWords(failed)}.` : null,
    unauthorised.length > 0 ? `Deployed without authority: ${listInWords(unauthorised)}.` : null,
  ]
  return risks.filter((risk) => risk !== null)
}

function exceptionBlocks({ words }: NotesFacts, { exceptions }: ReleaseNotes, links: NotesLinks): Block[] {
  return listOr(
    exceptions.map((exception): Item => {
      const { owner, duration, remediation } = fourFields(exception, words)
      return {
        line: [{ text: exception.id, href: links.exception(exception.id) }, ` on ${exception.profile}: ${exception.sentence}`],
        more: [`${owner}, ${duration}. ${remediation}`],
      }
    }),
    'No drift exceptions.',
  )
}

function signedBlocks({ words, slotCount, seal }: NotesFacts, { signatures }: ReleaseNotes): Block[] {
  if (signatures.length === 0) return [text('Nobody yet: this is a draft.')]
  const items = signatures.map(
    ({ capacity, principal, at }): Item => ({
      line: [`${words.names[principal] ?? principal} as ${capacity}, ${instant(at)}`],
    }),
  )
  const missing = seal ? 0 : slotCount - signatures.length
  return [
    { is: 'list', items },
    ...(missing > 0
      ? [
          text(
            `${inLetters(missing)[0]?.toUpperCase()}${inLetters(missing).slice(1)} ${missing === 1 ? 'signature is' : 'signatures are'} missing.`,
          ),
        ]
      : []),
  ]
}

function went({ runs, notes, profile, version }: NotesFacts): Section {
  const last = runs.at(-1)
  const state = {
    started: 'is being deployed',
    succeeded: `went to ${profile.id}`,
    failed: 'failed to deploy',
    rolled_back: 'was rolled back',
  } as const
  const line: Line = last
    ? [
        `${version} ${state[last.status]}, ${instantInWords(last.finishedAt ?? last.startedAt)} (${last.id})${last.authorised ? '' : ', without authority'}.`,
      ]
    : ['Not deployed yet.']
  return section('Where it stands', [text(...line), ...(notes ? [text(gatesSentence(notes))] : [])])
}
