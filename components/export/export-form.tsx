'use client'

import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import type { Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { Segmented, TextInput } from '@/components/ui/field'
import { EXPORT_FORMATS, type ExportAsked } from '@/lib/domain/trail-export'
import type { FormAction } from '@/lib/http/form-state'
import { FORMAT_WORDS } from './export-words'

// The bundle first: it is what proves itself.
const FORMATS = [...EXPORT_FORMATS].sort((a, b) => Number(b === 'bundle') - Number(a === 'bundle'))

/** In which form, and which numbers, an export is wanted; what the list was narrowed to comes along unseen. */
export function ExportForm({
  action,
  asked,
  size,
  whyNot,
  another,
}: {
  action: FormAction
  asked: ExportAsked
  size: number
  whyNot: Why
  /** One that was made stands above: fetching it is what is meant to be done next. */
  another?: boolean
}) {
  const { first, last, ...rest } = asked
  return (
    <ActionForm action={action} hidden={rest} label="Export the trail">
      {whyNot ? null : (
        <>
          <Segmented
            name="format"
            label="Form"
            options={FORMATS.map((value) => ({ value, label: FORMAT_WORDS[value].name }))}
            defaultValue="bundle"
            hint={FORMATS.map((value) => (
              <span key={value} className="block">
                <b>{FORMAT_WORDS[value].name}</b> (.{FORMAT_WORDS[value].file}): {FORMAT_WORDS[value].hint}
              </span>
            ))}
          />
          <Disclosure summary="Only a range of entries" open={first !== undefined || last !== undefined}>
            <div className="grid gap-4 sm:grid-cols-2">
              <TextInput
                name="first"
                label="From entry"
                optional
                inputMode="numeric"
                defaultValue={first === undefined ? undefined : String(first)}
                hint="Its number, such as 1."
              />
              <TextInput
                name="last"
                label="Up to entry"
                optional
                inputMode="numeric"
                defaultValue={last === undefined ? undefined : String(last)}
                hint={`At most ${size}.`}
              />
            </div>
          </Disclosure>
        </>
      )}
      <div className="btns">
        <SubmitButton
          size={another ? 'md' : 'lg'}
          variant={another ? 'default' : 'primary'}
          refusal={whyNot}
          pendingLabel="Making the export"
        >
          Make the export
        </SubmitButton>
      </div>
    </ActionForm>
  )
}
