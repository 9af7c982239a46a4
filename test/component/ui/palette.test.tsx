import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Palette } from '@/components/layout/palette'
import type { PaletteEntry, PaletteItem } from '@/components/layout/palette-item'

const push = vi.fn()
vi.mock('next/navigation', () => ({ useRouter: () => ({ push }) }))

const ran = vi.fn()
const ENTRIES: PaletteEntry[] = [
  { kind: 'Page', title: 'Inbox', href: '/' },
  { kind: 'Page', title: 'Promotions', href: '/promotions' },
  { kind: 'Page', title: 'Release notes', href: '/notes' },
  { kind: 'Command', title: 'Switch theme', run: ran },
]

let found: PaletteItem[] = []
beforeEach(() => {
  push.mockClear()
  ran.mockClear()
  found = []
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ items: found })))
})
afterEach(() => vi.unstubAllGlobals())

const field = () => screen.getByRole('combobox')

/** What the field says is chosen; it must exist, be an option, and be the one that looks chosen. */
function active(): string | null {
  const id = field().getAttribute('aria-activedescendant')
  const selected = screen.queryAllByRole('option').filter((option) => option.getAttribute('aria-selected') === 'true')
  if (id === null) {
    expect(selected).toEqual([])
    return null
  }
  const option = document.getElementById(id)
  expect(option?.getAttribute('role')).toBe('option')
  expect(selected).toEqual([option])
  return option?.children[1]?.textContent ?? null
}

it('names the right row after every change of the filter', async () => {
  const user = userEvent.setup()
  render(<Palette open onClose={() => {}} entries={ENTRIES} />)
  await waitFor(() => expect(document.activeElement).toBe(field()))
  expect(active()).toBe('Inbox')
  await user.keyboard('{ArrowDown}{ArrowDown}')
  expect(active()).toBe('Release notes')
  await user.keyboard('p')
  expect(active()).toBe('Inbox')
  await user.keyboard('r')
  expect(active()).toBe('Promotions')
  await user.keyboard('{Backspace}{Backspace}')
  expect(active()).toBe('Inbox')
  await user.keyboard('{ArrowUp}')
  expect(active()).toBe('Switch theme')
  await user.keyboard('zzz')
  expect(active()).toBeNull()
  expect(screen.getByText('Nothing is called “zzz”.')).toBeTruthy()
  await user.keyboard('{Backspace}{Backspace}{Backspace}theme')
  expect(active()).toBe('Switch theme')
})

it('keeps the chosen row when answers of the server arrive above it', async () => {
  const user = userEvent.setup()
  render(<Palette open onClose={() => {}} entries={ENTRIES} />)
  found = [{ kind: 'Promotion', title: 'Promotion PRM-0142', href: '/promotions/PRM-0142' }]
  await user.keyboard('promotion')
  await screen.findByText('Promotion PRM-0142')
  expect(active()).toBe('Promotion PRM-0142')
  await user.keyboard('{ArrowDown}')
  expect(active()).toBe('Promotions')
  await user.keyboard('{Enter}')
  expect(push).toHaveBeenCalledExactlyOnceWith('/promotions')
})

it('shows a command that may not be run with its reason, and does not run it', async () => {
  const user = userEvent.setup()
  const close = vi.fn()
  found = [
    { kind: 'Command', title: 'Sign PRM-0142', href: '/promotions/PRM-0142/sign', refusal: { sentence: 'You wrote 2 of these commits.' } },
  ]
  render(<Palette open onClose={close} entries={ENTRIES} />)
  await user.keyboard('sign')
  const option = await screen.findByRole('option', { name: /Sign PRM-0142/ })
  expect(option.getAttribute('aria-disabled')).toBe('true')
  expect(option.textContent).toContain('You wrote 2 of these commits.')
  await user.keyboard('{Enter}')
  await user.click(option)
  expect(push).not.toHaveBeenCalled()
  expect(close).not.toHaveBeenCalled()
})

it('runs a command and closes', async () => {
  const user = userEvent.setup()
  const close = vi.fn()
  render(<Palette open onClose={close} entries={ENTRIES} />)
  await user.keyboard('theme{Enter}')
  expect(ran).toHaveBeenCalledOnce()
  expect(close).toHaveBeenCalled()
})

it('still offers pages when the search does not answer', async () => {
  vi.stubGlobal('fetch', async () => new Response('', { status: 503 }))
  const user = userEvent.setup()
  render(<Palette open onClose={() => {}} entries={ENTRIES} />)
  await user.keyboard('inbox')
  expect(await screen.findByText(/Search did not answer/)).toBeTruthy()
  expect(active()).toBe('Inbox')
})

it('asks once for a word it has just asked for', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(address)
    return new Response(JSON.stringify({ items: [{ kind: 'Promotion', title: `For ${asked.length}`, href: '/promotions/PRM-0142' }] }))
  })
  const user = userEvent.setup()
  render(<Palette open onClose={() => {}} entries={ENTRIES} />)
  await user.keyboard('pr')
  await screen.findByText('For 1')
  await user.keyboard('m')
  await screen.findByText('For 2')
  await user.keyboard('{Backspace}')
  await screen.findByText('For 1')
  expect(asked).toHaveLength(2)
})
