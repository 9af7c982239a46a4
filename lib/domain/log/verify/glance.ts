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
