import { parseAllDocuments } from 'yaml'
import { readEnv } from './import-env'
import { Gathering, IMPORT_LIMITS, type Imported, type ImportForm, type JudgeValue } from './imported'

type Dict = Readonly<Record<string, unknown>>

const isDict = (value: unknown): value is Dict => typeof value === 'object' && value !== null && !Array.isArray(value)
const asText = (value: unknown): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : null

/** The form a text most likely has, by the name of its file and by how it begins. */
export function guessForm(text: string, fileName = ''): ImportForm {
  const name = fileName.toLowerCase()
  const head = text.slice(0, 200_000).replace(/^\uFEFF/, '')
  if (name.endsWith('.json') || /^\s*[{[]/.test(head)) return 'json'
  if (/(?:docker-)?compose[\w.-]*\.ya?ml$/.test(name) || /^services\s*:/m.test(head)) return 'compose'
  if (/^(?:env|jobs|on)\s*:/m.test(head) || /\$\{\{\s*(?:secrets|vars)\./.test(head)) return 'actions'
  return name.endsWith('.yml') || name.endsWith('.yaml') ? 'actions' : 'env'
}

/**
 * Reads the names of variables out of a file, in the browser: `.env.example`, a compose file, the `env:` blocks of a GitHub Actions
 * workflow, or a JSON contract. Values are looked at once and dropped: the result holds names and what can be said without them, and
 * neither throws nor repeats what it does not understand. `judge` is asked about a value before it is gone. (001.3, 001.14, 002.39, 003.6)
 */
export function importContract(text: string, options: { form?: ImportForm; fileName?: string; judge?: JudgeValue } = {}): Imported {
  const form = options.form ?? guessForm(text, options.fileName)
  const into = new Gathering(form, options.judge ?? null)
  if (text.length > IMPORT_LIMITS.text) {
    into.problem('This is more than 2 million characters. A file with the names of variables is much smaller; nothing was read.')
    return into.done()
  }
  if (text.trim() === '') into.problem('There is nothing in it.')
  else if (form === 'env') readEnv(text, into)
  else if (form === 'json') readJson(text, into)
  else readYaml(text, form, into)
  const result = into.done()
  if (result.variables.length === 0 && result.problems.length === 0) result.problems.push({ line: null, what: NOTHING[form] })
  return result
}

const NOTHING: Readonly<Record<ImportForm, string>> = {
  env: 'No line of the form NAME=value was found.',
  compose: 'No `environment:` was found under any service.',
  actions: 'No `env:` block was found.',
  json: 'No names of variables were found: a list of names, a map by name, `variables`, or a JSON Schema with `properties`.',
}

function readYaml(text: string, form: 'compose' | 'actions', into: Gathering): void {
  for (const document of parsed(text, into)) {
    if (form === 'compose') readCompose(document, into)
    else readActions(document, into)
  }
}

/** Documents of a YAML text as plain data; anchors are followed, but not without end (T29). Errors are told by line, never by content. */
function parsed(text: string, into: Gathering): unknown[] {
  try {
    const documents = parseAllDocuments(text.replace(/^\uFEFF/, ''), { merge: true, uniqueKeys: false, logLevel: 'silent' })
    if (!Array.isArray(documents)) return []
    return documents.slice(0, 20).flatMap((document) => {
      const error = document.errors[0]
      if (error) {
        into.problem('This is not YAML that can be read.', error.linePos?.[0].line ?? null)
        return []
      }
      return [document.toJS({ maxAliasCount: 100 }) as unknown]
    })
  } catch {
    // A document of aliases that unfold without end, or one nested too deeply for the reader; its message could repeat the text.
    into.problem('This YAML unfolds to more than can be read.')
    return []
  }
}

/** `environment:` of each service, as a map or as a list, and the files named under `env_file:`. */
function readCompose(document: unknown, into: Gathering): void {
  const services = isDict(document) && isDict(document.services) ? document.services : isDict(document) ? { service: document } : {}
  for (const [name, service] of Object.entries(services)) {
    if (!isDict(service)) continue
    readBlock(service.environment, name, into)
    const files = service.env_file
    for (const file of Array.isArray(files) ? files : [files]) {
      const path = isDict(file) ? file.path : file
      if (typeof path === 'string') into.envFile(path)
    }
  }
}

/** A block of variables: a map of names to values, or a list of `NAME=value` and `NAME`. */
function readBlock(block: unknown, under: string, into: Gathering): void {
  if (isDict(block)) for (const [name, value] of Object.entries(block)) into.add(name, asText(value), { under })
  else if (Array.isArray(block))
    for (const item of block) {
      if (typeof item !== 'string') continue
      const sign = item.indexOf('=')
      into.add(sign < 0 ? item : item.slice(0, sign), sign < 0 ? undefined : item.slice(sign + 1), { under })
    }
}

/** `env:` of the workflow, of each job, of its steps, container and services; a bare block or map of names works too. */
function readActions(document: unknown, into: Gathering): void {
  if (!isDict(document)) return
  readBlock(document.env, 'workflow', into)
  const jobs = isDict(document.jobs) ? document.jobs : {}
  for (const [name, job] of Object.entries(jobs)) {
    if (!isDict(job)) continue
    readBlock(job.env, name, into)
    if (isDict(job.container)) readBlock(job.container.env, name, into)
    for (const service of Object.values(isDict(job.services) ? job.services : {})) if (isDict(service)) readBlock(service.env, name, into)
    for (const step of Array.isArray(job.steps) ? job.steps : []) if (isDict(step)) readBlock(step.env, name, into)
  }
  const isBare = !['env', 'jobs', 'on', 'steps'].some((key) => Object.hasOwn(document, key))
  if (isBare) readBlock(document, 'workflow', into)
  if (!Object.hasOwn(document, 'jobs') && Array.isArray(document.steps))
    for (const step of document.steps) if (isDict(step)) readBlock(step.env, 'workflow', into)
}

/** A JSON contract: names in a list, by name in a map, under `variables`, or as a JSON Schema; `required`, `optional` and `secrets` as lists of names. */
function readJson(text: string, into: Gathering): void {
  let root: unknown
  try {
    root = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    // The message of the parser repeats a piece of the text, and that could be a value.
    into.problem('This is not JSON that can be read.')
    return
  }
  if (Array.isArray(root)) return readJsonList(root, into)
  if (!isDict(root)) return
  const named = new Set(names(root.required))
  const optional = new Set(names(root.optional))
  const secrets = new Set([...names(root.secrets), ...names(root.secret)])
  const about = (name: string) => ({
    required: named.has(name) ? true : optional.has(name) || named.size > 0 ? false : null,
    secret: secrets.has(name) ? true : null,
  })
  const map = [root.properties, root.variables, root.env, root.environment].find((each) => isDict(each) || Array.isArray(each))
  if (Array.isArray(map)) readJsonList(map, into)
  else if (isDict(map)) for (const [name, entry] of Object.entries(map)) addJson(name, entry, about(name), into)
  else {
    const reserved = new Set(['required', 'optional', 'secrets', 'secret', 'version', 'name', 'description', 'title', 'type'])
    for (const [name, entry] of Object.entries(root))
      if (!name.startsWith('$') && !reserved.has(name) && !Array.isArray(entry)) addJson(name, entry, about(name), into)
  }
  for (const name of new Set([...named, ...optional, ...secrets])) into.add(name, undefined, about(name))
}

const names = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [])

function readJsonList(list: readonly unknown[], into: Gathering): void {
  for (const item of list) {
    if (typeof item === 'string') into.add(item, undefined)
    else if (isDict(item)) {
      const name = [item.name, item.key, item.variable].find((each) => typeof each === 'string')
      if (typeof name === 'string') addJson(name, item, {}, into)
      else into.problem('An entry without a name.')
    }
  }
}

function addJson(name: string, entry: unknown, about: { required?: boolean | null; secret?: boolean | null }, into: Gathering): void {
  if (!isDict(entry)) return into.add(name, entry === null ? undefined : asText(entry), about)
  const flag = (...keys: string[]): boolean | null => {
    const key = keys.find((each) => typeof entry[each] === 'boolean')
    return key === undefined ? null : entry[key] === true
  }
  const optional = flag('optional')
  into.add(name, 'value' in entry ? asText(entry.value) : undefined, {
    required: flag('required') ?? (optional === null ? (about.required ?? null) : !optional),
    secret: flag('secret', 'sensitive', 'isSecret', 'x-secret') ?? about.secret ?? null,
  })
}
