import type { ReactNode } from 'react'
import { AppShell, type AuditLine } from '@/components/layout/app-shell'
import { Live } from '@/components/layout/live'
import { viewer } from '@/lib/auth/session'
import { settings } from '@/lib/env'
import { formatTimeUtc } from '@/lib/format'
import { getShell, type ShellData } from '@/lib/queries/shell'

/**
 * The frame of every signed-in page. It says when the trail was last written and nothing about its being whole: that is only said once it is verified.
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
      counts={{ inbox: shell.inbox, promotions: shell.promotions }}
      systems={shell.systems.map(({ slug, name, state, words }) => ({ slug, name, status: state, word: words }))}
      auditLine={auditLineOf(shell.trailAt)}
      banner={<Live />}
      build={{ version: APP_VERSION ?? 'unversioned', gitSha: GIT_SHA, buildDate: BUILD_DATE }}
    >
      {children}
    </AppShell>
  )
}

function auditLineOf(trailAt: ShellData['trailAt']): AuditLine {
  if (trailAt === 'unknown') return { status: 'warn', text: 'Trail', detail: 'unknown: it could not be read' }
  if (trailAt === null) return { status: 'na', text: 'Trail', detail: 'nothing written yet' }
  return { status: 'waiting', text: 'Trail written', detail: `newest ${formatTimeUtc(trailAt)}` }
}
