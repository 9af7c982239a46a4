import { signOutAction } from '@/app/(auth)/sign-out/actions'
import { PasswordForm, ProfileForm } from '@/components/account/profile-forms'
import { SessionTable } from '@/components/account/session-table'
import { SettingsTabs } from '@/components/account/settings-tabs'
import { SignOutForm } from '@/components/account/sign-out-form'
import { Page } from '@/components/layout/page'
import { ThemeChoice } from '@/components/theme-switch'
import { EmptyState } from '@/components/ui/banner'
import { DataTable } from '@/components/ui/data-table'
import { Link } from '@/components/ui/link'
import { PageHead, Section } from '@/components/ui/section'
import { Time } from '@/components/ui/time'
import { requireViewer } from '@/lib/auth/session'
import { PASSWORD_MIN } from '@/lib/domain/account'
import { ROLE_TITLE } from '@/lib/domain/roles'
import { listWords, plural } from '@/lib/format'
import { getProfile, type Profile } from '@/lib/queries/account/get-profile'
import { routes } from '@/lib/routes'
import { changePasswordAction, endAllSessionsAction, endSessionAction, updateProfileAction } from './actions'

export const metadata = { title: 'Your profile' }

/** Who am I here, and where am I signed in? Roles with the entry that granted each, sessions, password, what pages look like. */
export default async function ProfilePage() {
  const who = await requireViewer(routes.profile())
  const profile = await getProfile(who)
  return (
    <Page crumbs={[{ label: 'Settings' }, { label: 'Profile' }]} layout="read">
      <PageHead title={who.actor.name} lead={answer(profile)} />
      <SettingsTabs current="profile" />
      <Section title="Your roles" aside="An admin grants roles">
        <Roles profile={profile} />
      </Section>
      <Section title="Where you are signed in" aside="Ends after 30 minutes without a request, 12 hours at most">
        <SessionTable sessions={profile.sessions} end={endSessionAction} endAll={endAllSessionsAction} />
      </Section>
      <Section title="You">
        <div className="py-4">
          <ProfileForm
            action={updateProfileAction}
            name={who.actor.name}
            email={who.email}
            timeZone={who.timeZone}
            zones={Intl.supportedValuesOf('timeZone')}
          />
        </div>
      </Section>
      <Section title="Password" aside="Other sessions end with it">
        <div className="py-4">
          <PasswordForm action={changePasswordAction} email={who.email} passwordMin={PASSWORD_MIN} />
        </div>
      </Section>
      <Section title="How pages look">
        <div className="py-4">
          <ThemeChoice />
        </div>
      </Section>
      <div className="mt-6">
        <SignOutForm action={signOutAction} quiet />
      </div>
    </Page>
  )
}

function answer({ grants, sessions }: Profile): string {
  const titles = [...new Set(grants.map((grant) => ROLE_TITLE[grant.role]))]
  const roles = titles.length === 0 ? 'You hold no role yet.' : `You are ${listWords(titles)}.`
  return `${roles} Signed in on ${plural(sessions.length, 'browser')}.`
}

function Roles({ profile }: { profile: Profile }) {
  return (
    <DataTable
      caption="Your roles"
      rows={profile.grants}
      rowKey={(grant) => grant.id}
      empty={<EmptyState>You hold no role, so there is nothing to see or to sign yet. An admin grants roles under People.</EmptyState>}
      columns={[
        { key: 'role', header: 'Role', rowHeader: true, cell: (grant) => ROLE_TITLE[grant.role] },
        { key: 'system', header: 'For', cell: (grant) => grant.systemName ?? 'Every system' },
        { key: 'since', header: 'Since', cell: (grant) => <Time at={grant.startsAt} show="date" /> },
        { key: 'until', header: 'Until', cell: (grant) => (grant.endsAt ? <Time at={grant.endsAt} show="date" /> : 'Open') },
        {
          key: 'by',
          header: 'Granted by',
          cell: (grant) => {
            const by = grant.grantedBy ?? 'the set-up'
            return grant.eventId ? (
              <Link className="link" href={routes.auditEntry(grant.eventId)}>
                {by}
                <span className="sr">, entry on the record</span>
              </Link>
            ) : (
              by
            )
          },
        },
      ]}
    />
  )
}
