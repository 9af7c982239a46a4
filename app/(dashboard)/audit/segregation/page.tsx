import Form from 'next/form'
import { NoAccess } from '@/components/auditor/access-line'
import { RoomTabs } from '@/components/auditor/room-tabs'
import { ConflictTable, SlotTable } from '@/components/auditor/segregation-parts'
import { Page } from '@/components/layout/page'
import { EmptyState } from '@/components/ui/banner'
import { FilterChoice } from '@/components/ui/filter-choice'
import { Hash } from '@/components/ui/hash'
import { Link } from '@/components/ui/link'
import { PageHead, Section, SubHead } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { formatInstant, plural } from '@/lib/format'
import { getAuditorAccess } from '@/lib/queries/auditor/access'
import { getSegregation, type SystemSegregation } from '@/lib/queries/auditor/segregation'
import { routes } from '@/lib/routes'
import { instantInAddress } from '@/lib/schemas/auditor'
import { SystemSlug } from '@/lib/schemas/common'
import { noteVisit } from '../room/note-visit'

export const metadata = { title: 'Segregation of duties' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

const CRUMBS = [{ label: 'Audit', href: routes.audit() }, { label: 'Auditor’s room', href: routes.auditRoom() }, { label: 'Segregation' }]

/** Who could sign what, as of any instant, and where could duties meet in one hand? */
export default async function SegregationPage({ searchParams }: Props) {
  const asked = await searchParams
  const viewer = await requireViewer(routes.auditSegregation())
  const access = await getAuditorAccess(viewer)
  if (access.state === 'ended' || access.state === 'none')
    return (
      <Page crumbs={CRUMBS}>
        <PageHead title="Segregation of duties" lead="You may not read it." />
        <NoAccess access={access} />
      </Page>
    )
  const given = instantInAddress(asked.at)
  const at = given && given < viewer.now ? given : viewer.now
  const system = SystemSlug.safeParse(asked.system).data
  const spelled = at.toISOString().slice(0, 16)
  await noteVisit(viewer, 'segregation', { at: given ? at.toISOString() : undefined, system }, routes.auditSegregation({ system }))
  const { systems, choices } = await getSegregation(viewer, { at, system })
  return (
    <Page crumbs={CRUMBS} system={system}>
      <PageHead
        title="Segregation of duties"
        lead={leadOf(systems, at)}
        actions={
          <a className="btn" href={routes.auditSegregationFile({ at: at.toISOString(), system })}>
            Save this report
          </a>
        }
      />
      <RoomTabs current="segregation" period={{ system }} />
      <Form action={routes.auditSegregation()} className="filters bare mt-4" aria-label="As of" scroll={false}>
        <label className="pickday exact">
          <span>As of</span>
          <input key={spelled} className="in" type="datetime-local" name="at" defaultValue={spelled} required />
        </label>
        <FilterChoice name="system" label="System" any="Every system" value={system} options={choices.map(({ id, name }) => [id, name])} />
        <button type="submit" className="btn sm">
          Show
        </button>
        <span className="t-xs c3">In UTC; not later than now</span>
      </Form>
      {systems.length === 0 ? <EmptyState big>There is no such system that you can see.</EmptyState> : null}
      {systems.map((each) => (
        <OneSystem key={each.system.id} of={each} />
      ))}
      <p className="t-xs c3 mt-4">
        Grants of that instant against the policy that was active then, by the same rules that judge every signature. Who opened, owned,
        performed or wrote something is judged for each one when it is signed, and stands on its receipt.
      </p>
    </Page>
  )
}

function OneSystem({ of: { system, policy, report, people } }: { of: SystemSegregation }) {
  if (!report || !policy)
    return (
      <Section title={system.name}>
        <EmptyState>No policy was active then, so nobody could sign anything.</EmptyState>
      </Section>
    )
  return (
    <Section title={system.name} aside={plural(people, 'person with a role', 'people with a role')}>
      <p className="t-sm mt-3">
        <Link className="link" href={routes.systemPolicy(system.id, { version: policy.number })}>
          Policy version {policy.number}
        </Link>
        , applied <Time at={policy.appliedAt} />
        {policy.isActiveNow ? ', still active' : ', superseded since'}. <Hash hash={policy.hash} short />
      </p>
      <SubHead title="Where duties could meet" level={3} className="mt-4 mb-1" aside={plural(report.conflicts.length, 'finding')} />
      <ConflictTable caption={`Conflicts of duties, ${system.name}`} conflicts={report.conflicts} />
      <SubHead title="Who could sign" level={3} className="mt-5 mb-1" aside={plural(report.rules.length, 'rule')} />
      <SlotTable caption={`Slots and who could fill them, ${system.name}`} rules={report.rules} />
    </Section>
  )
}

function leadOf(systems: readonly SystemSegregation[], at: Date): string {
  const all = systems.flatMap(({ report }) => report?.conflicts ?? [])
  const gaps = all.filter(({ severity }) => severity === 'fail').length
  const alone = all.filter(({ severity }) => severity === 'warn').length
  const when = `As of ${formatInstant(at)}`
  if (gaps > 0)
    return `${when}, ${plural(gaps, 'slot')} could not be filled${alone > 0 ? `, and ${plural(alone, 'thing')} to look at` : ''}.`
  if (alone > 0) return `${when}, every slot could be filled; ${plural(alone, 'thing')} to look at.`
  return `${when}, every slot could be filled by more than one person.`
}
