import { visibleBidi } from './text-safety'

// Release notes as a document: what every reading is made of, and what every form (page, print, Markdown, HTML) draws.

export const READINGS = ['management', 'engineers', 'auditors'] as const
/** For whom the same facts are told. */
export type Reading = (typeof READINGS)[number]

export const READING_TITLE: Record<Reading, string> = { management: 'Management', engineers: 'Engineers', auditors: 'Auditors' }

/** The reading that a word of an address names; null for any other word. */
export function readingOf(word: string | undefined): Reading | null {
  return READINGS.find((reading) => reading === word) ?? null
}

/**
 * A piece of a line: words (free text among them; what stands in backticks is code), code, or a link. `href` is a path of the instance, or an
 * http(s) address that was checked (`outside`).
 */
export type Piece = string | { code: string; hash?: true } | { text: string; href: string }
export type Line = readonly Piece[]

/** An entry of a list; `more` stands under it, smaller. */
export type Item = { line: Line; more?: Line }

export type Block =
  | { is: 'text'; line: Line; quiet?: true }
  | { is: 'list'; title?: string; items: readonly Item[] }
  | { is: 'table'; caption: string; head: readonly string[]; rows: readonly (readonly Line[])[] }
  /** Labels with what they say, never split across printed pages. */
  | { is: 'facts'; caption: string; rows: readonly { label: Line; value: Line }[] }
  /** Exactly these characters, as a machine wrote them. */
  | { is: 'verbatim'; caption: string; text: string }

/** `screenOnly`: on paper something else says it (signature lines). */
export type Section = { id: string; title: string; blocks: readonly Block[]; screenOnly?: true }

/** A whole document; `foot` names what it is by, at the end of a file and at the foot of every printed page. */
export type NotesDocument = { over: string; title: string; lead: Line; sections: readonly Section[]; foot: readonly Line[] }

/** A section whose anchor is made of its title. */
export function section(title: string, blocks: readonly Block[], more: { screenOnly?: true } = {}): Section {
  return { id: sectionId(title), title, blocks, ...more }
}

/** The anchor of a section: "Drift exceptions" is `drift-exceptions`. */
export function sectionId(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}

export const text = (...line: Line): Block => ({ is: 'text', line })
export const quiet = (...line: Line): Block => ({ is: 'text', line, quiet: true })
export const code = (of: string): Piece => ({ code: of })

/** A list, or the sentence that says that there is nothing ("No drift exceptions."). */
export function listOr(items: readonly Item[], none: string): Block[] {
  return items.length === 0 ? [text(none)] : [{ is: 'list', items }]
}

/** An address outside the instance that may be a link: http or https and nothing else (T21); null for any other text. */
export function outside(address: string): string | null {
  if (!/^https?:\/\/[^\s"'<>\\]+$/i.test(address) || visibleBidi(address) !== address) return null
  return URL.canParse(address) ? new URL(address).href : null
}

/** A text that somebody gave as a reference: a link where it is an address, else itself. */
export function reference(given: string): Piece {
  const href = outside(given)
  return href === null ? given : { text: given, href }
}

/** A digest: on a screen in groups of four, as people compare it; in a file as it is, so that it is found. */
export function digest(hash: string): Piece {
  return { code: hash, hash: true }
}

/** The words of a line without what they look like. */
export function plain(line: Line): string {
  return line.map((piece) => (typeof piece === 'string' ? piece : 'code' in piece ? piece.code : piece.text)).join('')
}
