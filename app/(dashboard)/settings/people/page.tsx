import { AddAgentForm, AddPersonForm } from '@/components/account/people-forms'
import { PeopleTable } from '@/components/account/people-table'
import { SettingsTabs } from '@/components/account/settings-tabs'
import { Page } from '@/components/layout/page'
import { DenyLine } from '@/components/ui/banner'
import { Disclosure } from '@/components/ui/disclosure'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { whyNotManagePeople } from '@/lib/domain/account'
import { plural } from '@/lib/format'
import { listGrantableSystems, listPeople } from '@/lib/queries/account/list-people'
import { routes } from '@/lib/routes'
import { createAgentAction, createPersonAction } from './actions'

export const metadata = { title: 'People' }

/** Who may do what here? People and agents with their roles; admins add, grant and retire. */
export default async function PeoplePage() {
  const who = await requireViewer(routes.people())
  const [people, systems] = await Promise.all([listPeople(who), listGrantableSystems(who)])
  const whyNot = whyNotManagePeople(who.actor, who.now)
  const active = people.filter((row) => row.retiredAt === null)
  const persons = active.filter((row) => row.kind === 'person')
  const without = persons.filter((row) => row.grants.length === 0).length
  const lead = [
    `${plural(persons.length, 'person', 'people')} and ${plural(active.length - persons.length, 'agent')}`,
    without > 0 ? `${without} of them without a role` : null,
  ]
  return (
    <Page crumbs={[{ label: 'Settings' }, { label: 'People' }]} layout="page">
      <PageHead title="People" lead={`${lead.filter(Boolean).join(', ')}.`} />
      <SettingsTabs current="people" />
      <div className="mt-5 mb-5">
        {whyNot ? (
          <DenyLine>{whyNot.sentence}</DenyLine>
        ) : (
          <div className="row wrap items-start gap-3">
            <Disclosure button summary="Add a person">
              <AddPersonForm action={createPersonAction} />
            </Disclosure>
            <Disclosure button summary="Add an agent">
              <AddAgentForm
                action={createAgentAction}
                systems={systems.map(({ id, name }) => ({ value: id, label: name }))}
                sponsors={persons.map((row) => ({ value: row.id, label: row.name }))}
              />
            </Disclosure>
          </div>
        )}
      </div>
      <PeopleTable rows={people} viewerId={who.actor.id} showAddresses={whyNot === null} />
    </Page>
  )
}
