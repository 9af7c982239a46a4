import { Link } from '@/components/ui/link'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Not found' }

/** Nothing is at this address, or the viewer may not know of it: the two are not told apart. */
export default function NotFound() {
  return (
    <main id="main" className="plainpage">
      <h1 className="h1">Nothing is at this address</h1>
      <p className="lead">It may have been mistyped, or it belongs to a system that you hold no role for.</p>
      <p className="btns mt-5">
        <Link className="btn pri" href={routes.inbox()}>
          Go to the inbox
        </Link>
      </p>
    </main>
  )
}
