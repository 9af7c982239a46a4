import { Page, Paper } from '@/components/layout/page'
import { LinkButton } from '@/components/ui/button'
import type { FormAction } from '@/lib/http/form-state'
import type { SignOffReceipt } from '@/lib/queries/sign-off-receipt'
import { routes } from '@/lib/routes'
import { Outcome, Said, Sheet } from './parts'
import { ProofInLog } from './proof'
import { ReceiptTools } from './receipt-tools'
import { signOffLead, signOffTitle, standingOf } from './sign-off-words'

const KIND = {
  rotation: { list: 'Rotations', href: routes.rotations(), text: 'Plan', hash: 'Hash of the plan' },
  fallback: { list: 'Break glass', href: routes.breakGlass(), text: 'Request', hash: 'Hash of the request' },
  exception: { list: 'Exceptions', href: routes.exceptions(), text: 'Exception', hash: 'Hash of the exception' },
} as const

/** The receipt of a decision on a rotation, a fallback use or an exception, to keep, to print, and to take back while that is possible. */
export function SignOffReceiptPage({ receipt, withdraw }: { receipt: SignOffReceipt; withdraw: FormAction }) {
  const { subject, sealed } = receipt
  const kind = KIND[subject.kind]
  const standing = standingOf(receipt)
  return (
    <Page
      crumbs={[{ label: kind.list, href: kind.href }, { label: subject.id, href: subject.href }, { label: receipt.id }]}
      phone={{ back: subject.href, title: 'Receipt', aside: receipt.mine ? 'step 3 of 3' : receipt.id }}
      layout="dossier"
      className="receipt"
    >
      <Paper>
        <Outcome decision={receipt.decision} standing={standing} />
        <h1 className="h1 mt-1.5" id="h">
          {signOffTitle(receipt)}
        </h1>
        <p className="c2 mt-1">{signOffLead(receipt)}</p>
        <Sheet
          receipt={receipt}
          standing={standing}
          about={[
            { label: 'What', value: subject.what },
            { label: 'Where', value: `${subject.system.name}, ${subject.profile.id}` },
          ]}
          sealed={{ label: kind.text, href: subject.href, text: `${subject.id}, version ${sealed.number}`, hash: sealed.hash }}
          now={subject.standing}
        />
        <ReceiptTools
          signature={receipt.id}
          json={routes.signatureJson(receipt.id)}
          proof={receipt.entry?.proof ? routes.signatureProof(receipt.id) : null}
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
        <ProofInLog entry={receipt.entry} signature={receipt.id} />
      </Paper>
      <Said receipt={receipt} hash={{ title: kind.hash, value: sealed.hash }} />
    </Page>
  )
}
