import '@/components/ceremony/ceremony.css'
import { SeparationOf } from '@/components/ceremony/parts'
import { Page, Panel, Paper } from '@/components/layout/page'
import { ReceiptTools } from '@/components/promotion/receipt-tools'
import { Statement } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { Hash } from '@/components/ui/hash'
import { Status } from '@/components/ui/status'
import { Visible } from '@/components/ui/visible'
import type { FormAction } from '@/lib/http/form-state'
import type { SignOffReceipt } from '@/lib/queries/sign-off-receipt'
import { routes } from '@/lib/routes'
import { SignOffSheet } from './sign-off-sheet'
import { signOffLead, signOffTitle, standingOf } from './sign-off-words'

const KIND = {
  rotation: { list: 'Rotations', href: routes.rotations(), hash: 'Hash of the plan' },
  fallback: { list: 'Break glass', href: routes.breakGlass(), hash: 'Hash of the request' },
} as const

/** The receipt of a decision on a rotation or a fallback use, to keep, to print, and to take back while that is possible. */
export function SignOffReceiptPage({ receipt, withdraw }: { receipt: SignOffReceipt; withdraw: FormAction }) {
  const { subject, sealed } = receipt
  const kind = KIND[subject.kind]
  return (
    <Page
      crumbs={[{ label: kind.list, href: kind.href }, { label: subject.id, href: subject.href }, { label: receipt.id }]}
      phone={{ back: subject.href, title: 'Receipt', aside: receipt.mine ? 'step 3 of 3' : receipt.id }}
      layout="dossier"
      className="receipt"
    >
      <Paper>
        <Outcome receipt={receipt} />
        <h1 className="h1 mt-1.5" id="h">
          {signOffTitle(receipt)}
        </h1>
        <p className="c2 mt-1">{signOffLead(receipt)}</p>
        <SignOffSheet receipt={receipt} />
        <ReceiptTools
          signature={receipt.id}
          json={routes.signatureJson(receipt.id)}
          withdraw={withdraw}
          isMine={receipt.mine && !receipt.withdrawn && receipt.decision === 'approve'}
          whyNotWithdraw={receipt.whyNotWithdraw}
          until={subject.until}
        />
        <section aria-label="Actions" className="pbar mt-5">
          <LinkButton href={subject.href} variant="primary" size="lg">
            Open {subject.id}
          </LinkButton>
        </section>
      </Paper>
      <Panel label="What was signed">
        <h2 className="h2">{receipt.decision === 'approve' ? 'What was signed' : 'What was said'}</h2>
        <Statement>
          <Visible text={receipt.statement ?? 'The text was erased with the person; its digest stays on the record.'} />
        </Statement>
        {receipt.reason ? (
          <p className="mt-3">
            <span className="c3">About {receipt.reason.kind}: </span>
            <Visible text={receipt.reason.text ?? 'The text was erased.'} />
          </p>
        ) : null}
        {receipt.withdrawn ? (
          <p className="mt-3">
            <span className="c3">Withdrawn: </span>
            <Visible text={receipt.withdrawn.reason ?? 'The text was erased.'} />
          </p>
        ) : null}
        <SeparationOf
          title={receipt.mine ? 'Checked when you signed' : `Told to ${receipt.signer} when signing`}
          lines={receipt.separation}
        />
        <h2 className="h2 mt-6 mb-2">{kind.hash}</h2>
        <Hash hash={sealed.hash} seal={false} copy />
        <p className="c3 t-xs mt-2">
          The saved receipt holds the sealed text. SHA-256 over its UTF-8 bytes gives this hash, on any machine.
        </p>
      </Panel>
    </Page>
  )
}

function Outcome({ receipt }: { receipt: SignOffReceipt }) {
  const standing = standingOf(receipt)
  if (standing === 'withdrawn') return <Status status="na">Withdrawn</Status>
  if (standing === 'ended') return <Status status="warn">No longer counts</Status>
  if (receipt.decision === 'decline') return <Status status="fail">Declined</Status>
  return (
    <Status status="pass" size={18}>
      Signed
    </Status>
  )
}
