import { z } from 'zod'
import { isDuration } from '../../duration'
import { ROLES } from '../../roles'

/** An id that people, URLs and commands can carry: lower case, digits, and single - _ . between them. */
export const Id = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/, 'an id: lower-case letters and digits, joined by single - _ or .')
  .meta({ id: 'Id', description: 'Stable id: lower-case letters and digits, joined by single - _ or . Never reuse one for another rule.' })

export const Text = z.string().trim().min(1).max(2_000).meta({ id: 'Text', description: 'Plain text, in the words of the document.' })

export const Duration = z
  .string()
  .max(24)
  .refine(isDuration, { error: 'an ISO 8601 duration of weeks, days, hours, minutes or seconds, for example PT24H or P90D' })
  .meta({ id: 'Duration', description: 'ISO 8601 duration of fixed length: PT24H, P90D, P1DT12H.', examples: ['PT24H', 'P90D'] })

export const RoleName = z
  .enum(ROLES)
  .meta({ id: 'Role', description: 'One of the nine roles of the product. `admin` and `auditor` sign nothing, so they fill no slot.' })

export const ProfileId = z.string().max(64).meta({ id: 'ProfileId', description: 'Id of a profile of this policy.' })
export const VariableName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
  .meta({ id: 'VariableName', description: 'Name of an environment variable, exactly as the runtime reads it. Never a value.' })

export const Command = z
  .string()
  .min(1)
  .max(1_000)
  .meta({ id: 'Command', description: 'The exact command, so that its result can be matched to it.' })

export const PathName = z.string().min(1).max(300).meta({ id: 'Path', description: 'A file, folder or pattern as the document names it.' })

/** A regular expression that every reader of the policy can compile. */
export const Pattern = z
  .string()
  .min(1)
  .max(200)
  .refine(compiles, { error: 'a regular expression that compiles' })
  .meta({ id: 'Pattern', description: 'A regular expression, matched against names and, on the side of the runtime, values.' })

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source !== ''
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** How strongly a rule binds, strongest first. Qualifiers, conditions and exceptions refine it (000.13). */
export const LEVELS = ['forbidden', 'required', 'read-only', 'restricted', 'recommended', 'optional', 'allowed'] as const
export const Level = z.enum(LEVELS).meta({
  id: 'Level',
  description:
    'How strongly the rule binds. forbidden: never (see except); required: must hold (at the moment, when one is given); read-only: for the subject; restricted: allowed only in the ways the qualifiers name; recommended: never red; optional; allowed.',
})

export const MOMENTS = [
  'before-merge',
  'before-release-candidate',
  'before-deployment',
  'during-deployment',
  'at-startup',
  'at-runtime',
] as const
export const Moment = z.enum(MOMENTS).meta({
  id: 'Moment',
  description:
    'When the rule is judged. before-deployment: as a gate when a deployment starts; before-release-candidate: when a promotion to the profile opens; before-merge and the others are shown.',
})

export const EVIDENCE_KINDS = [
  'command-result',
  'document-update',
  'diff-scan',
  'checklist',
  'drill',
  'contact-confirmation',
  'contract-check',
  'smoke-test',
  'build-record',
  'log-entry',
  'observation',
  'record',
  'attestation',
] as const
export const EvidenceKind = z.enum(EVIDENCE_KINDS).meta({
  id: 'EvidenceKind',
  description:
    'What proves it: command-result (exit code of the command), document-update, diff-scan, checklist, drill (bound to a snapshot), contact-confirmation, contract-check (variables judged against this policy), smoke-test, build-record, log-entry, observation, record (a reference to where it is written), attestation (a person says so).',
})

export const Source = z
  .strictObject({
    document: Id.describe('Id of one of the documents under `sources`.'),
    place: Text.describe('Where in the document: a heading, a table row, a numbered item.'),
  })
  .meta({ id: 'Source', description: 'The document and the place in it that this rule comes from.' })

const provenance = {
  source: Source.optional(),
  assumed: z.literal(true).optional().describe('True when no document says it: the rule is ours, and is shown as assumed.'),
  assumedFields: z
    .array(z.string().min(1).max(64))
    .optional()
    .describe('Fields of this rule that the source does not give, usually numbers; each is shown as assumed.'),
}

export type Provenance = { source?: { document: string; place: string }; assumed?: true; assumedFields?: string[] }

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A strict object that names its `source` or is marked `assumed: true`, never both and never neither. The check runs even when
 * other fields are wrong, so that an author sees every finding at once; the JSON Schema says the same with oneOf.
 */
