import { z } from 'zod'
import { askFallbackInput, cleanUpFallbackInput, extendFallbackInput } from './fallback'
import { fromForm, isRecord } from './form'

/** A length in ms from now, as a form gives it, as the instant that the input wants; what is no length stays away, so that the input says what is wanted. */
function untilOf(forMs: unknown): string | undefined {
  const ms = Number(forMs)
  return Number.isFinite(ms) && ms > 0 && ms < 1e11 ? new Date(Date.now() + ms).toISOString() : undefined
}

function withUntil(raw: unknown): unknown {
  if (!isRecord(raw)) return raw
  const { forMs, length: _chosen, ...rest } = raw
  return { ...rest, until: untilOf(forMs) }
}

/** The form that asks for break-glass: how long is counted from now, and what is left blank is left out. */
export const askFallbackForm = z.preprocess(withUntil, fromForm(askFallbackInput)).meta({ id: 'AskFallbackForm' })

/** The form that asks for the one extension, counted from now. */
export const extendFallbackForm = z.preprocess(withUntil, fromForm(extendFallbackInput)).meta({ id: 'ExtendFallbackForm' })

/** The form of the clean-up: a note or a link left blank is left out. */
export const cleanUpFallbackForm = fromForm(cleanUpFallbackInput)
