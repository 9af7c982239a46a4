import { z } from 'zod'
import {
  Condition,
  Duration,
  Id,
  Level,
  Moment,
  Observed,
  PathName,
  Pattern,
  ProfileId,
  RoleName,
  rule,
  Statement,
  Text,
  VariableName,
} from './basics'

/** A document this policy was written from; rules cite it. */
export const SourceDocument = z
  .strictObject({ id: Id, title: Text, version: z.string().max(32).optional(), status: z.string().max(64).optional() })
  .meta({ id: 'SourceDocument', description: 'A document that rules of this policy cite in `source.document`.' })

/** The governing document itself: its version, standing and relation to others (000.1, 002.1 to 002.4, 004.1). */
export const GoverningDocument = rule('GoverningDocument', 'The document this policy turns into data.', {
  title: Text,
  version: z.string().max(32).optional(),
  status: z.string().max(64).optional().describe('As the document states it, for example "Starting".'),
  kind: z
    .enum(['matrix', 'workflow', 'contract', 'model'])
    .describe('contract: expectations only, nothing is implemented by it. model: defines a runtime environment.'),
  normative: z.boolean().describe('True: where code, workflows or scripts disagree, the document wins, and the disagreement is a finding.'),
  precedence: Text.optional().describe('The precedence sentence in the document’s words.'),
  appliesTo: z.array(ProfileId),
  dependsOn: z
    .array(
      rule('DocumentDependency', 'An authoritative document this one must stay consistent with.', {
        id: Id,
        document: PathName,
        notes: Text.optional(),
      }),
    )
    .default([]),
  onConflict: rule('OnConflict', 'What happens when documents disagree.', {
    action: z.enum(['stop', 'document-wins', 'finding']).describe('stop: raise an issue and stop; promotions under the conflict are held.'),
    text: Text,
  }).optional(),
  mustSay: z.array(Statement).default([]).describe('What the document undertakes to specify.'),
  scope: z.strictObject({ inScope: z.array(Text).default([]), outOfScope: z.array(Text).default([]) }).optional(),
  definitions: z.array(rule('Definition', 'A word and what it means here.', { id: Id, term: Text, meaning: Text })).default([]),
  statusFields: z.array(rule('StatusField', 'A status line of the document.', { id: Id, label: Text, value: Text })).default([]),
})

export const CLASSES = ['development', 'verification', 'pre-production', 'production'] as const
export const ProfileClass = z.enum(CLASSES).meta({
  id: 'ProfileClass',
  description: 'pre-production and production together are "production-like". A name nobody declared counts as production.',
})

/** A named runtime context. Profiles stand in promotion order. */
export const Profile = rule('Profile', 'A named runtime context of the system. Write profiles in promotion order.', {
  id: Id,
  name: Text,
  class: ProfileClass,
  aliases: z.array(z.string().min(1).max(64)).default([]).describe('Other names that resolve to this profile, exactly as written.'),
  deployable: z.boolean().describe('False: releases are never deployed to it by default.'),
  primaryRuntime: Text.optional(),
  launchPath: Text.optional(),
  dataSource: Text.optional(),
  snapshots: z.boolean().default(false).describe('True: its data source or backups are snapshots with identity and age.'),
  intendedUsage: Text,
  observed: z
    .strictObject({ primaryRuntime: Pattern.optional(), launchPath: Pattern.optional(), dataSource: Pattern.optional() })
    .optional()
    .describe('What a runtime reports of itself must match; left out: the text itself, compared without case.'),
  characteristics: z.array(Statement).default([]),
})

export const ConstraintCell = z
  .strictObject({
    level: Level,
    moment: Moment.optional(),
    qualifiers: z.array(Text).default([]).describe('Refinements: "env-only", "no plaintext in repo", "audited".'),
    subject: Text.optional().describe('Who the rule binds, when not everybody: "agents".'),
    except: Text.optional(),
    when: Condition.optional(),
    text: Text.describe('The words of the document, as the screen shows them.'),
  })
  .meta({ id: 'ConstraintCell', description: 'What one concern demands on one profile.' })

export const Constraint = rule('Constraint', 'A concern with its level on each profile: one row of the grid.', {
  id: Id,
  title: Text,
  group: Text,
  paths: z.array(PathName).default([]).describe('Files or scripts the concern names.'),
  check: z.string().max(1_000).optional().describe('Command that tells whether it holds.'),
  observed: z.array(Observed).default([]).describe('Reported facts that judge it, on every profile; the worst wins.'),
  cells: z.record(z.string(), ConstraintCell).describe('Profile id to cell. A profile left out has no rule here.'),
})

export const Agent = rule(
  'Agent',
  'Software that acts on its own, with a sponsoring person. It performs and brings evidence; it never signs.',
  {
    id: Id,
    name: Text,
    title: Text.describe('The title under which the document names it.'),
    sponsorRole: RoleName.describe('A person in this role answers for it.'),
  },
)

/** What a name of a runtime context may be, and what follows from its class (001.5 to 001.7). */
export const ProfileNaming = rule('ProfileNaming', 'The variable that tells a runtime which profile it is, and what names it may hold.', {
  variable: VariableName.optional(),
  values: z.record(z.string(), z.string().min(1).max(64)).default({}).describe('Profile id to the value its runtimes carry.'),
  unknown: z.strictObject({
    countsAs: z.literal('production').describe('A name nobody declared counts as production.'),
    text: Text,
    unless: z
      .strictObject({ id: Id, text: Text, needs: z.array(z.enum(['owner', 'reason', 'expiry'])) })
      .optional()
      .describe('The explicit flag under which a non-standard name may count otherwise.'),
  }),
})

export const ClassBehaviour = rule('ClassBehaviour', 'What follows from a profile’s class.', {
  id: Id,
  classes: z.array(ProfileClass).min(1),
  drives: z.enum(['routes', 'observability', 'secrets', 'data']).describe('What the class decides.'),
  state: z.enum(['enabled', 'disabled', 'fail-closed', 'predictable']),
  paths: z.array(PathName).default([]),
  text: Text,
})

export const Conflict = rule('Conflict', 'Two places that disagree, and which one holds here.', {
  id: Id,
  text: Text,
  resolution: Text,
})

export const Phases = rule('Phases', 'Phases of the project that change what is allowed. Moving to another is a change of this policy.', {
  current: Id,
  known: z.array(rule('Phase', 'A phase.', { id: Id, title: Text, text: Text.optional() })).min(1),
  change: Statement.optional().describe('What has to happen before the phase changes.'),
  enforced: z.array(Statement).default([]),
})

export const ContactList = rule(
  'ContactList',
  'Who is called when something goes wrong. Names and the date of confirmation are facts, not policy.',
  {
    id: Id,
    title: Text,
    roles: z.array(RoleName).min(1),
    reach: Text.optional(),
    confirmEvery: Duration.optional().describe('How long a confirmation stays good.'),
    profiles: z.array(ProfileId).optional(),
  },
)

export const Observations = rule('Observations', 'What runtimes, agents and pipelines report of profiles.', {
  staleAfter: Duration.describe('How long a reported fact stays good.'),
  text: Text,
})

export const Attestation = rule('Attestation', 'Something no machine reports: a person says so, with a date, an owner and a next date.', {
  id: Id,
  title: Text,
  text: Text,
  profiles: z.array(ProfileId).optional().describe('One for each of these profiles; left out: one for the system.'),
  by: z.array(RoleName).min(1),
  every: Duration.describe('How long it stays good.'),
})
