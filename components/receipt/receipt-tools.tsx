'use client'

import { Download, Printer, ShieldCheck, Undo2 } from 'lucide-react'
import { useId, useState } from 'react'
import { ActionForm, SubmitButton } from '@/components/ui/action-form'
import { Button, DeniedButton, LinkButton, type Why } from '@/components/ui/button'
import { TextArea } from '@/components/ui/field'
import type { FormAction } from '@/lib/http/form-state'

/** What one does with a receipt: keep it as a file or on paper, or take the signature back in two steps, with a reason. */
export function ReceiptTools({
  signature,
  json,
  proof,
  withdraw,
  isMine,
  whyNotWithdraw,
  until = 'the deployment starts',
}: {
  signature: string
  json: string
  /** Where the proof file is; null while the log has not taken the signature in. */
  proof: string | null
  withdraw: FormAction
  isMine: boolean
  whyNotWithdraw: Why
  /** How long it can be taken back: the end of "Possible until …". */
  until?: string
}) {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <div className="tools mt-3.5 grid max-w-[560px] gap-3">
      <div className="btns even">
        <LinkButton href={json} download={`${signature}.json`} icon={<Download size={16} />}>
          Save receipt
        </LinkButton>
        {isMine && !whyNotWithdraw ? (
          <Button icon={<Undo2 size={16} />} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
            Withdraw
          </Button>
        ) : null}
        {proof ? (
          <LinkButton href={proof} download={`${signature}.tlog-proof`} icon={<ShieldCheck size={16} />}>
            Save proof
          </LinkButton>
        ) : null}
        <Button icon={<Printer size={16} />} onClick={() => window.print()}>
          Print
        </Button>
      </div>
      {isMine && whyNotWithdraw ? (
        <DeniedButton refusal={whyNotWithdraw} full>
          Withdraw
        </DeniedButton>
      ) : null}
      <div id={id}>
        {open && isMine && !whyNotWithdraw ? (
          <ActionForm action={withdraw} hidden={{ signOff: signature }} label={`Withdraw ${signature}`} keepOnDone>
            <TextArea
              name="reason"
              label="Why you take it back"
              rows={3}
              maxLength={2000}
              hint={`It adds a record and leaves the signature readable. Possible until ${until}. Never a value of a secret.`}
            />
            <SubmitButton variant="danger" pendingLabel="Withdrawing">
              Withdraw my signature
            </SubmitButton>
          </ActionForm>
        ) : null}
      </div>
    </div>
  )
}
