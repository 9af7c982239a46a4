import { z } from 'zod'
import { fromForm, inUtc, isRecord } from './form'
import { openPromotionInput, setWindowInput } from './promotion'

/** The form that opens a promotion: the chosen way is sent as its two ends, and times are UTC. */
export const openPromotionForm = z.preprocess(
  (raw) => {
    if (!isRecord(raw)) return raw
    const { way: _way, windowStartsAt, windowEndsAt, emergency, incident, skipGates, skipReason, ...rest } = raw
    // What was chosen for an emergency before its box was cleared again is not sent along.
    const isEmergency = emergency === 'yes'
    return {
      ...rest,
      windowStartsAt: inUtc(windowStartsAt),
      windowEndsAt: inUtc(windowEndsAt),
      ...(isEmergency ? { emergency: true, incident, skipGates, skipReason } : {}),
    }
  },
  fromForm(openPromotionInput, ['skipGates']),
)

/** The form of the window: both empty removes it. */
export const setWindowForm = z.preprocess(
  (raw) => (isRecord(raw) ? { ...raw, startsAt: inUtc(raw.startsAt), endsAt: inUtc(raw.endsAt) } : raw),
  setWindowInput,
)
