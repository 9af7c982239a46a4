import type { ReactNode } from 'react'
import { GlassBanner, type GlassItem } from '@/components/fallback/glass-banner'
import { AppShell } from '@/components/layout/app-shell'
import { Live } from '@/components/layout/live'
import { LogBanner } from '@/components/layout/log-banner'
import { viewer } from '@/lib/auth/session'
import type { Alert } from '@/lib/domain/alert'
import { settings } from '@/lib/env'
import { getShell } from '@/lib/queries/shell'
import { routes } from '@/lib/routes'

/**
 * The frame of every signed-in page. It says what of the record was verified and when, and warns while its log does not keep up.
 * Without a viewer there is no frame; the page itself sends them to sign in and back.
 */
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const who = await viewer()
  if (!who) return children
  const shell = await getShell(who)
  const { APP_VERSION, GIT_SHA, BUILD_DATE } = settings()
  return (
    <AppShell
      viewer={{ name: shell.viewer.name, roleTitle: shell.viewer.roleTitle }}
      counts={{
        inbox: shell.inbox,
        promotions: shell.promotions,
        rotations: shell.rotations,
        exceptions: shell.exceptions,
        breakGlass: shell.glassOpen,
      }}
      systems={shell.systems.map(({ slug, name, state, words }) => ({ slug, name, status: state, word: words }))}
      auditLine={shell.log.line}
      banner={
        <>
          <LogBanner alarm={shell.log.alarm} />
          <GlassBanner items={shell.alerts.map(bannerOf)} />
          <Live />
        </>
      }
      build={{ version: APP_VERSION ?? 'unversioned', gitSha: GIT_SHA, buildDate: BUILD_DATE }}
    >
      {children}
    </AppShell>
  )
}

function bannerOf({ kind, id, system, profile, until, isRollingBack }: Alert): GlassItem {
  const where = `${system.name} ${profile}`
  if (kind === 'glass')
    return { kind, id, system: system.id, text: `Glass open on ${where}.`, until: until?.toISOString() ?? null, href: routes.fallback(id) }
  const text = isRollingBack
    ? `${id} on ${where} failed and is being rolled back.`
    : `${id} on ${where} is half done: the new keys are in place and not verified yet.`
  return { kind, id, system: system.id, text, until: null, href: routes.rotation(id) }
}
