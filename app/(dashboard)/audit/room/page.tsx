import { AccessLine, NoAccess } from '@/components/auditor/access-line'
import { PeriodFilter } from '@/components/auditor/period-filter'
import { QuestionTable } from '@/components/auditor/question-table'
import { RoomTabs } from '@/components/auditor/room-tabs'
import { Page } from '@/components/layout/page'
import { PageHead, Section } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { QUESTION, QUESTIONS } from '@/lib/domain/auditor/questions'
import { formatDate, numberWord } from '@/lib/format'
import { getAuditorAccess } from '@/lib/queries/auditor/access'
import { countQuestions } from '@/lib/queries/auditor/answer'
import { routes } from '@/lib/routes'
import { periodInAddress, periodOf } from '@/lib/schemas/auditor'
import { noteVisit } from './note-visit'

export const metadata = { title: 'Auditor’s room' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

const CRUMBS = [{ label: 'Audit', href: routes.audit() }, { label: 'Auditor’s room' }]

/** Were the rules kept? The questions that auditors ask of every record, each with what it found in a period. */
export default async function RoomPage({ searchParams }: Props) {
  const viewer = await requireViewer(routes.auditRoom())
  const period = periodInAddress(await searchParams, viewer.now)
  const access = await getAuditorAccess(viewer)
  if (access.state === 'ended' || access.state === 'none')
    return (
      <Page crumbs={CRUMBS}>
        <PageHead title="Auditor’s room" lead={access.state === 'ended' ? 'Your time here is over.' : 'You may not read it yet.'} />
        <NoAccess access={access} />
      </Page>
    )
  await noteVisit(viewer, 'room', period, routes.auditRoom())
  const { counts, systems } = await countQuestions(viewer, { ...periodOf(period), system: period.system })
  const found = QUESTIONS.filter((key) => counts[key] > 0)
  const grave = found.filter((key) => key === 'unauthorised' || key === 'overdue-rotations')
  return (
    <Page crumbs={CRUMBS} system={period.system}>
      <PageHead
        title="Auditor’s room"
        lead={leadOf(
          found.length,
          grave.map((key) => QUESTION[key].title.toLowerCase()),
        )}
      />
      <AccessLine access={access} />
      <RoomTabs current="questions" period={period} />
      <PeriodFilter action={routes.auditRoom()} period={period} systems={systems} />
      <Section title="Questions" aside={`${formatDate(period.from)} to ${formatDate(period.to)}`}>
        <div className="py-1">
          <QuestionTable counts={counts} period={period} />
        </div>
      </Section>
      <p className="t-xs c3 mt-4">
        Each answer comes from the rows that decisions were made on, with the entry of the trail that shows it. That nothing was left out of
        the trail is what its proofs are for: see Changes, and verify the trail itself.
      </p>
    </Page>
  )
}

function leadOf(found: number, grave: readonly string[]): string {
  if (found === 0) return 'None of the questions finds anything in this period.'
  const some = `${numberWord(found)} of the ${numberWord(QUESTIONS.length).toLowerCase()} questions ${found === 1 ? 'finds' : 'find'} something in this period`
  return grave.length === 0 ? `${some}.` : `${some}, among them ${grave.join(' and ')}.`
}
