import { z } from 'zod'
import { Command, Condition, Duration, EvidenceKind, Id, PathName, ProfileId, rule, Text } from './basics'
import { RotationMethod } from './variables'

export const STEP_PHASES = ['prerequisite', 'before', 'during', 'after', 'rollback'] as const
export const StepPhase = z.enum(STEP_PHASES).meta({
  id: 'StepPhase',
  description:
    'before, during and after the act itself; runbooks also have prerequisites and a rollback. A promotion gate counts `before` items only.',
})

/** One step or tick of a checklist or runbook. Its id is stable, so that other steps and evidence can refer to it (003.15). */
export const StepItem = z
  .strictObject({
    id: Id,
    number: z.string().max(16).optional().describe('The number the document gives it, for example "3.2".'),
    text: Text,
    phase: StepPhase,
    group: Text.optional(),
    parent: Id.optional().describe('Id of the item this one is a part of.'),
    when: Condition.optional(),
    variants: z
      .array(
        z.strictObject({
          id: Id,
          title: Text,
          command: Command.optional(),
          when: Condition.optional(),
        }),
      )
      .default([])
      .describe('Ways to do it, of which one applies; remembered for each profile.'),
    command: Command.optional(),
    workingDirectory: Text.optional(),
    expected: Text.optional().describe('What shows that it worked.'),
    evidence: EvidenceKind,
    ranIn: Text.optional().describe('Where it has to run, when that matters: "deploy runtime".'),
    byHand: z
      .strictObject({ allowed: z.boolean(), text: Text })
      .optional()
      .describe('Whether it may be done by hand; evidence then says so.'),
    does: z.array(Text).default([]).describe('What the step consists of.'),
    captures: z
      .strictObject({ what: Text, as: z.literal('reference') })
      .optional()
      .describe('What must be kept safe elsewhere; only the reference is recorded, never the value.'),
    records: z
      .enum(['new-key', 'old-key-retired'])
      .optional()
      .describe('What a rotation step brings about: the ids of the new keys are given with it, or the proof that the old key is gone.'),
    refersTo: Id.optional().describe('Id of another item this one builds on.'),
    derived: Text.optional().describe('Why the item is here although the document does not list it.'),
  })
  .meta({ id: 'StepItem' })

export const Checklist = rule(
  'Checklist',
  'A checklist. With `external: true` its items are imported from the file and kept as versioned templates.',
  {
    id: Id,
    title: Text,
    file: PathName.optional(),
    external: z
      .boolean()
      .default(false)
      .describe('True: the items live in `file`; a gate that needs it fails closed until somebody imports it.'),
    ordered: z.boolean(),
    profiles: z.array(ProfileId).optional(),
    items: z.array(StepItem).default([]),
  },
)

export const Runbook = rule('Runbook', 'Steps for something that is done rather than ticked: rotation, rollback, migration, local start.', {
  id: Id,
  title: Text,
  kind: z.enum(['rotation', 'rollback', 'migration', 'development', 'deployment']),
  method: RotationMethod.optional(),
  profiles: z.array(ProfileId).optional(),
  groups: z.array(Id).optional().describe('Secret groups it serves.'),
  ordered: z.boolean(),
  window: z
    .strictObject({ expected: Duration, text: Text, onCalendar: z.boolean() })
    .optional()
    .describe('How long it takes and what users notice.'),
  rollbackTriggers: z.array(z.strictObject({ id: Id, text: Text })).default([]),
  states: z
    .array(z.strictObject({ id: Id, title: Text, after: Id.optional() }))
    .default([])
    .describe('States that follow from recorded steps; `after` names the step.'),
  onFailure: z.strictObject({ incident: z.boolean(), postmortem: Text.optional(), text: Text }).optional(),
  items: z.array(StepItem).min(1),
})
