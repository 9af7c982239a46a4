import { SourceNote, type SourceTitle } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { Button } from '@/components/ui/button'
import { Status, type StatusKind } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { listOfTitles } from '@/lib/domain/rights'
import { DAY } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { AttestationRow, AttestationStanding, AttestationState, AttestationWord } from '@/lib/queries/attestations'
import { AttestForm } from './attestation-forms'

const SHAPE: Record<AttestationState, StatusKind> = { violated: 'fail', due: 'stale', never: 'waiting', met: 'pass' }

/** What is attested, each with who said so when, its owner and the next date, and the form to say it again (002.14, 002.43, 002.44). */
export function AttestationList({
  system,
  rows,
  owners,
  viewer,
  sources,
  action,
}: {
  system: string
  rows: readonly AttestationRow[]
  owners: readonly { id: string; name: string }[]
  viewer: string
  sources: readonly SourceTitle[]
  action: FormAction
}) {
  return (
    <ul className="attests">
      {rows.map((row) => {
        const every = `${Math.round(row.everyMs / DAY)} days`
        const hasTitle = row.title !== row.text
        return (
          <li key={row.topic}>
            <h3 className="b c1">
              <Words text={row.title} />
            </h3>
            {hasTitle ? (
              <p className="c2">
                <Words text={row.text} />
              </p>
            ) : null}
            <p>
              <span className="t-2xs c3">
                By {listOfTitles(row.by)}, every {every}.{' '}
              </span>
              <SourceNote provenance={row.provenance} sources={sources} />
            </p>
            <ul className="mt-2 grid gap-3">
              {row.places.map((place) => (
                <li key={place.profile ?? ''} className="grid gap-1.5">
                  <Place place={place} />
                  {row.whyNot ? null : (
                    <AttestForm
                      action={action}
                      system={system}
                      topic={row.topic}
                      title={row.title}
                      profile={place.profile}
                      every={every}
                      owners={owners}
                      viewer={viewer}
                    />
                  )}
                </li>
              ))}
            </ul>
            {row.whyNot ? (
              <div className="mt-2">
                <Button size="sm" refusal={{ sentence: row.whyNot.sentence }}>
                  Attest
                </Button>
              </div>
            ) : null}
          </li>
        )
      })}
    </ul>
  )
}

function Place({ place: { profile, state, last, earlier } }: { place: AttestationStanding }) {
  return (
    <div>
      <Status status={SHAPE[state]} long plain>
        <span className="c1">
          {profile ? <b className="b">{profile}: </b> : null}
          {last === null ? (
            'nobody said so yet'
          ) : (
            <>
              {state === 'violated' ? 'said not to hold by' : 'said to hold by'} {last.by.name}, <Time at={last.at} show="date" />
              {state === 'due' ? ', which is too long ago' : ''}
            </>
          )}
        </span>
      </Status>
      {last ? (
        <p className="t-xs c2 ml-5">
          Owner {last.owner.name}, {state === 'due' ? 'was due' : 'next'} <Time at={last.nextDueAt} show="date" />.{' '}
          {last.note ? <Visible text={last.note} /> : null}{' '}
          {last.link ? (
            <a className="link" href={last.link} rel="noreferrer noopener nofollow" target="_blank">
              Where it can be seen
            </a>
          ) : null}
        </p>
      ) : null}
      {earlier.length > 0 ? <p className="t-2xs c3 ml-5">Before that: {earlier.map(wordOf).join('; ')}.</p> : null}
    </div>
  )
}

const wordOf = ({ holds, by, at }: AttestationWord): string =>
  `${holds ? 'held' : 'did not hold'}, ${by.name}, ${at.toISOString().slice(0, 10)}`
