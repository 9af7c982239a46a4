import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Places, SCREENS } from '../e2e/screens'

// The list of screens says what is looked at in both themes: a page that is not in it would be looked at by nobody.

const at: Places = {
  system: 'a-system',
  signing: { id: 'PRM-1', slot: 'a-slot', version: 2, signature: 'SIG-1', run: 'a-run' },
  emergency: 'PRM-6',
  collecting: 'PRM-2',
  held: 'PRM-3',
  withdrawn: 'PRM-4',
  failed: 'PRM-5',
  released: { profile: 'last', version: '1.0.0' },
  fresh: '1.1.0',
  firstEdge: { from: 'first', to: 'last' },
  deployments: { running: 'DEP-1', succeeded: 'DEP-2', failed: 'DEP-3', unauthorised: 'DEP-4' },
  rotations: {
    running: 'ROT-0001',
    planned: { id: 'ROT-0002', slot: 'management', version: 1, system: 'robodj' },
    rolledBack: 'ROT-0003',
    completed: 'ROT-0004',
  },
  glass: { asked: 'BG-2', over: 'BG-1', system: 'a-system', rule: 'a-rule' },
  incident: 'INC-1',
  exceptions: { filed: { id: 'EXC-0001', slot: 'a-slot', version: 1, system: 'a-system' }, running: 'EXC-0002', closed: 'EXC-0003' },
  deviates: { system: 'a-system', profile: 'last', rule: 'variable.A_NAME' },
  findings: { covered: { id: 'FND-0001', system: 'a-system', profile: 'last', rule: 'runtime.launchPath' }, open: 'FND-0002' },
  attested: 'a-system',
  isolated: 'a-system',
  secretKeys: {
    rotated: { system: 'a-system', profile: 'last', mapping: 'a-secret' },
    unknown: { system: 'a-system', profile: 'first', mapping: 'a-secret' },
  },
  policy: 3,
  cell: 'rule@last',
  person: 'a-person',
  entry: 'an-entry',
}

const pages = readdirSync('app', { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('page.tsx'))
  .map((path) => path.split('/').slice(0, -1))
  .map((parts) => `/${parts.filter((part) => !part.startsWith('(')).join('/')}`)

/** How well a path fits a page: null for not, else the number of its parts that are spelled out, because those win in Next. */
function specificity(page: string, path: string): number | null {
  const [wanted, given] = [page.split('/'), new URL(path, 'http://x').pathname.split('/')]
  if (wanted.length !== given.length || !wanted.every((part, i) => part.startsWith('[') || part === given[i])) return null
  return wanted.filter((part) => !part.startsWith('[')).length
}
const pageOf = (path: string) =>
  pages
    .filter((page) => specificity(page, path) !== null)
    .toSorted((a, b) => (specificity(b, path) ?? 0) - (specificity(a, path) ?? 0))
    .at(0)

describe('screens', () => {
  it('every page of the application is among them', () => {
    const shown = new Set(SCREENS.map(({ path }) => pageOf(path(at))))
    expect(pages.filter((page) => !shown.has(page))).toEqual([])
  })

  it('every screen but the one that is not there belongs to a page, and has a name of its own', () => {
    expect(SCREENS.filter(({ path, status }) => !status && !pageOf(path(at))).map(({ name }) => name)).toEqual([])
    expect(new Set(SCREENS.map(({ name }) => name)).size).toBe(SCREENS.length)
  })
})
