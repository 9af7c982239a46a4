import { Page } from '@/components/layout/page'
import { OpenForm } from '@/components/promotion/open-form'
import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { PageHead } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer } from '@/lib/auth/session'
import { formatDate } from '@/lib/format'
import { getPromotionStarts, type PromotionStart } from '@/lib/queries/promotion-new'
import { routes } from '@/lib/routes'
import { openPromotionAction } from '../actions'

export const metadata = { title: 'Start a promotion' }

type Props = { searchParams: Promise<{ system?: string; from?: string; to?: string; release?: string }> }

/** Which release goes where? Only ways of the policy are offered. */
export default async function NewPromotionPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.promotionNew(asked))
  const starts = await getPromotionStarts(viewer)
  const start = starts.find(({ slug }) => slug === asked.system) ?? starts.find(({ whyNot }) => whyNot === null) ?? starts[0]
  return (
    <Page crumbs={[{ label: 'Promotions', href: routes.promotions() }, { label: 'Start' }]} layout="read">
      <PageHead
        title="Start a promotion"
        lead="One release along one way of the policy. It is pinned to the policy version that is active now; nothing is deployed by this."
      />
      {start ? (
        <div className="mt-6 grid gap-6">
          <ViewSwitch
            label="System"
            showLabel
            items={starts.map(({ slug, name }) => ({
              label: name,
              href: routes.promotionNew({ system: slug }),
              current: slug === start.slug,
            }))}
          />
          {start.releases.length === 0 ? (
            <EmptyState
              action={
                <Link className="link" href={routes.releaseNew(start.slug)}>
                  Register a release
                </Link>
              }
            >
              {start.name} has no registered release, so there is nothing to promote.
            </EmptyState>
          ) : (
            <OpenForm
              key={start.slug}
              action={openPromotionAction}
              system={start}
              ways={start.ways.map((way) => ({
                id: way.id,
                from: way.from.id,
                to: way.to.id,
                gates: way.gates,
                slots: way.slots,
                emergency: way.emergency,
              }))}
              incidents={start.incidents}
              releases={start.releases.map((release) => ({ version: release.version, note: noteOf(release) }))}
              chosen={{
                version: asked.release,
                way: start.ways.find(({ from, to }) => (asked.from === undefined || from.id === asked.from) && to.id === asked.to)?.id,
              }}
              whyNot={start.whyNot}
            />
          )}
        </div>
      ) : (
        <EmptyState big>You hold no role on a system. An admin grants roles.</EmptyState>
      )}
    </Page>
  )
}

function noteOf({ builtAt, open }: PromotionStart['releases'][number]): string {
  return `built ${formatDate(builtAt)}${open.length > 0 ? `, open to ${open.map(({ to }) => to).join(' and ')}` : ''}`
}
