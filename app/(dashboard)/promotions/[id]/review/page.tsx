import { notFound } from 'next/navigation'
import { Page, Panel, Paper } from '@/components/layout/page'
import { EmergencySection, Reviews } from '@/components/promotion/emergency-parts'
import { EmergencyChip, Way } from '@/components/promotion/parts'
import { ReviewForm } from '@/components/promotion/review-form'
import { DenyLine, EmptyState } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { Link } from '@/components/ui/link'
import { PageHead } from '@/components/ui/section'
import { SignatureLine } from '@/components/ui/signature'
import { ViewSwitch } from '@/components/ui/tabs'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { formatDate, numberWord, plural } from '@/lib/format'
import { getReview, type ReviewPage } from '@/lib/queries/promotion-review'
import { routes } from '@/lib/routes'
import { reviewAction } from '../../actions'

type Props = { params: Promise<{ id: string }>; searchParams: Promise<{ slot?: string }> }

export async function generateMetadata({ params }: Props) {
  return { title: `Review ${decodeURIComponent((await params).id)}` }
}

/** What do the ordinary signers say of an emergency, now that it went out? Owed within the policy's time (000.21). */
export default async function PromotionReviewPage({ params, searchParams }: Props) {
  const id = decodeURIComponent((await params).id)
  const { slot } = await searchParams
  const viewer = await requireViewer(routes.promotionReview(id, { slot }))
  const page = await getReview(viewer, id)
  if (!page) notFound()
  const { emergency } = page
  return (
    <Page
      crumbs={[
        { label: 'Promotions', href: routes.promotions() },
        { label: page.promotion, href: routes.promotion(page.promotion) },
        { label: 'Review' },
      ]}
      phone={{ back: routes.promotion(page.promotion), title: 'Review', aside: page.promotion }}
      layout="dossier"
      system={page.system.id}
    >
      <Paper>
        <PageHead
          above={
            <>
              <EmergencyChip incident={emergency?.incident.id ?? null} />
              <Way from={page.from} to={page.to} />
            </>
          }
          title={`Review ${page.system.name} ${page.version}`}
          lead={leadOf(page)}
        />
        {emergency ? (
          <>
            <EmergencySection emergency={emergency} slots={page.slots} gatesAt={routes.promotion(page.promotion)} />
            <Yours page={page} slot={slot} />
          </>
        ) : (
          <div className="mt-5">
            <EmptyState
              action={
                <Link className="link" href={routes.promotion(page.promotion)}>
                  Open the dossier
                </Link>
              }
            >
              {page.promotion} is not an emergency promotion. It was signed before it was deployed, so it owes no review.
            </EmptyState>
          </div>
        )}
      </Paper>
      <Panel label="Signatures and reviews">
        {emergency ? (
          <>
            <h2 className="h2">Reviews afterwards</h2>
            <div className="mt-2">
              <Reviews emergency={emergency} />
            </div>
          </>
        ) : null}
        <h2 className="h2 mt-6">Signed in the emergency</h2>
        {page.signed.length === 0 ? <p className="c2 mt-2">Nobody has signed it.</p> : null}
        <div className="sign">
          {page.signed.map(({ capacity, name, at, id: signature }) => (
            <SignatureLine
              key={signature}
              capacity={capacity}
              state="signed"
              name={name}
              hash={page.sealed?.hash}
              under={
                <Link className="link" href={routes.signature(signature)}>
                  <Time at={at} show="today" />
                </Link>
              }
            />
          ))}
        </div>
        <div className="mt-4">
          <LinkButton
            full
            href={page.sealed ? routes.promotionVersion(page.promotion, page.sealed.number) : routes.promotion(page.promotion)}
          >
            Read what was signed
          </LinkButton>
        </div>
      </Panel>
    </Page>
  )
}

function leadOf({ emergency, to, phase }: ReviewPage): string {
  if (!emergency) return 'There is nothing to review.'
  if (!emergency.isOwing)
    return phase === 'withdrawn' || phase === 'superseded'
      ? 'It never went out, so it owes no review.'
      : 'It has not been deployed yet. The ordinary signers review it afterwards.'
  const open = emergency.reviews.filter(({ review }) => review === null).length
  if (open === 0) return 'Every ordinary slot has reviewed it.'
  const due = emergency.dueAt ? `, due ${formatDate(emergency.dueAt)}` : ''
  return `${numberWord(open)} of ${plural(emergency.reviews.length, 'review')} ${open === 1 ? 'is' : 'are'} open${due}. Until then ${to.id} takes no ordinary promotion.`
}

/** The slot somebody can review in, with the form; or the reason why in none. */
function Yours({ page, slot }: { page: ReviewPage; slot: string | undefined }) {
  const lines = page.emergency?.reviews ?? []
  const open = lines.filter(({ whyNot }) => whyNot === null)
  const chosen = open.find(({ key }) => key === slot) ?? open[0]
  if (!chosen) {
    // A reason about a slot whose role they hold says more than "a role you do not hold".
    const reasons = lines.filter(({ review }) => review === null || lines.every((each) => each.review !== null)).map(({ whyNot }) => whyNot)
    const why = reasons.find((each) => each && each.code !== 'not_allowed') ?? reasons.find((each) => each)
    return (
      <section className="mt-6" aria-label="Your review">
        <DenyLine>{why?.sentence ?? 'Nothing is left to review.'}</DenyLine>
      </section>
    )
  }
  return (
    <section className="mt-6 grid gap-4" aria-labelledby="yours">
      <h2 className="h2" id="yours">
        Your review as {chosen.title}
      </h2>
      {open.length > 1 ? (
        <ViewSwitch
          label="Review as"
          showLabel
          items={open.map(({ key, title }) => ({
            label: title,
            href: routes.promotionReview(page.promotion, { slot: key }),
            current: key === chosen.key,
          }))}
        />
      ) : null}
      <ReviewForm key={chosen.key} action={reviewAction} promotion={page.promotion} slot={chosen} />
    </section>
  )
}
