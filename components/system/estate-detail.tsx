import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { SubHead } from '@/components/ui/section'
import { Status, StatusGlyph } from '@/components/ui/status'
import { RelativeTime } from '@/components/ui/time'
import type { Estate } from '@/lib/queries/estate'
import { routes } from '@/lib/routes'
import { joiner } from './cell-words'
import { profileRef } from './profile-ref'

/** Each system with its profiles in words: what the grid shows by shape, said in full. On a phone it stands alone. */
export function EstateDetail({ estate }: { estate: Estate }) {
  return (
    <div className="mt-8 grid gap-x-10 gap-y-7 sm:grid-cols-2">
      {estate.systems.map((system) => (
        <section key={system.slug} aria-label={system.name}>
          <SubHead
            title={
              <Link href={routes.system(system.slug)} className="row">
                <StatusGlyph status={system.worst} size={13} />
                {system.name}
              </Link>
            }
            ruled
          />
          <ul>
            {system.profiles.map((profile) => (
              <li key={profile.profile} className="border-line grid grid-cols-[104px_minmax(0,1fr)] gap-x-3 border-b py-2">
                <span>
                  <ProfileTag profile={profileRef(profile.profile, profile.class)} />
                </span>
                <span className="min-w-0">
                  <b className="mono b">{profile.version ?? 'none'}</b>
                  <span className="t-xs c2 block">
                    <Status status={profile.state} long plain>
                      {profile.sentence}
                      {profile.at ? (
                        <>
                          {joiner(profile.sentence)}
                          <RelativeTime at={profile.at} />
                        </>
                      ) : null}
                    </Status>
                  </span>
                  {profile.promotion ? (
                    <Link className="link t-xs" href={routes.promotion(profile.promotion)}>
                      {profile.promotion} is on its way here
                    </Link>
                  ) : null}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
