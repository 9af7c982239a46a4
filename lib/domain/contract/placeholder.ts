/** Words that stand for a value instead of being one. */
const STAND_INS = new Set(
  (
    'changeme change-me change_me change.me replaceme replace-me replace_me todo tbd fixme none null nil undefined required missing unset ' +
    'empty blank example sample dummy placeholder fake foo bar baz foobar string text value secret password passwd token key apikey api-key ' +
    'api_key insert-here fill-me fill_me fillme'
  ).split(' '),
)

/** A stand-in at the beginning: "your-token-here", "replace with ...", "insert key". */
const STARTS =
  /^(?:your|my|the|some|insert|enter|put|replace|change|set|fill|example|sample|dummy|placeholder|fake|redacted|masked|todo|tbd|fixme)[-_ ]/i
const ENDS = /[-_ ](?:here|goes[-_ ]here|placeholder|changeme|change[-_]me|todo|tbd|example)$/i
/** A template that nobody filled in: <...>, ${...}, {{...}}, ..., xxx, ***. */
const TEMPLATE = /<[^<>]{1,200}>|\$\{[^}]{0,200}\}|\{\{[^}]{0,200}\}\}|\.\.\.|…|[*•]{3,}|x{3,}|X{3,}/
/** A sentence that describes the value: "A Discogs personal token". */
const DESCRIBES = /^(?:an?|the) [\w -]{1,80}$/i

/**
 * True for a value that stands for another one: changeme, <...>, xxx, TODO, your-key-here, one letter repeated, or exactly the made-up
 * example of the policy. Only the first 512 characters are read; every pattern is linear (T29).
 */
export function isPlaceholder(value: string, example?: string): boolean {
  const bare = value.slice(0, 512).trim()
  if (bare === '') return false
  if (example !== undefined && value.trim() === example.trim()) return true
  const inside = bare.replace(/^["'`[({]+|["'`\])}]+$/g, '')
  if (STAND_INS.has(inside.toLowerCase())) return true
  if (STARTS.test(inside) || ENDS.test(inside) || DESCRIBES.test(inside)) return true
  if (inside.length >= 3 && new Set(inside.toLowerCase()).size === 1) return true
  return TEMPLATE.test(bare)
}
