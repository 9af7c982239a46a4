/** What a look at both ends of an event's bytes tells: its kind of act (before the dot), and the digest of its text. */
export type Glance = { kind: string; text: string | null }

const codes = (words: string): readonly number[] => Array.from(words, (letter) => letter.charCodeAt(0))
const HEAD = codes('{"action":"')
const NO_TEXT = codes('"text":null,"v":1}')
const TEXT_HEAD = codes('"text":"')
const TEXT_TAIL = codes('","v":1}')
const DOT = 46

function isAt(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  if (at < 0 || at + wanted.length > bytes.length) return false
  for (let step = 0; step < wanted.length; step += 1) if (bytes[at + step] !== wanted[step]) return false
  return true
}

/**
 * Reads what is needed of most events without parsing them: canonical JSON has its keys in order, so the action stands first and the text last. Null for
 * bytes of any other form, which are then read whole. Parsing is the dearest part of a long verification, dearer than hashing.
 */
export function glance(bytes: Uint8Array): Glance | null {
  if (!isAt(bytes, 0, HEAD)) return null
  let kind = ''
  for (let at = HEAD.length; ; at += 1) {
    const code = bytes[at]
    if (code === DOT) break
    // Kinds are small letters and underscores, and short.
    if (code === undefined || (code !== 95 && (code < 97 || code > 122)) || kind.length > 30) return null
    kind += String.fromCharCode(code)
  }
  if (isAt(bytes, bytes.length - NO_TEXT.length, NO_TEXT)) return { kind, text: null }
  const from = bytes.length - TEXT_TAIL.length - 64
  if (!isAt(bytes, bytes.length - TEXT_TAIL.length, TEXT_TAIL) || !isAt(bytes, from - TEXT_HEAD.length, TEXT_HEAD)) return null
  return { kind, text: String.fromCharCode(...bytes.subarray(from, from + 64)) }
}

const AT_HEAD = codes(',"at":"')
const AT_TAIL = codes('Z","before":')
const Z = 90

/**
 * The time that an event's bytes say, as they say it (ISO, milliseconds); null where they say none. It stands before `before`, and nothing in a text can
 * look like that: quotes within one are escaped.
 */
export function timeIn(bytes: Uint8Array): string | null {
  const last = bytes.length - AT_TAIL.length
  for (let end = HEAD.length; end <= last; end += 1) {
    if (bytes[end] !== Z || bytes[end + 1] !== 34 || !isAt(bytes, end, AT_TAIL)) continue
    const from = end - 23
    if (!isAt(bytes, from - AT_HEAD.length, AT_HEAD)) continue
    const said = String.fromCharCode(...bytes.subarray(from, end + 1))
    return Number.isNaN(Date.parse(said)) ? null : said
  }
  return null
}
