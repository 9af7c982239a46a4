'use client'

import { Download, FileCheck2 } from 'lucide-react'
import { useContext } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { LinkButton } from '@/components/ui/button'
import { FormContext } from '@/components/ui/form-context'
import { Status } from '@/components/ui/status'
import type { StatedKind, StatementForm } from '@/lib/domain/log/statement/in-toto'
import type { Refusal } from '@/lib/domain/refusal'
import type { FormAction } from '@/lib/http/form-state'

const LABEL: Record<StatementForm, string> = { 'in-toto': 'in-toto statement', vsa: 'Verification summary (SLSA)' }

/** One form of statement: asked for with a press, signed by the log's key, then a file to save. */
export function AskStatement({
  kind,
  id,
  form,
  ask,
  whyNot = null,
}: {
  kind: StatedKind
  id: string
  form: StatementForm
  ask: FormAction
  whyNot?: Refusal | null
}) {
  return (
    <ActionForm action={ask} hidden={{ kind, id, form }} label={`${LABEL[form]} of ${id}`} keepOnDone silentDone className="grid gap-2">
      <Ask id={id} form={form} whyNot={whyNot} />
    </ActionForm>
  )
}

function Ask({ id, form, whyNot }: { id: string; form: StatementForm; whyNot: Refusal | null }) {
  const { state } = useContext(FormContext)
  const done = state.status === 'done' ? state : null
  const name = `${id}.${form}.json`
  return (
    <>
      {done?.href ? (
        <LinkButton href={done.href} download={name} icon={<Download size={16} />} full>
          Save {name}
        </LinkButton>
      ) : (
        <SubmitButton
          variant="default"
          full
          icon={<FileCheck2 size={16} aria-hidden="true" />}
          refusal={whyNot}
          pendingLabel="Waiting for the log’s key"
        >
          {LABEL[form]}
        </SubmitButton>
      )}
      <span role="status" className="t-xs">
        {done ? <Status status={done.href ? 'pass' : 'waiting'}>{done.message}</Status> : null}
      </span>
    </>
  )
}
