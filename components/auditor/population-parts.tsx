import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Banner, EmptyState } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { Disclosure } from '@/components/ui/disclosure'
import { TextInput } from '@/components/ui/field'
import { Hash } from '@/components/ui/hash'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { SAMPLE_MOST, SAMPLE_RULE } from '@/lib/domain/auditor/sample'
import { formatDay, formatNumber, formatTime, listWords, plural } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { ChangeWords, DrawRecord, Population, PopulationCheck, PopulationRange } from '@/lib/queries/auditor/population'
import { routes } from '@/lib/routes'
import { EntryLink } from './answer-table'

type ChangeRow = Population['changes'][number]

/** What proves that the list holds every change: where the period lies in the log, the checkpoints around it, and what a look at every entry found. */
export function Completeness({
  population,
  range,
  check,
  checkHref,
  canCheck,
}: {
  population: Population
  range: PopulationRange | null
  check: PopulationCheck | null
  checkHref: string
  canCheck: boolean
}) {
  if (range === null)
    return (
      <EmptyState>
        Nothing of this period is in the log yet, so nothing about it can be proved. The sequencer puts entries into the log within seconds;
        while it stands still they wait, and nothing of them is lost.
      </EmptyState>
    )
  const between = range.after.size - (range.before?.size ?? 0)
  return (
    <div className="grid gap-3 py-3">
      <CheckLine check={check} between={between} checkHref={checkHref} canCheck={canCheck} />
      <Differences population={population} />
      <KeyValue
        width="wider"
        items={[
          {
            label: 'The period in the log',
            value: (
              <>
                entries <EntryLink entry={{ id: '', number: range.first + 1 }} label="first entry of the period" /> to{' '}
                <EntryLink entry={{ id: '', number: range.last + 1 }} label="last entry of the period" />
              </>
            ),
          },
          {
            label: 'Checkpoint before',
            value: range.before ? (
              <Checkpoint size={range.before.size} root={range.before.root} at={range.before.at} />
            ) : (
              'none is older than the first of them, so every entry of the log from the first on is looked at'
            ),
          },
          { label: 'Checkpoint after', value: <Checkpoint size={range.after.size} root={range.after.root} at={range.after.at} /> },
          { label: 'Entries between', value: <span className="num">{formatNumber(between)}</span> },
          {
            label: 'Waiting',
            value: population.waiting > 0 ? `${plural(population.waiting, 'change')} of the list not in the log yet` : null,
          },
        ]}
      />
      {range.consistency.length > 0 ? (
        <Disclosure summary={`The second checkpoint continues the first: ${plural(range.consistency.length, 'hash', 'hashes')}`}>
          <ol className="mono t-2xs grid gap-1 break-all">
            {range.consistency.map((hash) => (
              <li key={hash}>{hash}</li>
            ))}
          </ol>
        </Disclosure>
      ) : null}
    </div>
  )
}

function Checkpoint({ size, root, at }: { size: number; root: string; at: Date }) {
  return (
    <>
      <span className="num">#{formatNumber(size)}</span>, signed <Time at={at} show="seconds" />
      <span className="block">
        <Hash hash={root} short />
      </span>
    </>
  )
}

function CheckLine({
  check,
  between,
  checkHref,
  canCheck,
}: {
  check: PopulationCheck | null
  between: number
  checkHref: string
  canCheck: boolean
}) {
  if (check === null)
    return (
      <Status status="waiting" long>
        {canCheck ? (
          <>
            Not checked yet: {plural(between, 'entry lies', 'entries lie')} between the two checkpoints.{' '}
            <Link className="link" href={checkHref}>
              Check every one of them now
            </Link>
          </>
        ) : (
          `${formatNumber(between)} entries lie between the two checkpoints, too many to check on a page. The archive of a sample holds them all.`
        )}
      </Status>
    )
  if (check.firstBad !== null)
    return (
      <Banner status="fail" title={`Entry #${formatNumber(check.firstBad + 1)} does not match the log`}>
        <p>Its bytes give another hash than the one that was signed. Tell SecOps; nothing after it is proved here.</p>
      </Banner>
    )
  if (!check.isWhole)
    return (
      <Banner status="fail" title="The entries do not give the root of the second checkpoint">
        <p>Something between the two checkpoints was left out, added or changed. Tell SecOps, and verify the whole log.</p>
      </Banner>
    )
  if (!check.isSame)
    return (
      <Banner status="fail" title="The entries tell of other changes than the list">
        <p>
          By their bytes there are {formatNumber(check.changes.length)}. Tell SecOps: what the list is read from differs from what was
          signed.
        </p>
      </Banner>
    )
  return (
    <Status status="pass" long>
      Complete when this page was made: all {formatNumber(check.entries)} entries between the two checkpoints were read from their bytes,
      they give the signed root, and {plural(check.changes.length, 'change is', 'changes are')} among them, those of this list.
    </Status>
  )
}

