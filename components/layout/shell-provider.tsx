'use client'

import { useRouter } from 'next/navigation'
import { createContext, lazy, type ReactNode, Suspense, useContext, useEffect, useMemo, useState } from 'react'
import { cycleTheme } from '@/components/theme-switch'
import { NAV, NAV_PINNED, NAV_SYSTEMS, routes } from '@/lib/routes'
import type { NavSystem } from './nav-links'
import type { PaletteEntry } from './palette-item'
import { ShortcutHelp } from './shortcut-help'
import { useShortcuts } from './shortcuts'

/** Search comes to the browser when it is first asked for: no page needs it to be read. */
const loadPalette = () => import('./palette')
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }))

export type Viewer = { name: string; initials?: string; roleTitle: string }

type Shell = { viewer: Viewer | null; openPalette: () => void; openHelp: () => void; say: (message: string) => void }

const Context = createContext<Shell>({ viewer: null, openPalette: () => {}, openHelp: () => {}, say: () => {} })

/** The viewer, and the ways into search, help and the small status line. */
export function useShell(): Shell {
  return useContext(Context)
}

/** Holds what every page shares on the client: palette, keyboard help, shortcuts, and a line that says what a key just did. */
export function ShellProvider({ viewer, systems, children }: { viewer: Viewer; systems: readonly NavSystem[]; children: ReactNode }) {
  const router = useRouter()
  const [open, setOpen] = useState<'palette' | 'help' | null>(null)
  const [wasOpened, setWasOpened] = useState(false)
  const [said, setSaid] = useState('')

  // Effect on the keyboard: the first key of Ctrl K already fetches what the second opens, so that no letter typed after it is lost.
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Control' && event.key !== 'Meta') return
      window.removeEventListener('keydown', onKey)
      loadPalette().catch(() => {}) // without a connection it is asked for again when it opens
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  // Effect on a timer: the line goes away; it never carries anything that is needed later.
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => setSaid(''), 2500)
    return () => clearTimeout(timer)
  }, [said])

  const actions = useMemo(
    () => ({
      palette: () => {
        setWasOpened(true)
        setOpen('palette')
      },
      help: () => setOpen('help'),
      theme: () => setSaid(`Theme: ${cycleTheme()}`),
      copyLink: () => {
        navigator.clipboard?.writeText(window.location.href).then(
          () => setSaid('Link copied'),
          () => setSaid('The browser did not allow copying'),
        )
      },
      go: (href: string) => router.push(href),
    }),
    [router],
  )
  useShortcuts(actions)

  const entries = useMemo<PaletteEntry[]>(
    () => [
      ...[...NAV, NAV_SYSTEMS, ...NAV_PINNED].map((entry) => ({
        kind: 'Page',
        title: entry.label,
        href: entry.href,
        hint: entry.letter ? `g ${entry.letter}` : undefined,
      })),
      ...systems.map((system) => ({ kind: 'System', title: system.name, href: routes.system(system.slug), hint: system.word })),
      { kind: 'Page', title: 'Secrets', href: routes.secrets(), hint: 'overdue, running, shared, owed' },
      { kind: 'Page', title: 'Findings', href: routes.findings(), hint: 'open drift, conflicts of documents' },
      { kind: 'Page', title: 'Incidents', href: routes.incidents() },
      { kind: 'Page', title: 'Your profile', href: routes.profile() },
      { kind: 'Command', title: 'Copy a link to this page', hint: 'c', run: actions.copyLink },
      { kind: 'Command', title: 'Switch theme', hint: 't', run: actions.theme },
      { kind: 'Command', title: 'Show keyboard shortcuts', hint: '?', run: actions.help },
    ],
    [systems, actions],
  )
  const shell = useMemo<Shell>(() => ({ viewer, openPalette: actions.palette, openHelp: actions.help, say: setSaid }), [viewer, actions])
  return (
    <Context value={shell}>
      {children}
      {wasOpened ? (
        <Suspense>
          <Palette open={open === 'palette'} onClose={() => setOpen((now) => (now === 'palette' ? null : now))} entries={entries} />
        </Suspense>
      ) : null}
      <ShortcutHelp open={open === 'help'} onClose={() => setOpen((now) => (now === 'help' ? null : now))} />
      <div className={said ? 'said' : 'sr'} role="status">
        {said}
      </div>
    </Context>
  )
}
