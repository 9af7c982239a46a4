import type { InboxKind } from '@/lib/domain/inbox-item'
import { formatAge, formatRelative, numberWord, plural } from '@/lib/format'
import type { InboxRow, Upcoming } from '@/lib/queries/inbox'
import { routes } from '@/lib/routes'

/** The button of each kind of item: a verb and what it leads to. */
export const ACT: Record<InboxKind, string> = {
  sign: 'Review and sign',
  seal: 'Review and seal',
  window: 'Set the window',
  bundle: 'Review the bundle',
  bring: 'Bring evidence',
  renew: 'Renew evidence',
  deploy: 'Go to the deployment',
  record: 'Record the result',
  unauthorised: 'Look at it',
  approve: 'Review and approve',
  plan: 'Plan the rotation',
  rotate: 'Open the runbook',
  step: 'Open the runbook',
  confirm: 'Review and confirm',
  grant: 'Review and decide',
  review: 'Review it',
  pay: 'Pay what is owed',
  audit: 'Record the audit',
  except: 'Review and approve',
  end: 'Close or extend',
  finding: 'Look at it',
  attest: 'Attest',
}

const NOUN: Record<InboxKind, [one: string, many: string]> = {
  sign: ['signature', 'signatures'],
  seal: ['seal', 'seals'],
  window: ['window', 'windows'],
  bundle: ['bundle', 'bundles'],
  bring: ['piece of evidence', 'pieces of evidence'],
  renew: ['renewal', 'renewals'],
  deploy: ['deployment', 'deployments'],
  record: ['result', 'results'],
  unauthorised: ['deployment without authority', 'deployments without authority'],
  approve: ['approval', 'approvals'],
  plan: ['rotation', 'rotations'],
  rotate: ['rotation', 'rotations'],
  step: ['step', 'steps'],
  confirm: ['confirmation', 'confirmations'],
  grant: ['decision', 'decisions'],
  review: ['review', 'reviews'],
  pay: ['debt', 'debts'],
  audit: ['audit', 'audits'],
  except: ['approval', 'approvals'],
  end: ['exception', 'exceptions'],
  finding: ['finding', 'findings'],
  attest: ['attestation', 'attestations'],
}

/** "Three things need you". */
export function headline(count: number): string {
  if (count === 0) return 'Nothing needs you'
  return `${numberWord(count)} ${count === 1 ? 'thing needs' : 'things need'} you`
}

/** The nearest deadline, and an end to the worry: "One signature is due in 1 h 28 min. Nothing else is waiting on you today." */
export function lead(rows: readonly InboxRow[], upcoming: readonly Upcoming[], now: Date): string {
  if (rows.length === 0) {
    const next = upcoming[0]
    return next
      ? `The next thing on the calendar is ${lower(next.text)}, ${formatRelative(next.at, now) ?? 'later'}.`
      : 'Nothing is due in the next seven days.'
  }
  const [alarm] = rows
  if (alarm?.kind === 'unauthorised')
    return `${alarm.system.name} runs something on ${alarm.to} without authority. ${rest(rows.length - 1)}`
  const dated = rows.filter((row) => row.due !== null)
  const first = dated[0]
  if (!first?.due) return rows.length === 1 ? 'It has no due time. Nothing else is waiting on you.' : 'None of them has a due time.'
  const noun = NOUN[first.kind][0]
  const left = first.due.getTime() - now.getTime()
  const when = left < 0 ? `${formatAge(left)} overdue` : `due ${formatRelative(first.due, now) ?? 'later'}`
  const today = dated.filter(
    (row) => row !== first && row.due && row.due.toISOString().slice(0, 10) === now.toISOString().slice(0, 10),
  ).length
  const others = rows.length - 1 - dated.filter((row) => row !== first).length
  const more =
    today > 0 ? `${plural(today, 'more is', 'more are')} due today.` : others > 0 ? rest(others) : 'Nothing else is waiting on you today.'
  return `One ${noun} is ${when}. ${more}`
}

const rest = (count: number) =>
  count === 0 ? 'Nothing else is waiting on you.' : `${numberWord(count)} more ${count === 1 ? 'waits' : 'wait'} without a due time.`

const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

/** Where an item is done. */
export function hrefOf(row: Pick<InboxRow, 'kind' | 'promotion' | 'deployment' | 'target' | 'about' | 'system'>): string {
  if (row.deployment) return routes.deployment(row.deployment)
  switch (row.about?.kind) {
    case 'rotation':
      return routes.rotation(row.about.id)
    case 'fallback':
      return routes.fallback(row.about.id)
    case 'key':
      return routes.rotationNew({ system: row.system.id, rule: row.about.id })
    case 'audit':
      return routes.systemEnv(row.system.id, { profile: row.about.id })
    case 'exception':
      return row.kind === 'except'
        ? routes.exceptionApprove(row.about.id, { slot: row.target ?? undefined })
        : routes.exception(row.about.id)
    case 'finding':
      return routes.finding(row.about.id)
    case 'attestation':
      return routes.systemAttestations(row.system.id)
    case 'promotion_review':
      return routes.promotionReview(row.about.id, { slot: row.target ?? undefined })
    default:
  }
  const page = routes.promotion(row.promotion ?? '')
  const anchor: Partial<Record<InboxKind, string>> = {
    bring: `gate-${row.target}`,
    renew: `gate-${row.target}`,
    seal: 'act',
    window: 'window',
    bundle: 'act',
    deploy: 'deploy',
  }
  const to = anchor[row.kind]
  return to ? `${page}#${to}` : page
}
