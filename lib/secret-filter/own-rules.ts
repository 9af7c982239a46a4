import { isPlaceholder, isReference, isWordy, kindsOf, looksRandom, MAX_VALUE } from './value-shape'
import { findVendorToken } from './vendor-tokens'

/**
 * What a general preset misses (threats: 43 % of the shapes in prose and none of our documents' own). A rule returns what it
 * found in words, for a sentence like "looks like it holds <words>", or null. No rule returns or keeps the value (T18).
 */
type Rule = { needs: RegExp; find: (text: string) => string | null }

const CONNECTION = /[a-z][a-z0-9+.-]{1,30}:\/\/([^\s:@/"'<>`]{0,128}):([^\s@"'`]{1,256})@[^\s@]/gi

/** `scheme://user:password@host`, any scheme: `postgresql+psycopg`, `redis` without a user, a proxy, a feed. */
function findConnectionString(text: string): string | null {
  for (const [, , password = ''] of text.matchAll(CONNECTION)) {
    // "http://host:8080/path@2" is a port and a path, not a password.
    if (/^[0-9]{1,5}(?:[/?#]|$)/.test(password) && /[/?#]/.test(password)) continue
    if (!isPlaceholder(password) && !isKeyName(password)) return 'a connection string with a password'
  }
  for (const [, user = ''] of text.matchAll(/[a-z][a-z0-9+.-]{1,30}:\/\/([A-Za-z0-9_.~-]{20,256})(?::[A-Za-z0-9_-]{0,40})?@[^\s@]/gi)) {
    if (looksRandom(user)) return 'an address with a token before the host'
  }
  return null
}

const isKeyName = (value: string): boolean => /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(value.slice(0, 200))

// The word that ends a secret's name, what may follow it in the name, the separator, and the first 256 letters of the value: enough to
// judge it, and few enough that a text made of names only ("token:token:...") stays cheap (T29).
const ASSIGNMENT =
  /(passwords?|passwd|passphrase|passcode|pwd|secrets?|tokens?|credentials?|api[_-]?key|[_-]key|key|[_-]pat|[_-]pass|[_-]dsn|pin)((?:[_-]?(?:v?[0-9]{1,2}|old|new|current|previous|primary|secondary|base64|b64|hex|value)){0,2})(\\{0,2}["'`]?\s{0,4})(=>|:=|==?|:)(\s{0,4}\\{0,2})(["'`]?)([^\s"'`,;&|)}\]\\]{3,2048})/gi

/** No real file has more assignments in one window; behind these the beginning of a value has to be enough (T29). */
const MOST_IN_FULL = 256

const LOUD = /^(?:passwords?|passwd|passphrase|passcode|pwd|pass|pin)$/
const NOT_SECRET_KEYS =
  /(?:public|primary|foreign|sort|cache|partition|idempotency|object|routing|group|unique|composite|manager|row|lookup|i18n|map|index|hash|range|order|dedupe|natural|surrogate|candidate|hot|short|access|store|config|dictionary|translation|shift|arrow|enter|next_?page|page|continuation|cancel|cancellation|max|min|num|total|prompt|completion|context)[_-]?$/i
const REAL_KEYS =
  /(?:secret|private|access|signing|signature|encryption|crypto|master|account|shared|auth|client|deploy|service|hmac|symmetric|session|jwt|aes|rsa|ssh|license)[_-]?$/i

/** `NAME=value`, `name: value`, `"name": "value"` where the name ends like a secret's: DISCOGS_TOKEN, API__JWT_PRIVATE_KEY. */
function findAssignment(given: string): string | null {
  // The ARN of a secret says "secret:" and a name with a random end: a place, not a value.
  const text = given.includes('arn:') ? given.replace(/\barn:[a-z-]{2,12}:[a-z0-9-]{2,40}:[^\s"'<>]{1,300}/g, 'arn') : given
  ASSIGNMENT.lastIndex = 0
  let judged = 0
  for (let found = ASSIGNMENT.exec(text); found !== null; found = ASSIGNMENT.exec(text)) {
    judged += 1
    const [, word = '', suffix = '', closing = '', sign = '', , quote = '', value = ''] = found
    const head = nameBefore(text, found.index)
    const verdict = judgeAssignment(head, word, suffix, {
      tight: closing.trim() === '' && closing.length === 0 && sign !== ':',
      quoted: quote !== '',
      sign,
      value: judged > MOST_IN_FULL ? value.slice(0, 32) : value,
    })
    if (verdict !== null) return verdict
    // The value may itself hold the next name ("token=password=x"): go on right behind the word, not behind the value.
    ASSIGNMENT.lastIndex = found.index + word.length
  }
  return null
}

type Assigned = { tight: boolean; quoted: boolean; sign: string; value: string }

function judgeAssignment(head: string, word: string, suffix: string, assigned: Assigned): string | null {
  const value = assigned.value.slice(0, MAX_VALUE).replace(/[.?!]+$/, '')
  if (value.length < 3 || isPlaceholder(value) || isReference(value)) return null
  // `const tokens: Record<string, ...>` in a pasted piece of code.
  if (assigned.sign === ':' && /^[A-Za-z_][A-Za-z0-9_.]{0,80}[<([]/.test(value)) return null
  const plain = word.toLowerCase().replace(/^[_-]/, '')
  const env = isEnvStyle(head + word + suffix)
  const isKey = plain === 'key'
  if (isKey && NOT_SECRET_KEYS.test(head) && !(REAL_KEYS.test(head) && !/public[_-]?$/i.test(head))) return null
  if (/^tokens?$/.test(plain) && NOT_SECRET_KEYS.test(head) && !/access[_-]?$/i.test(head)) return null
  if ((plain === 'pass' || plain === 'pat' || plain === 'pin' || plain === 'dsn') && !env) return null
  if (plain === 'pin' && !/[_-]$/.test(head)) return null
  if (/[A-Za-z]$/.test(head) && !env && !startsNewWord(head, word)) return null

  const what = `a value for a secret name (one that ends in ${plain.toUpperCase()})`
  if (LOUD.test(plain)) {
    if (env && assigned.tight) return what
    if (assigned.sign !== ':' && value.length >= 4) return isCode(value) ? null : what
    if (assigned.quoted && value.length >= 4) return what
    return isStrong(value, 6) ? what : null
  }
  if (/^[0-9.]{1,9}$/.test(value)) return null
  if (env && assigned.tight && !isCode(value)) return what
  if (isKey && !env && !REAL_KEYS.test(head)) return null
  return isStrong(value, 8) ? what : null
}

/** Letters of the name in front of the matched word, at most 60. */
function nameBefore(text: string, index: number): string {
  let start = index
  while (start > 0 && index - start < 60 && /[A-Za-z0-9_.-]/.test(text[start - 1] ?? '')) start -= 1
  return text.slice(start, index)
}

const isEnvStyle = (name: string): boolean => /^[A-Z][A-Z0-9_]{2,}$/.test(name)
const startsNewWord = (head: string, word: string): boolean =>
  /^[A-Z]/.test(word) || /(?:api|client|auth|access|secret|private|user|db|bot|my|app)$/i.test(head)
const isCode = (value: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*[.([]/.test(value) && /[([]|\.[a-z]/.test(value) && !looksRandom(value)
const isStrong = (value: string, least: number): boolean =>
  value.length >= least &&
  !isWordy(value) &&
  (looksRandom(value) || (kindsOf(value) >= 3 && value.length >= least) || /^[0-9a-f]{24,}$/i.test(value))

const PRIVATE_KEY = /-----BEGIN[A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:[^A-Za-z0-9+/]{0,40})([A-Za-z0-9+/]{16,64}|Proc-Type:|Version:)/
const PUTTY_KEY = /PuTTY-User-Key-File-[0-9]/

/** A private key block, also cut off after its first line and with `\n` written out. */
function findPrivateKey(text: string): string | null {
  const body = PRIVATE_KEY.exec(text)?.[1]
  if (body !== undefined && new Set(body).size >= 5) return 'a private key'
  return PUTTY_KEY.test(text) ? 'a private key' : null
}

const SCHEME = /\b(bearer|basic|token|apikey|digest|ssws|bot|aws4-hmac-sha256)\s{1,4}["'`]?([A-Za-z0-9._~+/=:-]{8,2048})/gi

/** `Authorization: Bearer ...` and its relatives. */
function findAuthorization(text: string): string | null {
  const header = /authorization|x-api-key|x-auth/i.test(text)
  for (const [, scheme = '', value = ''] of text.matchAll(SCHEME)) {
    if (isPlaceholder(value) || isReference(value) || isWordy(value)) continue
    const kind = scheme.toLowerCase()
    if (kind === 'basic' && (/^[^:]{1,100}:[^:]{3,}/.test(decodeBase64(value) ?? '') || (header && looksRandom(value))))
      return 'credentials of an HTTP header'
    if (kind === 'bearer' && value.length >= 16 && (looksRandom(value) || /^[0-9a-f]{24,}$/i.test(value))) return 'a bearer token'
    if (header && value.length >= 12 && looksRandom(value)) return 'credentials of an HTTP header'
  }
  for (const [, value = ''] of text.matchAll(/authorization["']?\s{0,4}[:=]\s{0,4}["']?([A-Za-z0-9._~+/=-]{16,2048})/gi)) {
    if (looksRandom(value) && !isPlaceholder(value) && !isReference(value)) return 'credentials of an HTTP header'
  }
  return null
}

const FLAG =
  /--?(?:[a-z]{1,20}-){0,3}(?:password|passwd|pass|passphrase|token|secret|api-?key|access-key|private-key|client-secret)(?:\s{1,4}|=)["'`]?([^\s"'`]{4,512})/gi
const USER_FLAG = /(?:^|[\s"'`])(?:-u|--user|--proxy-user)(?:\s{1,4}|=)["'`]?([^\s:"'`]{1,100}):([^\s"'`]{3,256})/gi
const P_FLAG =
  /\b(?:mysql|mysqldump|mariadb|sshpass|mongo|mongosh|redis-cli|docker login)\b[^\n]{0,200}?\s-(?:p|a)\s?["']?([^\s"'`-][^\s"'`]{3,256})/gi

/** A secret given to a command: `curl -u user:password`, `mysql -psecret`, `--token ...`. */
function findCommandSecret(text: string): string | null {
  for (const [, value = ''] of text.matchAll(FLAG)) {
    if (!isPlaceholder(value) && !isReference(value) && isStrong(value, 6)) return 'a secret given to a command'
  }
  for (const [, , password = ''] of text.matchAll(USER_FLAG)) {
    if (!isPlaceholder(password) && !isReference(password) && !/^[0-9]{1,6}$/.test(password)) return 'a password given to a command'
  }
  for (const [, value = ''] of text.matchAll(P_FLAG)) {
    if (!isPlaceholder(value) && !isReference(value) && !/^[0-9]{1,6}(?::[0-9]{1,6})?$/.test(value) && isStrong(value, 6))
      return 'a password given to a command'
  }
  return null
}

const AZURE = /(?:AccountKey|SharedAccessKey|sharedaccesssignature)\s{0,2}=\s{0,2}([A-Za-z0-9+/%=_-]{20,200})/gi
const SIGNED_URL =
  /[?&](?:sig|signature|x-amz-signature|x-goog-signature|x-amz-security-token|access_token|auth_token|api_key|apikey|client_secret)=([A-Za-z0-9%+/=_.~-]{16,2048})/gi

/** Keys inside connection settings of a cloud and addresses that open by themselves. */
function findSignedAddress(text: string): string | null {
  for (const [, value = ''] of text.matchAll(AZURE)) if (!isPlaceholder(value)) return 'an account key'
  for (const [, value = ''] of text.matchAll(SIGNED_URL)) {
    if (!isPlaceholder(value) && !isKeyName(value) && (looksRandom(value) || /^[0-9a-f]{32,}$/i.test(value)))
      return 'an address that carries its own access'
  }
  return null
}

const SPOKEN =
  /\b(?:password|passwort|passphrase|secret|token|api key|secret key|private key|access key|credential|login)s?\s{1,3}(?:is|was|are|set to|changed to|reset to|will be|now)\s{0,3}:?\s{0,3}["'`“]?([^\s"'`”,;]{8,256})/gi

/** "the password is Tr0ub4dor&3": said in prose. Ids, names, digests and dates pass. */
function findSpoken(text: string): string | null {
  for (const [, said = ''] of text.matchAll(SPOKEN)) {
    const value = said.replace(/[.?!)]+$/, '')
    if (isPlaceholder(value) || isReference(value) || isWordy(value) || /^[0-9a-f]{40}$|^[0-9a-f]{64}$|^[0-9a-f-]{36}$/i.test(value))
      continue
    if (kindsOf(value) >= 3 || (value.length >= 16 && looksRandom(value))) return 'a secret in a sentence'
  }
  return null
}

/** Base64 text (either alphabet) as Latin-1, or null when it does not decode to printable text of at least six characters. */
export function decodeBase64(value: string): string | null {
  const clean = value.slice(0, 8192).replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')
  if (clean.length < 8 || clean.length % 4 === 1) return null
  try {
    const decoded = atob(clean)
    return decoded.length >= 6 && /^[\t\n\r\x20-\x7e]+$/.test(decoded) ? decoded : null
  } catch (error) {
    if (error instanceof DOMException) return null
    throw error
  }
}

/** In front of each rule stands a pattern that must be somewhere in the text at all; ordinary text stops there. */
const RULES: readonly Rule[] = [
  { needs: /./s, find: findVendorToken },
  { needs: /:\/\//, find: findConnectionString },
  { needs: /PRIVATE KEY|PuTTY/, find: findPrivateKey },
  {
    needs: /(?:key|pass(?:w(?:or)?d|phrase|code)?|pwd|secret|token|credential|pat|dsn|pin)s?[A-Za-z0-9_-]{0,20}\\{0,2}["'`]?\s{0,4}[=:]/i,
    find: findAssignment,
  },
  { needs: /\b(?:bearer|basic|token|apikey|digest|ssws|bot|aws4|authorization)/i, find: findAuthorization },
  { needs: /\s-|^-/, find: findCommandSecret },
  { needs: /[?&;]|Account|Shared/, find: findSignedAddress },
  { needs: /pass|secret|token|key|cred|login/i, find: findSpoken },
]

/** Runs our own rules over one text and says in words what the first one found, or null. */
export function findByOwnRules(text: string): string | null {
  for (const rule of RULES) {
    if (!rule.needs.test(text)) continue
    const found = rule.find(text)
    if (found !== null) return found
  }
  return null
}

/** For places where names belong (`kind: 'name'`): a part that nobody would type as a name. Digests and UUIDs pass. */
export function findRandomName(text: string): string | null {
  for (const part of text.split(/[\s,;:/@]+/)) {
    const value = part.slice(0, MAX_VALUE)
    if (value.length < 16 || /^[0-9a-f]{7,128}$/i.test(value) || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) continue
    if (isPlaceholder(value) || isReference(value)) continue
    if (kindsOf(value) >= 3 ? looksRandom(value) : value.length >= 24 && looksRandom(value)) return 'a random value where a name belongs'
  }
  return null
}
