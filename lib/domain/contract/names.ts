/** What stands in a line where a name should, when what was reported is no name: it is not repeated, because it could be a value. */
export const NOT_A_NAME = '(not a name)'

/** Longest name of a variable anybody may report. */
export const MAX_NAME = 128

/**
 * The name of an environment variable, as a shell reads it: letters of ASCII, digits, underscores, no digit first, at most 128. What looks
 * like a value in the place of a name (a line of a key, a token) is none.
 */
export function isVariableName(name: string): boolean {
  return name.length <= MAX_NAME && /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !looksLikeValue(name)
}

/** A word between underscores that nobody would put in a name: long and drawn from everything, or the digits of a digest or key. */
function looksLikeValue(name: string): boolean {
  return name.split('_').some((word) => {
    if (word.length < 16) return false
    if (/^[0-9a-f]{24,}$/i.test(word) && /[0-9]/.test(word)) return true
    if (word.length > 40) return true
    const upper = /[A-Z]/.test(word)
    const lower = /[a-z]/.test(word)
    const digits = word.replace(/[^0-9]/g, '').length
    return digits >= 2 ? (upper && lower) || digits * 6 >= word.length : upper && lower && !isCamelCase(word)
  })
}

/** camelCase: few capitals, and words of some length between them. */
function isCamelCase(word: string): boolean {
  const capitals = word.replace(/[^A-Z]/g, '').length
  return capitals * 4 <= word.length
}

/** A name without what people get wrong: case, and how many underscores stand together. */
const bare = (name: string): string => name.toUpperCase().replace(/_+/g, '')

const bareNames = new WeakMap<ReadonlyMap<string, unknown>, Map<string, string>>()

/** The declared name that an undeclared one differs from only by case or underscores; null where there is none (002.18). */
export function nearMiss(name: string, declared: ReadonlyMap<string, unknown>): string | null {
  let known = bareNames.get(declared)
  if (!known) {
    known = new Map([...declared.keys()].map((each) => [bare(each), each]))
    bareNames.set(declared, known)
  }
  return known.get(bare(name)) ?? null
}
