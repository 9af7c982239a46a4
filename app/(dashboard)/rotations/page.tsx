import { KeyRound } from 'lucide-react'
import { Page } from '@/components/layout/page'
import { KeyTable } from '@/components/rotation/key-table'
import { RotationFilters } from '@/components/rotation/rotation-filters'
import { EndedTable, OpenTable } from '@/components/rotation/rotation-tables'
import { LinkButton } from '@/components/ui/button'
import { Pagination } from '@/components/ui/pagination'
import { type StripEvent, StripPlot } from '@/components/ui/plots'
import { PageHead, Section } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { DAY, formatAge, formatDate, formatTime, listWords, numberWord } from '@/lib/format'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { getRotations, ROTATION_FILTERS, type RotationPosition, type RotationsView } from '@/lib/queries/rotations'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Rotations' }

type Props = { searchParams: Promise<{ system?: string; state?: string; after?: string }> }

const PAGE = 25

/** Which keys are old? Every pair and key by days over its limit, what is planned and running, the days ahead, and what was rotated (ux.md section 6). */
export default async function RotationsPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.rotations())
  const filter = { system: asked.system || undefined, state: ROTATION_FILTERS.find((state) => state === asked.state) }
  const list = `rotations ${JSON.stringify(filter)}`
  const after = positionOf(list, asked.after) as RotationPosition | null // two values, as we encoded them
  const view = await getRotations(viewer, filter, { limit: PAGE, after })
  const here = (cursor?: string) => routes.rotations({ ...filter, after: cursor })
  const { state } = filter
  const isOf = (...states: (typeof state)[]) => state === undefined || states.includes(state)
  return (
    <Page crumbs={[{ label: 'Rotations' }]} className="rotations">
      <PageHead
        title="Rotations"
        lead={answer(view)}
        actions={
          <>
            <LinkButton href={routes.secrets()}>Secrets</LinkButton>
            <LinkButton href={routes.rotationNew({ system: filter.system })} icon={<KeyRound size={15} />}>
              Open a rotation
            </LinkButton>
          </>
        }
      />
      <RotationFilters systems={view.systems} chosen={filter} />
      {isOf('overdue', 'due_soon', 'unknown') ? (
        <Section title="Keys" aside={`${view.keys.length}, by days over their limit`}>
          <KeyTable
            rows={view.keys}
            empty={filter.system || state ? 'No key matches this filter.' : 'No policy here says who rotates which key.'}
          />
        </Section>
      ) : null}
      {isOf('open') ? (
        <>
          <Section title="Planned and running" aside={view.open.length || undefined}>
            <div className="py-1">
              <OpenTable
                rows={view.open}
                empty="Nothing is planned or running. A rotation is opened when a key is due, by hand, or by an incident."
              />
            </div>
          </Section>
          <Section title="The next seven days">
            <div className="pt-3">
              <StripPlot label={stripLabel(view, viewer.now)} now={viewer.now} events={eventsOf(view, viewer.now)} />
              <p className="t-xs c3 mt-2">{furtherWords(view, viewer.now)}</p>
            </div>
          </Section>
        </>
      ) : null}
      {isOf('completed', 'rolled_back', 'cancelled') ? (
        <Section title="Ended" id="ended">
          <div className="py-1">
            <EndedTable rows={view.ended} empty={state || filter.system ? 'None matches this filter.' : 'No rotation has ended yet.'} />
          </div>
          <Pagination
            next={view.next ? here(encodeCursor(list, view.next)) : null}
            first={after ? here() : null}
            label="Pages of ended rotations"
          />
        </Section>
      ) : null}
    </Page>
  )
}

function answer({ counts, keys, open }: RotationsView): string {
  const worst = keys.find(({ state }) => state === 'overdue')
  const halfDone = open.filter(({ status }) => status !== 'planned')
  const parts = [
    counts.overdue === 0
      ? 'No key is overdue'
      : `${numberWord(counts.overdue)} ${counts.overdue === 1 ? 'key or pair is' : 'keys or pairs are'} overdue${
          worst?.ageMs && worst.limitMs ? `, ${worst.system.name} ${worst.profile.id} by ${formatAge(worst.ageMs - worst.limitMs)}` : ''
        }`,
    counts.dueSoon > 0 ? `${numberWord(counts.dueSoon).toLowerCase()} due soon` : null,
    counts.unknown > 0 ? `${numberWord(counts.unknown).toLowerCase()} of unknown age` : null,
  ].filter((part) => part !== null)
  const running =
    halfDone.length > 0
      ? `${listWords(halfDone.map(({ system, profile }) => `${system.name} ${profile.id}`))} ${halfDone.length === 1 ? 'is' : 'are'} being rotated now.`
      : counts.halfDone > 0
        ? `${numberWord(counts.halfDone)} being rotated now.`
        : 'Nothing is being rotated now.'
  return `${parts.join(', ')}. ${running}`
}

function eventsOf({ keys, open }: RotationsView, now: Date): StripEvent[] {
  return [
    ...keys.flatMap((row): StripEvent[] =>
      row.dueAt && row.dueAt >= now
        ? [
            {
              key: row.key,
              at: row.dueAt,
              status: 'warn',
              text: `${row.system.name} ${row.profile.id} key due`,
              href: row.rotation ? routes.rotation(row.rotation.id) : routes.rotationNew({ system: row.system.slug, rule: row.rule }),
            },
          ]
        : [],
    ),
    ...open.flatMap((row): StripEvent[] =>
      row.window
        ? [
            {
              key: row.id,
              at: row.window.startsAt,
              status: row.status === 'planned' ? 'waiting' : 'running',
              text: `${row.system.name} ${row.profile.id} window to ${formatTime(row.window.endsAt)}`,
              href: routes.rotation(row.id),
            },
          ]
        : [],
    ),
  ]
}

function stripLabel(view: RotationsView, now: Date): string {
  const coming = eventsOf(view, now).filter(({ at }) => new Date(at).getTime() < now.getTime() + 7 * DAY)
  return coming.length === 0
    ? 'No window and no due date in the next seven days'
    : `${coming.length} ${coming.length === 1 ? 'window or due date' : 'windows and due dates'} in the next seven days`
}

/** What comes after the strip ends. */
function furtherWords({ keys }: RotationsView, now: Date): string {
  const later = keys
    .flatMap(({ system, profile, dueAt }) =>
      dueAt && dueAt.getTime() >= now.getTime() + 7 * DAY ? [{ name: `${system.name} ${profile.id}`, dueAt }] : [],
    )
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
  const [first] = later
  return first ? `Next after that: ${first.name}, due ${formatDate(first.dueAt)}.` : 'Nothing is due after that.'
}
