import { ChevronRight } from 'lucide-react'
import { Movers, Way } from '@/components/promotion/parts'
import { EmptyState } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { Age } from '@/components/ui/time'
import type { PromotionCard } from '@/lib/queries/promotion-card'
import { routes } from '@/lib/routes'

const SHOWN = 6

/** What waits on others: what holds it, who can move it, for how long. On a phone one row that leads to the promotions. */
export function WaitingOnOthers({ cards }: { cards: readonly PromotionCard[] }) {
  return (
    <>
      <div className="not-phone">
        <div className="sub">
          <h2 className="h2">Waiting on other people</h2>
          {cards.length > SHOWN ? (
            <Link className="link t-xs" href={routes.promotions()}>
              All {cards.length}
            </Link>
          ) : null}
        </div>
        <DataTable
          caption="Waiting on other people"
          rows={cards.slice(0, SHOWN)}
          rowKey={({ id }) => id}
          empty={<EmptyState>Nothing waits on anybody else. Every open promotion is yours to move, or none is open.</EmptyState>}
          columns={[
            {
              key: 'what',
              header: 'What',
              rowHeader: true,
              cell: (card) => (
                <span className="row wrap gap-x-2 gap-y-1">
                  <Link href={routes.promotion(card.id)} className="b">
                    {card.system.name} {card.version}
                  </Link>
                  <Way from={card.from} to={card.to} />
                </span>
              ),
            },
            {
              key: 'held',
              header: 'Held by',
              cell: (card) => (
                <Status status={card.hold.state} long>
                  {card.hold.words}
                </Status>
              ),
            },
            { key: 'who', header: 'Who can move it', cell: (card) => <Movers who={card.hold.who} /> },
            { key: 'since', header: 'Waiting', align: 'right', nowrap: true, cell: (card) => <Age since={card.hold.since} /> },
          ]}
        />
      </div>
      <Link href={routes.promotions()} className="only-phone">
        <span className="row between c2 mt-2 min-h-11">
          <span>Waiting on other people</span>
          <span className="row gap-2">
            <span className="num">{cards.length}</span>
            <ChevronRight size={20} className="c3" aria-hidden="true" />
          </span>
        </span>
      </Link>
    </>
  )
}
