import { z } from 'zod'
import {
  addConditionInput,
  approveExceptionInput,
  closeExceptionInput,
  extendExceptionInput,
  fileExceptionInput,
  withdrawExceptionInput,
  withdrawExtensionInput,
} from './exception'
import { EXCEPTION_LENGTHS, UNTIL_DATE } from './exception-lengths'
import { fromForm, inUtc, isRecord } from './form'

/** The form of a filing: times are UTC, and the end is a length from the start or a date of its own. */
export const fileExceptionForm = z.preprocess((raw) => {
  if (!isRecord(raw)) return raw
  const { duration, untilAt, rule, ...rest } = raw
  const startsAt = inUtc(raw.startsAt)
  // No rule is chosen: one sentence says so, not also what a key looks like.
  return { ...rest, ...(rule === '' ? {} : { rule }), startsAt, until: endIn(startsAt, duration, untilAt) }
}, fromForm(fileExceptionInput))

/** The form of an extension: a date and time in UTC. */
export const extendExceptionForm = z.preprocess(
  (raw) => (isRecord(raw) ? { ...raw, until: inUtc(raw.until) } : raw),
  fromForm(extendExceptionInput),
)

/** Conditions are typed one a line. */
export const approveExceptionForm = fromForm(approveExceptionInput, ['conditions'])
export const withdrawExceptionForm = fromForm(withdrawExceptionInput)
export const withdrawExtensionForm = fromForm(withdrawExtensionInput)
export const addConditionForm = fromForm(addConditionInput)
/** The form of closing: which of the two shows it only decides what the form asks for. */
export const closeExceptionForm = z.preprocess((raw) => {
  if (!isRecord(raw)) return raw
  const { by: _, ...rest } = raw
  return rest
}, fromForm(closeExceptionInput))

function endIn(startsAt: unknown, duration: unknown, untilAt: unknown): unknown {
  if (duration === UNTIL_DATE) return inUtc(untilAt)
  const length = EXCEPTION_LENGTHS.find(({ value }) => value === duration)
  const start = typeof startsAt === 'string' ? Date.parse(startsAt) : Number.NaN
  return length && !Number.isNaN(start) ? new Date(start + length.ms).toISOString() : ''
}
