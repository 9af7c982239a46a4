import { z } from 'zod'
import { Condition, Duration, Id, OwnerSlot, Pattern, ProfileId, RoleName, rule, Slot, Statement, Text, VariableName } from './basics'

const inOrder = ({ min, max }: { min?: number | undefined; max?: number | undefined }): boolean =>
  min === undefined || max === undefined || min <= max

export const Validator = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('not-empty') }),
    z
      .strictObject({ kind: z.literal('not-placeholder'), profiles: z.array(ProfileId).min(1).optional() })
      .describe('No stand-in such as changeme, <...>, xxx, TODO or the example itself; left out: on every profile.'),
    z
      .strictObject({ kind: z.literal('length'), min: z.int().min(0).max(65_536).optional(), max: z.int().min(0).max(65_536).optional() })
      .refine(inOrder, { error: 'min is not above max' }),
    z.strictObject({ kind: z.literal('prefix'), value: z.string().min(1).max(200) }),
    z.strictObject({
      kind: z.literal('one-of'),
      values: z.array(z.string().max(200)).min(1),
      phases: z.array(Id).min(1).optional().describe('Only in these project phases.'),
      open: z.boolean().default(false).describe('True: the document ends the list with "etc."; another value is shown, not refused.'),
    }),
    z.strictObject({ kind: z.literal('boolean') }),
    z.strictObject({ kind: z.literal('url'), schemes: z.array(z.string().max(20)).min(1).optional() }),
    z
      .strictObject({ kind: z.literal('integer'), min: z.int().optional(), max: z.int().optional() })
      .refine(inOrder, { error: 'min is not above max' }),
    z.strictObject({ kind: z.literal('pattern'), pattern: Pattern }),
    z.strictObject({ kind: z.literal('unique-across-profiles') }),
    z.strictObject({ kind: z.literal('stable'), text: Text }),
  ])
  .meta({ id: 'Validator', description: 'How a value is judged, on the side of the runtime or pipeline. Values never come here.' })

/** One environment variable of the contract between a system and its runtimes. */
export const Variable = rule('Variable', 'One environment variable the runtime reads. A name and rules, never a value.', {
  name: VariableName,
  description: Text,
  group: Text,
  category: Id.describe('Id of a category under `config.categories`, or one of your own.'),
  service: Id.optional(),
  secret: z.boolean(),
  critical: z.boolean().default(false).describe('True: must not rest on a default outside the profiles of defaultAllowedIn.'),
  requiredIn: z.array(ProfileId).describe('Profiles on which the runtime may not start without it.'),
  requiredWhen: Condition.optional().describe('Required only under this condition: "if applicable".'),
  defaultAllowedIn: z.array(ProfileId).default([]).describe('Profiles on which a built-in default may stand in. Empty: nowhere.'),
  validators: z.array(Validator).default([]),
  sources: z
    .array(Id)
    .min(1)
    .optional()
    .describe(
      'Where its value may come from: ids of precedence steps, injection sources or files under `config`. Left out: from any permitted one.',
    ),
  example: Text.optional().describe('A made-up example of the form, never a real value.'),
  owner: z
    .enum(['environment', 'application', 'deployment'])
    .describe('environment: belongs to the environment, not to a release or a run.'),
  mutability: z.enum(['immutable', 'changeable']).describe('immutable: a change is a governed change, never an effect of a pipeline run.'),
  definedIn: z
    .array(z.strictObject({ place: Text, kind: z.enum(['secret', 'variable', 'file', 'either']), profiles: z.array(ProfileId).optional() }))
    .default([])
    .describe('Where the value is kept, and what kind of store that is.'),
  deliveredBy: Text.optional().describe('How it reaches the runtime.'),
  enforcedBy: Text.optional().describe('Who judges it.'),
  purpose: z.enum(['value', 'profile-name', 'profile-label', 'instance-id']).default('value'),
})

export const ContractVariant = rule('ContractVariant', 'A set of required variables for one topology. One is the default.', {
  id: Id,
  title: Text,
  profiles: z.array(ProfileId).min(1),
  variables: z.array(VariableName).min(1),
  isDefault: z.boolean(),
  override: z
    .strictObject({ variable: VariableName, command: Text.optional(), needs: z.array(z.enum(['who', 'why', 'expiry'])) })
    .optional()
    .describe('How the default set is replaced explicitly, and what the record then holds.'),
})

export const Capability = rule('Capability', 'Something the system does only while its credentials are there.', {
  id: Id,
  title: Text,
  needs: z.array(VariableName).min(1),
  whenMissing: z.enum(['disabled', 'startup-failure', 'default']),
  profiles: z.array(ProfileId).min(1),
  text: Text,
})

export const ROTATION_METHODS = ['shift-pair', 'dual-credentials', 'replace-then-revoke', 'kid'] as const
export const RotationMethod = z.enum(ROTATION_METHODS).meta({
  id: 'RotationMethod',
  description:
    'shift-pair: primary moves to the second slot, then a new primary; dual-credentials: two valid at once for a window; replace-then-revoke: create, update store, revoke the old; kid: signing keys told apart by key id.',
})

