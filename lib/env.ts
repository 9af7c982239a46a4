import { z } from 'zod'

// Every setting of the application. `npm start` fills in what it can work out itself; `.env.example` documents each one, and a
// test keeps the two in step. Nothing else in the application reads process.env for a setting. Node runs this file as it is
// (`npm start` checks the settings before anything that takes long), so it uses only TypeScript that can be erased.

/** An empty value in an environment file means "not set". */
const optional = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === '' ? undefined : value), schema.optional())
const withDefault = <T extends z.ZodType>(schema: T, value: z.output<T> & z.util.NoUndefined<z.output<T>>) =>
  z.preprocess((given) => (given === '' || given === undefined ? value : given), schema)

const address = z
  .string()
  .regex(/^postgres(ql)?:\/\/[^\s/]+\/[^\s/]+$/, 'must be an address like postgresql://user:password@host:5432/database')
const origin = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text, {
    error: 'must be scheme, host and port only, without a path or a slash at the end',
  })
const count = (least: number, most: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value),
    z
      .number(`must be a whole number from ${least} to ${most}`)
      .int()
      .min(least, `must be at least ${least}`)
      .max(most, `must be at most ${most}`),
  )

/** One setting: what it is for, an example that passes its rule, its rule, and whether its value must never be shown. */
interface Setting<S extends z.ZodType = z.ZodType> {
  about: string
  example: string
  schema: S
  secret?: true
}

const setting = <S extends z.ZodType>(about: string, example: string, schema: S, secret?: 'secret'): Setting<S> => ({
  about,
  example,
  schema,
  ...(secret ? { secret: true as const } : {}),
})

