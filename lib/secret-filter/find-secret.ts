import { decodeBase64, findByOwnRules, findRandomName } from './own-rules'
import { findByPreset } from './preset'

/** What was found, in words that fit "looks like it holds ...". Never the value, nor a part of it (T18). */
export type FoundSecret = { rule: string; place?: string }

/** `name` adds the rule for places where only names belong: a random value is refused there even if nobody's format fits. */
export type TextKind = 'text' | 'name'

/** Texts are looked at in windows of this many characters; the overlap is longer than the longest secret that has no own block. */
const WINDOW = 32_768
const OVERLAP = 4_096

/** Shorter than the shortest secret with a format (`x://:pw@h`). */
const SHORTEST = 9

/** Without one of these signs no rule can match: an assignment, a scheme, a flag, a spoken secret, or an unbroken run of letters. */
const WORTH_A_LOOK = /[=:]|\s-|pass|secret|token|key|cred|login|bearer|basic|[A-Za-z0-9+/_.~-]{16}/i

/** What the preset still looks for after our own rules is an unbroken run; digests, ids and paths are not worth waking it for. */
const LONG_RUN = /[A-Za-z0-9_+-]{20,}/g
const BEYOND_HEX = /[g-z_+]/i

const BASE64_RUN = /[A-Za-z0-9+/_-]{20,8192}={0,2}/g
const MOST_RUNS = 16

/**
 * Looks for a secret value in one text: our own rules and the kept preset, on the text as it is and on what it wraps (URL encoding,
 * written-out escapes, base64, full-width and invisible characters). Synchronous; microseconds for an ordinary short string.
 * Returns what was found in words, never the value (T18); pass `kind: 'name'` for names and titles.
 */
export function findSecret(text: string, kind: TextKind = 'text'): FoundSecret | null {
  if (text.length < SHORTEST) return null
  for (let from = 0; from === 0 || from < text.length; from += WINDOW - OVERLAP) {
    const rule = findInWindow(text.length <= WINDOW ? text : text.slice(from, from + WINDOW), kind)
    if (rule !== null) return { rule }
    if (from + WINDOW >= text.length) break
  }
  return null
}

/** The same for a whole file; `place` is the line it stands in, such as "line 12", where a single line shows it. */
export function findSecretInFile(content: string): FoundSecret | null {
  const found = findSecret(content)
  if (found === null) return null
  const line = content.split('\n').findIndex((each) => findSecret(each) !== null)
  return line < 0 ? found : { ...found, place: `line ${line + 1}` }
}

function findInWindow(raw: string, kind: TextKind): string | null {
  const text = plainCharacters(raw)
  if (kind === 'name') {
    const random = findRandomName(text)
    if (random !== null) return random
  }
  if (!WORTH_A_LOOK.test(text) && !text.includes('%')) return null
  const found = findPlain(text)
  if (found !== null) return found
  for (const unwrapped of unwrap(text)) {
    const inside = findPlain(unwrapped)
    if (inside !== null) return inside
  }
  return null
}

function findPlain(text: string): string | null {
  const own = findByOwnRules(text)
  if (own !== null) return own
  if (!isWorthThePreset(text)) return null
  const messageId = findByPreset(text)
  return messageId === null ? null : `a secret (${messageId.replaceAll('_', ' ').toLowerCase()})`
}

function isWorthThePreset(text: string): boolean {
  for (const [run] of text.matchAll(LONG_RUN)) if (BEYOND_HEX.test(run)) return true
  return text.includes('x-oauth-basic')
}

/** Full-width letters and invisible characters must not hide a token; ASCII, the ordinary case, is returned as it is. */
function plainCharacters(text: string): string {
  return /^\p{ASCII}*$/u.test(text) ? text : text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
}

function unwrap(text: string): string[] {
  const texts: string[] = []
  if (text.includes('%')) {
    const once = decodePercent(text)
    if (once !== text) texts.push(once)
    const twice = decodePercent(once)
    if (twice !== once) texts.push(twice)
  }
  if (text.includes('\\'))
    texts.push(
      text
        .replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
        .replace(/\\{1,4}[nrt]/g, '\n')
        .replace(/\\{1,4}(["'/])/g, '$1'),
    )
  if (text.includes('&#') || text.includes('&quot'))
    texts.push(text.replace(/&#([0-9]{1,3});/g, (_, code: string) => String.fromCharCode(Number(code))).replace(/&quot;/g, '"'))
  for (const candidate of [text, ...texts]) texts.push(...decodedRuns(candidate))
  return texts
}

function decodedRuns(text: string): string[] {
  const decoded: string[] = []
  let runs = 0
  for (const [run] of text.matchAll(BASE64_RUN)) {
    if (/^[0-9a-f]+$/i.test(run)) continue
    if (++runs > MOST_RUNS) break
    const inside = decodeBase64(run)
    if (inside !== null) decoded.push(inside)
  }
  return decoded
}

/** Decodes `%XX` of ASCII one by one: unlike `decodeURIComponent`, a stray percent sign does not end the search. */
function decodePercent(text: string): string {
  return text.replace(/%([0-7][0-9a-fA-F])/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
