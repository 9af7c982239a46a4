import { NoAccess } from '@/components/auditor/access-line'
import { PeriodFilter } from '@/components/auditor/period-filter'
import { ChangeTable, Completeness, DrawLine, SampleForm } from '@/components/auditor/population-parts'
import { RoomTabs } from '@/components/auditor/room-tabs'
import { Page } from '@/components/layout/page'
import { Banner, EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { Pagination } from '@/components/ui/pagination'
import { PageHead, Section } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { digestOfChanges, drawSample, sampleId } from '@/lib/domain/auditor/sample'
import { formatDate, formatNumber, plural } from '@/lib/format'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { getAuditorAccess } from '@/lib/queries/auditor/access'
import {
  CHANGES_MOST,
  CHECK_ALONE,
  CHECK_MOST,
  checkPopulation,
  findDraw,
  getPopulation,
  spanOf,
  wordsOfChanges,
} from '@/lib/queries/auditor/population'
import { routes } from '@/lib/routes'
import { periodInAddress, periodOf, sampleInAddress } from '@/lib/schemas/auditor'
import { noteVisit } from '../room/note-visit'
import { drawSampleAction } from './actions'

export const metadata = { title: 'Changes' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

const PAGE = 50
const CRUMBS = [{ label: 'Audit', href: routes.audit() }, { label: 'Auditor’s room', href: routes.auditRoom() }, { label: 'Changes' }]

/** Which changes were there in a period, is that all of them, and which shall be looked at? */
export default async function PopulationPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.auditPopulation())
  const period = periodInAddress(asked, viewer.now)
  const access = await getAuditorAccess(viewer)
  if (access.state === 'ended' || access.state === 'none')
    return (
      <Page crumbs={CRUMBS}>
        <PageHead title="Changes" lead="You may not read them." />
        <NoAccess access={access} />
      </Page>
    )
  await noteVisit(viewer, 'population', period, routes.auditPopulation(period))
  const within = { ...periodOf(period), system: period.system }
  const population = await getPopulation(viewer, within)
  const { changes, range } = population
  const between = range ? spanOf(range).to - spanOf(range).from : 0
  const wantsCheck = asked.check === '1' ? between <= CHECK_MOST : between <= CHECK_ALONE
  const sample = sampleInAddress(asked)
  const drawn = sample === null || population.isTooMany ? null : drawSample(changes, sample.count, sample.seed)
  const list = `audit-population ${JSON.stringify(period)}`
  const [start = '0'] = positionOf(list, typeof asked.after === 'string' ? asked.after : undefined) ?? []
  const first = changes.findIndex(({ id }) => id === start) + 1
  const shown = changes.slice(first, first + PAGE)
  const [check, words, record] = await Promise.all([
    range && wantsCheck && !population.isTooMany ? checkPopulation(population, range, within) : null,
    wordsOfChanges([...shown, ...(drawn ?? [])].map(({ id }) => id)),
    sample === null
      ? null
      : findDraw(
          viewer,
          sampleId({ from: period.from, to: period.to, system: period.system ?? null, count: sample.count, seed: sample.seed }),
        ),
  ])
  const last = shown.at(-1)
  const here = (more: { after?: string; check?: boolean }) =>
    routes.auditPopulation({ ...period, ...(sample ? { sample: sample.count, seed: sample.seed } : {}), ...more })
  return (
    <Page crumbs={CRUMBS} system={period.system}>
      <PageHead
        title="Changes"
        lead={leadOf(changes.length, changes.filter(({ kind }) => kind === 'promotion').length, period)}
        actions={
          <a className="btn" href={routes.auditPopulationFile(period)}>
            Save the list with its proof
          </a>
        }
      />
      <RoomTabs current="population" period={period} />
      <PeriodFilter action={routes.auditPopulation()} period={period} systems={population.systems} />
      {population.isTooMany ? (
        <Banner status="warn" title={`There are more than ${formatNumber(CHANGES_MOST)} changes in this period`}>
          <p>Only the first ones are listed, and no sample is drawn from part of a population. Choose a shorter period or one system.</p>
        </Banner>
      ) : null}
      <Section no={1} title="Is that all of them?" aside={between > 0 ? plural(between, 'entry', 'entries') : undefined}>
        <Completeness
          population={population}
          range={range}
          check={check}
          checkHref={here({ check: true })}
          canCheck={between <= CHECK_MOST && !population.isTooMany}
        />
      </Section>
      <Section no={2} title="Sample" id="sample" aside={drawn ? plural(drawn.length, 'change') : 'not drawn yet'}>
        <div className="grid gap-4 py-4">
          {sample && drawn && changes.length > 0 ? (
            <>
              <DrawLine record={record} seed={sample.seed} digest={digestOfChanges(changes.map(({ id }) => id))} />
              <ChangeTable
                caption="The sample, in drawn order"
                rows={drawn}
                words={words}
                systems={population.systems}
                now={viewer.now}
                numbered
              />
              {record ? (
                <p className="btns">
                  <a
                    className="btn"
                    href={routes.auditSampleFile({
                      from: period.from,
                      to: period.to,
                      system: period.system,
                      sample: sample.count,
                      seed: sample.seed,
                    })}
                  >
                    Save the archive with every dossier
                  </a>
                </p>
              ) : null}
            </>
          ) : null}
          {changes.length === 0 ? (
            <EmptyState>There is nothing to draw from in this period.</EmptyState>
          ) : population.isTooMany ? null : !population.everything && period.system === undefined ? (
            <p className="t-sm c2">Choose one of your systems above to draw: the draw goes on the record of that system.</p>
          ) : (
            <SampleForm action={drawSampleAction} period={period} size={changes.length} />
          )}
        </div>
      </Section>
      <Section no={3} title="Every change" aside={`${plural(changes.length, 'change')}, in the order of the log`}>
        <div className="py-1">
          <ChangeTable
            caption="Changes of the period, in the order of the log"
            rows={shown}
            words={words}
            systems={population.systems}
            now={viewer.now}
          />
        </div>
        <Pagination
          next={first + PAGE < changes.length && last ? here({ after: encodeCursor(list, [last.id]) }) : null}
          first={first > 0 ? here({}) : null}
          label="Pages of changes"
          order="oldest first"
        />
      </Section>
      <p className="t-xs c3 mt-4">
        A change is a promotion that was opened or a deployment that was started, at the time its signed bytes say. An entry of the period
        that was put elsewhere in the log is found by verifying all of it:{' '}
        <Link className="link" href={routes.auditProves()}>
          what the record proves, and what not
        </Link>
        .
      </p>
    </Page>
  )
}

function leadOf(count: number, promotions: number, period: { from: string; to: string }): string {
  const when = `${formatDate(period.from)} to ${formatDate(period.to)}`
  if (count === 0) return `No change is on the record of ${when}.`
  return `${plural(count, 'change')} on the record of ${when}: ${plural(promotions, 'promotion')} opened and ${plural(count - promotions, 'deployment')} started.`
}
