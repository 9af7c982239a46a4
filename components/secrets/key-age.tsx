import { ageOfLimit, KEY_STATUS, keyWords } from '@/components/rotation/rotation-words'
import { Link } from '@/components/ui/link'
import { BulletBar } from '@/components/ui/plots'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import type { KeyStanding } from '@/lib/domain/key-standing'
import { routes } from '@/lib/routes'

/** The age of what a rule rotates as a bullet bar with its words: measure, limit tick, and the band where "due soon" starts (ux.md section 21). `bare`: the rotation is named beside it. */
export function KeyAge({ standing, bare }: { standing: KeyStanding; bare?: boolean }) {
  const { ageMs, limitMs, dueAt, state, blocks, rotation } = standing
  return (
    <>
      {ageMs !== null && limitMs !== null ? <BulletBar value={ageMs} limit={limitMs} /> : null}
      <Status status={KEY_STATUS[state]} plain={state === 'ok'}>
        {keyWords(standing)}
      </Status>
      {ageMs !== null && limitMs !== null ? <span className="t-xs c3 num block">{ageOfLimit(ageMs, limitMs)}</span> : null}
      {dueAt ? (
        <span className="t-xs c3 block">
          {state === 'overdue' ? 'was due' : 'next due'} <Time at={dueAt} show="date" />
        </span>
      ) : null}
      {blocks ? <span className="t-xs fail block">Holds promotions</span> : null}
      {rotation && !bare ? (
        <Link className="link t-xs block" href={routes.rotation(rotation.id)}>
          {rotation.id}
        </Link>
      ) : null}
    </>
  )
}
