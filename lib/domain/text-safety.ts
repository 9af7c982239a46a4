import { type Refusal, Refused, refuse } from './refusal'

/** Longest free text (a statement, a note, a reason) and longest name, in UTF-16 units, when the caller sets no other limit. */
export const MAX_TEXT = 10_000
export const MAX_NAME = 120

type TextOptions = { place?: string; max?: number }

/** Cc without tab and line ends; `\p{Cs}` in unicode mode only matches surrogates without a partner. */
const CONTROL = /(?![\t\n\r])\p{Cc}/u
const BROKEN = /[\p{Cs}\p{Noncharacter_Code_Point}]/u
const HIDDEN = /[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/gu
/** Joiners and the emoji variation selectors change how visible characters look and hide nothing. */
const HARMLESS_HIDDEN = /\u200c|\u200d|\ufe0e|\ufe0f/u

const MARKS: Readonly<Record<string, string>> = {
  '\u061c': 'ALM',
  '\u200e': 'LRM',
  '\u200f': 'RLM',
  '\u202a': 'LRE',
  '\u202b': 'RLE',
  '\u202c': 'PDF',
  '\u202d': 'LRO',
  '\u202e': 'RLO',
  '\u2066': 'LRI',
  '\u2067': 'RLI',
  '\u2068': 'FSI',
  '\u2069': 'PDI',
}

/** Why a free text cannot be stored (T31): too long, broken Unicode or control characters. Tabs and line ends are text. */
export function whyNotText(text: string, { place = 'The text', max = MAX_TEXT }: TextOptions = {}): Refusal | null {
  const at = { place }
  if (text.length > max) return refuse('too_large', `${place} is longer than ${max} characters.`, at)
  if (BROKEN.test(text))
    return refuse('invalid', `${place} holds half a character (broken Unicode). Type it again instead of pasting it.`, at)
  if (CONTROL.test(text)) return refuse('invalid', `${place} holds a control character that cannot be seen. Remove it.`, at)
  return null
}

/** A free text as it is stored and hashed (T31): NFC with `\n` as the only line end. Throws `Refused` where `whyNotText` says why. */
export function cleanText(text: string, options: TextOptions = {}): string {
  const refusal = whyNotText(text, options)
  if (refusal) throw new Refused(refusal)
  return text.replace(/\r\n?/g, '\n').normalize('NFC')
}

/** A piece of a text to show: plain characters, or the name of an invisible one to draw as a mark ("RLO", "U+200B"). */
export type VisiblePart = { text: string; mark: boolean }

/** Cuts a text into plain pieces and the names of characters that would reorder or hide it, for a screen that draws those (T31). */
export function visibleParts(text: string): VisiblePart[] {
  const parts: VisiblePart[] = []
  let from = 0
  for (const found of text.matchAll(HIDDEN)) {
    const [char] = found
    if (HARMLESS_HIDDEN.test(char)) continue
    if (found.index > from) parts.push({ text: text.slice(from, found.index), mark: false })
    parts.push({ text: MARKS[char] ?? `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`, mark: true })
    from = found.index + char.length
  }
  if (from < text.length) parts.push({ text: text.slice(from), mark: false })
  return parts
}

/** The same as one string, marks in brackets ("[RLO]"), for Markdown, titles and logs. No bidi control is left in it. */
export function visibleBidi(text: string): string {
  return visibleParts(text)
    .map((part) => (part.mark ? `[${part.text}]` : part.text))
    .join('')
}

/** Scripts a name may be written in; a name uses one of them, or one of the usual companies (UTS 39, highly restrictive without Latin mixing). */
const SCRIPTS = [
  'Latin',
  'Greek',
  'Cyrillic',
  'Armenian',
  'Hebrew',
  'Arabic',
  'Devanagari',
  'Bengali',
  'Gurmukhi',
  'Gujarati',
  'Tamil',
  'Telugu',
  'Kannada',
  'Malayalam',
  'Sinhala',
  'Thai',
  'Lao',
  'Georgian',
  'Ethiopic',
  'Khmer',
  'Myanmar',
  'Tibetan',
  'Mongolian',
  'Han',
  'Hiragana',
  'Katakana',
  'Hangul',
  'Bopomofo',
] as const
type Script = (typeof SCRIPTS)[number]

const COMPANIES: readonly (readonly Script[])[] = [
  ['Han', 'Hiragana', 'Katakana'],
  ['Han', 'Hangul'],
  ['Han', 'Bopomofo'],
]

const ONE_OF = SCRIPTS.map((script) => ({ script, pattern: new RegExp(`\\p{Script=${script}}`, 'u') }))
const NEUTRAL = /^[\p{Script=Common}\p{Script=Inherited}]$/u
const NAME_START = /^[\p{L}\p{N}([#@._/-]/u
const STACKED_MARKS = /\p{M}{4}/u

/**
 * Why a name (of a person, a token, a file, a title) cannot be used (T31): empty, too long, on more than one line, with characters that are
 * invisible or reorder the line, with stacked marks, or in a mixture of scripts in which one letter can pass for another ("аdmin").
 */
export function whyNotName(name: string, { place = 'The name', max = MAX_NAME }: TextOptions = {}): Refusal | null {
  const at = { place }
  const broken = whyNotText(name, { place, max })
  if (broken) return broken
  if (name.trim() === '') return refuse('invalid', `${place} is empty.`, at)
  if (name !== name.trim()) return refuse('invalid', `${place} begins or ends with a blank.`, at)
  if (/[\t\r\n\u2028\u2029]/.test(name)) return refuse('invalid', `${place} has to fit on one line.`, at)
  if (visibleParts(name).some((part) => part.mark) || /[\u200c\u200d]/.test(name)) {
    return refuse(
      'invalid',
      `${place} holds a character that cannot be seen or turns the line around. Type it again instead of pasting it.`,
      at,
    )
  }
  if (!NAME_START.test(name)) return refuse('invalid', `${place} has to begin with a letter or a digit.`, at)
  if (STACKED_MARKS.test(name)) return refuse('invalid', `${place} stacks too many marks on one letter.`, at)
  if (!isOneScript(name.normalize('NFC')))
    return refuse('invalid', `${place} mixes alphabets, so that one letter could pass for another. Use one.`, at)
  return null
}

function isOneScript(name: string): boolean {
  const used = new Set<Script>()
  for (const char of name) {
    if (NEUTRAL.test(char)) continue
    const found = ONE_OF.find(({ pattern }) => pattern.test(char))
    if (!found) return false
    used.add(found.script)
  }
  return used.size <= 1 || COMPANIES.some((company) => [...used].every((script) => company.includes(script)))
}

/** Letters of other alphabets, and digits, that pass for a Latin one. Each pair: what it looks like, and the look-alikes. */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  a: 'аα',
  b: 'ьβ',
  c: 'сϲ',
  d: 'ԁ',
  e: 'еε',
  g: 'ɡ',
  h: 'һн',
  i: 'іιı',
  j: 'ј',
  k: 'кκ',
  l: '1|ӏ',
  m: 'м',
  n: 'ոη',
  o: '0оοօ',
  p: 'рρ',
  q: 'ԛ',
  r: 'г',
  s: 'ѕ',
  t: 'тτ',
  u: 'υս',
  v: 'νѵ',
  w: 'ԝω',
  x: 'хχ',
  y: 'уγ',
  z: 'ᴢ',
}
const SKELETON = new Map(Object.entries(LOOKS_LIKE).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)))

/** What a name looks like at a glance; two names with one skeleton can be taken for each other and only one of them may exist. */
export function nameSkeleton(name: string): string {
  const folded = name.normalize('NFKC').toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')
  return [...folded]
    .map((char) => SKELETON.get(char) ?? char)
    .join('')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replace(/[\s._-]+/g, ' ')
    .trim()
}
