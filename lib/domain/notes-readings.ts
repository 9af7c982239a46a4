import { auditorsReading } from './notes-auditors'
import { type NotesDocument, type Reading, section, text } from './notes-document'
import type { NotesFacts, NotesLinks, NotesLog } from './notes-facts'
import { managementReading } from './notes-management'
import {
  buildRows,
  changesSection,
  deploymentSection,
  emergencySection,
  errataSection,
  exceptionsSection,
  footOf,
  gatesSection,
  leadOf,
  overOf,
  promotionRow,
  rollbackSection,
  schemaSentence,
  secretsSections,
  signaturesSection,
} from './notes-sections'

/**
 * Release notes in one of their three readings: the same facts for management (one page), for engineers (changes, gates with commands and evidence, schema,
 * way back) and for auditors (every id, hash, entry and the checkpoint). Pure; addresses come from `links`.
 */
export function documentOf(reading: Reading, facts: NotesFacts, links: NotesLinks, log: NotesLog | null): NotesDocument {
  if (reading === 'management') return managementReading(facts, links, log)
  return reading === 'auditors' ? auditorsReading(facts, links, log) : engineersReading(facts, links, log)
}

function engineersReading(facts: NotesFacts, links: NotesLinks, log: NotesLog | null): NotesDocument {
  const { notes, dossier, words } = facts
  const head = { over: overOf(facts), title: `${facts.system.name} ${facts.version}`, lead: leadOf(facts), foot: footOf(facts, log) }
  if (!notes) return { ...head, sections: [deploymentSection(facts.deployment), errataSection(facts)] }
  return {
    ...head,
    sections: [
      ...emergencySection(facts, links),
      changesSection(notes),
      gatesSection({ ...facts, notes }),
      exceptionsSection(notes, words, links),
      ...secretsSections(notes),
      section('Schema and migrations', [
        text(dossier ? schemaSentence(dossier.release.schemaBackwardCompatible) : 'The dossier is not there any more.'),
      ]),
      rollbackSection(notes),
      section('Build', [{ is: 'facts', caption: 'Build', rows: [promotionRow(notes, links), ...(dossier ? buildRows(dossier) : [])] }]),
      signaturesSection(notes, words, links),
      deploymentSection(facts.deployment),
      errataSection(facts),
    ],
  }
}