function Differences({ population: { onlyRows, onlyTrail } }: { population: Population }) {
  if (onlyRows.length === 0 && onlyTrail.length === 0)
    return (
      <Status status="pass" plain long>
        The rows that decisions were made on hold the same changes.
      </Status>
    )
  return (
    <Banner status="fail" title="Rows and trail tell of different changes">
      {onlyRows.length > 0 ? <p>Rows without an entry in the trail: {listWords(onlyRows.slice(0, 20))}.</p> : null}
      {onlyTrail.length > 0 ? <p>Entries without a row: {listWords(onlyTrail.slice(0, 20))}.</p> : null}
    </Banner>
  )
}

/** Changes in the order they are given, each with its entry and its dossier. */
export function ChangeTable({
  caption,
  rows,
  words,
  systems,
  now,
  numbered,
}: {
  caption: string
  rows: readonly ChangeRow[]
  words: ReadonlyMap<string, ChangeWords>
  systems: readonly { id: string; name: string }[]
  now: Date
  /** Counted in drawn order. */
  numbered?: boolean
}) {
  const place = new Map(rows.map(({ id }, i) => [id, i + 1]))
  return (
    <DataTable
      caption={caption}
      rows={rows}
      rowKey={(row) => row.id}
      empty={<EmptyState>No change is on the record of this period.</EmptyState>}
      columns={[
        ...(numbered ? [{ key: 'place', header: 'Draw', cell: (row: ChangeRow) => <span className="num">{place.get(row.id)}</span> }] : []),
        {
          key: 'id',
          header: 'Change',
          rowHeader: true,
          nowrap: true,
          cell: (row) => (
            <Link className="link mono" href={routes.auditChange(row.id)}>
              {row.id}
            </Link>
          ),
        },
        {
          key: 'at',
          header: 'UTC',
          nowrap: true,
          cell: (row) => (
            <time className="mono num" dateTime={row.at}>
              {formatDay(row.at, now).replace(/^\w{3} /, '')} {formatTime(row.at)}
            </time>
          ),
        },
        { key: 'kind', header: 'Is', cell: (row) => howWords(words.get(row.id)?.how ?? row.kind) },
        {
          key: 'what',
          header: 'What',
          cell: (row) => (
            <>
              {systems.find(({ id }) => id === row.system)?.name ?? row.system} {words.get(row.id)?.version ?? ''}
              <span className="c3"> {words.get(row.id)?.profile ?? ''}</span>
            </>
          ),
        },
        { key: 'status', header: 'Stands', cell: (row) => <Standing words={words.get(row.id)} /> },
        {
          key: 'entry',
          header: 'Entry',
          nowrap: true,
          cell: (row) => (
            <EntryLink entry={{ id: row.entryId, number: row.index === null ? null : row.index + 1 }} label={`entry of ${row.id}`} />
          ),
        },
      ]}
    />
  )
}

/** "deploy" is what a machine records. */
const howWords = (how: string): string => (how === 'deploy' ? 'deployment' : how)

function Standing({ words }: { words: ChangeWords | undefined }) {
  if (!words)
    return (
      <Status status="fail" size={12}>
        no row
      </Status>
    )
  if (words.authorised === false)
    return (
      <Status status="fail" size={12}>
        {words.status.replace('_', ' ')}, unauthorised
      </Status>
    )
  return <>{words.status.replace('_', ' ')}</>
}

/** Draws a sample: how many, and a seed where the auditor brings one. */
export function SampleForm({
  action,
  period,
  size,
}: {
  action: FormAction
  period: { from: string; to: string; system?: string }
  size: number
}) {
  return (
    <ActionForm action={action} hidden={period} label="Draw a sample" keepOnDone>
      <TextInput
        name="count"
        label="How many"
        inputMode="numeric"
        defaultValue={String(Math.min(5, Math.max(1, size)))}
        hint={`At most ${SAMPLE_MOST}; there are ${formatNumber(size)} changes.`}
        required
      />
      <TextInput
        name="seed"
        label="Seed"
        optional
        mono
        hint="Your own, so that nobody here could know it beforehand: dice, a date and a word. Without one it is made at random."
      />
      <div className="btns">
        <SubmitButton variant="primary" pendingLabel="Drawing">
          Draw and put it on the record
        </SubmitButton>
      </div>
      <Disclosure summary="How the draw works">
        <p className="t-xs c2">{SAMPLE_RULE}</p>
      </Disclosure>
    </ActionForm>
  )
}

/** Whether what is shown was drawn on the record, and whether it was drawn from this population. */
export function DrawLine({ record, seed, digest }: { record: DrawRecord | null; seed: string; digest: string }) {
  if (record === null)
    return (
      <Banner status="warn" title="This sample is not on the record">
        <p>
          Somebody put the seed <code>{seed}</code> into the address. Draw it below to put it on the record; only then can its archive be
          had.
        </p>
      </Banner>
    )
  return (
    <>
      <p className="t-sm">
        Seed <code className="b">{seed}</code>. Drawn by {record.by}, <Time at={record.at} show="seconds" />, entry{' '}
        <EntryLink entry={record.entry} label="entry of the draw" />, from {plural(record.population, 'change')}.
      </p>
      {record.changes === digest ? null : (
        <Banner status="warn" title="Other changes are in this period now than when it was drawn">
          <p>The draw was made from {plural(record.population, 'change')}. What is shown is the same seed over what is there now.</p>
        </Banner>
      )}
    </>
  )
}
