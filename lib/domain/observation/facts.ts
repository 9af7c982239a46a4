import { z } from 'zod'
import { SHAPE_PROBLEMS } from '../contract/facts'
import { Id, VariableName } from '../policy/parts/basics'

// What a runtime, an agent or a pipeline may report of a profile. Names, states, digests and instants; never a value (T18). Every list has a limit, so that
// a call is read or refused as a whole.

export const SECTIONS = [
  'runtime',
  'environment',
  'variables',
  'conditions',
  'files',
  'fileChanges',
  'artefact',
  'checks',
  'snapshots',
  'routes',
  'seeding',
  'isolation',
  'services',
  'migrations',
  'disagreements',
] as const
/** A part of an observation; the newest of each is kept for every runtime of a profile. */
export type Section = (typeof SECTIONS)[number]

export const OBSERVATION_SOURCES = ['runtime', 'agent', 'pipeline', 'person'] as const

/** How many entries a list may have. */
export const LIMITS = {
  variables: 1_000,
  conditions: 200,
  files: 500,
  fileChanges: 500,
  checks: 100,
  snapshots: 50,
  routes: 200,
  sources: 20,
  isolation: 100,
  services: 100,
  ports: 20,
  heads: 20,
  disagreements: 50,
} as const

/** A few printable ASCII characters on one line: a name, a path, a short phrase. Other scripts can look like it and mean something else (T31). */
const word = (max: number, what: string) =>
  z
    .string()
    .min(1, `Give ${what}.`)
    .max(max, `At most ${max} characters.`)
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, `${what} in plain ASCII characters on one line, without spaces around it`)

const SENSITIVE_ADDRESS = /\/\/[^/\s]*@/
/** A word that names a place: an address with a user name or password in it is a value and is refused. */
const place = (max: number, what: string) =>
  word(max, what).refine((text) => !SENSITIVE_ADDRESS.test(text), 'a name or place, never an address with a user name or password in it')

const list = <T extends z.ZodType>(item: T, max: number, what: string) =>
  z.array(item).max(max, `At most ${max.toLocaleString('en')} ${what} in one observation.`)

export const InstanceName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/, 'the name of a runtime: letters, digits and . _ : -')
  .meta({
    id: 'InstanceName',
    description: 'Which runtime of the profile reports: a host, a container, a pipeline. The same one keeps its name.',
  })

const Instant = z.iso
  .datetime({ offset: true, error: 'an instant with its offset, such as 2026-11-19T16:00:00Z' })
  .overwrite((text) => new Date(text).toISOString())
  .meta({ id: 'ObservedAt', description: 'An instant with its offset, ISO 8601.' })

const ObservedPath = place(300, 'a path').meta({ id: 'ObservedPath', description: 'A file, folder or route, as it is named there.' })

export const ObservedPrint = z
  .strictObject({
    value: z.string().regex(/^[0-9a-f]{64}$/, 'a fingerprint: 64 lower-case hexadecimal digits'),
    keyId: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$/, 'the name of the HMAC key'),
  })
  .meta({
    id: 'ObservedPrint',
    description: 'HMAC-SHA-256 of the value, made where the value lives under a key that never comes here, and the name of that key.',
  })

export const ObservedVariable = z
  .strictObject({
    name: VariableName,
    present: z.boolean(),
    valid: z
      .boolean()
      .nullable()
      .default(null)
      .describe('Whether its shape is right, judged where the value lives; null: nobody judged it.'),
    problem: z.enum(SHAPE_PROBLEMS).nullable().default(null),
    source: Id.nullable().default(null).describe('Id of the precedence step or injection source of the policy it came from.'),
    isDefault: z.boolean().default(false).describe('A built-in default stands in.'),
    says: z
      .string()
      .max(64)
      .regex(/^[A-Za-z0-9_.:/-]+$/, 'one word of a variable that is no secret and has few possible values')
      .nullable()
      .default(null)
      .describe('Only of a declared variable that is no secret and says a mode, a level, a name: what it says.'),
    fingerprint: ObservedPrint.nullable().default(null),
  })
  .meta({ id: 'ObservedVariable', description: 'One environment variable: its name and shape, never its value.' })

