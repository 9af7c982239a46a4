import clsx from 'clsx'
import { ArrowRight } from 'lucide-react'

/** The class a policy gives a profile; the last two are production-like. */
export type ProfileClass = 'development' | 'verification' | 'pre_production' | 'production'

export type ProfileRef = { id: string; class: ProfileClass }

/** Profiles differ by line, not hue: dotted, dashed, solid, filled. Status colours stay free for status. */
const LINE: Record<ProfileClass, string> = { development: 'p0', verification: 'p1', pre_production: 'p2', production: 'p3' }

/** The tag of a profile: its id as the policy writes it, in the line of its class. */
export function ProfileTag({ profile }: { profile: ProfileRef }) {
  return <span className={clsx('pf', LINE[profile.class])}>{profile.id}</span>
}

/** "staging → prod". Read aloud as "staging to prod". */
export function ProfileArrow({ from, to }: { from: ProfileRef; to: ProfileRef }) {
  return (
    <span className="pfto">
      <ProfileTag profile={from} />
      <ArrowRight size={14} aria-hidden="true" />
      <span className="sr">to</span>
      <ProfileTag profile={to} />
    </span>
  )
}
