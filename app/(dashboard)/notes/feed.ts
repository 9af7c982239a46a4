import 'server-only'
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type AtomEntry, atomText } from '@/lib/domain/notes-atom'
import { htmlFragment } from '@/lib/domain/notes-html'
import { gatesSentence, plural } from '@/lib/domain/notes-sections'
import { Refused, refuse } from '@/lib/domain/refusal'
import { instantInWords, listInWords } from '@/lib/domain/words'
import { settings } from '@/lib/env'
import { API_HEADERS } from '@/lib/http/problem'
import type { ReadOptions } from '@/lib/http/respond'
import { type FedNotes, loadNotesFeed } from '@/lib/queries/notes-feed'
import { routes } from '@/lib/routes'
import { decoded, readNotes } from './files'

const input = z.strictObject({ system: z.string() })

/**
 * What answers a request for the feed of a system: an Atom feed (RFC 4287) of its sealed notes, for a reader of feeds with a token that may read, or a
 * signed-in browser (T19). A reader that has it already is told so (304).
 */
export function notesFeed(request: Request, params: Promise<{ system: string }>): ReadOptions<typeof input> {
  return {
    schema: input,
    params: decoded(params),
    run: async ({ actor }, { system }, { now }) => {
      const found = await loadNotesFeed({ actor, now }, system)
      if (!found) throw new Refused(refuse('not_found', `There is no system ${system} that you can see.`))
      const origin = settings().APP_ORIGIN
      const self = `${origin}${routes.notesFeed(system)}`
      const text = atomText({
        id: self,
        title: `${found.system.name} release notes`,
        subtitle: 'Sealed notes, and what was deployed without them.',
        self,
        alternate: `${origin}${routes.notes({ system })}`,
        author: found.system.name,
        updated: found.entries[0]?.updated ?? found.since,
        entries: found.entries.map((entry) => entryOf(entry, origin)),
      })
      const tag = `"${createHash('sha256').update(text).digest('hex')}"`
      const headers = { ...API_HEADERS, 'Cache-Control': 'private, no-cache', ETag: tag, Vary: 'Authorization, Cookie' }
      if (matches(request.headers.get('if-none-match'), tag)) return new Response(null, { status: 304, headers })
      return new Response(text, { headers: { ...headers, 'Content-Type': 'application/atom+xml; charset=utf-8' } })
    },
  }
}

function matches(asked: string | null, tag: string): boolean {
  return (asked ?? '').split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === tag)
}

function entryOf({ facts, published, updated, ended }: FedNotes, origin: string): AtomEntry {
  const { system, profile, version } = facts
  const document = readNotes(facts, null, 'management')
  return {
    id: `${origin}${routes.note(system.slug, profile.id, version)}`,
    title: `${system.name} ${version} on ${profile.id}${ended ? `: these notes stand no longer` : facts.notes ? '' : ': without authority'}`,
    published,
    updated,
    summary: summaryOf(facts, ended),
    // Errata are many and keep coming; they stand on the page.
    content: htmlFragment({ ...document, sections: document.sections.filter(({ id }) => id !== 'errata') }, origin),
    category: facts.notes ? { term: 'sealed', label: 'Sealed notes' } : { term: 'unauthorised', label: 'Without authority' },
  }
}

function summaryOf({ notes, seal, deployment }: FedNotes['facts'], ended: FedNotes['ended']): string {
  if (!notes || !seal) return deployment.join(' ')
  const { changes, exceptions, signatures } = notes
  return [
    ended ? `Version ${seal.number} was ${ended.how} ${instantInWords(ended.at)}.` : null,
    notes.summary || null,
    `${changes.length === 0 ? 'No changes recorded' : plural(changes.length, 'change')}.`,
    gatesSentence(notes),
    exceptions.length === 0
      ? 'No drift exceptions.'
      : `${plural(exceptions.length, 'drift exception')}: ${listInWords(exceptions.map(({ id }) => id))}.`,
    `Signed as ${listInWords(signatures.map(({ capacity }) => capacity))}, sealed ${instantInWords(seal.at)}.`,
    `SHA-256 ${seal.hash}.`,
  ]
    .filter((sentence) => sentence !== null)
    .join(' ')
}
