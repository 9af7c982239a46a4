import { z } from 'zod'
import { TICK_STATES } from '@/lib/domain/checklist'
import { STEP_PHASES } from '@/lib/domain/policy/parts/steps'
import { ChecklistKey, ProfileKey, ReleaseVersion, Sha256, SystemSlug, Uuid } from '../common'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

export const listChecklistsInput = z.strictObject({ system: SystemSlug })
export const getChecklistInput = z.strictObject({ system: SystemSlug, checklist: ChecklistKey })
export const listRunsInput = z.strictObject({
  system: SystemSlug,
  version: ReleaseVersion.optional().describe('Only for this release.'),
  profile: ProfileKey.optional().describe('Only towards this profile.'),
  checklist: ChecklistKey.optional().describe('Only of this checklist.'),
  ...pageQuery,
})
export const getRunInput = z.strictObject({ run: Uuid.describe('Id of the run.') })

export const ChecklistSummary = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    ordered: z.boolean(),
    profiles: z.array(z.string()).nullable().describe('The profiles it is for; null for every one.'),
    file: z.string().nullable(),
    external: z
      .boolean()
      .describe('True: its items come from an imported file. A gate on it fails closed until a Release Manager imports it in the browser.'),
    template: z
      .strictObject({ number: z.int(), hash: Sha256, importedBy: Who, importedAt: UtcInstant })
      .nullable()
      .describe('The newest import of an external one.'),
  })
  .meta({ id: 'ChecklistSummary' })

const Item = {
  id: z.string(),
  text: z.string(),
  phase: z.enum(STEP_PHASES),
  parent: z.string().nullable().describe('The item this one is a part of.'),
  command: z.string().nullable(),
  expected: z.string().nullable().describe('What shows that it worked.'),
}
export const ListChecklistsAnswer = z.strictObject({ items: z.array(ChecklistSummary) })
export const ChecklistAnswer = ChecklistSummary.extend({
  items: z.array(
    z.strictObject({
      ...Item,
      when: z.string().nullable().describe('Condition under which it applies.'),
      variants: z.array(z.strictObject({ id: z.string(), title: z.string() })),
    }),
  ),
}).meta({ id: 'Checklist' })

export const RunItem = z
  .strictObject({
    id: z.uuid(),
    system: SystemSlug,
    version: ReleaseVersion,
    profile: z.string(),
    checklist: z.string(),
    templateHash: Sha256,
    variant: z.string().nullable(),
    startedBy: Who,
    startedAt: UtcInstant,
  })
  .meta({ id: 'ChecklistRunItem' })
export const ListRunsAnswer = pageAnswer(RunItem)
export const RunAnswer = RunItem.extend({
  ordered: z.boolean(),
  next: z.string().nullable().describe('The first item that is not settled.'),
  counts: z.strictObject({ total: z.int(), done: z.int(), failed: z.int(), open: z.int(), notApplicable: z.int() }),
  items: z.array(
    z.strictObject({
      ...Item,
      depth: z.int(),
      parts: z.array(z.string()).describe('Items it is done by; it is not ticked itself.'),
      choices: z.array(z.strictObject({ id: z.string(), title: z.string() })).describe('Ways of which one is to be chosen first.'),
      asks: z.string().nullable().describe('A condition that only a person can answer; such an item may be `not_applicable`.'),
      state: z.enum(TICK_STATES),
      by: Who.nullable(),
      at: UtcInstant.nullable(),
      note: z.string().nullable(),
      link: z.string().nullable(),
    }),
  ),
}).meta({ id: 'ChecklistRun' })
export const StartedRunAnswer = z
  .strictObject({ id: z.uuid(), items: z.int().describe('How many items apply.') })
  .meta({ id: 'StartedChecklistRun' })
export const TickedItemAnswer = z
  .strictObject({
    state: z.enum(TICK_STATES),
    next: z.string().nullable().describe('The next item that is not settled.'),
    voided: z.boolean().describe('True: a sealed version fell by it.'),
  })
  .meta({ id: 'TickedItem' })
export const ChosenVariantAnswer = z.strictObject({ variant: z.string() }).meta({ id: 'ChosenVariant' })
