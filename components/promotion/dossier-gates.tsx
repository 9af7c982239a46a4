import { ChevronRight } from 'lucide-react'
import { Fragment } from 'react'
import { StartRunForm } from '@/components/checklist/step-forms'
import { SourceNote } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { EvidenceForm } from '@/components/release/release-forms'
import { Actor, Avatar } from '@/components/ui/actor'
import { CodeBlock } from '@/components/ui/code-block'
import { KeyValue } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Freshness } from '@/components/ui/plots'
import { Section, SubHead } from '@/components/ui/section'
import { Status, StatusGlyph } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { coveringIds } from '@/lib/domain/gate'
import { formatAge, formatFreshness, formatHash, formatInstant, formatLimit, formatTimeUtc, HOUR } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { EvidenceView, GateView } from '@/lib/queries/gate-view'
import type { PromotionDossier } from '@/lib/queries/promotion-dossier'
import { routes } from '@/lib/routes'
import { GateAnswer } from './dossier-head'
import { canBring, isOver, namesWords, passes } from './dossier-words'
import { ExceptGate } from './except-gate'
import { VERDICT } from './words'

export type GateActions = { bring: FormAction; startRun: FormAction }

type Shared = { d: PromotionDossier; now: Date; you: string; actions: GateActions }

/**
 * Every gate: what it asks, its exact command, what it rests on, from whom, how fresh, what is missing and who can bring it. A row unfolds to
 * the whole of it, and to the form that brings it.
 */
export function GatesSection(shared: Shared) {
  const { d } = shared
  const before = d.gates.filter(({ gate }) => gate.moments.includes('promotion'))
  const later = d.gates.filter(({ gate }) => !gate.moments.includes('promotion'))
  return (
    <Section no={2} title="Promotion gates" id="gates" aside={<GateAnswer counts={d.counts} />}>
      <Gates views={before} label="Promotion gates with evidence and freshness" {...shared} />
      {later.length > 0 ? (
        <>
          <SubHead level={3} title="Judged at another moment, and not sealed" aside={momentsWords(later)} className="mt-5 mb-1.5" />
          <Gates views={later} label="Gates judged at another moment" {...shared} />
        </>
      ) : null}
    </Section>
  )
}

/** When gates that are not sealed are judged. */
function momentsWords(views: readonly GateView[]): string {
  const at = (moment: 'opening' | 'deployment') => views.some(({ gate }) => gate.moments.includes(moment))
  return [at('opening') ? 'when it is opened' : null, at('deployment') ? 'when the deployment starts' : null]
    .filter((words) => words !== null)
    .join(', or ')
}

function Gates({ views, label, ...shared }: Shared & { views: readonly GateView[]; label: string }) {
  return (
    <ul aria-label={label} className="border-line border-t">
      {views.map((view) => (
        <li key={view.gate.id} id={`gate-${view.gate.id}`} className="border-line scroll-mt-16 border-b">
          <details className="details group">
            <summary className="grid! w-full grid-cols-[24px_minmax(0,1fr)_14px] items-start gap-y-1 py-2 text-[0.8125rem] leading-[1.125rem] sm:grid-cols-[24px_minmax(0,1fr)_138px_166px_14px]">
              <span className="pt-0.5">
                <StatusGlyph status={VERDICT[view.verdict].status} size={14} label={VERDICT[view.verdict].words} />
              </span>
              <span className="min-w-0 pr-3">
                <b className="b block">
                  {view.gate.title}
                  {view.gate.blocking ? null : <span className="c3">, does not block</span>}
                </b>
                <span className="c3">
                  <Line view={view} />
                </span>
              </span>
              <span className="min-w-0 pr-2 max-sm:col-start-2 max-sm:row-start-2">
                {passes(view) ? (
                  view.by ? (
                    <Actor name={view.by.name} kind={view.by.kind} />
                  ) : null
                ) : (
                  <WhoCan view={view} you={shared.you} />
                )}
              </span>
              <span className="max-sm:col-start-2 max-sm:row-start-3">
                <Fresh view={view} now={shared.now} />
                {!passes(view) && canBring(view) && takesEvidence(shared.d, view) ? (
                  <span className="acc block group-open:hidden">{view.gate.kind === 'checklist' ? 'Walk it' : 'Bring it'}</span>
                ) : null}
              </span>
              <ChevronRight size={14} aria-hidden="true" className="c3 mt-0.5 max-sm:col-start-3 max-sm:row-start-1" />
            </summary>
            <div className="grid gap-3 pt-1 pb-4 sm:pl-6">
              <Detail view={view} {...shared} />
            </div>
          </details>
        </li>
      ))}
    </ul>
  )
}

