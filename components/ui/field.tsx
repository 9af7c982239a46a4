'use client'

import clsx from 'clsx'
import { Check, ChevronDown } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { useField } from './form-context'
import { StatusGlyph } from './status'

type Common = { name: string; label: ReactNode; hint?: ReactNode; optional?: boolean; defaultValue?: string }

/** Label, control, hint and the field's words, wired together; the control carries `aria-describedby` and `aria-invalid`. */
export function Field({
  id,
  label,
  hint,
  optional,
  errors = [],
  children,
}: {
  id: string
  label: ReactNode
  hint?: ReactNode
  optional?: boolean
  errors?: readonly string[]
  children: ReactNode
}) {
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {optional ? <span className="opt"> (optional)</span> : null}
      </label>
      {children}
      <FieldNotes id={id} hint={hint} errors={errors} />
    </div>
  )
}

function FieldNotes({ id, hint, errors }: { id: string; hint?: ReactNode; errors: readonly string[] }) {
  return (
    <>
      {errors.length > 0 ? (
        <div id={`${id}-error`}>
          {errors.map((error) => (
            <p key={error} className="err">
              <StatusGlyph status="fail" size={13} />
              {error}
            </p>
          ))}
        </div>
      ) : null}
      {hint ? (
        <div className="hint" id={`${id}-hint`}>
          {hint}
        </div>
      ) : null}
    </>
  )
}

function describedBy(id: string, hint: ReactNode, errors: readonly string[]): string | undefined {
  return [errors.length > 0 ? `${id}-error` : '', hint ? `${id}-hint` : ''].filter(Boolean).join(' ') || undefined
}

/** One line of text. Any attribute of `<input>` goes through; `mono` for what machines say. */
export function TextInput({
  name,
  label,
  hint,
  optional,
  defaultValue,
  mono,
  className,
  ...rest
}: Common & { mono?: boolean } & Omit<ComponentProps<'input'>, 'name' | 'defaultValue'>) {
  const field = useField(name)
  return (
    <Field id={field.id} label={label} hint={hint} optional={optional} errors={field.errors}>
      <input
        id={field.id}
        name={name}
        className={clsx('in', mono && 'code-in', className)}
        defaultValue={field.value ?? defaultValue}
        aria-invalid={field.errors.length > 0 || undefined}
        aria-describedby={describedBy(field.id, hint, field.errors)}
        aria-required={!optional || undefined}
        autoComplete="off"
        {...rest}
      />
    </Field>
  )
}

/** Several lines of text. */
export function TextArea({
  name,
  label,
  hint,
  optional,
  defaultValue,
  rows = 3,
  mono,
  ...rest
}: Common & { mono?: boolean } & Omit<ComponentProps<'textarea'>, 'name' | 'defaultValue'>) {
  const field = useField(name)
  return (
    <Field id={field.id} label={label} hint={hint} optional={optional} errors={field.errors}>
      <textarea
        id={field.id}
        name={name}
        rows={rows}
        className={clsx('in area', mono && 'code-in')}
        defaultValue={field.value ?? defaultValue}
        aria-invalid={field.errors.length > 0 || undefined}
        aria-describedby={describedBy(field.id, hint, field.errors)}
        aria-required={!optional || undefined}
        {...rest}
      />
    </Field>
  )
}

export type Option = { value: string; label: string; disabled?: boolean }

/** A choice out of many. `placeholder` is an empty first option. */
export function Select({
  name,
  label,
  hint,
  optional,
  defaultValue,
  options,
  placeholder,
  ...rest
}: Common & { options: readonly Option[]; placeholder?: string } & Omit<ComponentProps<'select'>, 'name' | 'defaultValue' | 'children'>) {
  const field = useField(name)
  return (
    <Field id={field.id} label={label} hint={hint} optional={optional} errors={field.errors}>
      <span className="sel">
        <select
          id={field.id}
          name={name}
          className="in"
          defaultValue={field.value ?? defaultValue ?? ''}
          aria-invalid={field.errors.length > 0 || undefined}
          aria-describedby={describedBy(field.id, hint, field.errors)}
          aria-required={!optional || undefined}
          {...rest}
        >
          {placeholder === undefined ? null : <option value="">{placeholder}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown size={14} />
      </span>
    </Field>
  )
}

export type Segment = { value: string; label: ReactNode; icon?: ReactNode; disabled?: boolean }

/** One of a few, all in sight. `joined` for a switch in a header. `onValue` is for client components that react at once. */
export function Segmented({
  name,
  label,
  hint,
  options,
  defaultValue,
  joined,
  hideLabel,
  onValue,
}: Common & { options: readonly Segment[]; joined?: boolean; hideLabel?: boolean; onValue?: (value: string) => void }) {
  const field = useField(name)
  return (
    <fieldset
      className="field"
      id={field.id}
      tabIndex={-1}
      aria-describedby={describedBy(field.id, hint, field.errors)}
      aria-invalid={field.errors.length > 0 || undefined}
    >
      <legend className={hideLabel ? 'sr' : 'lab'}>{label}</legend>
      <div className={clsx('seg', joined && 'joined')}>
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              disabled={option.disabled}
              defaultChecked={(field.value ?? defaultValue) === option.value}
              onChange={onValue ? () => onValue(option.value) : undefined}
            />
            <span className="opt">
              <Check size={14} className="tick" />
              {option.label}
              {option.icon}
            </span>
          </label>
        ))}
      </div>
      <FieldNotes id={field.id} hint={hint} errors={field.errors} />
    </fieldset>
  )
}

/** A box to tick, never ticked beforehand where it confirms something. */
export function Checkbox({
  name,
  label,
  hint,
  value = 'on',
  defaultChecked,
  disabled,
}: {
  name: string
  label: ReactNode
  hint?: ReactNode
  value?: string
  defaultChecked?: boolean
  disabled?: boolean
}) {
  const field = useField(name)
  const kept = field.refused && field.value !== undefined ? field.value === value : defaultChecked
  return (
    <div className="field">
      <label className="check" htmlFor={field.id}>
        <input
          type="checkbox"
          id={field.id}
          name={name}
          value={value}
          defaultChecked={kept}
          disabled={disabled}
          aria-invalid={field.errors.length > 0 || undefined}
          aria-describedby={describedBy(field.id, hint, field.errors)}
        />
        <span>{label}</span>
      </label>
      <FieldNotes id={field.id} hint={hint} errors={field.errors} />
    </div>
  )
}

/** Several of a list, each a box; values arrive as repeated fields of the same name. */
export function CheckboxGroup({
  name,
  label,
  hint,
  options,
  defaultValues = [],
}: {
  name: string
  label: ReactNode
  hint?: ReactNode
  options: readonly Option[]
  defaultValues?: readonly string[]
}) {
  const field = useField(name)
  return (
    <fieldset className="field" id={field.id} tabIndex={-1} aria-describedby={describedBy(field.id, hint, field.errors)}>
      <legend className="lab">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="check">
          <input
            type="checkbox"
            name={name}
            value={option.value}
            defaultChecked={defaultValues.includes(option.value)}
            disabled={option.disabled}
          />
          <span>{option.label}</span>
        </label>
      ))}
      <FieldNotes id={field.id} hint={hint} errors={field.errors} />
    </fieldset>
  )
}
