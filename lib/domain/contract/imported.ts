import type { ShapeProblem } from './facts'
import { isVariableName } from './names'
import { isPlaceholder } from './placeholder'

/** The files a contract can be read from. */
export const IMPORT_FORMS = ['env', 'compose', 'actions', 'json'] as const
export type ImportForm = (typeof IMPORT_FORMS)[number]

/** What stood behind a name: nothing, a stand-in, a reference to a store or another variable, or a value. Which one is all that is kept. */
export type Filled = 'empty' | 'placeholder' | 'secret-reference' | 'variable-reference' | 'value' | 'not-said'

/** What a value looked like; the value itself is gone. */
export type Looks = 'boolean' | 'integer' | 'url' | 'text' | null

/** A variable found in a file: its name and what can be said without its value. */
export type ImportedVariable = {
  name: string
  /** Line of the file, from 1; null where the form has no lines of its own. */
  line: number | null
  filled: Filled
  looks: Looks
  /** Scheme of an address, out of a list of known ones. */
  scheme: string | null
  /** What the file says, or its name; null: it does not say. */
  secret: boolean | null
  required: boolean | null
  /** What the policy would say of the value that stood there, judged at once; null: fits, or nobody can say. */
  problem: ShapeProblem | null
  /** Services (compose) or jobs it was found under. */
  under: string[]
}

export type ImportProblem = { line: number | null; what: string }

export type Imported = {
  form: ImportForm
  variables: ImportedVariable[]
  problems: ImportProblem[]
  /** Files with values that the file names (`env_file`): read by nobody here, named so that people know. */
  envFiles: string[]
}

/** Largest text read, in UTF-16 units, most variables and most problems told. */
export const IMPORT_LIMITS = { text: 2_000_000, variables: 2_000, problems: 50, under: 20 } as const

/** Judges a value at once, before it is dropped: the problem the policy sees in it. */
export type JudgeValue = (name: string, value: string) => ShapeProblem | null

const SCHEMES = new Set(
  (
    'http https postgres postgresql postgresql+psycopg postgresql+asyncpg mysql mariadb mongodb mongodb+srv redis rediss amqp amqps kafka nats ' +
    'smtp smtps ldap ldaps ws wss grpc grpcs s3 file sqlite ftp sftp'
  ).split(' '),
)

/** Names whose values are secrets, as far as a name can say. */
const SECRET_NAME =
  /(?:^|_)(?:SECRET|SECRETS|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PWD|CREDENTIAL|CREDENTIALS|APIKEY|PRIVATE|DSN|KEY|DATABASE_URL|REDIS_URL|BROKER_URL|CONNECTION_STRING)(?:_|$)/
const NO_SECRET_NAME = /(?:^|_)(?:PUBLIC|KEY_ID|KEYID|KID|TTL|LIFETIME|EXPIRES|EXPIRY|URL_PREFIX|HEADER|ALGORITHM)(?:_|$)/

/** Whether a name sounds like a secret's; null: it does not say. */
export function soundsSecret(name: string): boolean | null {
  const upper = name.toUpperCase()
  if (NO_SECRET_NAME.test(upper)) return false
  return SECRET_NAME.test(upper) ? true : null
}

/** What is kept of a value: nothing but these words. */
export function lookAt(value: string | null | undefined): Pick<ImportedVariable, 'filled' | 'looks' | 'scheme'> {
  if (value === null || value === undefined || value.trim() === '') return { filled: 'empty', looks: null, scheme: null }
  const text = value.slice(0, 4_096).trim()
  const actions = /^\$\{\{\s*(secrets|vars|env|inputs|github|steps|needs)\b/.exec(text)?.[1]
  if (actions !== undefined) return { filled: actions === 'secrets' ? 'secret-reference' : 'variable-reference', looks: null, scheme: null }
  if (/^\$(?:\{[A-Za-z_][A-Za-z0-9_]*(?::?[-?+][^}]*)?\}|[A-Za-z_][A-Za-z0-9_]*)$/.test(text))
    return { filled: 'variable-reference', looks: null, scheme: null }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]{0,30}):\/\//.exec(text)?.[1]?.toLowerCase()
  const looks: Looks = /^(?:true|false)$/i.test(text) ? 'boolean' : /^[+-]?[0-9]{1,15}$/.test(text) ? 'integer' : scheme ? 'url' : 'text'
  return {
    filled: isPlaceholder(text) ? 'placeholder' : 'value',
    looks,
    scheme: scheme !== undefined && SCHEMES.has(scheme) ? scheme : null,
  }
}

/** Gathers what is found: names once each, limits kept, what is no name told by its place and never repeated. */
export class Gathering {
  private readonly found = new Map<string, ImportedVariable>()
  private readonly told: ImportProblem[] = []
  private untold = 0
  private readonly files = new Set<string>()
  private full = false

  constructor(
    private readonly form: ImportForm,
    private readonly judge: JudgeValue | null,
  ) {}

  problem(what: string, line: number | null = null): void {
    if (this.told.length < IMPORT_LIMITS.problems) this.told.push({ line, what })
    else this.untold += 1
  }

  /** `value`: undefined where the file does not say one. Only its look survives this call. */
  add(
    name: string,
    value: string | null | undefined,
    more: { line?: number; under?: string; secret?: boolean | null; required?: boolean | null } = {},
  ): void {
    const line = more.line ?? null
    if (!isVariableName(name)) {
      this.problem(
        'Here stands something that is not the name of a variable: letters of ASCII, digits and underscores, at most 128. It is not repeated here.',
        line,
      )
      return
    }
    const under = more.under === undefined || /^[A-Za-z0-9._-]{1,64}$/.test(more.under) ? more.under : 'another part'
    const before = this.found.get(name)
    if (before) {
      if (under !== undefined && !before.under.includes(under) && before.under.length < IMPORT_LIMITS.under) before.under.push(under)
      return
    }
    if (this.found.size >= IMPORT_LIMITS.variables) {
      if (!this.full) this.problem(`Only the first ${IMPORT_LIMITS.variables.toLocaleString('en')} variables are read.`, line)
      this.full = true
      return
    }
    const look: Pick<ImportedVariable, 'filled' | 'looks' | 'scheme'> =
      value === undefined ? { filled: 'not-said', looks: null, scheme: null } : lookAt(value)
    const judged = look.filled === 'value' && typeof value === 'string' && this.judge ? this.judge(name, value) : null
    const secret = more.secret ?? (look.filled === 'secret-reference' ? true : soundsSecret(name))
    this.found.set(name, {
      name,
      line,
      ...look,
      // What a secret looks like is nobody's business but its own.
      ...(secret === true ? { looks: null, scheme: null } : {}),
      secret,
      required: more.required ?? null,
      problem: judged,
      under: under === undefined ? [] : [under],
    })
  }

  envFile(path: string): void {
    if (/^[\w./${}:-]{1,200}$/.test(path) && this.files.size < 50) this.files.add(path)
    else this.problem('A file with values is named in a way that is not shown here.')
  }

  done(): Imported {
    const problems = [...this.told]
    if (this.untold > 0) problems.push({ line: null, what: `${this.untold.toLocaleString('en')} more of this kind.` })
    return { form: this.form, variables: [...this.found.values()], problems, envFiles: [...this.files] }
  }
}
