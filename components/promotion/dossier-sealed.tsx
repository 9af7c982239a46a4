import { Words } from '@/components/policy/words'
import { EmptyState } from '@/components/ui/banner'
import { type Column, DataTable } from '@/components/ui/data-table'
import { DeltaTable } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Chip, Status } from '@/components/ui/status'
import type { Dossier } from '@/lib/domain/dossier'
import type { SealedWords } from '@/lib/domain/notes-exceptions'
import { windowInWords } from '@/lib/domain/words'
import { formatHash, formatInstant, plural } from '@/lib/format'
import { routes } from '@/lib/routes'
import { ExceptionProse } from './exception-prose'
import { VERDICT } from './words'

type SealedGate = Dossier['gates'][number]

/** What a sealed text says, read from its bytes and nothing else; `words` are the names and texts that it holds by id and digest. */
export function SealedFacts({
  dossier,
  gateTitles,
  words,
}: {
  dossier: Dossier
  gateTitles: Readonly<Record<string, string>>
  words: SealedWords
}) {
  const { release, baseline, policy, rollback, window } = dossier
  const columns: Column<SealedGate>[] = [
    { key: 'gate', header: 'Gate', rowHeader: true, cell: (gate) => gateTitles[gate.id] ?? gate.id },
    {
      key: 'verdict',
      header: 'Verdict',
      cell: (gate) => (
        <Status status={VERDICT[gate.verdict].status}>
          {VERDICT[gate.verdict].words}
          {gate.found ? `; ${VERDICT[gate.found].words.toLowerCase()}` : ''}
        </Status>
      ),
    },
    { key: 'seen', header: 'Seen', cell: (gate) => (gate.seenAt ? formatInstant(gate.seenAt) : 'never') },
    {
      key: 'rests',
      header: 'Rests on',
      cell: (gate) =>
        gate.exception ? (
          <>
            exception{' '}
            <Link className="link" href={routes.exception(gate.exception)}>
              {gate.exception}
            </Link>
          </>
        ) : gate.evidence ? (
          <>
            evidence <code>{gate.evidence}</code>
          </>
        ) : gate.checklist ? (
          <>
            checklist <code>{formatHash(gate.checklist, 3)}</code>
          </>
        ) : (
          'nothing'
        ),
    },
  ]
  const { emergency, overdueKeys = [], debts = [], drift = [], spentBudget } = dossier
  return (
    <>
      {emergency ? (
        <Section title="Emergency" aside={<Chip status="glass">{emergency.incident}</Chip>}>
          <DeltaTable
            caption="What made it an emergency"
            rows={[
              { key: 'incident', label: 'Incident', value: emergency.incident },
              {
                key: 'skipped',
                label: 'Skipped',
                value: emergency.skipped.length === 0 ? 'no gate' : emergency.skipped.map((id) => gateTitles[id] ?? id).join(', '),
              },
              ...(emergency.reason
                ? [{ key: 'reason', label: 'Because', value: <code>{formatHash(emergency.reason, 3)}</code>, aside: 'digest of the words' }]
                : []),
              { key: 'review', label: 'Afterwards', value: `reviewed by ${emergency.reviewedBy.map(({ title }) => title).join(', ')}` },
            ]}
          />
        </Section>
      ) : null}
      <Section title="What was asked">
        <DeltaTable
          caption="What was asked"
          rows={[
            { key: 'release', label: 'Release', value: <code className="c1">{release.version}</code> },
            { key: 'sha', label: 'Commit', value: <code>{release.gitSha}</code> },
            { key: 'artefact', label: 'Artefact', value: <code>{release.artefact}</code> },
            { key: 'built', label: 'Built', value: formatInstant(release.buildDate) },
            {
              key: 'baseline',
              label: 'Counted from',
              value: baseline ? `${baseline.version}, ${baseline.promotion}` : 'nothing was signed before',
            },
            {
              key: 'window',
              label: 'Window',
              value: window ? windowInWords({ startsAt: new Date(window.startsAt), endsAt: new Date(window.endsAt) }) : 'none',
            },
            {
              key: 'policy',
              label: 'Policy',
              value: (
                <>
                  version {policy.version}, <code>{formatHash(policy.hash, 3)}</code>
                </>
              ),
            },
            {
              key: 'slots',
              label: 'To be signed by',
              value: dossier.slots.map((slot) => (slot.last ? `${slot.title} (last)` : slot.title)).join(', '),
            },
            { key: 'replaces', label: 'Replaces', value: rollback.replaces ?? 'nothing' },
            {
              key: 'snapshot',
              label: 'Snapshot',
              value: rollback.snapshot ? `${formatInstant(rollback.snapshot.takenAt)} of ${rollback.snapshot.profile}` : 'none',
            },
          ]}
        />
      </Section>
      <Section title="Changes" aside={plural(dossier.changes.length, 'change')}>
        {dossier.changes.length === 0 ? (
          <div className="pt-2.5">
            <EmptyState>No changes were registered.</EmptyState>
          </div>
        ) : (
          <DeltaTable
            caption="Changes"
            rows={dossier.changes.map((change, index) => ({
              key: `${index} ${change.summary}`,
              label: change.kind,
              value: <Words text={change.summary} />,
              aside: change.reference,
            }))}
          />
        )}
      </Section>
      <Section title="Gates" aside={plural(dossier.gates.length, 'gate')}>
        <div className="pt-3">
          <DataTable caption="Gates as they were sealed" columns={columns} rows={dossier.gates} rowKey={({ id }) => id} flow />
        </div>
      </Section>
      {overdueKeys.length > 0 || debts.length > 0 ? (
        <Section title={`Keys and debts of ${dossier.edge.to}`}>
          <DeltaTable
            caption="Overdue keys and unpaid debts when it was sealed"
            rows={[
              ...overdueKeys.map(({ rule, bornAt, dueAt, blocks }) => ({
                key: `key ${rule}`,
                label: 'Key',
                value: `${rule}, in use since ${bornAt ? formatInstant(bornAt) : 'nobody knows when'}, due ${dueAt ? formatInstant(dueAt) : 'never'}`,
                aside: blocks ? 'holds' : 'shown',
              })),
              ...debts.map(({ kind, subject, since }) => ({
                key: `debt ${subject} ${kind}`,
                label: 'Debt',
                value: `${subject}, ${kind.replaceAll('_', ' ')}, since ${formatInstant(since)}`,
              })),
            ]}
          />
        </Section>
      ) : null}
      {dossier.exceptions.length > 0 ? (
        <Section title="Exceptions" aside={plural(dossier.exceptions.length, 'exception')}>
          {dossier.exceptions.map((exception) => (
            <p key={exception.id} className="doc max-w-[72ch] pt-2.5">
              <ExceptionProse exception={exception} words={words} />
            </p>
          ))}
        </Section>
      ) : null}
      {drift.length > 0 || spentBudget ? (
        <Section title="Open drift" aside={drift.length > 0 ? plural(drift.length, 'finding') : undefined}>
          <DeltaTable
            caption="Drift that nothing covered when it was sealed"
            rows={[
              ...drift.map(({ id, profile, severity, sentence }) => ({
                key: id,
                label: profile ?? 'system',
                value: (
                  <>
                    <Link className="link" href={routes.finding(id)}>
                      {id}
                    </Link>
                    <span className="c2 block">
                      <Words text={sentence} />
                    </span>
                  </>
                ),
                aside: severity === 'block' ? 'holds an ordinary promotion' : 'shown',
              })),
              ...(spentBudget
                ? [
                    {
                      key: 'budget',
                      label: 'Budget',
                      value: `${spentBudget.spent} of ${plural(spentBudget.days, 'day')} of open exceptions were spent`,
                    },
                  ]
                : []),
            ]}
          />
        </Section>
      ) : null}
    </>
  )
}
