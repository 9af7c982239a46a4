import { DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { Status } from '@/components/ui/status'
import { QUESTION, QUESTIONS, type QuestionKey } from '@/lib/domain/auditor/questions'
import { formatNumber } from '@/lib/format'
import { routes } from '@/lib/routes'

/** Counts are not taken further than this (T30). */
const MOST = 10_000

/** A count in words: "3 deployments", "no deployment", "more than 10,000 entries". */
export function countWords(question: QuestionKey, count: number): string {
  const [one, many] = QUESTION[question].noun
  if (count === 0) return `no ${one}`
  if (count > MOST) return `more than ${formatNumber(MOST)} ${many}`
  return `${formatNumber(count)} ${count === 1 ? one : many}`
}

/** The saved questions with what each found in the period. */
export function QuestionTable({
  counts,
  period,
}: {
  counts: Readonly<Record<QuestionKey, number>>
  period: { from: string; to: string; system?: string }
}) {
  return (
    <DataTable
      caption="Saved questions"
      rows={QUESTIONS}
      rowKey={(key) => key}
      flow
      columns={[
        {
          key: 'title',
          header: 'Question',
          rowHeader: true,
          cell: (key) => (
            <Link className="link" href={routes.auditQuestion(key, period)}>
              {QUESTION[key].title}
            </Link>
          ),
        },
        { key: 'asks', header: 'Asks', cell: (key) => QUESTION[key].asks },
        {
          key: 'found',
          header: 'Found',
          cell: (key) => (
            <Status status={counts[key] === 0 ? 'pass' : 'waiting'} size={12} plain long>
              {countWords(key, counts[key])}
            </Status>
          ),
        },
      ]}
    />
  )
}