/** Who can bring what is missing: the viewer first where it is them, the rest by number. */
function WhoCan({ view, you }: { view: GateView; you: string }) {
  const yours = canBring(view) ? view.who.find(({ name }) => name === you) : undefined
  const first = yours ?? view.who[0]
  if (!first) return <span className="c3">nobody can, ask an admin</span>
  const rest = view.who.length - 1
  return (
    <span className="grid grid-cols-[22px_minmax(0,1fr)] items-start gap-1.5">
      <Avatar name={first.name} kind={first.kind} />
      <span className="pt-0.5">
        {first.name}
        {first.kind === 'person' ? null : <span className="sr"> (agent)</span>}
        {yours ? ', you' : ''}
        {rest > 0 ? <span className="c3 block">or {rest === 1 ? '1 other' : `${rest} others`}</span> : null}
      </span>
    </span>
  )
}

/** The line under the title: what it rests on, or what is missing. */
function Line({ view }: { view: GateView }) {
  const { gate, evidence, checklist } = view
  if (view.verdict !== 'pass') return <Words text={view.sentence} />
  if (gate.kind === 'checklist') {
    return (
      <>
        {checklist?.file ? (
          <>
            <code>{checklist.file}</code>,{' '}
          </>
        ) : null}
        {view.sentence}
      </>
    )
  }
  if (gate.command) {
    return (
      <>
        <code>{gate.command}</code>
        {evidence && evidence.exitCode !== null ? `, exit ${evidence.exitCode}` : ''}
      </>
    )
  }
  return <Words text={view.sentence} />
}

function Fresh({ view, now }: { view: GateView; now: Date }) {
  const { verdict, seenAt, validForMs, used, freshUntil, exception } = view
  if (verdict === 'pass_with_exception') {
    return (
      <Status status="drift" long>
        {exception ? (
          <>
            Covered until <Time at={exception.endsAt} show="today" />
          </>
        ) : (
          'Was covered'
        )}
      </Status>
    )
  }
  if (verdict === 'missing') return <Status status="waiting">Missing</Status>
  if (verdict === 'fail') return <Status status="fail">Failed</Status>
  if (verdict === 'skipped') return <Status status="glass">Skipped</Status>
  if (!seenAt) return null
  const age = now.getTime() - seenAt.getTime()
  if (validForMs === null || used === null) {
    return verdict === 'stale' ? <Status status="stale">Stale</Status> : <span className="t-2xs c2 num">seen {formatAge(age)} ago</span>
  }
  const soon = freshUntil !== null && used >= 0.7 && verdict !== 'stale' && freshUntil.getTime() - now.getTime() < 24 * HOUR
  return (
    <Freshness used={verdict === 'stale' ? 1 : used}>
      {soon && freshUntil ? `ends ${formatTimeUtc(freshUntil)}` : formatFreshness(age, validForMs)}
    </Freshness>
  )
}

function Detail({ view, d, actions }: Shared & { view: GateView }) {
  const { gate, evidence, addendum, checklist } = view
  const snapshot = gate.boundToSnapshotOf ? d.snapshots.find(({ profile }) => profile === gate.boundToSnapshotOf) : undefined
  return (
    <>
      <p className="c2 max-w-[72ch]">
        <Words text={gate.asks} /> <SourceNote provenance={gate} sources={d.policy.document.sources} />
      </p>
      {gate.command ? <CodeBlock code={gate.command} label={`Command of ${gate.title}`} fold /> : null}
      <KeyValue
        width="wider"
        items={[
          { label: 'Verdict now', value: view.verdict === 'pass' ? null : `${VERDICT[view.verdict].words}. ${view.sentence}` },
          {
            label: 'As sealed',
            value: view.sealedVerdict && view.sealedVerdict !== view.verdict ? VERDICT[view.sealedVerdict].words : null,
          },
          {
            label: 'Good for',
            value: view.validForMs === null ? 'as long as release and profile are the same' : formatLimit(view.validForMs),
          },
          {
            label: 'Covered by',
            value: view.exception
              ? coveringIds(view.exception).map((id, index) => (
                  <Fragment key={id}>
                    {index > 0 ? ', ' : null}
                    <Link className="link" href={routes.exception(id)}>
                      {id}
                    </Link>
                  </Fragment>
                ))
              : null,
          },
          { label: 'Good until', value: view.freshUntil ? <Time at={view.freshUntil} relative /> : null },
          { label: 'Has to run', value: gate.ranIn ?? null },
          {
            label: 'About a snapshot',
            value: gate.boundToSnapshotOf
              ? snapshot
                ? `The newest of ${gate.boundToSnapshotOf}: ${formatInstant(snapshot.takenAt)}, ${formatHash(snapshot.digest, 3)}. A newer one makes it stale.`
                : `Of ${gate.boundToSnapshotOf}. None is recorded yet.`
              : null,
          },
          {
            label: 'Checklist',
            value:
              gate.kind === 'checklist' && checklist?.runId
                ? `${checklist.done} of ${checklist.total} items${checklist.failed > 0 ? `, ${checklist.failed} failed` : ''}`
                : null,
          },
          {
            label: 'Can bring it',
            value: namesWords(
              view.who.map(({ name }) => name),
              6,
            ),
          },
        ]}
      />
      {evidence ? <Evidence title={d.sealed ? 'Evidence in the sealed version' : 'Evidence'} evidence={evidence} /> : null}
      {addendum ? <Evidence title="Addendum since the seal; the signatures hold" evidence={addendum} /> : null}
      {takesEvidence(d, view) ? <Bring view={view} d={d} actions={actions} /> : null}
      {isOver(d) ? null : <ExceptGate view={view} d={d} />}
    </>
  )
}

