import { type Refusal, refuse } from '../domain/refusal'
import { type FoundSecret, findSecret, findSecretInFile, type TextKind } from './find-secret'

export type SecretFilterOptions = {
  /** Paths that are meant to carry a secret and are never stored: `['password']`, `['persons.*.password']`. */
  except?: readonly string[]
  /** Paths where only names belong: a random value is refused there too. */
  names?: readonly string[]
  /** Said in front of the place, such as "query" or "file". */
  where?: string
}

/** Deeper than any input we define; what is nested further is refused rather than skipped. */
const DEEPEST = 32

const SECRET_FIELD = /(?:^|[_-])(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|KEY|PAT|DSN)(?:_V?[0-9]{1,2})?$/

/**
 * Walks every string of an input, names of fields included, and refuses the first that looks like a secret value (T18, invariant 6).
 * The refusal (`secret_refused`, 422) names the place and the kind of secret, never the value; the caller stores, logs and echoes nothing.
 * Takes plain objects, arrays, Map, FormData, URLSearchParams and files (their names).
 */
export function whyNotSecret(values: unknown, options: SecretFilterOptions = {}): Refusal | null {
  return walk(values, { path: '', pattern: '', depth: 0, name: '' }, options)
}

/** The same for the query part of an address (a string with or without "?", or URLSearchParams): parameters and their names. */
export function whyNotSecretQuery(query: string | URLSearchParams, options: SecretFilterOptions = {}): Refusal | null {
  return whyNotSecret(typeof query === 'string' ? new URLSearchParams(query) : query, { where: 'query', ...options })
}

/** The same for a whole file: its name and its text; the place is the line where one line shows it. */
export function whyNotSecretFile(fileName: string, content: string): Refusal | null {
  const inName = findSecret(fileName, 'name')
  if (inName) return refusalOf(inName, 'the file name')
  const found = findSecretInFile(content)
  return found && refusalOf(found, found.place ? `file, ${found.place}` : 'file')
}

type Step = { path: string; pattern: string; depth: number; name: string }

function walk(value: unknown, step: Step, options: SecretFilterOptions): Refusal | null {
  if (typeof value === 'string') return judge(value, step, options)
  if (typeof value !== 'object' || value === null || value instanceof Date) return null
  if (step.depth >= DEEPEST) return refuse('invalid', 'The input is nested too deeply to be read.', { place: placeOf(step, options) })
  if (Array.isArray(value))
    return first(value.entries(), ([index, each]) =>
      walk(each, { path: `${step.path}[${index}]`, pattern: join(step.pattern, '*'), depth: step.depth + 1, name: step.name }, options),
    )
  if (value instanceof Blob)
    return 'name' in value && typeof value.name === 'string'
      ? judge(value.name, { ...step, path: join(step.path, 'file name') }, options)
      : null
  const entries: Iterable<[unknown, unknown]> =
    value instanceof Map || value instanceof FormData || value instanceof URLSearchParams ? value.entries() : Object.entries(value)
  return first(entries, ([key, each]) => {
    const name = String(key)
    const inName = findSecret(name, 'name')
    if (inName)
      return refusalOf(
        inName,
        step.path === ''
          ? options.where
            ? `the name of a field (${options.where})`
            : 'the name of a field'
          : `the name of a field in ${placeOf(step, options)}`,
      )
    return walk(each, { path: join(step.path, name), pattern: join(step.pattern, name), depth: step.depth + 1, name }, options)
  })
}

function judge(text: string, step: Step, options: SecretFilterOptions): Refusal | null {
  if (matches(step, options.except)) return null
  const kind: TextKind = matches(step, options.names) ? 'name' : 'text'
  const found =
    findSecret(text, kind) ??
    (SECRET_FIELD.test(step.name) && text.length < 4096 && !/\s/.test(text) ? findSecret(`${step.name}=${text}`) : null)
  return found && refusalOf(found, placeOf(step, options))
}

function refusalOf(found: FoundSecret, place: string): Refusal {
  return refuse(
    'secret_refused',
    `This looks like it holds ${found.rule} (${place}). Nothing was stored. Take the value out and name the key instead; if it is real, rotate it.`,
    { place },
  )
}

const matches = (step: Step, paths: readonly string[] | undefined): boolean =>
  paths !== undefined && (paths.includes(step.pattern) || paths.includes(step.path))

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/** A place is for people: cut to a readable length, without characters that could dress up as something else. */
function placeOf(step: Step, options: SecretFilterOptions): string {
  const path = step.path.replace(/[^\w.[\]*\- ]/g, '?')
  const short = path.length > 80 ? `${path.slice(0, 77)}...` : path || 'the text'
  return options.where ? `${options.where}, ${short}` : short
}

function first<T>(items: Iterable<T>, look: (item: T) => Refusal | null): Refusal | null {
  for (const item of items) {
    const refusal = look(item)
    if (refusal) return refusal
  }
  return null
}