export function rule<S extends z.core.$ZodLooseShape>(id: string, description: string, shape: S) {
  return z
    .strictObject({ ...shape, ...provenance })
    .refine((value: Record<string, unknown>) => (value.source === undefined) !== (value.assumed === undefined), {
      error: 'a rule names its source (document and place) or is marked `assumed: true`, one of the two',
      when: ({ value }) => isObject(value),
    })
    .refine(
      (value: Record<string, unknown>) =>
        !Array.isArray(value.assumedFields) || value.assumedFields.every((field) => String(field) in value),
      {
        error: 'assumedFields names fields that this rule has',
        path: ['assumedFields'],
        when: ({ value }) => isObject(value),
      },
    )
    .meta({ id, description, oneOf: [{ required: ['source'] }, { required: ['assumed'] }] })
}

/** When a rule applies. With `profiles` it is computed; otherwise a person answers and the answer is kept. */
export const Condition = z
  .strictObject({
    text: Text.describe('The condition in the words of the document: "if production", "if applicable".'),
    profiles: z.array(ProfileId).min(1).optional().describe('Holds exactly on these profiles. Left out: a person answers it.'),
    phases: z.array(Id).min(1).optional().describe('Holds exactly in these project phases.'),
  })
  .meta({ id: 'Condition', description: 'When the rule applies (003.5, 002.20).' })

/** A place to be filled by one person; any one of the roles may. */
export const Slot = rule('Slot', 'A signature somebody has to give. One person fills one slot.', {
  id: Id,
  title: Text.describe('The capacity in which a person signs: "Release Manager".'),
  roles: z.array(RoleName).describe('Any one of these roles may fill the slot.'),
  order: z.literal('last').optional().describe('last: only after every other slot is filled.'),
})

/** A place of an owner: a person holding one of the roles, or one of the named agents, may perform (000.22). */
export const OwnerSlot = rule('OwnerSlot', 'Somebody who performs: a person in one of the roles, or one of the agents.', {
  id: Id,
  title: Text,
  roles: z.array(RoleName),
  agents: z.array(Id).default([]).describe('Ids under `agents`.'),
})

/** A sentence of the document with a level: what is not a grid cell, a variable or a step. */
export const Statement = rule('Statement', 'One expectation of the document, held and shown, and judged where a check is named.', {
  id: Id,
  text: Text,
  level: Level.default('required'),
  profiles: z.array(ProfileId).optional().describe('Only on these profiles; left out: on all.'),
  services: z.array(Id).optional().describe('Only for these services.'),
  when: Condition.optional(),
  except: Text.optional().describe('The controlled way in which even a forbidden thing may happen.'),
  paths: z.array(PathName).optional(),
  check: Command.optional(),
  kind: Id.optional().describe('A free tag that groups statements on the screen.'),
})

/**
 * How a reported fact of a profile judges a rule. One word names the fact; the product knows how to read it, the policy says which rule it answers.
 * A rule without any is answered by evidence, snapshots or people.
 */
export const Observed = z
  .discriminatedUnion('by', [
    z.strictObject({
      by: z.literal('contract'),
      variables: z.array(VariableName).min(1).optional().describe('Only these variables of the contract.'),
    }),
    z
      .strictObject({ by: z.literal('sources') })
      .describe('Every value comes from a permitted source; no file, no default where none may stand in.'),
    z
      .strictObject({ by: z.literal('unchanged') })
      .describe('Variables that belong to the environment and may not change are as they were, or a governed change explains it.'),
    z.strictObject({
      by: z.literal('files'),
      none: z.array(PathName).min(1).describe('None of these is present (a name, or a pattern with *).'),
    }),
    z.strictObject({
      by: z.literal('file-changes'),
      paths: z.array(PathName).min(1),
      who: z.enum(['agents', 'pipelines', 'anyone']),
      within: Duration,
    }),
    z.strictObject({
      by: z.literal('check'),
      check: z.string().min(1).max(1_000).describe('Id or exact command of a reported check.'),
      within: Duration.optional(),
    }),
    z.strictObject({ by: z.literal('isolation'), resources: z.array(Id).min(1).optional().describe('Only these isolated resources.') }),
    z.strictObject({ by: z.literal('fingerprints') }).describe('No secret is the same on two profiles.'),
    z.strictObject({ by: z.literal('snapshots'), within: Duration.optional() }),
    z
      .strictObject({ by: z.literal('routes') })
      .describe('Development routes are exposed only where the class of the profile enables them.'),
    z.strictObject({ by: z.literal('seeding') }),
    z.strictObject({ by: z.literal('migrations') }).describe('One head, no divergence.'),
    z.strictObject({ by: z.literal('services') }).describe('Services and ports are as the topology says.'),
    z
      .strictObject({ by: z.literal('started') })
      .describe('The artefact reported as running is the one that was put there, and it has started.'),
    z.strictObject({ by: z.literal('attestation'), attestation: Id }),
  ])
  .meta({ id: 'Observed', description: 'Which reported fact judges the rule (000.11, 001.6, 004.4).' })
