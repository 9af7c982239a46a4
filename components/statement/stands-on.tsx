import { Hash } from '@/components/ui/hash'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { formatNumber } from '@/lib/format'
import type { StandsOn as StandsOnView } from '@/lib/queries/stands-on'
import { routes } from '@/lib/routes'

/** What a sealed text stands on, on the screen and on paper: its entry in the log, and the signed checkpoint over all entries. */
export function StandsOn({ view, what }: { view: StandsOnView; what: string }) {
  const { number, checkpoint } = view
  return (
    <Section title="What it stands on" id="stands-on">
      <p className="pt-3">
        {number === null ? (
          `The log has not taken the sealing of ${what} in yet.`
        ) : (
          <>
            {what} was sealed as entry{' '}
            <Link className="link num" href={routes.auditEntry(number)}>
              #{formatNumber(number)}
            </Link>{' '}
            of the log.
          </>
        )}{' '}
        {checkpoint ? (
          <>
            The newest checkpoint of <code>{checkpoint.origin}</code> is over {formatNumber(checkpoint.size)} entries, signed{' '}
            <Time at={checkpoint.at} show="seconds" />. Keep its root, and nobody can change what lies under it unnoticed.
          </>
        ) : (
          'No checkpoint has been signed yet.'
        )}
      </p>
      {checkpoint ? (
        <p className="mt-2">
          <Hash hash={checkpoint.root} seal="medium" copy />
        </p>
      ) : null}
    </Section>
  )
}
