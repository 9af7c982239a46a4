'use client'

import { Printer } from 'lucide-react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Button, DeniedButton, type Why } from '@/components/ui/button'
import { Disclosure } from '@/components/ui/disclosure'
import { TextArea } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

/** Prints the notes: A4, serif, signature lines, the hash at the foot of every page. */
export function PrintButton() {
  return (
    <Button className="grow" icon={<Printer size={15} />} onClick={() => window.print()}>
      Print
    </Button>
  )
}

/** The summary at the head of the notes: the Release Manager's, until the last signature seals it. */
export function SummaryForm({
  action,
  promotion,
  summary,
  whyNot,
}: {
  action: FormAction
  promotion: string
  summary: string
  whyNot: Why
}) {
  if (whyNot) {
    return (
      <div className="mt-5">
        <DeniedButton refusal={whyNot} full>
          Edit the summary
        </DeniedButton>
      </div>
    )
  }
  return (
    <div className="mt-5">
      <Disclosure button summary="Edit the summary">
        <ActionForm action={action} hidden={{ promotion }} label="Edit the summary" keepOnDone>
          <TextArea
            name="summary"
            label="Summary"
            rows={5}
            defaultValue={summary}
            hint="The first sentences of the notes. Never a value of a secret."
          />
          <SubmitButton variant="default" full pendingLabel="Saving">
            Save the summary
          </SubmitButton>
        </ActionForm>
      </Disclosure>
    </div>
  )
}
