import clsx from 'clsx'
import { SourceNote } from '@/components/policy/source-note'
import { requiredWords, validatorWords } from '@/components/policy/variable-words'
import { Words } from '@/components/policy/words'
import { ApproveBundleForm } from '@/components/release/release-forms'
import { Actor } from '@/components/ui/actor'
import { EmptyState } from '@/components/ui/banner'
import { Disclosure } from '@/components/ui/disclosure'
import { DeltaTable } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { budgetInWords } from '@/lib/domain/exception-budget'
import { formatDate, formatHash, formatInstant, formatSha, plural } from '@/lib/format'
import type { FormAction } from '@/lib/http/form-state'
import type { PromotionDossier } from '@/lib/queries/promotion-dossier'
import { routes } from '@/lib/routes'
import { AskForm } from './dossier-forms'
import { isOver, namesWords } from './dossier-words'
import { ExceptionProse } from './exception-prose'
import { LiveDrift } from './live-drift'

const KIND: Record<string, string> = {
  feature: 'Feature',
  fix: 'Fix',
  config: 'Config',
  security: 'Security',
  docs: 'Documents',
  other: 'Other',
}

/** Section 1: what is different from what was last signed, and what exactly is asked to go. */
export function ChangesSection({ d, approveBundle }: { d: PromotionDossier; approveBundle: FormAction }) {
  const { release, baseline, changes, policy } = d.dossier
  const needsBundle = d.policy.document.edges.find(({ id }) => id === d.dossier.edge.id)?.requiresApprovedBundle ?? false
  return (
    <Section
      no={1}
      title="What changes"
      id="changes"
      aside={
        baseline
          ? `since the last signed promotion, ${baseline.version}${d.baselineAt ? ` on ${formatDate(d.baselineAt)}` : ''}`
          : `nothing was signed to ${d.to.id} before`
      }
    >
      <DeltaTable
        caption="What changes"
        rows={[
          {
            key: 'code',
            label: 'Code',
            value: (
              <>
                {plural(d.commits, 'commit')} by {plural(d.contributors, 'person', 'people')},{' '}
                {baseline ? (
                  <>
                    <code>{formatSha(baseline.gitSha)}</code> to{' '}
                  </>
                ) : null}
                <code>{formatSha(release.gitSha)}</code>
              </>
            ),
            aside: (
              <Link className="link" href={routes.release(d.system.id, release.version)}>
                The release
              </Link>
            ),
          },
          ...changes.map((change, index) => ({
            key: `${index} ${change.summary}`,
            label: KIND[change.kind] ?? change.kind,
            value: <Words text={change.summary} />,
            aside: <Reference reference={change.reference} />,
          })),
          ...(changes.length === 0
            ? [{ key: 'none', label: 'Changes', value: 'No changes were registered with this release.', aside: undefined }]
            : []),
          {
            key: 'artefact',
            label: 'Artefact',
            value: (
              <>
                <code>{release.artefact}</code>
                <span className="c3 block">
                  commit <code>{release.gitSha}</code>, built {formatInstant(release.buildDate)}
                </span>
              </>
            ),
          },
          {
            key: 'schema',
            label: 'Schema',
            value:
              release.schemaBackwardCompatible === null
                ? 'nobody said whether it is backward compatible, so it counts as not'
                : release.schemaBackwardCompatible
                  ? 'backward compatible'
                  : 'not backward compatible',
          },
          ...(needsBundle
            ? [
                {
                  key: 'bundle',
                  label: 'Bundle',
                  value: release.bundleApproved ? (
                    <Status status="pass" plain>
                      Approved
                    </Status>
                  ) : (
                    <div className="grid justify-items-start gap-2">
                      <span>Not approved; {d.to.id} takes approved bundles only.</span>
                      {isOver(d) || d.isReadOnly ? null : (
                        <ApproveBundleForm
                          action={approveBundle}
                          system={d.system.id}
                          version={release.version}
                          whyNot={d.may.approveBundle}
                        />
                      )}
                    </div>
                  ),
                },
              ]
            : []),
          {
            key: 'policy',
            label: 'Policy',
            value: (
              <>
                Version {policy.version} of {d.system.name}, <code>{formatHash(policy.hash, 2)}</code>
              </>
            ),
            aside: (
              <Link className="link" href={routes.systemPolicy(d.system.id, { version: policy.version })}>
                Read it
              </Link>
            ),
          },
        ]}
      />
    </Section>
  )
}

