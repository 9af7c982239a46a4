import { Hash } from '@/components/ui/hash'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import type { HeldKey } from '@/lib/domain/key-standing'

/** A fingerprint, short, with the id of the HMAC key that made it: only those of one key can be compared. */
export function Fingerprint({ value, keyId }: { value: string; keyId: string }) {
  return (
    <span className="nowrap">
      <Hash hash={value} groups={2} seal={false} /> <span className="c3">by</span> <code>{keyId}</code>
    </span>
  )
}

const sameDay = (one: Date, other: Date): boolean => one.toISOString().slice(0, 10) === other.toISOString().slice(0, 10)

/** The keys a mapping holds, by their names: the one in use, and older ones that still work; when they were made is what their age counts from. Never a value. */
export function HeldKeys({ keys }: { keys: readonly HeldKey[] }) {
  if (keys.length === 0) return <Status status="stale">Not on record</Status>
  return (
    <ul className="grid gap-2">
      {keys.map((key) => (
        <li key={`${key.keyId} ${key.use}`}>
          <b className="mono">{key.keyId}</b>{' '}
          <span className="c3 t-xs nowrap">
            {key.use === 'current' ? 'since' : 'accepted since'} <Time at={key.activatedAt} show="date" />
          </span>
          {sameDay(key.bornAt, key.activatedAt) ? null : (
            <span className="t-xs c3 block">
              made <Time at={key.bornAt} show="date" />
            </span>
          )}
          <span className="t-xs block">
            {key.fingerprint ? <Fingerprint {...key.fingerprint} /> : <span className="c3">no fingerprint</span>}
          </span>
        </li>
      ))}
    </ul>
  )
}
