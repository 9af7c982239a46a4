import { fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MatrixGrid } from '@/components/system/matrix-grid'
import type { MatrixCell, MatrixGroup, MatrixState } from '@/lib/domain/matrix-cell'

let search = new URLSearchParams()
vi.mock('next/navigation', () => ({ usePathname: () => '/systems/robodj', useSearchParams: () => search }))

const PROFILES = [
  { id: 'dev', class: 'development' },
  { id: 'prod', class: 'production' },
] as const

const cell = (profile: string, state: MatrixState, known: string): MatrixCell => ({
  profile,
  key: null,
  observed: null,
  exception: null,
  finding: null,
  state,
  rule: `Rule of ${profile}`,
  terms: [{ label: 'Level', value: 'required' }],
  known,
  knownAt: null,
  facts: [],
  who: [{ label: 'Can bring it', value: 'an engineer' }],
  provenance: { assumed: true },
})

const GROUPS: MatrixGroup[] = [
  {
    id: 'runtime',
    title: 'Runtime',
    rows: [
      {
        id: 'launch',
        title: 'Launch path',
        paths: [],
        check: null,
        cells: [cell('dev', 'waiting', 'no observation yet'), cell('prod', 'pass', 'passed for 1')],
      },
    ],
  },
  {
    id: 'constraints',
    title: 'Constraints',
    rows: [
      {
        id: 'config',
        title: 'Config validation',
        paths: ['config/'],
        check: 'python check.py',
        cells: [cell('dev', 'na', 'none'), cell('prod', 'fail', 'failed for 1')],
      },
    ],
  },
]

const show = () => render(<MatrixGrid name="RoboDJ" groups={GROUPS} profiles={PROFILES} sources={[]} />)
const at = (key: string) => document.querySelector(`[data-cell="${key}"]`) as HTMLElement
const press = (key: string, more: object = {}) => fireEvent.keyDown(document.activeElement as Element, { key, ...more })

// jsdom does not know CSS.escape.
vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') })

beforeEach(() => {
  search = new URLSearchParams()
  vi.spyOn(window.history, 'replaceState').mockImplementation(() => undefined)
})
afterEach(() => vi.restoreAllMocks())

describe('the grid by keyboard', () => {
  it('has one tab stop, which goes where the focus goes', () => {
    show()
    const stops = () => [...document.querySelectorAll('[data-cell]')].filter((each) => each.getAttribute('tabindex') === '0')
    expect(stops()).toEqual([at('launch@dev')])
    at('launch@dev').focus()
    press('ArrowRight')
    expect(document.activeElement).toBe(at('launch@prod'))
    expect(stops()).toEqual([at('launch@prod')])
  })

  it('arrows stop at the edges, Home and End go to the ends of a row and with Ctrl of the grid', () => {
    show()
    at('launch@dev').focus()
    press('ArrowLeft')
    press('ArrowUp')
    expect(document.activeElement).toBe(at('launch@dev'))
    press('ArrowDown')
    expect(document.activeElement).toBe(at('config@dev'))
    press('End')
    expect(document.activeElement).toBe(at('config@prod'))
    press('ArrowDown')
    expect(document.activeElement).toBe(at('config@prod'))
    press('Home', { ctrlKey: true })
    expect(document.activeElement).toBe(at('launch@dev'))
    press('End', { ctrlKey: true })
    expect(document.activeElement).toBe(at('config@prod'))
  })

  it('says for each cell its state in a word, beside the rule and what is known', () => {
    show()
    expect(at('config@prod').textContent).toContain('Failed')
    expect(at('config@prod').textContent).toContain('Rule of prod')
    expect(at('config@prod').textContent).toContain('failed for 1')
  })
})

describe('the inspector', () => {
  it('opens from the address, tells rule, facts and who, and Escape gives the focus back to its cell', () => {
    search = new URLSearchParams({ cell: 'config@prod' })
    show()
    const inspector = screen.getByRole('complementary', { name: 'Inspector' })
    expect(within(inspector).getByRole('heading', { name: 'Config validation in prod' })).toBeTruthy()
    expect(inspector.textContent).toContain('python check.py')
    expect(inspector.textContent).toContain('an engineer')
    fireEvent.keyDown(within(inspector).getByRole('button', { name: 'Close the inspector' }), { key: 'Escape' })
    expect(window.history.replaceState).toHaveBeenCalledWith(null, '', '/systems/robodj')
    expect(document.activeElement).toBe(at('config@prod'))
  })

  it('a click puts the cell into the address and keeps what else stands there', () => {
    search = new URLSearchParams({ show: 'all' })
    show()
    fireEvent.click(at('launch@prod'))
    expect(window.history.replaceState).toHaveBeenCalledWith(null, '', '/systems/robodj?show=all&cell=launch%40prod')
  })

  it('a cell that does not exist opens nothing', () => {
    search = new URLSearchParams({ cell: 'gone@prod' })
    show()
    expect(screen.queryByRole('complementary')).toBeNull()
  })
})

describe('only problems', () => {
  it('leaves the rows in which something is wrong', () => {
    search = new URLSearchParams({ show: 'problems' })
    show()
    expect(at('launch@dev')).toBeNull()
    expect(at('config@prod')).not.toBeNull()
  })

  it('says what it means when there is none, with the way back', () => {
    search = new URLSearchParams({ show: 'problems' })
    render(<MatrixGrid name="RoboDJ" groups={GROUPS.slice(0, 1)} profiles={PROFILES} sources={[]} />)
    expect(screen.getByText(/No rule is known to be broken or stale/)).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Show all rules' }).getAttribute('href')).toBe('/systems/robodj')
  })
})
