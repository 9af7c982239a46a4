import { notFound } from 'next/navigation'
import { endAllSessionsAction } from '@/app/(dashboard)/settings/profile/actions'
import { ActButton, CommitAddressForm, EraseForm, GrantForm, InviteForm } from '@/components/account/people-forms'
import { Page } from '@/components/layout/page'
import { EmptyState } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { KeyValue } from '@/components/ui/key-value'
import { PageHead, Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import {
  type Grantee,
  lookOfAccount,
  whyNotEndGrant,
  whyNotErase,
  whyNotGrant,
  whyNotManagePeople,
  whyNotRetire,
} from '@/lib/domain/account'
import { ROLE_TITLE, ROLES } from '@/lib/domain/roles'
import { formatTime, zoneName } from '@/lib/format'
import {
  getPerson,
  getTimeZone,
  listAdmins,
  listCommitAddresses,
  listGrantableSystems,
  type PeopleRow,
} from '@/lib/queries/account/list-people'
import { routes } from '@/lib/routes'
import {
  addCommitAddressAction,
  endGrantAction,
  erasePersonAction,
  giveGrantAction,
  invitePersonAction,
  retirePersonAction,
} from '../actions'

type Props = { params: Promise<{ id: string }> }

export const metadata = { title: 'Person' }

/** What may this person or agent do, and who gave it to them? */
export default async function PersonPage({ params }: Props) {
  const { id } = await params
  const who = await requireViewer(routes.person(id))
  const row = await getPerson(who, id)
  if (!row) notFound()
  const [systems, admins, timeZone, commitsBy] = await Promise.all([
    listGrantableSystems(who),
    listAdmins(who.now),
    getTimeZone(row.id),
    listCommitAddresses(who, row.id),
  ])
  const { actor, now } = who
  const grantee: Grantee = { kind: row.kind, name: row.name, retired: row.retiredAt !== null }
  const { adminOf } = lookOfAccount(actor, now)
  const whyNotManage = whyNotManagePeople(actor, now)
  const firstPlace = adminOf === null ? null : (adminOf[0] ?? null)
  const isLastAdmin = admins.length === 1 && admins[0] === row.id
  return (
    <Page crumbs={[{ label: 'Settings' }, { label: 'People', href: routes.people() }, { label: row.name }]} layout="read">
      <PageHead title={row.name} lead={answer(row)} />
      <KeyValue
        className="mt-4"
        items={[
          { label: 'Address', value: row.email },
          { label: 'Answers for it', value: row.sponsor },
          { label: 'Belongs to', value: row.systemName },
          {
            label: 'Where they are',
            value:
              timeZone && row.kind === 'person' && !row.erased
                ? `${formatTime(now, { zone: timeZone })} ${zoneName(now, timeZone)} now, ${timeZone}`
                : null,
          },
          { label: 'Retired', value: row.retiredAt ? <Time at={row.retiredAt} /> : null },
        ]}
      />
      <Section title="Roles" aside="Nobody signs with a role they granted themselves">
        <DataTable
          caption={`Roles of ${row.name}`}
          rows={row.grants}
          rowKey={(grant) => grant.id}
          empty={<EmptyState>Holds no role that you may know of.</EmptyState>}
          columns={[
            { key: 'role', header: 'Role', rowHeader: true, cell: (grant) => ROLE_TITLE[grant.role] },
            { key: 'system', header: 'For', cell: (grant) => grant.systemName ?? 'Every system' },
            { key: 'since', header: 'Since', cell: (grant) => <Time at={grant.startsAt} show="date" /> },
            { key: 'until', header: 'Until', cell: (grant) => (grant.endsAt ? <Time at={grant.endsAt} show="date" /> : 'Open') },
            {
              key: 'by',
              header: 'Granted by',
              cell: (grant) => (grant.grantedByThemselves ? 'themselves; signs nothing' : (grant.grantedBy ?? 'the set-up')),
            },
            {
              key: 'end',
              header: <span className="sr">End</span>,
              phoneLabel: false,
              align: 'right',
              cell: (grant) =>
                adminOf !== null && adminOf.length === 0 ? null : (
                  <ActButton
                    action={endGrantAction}
                    hidden={{ grant: grant.id }}
                    label="End"
                    pendingLabel="Ending"
                    small
                    refusal={whyNotEndGrant(actor, grant, admins.filter((admin) => admin !== row.id || grant.role !== 'admin').length, now)}
                  />
                ),
            },
          ]}
        />
        <div className="py-4">
          <GrantForm
            action={giveGrantAction}
            person={row.id}
            roles={ROLES.filter((role) => whyNotGrant(actor, grantee, { role, systemId: firstPlace }, now) === null).map((role) => ({
              value: role,
              label: ROLE_TITLE[role],
            }))}
            systems={systems.map(({ id: value, name }) => ({ value, label: name }))}
            canAll={adminOf === null}
            refusal={whyNotGrant(actor, grantee, { role: 'engineer', systemId: firstPlace }, now)}
          />
        </div>
      </Section>
      {row.kind === 'person' && !row.erased ? (
        <Section title="Commits" aside="Nobody signs what they wrote">
          <div className="grid gap-4 py-4">
            <p className="c2">
              {commitsBy === null
                ? 'Commits are told by the address they were made with.'
                : commitsBy.length === 0
                  ? 'No address of theirs is known in commits.'
                  : `Commits by ${commitsBy.join(', ')} count as theirs.`}
            </p>
            <CommitAddressForm action={addCommitAddressAction} person={row.id} refusal={whyNotManage} />
          </div>
        </Section>
      ) : null}
      {row.kind === 'person' && !row.erased ? (
        <Section title="Signing in" aside={row.hasPassword ? 'Has a password' : 'Has no password yet'}>
          <div className="grid gap-4 py-4">
            <InviteForm
              action={invitePersonAction}
              person={row.id}
              refusal={whyNotManage ?? (row.retiredAt ? { sentence: `${row.name} is retired.` } : null)}
            />
            <ActButton
              action={endAllSessionsAction}
              hidden={{ person: row.id }}
              label="Sign them out everywhere"
              pendingLabel="Signing out"
              refusal={row.id === actor.id ? null : whyNotManage}
            />
          </div>
        </Section>
      ) : null}
      {row.erased ? null : (
        <Section title="Leaving" aside="Nobody is deleted: the record stays">
          <div className="grid gap-4 py-4">
            {row.retiredAt ? null : (
              <ActButton
                action={retirePersonAction}
                hidden={{ person: row.id }}
                label={`Retire ${row.name}`}
                pendingLabel="Retiring"
                danger
                refusal={whyNotRetire(actor, grantee, isLastAdmin, now)}
              />
            )}
            {row.kind === 'person' && row.retiredAt ? (
              <EraseForm action={erasePersonAction} person={row.id} refusal={whyNotErase(actor, { ...grantee, erased: row.erased }, now)} />
            ) : null}
          </div>
        </Section>
      )}
    </Page>
  )
}

function answer(row: PeopleRow): string {
  if (row.erased) return 'Personal data erased. What this account did stays on the record.'
  if (row.retiredAt) return 'Retired: no roles, no sign-in. What they did stays on the record.'
  const titles = [...new Set(row.grants.map((grant) => ROLE_TITLE[grant.role]))]
  return titles.length === 0 ? 'Holds no role.' : titles.join(', ')
}
