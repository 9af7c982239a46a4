'use client'

import './exception.css'
import '@/components/ceremony/ceremony.css'
import { History, Undo2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useContext, useEffect, useState } from 'react'
import { sourceWords } from '@/components/policy/source-note'
import { Words } from '@/components/policy/words'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Banner } from '@/components/ui/banner'
import { Button, LinkButton } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { FormContext, useField } from '@/components/ui/form-context'
import { Link } from '@/components/ui/link'
import { Time } from '@/components/ui/time'
import { refuse } from '@/lib/domain/refusal'
import type { FormAction } from '@/lib/http/form-state'
import type { ExceptionStart, RuleOffer } from '@/lib/queries/exception-new'
import { routes } from '@/lib/routes'
import { type Answers, firstAnswers, lengthFrom, suggestion } from './answers'
import { BurnDown } from './burn-down'
import { draftKey } from './draft'
import { DurationField } from './duration-field'
import { FilingDoes } from './filing-does'
import { OwnerField } from './owner-field'
import { Preview } from './preview'
import { PreviousOnes } from './previous-ones'
import { endOf, tierOf } from './tiers'
import { useDraft } from './use-draft'
import { WhatChosen, WhatFixed } from './what-deviates'
import { inputOf, instantOf, WhenInput } from './when-input'

/** What the form is given: the start of a system that there is, and the instant the page was made at. */
export type ExceptionFormStart = Omit<ExceptionStart, 'system'> & { system: NonNullable<ExceptionStart['system']> }

/**
 * Files a drift exception: six answers on one page, the sentence of the release notes beside them (000.32; ux.md section 11). What is typed stays in this
 * browser until it is filed.
 */
export function ExceptionForm({ start, now, file }: { start: ExceptionFormStart; now: string; file: FormAction }) {
  return (
    <ActionForm
      action={file}
      hidden={{ system: start.system.slug }}
      className="exc-new"
      label={`File a drift exception of ${start.system.name}`}
      keepOnDone
    >
      <AnswersAndPreview start={start} now={new Date(now)} />
    </ActionForm>
  )
}

