import type { Gathering } from './imported'

/** Most lines a quoted value may span before the quote counts as forgotten. */
const MOST_LINES = 500

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([^\s=#:][^=:\n]{0,400}?)[ \t]*(?:=|:[ \t]|:$)(.*)$/su
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]{0,40}-----/
const KEY_END = /-----END [A-Z0-9 ]{0,40}-----/

/**
 * Reads a `.env` file line by line: comments, `export`, single, double and back quotes, values over several lines, CRLF and a byte order
 * mark. A block of a pasted key is skipped whole, so that none of its lines is taken for a name. Linear in the length of the text.
 */
export function readEnv(text: string, into: Gathering): void {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    const at = index + 1
    if (/^\s*(?:[#;].*)?$/s.test(line)) continue
    const [, name = '', rest = ''] = ASSIGNMENT.exec(line.slice(0, 70_000)) ?? []
    if (name === '') {
      if (PRIVATE_KEY.test(line)) index = skipKey(lines, index, at, into)
      else into.problem(`This line is no NAME=value${/^\s*export\s/.test(line) ? ', nor an export of a name' : ''}.`, at)
      continue
    }
    const value = rest.replace(/^[ \t]+/, '')
    const quote = /^["'`]/.exec(value)?.[0]
    if (quote !== undefined) {
      const end = endOfQuote(lines, index, value, quote)
      if (end === null) into.problem('A quote is opened here and never closed; only this line is read.', at)
      else if (end.last > index) {
        into.add(name, end.value, { line: at })
        index = end.last
        continue
      }
      into.add(name, end?.value ?? value.slice(1), { line: at })
      continue
    }
    into.add(name, value.replace(/[ \t]+#.*$/s, ''), { line: at })
    if (PRIVATE_KEY.test(value) && !KEY_END.test(value)) index = skipKey(lines, index, at, into)
  }
}

/** Where a quoted value ends, and what it was; null when no quote closes it within reach. A backslash keeps a double quote open. */
function endOfQuote(lines: readonly string[], first: number, value: string, quote: string): { last: number; value: string } | null {
  const closing = quote === '"' ? /(?<!\\)(?:\\\\)*"/ : quote
  let collected = ''
  for (let index = first; index < Math.min(lines.length, first + MOST_LINES); index += 1) {
    const line = index === first ? value.slice(1) : (lines[index] ?? '')
    const place = typeof closing === 'string' ? line.indexOf(closing) : line.search(closing)
    if (place >= 0) return { last: index, value: collected + line.slice(0, place) }
    collected += `${line}\n`
  }
  return null
}

/** Leaves the lines of a pasted key out, up to its end line; without one, up to the next line that is empty. */
function skipKey(lines: readonly string[], first: number, at: number, into: Gathering): number {
  into.problem('A private key or certificate stands here. It was not read; take it out of the file, and rotate it if it is real.', at)
  const end = lines.slice(first + 1, first + 1 + MOST_LINES).findIndex((line) => KEY_END.test(line))
  if (end >= 0) return first + 1 + end
  const empty = lines.slice(first + 1).findIndex((line) => line.trim() === '')
  return empty >= 0 ? first + 1 + empty : lines.length
}
