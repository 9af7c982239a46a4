'use client'

import { Monitor, Moon, Sun } from 'lucide-react'
import { useEffect, useState } from 'react'
import { parseTheme, THEME_COOKIE, THEMES, type Theme } from './theme'
import { Segmented } from './ui/field'

const ICON = { light: Sun, dark: Moon, system: Monitor } as const
const WORD: Record<Theme, string> = { light: 'Light', dark: 'Dark', system: 'System' }

/** Fired on the window when the theme changes, so that every switch on the page agrees. */
const CHANGED = 'csn:theme'

/** The theme the page shows now. */
export function currentTheme(): Theme {
  return parseTheme(document.documentElement.dataset.theme)
}

/** Switches the page at once and tells the server by cookie, for a year. */
export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  const secure = window.location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store API is not in every browser that we support.
  document.cookie = `${THEME_COOKIE}=${theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
  window.dispatchEvent(new Event(CHANGED))
}

/** Light, dark, system and around again; used by the `t` key and the small switch. */
export function cycleTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length] ?? 'system'
  setTheme(next)
  return next
}

function useTheme(): Theme | null {
  const [theme, setShown] = useState<Theme | null>(null)

  // Effect on the attribute of <html>, which other switches and the `t` key also change.
  useEffect(() => {
    const read = () => setShown(currentTheme())
    read()
    window.addEventListener(CHANGED, read)
    return () => window.removeEventListener(CHANGED, read)
  }, [])

  return theme
}

/** The small switch at the foot of the rail. */
export function ThemeSwitch() {
  const theme = useTheme() ?? 'system'
  const Icon = ICON[theme]
  return (
    <button type="button" className="iconbtn" onClick={cycleTheme} aria-label={`Theme: ${WORD[theme].toLowerCase()}. Switch theme`}>
      <Icon size={16} />
    </button>
  )
}

/** The full choice, in settings and under More. */
export function ThemeChoice() {
  const theme = useTheme()
  return (
    <Segmented
      key={theme ?? 'unknown'}
      name="theme"
      label="Theme"
      defaultValue={theme ?? undefined}
      options={THEMES.map((value) => ({ value, label: WORD[value] }))}
      onValue={(value) => setTheme(parseTheme(value))}
    />
  )
}
