/** How many compiled patterns are kept. */
const KEPT = 2_000
const patterns = new Map<string, RegExp>()

/** Whether a word matches a pattern of the policy, without regard to case. */
export function matchesPattern(pattern: string, word: string): boolean {
  const known = patterns.get(pattern)
  if (known) return known.test(word)
  const made = new RegExp(pattern, 'iu')
  if (patterns.size < KEPT) patterns.set(pattern, made)
  return made.test(word)
}

const globs = new Map<string, RegExp>()

function glob(pattern: string): RegExp {
  const known = globs.get(pattern)
  if (known) return known
  const made = new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')}$`, 'u')
  if (globs.size < KEPT) globs.set(pattern, made)
  return made
}

/** Whether a path is meant by a name of the policy: `*` stands for any characters, a name without a slash for that file in any folder. */
export function matchesPath(pattern: string, path: string): boolean {
  if (pattern === path) return true
  const plain = path.replaceAll('\\', '/')
  const whole = glob(pattern)
  if (whole.test(plain)) return true
  if (pattern.includes('/')) return plain.endsWith(`/${pattern}`)
  return whole.test(plain.slice(plain.lastIndexOf('/') + 1))
}

/** The names that stand in one entry of the policy: "secret.key, secret_v2.key". */
export const pathsOf = (path: string): string[] => path.split(/\s*,\s*/).filter((each) => each !== '')