function AnswersAndPreview({ start, now }: { start: ExceptionFormStart; now: Date }) {
  const { system, chosen } = start
  const ruleOf = (profile: string, key: string) => start.rules.find((rule) => rule.profile === profile && rule.key === key)
  const [answers, setAnswers] = useState<Answers>(() =>
    firstAnswers(chosen, chosen ? ruleOf(chosen.profile, chosen.rule) : undefined, start.profiles.at(-1)?.id ?? '', ownerOf(start), now),
  )
  const [isChoosing, setIsChoosing] = useState(!chosen?.rule || chosen.observed === '')
  const set = (change: Partial<Answers>) => setAnswers((before) => ({ ...before, ...change }))
  const draft = useDraft(
    draftKey(start.me.id, system.slug, chosen?.rule ? `${chosen.profile} ${chosen.rule}` : 'any'),
    answers,
    (found) => {
      setAnswers(found)
      setIsChoosing(!chosen?.rule || found.observed === '' || found.rule !== chosen.rule)
    },
  )
  useAfterFiling(draft.drop)

  const rule = ruleOf(answers.profile, answers.rule)
  const typed = instantOf(answers.startsAt)
  const seen = rule?.finding ? new Date(rule.finding.since) : null
  // What a finding saw earlier counts: a late start buys no shorter tier.
  const startsAt = typed && seen && seen < typed ? seen : typed
  const end = endOf(startsAt, answers.duration, instantOf(answers.until))
  const tier = rule && startsAt && end ? tierOf(start.tiers, rule.needsSignature, end.getTime() - startsAt.getTime()) : null
  const owner = start.owners.find(({ id }) => id === answers.owner)
  const isGiven = {
    start: startsAt !== null,
    owner: owner !== undefined,
    end: end !== null && startsAt !== null && end > startsAt && end > now,
    fix: answers.remediation.trim().length >= 3,
  }

  function choose(profile: string, key: string) {
    const found = ruleOf(profile, key)
    const since = found?.finding ? inputOf(new Date(found.finding.since)) : answers.startsAt
    set({
      profile,
      rule: found?.key ?? '',
      ...(found?.finding ? { observed: found.finding.observed, startsAt: since, ...lengthFrom(since, now) } : {}),
    })
  }

  return (
    <>
      <div className="paper">
        <h1 className="h1" id="h">
          File a drift exception
        </h1>
        <p className="c2 mt-1">{leadOf(start)}</p>
        {draft.restoredAt === null ? null : (
          <p className="t-xs c2 mt-2" role="status">
            Your draft of <Time at={draft.restoredAt} show="today" /> is back.{' '}
            <button
              type="button"
              className="link"
              onClick={() => {
                draft.drop()
                set(firstAnswers(chosen, chosen ? ruleOf(chosen.profile, chosen.rule) : undefined, answers.profile, ownerOf(start), now))
                setIsChoosing(!chosen?.rule || chosen.observed === '')
              }}
            >
              Start over
            </button>
          </p>
        )}
        <div className="exc-fields">
          {rule && !isChoosing ? (
            <WhatFixed
              system={system}
              rule={rule}
              profileClass={start.profiles.find(({ id }) => id === rule.profile)?.class}
              observed={answers.observed}
              onChange={() => setIsChoosing(true)}
            />
          ) : (
            <WhatChosen
              start={start}
              system={system}
              profile={answers.profile}
              rule={rule}
              observed={answers.observed}
              onProfile={(profile) => choose(profile, answers.rule)}
              onRule={(key) => choose(answers.profile, key)}
              onObserved={(observed) => set({ observed })}
            />
          )}
          {rule?.finding ? <input type="hidden" name="finding" value={rule.finding.id} readOnly /> : null}
          {rule?.never ? (
            <Never rule={rule} never={rule.never} system={system} />
          ) : (
            <>
              <TextField name="reason" label="Why, in one sentence" value={answers.reason} onValue={(reason) => set({ reason })} />
              <div className="exc-two">
                <WhenInput
                  name="startsAt"
                  label="Since"
                  value={answers.startsAt}
                  onValue={(value) => set({ startsAt: value })}
                  hint={
                    typed && seen && rule?.finding && typed.getTime() - seen.getTime() >= 60_000 ? (
                      <>
                        {rule.finding.id} saw it earlier, so that counts: <Time at={seen} />
                      </>
                    ) : undefined
                  }
                />
                <OwnerField owners={start.owners} me={start.me.id} value={answers.owner} onValue={(id) => set({ owner: id })} />
              </div>
              <DurationField
                tiers={start.tiers}
                rule={rule}
                startsAt={startsAt}
                duration={answers.duration}
                until={answers.until}
                onDuration={(duration) => set({ duration })}
                onUntil={(until) => set({ until })}
              />
              <TextField
                name="remediation"
                label="How it gets fixed"
                value={answers.remediation}
                onValue={(remediation) => set({ remediation })}
                rows={3}
              >
                {rule ? <Inserts rule={rule} onInsert={(remediation) => set({ remediation })} text={answers.remediation} /> : null}
              </TextField>
            </>
          )}
        </div>
        <section aria-label="Actions" className="pbar exc-acts">
          <SubmitButton size="lg" pendingLabel="Filing" refusal={whyNot(start, rule)}>
            File exception
          </SubmitButton>
          {rule?.never || rule?.open ? null : (
            <Button size="lg" onClick={draft.save}>
              Save draft
            </Button>
          )}
          {rule?.open ? (
            <LinkButton href={routes.exception(rule.open.id)} size="lg" variant="primary">
              Open {rule.open.id}
            </LinkButton>
          ) : rule?.never ? null : (
            <span className="c3 t-xs exc-keys not-phone">
              <kbd>Ctrl</kbd> <kbd>Enter</kbd> files it
            </span>
          )}
        </section>
        <p className="t-xs c3 mt-2" role="status">
          {draft.said}
        </p>
        {rule?.never ? null : (
          <p className="t-xs c3 mt-1.5 max-w-[60ch]">
            Filing records the deviation. It does not change the runtime: Countersign observes and records, so the fix is made where{' '}
            {system.name} is deployed.
          </p>
        )}
      </div>
      <aside className="panel" aria-label="Preview">
        {rule?.never ? null : (
          <>
            <Preview
              lead={`${system.name}, ${rule?.profile ?? answers.profile}.`}
              hasRule={rule !== undefined}
              asCode={rule?.kind === 'variable'}
              said={{
                title: rule?.title ?? 'What deviates',
                expected: rule?.expected ?? '…',
                observed: answers.observed,
                startsAt,
                until: end,
                owner: owner?.name ?? null,
                reason: answers.reason,
                remediation: answers.remediation,
              }}
              ticks={[
                { label: 'Date and time', given: isGiven.start },
                { label: 'Owner', given: isGiven.owner },
                { label: 'Expected duration', given: isGiven.end },
                { label: 'Remediation path', given: isGiven.fix },
              ]}
            />
            <FilingDoes
              rule={rule}
              tier={tier}
              end={end}
              owner={owner?.name ?? 'the owner'}
              isMine={answers.owner === start.me.id}
              tells={start.tells}
            />
          </>
        )}
        <h2 className={rule?.never ? 'h2' : 'h2 exc-part'}>Open exceptions, all systems</h2>
        <BurnDown days={start.days} filing={!rule?.never} />
        {rule ? <PreviousOnes rule={rule} onCopy={(copied) => set(copied)} /> : null}
      </aside>
    </>
  )
}