/** Whether evidence is brought from here: while it is open, and what an emergency skipped also after it was deployed. */
function takesEvidence(d: PromotionDossier, view: GateView): boolean {
  if (d.isReadOnly || d.runningDeployment) return false
  return !isOver(d) || (d.emergency?.isOwing === true && view.verdict === 'skipped')
}

function Evidence({ title, evidence }: { title: string; evidence: EvidenceView }) {
  return (
    <div className="grid gap-1.5">
      <h3 className="h3">{title}</h3>
      <KeyValue
        width="wider"
        items={[
          { label: 'Found', value: <Visible text={evidence.summary} /> },
          { label: 'Brought by', value: <Actor name={evidence.by.name} kind={evidence.by.kind} /> },
          { label: 'Recorded', value: <Time at={evidence.recordedAt} show="seconds" /> },
          { label: 'Claimed time', value: evidence.claimedAt ? <Time at={evidence.claimedAt} show="seconds" /> : null },
          { label: 'Ran', value: evidence.command ? <code>{evidence.command}</code> : null },
          { label: 'Exit code', value: evidence.exitCode },
          { label: 'Ran on', value: evidence.ranOn },
          {
            label: 'Link',
            value: evidence.link ? (
              <a className="link" href={evidence.link} rel="noreferrer noopener nofollow" target="_blank">
                Where it says so
              </a>
            ) : null,
          },
        ]}
      />
    </div>
  )
}

/** What a person can do about a gate from here: bring it, or walk its checklist. */
function Bring({ view, d, actions }: { view: GateView; d: PromotionDossier; actions: GateActions }) {
  const { gate, checklist } = view
  const at = { system: d.system.id, version: d.dossier.release.version, profile: d.to.id }
  if (gate.kind !== 'checklist') {
    return (
      <EvidenceForm
        action={actions.bring}
        {...at}
        gate={{
          id: gate.id,
          title: gate.title,
          kind: gate.kind,
          command: gate.command ?? null,
          ranIn: gate.ranIn ?? null,
          snapshots: gate.boundToSnapshotOf
            ? d.snapshots
                .filter(({ profile }) => profile === gate.boundToSnapshotOf)
                .map(({ digest, takenAt }) => ({ digest, label: `${formatInstant(takenAt)}, ${formatHash(digest, 3)}` }))
            : null,
        }}
        whyNot={view.whyNotBring}
      />
    )
  }
  if (checklist?.runId) {
    return (
      <Link className="link w-fit" href={routes.systemChecklist(d.system.id, checklist.runId)}>
        Open the checklist
      </Link>
    )
  }
  if (checklist?.templateHash === null) {
    return (
      <Link className="link w-fit" href={routes.systemChecklists(d.system.id)}>
        Import the checklist
      </Link>
    )
  }
  const list = d.policy.document.checklists.find(({ id }) => id === gate.checklist)
  return (
    <StartRunForm
      action={actions.startRun}
      {...at}
      checklist={gate.checklist ?? gate.id}
      title={list?.title ?? gate.title}
      whyNot={view.whyNotStartRun}
    />
  )
}
