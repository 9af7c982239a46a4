import { z } from 'zod'
import { Command, Duration, Id, Level, ProfileId, RoleName, rule, Statement, Text, VariableName } from './basics'

export const DeployInput = rule('DeployInput', 'Something a deployment may be given.', {
  id: Id.describe('The name under which a start of a deployment names it.'),
  title: Text,
  kind: z.enum(['image', 'artefact', 'bundle', 'env-map', 'label', 'process-environment', 'other']),
  required: z.boolean(),
  immutable: z.boolean().default(false).describe('True: the reference may never point to something else later.'),
  informational: z.boolean().default(false).describe('True: decides nothing; compared with the real target and shown.'),
  profiles: z.array(ProfileId).optional(),
  text: Text,
})

export const ForbiddenInput = rule(
  'ForbiddenInput',
  'Something a deployment must not be given. A start that names it is a violation on the record.',
  {
    id: Id,
    matches: z.array(z.string().min(1).max(200)).min(1).describe('Words that betray it in a named input, compared without case.'),
    profiles: z.array(ProfileId).optional(),
    text: Text,
  },
)

export const SequenceStep = rule('SequenceStep', 'A command of the deployment, in order.', {
  id: Id,
  command: Command,
  item: Id.optional().describe('Id of the checklist item it belongs to.'),
  readsFrom: z.enum(['process-environment', 'file', 'nothing']),
  forbids: z.array(Id).default([]).describe('Ids of forbidden inputs it must not be given.'),
  text: Text,
})

export const FAILURE_CLASSES = ['invalid-environment', 'migration', 'health-check', 'smoke-test', 'other'] as const

export const FailureSignature = rule(
  'FailureSignature',
  'How a known failure looks, so that it is recognised and not counted twenty times.',
  {
    id: Id,
    title: Text,
    failureClass: z.enum(FAILURE_CLASSES),
    signature: Text,
    cause: Text,
    endsWhen: Text.optional(),
  },
)

export const Deployment = rule('Deployment', 'What a deployment may be given, in which order it runs and how it fails.', {
  allowedInputs: z.array(DeployInput).default([]),
  forbiddenInputs: z.array(ForbiddenInput).default([]),
  otherInputs: z.enum(['violation', 'allowed']).describe('What an input nobody listed is.'),
  checklist: Id.optional().describe('The checklist that is the spine of every run.'),
  checklistProfiles: z.array(ProfileId).optional().describe('Profiles whose deployments follow it; left out: all.'),
  sequence: z.array(SequenceStep).default([]),
  validation: z.array(Statement).default([]).describe('What is validated at start, and by whom.'),
  failureSignatures: z.array(FailureSignature).default([]),
  targetIdentity: z
    .strictObject({
      variable: VariableName.optional().describe('Variable whose value tells one runtime instance from every other.'),
      labelInput: Id.optional().describe('Allowed input that carries the label, which only informs.'),
      text: Text,
    })
    .optional()
    .describe('What says which target it really is; a label that disagrees is shown.'),
  watchFor: Duration.optional().describe('How long a deployment is watched afterwards.'),
})

export const Artefact = z
  .strictObject({
    kinds: z
      .array(
        rule('ArtefactKind', 'What a build produces.', {
          id: Id,
          component: Text,
          forms: z.array(Text).min(1).describe('One of these.'),
          text: Text,
        }),
      )
      .default([]),
    reference: rule('ArtefactReference', 'How a release’s artefact is named.', {
      immutable: z.literal(true).describe('A reference that can later point elsewhere is always refused.'),
      accepts: z
        .array(z.enum(['digest', 'git-sha-tag']))
        .min(1)
        .describe('digest: name@sha256:...; git-sha-tag: name:tag with a tag that contains the git SHA.'),
      mutableTags: z.array(z.string().min(1).max(64)).default([]).describe('Tags that are always refused.'),
      labels: Text.optional().describe('What semantic tags are worth.'),
      text: Text,
    }),
    stamping: rule('Stamping', 'What a build says of itself, and where that can be read.', {
      fields: z.array(VariableName).min(1),
      shownIn: z.array(Text).min(1),
      text: Text,
    }).optional(),
  })
  .meta({ id: 'Artefact', description: 'What is built and how it is named.' })

export const Migration = rule('Migration', 'How the database schema moves.', {
  id: Id,
  profiles: z.array(ProfileId).optional(),
  direction: z.enum(['forward-only', 'reversible']),
  mode: z.enum(['automatic', 'manual', 'guarded-job-or-runbook', 'unstated']),
  options: z
    .array(z.strictObject({ id: Id, text: Text }))
    .default([])
    .describe('Ways of which one is chosen; the choice is recorded for each deployment.'),
  command: Command.optional(),
  text: Text,
})

export const Rollback = rule('Rollback', 'When the application may go back to an earlier release.', {
  application: z
    .enum(['backward-compatible-schema', 'allowed', 'forbidden'])
    .describe('backward-compatible-schema: only when the release says that its schema is backward compatible.'),
  preferred: Text.optional(),
  decidedBy: z.array(RoleName).default([]),
  text: Text,
  rules: z.array(Statement).default([]),
})

export const SeedData = rule('SeedData', 'Whether data may be seeded on a profile.', {
  id: Id,
  profiles: z.array(ProfileId).min(1),
  level: Level,
  data: z.enum(['any', 'synthetic', 'none']),
  except: Text.optional(),
  text: Text,
})

export const Isolation = z
  .strictObject({
    rules: z.array(Statement).default([]),
    resources: z
      .array(
        rule('IsolatedResource', 'A resource each profile has for itself; two profiles with one value is a violation.', {
          id: Id,
          title: Text,
          unique: z.boolean(),
          values: z
            .record(z.string(), Text)
            .default({})
            .describe(
              'Profile id to its name or place, where the document gives it. Never a credential. "..." at its end stands for anything below it; a remark in parentheses is compared with nothing.',
            ),
          text: Text.optional(),
        }),
      )
      .default([]),
  })
  .meta({ id: 'Isolation', description: 'What profiles never share.' })

export const Assurance = rule('Assurance', 'What the rules are for, shown to readers.', {
  id: Id,
  kind: z.enum(['guarantees', 'prevents']),
  text: Text,
})

export const Acceptance = rule('Acceptance', 'A criterion of the document about itself, attested by a person.', {
  id: Id,
  text: Text,
  by: z.array(RoleName).min(1),
  every: Duration.optional().describe('How long an attestation of it stays good; left out: a year.'),
})
