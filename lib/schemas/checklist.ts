import { z } from 'zod'
import { ChecklistKey, freeText, Link, ProfileKey, ReleaseVersion, SystemSlug, Uuid } from './common'

/** Imports a Markdown task list as the next version of a checklist that the policy keeps outside (000.30). */
export const importTemplateInput = z
  .strictObject({
    system: SystemSlug,
    checklist: ChecklistKey,
    fileName: freeText(200, 'Name the file.').describe('Name of the file it was read from.'),
    source: freeText(256 * 1024, 'The file is empty.').describe('The Markdown with `- [ ]` items.'),
  })
  .meta({ id: 'ImportChecklist' })

/** Starts a walk through a checklist for one release on its way to a profile. */
export const startRunInput = z
  .strictObject({
    system: SystemSlug,
    version: ReleaseVersion,
    profile: ProfileKey,
    checklist: ChecklistKey,
    variant: z.string().min(1).max(64).optional().describe('Which of the ways the checklist offers; remembered for the run.'),
  })
  .meta({ id: 'StartChecklistRun' })

export const ITEM_STATES = ['done', 'failed', 'not_applicable', 'open'] as const

/** Says of one item of a run that it is done, failed, not applicable, or open again. */
export const tickItemInput = z
  .strictObject({
    run: Uuid.describe('Id of the run.'),
    item: z.string().min(1).max(200).describe('Id of the item.'),
    state: z.enum(ITEM_STATES, 'done, failed, not_applicable or open'),
    note: freeText(500).optional().describe('A short note. Never a value of a secret.'),
    link: Link.optional(),
  })
  .meta({ id: 'TickItem' })

/** Chooses by which of the ways a checklist offers a run is walked. */
export const chooseVariantInput = z
  .strictObject({ run: Uuid.describe('Id of the run.'), variant: z.string().min(1).max(64).describe('Id of one of the ways offered.') })
  .meta({ id: 'ChooseChecklistVariant' })
