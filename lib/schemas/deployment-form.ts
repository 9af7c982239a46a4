import { z } from 'zod'
import { finishDeploymentInput, startDeploymentInput } from './deployment'
import { fromForm, isRecord, linesOf } from './form'

/** The form that starts a deployment: ticked inputs and other ones, a line each, are one list. */
export const startDeploymentForm = z.preprocess((raw) => {
  if (!isRecord(raw)) return raw
  const { other, inputs, ...rest } = raw
  return { ...rest, inputs: [linesOf(inputs ?? []), linesOf(other ?? [])].flat() }
}, fromForm(startDeploymentInput))

const STAMP = ['GIT_SHA', 'BUILD_DATE', 'APP_VERSION'] as const

/** The form that records a result: the fields of the stamp are one object, and a failure chosen from the list is its signature. */
export const finishDeploymentForm = z.preprocess((raw) => {
  if (!isRecord(raw)) return raw
  const { GIT_SHA, BUILD_DATE, APP_VERSION, known, failureSignature, ...rest } = raw
  const given = { GIT_SHA, BUILD_DATE, APP_VERSION }
  const stamp = Object.fromEntries(
    STAMP.flatMap((field) => (typeof given[field] === 'string' && given[field].trim() !== '' ? [[field, given[field].trim()]] : [])),
  )
  return {
    ...rest,
    ...(Object.keys(stamp).length > 0 ? { stamp } : {}),
    failureSignature: typeof known === 'string' && known !== '' ? known : failureSignature,
  }
}, fromForm(finishDeploymentInput))
