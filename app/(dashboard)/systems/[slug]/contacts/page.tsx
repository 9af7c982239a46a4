import { notFound } from 'next/navigation'
import { ContactGates, ContactLists } from '@/components/contact/contact-lists'
import { SystemCard } from '@/components/contact/system-card'
import { PrintButton } from '@/components/fallback/print-button'
import { SystemFrame } from '@/components/system/system-frame'
import { Link } from '@/components/ui/link'
import { requireViewer } from '@/lib/auth/session'
import { getContacts } from '@/lib/queries/contacts'
import { getSystemHead } from '@/lib/queries/system-head'
import { routes } from '@/lib/routes'
import { confirmContactAction } from './actions'

type Props = { params: Promise<{ slug: string }> }

export const metadata = { title: 'Contacts of a system' }

/** Whom do I call, and was anybody reached lately? On paper it is the card for when Countersign itself is down. */
export default async function ContactsPage({ params }: Props) {
  const { slug } = await params
  const viewer = await requireViewer(routes.systemContacts(slug))
  const head = await getSystemHead(viewer, slug)
  if (!head) notFound()
  const page = await getContacts(viewer, head)
  const { policy, number, hash } = head.version
  return (
    <>
      <div className="offpaper contents">
        <SystemFrame head={head} tab="Contacts">
          <div className="row wrap between gap-3">
            <p className="c2">
              Who is on a list is whoever holds its role. Printed, this page is the card for when Countersign itself is down. What burns is
              under{' '}
              <Link className="link" href={routes.incidents({ system: head.slug })}>
                Incidents
              </Link>
              .
            </p>
            <PrintButton label="Print the card" />
          </div>
          <div className="max-w-[680px]">
            <ContactLists system={{ slug: head.slug, name: head.name }} lists={page.lists} confirm={confirmContactAction} />
            <ContactGates gates={page.gates} />
          </div>
        </SystemFrame>
      </div>
      <SystemCard name={head.name} policy={{ number, hash }} printedAt={viewer.now} rollback={policy.rollback} page={page} />
    </>
  )
}
