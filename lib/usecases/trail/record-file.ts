import 'server-only'
import { mutate } from '@/lib/db/mutate'
import type { AuditValue } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'

/** A file that was taken out of the auditor's room: which, about what, and up to which size of the log it stands. */
export type TakenFile = {
  format: 'population' | 'sample' | 'segregation'
  system: string | null
  size: number
  about: Readonly<Record<string, AuditValue>>
}

/** Puts on the record that somebody took a file out of the auditor's room, before it is given. Whoever gives it has judged that they may read it. */
export function recordFile(ctx: Ctx, file: TakenFile): Promise<void> {
  return mutate(ctx, async () => ({
    result: undefined,
    events: [
      {
        action: 'trail.exported',
        system: file.system,
        subject: { kind: 'trail', id: file.format },
        after: { ...file.about, format: file.format, size: file.size },
      },
    ],
  }))
}
