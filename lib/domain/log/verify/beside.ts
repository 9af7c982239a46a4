import type { AuditValue } from '../../audit-event'
import type { RecordedEvent } from '../../recorded-event'
import { DigestTable } from './digest-table'
import { type Findings, numbered } from './findings'
import type { StoredSealed, StoredText, TrailSource } from './source'

const DIGEST = /^[0-9a-f]{64}$/

/**
 * What lies beside the tree and is named in it by a hash: texts (with their salt, unless they were redacted: T18, T40) and sealed versions. Each hash is
 * remembered with the entry that named it first; that of a text as twice the index, and odd once it was seen.
 */
export class Beside {
  readonly #texts = new DigestTable()
  readonly #sealed = new Map<string, { index: number; version: string; seen: boolean }>()
  readonly #redactions = new Set<string>()
  readonly #findings: Findings
  readonly #sha256Hex: (text: string) => string

  constructor(findings: Findings, sha256Hex: (text: string) => string) {
    this.#findings = findings
    this.#sha256Hex = sha256Hex
  }

  /** Remembers what an event names. */
  see(event: RecordedEvent, index: number, id: string | null): void {
    for (const digest of [event.text, event.after?.reason, event.after?.remediation]) this.text(digest, index)
    if (event.action === 'text.redacted' && id !== null) this.#redactions.add(id)
    if (event.outcome !== 'done') return
    const hash = event.action === 'release_notes.sealed' ? event.after?.hash : SEALS.has(event.action) ? event.dossier : null
    const { kind, id: subject, version } = event.subject
    if (typeof hash === 'string' && !this.#sealed.has(hash))
      this.#sealed.set(hash, { index, version: `${kind} ${subject} ${version}`, seen: false })
  }

  /** Remembers a text that an entry names. */
  text(digest: AuditValue | undefined, index: number): void {
    if (typeof digest === 'string' && DIGEST.test(digest)) this.#texts.add(digest, index * 2)
  }

  /** Checks the texts and sealed versions that the source has. `pending` says whether events may wait that are not in the tree yet. */
  async finish(source: TrailSource, pending: boolean): Promise<void> {
    if (source.texts) {
      for await (const text of source.texts()) this.#text(text, pending)
      for (const value of this.#texts.values())
        if (value % 2 === 0) this.#findings.add('text', value / 2, () => ({ says: `${numbered(value / 2)}: the text there is gone.` }))
    } else this.#findings.skip('The words of the texts were not checked: they are not here.')
    if (source.sealed) {
      for await (const version of source.sealed()) this.#version(version)
      for (const { index, seen } of this.#sealed.values())
        if (!seen) this.#findings.add('sealed', index, () => ({ says: `${numbered(index)}: the version sealed there is gone.` }))
    } else this.#findings.skip('The sealed versions were not checked: they are not here.')
  }

  #version({ subject, subjectId, number, hash, canonical }: StoredSealed): void {
    const named = this.#sealed.get(hash)
    if (named) named.seen = true
    const found = this.#sha256Hex(canonical)
    const kept = `${subject} ${subjectId} ${number}`
    if (found !== hash)
      this.#findings.add('sealed', named?.index ?? null, () => ({
        says: `Version ${number} of ${subject.replace('_', ' ')} ${subjectId} has other words than were sealed.`,
        expected: hash,
        found,
      }))
    else if (named && named.version !== kept)
      this.#findings.add('sealed', named.index, () => ({
        says: 'A sealed version is kept as another one.',
        expected: named.version,
        found: kept,
      }))
  }

  #text({ digest, salt, body, redactedBy }: StoredText, pending: boolean): void {
    const index = this.#mark(this.#texts, digest)
    if (body !== null && salt !== null) {
      const found = this.#sha256Hex(`${salt}\n${body}`)
      if (found !== digest)
        this.#findings.add('text', index, () => ({ says: 'A text has other words than the record names.', expected: digest, found }))
    } else if (redactedBy === null)
      this.#findings.add('text', index, () => ({ says: 'The words of a text are gone, and no redaction took them.', expected: digest }))
    else if (!pending && !this.#redactions.has(redactedBy))
      this.#findings.add('text', index, () => ({
        says: 'The words of a text were taken by an act that is not on the record.',
        expected: digest,
        found: redactedBy,
      }))
  }

  #mark(table: DigestTable, digest: string): number | null {
    const value = table.get(digest)
    if (value === undefined) return null
    if (value % 2 === 0) table.set(digest, value + 1)
    return Math.floor(value / 2)
  }
}

const SEALS = new Set([
  'promotion.sealed',
  'rotation.planned',
  'fallback.requested',
  'fallback.extension_asked',
  'exception.filed',
  'exception.extension_asked',
])