export const ObservedConditions = list(
  z.strictObject({
    variable: VariableName,
    applies: z.boolean().describe('Whether the condition under which the policy asks for the variable applies there.'),
  }),
  LIMITS.conditions,
  'conditions',
).meta({
  id: 'ObservedConditions',
  description: 'Answers to what the policy leaves open: “if applicable”, “if enabled” (002.20). By name of the variable.',
})

export const ObservedRuntime = z
  .strictObject({
    primaryRuntime: place(200, 'the runtime').optional(),
    launchPath: place(300, 'the launch path').optional(),
    dataSource: place(200, 'the data source').optional().describe('The name of it, never a connection string.'),
  })
  .meta({ id: 'ObservedRuntime', description: 'How the profile really runs.' })

export const ObservedEnvironment = z
  .strictObject({
    name: place(64, 'the name').optional().describe('The name the runtime goes by: what its environment variable says.'),
    label: place(64, 'the label').optional().describe('The label it was given, which only informs; compared with the profile.'),
    sources: list(Id, LIMITS.sources, 'sources')
      .default([])
      .describe('Where its environment came from: ids of injection sources or precedence steps of the policy.'),
    envFiles: list(ObservedPath, LIMITS.sources, 'files').default([]).describe('Files it was started with, as by --env-file.'),
  })
  .meta({ id: 'ObservedEnvironment', description: 'What the runtime calls itself, and where its environment came from.' })

export const ObservedFiles = z.strictObject({ present: list(ObservedPath, LIMITS.files, 'files') }).meta({
  id: 'ObservedFiles',
  description: 'Which of the files that matter are there: settings, fallback files, environment files. Names only.',
})

export const FILE_CHANGERS = ['agent', 'pipeline', 'person', 'unknown'] as const
export const ObservedFileChanges = z
  .strictObject({
    since: Instant.describe('Since when the files were watched.'),
    changes: list(
      z.strictObject({
        path: ObservedPath,
        by: z.enum(FILE_CHANGERS),
        what: z.enum(['edited', 'restored']).describe('restored: the file is again as it was before; ends the edits of it.'),
        at: Instant,
      }),
      LIMITS.fileChanges,
      'changes',
    ).default([]),
  })
  .meta({ id: 'ObservedFileChanges', description: 'Changes of files that are watched, and what kind of author made them.' })

export const ObservedArtefact = z
  .strictObject({
    reference: place(300, 'the reference').optional().describe('What runs: name@sha256:..., or name:tag.'),
    gitSha: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/, 'a git SHA: 7 to 64 lower-case hexadecimal digits')
      .optional(),
    version: place(128, 'the version').optional(),
    buildDate: place(40, 'the build date').optional(),
    state: z.enum(['running', 'starting', 'restarting', 'stopped', 'failed']).default('running'),
    stamps: list(VariableName, 20, 'names')
      .optional()
      .describe('Which fields of the build stamp can be read there: GIT_SHA and the like. Left out: nobody looked.'),
  })
  .meta({ id: 'ObservedArtefact', description: 'What runs, and what the build says of itself.' })

export const ObservedChecks = list(
  z.strictObject({
    check: word(1_000, 'the check').describe('Its id, or the exact command.'),
    ok: z.boolean(),
    at: Instant,
    summary: place(200, 'a summary').optional(),
  }),
  LIMITS.checks,
  'checks',
).meta({ id: 'ObservedChecks', description: 'Checks that ran there, with their results.' })

