import { Tabs } from '@/components/ui/tabs'
import { routes } from '@/lib/routes'

const TABS = [
  { key: 'profile', label: 'Profile', href: routes.profile() },
  { key: 'people', label: 'People', href: routes.people() },
  { key: 'tokens', label: 'Tokens', href: routes.tokens() },
  { key: 'shortcuts', label: 'Keyboard', href: routes.shortcuts() },
] as const

/** The parts of the settings, each its own address. */
export function SettingsTabs({ current }: { current: (typeof TABS)[number]['key'] }) {
  return <Tabs label="Settings" items={TABS.map(({ key, label, href }) => ({ label, href, current: key === current }))} />
}
