import { notFound } from 'next/navigation'
import { NoAccess } from '@/components/auditor/access-line'
import { AnswerTable } from '@/components/auditor/answer-table'
import { PeriodFilter } from '@/components/auditor/period-filter'
import { countWords } from '@/components/auditor/question-table'
import { RoomTabs } from '@/components/auditor/room-tabs'
import { Page } from '@/components/layout/page'
import { EmptyState } from '@/components/ui/banner'
import { Pagination } from '@/components/ui/pagination'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { QUESTION, questionOf } from '@/lib/domain/auditor/questions'
import { formatDate, plural } from '@/lib/format'
import { encodeCursor } from '@/lib/http/page'
import { positionOf } from '@/lib/http/position'
import { getAuditorAccess } from '@/lib/queries/auditor/access'
import { answerQuestion, countQuestions } from '@/lib/queries/auditor/answer'
import { routes } from '@/lib/routes'
import { periodInAddress, periodOf } from '@/lib/schemas/auditor'
import { noteVisit } from '../note-visit'

export const metadata = { title: 'Auditor’s room' }

type Props = {
  params: Promise<{ question: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

const PAGE = 50

/** One saved question: what it found in the period, newest first, or what it means that it found nothing. */
export default async function QuestionPage({ params, searchParams }: Props) {
  const question = questionOf((await params).question)
  if (question === null) notFound()
  const viewer = await requireViewer(routes.auditQuestion(question))
  const asked = await searchParams
  const period = periodInAddress(asked, viewer.now)
  const { title, asks, counts: rule, nothing } = QUESTION[question]
  const crumbs = [{ label: 'Audit', href: routes.audit() }, { label: 'Auditor’s room', href: routes.auditRoom() }, { label: title }]
  const access = await getAuditorAccess(viewer)
  if (access.state === 'ended' || access.state === 'none')
    return (
      <Page crumbs={crumbs}>
        <PageHead title={title} lead={asks} />
        <NoAccess access={access} />
      </Page>
    )
  await noteVisit(viewer, `room/${question}`, period, routes.auditQuestion(question, period))
  const within = { ...periodOf(period), system: period.system }
  const list = `audit-question ${question} ${JSON.stringify(period)}`
  const after = positionOf(list, typeof asked.after === 'string' ? asked.after : undefined)
  const [answer, { counts }] = await Promise.all([
    answerQuestion(viewer, question, within, { take: PAGE, after }),
    countQuestions(viewer, within, [question]),
  ])
  const here = (cursor?: string) => routes.auditQuestion(question, { ...period, after: cursor })
  const found = countWords(question, counts[question])
  return (
    <Page crumbs={crumbs} system={period.system}>
      <PageHead title={title} lead={`${asks} ${found.charAt(0).toUpperCase()}${found.slice(1)}.`} />
      <RoomTabs current="questions" period={period} />
      <PeriodFilter action={routes.auditQuestion(question)} period={period} systems={answer.systems} />
      <p className="t-sm c2 mt-3 mb-4">{rule}</p>
      <AnswerTable
        caption={`${title}, newest first`}
        rows={answer.rows}
        now={viewer.now}
        empty={
          <EmptyState big>
            {after ? 'Nothing older answers this question.' : `${nothing} Asked of ${formatDate(period.from)} to ${formatDate(period.to)}.`}
          </EmptyState>
        }
      />
      <Pagination
        next={answer.next ? here(encodeCursor(list, answer.next)) : null}
        first={after ? here() : null}
        summary={answer.rows.length === 0 ? undefined : plural(answer.rows.length, after ? 'older finding' : 'finding')}
        label="Pages of findings"
      />
    </Page>
  )
}
