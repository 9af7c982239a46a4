import { Page, Paper } from '@/components/layout/page'
import { EmergencyChip } from '@/components/promotion/parts'
import { LinkButton } from '@/components/ui/button'
import type { FormAction } from '@/lib/http/form-state'
import type { Receipt } from '@/lib/queries/receipt'
import { routes } from '@/lib/routes'
import { Outcome, Said, Sheet } from './parts'
import { receiptLead, receiptTitle, standingOf } from './promotion-receipt-words'
import { ProofInLog } from './proof'
import { ReceiptTools } from './receipt-tools'

/** The receipt of a signature on a promotion, to keep, to print, and to take back while that is possible. */
export function PromotionReceiptPage({ receipt, withdraw }: { receipt: Receipt; withdraw: FormAction }) {
  const { promotion, dossier, inbox } = receipt
  const standing = standingOf(receipt)
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
        <Outcome decision={receipt.decision} standing={standing} />
        <h1 className="h1 mt-1.5" id="h">
          {receiptTitle(receipt)}
        </h1>
        <p className="c2 mt-1">{receiptLead(receipt)}</p>
        <Sheet
          receipt={receipt}
          standing={standing}
          about={[
            { label: 'Kind', value: promotion.emergency ? <EmergencyChip incident={promotion.emergency} /> : null },
            { label: 'What', value: `${promotion.system.name} ${promotion.version}, ${promotion.from.id} to ${promotion.to.id}` },
          ]}
          sealed={{
            label: 'Dossier',
            href: routes.promotionVersion(promotion.id, dossier.number),
            text: `${promotion.id}, version ${dossier.number}`,
            hash: dossier.hash,
          }}
          opened={receipt.openedAt}
        />
        <ReceiptTools
          signature={receipt.id}
          json={routes.signatureJson(receipt.id)}
          proof={receipt.entry?.proof ? routes.signatureProof(receipt.id) : null}
          withdraw={withdraw}
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
        <ProofInLog entry={receipt.entry} signature={receipt.id} />
      </Paper>
      <Said receipt={receipt} hash={{ title: 'Hash of the dossier', value: dossier.hash }} />
    </Page>
  )
}
