import { SourceNote, type SourceTitle } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { profileRef } from '@/components/system/profile-ref'
import { Actor } from '@/components/ui/actor'
import { CodeBlock } from '@/components/ui/code-block'
import { Link } from '@/components/ui/link'
import { ProfileArrow } from '@/components/ui/profile'
import { Section } from '@/components/ui/section'
import { Status, type StatusKind } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { type GateVerdict, whoCanBring } from '@/lib/domain/gate'
import type { PolicyProfile } from '@/lib/domain/policy/schema'
import type { FormAction } from '@/lib/http/form-state'
import type { ReleaseDetail, ReleaseGate, ReleaseWay } from '@/lib/queries/release'
import { routes } from '@/lib/routes'
import { EvidenceForm } from './release-forms'

const VERDICT: Record<GateVerdict, { status: StatusKind; words: string }> = {
  pass: { status: 'pass', words: 'Pass' },
  pass_with_exception: { status: 'drift', words: 'Pass with exception' },
  fail: { status: 'fail', words: 'Failed' },
  stale: { status: 'stale', words: 'Stale' },
  skipped: { status: 'glass', words: 'Skipped in an emergency' },
  missing: { status: 'waiting', words: 'Missing' },
}

/** Each way a release may take, with the gates on it: what each asks, what it has, and a form to bring it before a promotion exists. */
export function ReleaseWays({
  system,
  release,
  profiles,
  sources,
  bring,
}: {
  system: string
  release: ReleaseDetail
  profiles: readonly PolicyProfile[]
  sources: readonly SourceTitle[]
  bring: FormAction
}) {
  // Somebody who can bring nothing at all reads: one line for the page instead of a refusal under every gate (ux.md, Read only).
  const asked = release.ways.flatMap(({ gates }) => gates).filter(({ judged }) => judged.gate.kind !== 'checklist')
  const readOnly = asked.length > 0 && asked.every(({ whyNotBring }) => whyNotBring?.code === 'not_allowed')
  const refOf = (id: string) => profileRef(id, profiles.find((profile) => profile.id === id)?.class)
  return (
    <>
      {readOnly ? <p className="c2 mt-5">Read only. Evidence is brought by whom each gate names.</p> : null}
      {release.ways.map((way) => {
        const passed = way.gates.filter(({ judged }) => judged.verdict === 'pass' || judged.verdict === 'pass_with_exception').length
        return (
          <Section
            key={way.edge.id}
            title={<ProfileArrow from={refOf(way.edge.from)} to={refOf(way.edge.to)} />}
            aside={
              <>
                {passed} of {way.gates.length} gates pass
                {way.promotion ? (
                  <>
                    ,{' '}
                    <Link className="link" href={routes.promotion(way.promotion)}>
                      {way.promotion}
                    </Link>
                  </>
                ) : (
                  ', no promotion yet'
                )}
              </>
            }
          >
            <ul>
              {way.gates.map((gate) => (
                <li key={gate.judged.gate.id} className="border-line grid gap-2 border-b py-3 sm:grid-cols-[150px_minmax(0,1fr)]">
                  <Status status={VERDICT[gate.judged.verdict].status}>{VERDICT[gate.judged.verdict].words}</Status>
                  <Gate system={system} release={release} way={way} gate={gate} sources={sources} bring={bring} readOnly={readOnly} />
                </li>
              ))}
            </ul>
          </Section>
        )
      })}
    </>
  )
}

function Gate({
  system,
  release,
  way,
  gate,
  sources,
  bring,
  readOnly,
}: {
  system: string
  release: ReleaseDetail
  way: ReleaseWay
  gate: ReleaseGate
  sources: readonly SourceTitle[]
  bring: FormAction
  readOnly: boolean
}) {
  const { judged } = gate
  const rule = judged.gate
  return (
    <div className="grid min-w-0 gap-1.5">
      <b className="b">{rule.title}</b>
      <span className="c2">
        <Words text={rule.asks} /> {judged.sentence === rule.asks ? null : <Words text={judged.sentence} />}
      </span>
      {judged.seenAt ? (
        <span className="t-xs c2">
          Seen <Time at={judged.seenAt} relative />
          {judged.evidence ? (
            <>
              , brought by <Actor name={judged.evidence.broughtBy.name} kind={judged.evidence.broughtBy.kind} />
            </>
          ) : null}
          {judged.freshUntil ? (
            <>
              , good until <Time at={judged.freshUntil} />
            </>
          ) : null}
        </span>
      ) : null}
      {rule.command ? <CodeBlock code={rule.command} label={`Command of ${rule.title}, into ${way.edge.to}`} fold /> : null}
      <SourceNote provenance={rule} sources={sources} />
      {rule.kind === 'checklist' ? (
        <Link
          className="link t-xs w-fit"
          href={judged.checklist?.runId ? routes.systemChecklist(system, judged.checklist.runId) : routes.systemChecklists(system)}
        >
          {judged.checklist?.runId ? 'Open the checklist' : 'Start the checklist'}
        </Link>
      ) : readOnly ? (
        <span className="t-xs c3">Can bring it: {whoCanBring(rule)}</span>
      ) : (
        <EvidenceForm
          action={bring}
          system={system}
          version={release.version}
          profile={way.edge.to}
          gate={{
            id: rule.id,
            title: rule.title,
            kind: rule.kind,
            command: rule.command ?? null,
            ranIn: rule.ranIn ?? null,
            snapshots: rule.boundToSnapshotOf
              ? release.snapshots
                  .filter(({ profile }) => profile === rule.boundToSnapshotOf)
                  .map(({ digest, takenAt }) => ({
                    digest,
                    label: `${takenAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${digest.slice(0, 12)}`,
                  }))
              : null,
          }}
          whyNot={gate.whyNotBring}
        />
      )}
    </div>
  )
}
