import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { Disclosure } from '@/components/ui/disclosure'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Chip, type StatusKind } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Timeline, type TimelineItem } from '@/components/ui/timeline'
import { formatAge, plural } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { KeyInterval, RotationOfKey } from '@/lib/queries/secret-key'
import { routes } from '@/lib/routes'
import { AuditLine } from './audit-state'
import { Fingerprint } from './held-keys'
import { AuditForm } from './key-forms'

/** Every version of a key, the newest first: since when and until when, who rotated, who approved, with which evidence, and what it was seen with. */
export function KeyHistory({
  system,
  intervals,
  rotations,
  auditAction,
}: {
  system: string
  intervals: readonly KeyInterval[]
  rotations: ReadonlyMap<string, RotationOfKey>
  auditAction: FormAction
}) {
  if (intervals.length === 0) return <EmptyState>No key is on record here. Record which one it holds, by its name.</EmptyState>
  // A rotation is told once, at its newest version; others name it.
  const told = new Set<string>()
  const items = intervals.map((interval): TimelineItem => {
    const rotation = interval.rotation === null ? undefined : rotations.get(interval.rotation)
    const isFirst = rotation !== undefined && !told.has(rotation.id)
    if (rotation) told.add(rotation.id)
    return {
      key: interval.id,
      status: shapeOf(interval),
      title: (
        <span className="row wrap gap-2.5">
          <b className="mono">{interval.keyId}</b>
          <Chip status={shapeOf(interval)}>{wordsOf(interval)}</Chip>
        </span>
      ),
      detail: (
        <>
          <Time at={interval.activatedAt} />{' '}
          {interval.endedAt ? (
            <>
              to <Time at={interval.endedAt} />
            </>
          ) : (
            'until now'
          )}
          , made <Time at={interval.bornAt} show="date" />
          {interval.endedAt ? `, ${formatAge(interval.endedAt.getTime() - interval.activatedAt.getTime())} here` : ''}
        </>
      ),
      body: (
        <KeyValue
          items={[
            {
              label: 'Brought by',
              value: interval.rotation ? (
                <Link className="link" href={routes.rotation(interval.rotation)}>
                  {interval.rotation}
                </Link>
              ) : (
                <>
                  recorded by <Actor name={interval.recordedBy.name} kind={interval.recordedBy.kind} />, no rotation
                </>
              ),
            },
            {
              label: 'Ended by',
              value:
                interval.endedByRotation && interval.endedByRotation !== interval.rotation ? (
                  <Link className="link" href={routes.rotation(interval.endedByRotation)}>
                    {interval.endedByRotation}
                  </Link>
                ) : null,
            },
            { label: 'Shown gone by', value: interval.retirementProof },
            { label: 'Seen with', value: <Prints interval={interval} /> },
            ...(rotation && isFirst ? rotationItems(system, rotation, auditAction) : []),
          ]}
        />
      ),
    }
  })
  return <Timeline items={items} label="Versions of this key, newest first" />
}

function shapeOf({ use, endedAt, endedHow }: KeyInterval): StatusKind {
  if (endedAt === null) return use === 'current' ? 'pass' : 'running'
  return endedHow === 'rolled_back' ? 'fail' : 'na'
}

function wordsOf({ use, endedAt, endedHow, corrected }: KeyInterval): string {
  if (endedAt === null) return use === 'current' ? 'In use' : 'Old, still accepted'
  if (endedHow === 'rolled_back') return 'Rolled back'
  if (endedHow === 'retired') return 'Retired'
  if (corrected) return 'Corrected'
  return use === 'current' ? 'Replaced' : 'No longer accepted'
}

function Prints({ interval: { prints, carried } }: { interval: KeyInterval }) {
  if (prints.length === 0)
    return carried ? (
      <>
        <Fingerprint {...carried} /> <span className="c3">before it came here</span>
      </>
    ) : (
      <span className="c3">no fingerprint reported</span>
    )
  return (
    <ul className="grid gap-1">
      {prints.map(({ value, keyId, first, last, times }) => (
        <li key={`${keyId} ${value}`}>
          <Fingerprint value={value} keyId={keyId} />{' '}
          <span className="t-xs c3">
            {plural(times, 'report')}, {times > 1 ? <Time at={first} show="date" /> : null}
            {times > 1 ? ' to ' : ''}
            <Time at={last} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function rotationItems(system: string, rotation: RotationOfKey, auditAction: FormAction) {
  const { openedBy, performer, approvals, confirmations, evidence, audits, whyNotAudit } = rotation
  return [
    {
      label: 'Rotated by',
      value: performer ? (
        <Actor name={performer.name} kind={performer.kind} />
      ) : (
        <>
          not started, opened by <Actor name={openedBy.name} kind={openedBy.kind} />
        </>
      ),
    },
    {
      label: 'Approved by',
      value:
        approvals.length === 0 ? (
          <span className="c3">nobody yet</span>
        ) : (
          approvals.map(({ signature, by, capacity, at }) => (
            <span key={signature} className="block">
              <Actor name={by.name} kind={by.kind} /> as {capacity}, <Time at={at} />,{' '}
              <Link className="link" href={routes.signature(signature)}>
                {signature}
              </Link>
            </span>
          ))
        ),
    },
    {
      label: 'Confirmed by',
      value:
        confirmations.length === 0
          ? null
          : confirmations.map(({ owner, by, at }) => (
              <span key={owner} className="block">
                <Actor name={by.name} kind={by.kind} /> as {owner}, <Time at={at} />
              </span>
            )),
    },
    {
      label: 'Evidence',
      value:
        evidence.length === 0 ? (
          <span className="c3">none recorded with the steps</span>
        ) : (
          <ul className="grid gap-1">
            {evidence.map(({ step, by, at, note, link, reference }) => (
              <li key={`${step} ${at.toISOString()}`}>
                <code>{step}</code> {note ?? (reference ? <>kept at {reference}</> : null)}{' '}
                {link ? (
                  <a className="link" href={link} rel="noreferrer noopener nofollow" target="_blank">
                    where it says so
                  </a>
                ) : null}{' '}
                <span className="t-xs c3">
                  {by.name}, <Time at={at} />
                </span>
              </li>
            ))}
          </ul>
        ),
    },
    {
      label: 'Audited',
      value: (
        <div className="grid gap-2">
          {audits.length === 0 ? <span className="c3">not yet</span> : null}
          {audits.map((audit) => (
            <p key={audit.id}>
              <AuditLine audit={audit} />
            </p>
          ))}
          {whyNotAudit === null ? (
            <Disclosure summary={`Audit ${rotation.id}`} button>
              <AuditForm action={auditAction} system={system} of={{ rotation: rotation.id }} every={null} whyNot={null} />
            </Disclosure>
          ) : null}
        </div>
      ),
    },
  ]
}