/** The settings with their rules, in the order of `.env.example`. */
export const settingsTable = {
  COUNTERSIGN_ENV: setting(
    '`production` refuses demo data and plain http; anything a person tries out is `local`. Not the same as NODE_ENV.',
    'local',
    withDefault(z.enum(['local', 'production'], 'must be local or production'), 'local'),
  ),
  COUNTERSIGN_DEMO: setting(
    '`load` puts the demo record into an empty external database; `none` keeps it out of the embedded one, which gets it otherwise.',
    'none',
    optional(z.enum(['load', 'none'], 'must be load or none')),
  ),
  PORT: setting('The port that the web server listens on.', '3000', withDefault(count(1, 65_535), 3000)),
  HOST: setting(
    'The address to listen on. Without it: only this machine (127.0.0.1) while local, every network in production.',
    '127.0.0.1',
    optional(z.string().regex(/^[0-9A-Za-z.:-]{1,253}$/, 'must be an IP address or a host name')),
  ),
  APP_ORIGIN: setting(
    'Where browsers reach the application. Without it: http://localhost and the port.',
    'https://countersign.example.org',
    origin,
  ),
  NEXTAUTH_URL: setting(
    'Where sign-in returns to. `npm start` takes it from APP_ORIGIN; the two must be the same.',
    'https://countersign.example.org',
    origin,
  ),
  NEXTAUTH_SECRET: setting(
    'Key of the session cookies, at least 32 random characters. `npm start` makes one and keeps it when this is empty.',
    'paste-the-output-of: openssl rand -base64 48',
    z.string('is not set').min(32, 'must have at least 32 characters'),
    'secret',
  ),
  DATABASE_URL: setting(
    'PostgreSQL 16 or later, as the role that runs the application. Without it `npm start` brings a PostgreSQL of its own.',
    'postgresql://countersign_app:password@db.example.org:5432/countersign',
    address,
    'secret',
  ),
  DATABASE_MIGRATE_URL: setting(
    'The same database as the role that migrates; only `npm start` and `npm run migrate` use it, the running application never sees it.',
    'postgresql://countersign_migrate:password@db.example.org:5432/countersign',
    optional(address),
    'secret',
  ),
  COUNTERSIGN_STATE: setting(
    'Folder of the embedded database, its passwords and what the first start prints. Without it: .countersign in the project.',
    '.countersign',
    optional(z.string().min(1)),
  ),
  DATABASE_POOL_SIZE: setting('How many connections one web process keeps at most.', '10', withDefault(count(1, 500), 10)),
  TRUSTED_PROXY: setting(
    'How many proxies in front may be believed about the client address (X-Forwarded-For, counted from the right). Without it: none.',
    '1',
    optional(count(1, 10)),
  ),
  API_REQUESTS_PER_MINUTE: setting(
    'How many requests one API token may make in a minute, on each web process.',
    '6000',
    withDefault(count(10, 10_000_000), 6000),
  ),
  DATABASE_LOG_URL: setting(
    'The same database as the role that seals the audit log; only the sequencer sees it. Without it none is started for a server of yours.',
    'postgresql://countersign_log:password@db.example.org:5432/countersign',
    optional(address),
    'secret',
  ),
  LOG_ORIGIN: setting(
    'The name of the log: host and path it is served under. Without it: the host of APP_ORIGIN and /log. Fixed at the first start.',
    'countersign.example.org/log',
    optional(z.string().regex(/^[^\s+]{1,200}$/, 'must have at most 200 characters, without spaces and plus signs')),
  ),
  LOG_KEY_FILE: setting(
    'File of the keys that sign the log; only the sequencer reads it. Without it: log/keys.json in COUNTERSIGN_STATE, made at the first start.',
    '/etc/countersign/log-keys.json',
    optional(z.string().min(1)),
  ),
  LOG_GUARD_FILE: setting(
    'File in which the sequencer remembers, outside the database, what it signed last. Keep it on another disk than the database.',
    '/var/lib/countersign/log-guard.json',
    optional(z.string().min(1)),
  ),
  LOG_ANCHOR_FILE: setting(
    'File to which a checkpoint is appended each minute; meant for another disk, or for storage that is written once.',
    '/mnt/worm/countersign-anchors.jsonl',
    optional(z.string().min(1)),
  ),
  LOG_WITNESSES: setting(
    'Witnesses that cosign checkpoints: address=key of each, separated by spaces (`countersign witness --init` prints the key).',
    'https://witness.example.org=witness.example.org/audit+bd6464c2+BFIIokj5mdb1zMNf4Zg72ntUyk+aUCAZXltScKNWbjJF',
    optional(
      z
        .string()
        .regex(
          /^https?:\/\/[^\s=]+=[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+(\s+https?:\/\/[^\s=]+=[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+)*$/,
          'must be address=key, as the witness prints its key',
        ),
    ),
  ),
  COUNTERSIGN_BENCH: setting(
    '`yes` opens the bare routes that `npm run bench` compares with, on tables that only the bench makes. Refused in production.',
    'yes',
    optional(z.enum(['yes'], 'must be yes or not set')),
  ),
  LOG_LAG_WARN_SECONDS: setting(
    'From how many seconds that an event waits for its place in the audit log every page says so.',
    '60',
    withDefault(count(1, 86_400), 60),
  ),
  LOG_LAG_LIMIT_SECONDS: setting(
    'From how many seconds that an event waits no decision on a production-like profile is taken any more.',
    '300',
    withDefault(count(1, 86_400), 300),
  ),
  LOG_LEVEL: setting(
    'How much the server logs.',
    'info',
    withDefault(z.enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error'), 'info'),
  ),
  GIT_SHA: setting(
    'Commit of the running source, shown at /version and in the footer. `npm start` asks git when this is empty.',
    '3f2a9c1d5b7e8f60a1b2c3d4e5f60718293a4b5c',
    optional(z.string().regex(/^[0-9a-f]{7,40}$/, 'must be 7 to 40 small hexadecimal digits')),
  ),
  BUILD_DATE: setting(
    'When the running build was made, shown at /version. `npm start` takes it from the build.',
    '2026-11-21T12:00:00Z',
    optional(z.iso.datetime('must be a UTC time like 2026-11-21T12:00:00Z')),
  ),
  APP_VERSION: setting(
    'Version shown at /version and in the footer. `npm start` takes it from package.json.',
    '0.1.0',
    optional(z.string().regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'must be a semantic version like 1.2.3')),
  ),
} satisfies Record<string, Setting>

type Table = typeof settingsTable
/** The settings as the application uses them: numbers are numbers, what is not set is undefined. */
export type Settings = { readonly [Name in keyof Table]: z.output<Table[Name]['schema']> }

/** One broken rule: the variable, the rule it breaks and an example that would pass. Never the value. */
export interface SettingProblem {
  name: string
  rule: string
  example: string
}

/** Thrown with every problem at once; the message lists them for the console. */
export class SettingsRefused extends Error {
  readonly problems: readonly SettingProblem[]

  constructor(problems: readonly SettingProblem[]) {
    super(
      `${problems.length === 1 ? 'One setting is' : `${problems.length} settings are`} not right (see .env.example):\n` +
        problems.map(({ name, rule, example }) => `  ${name} ${rule}. Example: ${name}=${example}`).join('\n'),
    )
    this.name = 'SettingsRefused'
    this.problems = problems
  }
}

const isLocalHost = (host: string) => ['localhost', '127.0.0.1', '[::1]'].includes(host)

function crossChecks(settings: Settings): SettingProblem[] {
  const problem = (name: keyof Table, rule: string): SettingProblem => ({ name, rule, example: settingsTable[name].example })
  const found: SettingProblem[] = []
  if (settings.NEXTAUTH_URL !== settings.APP_ORIGIN) found.push(problem('NEXTAUTH_URL', 'must be the same as APP_ORIGIN'))
  if (settings.COUNTERSIGN_ENV === 'production') {
    // 002.33: demo people with a printed password never exist in production.
    if (settings.COUNTERSIGN_DEMO === 'load') found.push(problem('COUNTERSIGN_DEMO', 'must not be load in production'))
    if (settings.COUNTERSIGN_BENCH) found.push(problem('COUNTERSIGN_BENCH', 'must not be set in production'))
    const { protocol, hostname } = new URL(settings.APP_ORIGIN)
    if (protocol !== 'https:' && !isLocalHost(hostname)) found.push(problem('APP_ORIGIN', 'must be https in production'))
  }
  return found
}

function valuesOf(names: readonly (keyof Table)[], env: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const problems: SettingProblem[] = []
  const values: Record<string, unknown> = {}
  for (const name of names) {
    const { schema, example } = settingsTable[name]
    const parsed = schema.safeParse(env[name])
    if (parsed.success) values[name] = parsed.data
    else if (env[name] === undefined || env[name] === '') problems.push({ name, rule: 'is not set', example })
    else problems.push(...parsed.error.issues.map((issue) => ({ name, rule: issue.message, example })))
  }
  if (problems.length > 0) throw new SettingsRefused(problems)
  return values
}

/** Reads only the settings that are named, for a process that is not to see the others. Throws `SettingsRefused`. */
export function readSomeSettings<Name extends keyof Table>(
  names: readonly Name[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Pick<Settings, Name> {
  return Object.freeze(valuesOf(names, env)) as Pick<Settings, Name> // each was parsed by the schema that gives its type
}

/**
 * Reads settings from an environment. Throws `SettingsRefused` with all problems at once, each naming variable, rule and example,
 * never a value (002.33, 004.18).
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const settings = valuesOf(Object.keys(settingsTable) as (keyof Table)[], env) as Settings // each was parsed by the schema that gives its type
  const crossed = crossChecks(settings)
  if (crossed.length > 0) throw new SettingsRefused(crossed)
  return Object.freeze(settings)
}

let read: Settings | undefined

/** The settings of this process, read and checked at the first call (`instrumentation.ts` makes it at boot). */
export function settings(): Settings {
  read ??= readSettings(process.env)
  return read
}
