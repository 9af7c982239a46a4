import { EmergencyChip } from '@/components/promotion/parts'
import { profileRef } from '@/components/system/profile-ref'
import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { Timeline } from '@/components/ui/timeline'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import type { DeploymentRow } from '@/lib/queries/deployments'
import { routes } from '@/lib/routes'
import { deploymentStatus, KIND_WORDS } from './deployment-words'

/** What happened on each profile, newest first; a crash that restarts again and again is one failed deployment. */
export function DeploymentTimelines({
  system,
  profiles,
  rows,
}: {
  system: { slug: string; name: string }
  profiles: readonly { id: string; class: ProfileClass; deployable: boolean }[]
  rows: ReadonlyMap<string, readonly DeploymentRow[]>
}) {
  return (
    <div className="grid gap-x-10 lg:grid-cols-2">
      {profiles.toReversed().map((profile) => {
        const here = rows.get(profile.id) ?? []
        return (
          <Section
            key={profile.id}
            title={<ProfileTag profile={profileRef(profile.id, profile.class)} />}
            aside={
              here.length > 0 ? (
                <Link className="link" href={routes.deployments({ system: system.slug, profile: profile.id })}>
                  All on {profile.id}
                </Link>
              ) : null
            }
          >
            {here.length === 0 ? (
              <div className="py-3">
                <EmptyState>
                  {profile.deployable
                    ? `No deployment of ${system.name} to ${profile.id} is on record.`
                    : `Releases are never deployed to ${profile.id}; it only verifies.`}
                </EmptyState>
              </div>
            ) : (
              <Timeline
                label={`Deployments to ${profile.id}`}
                items={here.map((row) => {
                  const { status, words } = deploymentStatus(row)
                  return {
                    key: row.id,
                    status,
                    title: (
                      <Link href={routes.deployment(row.id)}>
                        <b className="mono b">{row.version}</b> <span className="c2">{words}</span>{' '}
                        <EmergencyChip incident={row.emergency} />
                      </Link>
                    ),
                    detail: `${KIND_WORDS[row.kind]}${row.reverts ? ` of ${row.reverts}` : ''} ${row.id}, recorded by ${row.startedBy.name}${row.violations.length > 0 ? `. ${row.violations.join(' ')}` : ''}`,
                    when: <Time at={row.startedAt} show="day-time" />,
                  }
                })}
              />
            )}
          </Section>
        )
      })}
    </div>
  )
}
