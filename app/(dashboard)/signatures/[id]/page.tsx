import '@/components/receipt/receipt.css'
import { notFound } from 'next/navigation'
import { PromotionReceiptPage } from '@/components/receipt/promotion-receipt'
import { SignOffReceiptPage } from '@/components/receipt/sign-off-receipt'
import { requireViewer } from '@/lib/auth/session'
import { getReceipt } from '@/lib/queries/receipt'
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
  return <PromotionReceiptPage receipt={receipt} withdraw={withdrawSignOffAction} />
}
