import clsx from 'clsx'
import { initials } from '@/lib/format'

export type ActorKind = 'person' | 'agent' | 'token'

/** Round is a person, a dashed square is a machine (agent, pipeline token). Decorative: the name stands beside it. */
export function Avatar({ name, kind = 'person', large, short }: { name: string; kind?: ActorKind; large?: boolean; short?: string }) {
  return (
    <span className={clsx('av', kind !== 'person' && 'agent', large && 'lg')} aria-hidden="true">
      {short ?? initials(name)}
    </span>
  )
}

/** Avatar and name; a machine is also named as one to screen readers. `you` adds the word. */
export function Actor({ name, kind = 'person', short, you }: { name: string; kind?: ActorKind; short?: string; you?: boolean }) {
  return (
    <span className="actor">
      <Avatar name={name} kind={kind} short={short} />
      <span>
        {name}
        {kind === 'person' ? null : <span className="sr"> (agent)</span>}
        {you ? <span className="c3">, you</span> : null}
      </span>
    </span>
  )
}
