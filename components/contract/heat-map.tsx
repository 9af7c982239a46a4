import clsx from 'clsx'
import { KeyName } from '@/components/system/key-name'
import { profileRef } from '@/components/system/profile-ref'
import { EmptyState } from '@/components/ui/banner'
import { Link } from '@/components/ui/link'
import { ProfileTag } from '@/components/ui/profile'
import { STATUS_TONE, Status } from '@/components/ui/status'
import { RelativeTime } from '@/components/ui/time'
import { type ContractCell, variableRule } from '@/lib/domain/contract/view'
import { PROBLEM_STATES } from '@/lib/domain/matrix-cell'
import type { Policy } from '@/lib/domain/policy/schema'
import { plural } from '@/lib/format'
import type { ContractOnProfile } from '@/lib/queries/contract'
import { routes } from '@/lib/routes'
import './contract.css'

type Row = { name: string; secret: boolean }
type Group = { title: string; rows: Row[] }

/** The groups of the policy with their variables, then what runtimes report and no policy knows. */
function groupsOf(policy: Policy, profiles: readonly ContractOnProfile[]): Group[] {
  const declared = new Set(policy.variables.map(({ name }) => name))
  const titles = [...new Set(policy.variables.map(({ group }) => group))]
  const unknown = [...new Set(profiles.flatMap(({ cells }) => [...cells.keys()]))].filter((name) => !declared.has(name))
  const groups = titles.map((title) => ({
    title,
    rows: policy.variables.filter(({ group }) => group === title).map(({ name, secret }) => ({ name, secret })),
  }))
  return unknown.length === 0 ? groups : [...groups, { title: 'Not in the policy', rows: unknown.map((name) => ({ name, secret: false })) }]
}

const isProblem = (cell: ContractCell | undefined): boolean => cell !== undefined && PROBLEM_STATES.includes(cell.state)

/** The contract of every profile at a glance: each variable with a shape and a word for each profile. */
export function ContractHeatMap({
  policy,
  profiles,
  onlyProblems,
}: {
  policy: Policy
  profiles: readonly ContractOnProfile[]
  onlyProblems: boolean
}) {
  const groups = groupsOf(policy, profiles)
    .map((group) => ({
      ...group,
      rows: onlyProblems ? group.rows.filter(({ name }) => profiles.some(({ cells }) => isProblem(cells.get(name)))) : group.rows,
    }))
    .filter(({ rows }) => rows.length > 0)
  if (groups.length === 0)
    return (
      <EmptyState>
        {onlyProblems
          ? 'No variable is known to be out of order on any profile. What nobody reported is not a problem; it is shown among all variables.'
          : 'The policy names no variable, and no runtime reports any.'}
      </EmptyState>
    )
  return (
    <table className="vheat">
      <caption className="sr">Contract of variables of {policy.system.name} by profile</caption>
      <thead>
        <tr>
          <th scope="col">
            <span className="sr">Variable</span>
          </th>
          {profiles.map((each) => (
            <th key={each.profile.id} scope="col">
              <ProfileTag profile={profileRef(each.profile.id, each.profile.class)} />
              <span className="t-2xs c2 block">
                <Answer of={each} />
              </span>
            </th>
          ))}
        </tr>
      </thead>
      {groups.map((group) => (
        <tbody key={group.title}>
          <tr className="grp">
            <th colSpan={profiles.length + 1} scope="colgroup">
              {group.title}
            </th>
          </tr>
          {group.rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">
                <KeyName name={row.name} />
                {row.secret ? <span className="t-2xs c3 block">secret</span> : null}
              </th>
              {profiles.map((each) => (
                <HeatCell key={each.profile.id} slug={policy.system.slug} profile={each.profile.id} cell={each.cells.get(row.name)} />
              ))}
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  )
}

/** "9 of 10 met, 12 min ago", or that nobody reported. */
function Answer({ of: { reported, result, required, cells } }: { of: ContractOnProfile }) {
  if (!reported || !result) return <>nobody reported{required > 0 ? `, ${required} required` : ''}</>
  // A variable that is there and valid may deviate all the same: it changed, or is the same elsewhere.
  const met =
    result.met -
    result.lines.filter(({ variable, verdict, required: needed }) => needed && verdict === 'met' && cells.get(variable)?.fine === false)
      .length
  return (
    <>
      {met} of {result.required} met, {reported.fresh ? '' : 'old: '}
      <RelativeTime at={reported.seenAt} />
      {reported.instances.length > 1 ? `, ${plural(reported.instances.length, 'runtime')}` : ''}
    </>
  )
}

function HeatCell({ slug, profile, cell }: { slug: string; profile: string; cell: ContractCell | undefined }) {
  if (!cell)
    return (
      <td data-label={profile}>
        <Status status="na" plain>
          not there
        </Status>
      </td>
    )
  const status = (
    <Status status={cell.state} long plain={cell.state === 'pass' || cell.state === 'na' || cell.state === 'waiting'}>
      {cell.word}
    </Status>
  )
  return (
    <td data-label={profile} className={clsx(cell.state !== 'na' && cell.state !== 'waiting' && STATUS_TONE[cell.state])}>
      <span>
        {isProblem(cell) && (cell.state !== 'stale' || cell.exception || cell.finding) ? (
          <Link href={whereTo(slug, cell)} className="link">
            {status}
            <span className="sr">
              , {cell.variable} on {profile}
            </span>
          </Link>
        ) : (
          status
        )}
        {cell.says === null ? null : <span className="says">{cell.says}</span>}
      </span>
    </td>
  )
}

/** Where a cell that is out of order leads: its exception, its finding, or a form for an exception with what deviates filled in. */
export function whereTo(slug: string, cell: ContractCell): string {
  if (cell.exception) return routes.exception(cell.exception.id)
  if (cell.finding) return routes.finding(cell.finding)
  return routes.exceptionNew({
    system: slug,
    profile: cell.profile,
    rule: variableRule(cell.variable),
    observed: cell.sentence.slice(0, 200),
  })
}