export const SecretMapping = rule('SecretMapping', 'A name in the secret manager and the variable it becomes. Names only.', {
  id: Id,
  managerKey: z.string().min(1).max(300).describe('Key in the secret manager; `<profile>` stands for the profile’s id.'),
  variable: VariableName,
  notes: Text.default('None.'),
  group: Id.optional().describe('Id of a group of secrets that are rotated together.'),
  requiredIn: z.array(ProfileId).default([]),
  fallbackFile: Text.optional().describe('File that may stand in for the variable under the fallback rule, and never otherwise.'),
  profileNames: z
    .record(z.string(), z.string().min(1).max(64))
    .optional()
    .describe('Profile id to what `<profile>` becomes, where that is not the id.'),
})

export const SecretGroup = rule('SecretGroup', 'Secrets that belong together.', {
  id: Id,
  title: Text,
  members: z.array(Id).min(1).describe('Ids of mappings.'),
  pairing: z.enum(['rotate-together', 'independent']).describe('rotate-together: rotating one without the others is a violation.'),
  text: Text,
})

export const SecretStorage = rule('SecretStorage', 'Where secrets of some profiles are kept.', {
  id: Id,
  profiles: z.array(ProfileId).min(1),
  store: Text,
  alternatives: z.array(Text).default([]),
  injection: z.enum(['env-only', 'env-or-placeholder', 'env-or-file']),
  text: Text,
})

export const SecretAuditRule = rule('SecretAuditRule', 'How often SecOps audits the secret handling of some profiles.', {
  id: Id,
  profiles: z.array(ProfileId).min(1),
  every: Duration,
  constraint: Id.optional().describe('The constraint whose `audited` qualifier a current audit meets.'),
  text: Text,
})

export const Secrets = z
  .strictObject({
    counts: z.array(Statement).default([]).describe('What counts as a secret.'),
    rules: z.array(Statement).default([]),
    mappings: z.array(SecretMapping).default([]),
    groups: z.array(SecretGroup).default([]),
    storage: z.array(SecretStorage).default([]),
    audits: z.array(SecretAuditRule).default([]),
  })
  .meta({ id: 'Secrets', description: 'Names and rules of secrets. Values never.' })

export const Fallback = rule('Fallback', 'When a fallback file may stand in for an injected secret (break-glass), and what it owes.', {
  normalFlow: z.enum(['allowed', 'not-allowed']),
  purposes: z.array(z.enum(['local-development', 'break-glass-testing', 'break-glass'])),
  text: Text,
  needs: z.array(z.enum(['purpose', 'ticket', 'expiry', 'open-incident'])).describe('What a request has to bring.'),
  askedBy: z.array(RoleName).min(1).describe('Who may ask.'),
  slots: z.array(Slot).describe('Who grants it.'),
  ownRequestGrantsDuringIncident: z
    .boolean()
    .default(false)
    .describe('An incident commander’s own request during an open incident is its grant.'),
  maxDuration: Duration,
  cleanUp: z.strictObject({ text: Text, evidence: z.boolean(), within: Duration }),
  reviewWithin: Duration.optional(),
  saferFirst: Text.optional().describe('A safer way, suggested before the glass is broken.'),
})

export const BreakGlass = rule(
  'BreakGlass',
  'Something else that is forbidden in the normal flow and may be allowed for a while, with what it owes.',
  {
    id: Id.describe('Not the id of a rotation ownership: both name the rule of a fallback use.'),
    title: Text.describe('What is allowed, as the end of "Allow ...".'),
    profile: ProfileId,
    allows: Text.describe('Exactly what is allowed; nothing else changes.'),
    fallback: Fallback,
  },
)

export const RotationOwnership = rule('RotationOwnership', 'Who rotates, who approves, how often and how, on one profile.', {
  id: Id,
  profile: ProfileId,
  group: Id.optional().describe('Only this group of secrets.'),
  secrets: z.array(Id).optional().describe('Only these mappings. Neither group nor secrets: every secret of the profile.'),
  owners: z.strictObject({
    mode: z.enum(['any', 'all']).describe('any: one of the slots performs; all: one performs and each other confirms at verification.'),
    slots: z.array(OwnerSlot).min(1),
    text: Text.optional(),
  }),
  approval: z.strictObject({ slots: z.array(Slot).min(1), text: Text.optional() }),
  fallback: Fallback.optional(),
  method: RotationMethod,
  maxAge: Duration.optional().describe('The oldest a secret may get.'),
  overdueBlocks: z.boolean().default(false).describe('True: a secret past its age holds promotions to this profile.'),
  runbook: Id.optional(),
})

export const Rotation = z
  .strictObject({
    methods: z
      .array(
        rule('MethodByKind', 'Which method a kind of secret is rotated by.', {
          id: Id,
          kind: Text,
          method: RotationMethod,
          level: Statement.shape.level,
          when: Condition.optional(),
          text: Text,
        }),
      )
      .default([]),
    ownership: z.array(RotationOwnership).default([]),
    rules: z.array(Statement).default([]),
    breakGlass: z.array(BreakGlass).default([]),
  })
  .meta({ id: 'Rotation', description: 'Replacing secrets: methods, owners, approval, age, fallback.' })