export const ObservedSnapshots = list(
  z.strictObject({ takenAt: Instant, digest: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256: 64 lower-case hexadecimal digits') }),
  LIMITS.snapshots,
  'snapshots',
).meta({ id: 'ObservedSnapshots', description: 'Backups of the profile.' })

export const ObservedRoutes = z
  .strictObject({ exposed: list(ObservedPath, LIMITS.routes, 'routes') })
  .meta({ id: 'ObservedRoutes', description: 'Which development routes answer there. An empty list: none.' })

export const ObservedSeeding = z
  .strictObject({
    data: z.enum(['none', 'synthetic', 'real']),
    controlledFlow: z.boolean().default(false).describe('It was done through the controlled way that the policy names.'),
  })
  .meta({ id: 'ObservedSeeding', description: 'Whether data were seeded.' })

export const ObservedIsolation = list(z.strictObject({ resource: Id, name: place(300, 'the name') }), LIMITS.isolation, 'resources').meta({
  id: 'ObservedIsolation',
  description: 'The resources of the profile by id of the policy, with their names: a database, a path, a container.',
})

export const ObservedServices = list(
  z.strictObject({
    service: Id,
    running: z.boolean(),
    ports: list(z.int().min(1).max(65_535), LIMITS.ports, 'ports').default([]),
    exposure: z.enum(['private', 'public', 'behind-proxy']).nullable().default(null),
  }),
  LIMITS.services,
  'services',
).meta({ id: 'ObservedServices', description: 'Services of the topology, with ports and exposure.' })

export const ObservedMigrations = z
  .strictObject({
    heads: list(place(64, 'the revision'), LIMITS.heads, 'heads').describe('Heads of the migration history in the database.'),
    diverged: z.boolean().default(false).describe('The schema is not what the migrations make of it.'),
  })
  .meta({ id: 'ObservedMigrations', description: 'Where the schema stands.' })

export const ObservedDisagreements = list(
  z.strictObject({
    id: Id,
    document: Id.optional().describe('Id of the document under `sources` that it disagrees with; left out: the governing one.'),
    where: ObservedPath.describe('The code, workflow or script that says otherwise.'),
    text: place(300, 'what disagrees').describe('What it says otherwise. Never a value.'),
  }),
  LIMITS.disagreements,
  'disagreements',
).meta({ id: 'ObservedDisagreements', description: 'Code, workflows or scripts that disagree with the document. An empty list: none.' })

/** What an observation may hold: any of the sections, at least one. */
export const ObservationFacts = z
  .strictObject({
    runtime: ObservedRuntime.optional(),
    environment: ObservedEnvironment.optional(),
    variables: list(ObservedVariable, LIMITS.variables, 'variables').optional(),
    conditions: ObservedConditions.optional(),
    files: ObservedFiles.optional(),
    fileChanges: ObservedFileChanges.optional(),
    artefact: ObservedArtefact.optional(),
    checks: ObservedChecks.optional(),
    snapshots: ObservedSnapshots.optional(),
    routes: ObservedRoutes.optional(),
    seeding: ObservedSeeding.optional(),
    isolation: ObservedIsolation.optional(),
    services: ObservedServices.optional(),
    migrations: ObservedMigrations.optional(),
    disagreements: ObservedDisagreements.optional(),
  })
  .refine((facts) => Object.values(facts).some((section) => section !== undefined), 'Report at least one section.')
  .superRefine(({ variables = [], conditions = [], services = [] }, ctx) => {
    twice(variables.map(({ name }) => name)).forEach((index) => {
      ctx.addIssue({ code: 'custom', path: ['variables', index, 'name'], message: 'This variable stands twice.' })
    })
    twice(conditions.map(({ variable }) => variable)).forEach((index) => {
      ctx.addIssue({ code: 'custom', path: ['conditions', index, 'variable'], message: 'This condition is answered twice.' })
    })
    twice(services.map(({ service }) => service)).forEach((index) => {
      ctx.addIssue({ code: 'custom', path: ['services', index, 'service'], message: 'This service stands twice.' })
    })
  })
  .meta({ id: 'ObservationFacts', description: 'What is reported of one runtime of a profile. Names, states and digests; never values.' })

/** Positions of words that stood before. */
function twice(words: readonly string[]): number[] {
  const seen = new Set<string>()
  return words.flatMap((each, index) => {
    if (seen.has(each)) return [index]
    seen.add(each)
    return []
  })
}

export type ObservationFacts = z.output<typeof ObservationFacts>
/** The facts of each section as they are kept. */
export type FactsOf = { [S in Section]: NonNullable<ObservationFacts[S]> }
export type SectionFacts = FactsOf[Section]

/** What a variable that may not change by itself was when that was last in order (004.13). */
export type BaselineEntry = {
  /** One for each HMAC key it was seen under. */
  prints: { value: string; keyId: string }[]
  says: string | null
  /** When it was last seen as it should be. */
  seenAt: string
  /** Since when it is seen otherwise; null: it is as it was. */
  changedAt: string | null
}
/** By name of the variable. */
export type Baseline = Record<string, BaselineEntry>

/** The newest fact of a section that a runtime of a profile reported. */
export type CurrentFact = {
  profile: string
  instance: string
  section: Section
  /** As `FactsOf[section]`. */
  facts: SectionFacts
  baseline: Baseline | null
  source: string
  seenAt: Date
  observationId: string
}
