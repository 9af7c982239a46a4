'use client'

import { ChevronDown } from 'lucide-react'
import { isCode, Words } from '@/components/policy/words'
import { profileRef } from '@/components/system/profile-ref'
import { Field } from '@/components/ui/field'
import { useField } from '@/components/ui/form-context'
import { ProfileTag } from '@/components/ui/profile'
import { StatusGlyph } from '@/components/ui/status'
import { ViewSwitch } from '@/components/ui/tabs'
import type { RuleKind } from '@/lib/domain/rule-ref'
import type { ExceptionStart, RuleOffer } from '@/lib/queries/exception-new'
import { routes } from '@/lib/routes'
import { DEMANDS, KIND_TITLE } from './exception-words'

// Not from the domain: what a browser needs of it are six words.
const KINDS = Object.keys(KIND_TITLE) as RuleKind[]

type System = { slug: string; name: string }

/** A word of a variable is what a machine says, whatever it looks like. */
const isName = ({ kind }: RuleOffer, text: string): boolean => isCode(text) || (kind === 'variable' && !/\s/.test(text))

/** What deviates, when it was known before the form was opened: said, with a way to change it. */
export function WhatFixed({
  system,
  rule,
  profileClass,
  observed,
  onChange,
}: {
  system: System
  rule: RuleOffer
  profileClass: ExceptionStart['profiles'][number]['class'] | undefined
  observed: string
  onChange: () => void
}) {
  const field = useField('rule')
  const title = useField('observed')
  return (
    <div className="field" id={field.id} tabIndex={-1}>
      <span className="lab">What deviates</span>
      <div className="in exc-what">
        <p>
          <b>{system.name}</b> <ProfileTag profile={profileRef(rule.profile, profileClass)} />{' '}
          {rule.kind === 'variable' ? <code>{rule.title}</code> : rule.title} <span className="c3">{DEMANDS[rule.kind]}</span>{' '}
          {isName(rule, rule.expected) ? <code>{rule.expected}</code> : <Words text={rule.expected} />} <span className="c3">but is</span>{' '}
          {isName(rule, observed) ? (
            <code className="bb drift">{observed}</code>
          ) : (
            <b className="bb drift">
              <Words text={observed} />
            </b>
          )}
        </p>
        <button type="button" className="link t-xs" onClick={onChange}>
          Change
        </button>
      </div>
      <Errors errors={[...field.errors, ...title.errors]} />
      <input type="hidden" name="profile" value={rule.profile} readOnly />
      <input type="hidden" name="rule" value={rule.key} readOnly />
      <input type="hidden" name="observed" value={observed} readOnly />
    </div>
  )
}

function Errors({ errors }: { errors: readonly string[] }) {
  return errors.map((error) => (
    <p key={error} className="err">
      <StatusGlyph status="fail" size={13} />
      {error}
    </p>
  ))
}

/** What deviates, chosen: system, profile, a rule of its policy, and what is so instead. */
export function WhatChosen({
  start,
  system,
  profile,
  rule,
  observed,
  onProfile,
  onRule,
  onObserved,
}: {
  start: Pick<ExceptionStart, 'systems' | 'profiles' | 'rules'>
  system: System
  profile: string
  rule: RuleOffer | undefined
  observed: string
  onProfile: (profile: string) => void
  onRule: (rule: string) => void
  onObserved: (observed: string) => void
}) {
  const profileField = useField('profile')
  const ruleField = useField('rule')
  const observedField = useField('observed')
  const here = start.rules.filter((each) => each.profile === profile)
  const found = here.filter(({ finding }) => finding !== null)
  return (
    <>
      {start.systems.length > 1 ? (
        <ViewSwitch
          label="System"
          showLabel
          items={start.systems.map(({ slug, name }) => ({
            label: name,
            href: routes.exceptionNew({ system: slug }),
            current: slug === system.slug,
          }))}
        />
      ) : null}
      <div className="exc-two">
        <Field id={profileField.id} label="Where" errors={profileField.errors}>
          <span className="sel">
            <select
              id={profileField.id}
              name="profile"
              className="in"
              value={profile}
              onChange={(event) => onProfile(event.target.value)}
              aria-required="true"
            >
              {start.profiles.map(({ id }) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
            </select>
            <ChevronDown size={14} aria-hidden="true" />
          </span>
        </Field>
        <Field id={ruleField.id} label="What deviates" errors={ruleField.errors}>
          <span className="sel">
            <select
              id={ruleField.id}
              name="rule"
              className="in"
              value={rule?.key ?? ''}
              onChange={(event) => onRule(event.target.value)}
              aria-required="true"
              aria-invalid={ruleField.errors.length > 0 || undefined}
              aria-describedby={ruleField.errors.length > 0 ? `${ruleField.id}-error` : undefined}
            >
              <option value="">Choose a rule of {system.name}</option>
              {found.length > 0 ? <Rules label="Findings that are open" rules={found} /> : null}
              {KINDS.map((kind) => (
                <Rules key={kind} label={KIND_TITLE[kind]} rules={here.filter((each) => each.kind === kind && each.finding === null)} />
              ))}
            </select>
            <ChevronDown size={14} aria-hidden="true" />
          </span>
        </Field>
      </div>
      {rule?.never ? null : (
        <Field
          id={observedField.id}
          label="What is so instead"
          hint={rule ? <RuleHint rule={rule} /> : 'In a few words, as it was seen. Never a value of a secret.'}
          errors={observedField.errors}
        >
          <input
            id={observedField.id}
            name="observed"
            className="in"
            value={observed}
            maxLength={200}
            autoComplete="off"
            onChange={(event) => onObserved(event.target.value)}
            aria-required="true"
            aria-invalid={observedField.errors.length > 0 || undefined}
            aria-describedby={`${observedField.errors.length > 0 ? `${observedField.id}-error ` : ''}${observedField.id}-hint`}
          />
        </Field>
      )}
    </>
  )
}

function RuleHint({ rule }: { rule: RuleOffer }) {
  return (
    <>
      {rule.kind === 'variable' ? <code>{rule.title}</code> : rule.title}, {DEMANDS[rule.kind]}: {rule.expected}
    </>
  )
}

function Rules({ label, rules }: { label: string; rules: readonly RuleOffer[] }) {
  return rules.length === 0 ? null : (
    <optgroup label={label}>
      {rules.map(({ key, title, never, expected }) => (
        <option key={key} value={key}>
          {title}
          {title === 'Isolation' ? `: ${expected.length > 60 ? `${expected.slice(0, 57)}…` : expected}` : ''}
          {never ? ' (no exception covers it)' : ''}
        </option>
      ))}
    </optgroup>
  )
}
