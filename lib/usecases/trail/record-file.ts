import 'server-only'
import { mutate } from '@/lib/db/mutate'
import { takeTries } from '@/lib/db/throttle'
import type { AuditValue } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import { EXPORTS_AN_HOUR } from '@/lib/domain/trail-export'

/** A file that was taken out of the auditor's room: which, about what, and up to which size of the log it stands. */
export type TakenFile = {
  format: 'population' | 'sample' | 'segregation'
  system: string | null
  size: number
  about: Readonly<Record<string, AuditValue>>
}

const HOUR_S = 3_600

/**
 * Puts on the record that somebody took a file out of the auditor's room, before it is given. Whoever gives it has judged that they may read it. As many
 * as exports in an hour, and one more a minute from then on (`throttled`): each is an event, and a loop shall not fill the record (T30, T35).
 */
export function recordFile(ctx: Ctx, file: TakenFile): Promise<void> {
  return mutate(ctx, async ({ tx, actor }) => {
    const bucket = { key: `room file ${actor.id}`, capacity: EXPORTS_AN_HOUR, everySeconds: HOUR_S / EXPORTS_AN_HOUR }
    const [taken] = await takeTries(tx, [bucket])
    if (!taken?.allowed)
      throw new Refused(
        refuse(
          'throttled',
          `You took ${EXPORTS_AN_HOUR} files out of the auditor’s room within an hour. Wait ${taken?.waitSeconds ?? HOUR_S} s for the next.`,
        ),
      )
    return {
      result: undefined,
      events: [
        {
          action: 'trail.exported',
          system: file.system,
          subject: { kind: 'trail', id: file.format },
          after: { ...file.about, format: file.format, size: file.size },
        },
      ],
    }
  })
}
