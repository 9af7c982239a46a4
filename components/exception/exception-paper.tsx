import { SourceNote } from '@/components/policy/source-note'
import { isCode, Words } from '@/components/policy/words'
import { Statement } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import type { ExceptionTermFacts } from '@/lib/domain/exception-approval'
import { exceptionParts } from '@/lib/domain/exception-sentence'
import { plural } from '@/lib/format'
import type { ExceptionDetail } from '@/lib/queries/exception'
import { routes } from '@/lib/routes'
import { versionOf } from './exception-words'

type Part = { detail: ExceptionDetail }

/** The exception as release notes print it. */
export function ExceptionSentence({ detail: { facts } }: Part) {
  const code = (text: string) => (isCode(text) || (facts.ref.kind === 'variable' && !/[`\s]/.test(text)) ? `\`${text}\`` : text)
  const { what, when, why, remediation } = exceptionParts({
    title: code(facts.ref.title),
    expected: code(facts.expected),
    observed: code(facts.observed),
    startsAt: facts.startsAt,
    until: facts.endsAt,
    owner: facts.owner.name,
    ...facts.texts,
  })
  return (
    <Statement tone="drift">
      <b className="bb">
        {facts.id}, {facts.systemName}, {facts.profileName}.
      </b>{' '}
      <Words text={[what, when, why, remediation].filter((part) => part !== null).join(' ')} />
    </Statement>
  )
}

/** The rule, what it demands and where that stands, and what is so instead. */
export function WhatDeviates({ detail }: Part) {
  const { facts, finding } = detail
  const { ref, policy } = facts
  const row = facts.rule.startsWith('constraint.') ? facts.rule.slice('constraint.'.length) : null
  return (
    <Section title="What deviates">
      <div className="pt-3">
        <KeyValue
          items={[
            {
              label: 'Rule',
              value: (
                <>
                  {row === null ? (
                    ref.title
                  ) : (
                    <Link className="link" href={routes.system(facts.system, { cell: `${row}@${facts.profile}` })}>
                      {ref.title}
                    </Link>
                  )}{' '}
                  <code className="c3 t-xs">{facts.rule}</code>
                </>
              ),
            },
            {
              label: 'The policy says',
              value: (
                <>
                  <Words text={facts.expected} />
                  <span className="block">
                    <SourceNote provenance={ref.provenance} sources={policy.policy.sources} />
                  </span>
                </>
              ),
            },
            { label: 'It is', value: <Words text={facts.observed} /> },
            { label: 'Why', value: <Text text={facts.texts.reason} /> },
            { label: 'How it gets fixed', value: <Text text={facts.texts.remediation} /> },
            {
              label: 'Seen as',
              value: finding ? (
                <Link className="link" href={routes.finding(finding.id)}>
                  {finding.id}, {finding.title}
                </Link>
              ) : null,
            },
          ]}
        />
      </div>
    </Section>
  )
}

function Text({ text }: { text: string | null }) {
  return text === null ? <span className="c3">The text was erased.</span> : <Words text={text} />
}

/** Each end that was approved: an extension is a new record, and the old end stays (ux.md section 11). */
export function Terms({ detail }: Part) {
  const { facts, versions } = detail
  if (facts.history.length === 0) return null
  const tierOf = (id: string) => facts.policy.policy.drift.tiers.find((tier) => tier.id === id)
  const signedBy = (term: ExceptionTermFacts) =>
    versionOf(term, versions)?.signOffs.filter(({ decision, withdrawnAt }) => decision === 'approve' && withdrawnAt === null) ?? []
  return (
    <Section
      title="Ends that were approved"
      aside={facts.extensions > 0 ? `extended ${plural(facts.extensions, 'time')}` : undefined}
      id="terms"
    >
      <div className="py-1">
        <DataTable
          caption={`Ends of ${facts.id} that were approved`}
          rows={facts.history}
          rowKey={({ number }) => String(number)}
          columns={[
            { key: 'no', header: 'No.', cell: ({ number }) => <span className="num">{number}</span> },
            { key: 'until', header: 'Until', rowHeader: true, nowrap: true, cell: ({ until }) => <Time at={until} /> },
            { key: 'tier', header: 'Tier', cell: ({ tier }) => tierOf(tier)?.title ?? tier },
            { key: 'asked', header: 'Asked for by', cell: ({ askedBy }) => askedBy.name },
            { key: 'approved', header: 'Approved', nowrap: true, cell: ({ approvedAt }) => <Time at={approvedAt} /> },
            {
              key: 'by',
              header: 'Signed by',
              cell: (term) => {
                const signed = signedBy(term)
                return signed.length === 0 ? (
                  <span className="c3">{term.sealed === null ? 'nobody has to' : 'on record'}</span>
                ) : (
                  signed.map(({ id, name, capacity }, index) => (
                    <span key={id}>
                      {index > 0 ? ', ' : ''}
                      <Link className="link" href={routes.signature(id)}>
                        {name}
                      </Link>{' '}
                      <span className="c3">as {capacity}</span>
                    </span>
                  ))
                )
              },
            },
          ]}
        />
      </div>
    </Section>
  )
}

/** What was made a condition of it. */
export function Conditions({ detail: { facts } }: Part) {
  return (
    <Section
      title="Conditions"
      aside={facts.conditions.length > 0 ? plural(facts.conditions.length, 'condition') : undefined}
      id="conditions"
    >
      {facts.conditions.length === 0 ? (
        <p className="c2 pt-3">No conditions.</p>
      ) : (
        <ol className="grid list-decimal gap-1.5 pt-3 pl-5">
          {facts.conditions.map(({ digest, text }) => (
            <li key={digest}>
              <Text text={text} />
            </li>
          ))}
        </ol>
      )}
    </Section>
  )
}

/** What showed that it was fixed. */
export function Closed({ detail: { facts } }: Part) {
  const { closed } = facts
  if (!closed || !facts.endedAt) return null
  return (
    <Section title="How it was closed" id="closed">
      <div className="pt-3">
        <KeyValue
          items={[
            { label: 'By', value: closed.by.name },
            { label: 'When', value: <Time at={facts.endedAt} /> },
            { label: 'How it was fixed', value: <Text text={closed.note} /> },
            {
              label: 'Evidence',
              value: closed.link ? (
                <a className="link" href={closed.link} rel="noreferrer">
                  {closed.link}
                </a>
              ) : null,
            },
            { label: 'Observation', value: closed.observation ? <code className="t-xs">{closed.observation}</code> : null },
          ]}
        />
      </div>
    </Section>
  )
}