const ownerOf = ({ owners, me }: ExceptionFormStart): string => (owners.some(({ id }) => id === me.id) ? me.id : '')

/** "Six answers. Opened from FND-0012, so three are already filled in." */
function leadOf({ chosen, rules }: ExceptionFormStart): string {
  if (!chosen?.rule) return 'Six answers; since when and whose it is are already filled in.'
  const rule = rules.find(({ profile, key }) => profile === chosen.profile && key === chosen.rule)
  const from = chosen.finding ?? (rule?.kind === 'cell' ? 'the matrix' : rule?.kind === 'gate' ? 'a gate' : 'a rule of the policy')
  return chosen.observed === ''
    ? `Six answers. Opened from ${from}, so two are already filled in.`
    : `Six answers. Opened from ${from}, so three are already filled in.`
}

function whyNot(start: ExceptionFormStart, rule: RuleOffer | undefined) {
  if (start.whyNot) return start.whyNot
  if (rule?.never) return refuse('policy_forbids', 'No exception covers this rule. What is possible stands above.')
  if (rule?.open) return refuse('conflict', `${rule.open.id} is open for this already. Ask for more time there, or close it first.`)
  return null
}

/** Goes to what was filed, and forgets the draft of it. */
function useAfterFiling(drop: () => void) {
  const { state } = useContext(FormContext)
  const router = useRouter()
  // Effect on the answer of the server: what is filed has an address of its own.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each answer.
  useEffect(() => {
    if (state.status !== 'done' || state.href === undefined) return
    drop()
    router.push(state.href)
    router.refresh() // the frame around it counts what is open
  }, [state])
}

function TextField({
  name,
  label,
  value,
  onValue,
  rows = 2,
  children,
}: {
  name: string
  label: string
  value: string
  onValue: (value: string) => void
  rows?: number
  children?: React.ReactNode
}) {
  const field = useField(name)
  return (
    <Field id={field.id} label={label} errors={field.errors}>
      <textarea
        id={field.id}
        name={name}
        rows={rows}
        maxLength={2000}
        className="in area"
        value={value}
        onChange={(event) => onValue(event.target.value)}
        aria-required="true"
        aria-invalid={field.errors.length > 0 || undefined}
        aria-describedby={field.errors.length > 0 ? `${field.id}-error` : undefined}
      />
      {children}
    </Field>
  )
}

/** Beginnings of the way back: one that fits the kind of rule, and that of the last exception from the same rule. */
function Inserts({ rule, text, onInsert }: { rule: RuleOffer; text: string; onInsert: (text: string) => void }) {
  const { label, text: suggested } = suggestion(rule)
  const last = rule.previous.find(({ remediation }) => remediation !== '')
  const add = (more: string) => onInsert(text.trim() === '' || text.includes(more) ? more : `${text.trim()} ${more}`)
  return (
    <div className="exc-notes">
      <button type="button" onClick={() => add(suggested)}>
        <Undo2 size={14} aria-hidden="true" />
        Insert: {label}
      </button>
      {last ? (
        <button type="button" onClick={() => onInsert(last.remediation)}>
          <History size={14} aria-hidden="true" />
          Copy from {last.id}
        </button>
      ) : null}
    </div>
  )
}

/** What no exception covers: the words of the policy, where they stand, and what is possible in its place. */
function Never({ rule, never, system }: { rule: RuleOffer; never: NonNullable<RuleOffer['never']>; system: ExceptionFormStart['system'] }) {
  return (
    <>
      <Banner status="denied" title="No exception covers this.">
        <p>
          <Words text={never.text} /> <span className="c3">{sourceWords(never.provenance, system.sources)}.</span>
        </p>
      </Banner>
      <div>
        <h2 className="h2">What is possible</h2>
        <ul className="mt-1.5 grid gap-1.5">
          {never.ways.map(({ kind, sentence, rule: glass }) => (
            <li key={sentence}>
              <Words text={sentence} />{' '}
              {kind === 'fix' && rule.finding ? (
                <Link className="link" href={routes.finding(rule.finding.id)}>
                  Open {rule.finding.id}
                </Link>
              ) : null}
              {kind === 'break-glass' ? (
                <Link className="link" href={routes.breakGlass({ system: system.slug, rule: glass ?? undefined })}>
                  Break glass
                </Link>
              ) : null}
              {kind === 'policy-change' ? (
                <Link className="link" href={routes.systemPolicy(system.slug)}>
                  Open the policy
                </Link>
              ) : null}
            </li>
          ))}
        </ul>
      </div>
    </>
  )
}
