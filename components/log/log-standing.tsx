import { CodeBlock } from '@/components/ui/code-block'
import { Disclosure } from '@/components/ui/disclosure'
import { KeyValue } from '@/components/ui/key-value'
import { SealLine } from '@/components/ui/seal-line'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { formatDuration, formatHash, formatNumber, plural } from '@/lib/format'
import type { LogFacts } from '@/lib/queries/log-proves'

const STATE_WORDS = {
  'keeping-up': ['pass', 'Keeps up'],
  behind: ['warn', 'Behind'],
  stopped: ['warn', 'Stands still'],
  refusing: ['fail', 'Refuses to sign'],
} as const

/** Where the log is now, with the newest checkpoint as it was signed: what somebody copies to hold this server to it. */
export function LogStanding({ facts: { log, verified, origin, checkpoint } }: { facts: LogFacts }) {
  const [status, word] = STATE_WORDS[log.state]
  const outside = Math.max(0, log.size - log.anchoredSize)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 pt-3">
      <KeyValue
        items={[
          {
            label: 'State',
            value: (
              <Status status={status} long>
                {word}
                {log.reason ? `: ${log.reason}` : ''}
              </Status>
            ),
          },
          { label: 'Name', value: origin ? <span className="mono">{origin}</span> : 'none yet: nothing is signed' },
          {
            label: 'Entries',
            value: `${formatNumber(log.size)} in the tree${log.pending > 0 ? `, ${formatNumber(log.pending)} waiting, the oldest for ${formatDuration(Math.ceil(log.lagSeconds) * 1_000)}` : ', none waiting'}`,
          },
          {
            label: 'Verified',
            value: verified ? (
              <>
                {plural(verified.size, 'entry', 'entries')}, {OUTCOME[verified.outcome]}, <Time at={verified.at} />
              </>
            ) : (
              'not yet'
            ),
          },
          {
            label: 'Held outside',
            value: log.anchoredAt ? (
              <>
                {plural(log.anchoredSize, 'entry', 'entries')}, <Time at={log.anchoredAt} />; {formatNumber(outside)} not yet
              </>
            ) : (
              'nothing yet'
            ),
          },
        ]}
      />
      {checkpoint ? (
        <div>
          <p className="row wrap gap-3">
            <SealLine hash={checkpoint.root} size="medium" />
            <span className="mono t-xs">{formatHash(checkpoint.root)}</span>
          </p>
          <p className="t-xs c2 mt-2 mb-1.5">
            The root of the newest checkpoint, signed <Time at={checkpoint.at} />. Keep a copy somewhere else and this log is held to it.
          </p>
          <Disclosure summary="The checkpoint as it was signed">
            <CodeBlock code={checkpoint.note} label="The newest checkpoint" fold tall />
          </Disclosure>
        </div>
      ) : null}
    </div>
  )
}

const OUTCOME = { intact: 'intact', damaged: 'damaged', unknown: 'could not tell' } as const
