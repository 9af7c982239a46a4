import clsx from 'clsx'
import { Link } from '@/components/ui/link'
import { STATUS_WORD, StatusGlyph } from '@/components/ui/status'
import { RelativeTime } from '@/components/ui/time'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import type { Estate, EstateProfile } from '@/lib/queries/estate'
import { routes } from '@/lib/routes'

const CLASS_WORD: Record<ProfileClass, string> = {
  development: 'Local, dev',
  verification: 'CI',
  'pre-production': 'Staging',
  production: 'Production',
}

/** Words of a standing that a narrow cell has no room for. */
const SHORT: Readonly<Record<string, string>> = {
  'rule broken': 'broken',
  'nothing deployed': 'empty',
  'never deployed': 'not run',
  'covered drift': 'covered',
}

/** Systems by classes of profiles: version and worst state in each place, hatched where a system has no such profile. */
export function EstateMatrix({ estate, wide }: { estate: Estate; wide?: boolean }) {
  return (
    <table className="world">
      <caption className="sr">What runs where, with the worst state of each profile</caption>
      <thead>
        <tr>
          <th scope="col" className={clsx(wide && 'w-[22%]')}>
            System
          </th>
          {estate.classes.map((each) => (
            <th key={each} scope="col">
              {CLASS_WORD[each]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {estate.systems.map((system) => (
          <tr key={system.slug}>
            <th scope="row">
              <Link href={routes.system(system.slug)} className={clsx(wide && 'link')}>
                {system.name}
              </Link>
            </th>
            {estate.classes.map((each) => {
              const here = system.profiles.filter((profile) => profile.class === each)
              return here.length === 0 ? (
                <td key={each} className="none">
                  <span className="sr">no such profile</span>
                </td>
              ) : (
                <td key={each} className="cell">
                  {here.map((profile) => (
                    <Place key={profile.profile} slug={system.slug} profile={profile} wide={wide} />
                  ))}
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Place({ slug, profile, wide }: { slug: string; profile: EstateProfile; wide?: boolean }) {
  return (
    <Link href={routes.system(slug, { profile: profile.profile })} className="block">
      <span className="v">
        <StatusGlyph status={profile.state} size={12} label={STATUS_WORD[profile.state]} />
        <span className="trunc">{profile.version ?? 'none'}</span>
      </span>
      <small>
        {wide ? `${profile.profile}, ` : ''}
        {profile.state === 'pass' && profile.at ? (
          <RelativeTime at={profile.at} short={!wide} />
        ) : wide ? (
          profile.words
        ) : (
          (SHORT[profile.words] ?? profile.words)
        )}
      </small>
    </Link>
  )
}
