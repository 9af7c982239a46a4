import clsx from 'clsx'
import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { FreshnessBar } from '@/components/ui/plots'
import { Slots } from '@/components/ui/signature'
import { Status } from '@/components/ui/status'
import { Age, RelativeTime, Time } from '@/components/ui/time'
import { formatDate, plural } from '@/lib/format'
import type { PromotionCard } from '@/lib/queries/promotion-card'
import type { BoardPage, Progress, Watched } from '@/lib/queries/promotions-board'
import { routes } from '@/lib/routes'
import { EmergencyChip, Movers, Way } from './parts'

const COLUMNS = [
  {
    key: 'collecting',
    title: 'Collecting evidence',
    under: 'Gates or drift still open, or something owed',
    none: 'No promotion waits for evidence.',
  },
  { key: 'signing', title: 'Needs signatures', under: 'Evidence complete, people next', none: 'No promotion waits for a signature.' },
  {
    key: 'deploying',
    title: 'Window and deploy',
    under: 'Signed, waiting or rolling out',
    none: 'Nothing is signed and waiting to be deployed.',
  },
] as const

/** Four columns; cards move through events only, there is nothing to drag (ux.md, Promotions board). On a phone a list grouped by column. */
export function Board({ page }: { page: BoardPage }) {
  return (
    <div className="board">
      {COLUMNS.map(({ key, title, under, none }) => (
        <Column key={key} id={key} title={title} under={under} count={page.columns[key].length}>
          {page.columns[key].map((card) => (
            <li key={card.id} data-row="">
              <Card card={card} />
            </li>
          ))}
          {page.columns[key].length === 0 ? (
            <li>
              <EmptyState>{none}</EmptyState>
            </li>
          ) : null}
        </Column>
      ))}
      <Column id="watching" title="Watching" under="Live, inside the time of observation" count={page.watching.length}>
        {page.watching.map((watched) => (
          <li key={watched.deployment} data-row="">
            <WatchedCard watched={watched} />
          </li>
        ))}
        {page.watching.length === 0 ? (
          <li>
            <EmptyState>
              Nothing is being watched.
              {page.lastWatched
                ? ` The last one, ${page.lastWatched.system} ${page.lastWatched.version} on ${formatDate(page.lastWatched.at)}, finished its time of observation.`
                : ' Nothing has been watched to its end in the last 30 days.'}
            </EmptyState>
          </li>
        ) : null}
      </Column>
    </div>
  )
}

function Column({
  id,
  title,
  under,
  count,
  children,
}: {
  id: string
  title: string
  under: string
  count: number
  children: React.ReactNode
}) {
  return (
    <section aria-labelledby={`column-${id}`}>
      <header>
        <div className="row between">
          <h2 className="h2" id={`column-${id}`}>
            {title}
          </h2>
          <span className="c3 num">{count}</span>
        </div>
        <p className="t-xs c3 mt-px">{under}</p>
      </header>
      <ul data-rows="">{children}</ul>
    </section>
  )
}

function Card({ card }: { card: PromotionCard & { progress: Progress | null } }) {
  const { mine } = card
  return (
    <Link href={routes.promotion(card.id)} className={clsx('card', mine && 'mine')}>
      <span className="bb trunc block">
        {card.system.name} {card.version}
      </span>
      {card.emergency ? (
        <span className="mt-1.5 block">
          <EmergencyChip incident={card.emergency} />
        </span>
      ) : null}
      <span className="mt-1.5 block">
        <Way from={card.from} to={card.to} />
      </span>
      <span className="t-xs mt-2 block">
        {mine?.kind === 'sign' ? (
          <Status status="yours" long>
            {card.slots.find(({ state }) => state === 'you')?.capacity ?? 'A signature'}: you
            {mine.due ? (
              <>
                , due <Time at={mine.due} show="today" />
              </>
            ) : null}
          </Status>
        ) : mine ? (
          <Status status="yours" long>
            You: {card.hold.words}
          </Status>
        ) : (
          <Status status={card.hold.state} long>
            {card.hold.words}
          </Status>
        )}
      </span>
      <Deviations card={card} />
      {card.progress ? <Rolling progress={card.progress} /> : <Bottom card={card} />}
    </Link>
  )
}

/** What deviates on its way: exceptions in force, gates that pass by one only, and open drift where something else holds it. */
function Deviations({ card }: { card: PromotionCard }) {
  const drift = card.hold.kind === 'finding' ? 0 : card.openDrift
  if (card.exceptions === 0 && drift === 0) return null
  return (
    <span className="t-xs mt-1.5 grid gap-1">
      {card.exceptions > 0 ? (
        <Status status="drift" long>
          {plural(card.exceptions, 'exception')}
          {card.gates.covered > 0 ? `, ${plural(card.gates.covered, 'gate passes', 'gates pass')} by it only` : ''}
        </Status>
      ) : null}
      {drift > 0 ? (
        <Status status="open-drift" long>
          {plural(drift, 'open deviation')}
        </Status>
      ) : null}
    </span>
  )
}

function Bottom({ card }: { card: PromotionCard }) {
  return (
    <span className="row between t-xs c2 mt-2.5">
      {card.slots.length > 0 && card.column !== 'collecting' ? <Slots slots={card.slots} /> : <Movers who={card.hold.who} />}
      <span className="num nowrap">
        {card.column === 'signing' && card.mine === null ? (
          <Age since={card.hold.since} />
        ) : (
          `${card.gates.passed} of ${card.gates.total} gates${card.gates.skipped > 0 ? `, ${card.gates.skipped} skipped` : ''}`
        )}
      </span>
    </span>
  )
}

function Rolling({ progress }: { progress: Progress }) {
  return (
    <span className="t-xs c2 mt-2.5 grid gap-1">
      {progress.total > 0 ? <FreshnessBar used={progress.done / progress.total} tone="acc" /> : null}
      <span className="row between">
        <span className="num">{progress.total > 0 ? `${progress.done} of ${progress.total} steps` : progress.deployment}</span>
        <span className="num">
          started <Time at={progress.startedAt} show="time" />
        </span>
      </span>
    </span>
  )
}

function WatchedCard({ watched }: { watched: Watched }) {
  return (
    <Link href={routes.deployment(watched.deployment)} className="card">
      <span className="bb trunc block">
        {watched.system} {watched.version}
      </span>
      {watched.emergency ? (
        <span className="mt-1.5 block">
          <EmergencyChip incident={watched.emergency} />
        </span>
      ) : null}
      <span className="mt-1.5 block">
        <Way from={watched.from} to={watched.to} />
      </span>
      <span className="t-xs mt-2 block">
        <Status status="running" long>
          {watched.openItems > 0
            ? `${watched.openItems} ${watched.openItems === 1 ? 'step' : 'steps'} after the deployment open`
            : 'Watching'}
        </Status>
      </span>
      {watched.until ? (
        <span className="t-xs c2 mt-2.5 block">
          Observation ends <RelativeTime at={watched.until} />
        </span>
      ) : null}
    </Link>
  )
}
