import { profileRef } from '@/components/system/profile-ref'
import { ProfileTag } from '@/components/ui/profile'
import { Status } from '@/components/ui/status'
import type { CapabilityOff } from '@/lib/domain/contract/evaluate'
import type { PolicyProfile } from '@/lib/domain/policy/schema'

const WHEN: Readonly<Record<string, string>> = {
  disabled: 'stays off',
  'startup-failure': 'fails: it does not start',
  default: 'falls to its default',
}

/** What a system does not do on a profile while names are missing there (001.4). */
export function CapabilitiesOff({
  profiles,
}: {
  profiles: readonly { profile: PolicyProfile; off: readonly CapabilityOff[]; reported: boolean }[]
}) {
  const rows = profiles.filter(({ off }) => off.length > 0)
  if (rows.length === 0)
    return (
      <p className="c2 py-3">
        {profiles.some(({ reported }) => reported)
          ? 'Nothing stays off for want of a variable, as far as anybody reported.'
          : 'Nobody reported the variables of a profile on which something depends on them.'}
      </p>
    )
  return (
    <ul>
      {rows.flatMap(({ profile, off }) =>
        off.map((each) => (
          <li key={`${profile.id} ${each.id}`} className="border-line grid gap-1 border-b py-3">
            <p>
              <ProfileTag profile={profileRef(profile.id, profile.class)} />{' '}
              <Status status={each.whenMissing === 'startup-failure' ? 'fail' : 'denied'} long>
                {each.title} {WHEN[each.whenMissing] ?? each.whenMissing}
              </Status>
            </p>
            <p className="t-xs c2">
              Missing or not valid: {each.missing.join(', ')}. {each.text}
            </p>
          </li>
        )),
      )}
    </ul>
  )
}
