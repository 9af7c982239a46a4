import { z } from 'zod'
import { NEW_KEY_FIELD } from './field-names'
import { fromForm, inUtc, isRecord } from './form'
import {
  changePlanInput,
  completeRotationInput,
  confirmRotationInput,
  finishRollbackInput,
  openRotationInput,
  recordStepInput,
  rollBackInput,
} from './rotation'

const withUtcWindow = (raw: unknown) =>
  isRecord(raw) ? { ...raw, windowStartsAt: inUtc(raw.windowStartsAt), windowEndsAt: inUtc(raw.windowEndsAt) } : raw

export const openRotationForm = z.preprocess(withUtcWindow, fromForm(openRotationInput, ['secrets']))
export const changePlanForm = z.preprocess(withUtcWindow, fromForm(changePlanInput))

/** The form of a step: ids of new keys come in a field for each secret. */
export const recordStepForm = z.preprocess((raw) => {
  if (!isRecord(raw)) return raw
  const fields = Object.entries(raw)
  const newKeys = fields.flatMap(([name, value]) =>
    name.startsWith(NEW_KEY_FIELD) && typeof value === 'string' && value.trim() !== ''
      ? [[name.slice(NEW_KEY_FIELD.length), value.trim()]]
      : [],
  )
  const rest = Object.fromEntries(fields.filter(([name]) => !name.startsWith(NEW_KEY_FIELD)))
  return newKeys.length === 0 ? rest : { ...rest, newKeys: Object.fromEntries(newKeys) }
}, fromForm(recordStepInput))

export const confirmRotationForm = fromForm(confirmRotationInput)
export const completeRotationForm = fromForm(completeRotationInput)
export const rollBackForm = fromForm(rollBackInput)
export const finishRollbackForm = fromForm(finishRollbackInput)
