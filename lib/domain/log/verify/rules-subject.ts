import type { AuditValue } from '../../audit-event'

/** A sealed version as the events tell of it. `slots` is null for events from before they named them. */
export type Version = {
  number: number | null
  hash: string
  index: number
  slots: readonly string[] | null
  requester: string | null
  ended: string | null
  signed: { slot: string; signature: string; who: string }[]
}

/** What somebody signs: a promotion, a rotation, a fallback use, an exception. */
export type Subject = {
  id: string
  requester: string | null
  ended: string | null
  live: Version | null
  past: Version[]
  release: AuditValue
  to: AuditValue
  system: string | null
}

/** Why a subject is not decided on by everybody its live seal names, in words; null when it is, or when older events do not tell. */
export function whyNotWhole({ live, past }: Subject, hash: string | null): string | null {
  const version = live && live.hash === hash ? live : null
  if (!version) {
    const ended = past.find((each) => each.hash === hash)
    return ended ? `version ${ended.number} was ${ended.ended}` : 'the hash it names was not sealed'
  }
  const open = version.slots?.filter((slot) => !version.signed.some((each) => each.slot === slot)) ?? []
  return open.length > 0 ? `nobody had signed as ${open.join(', ')}` : null
}
