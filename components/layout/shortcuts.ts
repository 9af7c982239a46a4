'use client'

import { useEffect, useState } from 'react'
import { NAV, NAV_PINNED, NAV_SYSTEMS } from '@/lib/routes'

const STORE = 'csn.single-letters'
const CHANGED = 'csn:single-letters'

/** Whether single-letter keys act; they can be switched off (WCAG 2.1.4). On unless the browser remembers otherwise. */
export function singleLettersOn(): boolean {
  try {
    return window.localStorage.getItem(STORE) !== 'off'
  } catch {
    // Storage is forbidden in this browser: the default stands.
    return true
  }
}

/** Switches single-letter keys on or off in this browser. */
export function setSingleLetters(on: boolean): void {
  try {
    window.localStorage.setItem(STORE, on ? 'on' : 'off')
  } catch {
    // Storage is forbidden in this browser: the choice holds for this page only.
  }
  window.dispatchEvent(new CustomEvent(CHANGED, { detail: on }))
}

/** The setting as state, following other places that change it. */
export function useSingleLetters(): boolean {
  const [on, setOn] = useState(true)

  // Effect on the browser's storage, which the server cannot know.
  useEffect(() => {
    setOn(singleLettersOn())
    const changed = (event: Event) => setOn((event as CustomEvent<boolean>).detail)
    window.addEventListener(CHANGED, changed)
    return () => window.removeEventListener(CHANGED, changed)
  }, [])

  return on
}

/** Every key, in the words of the help panel. */
export const SHORTCUTS: readonly { keys: readonly string[]; words: string }[] = [
  { keys: ['Ctrl', 'K'], words: 'Search or run a command (⌘ K on a Mac)' },
  ...[...NAV, NAV_SYSTEMS, ...NAV_PINNED].flatMap((entry) =>
    entry.letter ? [{ keys: ['g', entry.letter], words: `Go to ${entry.label}` }] : [],
  ),
  { keys: ['j'], words: 'Next row of a list' },
  { keys: ['k'], words: 'Previous row of a list' },
  { keys: ['Enter'], words: 'Open the row' },
  { keys: ['← ↑ → ↓'], words: 'Move between the cells of a matrix' },
  { keys: ['o'], words: 'Open what stands behind a cell' },
  { keys: ['e'], words: 'File an exception from a cell' },
  { keys: ['['], words: 'Previous tab' },
  { keys: [']'], words: 'Next tab' },
  { keys: ['/'], words: 'Filter this page, or search' },
  { keys: ['c'], words: 'Copy a link to this page' },
  { keys: ['t'], words: 'Switch theme' },
  { keys: ['?'], words: 'This help' },
  { keys: ['Esc'], words: 'Close, and go back to where you were' },
]

/** Letters act when the focus is on the page, in a list, grid, table or navigation; never while something is typed or chosen. */
function lettersActOn(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return true
  if (target.closest('input, textarea, select, [contenteditable], dialog, [role="combobox"]')) return false
  if (target === document.body || target.id === 'main') return true
  return target.closest('ul, ol, table, nav, [role="grid"], [role="list"]') !== null
}

function moveRow(step: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-rows] [data-row]')].filter((row) =>
    row.querySelector('a, button, [tabindex]'),
  )
  if (rows.length === 0) return false
  const here = rows.findIndex((row) => row.contains(document.activeElement))
  const next = rows[here === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, here + step))]
  next?.querySelector<HTMLElement>('a[href], button, [tabindex="0"]')?.focus()
  return true
}

function moveTab(step: 1 | -1): boolean {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('[data-tabs] a[href]')]
  const here = links.findIndex((link) => link.getAttribute('aria-current'))
  const next = links[here + step]
  if (here === -1 || !next) return false
  next.click()
  return true
}

/**
 * Escape goes back one level (ux.md section 14): it closes a menu that is open, else what stands beside a list. A field keeps its own Escape, and a
 * dialog closes by itself.
 */
function backOut(target: EventTarget | null): boolean {
  if (document.querySelector('dialog[open]')) return false
  const menu = document.querySelector<HTMLDetailsElement>('details[data-menu][open]')
  if (menu) {
    menu.open = false
    menu.querySelector('summary')?.focus()
    return true
  }
  if (target instanceof Element && target.closest('input, textarea, select, [contenteditable]')) return false
  const close = document.querySelector<HTMLElement>('[data-close]')
  close?.click()
  return close !== null
}

export type ShortcutActions = {
  palette: () => void
  help: () => void
  theme: () => void
  copyLink: () => void
  go: (href: string) => void
}

/** Listens for the keys of ux.md section 14. Nothing irreversible has a key. */
export function useShortcuts(actions: ShortcutActions): void {
  // Effect on the document's keyboard.
  useEffect(() => {
    let waiting = 0
    const filter = () => {
      const field = document.querySelector<HTMLElement>('[data-filter]')
      if (field) field.focus()
      else actions.palette()
      return true
    }
    const done = (act: () => void) => {
      act()
      return true
    }
    const letters: Record<string, () => boolean> = {
      j: () => moveRow(1),
      k: () => moveRow(-1),
      '[': () => moveTab(-1),
      ']': () => moveTab(1),
      '/': filter,
      '?': () => done(actions.help),
      t: () => done(actions.theme),
      c: () => done(actions.copyLink),
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented) return
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        actions.palette()
        return
      }
      if (event.key === 'Escape') {
        if (backOut(event.target)) event.preventDefault()
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || !singleLettersOn() || !lettersActOn(event.target)) return
      const afterG = waiting !== 0 && event.timeStamp - waiting < 1200
      waiting = 0
      if (afterG) {
        const entry = [...NAV, NAV_SYSTEMS, ...NAV_PINNED].find((item) => item.letter === event.key)
        if (entry) {
          event.preventDefault()
          actions.go(entry.href)
          return
        }
      }
      if (event.key === 'g') {
        waiting = event.timeStamp
        return
      }
      if (letters[event.key]?.()) event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [actions])
}
