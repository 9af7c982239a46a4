import 'server-only'
import { z } from 'zod'
import { sealPath } from '@/components/ui/seal-line'
import type { Actor } from '@/lib/domain/context'
import { holdsAny } from '@/lib/domain/context'
import { type NotesDocument, READINGS, type Reading } from '@/lib/domain/notes-document'
import type { NotesFacts, NotesLinks, NotesLog } from '@/lib/domain/notes-facts'
import { htmlOf } from '@/lib/domain/notes-html'
import { markdownOf } from '@/lib/domain/notes-markdown'
import { documentOf } from '@/lib/domain/notes-readings'
import { Refused, refuse } from '@/lib/domain/refusal'
import { settings } from '@/lib/env'
import { API_HEADERS } from '@/lib/http/problem'
import type { ReadOptions } from '@/lib/http/respond'
import { loadNotesLog } from '@/lib/queries/notes-log'
import { getNotes, type NotesDetail } from '@/lib/queries/release-notes'
import { routes } from '@/lib/routes'

/** Where the things that notes name stand. */
export const NOTES_LINKS: NotesLinks = {
  promotion: routes.promotion,
  dossier: routes.promotionVersion,
  incident: routes.incident,
  exception: routes.exception,
  signature: routes.signature,
  deployment: routes.deployment,
  rotation: routes.rotation,
  fallback: routes.fallback,
  entry: routes.auditEntry,
  proves: routes.auditProves,
}

/** The reading somebody gets who asked for none: auditors and management theirs, everybody else the engineers'. */
export function ownReading(actor: Actor, system: string, now: Date): Reading {
  if (holdsAny(actor, ['auditor'], system, now)) return 'auditors'
  return holdsAny(actor, ['management'], system, now) ? 'management' : 'engineers'
}

/** One reading of the notes as a document. */
export function readNotes(facts: NotesFacts, log: NotesLog | null, reading: Reading): NotesDocument {
  return documentOf(reading, facts, NOTES_LINKS, log)
}

/** One reading of the notes as Markdown, links absolute to this instance. */
export function notesMarkdown(facts: NotesFacts, log: NotesLog | null, reading: Reading): string {
  return markdownOf(readNotes(facts, log, reading), settings().APP_ORIGIN)
}

/** One reading of the notes as one HTML file that needs nothing else, with the seal line drawn from the hash of the notes. */
export function notesHtml(facts: NotesFacts, log: NotesLog | null, reading: Reading): string {
  const [width, height] = [326, 30]
  const seal = facts.seal && { path: sealPath(facts.seal.hash, width, height), width, height }
  return htmlOf(readNotes(facts, log, reading), settings().APP_ORIGIN, seal)
}

/**
 * All facts of the notes, with the text that their hash is of (`canonical`: SHA-256 of its UTF-8 bytes is `seal.hash`), the events they rest on, the
 * checkpoint, and one reading as a document.
 */
export function notesJson(detail: NotesDetail, log: NotesLog, reading: Reading): string {
  const { system, profile, from, version, notes, dossier, seal, promotion, words, evidence, signed, versions, deployments, addenda, at } =
    detail
  return `${JSON.stringify(
    {
      format: 'countersign-release-notes/1',
      address: `${settings().APP_ORIGIN}${routes.note(system.slug, profile.id, version)}`,
      system,
      version,
      from,
      to: profile,
      at,
      promotion,
      seal: seal && { ...seal, canonical: versions.find(({ number }) => number === seal.number)?.canonical },
      notes,
      dossier,
      words,
      evidence,
      signatures: signed,
      versions,
      deployments: deployments.map(({ id, kind, status, authorised, reasons, violations, startedAt, finishedAt }) => ({
        ...{ id, kind, status, authorised, reasons, violations, startedAt, finishedAt },
      })),
      errata: addenda,
      log,
      reading,
      document: readNotes(detail, log, reading),
    },
    null,
    2,
  )}\n`
}

const FORMS = {
  md: { type: 'text/markdown', write: notesMarkdown },
  html: { type: 'text/html', write: notesHtml },
  json: { type: 'application/json', write: notesJson },
} as const

const input = z.strictObject({
  system: z.string(),
  profile: z.string(),
  version: z.string(),
  reading: z.enum(READINGS).default('engineers'),
})

/**
 * What answers a request for the notes as a file, for a signed-in browser or a token that may read (T19). What cannot be seen is not found (T23); nothing in it runs, wherever it is
 * opened (T21).
 */
export function notesFile(
  params: Promise<{ system: string; profile: string; version: string }>,
  form: keyof typeof FORMS,
): ReadOptions<typeof input> {
  return {
    schema: input,
    params: decoded(params),
    run: async ({ actor }, { system, profile, version, reading }, { now }) => {
      const looker = { actor, now }
      const detail = await getNotes(looker, system, profile, version)
      if (!detail) throw new Refused(refuse('not_found', `There are no notes of ${version} on ${profile} that you can see.`))
      const log = await loadNotesLog(looker, detail, { entries: form === 'json' || reading === 'auditors' })
      const name = [system, version, profile, ...(reading === 'engineers' ? [] : [reading])].join('-').replace(/[^\w.+-]/g, '_')
      return new Response(FORMS[form].write(detail, log, reading), {
        headers: {
          ...API_HEADERS,
          'Content-Type': `${FORMS[form].type}; charset=utf-8`,
          'Content-Disposition': `attachment; filename="${name}.${form}"`,
          'Cache-Control': 'private, no-store',
        },
      })
    },
  }
}

/** The parts of a path as they were meant; one that is not written right is nothing that exists. */
export async function decoded<T extends Record<string, string>>(params: Promise<T>): Promise<Record<string, string>> {
  const parts = Object.entries(await params).map(([key, part]) => {
    try {
      return [key, decodeURIComponent(part)]
    } catch {
      return [key, part]
    }
  })
  return Object.fromEntries(parts)
}
