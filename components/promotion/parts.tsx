import { profileRef } from '@/components/system/profile-ref'
import { Avatar } from '@/components/ui/actor'
import { ProfileArrow, ProfileTag } from '@/components/ui/profile'
import { Chip } from '@/components/ui/status'
import type { Mover } from '@/lib/domain/holding'
import type { ProfileView } from '@/lib/queries/promotion-card'

/** "staging to prod" of a promotion. */
export function Way({ from, to }: { from: ProfileView; to: ProfileView }) {
  return <ProfileArrow from={profileRef(from.id, from.class)} to={profileRef(to.id, to.class)} />
}

/** One profile. */
export function Place({ profile }: { profile: ProfileView }) {
  return <ProfileTag profile={profileRef(profile.id, profile.class)} />
}

/** Says that a promotion is an emergency one and under which incident. Hatched, as break-glass alone is; nothing at all for an ordinary one. */
export function EmergencyChip({ incident }: { incident: string | null }) {
  return incident === null ? null : <Chip status="glass">Emergency, {incident}</Chip>
}

/** Who can move something: the first by name, the rest by number. */
export function Movers({ who, you }: { who: readonly Mover[]; you?: string }) {
  const [first] = who
  if (!first) return <span className="c3">nobody can, ask an admin</span>
  const rest = who.length - 1
  return (
    <span className="actor max-w-full min-w-0">
      <Avatar name={first.name} kind={first.kind} />
      <span className="min-w-0">
        {first.name}
        {first.kind === 'person' ? null : <span className="sr"> (agent)</span>}
        {first.name === you ? ', you' : ''}
        {rest > 0 ? <span className="c3">, or {rest === 1 ? '1 other' : `${rest} others`}</span> : null}
      </span>
    </span>
  )
}
