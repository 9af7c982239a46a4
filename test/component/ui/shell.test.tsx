import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ShellProvider } from '@/components/layout/shell-provider'
import { setSingleLetters } from '@/components/layout/shortcuts'

const push = vi.fn()
const router = { push }
vi.mock('next/navigation', () => ({ useRouter: () => router, usePathname: () => '/' }))

beforeEach(() => {
  push.mockClear()
  setSingleLetters(true)
  document.documentElement.dataset.theme = 'light'
  render(
    <ShellProvider viewer={{ name: 'Martin Vasquez', roleTitle: 'Management' }} systems={[]}>
      <main id="main">
        <nav data-tabs="" aria-label="Tabs">
          <a href="#one" aria-current="page">
            One
          </a>
          <a href="#two">Two</a>
        </nav>
        <ul data-rows="">
          <li data-row="">
            <a href="#a">First</a>
          </li>
          <li data-row="">
            <a href="#b">Second</a>
          </li>
        </ul>
        <label>
          Words <input />
        </label>
        <details data-menu="">
          <summary>When</summary>
          <a href="#today">Today</a>
        </details>
        <a href="#closed" data-close="">
          Close
        </a>
      </main>
    </ShellProvider>,
  )
})

describe('keyboard (ux.md 14)', () => {
  it('g and a letter go to a page', async () => {
    await userEvent.keyboard('gp')
    expect(push).toHaveBeenCalledExactlyOnceWith('/promotions')
  })

  it('j and k move through the rows of a list', async () => {
    await userEvent.keyboard('j')
    expect(document.activeElement?.textContent).toBe('First')
    await userEvent.keyboard('j')
    expect(document.activeElement?.textContent).toBe('Second')
    await userEvent.keyboard('k')
    expect(document.activeElement?.textContent).toBe('First')
  })

  it('t switches the theme for the page and the server', async () => {
    await userEvent.keyboard('t')
    expect(document.documentElement.dataset.theme).toBe('dark')
    expect(document.cookie).toContain('csn_theme=dark')
    expect(screen.getByText('Theme: dark')).toBeTruthy()
  })

  it('Escape goes back one level: an open menu first, then what stands beside the list, and neither out of a field', async () => {
    const closed = vi.fn((event: Event) => event.preventDefault())
    screen.getByText('Close').addEventListener('click', closed)
    const menu = screen.getByText('When').parentElement as HTMLDetailsElement
    menu.open = true
    await userEvent.keyboard('{Escape}')
    expect(menu.open).toBe(false)
    expect(document.activeElement).toBe(screen.getByText('When'))
    expect(closed).not.toHaveBeenCalled()
    await userEvent.type(screen.getByLabelText('Words'), '{Escape}')
    expect(closed).not.toHaveBeenCalled()
    screen.getByLabelText('Words').blur()
    await userEvent.keyboard('{Escape}')
    expect(closed).toHaveBeenCalledOnce()
  })

  it('letters never act while something is typed', async () => {
    await userEvent.type(screen.getByLabelText('Words'), 'gp t ?')
    expect(push).not.toHaveBeenCalled()
    expect(document.documentElement.dataset.theme).toBe('light')
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('letters can be switched off; Ctrl K still works, also from a field', async () => {
    setSingleLetters(false)
    await userEvent.keyboard('gpt')
    expect(push).not.toHaveBeenCalled()
    expect(document.documentElement.dataset.theme).toBe('light')
    await userEvent.click(screen.getByLabelText('Words'))
    await userEvent.keyboard('{Control>}k{/Control}')
    expect(await screen.findByRole('combobox')).toBeTruthy()
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('combobox')))
  })

  it('? shows the keys and their switch', async () => {
    await userEvent.keyboard('?')
    expect(await screen.findByText('Go to Promotions')).toBeTruthy()
    await userEvent.click(screen.getByLabelText(/Use single-letter keys/))
    expect(window.localStorage.getItem('csn.single-letters')).toBe('off')
  })
})
