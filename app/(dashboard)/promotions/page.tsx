import { GitBranch } from 'lucide-react'
import { Page } from '@/components/layout/page'
import { Board } from '@/components/promotion/board'
import { BoardFoot } from '@/components/promotion/board-foot'
import { PromotionFilters } from '@/components/promotion/promotion-filters'
import { PromotionTable } from '@/components/promotion/promotion-table'
import { LinkButton } from '@/components/ui/button'
import { Pagination } from '@/components/ui/pagination'
import { PageHead } from '@/components/ui/section'
import { ViewSwitch } from '@/components/ui/tabs'
import { requireViewer, type Viewer } from '@/lib/auth/session'
import { PROMOTION_STATUSES } from '@/lib/domain/promotion'
import { listInWords } from '@/lib/domain/words'
import { numberWord } from '@/lib/format'
import { decodeCursor, encodeCursor, PAGE_SIZE } from '@/lib/http/page'
import { getInFlight } from '@/lib/queries/in-flight'
import { type BoardPage, getBoard, listPromotions, whyNotOpenAnywhere } from '@/lib/queries/promotions-board'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Promotions' }

type Props = { searchParams: Promise<{ view?: string; system?: string; state?: string; after?: string }> }

/** What is moving and what is stuck? */
export default async function PromotionsPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(
    routes.promotions({ view: asked.view === 'table' ? 'table' : undefined, system: asked.system, state: asked.state }),
  )
  return asked.view === 'table' ? <Table viewer={viewer} asked={asked} /> : <BoardView viewer={viewer} system={asked.system} />
}

function Head({
  lead,
  system,
  systems,
  view,
  state,
  whyNotOpen,
}: {
  lead: string
  system?: string
  systems: readonly { slug: string; name: string }[]
  view: 'board' | 'table'
  state?: string
  whyNotOpen: BoardPage['whyNotOpen']
}) {
  return (
    <PageHead
      title="Promotions"
      lead={lead}
      actions={
        <>
          <ViewSwitch
            label="View"
            items={[
              { label: 'Board', href: routes.promotions({ system }), current: view === 'board' },
              { label: 'Table', href: routes.promotions({ view: 'table', system }), current: view === 'table' },
            ]}
          />
          <PromotionFilters systems={systems} system={system} view={view} state={state} />
          <LinkButton href={routes.promotionNew({ system })} icon={<GitBranch size={15} />} refusal={whyNotOpen}>
            Start promotion
          </LinkButton>
        </>
      }
    />
  )
}

async function BoardView({ viewer, system }: { viewer: Viewer; system?: string }) {
  const page = await getBoard(viewer, { system })
  return (
    <Page crumbs={[{ label: 'Promotions' }]} layout="wide">
      <Head lead={leadOf(page)} system={system} systems={page.systems} view="board" whyNotOpen={page.whyNotOpen} />
      <Board page={page} />
      <BoardFoot page={page} />
    </Page>
  )
}

const DRIFT: readonly string[] = ['finding', 'exception', 'conflict', 'budget']

/** "evidence, by drift or by what is owed": what holds those that cannot be signed yet. */
function heldUpBy(cards: readonly { hold: { kind: string } }[]): string {
  const drifts = cards.some(({ hold }) => DRIFT.includes(hold.kind))
  const owes = cards.some(({ hold }) => hold.kind !== 'gate' && !DRIFT.includes(hold.kind))
  return listInWords(['evidence', ...(drifts ? ['by drift'] : []), ...(owes ? ['by what is owed'] : [])], 'or')
}

/** "Seven in flight. Two are held up by evidence, three by people." */
function leadOf(page: BoardPage): string {
  const { collecting, signing, deploying } = page.columns
  const all = collecting.length + signing.length + deploying.length
  if (all === 0) return page.systems.length === 0 ? 'You hold no role on a system yet. An admin grants roles.' : 'Nothing is in flight.'
  const parts = [
    collecting.length > 0
      ? `${numberWord(collecting.length)} ${collecting.length === 1 ? 'is' : 'are'} held up by ${heldUpBy(collecting)}`
      : null,
    signing.length > 0
      ? `${collecting.length > 0 ? numberWord(signing.length).toLowerCase() : numberWord(signing.length)} ${collecting.length > 0 ? '' : signing.length === 1 ? 'is held up ' : 'are held up '}by people`
      : null,
  ].filter((part) => part !== null)
  return `${numberWord(all)} in flight. ${parts.length > 0 ? `${parts.join(', ')}.` : 'Nothing holds any of it up.'}`
}

async function Table({ viewer, asked }: { viewer: Viewer; asked: { system?: string; state?: string; after?: string } }) {
  const state = PROMOTION_STATUSES.find((status) => status === asked.state)
  const list = `promotions ${asked.system ?? ''} ${state ?? ''}`
  const after = asked.after ? (decodeCursor(list, asked.after) as [string, string]) : null // signed by us, so a pair
  const [rows, { standings }] = await Promise.all([
    listPromotions(viewer, { system: asked.system, state }, { limit: PAGE_SIZE, after }),
    getInFlight(viewer),
  ])
  const shown = rows.slice(0, PAGE_SIZE)
  const last = shown.at(-1)
  const next = rows.length > PAGE_SIZE && last ? encodeCursor(list, [last.openedAt.toISOString(), last.id]) : null
  const address = { view: 'table' as const, system: asked.system, state }
  return (
    <Page crumbs={[{ label: 'Promotions' }]} layout="wide">
      <Head
        lead="Every promotion, open or over, the newest opened first."
        system={asked.system}
        systems={standings.map(({ slug, name }) => ({ slug, name }))}
        view="table"
        state={state}
        whyNotOpen={whyNotOpenAnywhere(standings, viewer)}
      />
      <div className="mt-5">
        <PromotionTable rows={shown} filtered={Boolean(asked.system || state)} />
        <Pagination
          next={next && routes.promotions({ ...address, after: next })}
          first={after ? routes.promotions(address) : null}
          summary={`${shown.length} shown`}
        />
      </div>
    </Page>
  )
}
