import { fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MatrixGrid } from '@/components/system/matrix-grid'
import type { MatrixCell, MatrixGroup, MatrixState } from '@/lib/domain/matrix-cell'
import type { MatrixActs } from '@/lib/queries/matrix-acts'

let search = new URLSearchParams()
const push = vi.fn()
vi.mock('next/navigation', () => ({ usePathname: () => '/systems/robodj', useSearchParams: () => search, useRouter: () => ({ push }) }))

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

const ACTS: MatrixActs = { system: 'robodj', now: new Date('2026-11-19T12:00:00Z'), whyNotFile: null, never: {}, exceptions: {} }
const show = (acts = ACTS, groups = GROUPS) =>
  render(<MatrixGrid name="RoboDJ" groups={groups} profiles={PROFILES} sources={[]} acts={acts} />)
const at = (key: string) => document.querySelector(`[data-cell="${key}"]`) as HTMLElement
const press = (key: string, more: object = {}) => fireEvent.keyDown(document.activeElement as Element, { key, ...more })

// jsdom does not know CSS.escape.
vi.stubGlobal('CSS', { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') })

beforeEach(() => {
  search = new URLSearchParams()
  vi.spyOn(window.history, 'replaceState').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
  push.mockReset()
  localStorage.clear()
})

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
    show(ACTS, GROUPS.slice(0, 1))
    expect(screen.getByText(/No rule is known to be broken or stale/)).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Show all rules' }).getAttribute('href')).toBe('/systems/robodj')
  })
})

describe('exceptions', () => {
  const EXC = {
    id: 'EXC-0031',
    startsAt: new Date('2026-11-18T09:20:00Z'),
    endsAt: new Date('2026-11-22T09:20:00Z'),
    extensions: 1,
    observed: 'python',
    owner: { id: 'j', name: 'Jonah Weiss' },
    state: 'running',
    isCovering: true,
  } as const
  const observed = {
    words: 'python main.py',
    expected: 'RoboDJ_Launcher.bat',
    at: new Date('2026-11-19T11:48:00Z'),
    instance: 'stg-win-02',
  }
  const grid = (more: Partial<MatrixCell>): MatrixGroup[] => [
    {
      id: 'runtime',
      title: 'Runtime',
      rows: [
        {
          id: 'runtime.launchPath',
          title: 'Launch path',
          paths: [],
          check: null,
          cells: [
            { ...cell('dev', 'pass', 'seen'), key: 'runtime.launchPath' },
            { ...cell('prod', 'open-drift', 'python main.py'), key: 'runtime.launchPath', observed, finding: 'FND-0004', ...more },
          ],
        },
      ],
    },
  ]
  const open = (more: Partial<MatrixCell>, acts = ACTS) => {
    search = new URLSearchParams({ cell: 'runtime.launchPath@prod' })
    show(acts, grid(more))
    return screen.getByRole('complementary', { name: 'Inspector' })
  }
  const covered = { state: 'drift', known: 'python main.py, EXC-0031', exception: EXC } as const
  const FILE = '/exceptions/new?system=robodj&profile=prod&rule=runtime.launchPath&finding=FND-0004&observed=python+main.py'

  it('an open deviation says what was observed and where, and leads to the filing with all of it filled in (000.32)', () => {
    const inspector = open({})
    expect(inspector.textContent).toContain('on stg-win-02')
    expect(within(inspector).getByText('python main.py')).toBeTruthy()
    expect(within(inspector).getByRole('link', { name: 'File exception' }).getAttribute('href')).toBe(FILE)
    expect(within(inspector).getByRole('link', { name: 'See finding FND-0004' }).getAttribute('href')).toBe('/findings/FND-0004')
  })

  it('a covered one prints the exception with its bar, and says who may close it', () => {
    const whyNotClose = { sentence: 'EXC-0031 is closed by Jonah Weiss, who owns it.' }
    const inspector = open(covered, {
      ...ACTS,
      exceptions: { 'EXC-0031': { sentence: 'From 18 Nov 2026; owner Jonah Weiss.', whyNotClose } },
    })
    expect(inspector.textContent).toContain('Drift, covered until Sun 22 Nov')
    expect(inspector.textContent).toContain('From 18 Nov 2026; owner Jonah Weiss.')
    expect(within(inspector).getByRole('img', { name: 'Day 2 of 4' })).toBeTruthy()
    expect(
      within(inspector)
        .getByRole('button', { name: /Close with evidence/ })
        .getAttribute('aria-disabled'),
    ).toBe('true')
    expect(inspector.textContent).toContain(whyNotClose.sentence)
    expect(inspector.textContent).toContain('Extended once')
  })

  it('what no exception covers says so, and what is possible instead', () => {
    const never = { 'runtime.launchPath': { sentence: 'No exception covers this: plaintext.', details: ['Move it to the store.'] } }
    const inspector = open({}, { ...ACTS, never })
    expect(within(inspector).queryByRole('link', { name: 'File exception' })).toBeNull()
    expect(inspector.textContent).toContain('Move it to the store.')
  })

  it('`o` opens the inspector, `e` files from the cell or goes to the exception that it has', () => {
    show(ACTS, grid({}))
    at('runtime.launchPath@prod').focus()
    press('o')
    expect(window.history.replaceState).toHaveBeenCalledWith(null, '', '/systems/robodj?cell=runtime.launchPath%40prod')
    press('e')
    expect(push).toHaveBeenCalledWith(FILE)
  })

  it('`e` goes to the exception that a cell has', () => {
    show(ACTS, grid(covered))
    at('runtime.launchPath@prod').focus()
    press('e')
    expect(push).toHaveBeenCalledWith('/exceptions/EXC-0031')
  })

  it('letters do nothing with a modifier, and not when they are switched off (2.1.4)', () => {
    show(ACTS, grid({}))
    at('runtime.launchPath@prod').focus()
    press('e', { ctrlKey: true })
    localStorage.setItem('csn.single-letters', 'off')
    press('e')
    press('o')
    expect(push).not.toHaveBeenCalled()
    expect(window.history.replaceState).not.toHaveBeenCalled()
  })

  it('rules that share a cell are listed, each with its finding and the way to an exception', () => {
    const part = { ...cell('prod', 'open-drift', 'says debug'), key: 'variable.LOG_LEVEL', title: 'LOG_LEVEL', finding: 'FND-0007' }
    const inspector = open({ key: null, known: 'LOG_LEVEL: says debug', finding: null, parts: [part] })
    expect(within(inspector).getByRole('link', { name: 'FND-0007' })).toBeTruthy()
    expect(within(inspector).getByRole('link', { name: 'File exception' }).getAttribute('href')).toContain('rule=variable.LOG_LEVEL')
  })
})
