'use client'

import { KeyRound } from 'lucide-react'
import { DecideButton, type StepUpAction, StepUpField, useDecision } from '@/components/ceremony/decision'
import { ActionForm } from '@/components/ui/action-form'
import type { FormAction } from '@/lib/http/form-state'

/** Opens what a commander asked for themselves and did not open at once: the password, then the act. */
export function OpenAloneForm({
  fallback,
  sealedHash,
  slot,
  stepUp,
  open,
  here,
}: {
  fallback: string
  sealedHash: string
  slot: string
  stepUp: StepUpAction
  open: FormAction
  here: string
}) {
  const { action, stepUpState } = useDecision({
    stepUp,
    decide: open,
    binding: { sealedHash, slot, decision: 'approve' },
    whyNotYet: () => ({}),
  })
  return (
    <ActionForm action={action} hidden={{ fallback, sealedHash }} label={`Break glass for ${fallback}`} keepOnDone silentDone>
      <StepUpField {...stepUpState} />
      <DecideButton here={here} icon={<KeyRound size={18} />} pendingLabel="Opening">
        Break glass now
      </DecideButton>
    </ActionForm>
  )
}
