import clsx from 'clsx'
import { headers } from 'next/headers'
import { EntryPanel } from '@/components/audit/entry-panel'
import { spanWords, TrailFilters } from '@/components/audit/trail-filters'
import { firstBadOf, TrailHead } from '@/components/audit/trail-head'
import { TrailRows } from '@/components/audit/trail-rows'
import { NoAccess } from '@/components/auditor/access-line'
import { Page } from '@/components/layout/page'
import { Banner } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { PageHead } from '@/components/ui/section'
import { requireViewer, type Viewer } from '@/lib/auth/session'
import { isReadRecorded } from '@/lib/domain/trail-read'
import { positionOf } from '@/lib/http/position'
import { getTrailChoices, getTrailHead } from '@/lib/queries/audit'
import { getAuditEntry } from '@/lib/queries/audit-detail'
import { type AuditorAccess, getAuditorAccess } from '@/lib/queries/auditor/access'
import { routes } from '@/lib/routes'
import { type AuditFilterInput, filterInAddress } from '@/lib/schemas/audit'
import { whyNotSecret } from '@/lib/secret-filter/why-not-secret'
import { noteRead } from '@/lib/usecases/trail/record-read'
import { pageOfTrail, trailList } from './page-of-trail'

export const metadata = { title: 'Audit' }

/** What `entry` says when somebody closed the first bad entry, which opens by itself. */
const CLOSED = 'none'

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

/** Is the record intact, and who did what? The trail as far as the viewer may read it, newest first, with the chosen entry beside it. */
export default async function AuditPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.audit())
  const { filter: whole, ignored } = filterInAddress(asked)
  // What looks like a secret is neither searched for nor shown again (T18).
  const secret = whole.q === undefined ? null : whyNotSecret({ q: whole.q })
  const filter: AuditFilterInput = secret ? { ...whole, q: undefined } : whole
  const given = textOf(asked.after)
  const after = positionOf(trailList(filter), given)
  const chosen = textOf(asked.entry)

  const [choices, head, page, opened] = await Promise.all([
    getTrailChoices(viewer),
    getTrailHead(viewer, filter.system),
    pageOfTrail(viewer, filter, after),
    chosen === undefined || chosen === CLOSED ? null : getAuditEntry(viewer, chosen),
    noteRead(
      viewer.ctx,
      { filter, referer: (await headers()).get('referer'), address: routes.audit({ ...filter, after: given, entry: chosen }) },
      viewer.now,
    ),
  ])
  if (!choices.everything && choices.systems.length === 0) return <NothingToRead access={await getAuditorAccess(viewer)} />

  const firstBad = firstBadOf(head)
  // The first entry that does not match opens by itself (ux.md section 12), until somebody closes it.
  const entry = opened ?? (chosen === undefined && firstBad !== null ? await getAuditEntry(viewer, String(firstBad)) : null)
  const here = (more: { after?: string; entry?: string }) => routes.audit({ ...filter, ...more })
  const closeHref = here({ after: given, entry: firstBad === null ? undefined : CLOSED })
  const span = spanWords(filter, viewer.now).replace(/^[A-Z]/, (letter) => letter.toLowerCase())
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  return (
    <Page crumbs={[{ label: 'Audit' }]} layout={entry ? 'split' : 'wide'} phone={entry ? { back: closeHref, title: 'Entry' } : undefined}>
      <div className={clsx(entry && 'not-phone')}>
        <TrailHead
          head={head}
          filter={filter}
          systems={choices.systems.map(({ name }) => name)}
          now={viewer.now}
          reads={<OwnReads viewer={viewer} />}
        />
        <TrailFilters filter={filter} choices={choices} now={viewer.now} />
        {secret ? <Banner status="denied" title={secret.sentence} /> : null}
        {ignored.length > 0 ? (
          <Banner status="warn" title={`The address holds a filter that says nothing here: ${ignored.join(', ')}.`}>
            <p>It was left out.</p>
          </Banner>
        ) : null}
        {chosen !== undefined && chosen !== CLOSED && entry === null ? (
          <Banner status="na" title="There is no such entry, or it is not yours to read." />
        ) : null}
        <TrailRows
          key={`${trailList(filter)} ${given ?? ''}`}
          page={page}
          filter={filter}
          after={after ? given : undefined}
          current={entry?.row.id}
          now={viewer.now.toISOString()}
          isOneDay={filter.from !== undefined && filter.from === filter.to}
          empty={isFiltered ? 'No entry matches this filter.' : 'Nothing is on the record yet. The first change writes the first entry.'}
          firstBad={firstBad}
          span={span}
        />
      </div>
      {entry ? <EntryPanel entry={entry} closeHref={closeHref} hrefOf={(each) => here({ after: given, entry: each })} /> : null}
    </Page>
  )
}

const textOf = (value: string | string[] | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** An auditor's own reads are on the record, and they see that (ux.md section 12). */
function OwnReads({ viewer: { actor, now } }: { viewer: Viewer }) {
  if (!isReadRecorded(actor, now)) return null
  return (
    <>
      {' · '}
      <Link className="link" href={routes.audit({ actor: actor.id, action: 'trail.read' })}>
        What you read here is on the record
      </Link>
    </>
  )
}

function NothingToRead({ access }: { access: AuditorAccess }) {
  return (
    <Page crumbs={[{ label: 'Audit' }]}>
      <PageHead title="Audit trail" lead={access.state === 'ended' ? 'Your time to read it is over.' : 'You may not read it yet.'} />
      <NoAccess access={access} />
    </Page>
  )
}
