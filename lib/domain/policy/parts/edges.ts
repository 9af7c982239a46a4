import { z } from 'zod'
import {
  Command,
  Condition,
  Duration,
  EvidenceKind,
  Id,
  Observed,
  PathName,
  ProfileId,
  RoleName,
  rule,
  Slot,
  Statement,
  Text,
  VariableName,
} from './basics'

/** One thing that must hold before a release moves along an edge. */
export const Gate = rule('Gate', 'One thing that must hold before a release moves along the edge.', {
  id: Id,
  title: Text,
  kind: z
    .enum(['check', 'attestation', 'checklist'])
    .describe(
      'check: a result of a machine or a person; attestation: a person in a role says so; checklist: a run whose items are ticked.',
    ),
  asks: Text.describe('What it asks, as one sentence in the words of the document.'),
  command: Command.optional(),
  evidenceKind: EvidenceKind,
  validFor: Duration.optional().describe('How long evidence stays fresh. Left out: as long as release and profile are the same.'),
  boundToSnapshotOf: ProfileId.optional().describe('Evidence must be about this profile’s newest snapshot; a newer one makes it stale.'),
  ranIn: Text.optional().describe('Where it has to run, when that matters.'),
  by: z.strictObject({
    kinds: z
      .array(z.enum(['person', 'agent', 'token']))
      .min(1)
      .describe('Who or what may bring evidence.'),
    roles: z
      .array(RoleName)
      .min(1)
      .optional()
      .describe('A person needs one of these roles. Left out: any role that may act on the system.'),
  }),
  checklist: Id.optional().describe('Id of a checklist, for gates of that kind.'),
  observed: z
    .array(Observed)
    .default([])
    .describe('Reported facts that are evidence for it: an observation of the profile brings a result by itself.'),
  observedOn: ProfileId.optional().describe(
    'The profile that is observed; left out: the target. Another one counts only while it runs the same artefact.',
  ),
  contract: z.boolean().default(false).describe('True: asks whether every variable of the target profile is valid.'),
  blocking: z.boolean().default(true),
  when: Condition.optional(),
})

/** A permitted way from one profile to another. Nothing else is a promotion. */
export const Edge = rule('Edge', 'A permitted way from one profile to another. Any other move is a deviation.', {
  id: z
    .string()
    .max(140)
    .regex(/^[a-z0-9._-]+->[a-z0-9._-]+$/, 'an edge id: from->to, for example staging->prod')
    .describe('from->to, for example staging->prod.'),
  from: ProfileId,
  to: ProfileId,
  gates: z.array(Gate),
  signOff: rule('SignOff', 'Who signs.', {
    slots: z.array(Slot).min(1),
    contributorsMaySign: z
      .boolean()
      .describe(
        'Whether people who contributed to the release may sign it. False for production-like targets unless the document says so.',
      ),
  }),
  emergency: rule('Emergency', 'Who signs in an emergency, and by when the rest is reviewed.', {
    slots: z.array(Slot).min(1),
    reviewWithin: Duration,
    neverSkip: z.array(Id).default([]).describe('Gates that hold even then. Any other may be named as skipped, with the reason.'),
  }).optional(),
  requiresApprovedBundle: z.boolean().default(false).describe('True: only a release whose bundle is approved may take this edge.'),
})

export const DRIFT_FIELDS = ['date-time', 'owner', 'expected-duration', 'remediation-path'] as const

export const Drift = rule('Drift', 'How a deviation from this policy is recorded and who approves it.', {
  text: Text,
  recordedIn: z.enum(['release-notes', 'issue', 'record']),
  mandatoryFields: z.array(z.enum(DRIFT_FIELDS)).min(1),
  tiers: z
    .array(
      rule('DriftTier', 'Exceptions up to a duration, and who approves them. No slots: filing approves it, and it never covers a gate.', {
        id: Id,
        title: Text,
        upTo: Duration.optional().describe('Left out: any duration.'),
        slots: z.array(Slot),
      }),
    )
    .min(1)
    .describe('Shortest first.'),
  neverExceptable: z
    .array(
      rule('NeverExceptable', 'Something no exception can cover.', {
        id: Id,
        text: Text,
        constraint: Id.optional(),
        gate: Id.optional(),
        nonGoal: Id.optional(),
        isolation: Id.optional().describe('Id of an isolated resource or of an isolation rule.'),
        file: PathName.optional(),
        variable: VariableName.optional(),
        instead: Text.optional().describe('What is possible in its place.'),
      }),
    )
    .default([]),
  budget: rule('DriftBudget', 'How many days exceptions may be open, all together, in a stretch of time. Spent: promotions wait.', {
    days: z.int().min(1).max(10_000),
    within: Duration,
    text: Text,
  }).optional(),
})

export const Synchronisation = rule('Synchronisation', 'Files that change together.', {
  id: Id,
  when: z.array(Text).min(1).describe('What is introduced or changed.'),
  update: z.array(z.string().min(1).max(300)).min(1),
  also: z.array(Text).default([]),
  together: z.enum(['same-pull-request', 'same-release']),
  checks: z.array(Command).default([]).describe('Commands that enforce it.'),
  text: Text,
})

export const NonGoals = z.array(Statement)
