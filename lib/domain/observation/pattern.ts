/** How many compiled patterns are kept. */
const KEPT = 2_000
const compiled = new Map<string, RegExp>()

function compile(source: string, flags: string): RegExp {
  const key = `${flags}/${source}`
  const known = compiled.get(key)
  if (known) return known
  const made = new RegExp(source, flags)
  if (compiled.size < KEPT) compiled.set(key, made)
  return made
}

/** Whether a word matches a pattern of the policy, without regard to case. */
export const matchesPattern = (pattern: string, word: string): boolean => compile(pattern, 'iu').test(word)

const glob = (pattern: string): RegExp => compile(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')}$`, 'u')

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
