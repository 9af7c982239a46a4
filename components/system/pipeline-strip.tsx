import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { Slots } from '@/components/ui/signature'
import { Chip, StatusGlyph } from '@/components/ui/status'
import { RelativeTime } from '@/components/ui/time'
import type { ProfileStanding } from '@/lib/domain/profile-standing'
import type { PipelineEdge } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { joiner } from './cell-words'
import { profileRef } from './profile-ref'

/** A system from its first profile to its last: what runs where and how that stands, and between them what is on its way. */
export function PipelineStrip({ profiles, edges }: { profiles: readonly ProfileStanding[]; edges: readonly PipelineEdge[] }) {
  return (
    <ol className="pipeline" aria-label="Pipeline">
      {profiles.flatMap((profile, index) => [
        <li key={profile.profile} className="stop">
          <Stop profile={profile} />
        </li>,
        ...(edges[index]
          ? [
              <li key={`${profile.profile} onward`} className="edge">
                <Edge edge={edges[index]} />
              </li>,
            ]
          : []),
      ])}
    </ol>
  )
}

function Stop({ profile }: { profile: ProfileStanding }) {
  return (
    <>
      <div className="row min-w-0">
        <ProfileTag profile={profileRef(profile.profile, profile.class)} />
        {profile.version ? <b className="mono bb trunc text-sm">{profile.version}</b> : <span className="c3">none</span>}
      </div>
      <div className="t-xs c2 mt-1 flex gap-1.5">
        <span className="mt-0.5">
          <StatusGlyph status={profile.state} size={13} />
        </span>
        <span>
          {profile.sentence}
          {profile.at ? (
            <>
              {joiner(profile.sentence)}
              <RelativeTime at={profile.at} />
            </>
          ) : null}
        </span>
      </div>
    </>
  )
}

function Edge({ edge }: { edge: PipelineEdge }) {
  const { promotion } = edge
  if (!promotion) return <span className="t-2xs c3">{edge.exists ? 'nothing on its way' : 'no way here'}</span>
  return (
    <Link href={routes.promotion(promotion.id)}>
      <span className="sr">{promotion.id}, </span>
      {promotion.emergency ? (
        <>
          <Chip status="glass">Emergency</Chip>
          <span className="t-2xs c3">{promotion.emergency}</span>
          <span className="t-2xs c2">
            {promotion.passed} of {promotion.total} gates
          </span>
        </>
      ) : (
        <Chip status={promotion.state}>
          {promotion.passed} of {promotion.total} gates
          {promotion.covered > 0 ? `, ${promotion.covered} by exception` : ''}
        </Chip>
      )}
      {promotion.slots.length > 0 ? (
        <>
          <Slots slots={promotion.slots} />
          <span className="sr">{promotion.words}, </span>
        </>
      ) : (
        <span className="t-2xs c3">{promotion.words}</span>
      )}
      <span className="t-2xs c3 mono">{promotion.version}</span>
      {edge.more > 0 ? <span className="t-2xs c3">and {edge.more} more</span> : null}
    </Link>
  )
}
