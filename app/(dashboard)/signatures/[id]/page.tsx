import '@/components/ceremony/ceremony.css'
import { notFound } from 'next/navigation'
import { SeparationOf } from '@/components/ceremony/parts'
import { Page, Panel, Paper } from '@/components/layout/page'
import { ReceiptSheet } from '@/components/promotion/receipt-sheet'
import { ReceiptTools } from '@/components/promotion/receipt-tools'
import { receiptLead, receiptTitle, standingOf } from '@/components/promotion/receipt-words'
import { SignOffReceiptPage } from '@/components/receipt/sign-off-receipt'
import { Statement } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { Hash } from '@/components/ui/hash'
import { Status } from '@/components/ui/status'
import { Visible } from '@/components/ui/visible'
import { requireViewer } from '@/lib/auth/session'
import { getReceipt, type Receipt } from '@/lib/queries/receipt'
import { getSignOffReceipt } from '@/lib/queries/sign-off-receipt'
import { routes } from '@/lib/routes'
import { withdrawSignOffAction } from '../../promotions/actions'
import { withdrawApprovalAction } from './actions'

type Props = { params: Promise<{ id: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Receipt ${(await params).id}` }
}

/** What exactly did they sign? A signature at an address of its own, to keep, to print, and to take back while that is possible. */
export default async function ReceiptPage({ params }: Props) {
  const { id } = await params
  const viewer = await requireViewer(routes.signature(id))
  const receipt = await getReceipt(viewer, id)
  if (!receipt) {
    const other = await getSignOffReceipt(viewer, id)
    if (!other) notFound()
    return <SignOffReceiptPage receipt={other} withdraw={withdrawApprovalAction} />
  }
  const { promotion, dossier, inbox } = receipt
  return (
    <Page
      crumbs={[
        { label: 'Promotions', href: routes.promotions() },
        { label: promotion.id, href: routes.promotion(promotion.id) },
        { label: receipt.id },
      ]}
      phone={{ back: routes.promotion(promotion.id), title: 'Receipt', aside: receipt.mine ? 'step 3 of 3' : receipt.id }}
      layout="dossier"
      className="receipt"
    >
      <Paper>
        <Outcome receipt={receipt} />
        <h1 className="h1 mt-1.5" id="h">
          {receiptTitle(receipt)}
        </h1>
        <p className="c2 mt-1">{receiptLead(receipt)}</p>
        <ReceiptSheet receipt={receipt} />
        <ReceiptTools
          signature={receipt.id}
          json={routes.signatureJson(receipt.id)}
          withdraw={withdrawSignOffAction}
          isMine={receipt.mine && !receipt.withdrawn}
          whyNotWithdraw={receipt.whyNotWithdraw}
        />
        <section aria-label="Actions" className="pbar mt-5">
          {receipt.mine && inbox ? (
            <LinkButton
              href={
                inbox.promotion
                  ? routes.promotion(inbox.promotion)
                  : inbox.deployment
                    ? routes.deployment(inbox.deployment)
                    : routes.inbox()
              }
              variant="primary"
              size="lg"
            >
              Next: {inbox.title}
            </LinkButton>
          ) : (
            <LinkButton href={routes.promotion(promotion.id)} variant="primary" size="lg">
              Open {promotion.id}
            </LinkButton>
          )}
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
        <h2 className="h2 mt-6 mb-2">Hash of the dossier</h2>
        <Hash hash={dossier.hash} seal={false} copy />
        <p className="c3 t-xs mt-2">
          The saved receipt holds the sealed text. SHA-256 over its UTF-8 bytes gives this hash, on any machine.
        </p>
      </Panel>
    </Page>
  )
}

function Outcome({ receipt }: { receipt: Receipt }) {
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
