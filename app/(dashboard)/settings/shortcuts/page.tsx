import { SettingsTabs } from '@/components/account/settings-tabs'
import { Page } from '@/components/layout/page'
import { ShortcutList } from '@/components/layout/shortcut-help'
import { PageHead } from '@/components/ui/section'
import { requireViewer } from '@/lib/auth/session'
import { routes } from '@/lib/routes'

export const metadata = { title: 'Keyboard' }

/** Which key does what, and the switch for single letters (WCAG 2.1.4). */
export default async function ShortcutsPage() {
  await requireViewer(routes.shortcuts())
  return (
    <Page crumbs={[{ label: 'Settings' }, { label: 'Keyboard' }]} layout="read">
      <PageHead title="Keyboard" lead="Nothing that cannot be taken back has a key." />
      <SettingsTabs current="shortcuts" />
      <div className="mt-5">
        <ShortcutList />
      </div>
    </Page>
  )
}
