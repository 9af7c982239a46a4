import { SourceNote, type SourceTitle } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { Banner, EmptyState } from '@/components/ui/banner'
import { CodeBlock } from '@/components/ui/code-block'
import { type Column, DataTable } from '@/components/ui/data-table'
import { Section } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { formatSha } from '@/lib/format'
import type { DeploymentDetail } from '@/lib/queries/deployment'

/** Why a deployment had no authority, and which inputs the policy does not allow; said before everything else. */
export function DeploymentWarnings({ detail }: { detail: DeploymentDetail }) {
  const { row } = detail
  return (
    <div className="grid gap-3">
      {row.authorised ? null : (
        <Banner status="fail" title={`${row.version} was deployed to ${row.profile.id} without authority`}>
          {row.reasons.length > 0 ? (
            <ul>
              {row.reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
          ) : null}
        </Banner>
      )}
      {row.violations.length > 0 ? (
        <Banner
          status="fail"
          title={
            row.violations.length === 1
              ? 'One input the policy does not allow'
              : `${row.violations.length} inputs the policy does not allow`
          }
        >
          <ul>
            {row.violations.map((violation) => (
              <li key={violation}>
                <Words text={violation} />
              </li>
            ))}
          </ul>
        </Banner>
      ) : null}
      {detail.mismatches.length > 0 ? (
        <Banner status="fail" title="Something else runs there than was deployed">
          {detail.mismatches.join('. ')}.
        </Banner>
      ) : null}
      {row.status === 'failed' ? (
        <Banner status="fail" title={`It failed: ${row.failure ?? 'no reason noted'}`}>
          {detail.knownFailure ? (
            <>
              <Words text={`${detail.knownFailure.signature} ${detail.knownFailure.cause}`} />
              {detail.knownFailure.endsWhen ? ` It ends when: ${detail.knownFailure.endsWhen}` : ''}{' '}
            </>
          ) : null}
          This is one failed deployment, however often it restarted.
        </Banner>
      ) : null}
    </div>
  )
}

type StampRow = { field: string; release: string; runtime: string | null; matches: boolean }

/** What the runtime says of itself beside what was deployed, field by field (002.27). */
export function StampSection({ detail }: { detail: DeploymentDetail }) {
  const { release, row, stamp, policy } = detail
  const expected: Record<string, string> = {
    GIT_SHA: formatSha(release.gitSha),
    BUILD_DATE: release.buildDate.toISOString(),
    APP_VERSION: row.version,
  }
  const fields = policy.artefact.stamping?.fields ?? Object.keys(expected)
  const rows = fields.map(
    (field): StampRow => ({
      field,
      release: expected[field] ?? 'not known',
      runtime: stamp?.[field] ?? null,
      matches: !detail.mismatches.some((mismatch) => mismatch.startsWith(field)),
    }),
  )
  const columns: Column<StampRow>[] = [
    { key: 'field', header: 'Field', rowHeader: true, cell: ({ field }) => <code>{field}</code> },
    { key: 'release', header: 'The release says', cell: (each) => <code>{each.release}</code> },
    {
      key: 'runtime',
      header: 'The runtime says',
      cell: (each) => (each.runtime ? <code>{each.runtime}</code> : <span className="c3">nothing recorded</span>),
    },
    {
      key: 'match',
      header: 'Together',
      cell: (each) =>
        each.runtime === null ? (
          <Status status="waiting">Not compared</Status>
        ) : each.matches ? (
          <Status status="pass">The same</Status>
        ) : (
          <Status status="fail">Different</Status>
        ),
    },
  ]
  return (
    <Section
      title="Build stamp"
      aside={policy.artefact.stamping ? `shown in ${policy.artefact.stamping.shownIn.join(', ')}` : 'no place is named by the policy'}
    >
      <div className="mt-3">
        <DataTable caption="Build stamp compared" columns={columns} rows={rows} rowKey={({ field }) => field} />
      </div>
    </Section>
  )
}

type Endpoint = DeploymentDetail['policy']['topology']['endpoints'][number]

/** The addresses that say whether a runtime is well, as the policy names them. Countersign never calls them (T20). */
export function HealthSection({ endpoints, sources }: { endpoints: readonly Endpoint[]; sources: readonly SourceTitle[] }) {
  if (endpoints.length === 0) return null
  const columns: Column<Endpoint>[] = [
    { key: 'path', header: 'Address', rowHeader: true, cell: ({ path }) => <code>{path}</code> },
    { key: 'purpose', header: 'Purpose', cell: ({ purpose }) => purpose.replace('-', ' ') },
    {
      key: 'meaning',
      header: 'Says',
      cell: (endpoint) => (
        <>
          <Words text={endpoint.meaning} /> <SourceNote provenance={endpoint} sources={sources} />
        </>
      ),
    },
  ]
  return (
    <Section title="Health" aside="not called from here">
      <div className="mt-3">
        <DataTable caption="Health endpoints of the policy" columns={columns} rows={endpoints} rowKey={({ id }) => id} flow />
      </div>
    </Section>
  )
}

/** What the start was given, by name, and the commands that the policy runs in order. */
export function InputsSection({ detail }: { detail: DeploymentDetail }) {
  const { allowedInputs, sequence } = detail.policy.deployment
  const named = (input: string) => allowedInputs.find(({ id }) => input === id || input.startsWith(`${id}:`))
  return (
    <Section title="Inputs" aside="names, never values">
      {detail.inputs.length === 0 ? (
        <div className="py-3">
          <EmptyState>No input was named when it started.</EmptyState>
        </div>
      ) : (
        <ul>
          {detail.inputs.map((input) => {
            const known = named(input)
            const violation = detail.row.violations.find((sentence) => sentence.startsWith(`${input}:`))
            return (
              <li key={input} className="border-line flex flex-wrap gap-x-3 gap-y-1 border-b py-2">
                <Status status={violation ? 'fail' : known ? 'pass' : 'na'}>
                  <code>{input}</code>
                </Status>
                <span className="t-xs c2 grow">
                  <Words text={violation ? violation.slice(input.length + 2) : (known?.text ?? 'Not listed by the policy, and allowed.')} />
                </span>
              </li>
            )
          })}
        </ul>
      )}
      {sequence.length > 0 ? (
        <ol className="mt-3 grid gap-2">
          {sequence.map((step) => (
            <li key={step.id}>
              <CodeBlock code={step.command} label={`Command ${step.id}`} fold />
              <span className="t-xs c3">
                <Words text={step.text} />
              </span>
            </li>
          ))}
        </ol>
      ) : null}
    </Section>
  )
}
