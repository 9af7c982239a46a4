import { DenyLine } from '@/components/ui/banner'
import { LinkButton } from '@/components/ui/button'
import { DeltaTable } from '@/components/ui/key-value'
import { Link } from '@/components/ui/link'
import { Section } from '@/components/ui/section'
import { Status } from '@/components/ui/status'
import { Time } from '@/components/ui/time'
import { Visible } from '@/components/ui/visible'
import { formatDate, listWords, plural } from '@/lib/format'
import type { EmergencyView, PromotionDossier, ReviewLine } from '@/lib/queries/promotion-dossier'
import { routes } from '@/lib/routes'
import { slotWho } from './dossier-words'
import { FINDING } from './words'

/** What makes it an emergency, before anything else: under which incident, what could not wait and why, who reviews it by when (000.21). */
export function EmergencySection({
  emergency,
  slots,
  gatesAt = '',
}: {
  emergency: EmergencyView
  slots: readonly { title: string }[]
  /** The page that lists the gates, where it is another one. */
  gatesAt?: string
}) {
  const { incident, skipped, reason } = emergency
  const ordinary = listWords(emergency.reviews.map(({ title }) => title))
  return (
    <Section
      title="Emergency"
      id="emergency"
      aside={skipped.length === 0 ? 'nothing is skipped' : `${plural(skipped.length, 'gate is', 'gates are')} skipped`}
    >
      <DeltaTable
        caption="What makes it an emergency"
        rows={[
          {
            key: 'incident',
            label: 'Incident',
            value: (
              <>
                <Visible text={incident.title} />
                {incident.reference ? <span className="c3"> {incident.reference}</span> : null}
                <span className="c3 block">
                  {incident.closedAt ? (
                    <>
                      closed <Time at={incident.closedAt} />
                    </>
                  ) : (
                    `open${emergency.isOwing ? '' : '; it goes no further once it is closed'}`
                  )}
                </span>
              </>
            ),
            aside: (
              <Link className="link" href={routes.incident(incident.id)}>
                {incident.id}
              </Link>
            ),
          },
          {
            key: 'signs',
            label: 'Signed by',
            value: `${listWords(slots.map(({ title }) => title))}, instead of ${ordinary}`,
          },
          ...skipped.map((gate) => ({
            key: gate.id,
            label: 'Skipped',
            value: (
              <>
                <a className="link" href={`${gatesAt}#gate-${gate.id}`}>
                  {gate.title}
                </a>
                <span className="block">
                  {!emergency.isOwing ? (
                    <span className="c3">owed afterwards</span>
                  ) : gate.owed ? (
                    <Status status="fail">Evidence owed</Status>
                  ) : (
                    <Status status="pass">Paid</Status>
                  )}
                </span>
              </>
            ),
          })),
          ...(reason === null ? [] : [{ key: 'reason', label: 'Because', value: <Visible text={reason} /> }]),
          {
            key: 'review',
            label: 'Afterwards',
            value: `${ordinary} each review it${emergency.dueAt ? ` by ${formatDate(emergency.dueAt)}` : ' once it is deployed'}. Until then no ordinary promotion goes there.`,
          },
        ]}
      />
    </Section>
  )
}

/** One ordinary slot: what was said in it, or who can say it. */
function Review({ line, isOwing }: { line: ReviewLine; isOwing: boolean }) {
  const { review } = line
  return (
    <li className="border-line grid gap-1 border-b py-2">
      <span className="row between gap-3">
        <b className="b">{line.title}</b>
        {review ? (
          <Status status={FINDING[review.finding].status}>{FINDING[review.finding].words}</Status>
        ) : (
          <span className="c3 t-xs">{isOwing ? 'owed' : 'after the deployment'}</span>
        )}
      </span>
      <span className="t-xs c2">
        {review ? (
          <>
            {review.by.name}, <Time at={review.at} />
            <span className="block">
              <Visible text={review.note ?? 'The text was erased.'} />
            </span>
          </>
        ) : isOwing ? (
          slotWho(line.who.map(({ name }) => name))
        ) : null}
      </span>
    </li>
  )
}

/** What the ordinary slots said of an emergency afterwards, each with the person or with who can. */
export function Reviews({ emergency }: { emergency: EmergencyView }) {
  return (
    <ul className="border-line border-t" aria-label="Reviews by the ordinary signers">
      {emergency.reviews.map((line) => (
        <Review key={line.key} line={line} isOwing={emergency.isOwing} />
      ))}
    </ul>
  )
}

/** The reviews beside a dossier, and the way to one's own. */
export function ReviewsPanel({ d }: { d: PromotionDossier }) {
  const { emergency } = d
  if (!emergency) return null
  const done = emergency.reviews.filter(({ review }) => review !== null).length
  const yours = emergency.reviews.find(({ whyNot }) => whyNot === null)
  return (
    <section className="mt-6" aria-label="Reviews afterwards">
      <div className="row between mb-2">
        <h2 className="h2">Reviews afterwards</h2>
        <span className="c2 t-xs num">
          {done} of {emergency.reviews.length}
        </span>
      </div>
      <Reviews emergency={emergency} />
      {emergency.isOwing ? (
        <div className="mt-3">
          {yours ? (
            <LinkButton variant="primary" full href={routes.promotionReview(d.id, { slot: yours.key })}>
              Review as {yours.title}
            </LinkButton>
          ) : d.isReadOnly ? (
            <DenyLine>Read only. The ordinary signers review it.</DenyLine>
          ) : (
            <LinkButton full href={routes.promotionReview(d.id)}>
              Open the review
            </LinkButton>
          )}
        </div>
      ) : null}
    </section>
  )
}
