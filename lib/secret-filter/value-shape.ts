/**
 * What a value looks like, judged without knowing where it stood. The rules ask these questions to tell a pasted secret from a
 * placeholder, a name or a digest (T18). Every pattern is linear and every caller hands over at most `MAX_VALUE` characters (T29).
 */

/** Longest value that is judged; what is longer is cut before any pattern sees it. */
export const MAX_VALUE = 2048

/** Words that stand for a value instead of being one: "TOKEN=changeme" says nothing to an attacker. */
const STAND_INS = new Set(
  (
    'changeme change-me change_me replaceme replace-me replace_me todo tbd none null nil undefined true false yes no on off required ' +
    'optional missing unset set empty blank present absent invalid valid expired rotated revoked masked redacted hidden removed omitted ' +
    'example sample dummy placeholder fake value string text number boolean secret secrets password passwd token key apikey api-key ' +
    'test testing local dev default unknown runtime injected env environment env-only vault file manual generated unchanged same foo bar baz'
  ).split(' '),
)

const TEMPLATE_PARTS = [
  /\$\{\{[^}]{0,200}\}\}/g,
  /\$\{[^}]{0,200}(?:\}|$)/g,
  /\{\{[^}]{0,200}\}\}/g,
  /\{[A-Za-z_][A-Za-z0-9_.]{0,80}\}/g,
  /<[^<>]{0,200}>/g,
  /\[[A-Za-z][A-Za-z _-]{0,80}\]/g,
  /%[A-Za-z_][A-Za-z0-9_]{0,80}%/g,
  /\$\([^)]{0,200}(?:\)|$)/g,
  /\$[A-Za-z_][A-Za-z0-9_]{0,80}/g,
  /\.{3,}|…/g,
  /[*•xX#]{3,}/g,
]

const STARTS_AS_STAND_IN =
  /^(?:your|my|the|some|any|an?|example|sample|dummy|placeholder|replace|change|insert|enter|fake|redacted|masked|not-?a)[-_ ]/i
const STARTS_AS_REFERENCE =
  /^(?:process\.env|import\.meta\.env|os\.environ|os\.getenv|getenv|env[.(:]|secrets\.|vars\.|steps\.|inputs\.|var\.|local\.|data\.|vault:|op:\/\/|arn:|file:|ref:|projects\/|\/|\.\/|~\/|[A-Za-z]:\\)/
const KEY_NAME = /^[A-Z][A-Z0-9]{0,40}(?:_{1,2}[A-Z0-9]{1,40}){1,12}$/
const PATH_OF_NAMES = /^[A-Za-z0-9_.<>{}$-]{1,64}(?:\/[A-Za-z0-9_.<>{}$-]{1,64}){1,12}$/
const LABELLED_DIGEST = /^(?:hmac-)?(?:sha|md|blake)[0-9a-z]{1,6}[:-]/i
const PRODUCT_ID = /^[A-Z]{2,6}-[0-9]{1,8}$/
const CALL = /^[A-Za-z_][A-Za-z0-9_.]{0,80}\(/
const SELF_DESCRIBING = /^[a-z]{2,24}(?:[-_ ][a-z]{2,24}){1,6}$/
const SECRET_WORD = /(?:secret|token|password|passphrase|key|credential)/
const PLAIN_URL = /^https?:\/\/[^\s@]{1,2000}$/i

/** True for a value that stands for another one: a template, an elision, "changeme", a description of itself. */
export function isPlaceholder(value: string): boolean {
  const bare = value.trim()
  if (STAND_INS.has(bare.toLowerCase())) return true
  if (STARTS_AS_STAND_IN.test(bare) || /example/i.test(bare)) return true
  if (SELF_DESCRIBING.test(bare) && SECRET_WORD.test(bare)) return true
  if (new Set(bare).size <= 2) return true
  let rest = bare
  for (const part of TEMPLATE_PARTS) rest = rest.replace(part, '')
  // "${USER}hunter2secret" is still a secret: only when the template was nearly all of it does it pass.
  return rest.length !== bare.length && rest.length < 6
}

/** True for the name or place of a secret, a digest or an id: things this product is meant to hold (domain, invariant 6). */
export function isReference(value: string): boolean {
  const bare = value.trim()
  return (
    KEY_NAME.test(bare) ||
    STARTS_AS_REFERENCE.test(bare) ||
    LABELLED_DIGEST.test(bare) ||
    PRODUCT_ID.test(bare) ||
    CALL.test(bare) ||
    PLAIN_URL.test(bare) ||
    (PATH_OF_NAMES.test(bare) && bare.split('/').every(isWordy))
  )
}

/** True when each part between separators reads like a word, a short number or a version: "v2", "us-east-1", "32-byte-hex". */
export function isWordy(value: string): boolean {
  return value.split(/[-_./:\s]+/).every(isWordyPart)
}

const WORDY_PART = /^(?:[A-Z]?[a-z]{0,23}[0-9]{0,4}|[A-Z]{1,24}[0-9]{0,4}|[0-9]{1,8}[a-z]{0,6}|)$/

function isWordyPart(part: string): boolean {
  if (part.length <= 24 && WORDY_PART.test(part)) return true
  // camelCase: letters only, at most every fourth a capital, and few words of one or two letters; drawn letters have more of both.
  if (part.length > 64 || !/^[A-Za-z]+$/.test(part)) return false
  const capitals = part.replace(/[a-z]/g, '').length
  const shortWords = part.match(/[A-Z][a-z]?(?![a-z])/g)?.length ?? 0
  return capitals * 4 <= part.length && shortWords * 3 <= capitals
}

/** Number of kinds of characters in a value, 0 to 4: lower case, upper case, digits, signs. */
export function kindsOf(value: string): number {
  return Number(/[a-z]/.test(value)) + Number(/[A-Z]/.test(value)) + Number(/[0-9]/.test(value)) + Number(/[^A-Za-z0-9\s._/-]/.test(value))
}

/** Shannon entropy of a value in bits for each character. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>()
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

/** True for something nobody would write as a name: long and mixed, or short and very mixed. Digests are the caller's business. */
export function looksRandom(value: string): boolean {
  if (value.length < 8 || isWordy(value)) return false
  const digits = value.replace(/[^0-9]/g, '').length
  const letters = value.replace(/[^A-Za-z]/g, '').length
  if (letters < 2 || digits < 1) return value.length >= 16 && kindsOf(value) >= 2 && entropyOf(value) >= 3.2
  if (value.length >= 16) return entropyOf(value) >= 2.9
  return kindsOf(value) >= 3 || (value.length >= 10 && digits >= 3 && letters >= 3)
}