function Reference({ reference }: { reference: string | null }) {
  if (reference === null) return null
  if (!/^https?:\/\//.test(reference)) return <span className="c3">{reference}</span>
  return (
    <a className="link" href={reference} rel="noreferrer noopener nofollow" target="_blank">
      Read it
    </a>
  )
}

/** Section 3: what deviates and is accepted by signing, each as its sentence in the release notes; and what deviates without any exception. */
export function ExceptionsSection({ d }: { d: PromotionDossier }) {
  const { exceptions } = d.dossier
  return (
    <Section
      no={3}
      title="Open exceptions"
      id="exceptions"
      aside={
        exceptions.length > 0 ? (
          <Status status="drift">
            {exceptions.length} {exceptions.length === 1 ? 'travels' : 'travel'} into the release notes
          </Status>
        ) : (
          'none'
        )
      }
    >
      {exceptions.length === 0 ? (
        <div className="pt-2.5">
          <EmptyState>
            No drift exceptions on {d.from.id} or {d.to.id}.
          </EmptyState>
        </div>
      ) : (
        exceptions.map((exception) => (
          <p key={exception.id} className="doc max-w-[72ch] pt-2.5 text-base leading-[1.4375rem]">
            <ExceptionProse exception={exception} words={d.known.words} closed={d.known.closed.includes(exception.id)} />
          </p>
        ))
      )}
      {d.budget && !isOver(d) ? (
        <p className={clsx('t-xs pt-2.5', d.budget.left > 0 ? 'c3' : 'fail')}>
          <Link className="link" href={routes.systemExceptions(d.system.id)}>
            Budget of {d.system.name}
          </Link>
          : {budgetInWords(d.budget)}
        </p>
      ) : null}
      <LiveDrift d={d} />
    </Section>
  )
}

/** Section 4: what happens when it goes wrong, and who decides. */
export function RollbackSection({ d }: { d: PromotionDossier }) {
  const { rollback } = d.dossier
  const rule = d.policy.document.rollback
  return (
    <Section
      no={4}
      title="If it goes wrong"
      id="rollback"
      aside={rollback.replaces ? `back on ${rollback.replaces}` : `nothing ran on ${d.to.id} before`}
    >
      <DeltaTable
        caption="If it goes wrong"
        rows={[
          {
            key: 'rule',
            label: 'Rule',
            value: (
              <>
                <Words text={rollback.rule} /> <SourceNote provenance={rule} sources={d.policy.document.sources} />
              </>
            ),
          },
          {
            key: 'snapshot',
            label: 'Snapshot',
            value: rollback.snapshot ? (
              <>
                {formatInstant(rollback.snapshot.takenAt)} of {rollback.snapshot.profile},{' '}
                <code>{formatHash(rollback.snapshot.digest, 3)}</code>
              </>
            ) : (
              'None is recorded.'
            ),
          },
          {
            key: 'decide',
            label: 'Decide',
            value: namesWords(
              d.deciders.map(({ name }) => name),
              6,
            ),
          },
        ]}
      />
    </Section>
  )
}

/** Section 5: the variables the target may not start without. Names and rules, never a value. */
export function ContractSection({ d }: { d: PromotionDossier }) {
  const { variables } = d.contract
  const secrets = variables.filter(({ secret }) => secret).length
  const gate = d.gates.find(({ gate: each }) => each.contract)
  return (
    <Section
      no={5}
      title="Required environment"
      id="contract"
      aside={variables.length === 0 ? 'none' : `${plural(variables.length, 'variable')}, ${plural(secrets, 'secret')}; names only`}
    >
      {gate ? (
        <p className="c2 t-xs pt-2.5">
          Whether they are there and valid is judged by{' '}
          <a className="link" href={`#gate-${gate.gate.id}`}>
            {gate.gate.title}
          </a>
          .
        </p>
      ) : null}
      {variables.length === 0 ? (
        <div className="pt-2.5">
          <EmptyState>The policy requires no variable on {d.to.id}.</EmptyState>
        </div>
      ) : (
        <Disclosure summary={`The ${plural(variables.length, 'variable')}`}>
          <DeltaTable
            caption={`Variables that ${d.to.id} requires`}
            rows={variables.map((variable) => ({
              key: variable.name,
              label: variable.secret || d.contract.secrets.includes(variable.name) ? 'Secret' : 'Config',
              value: (
                <>
                  <code className="c1">{variable.name}</code>
                  <span className="c3 block">
                    {[requiredWords(variable, d.to.id), ...variable.validators.map(validatorWords)].join('; ')}
                  </span>
                </>
              ),
              aside: <span className="c3">{variable.mutability}</span>,
            }))}
          />
        </Disclosure>
      )}
    </Section>
  )
}

/** Section 6: questions and answers. They flag later signers and leave the hash alone. */
export function DiscussionSection({ d, ask }: { d: PromotionDossier; ask: FormAction }) {
  return (
    <Section no={6} title="Discussion" id="discussion" aside={plural(d.discussion.length, 'entry', 'entries')}>
      {d.discussion.length === 0 ? (
        <div className="pt-2.5">
          <EmptyState>Nobody has asked anything.</EmptyState>
        </div>
      ) : (
        <ul>
          {d.discussion.map((entry) => (
            <li key={entry.id} className="border-line grid gap-1 border-b py-2.5">
              <span className="row wrap t-xs c2 gap-x-3">
                <Actor name={entry.by.name} kind={entry.by.kind} />
                <Time at={entry.at} relative />
                {entry.sinceSeal && d.sealed ? <Status status="running">since version {d.sealed.number}</Status> : null}
              </span>
              <p className="max-w-[72ch] break-words whitespace-pre-line">
                <Visible text={entry.text ?? 'The text was erased.'} />
              </p>
            </li>
          ))}
        </ul>
      )}
      {d.isReadOnly ? null : (
        <div className="pt-3.5">
          <AskForm action={ask} promotion={d.id} whyNot={d.may.ask} />
        </div>
      )}
    </Section>
  )
}
