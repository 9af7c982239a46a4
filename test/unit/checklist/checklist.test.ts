import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  applicableItems,
  beforeItems,
  type ChecklistContext,
  type ChecklistTick,
  checklistCounts,
  checklistProgress,
  checklistState,
  hasAfterItemsOpen,
  type TickRequest,
  templateHash,
  whyNotTick,
} from '../../../lib/domain/checklist'
import type { Actor } from '../../../lib/domain/context'
import { StepItem } from '../../../lib/domain/policy/parts/steps'
import type { Role } from '../../../lib/domain/roles'

const items = z.array(StepItem).parse([
  {
    id: 'announce',
    text: 'Announce the window (if production).',
    phase: 'before',
    when: { text: 'if production', profiles: ['prod'] },
    evidence: 'attestation',
  },
  { id: 'snapshot', text: 'Take a snapshot.', phase: 'before', command: 'python snapshot.py', evidence: 'command-result' },
  {
    id: 'stop',
    text: 'Stop the services.',
    phase: 'during',
    evidence: 'attestation',
    variants: [
      { id: 'windows', title: 'Windows', command: 'Stop-Process' },
      { id: 'docker', title: 'Docker', command: 'docker compose down' },
    ],
  },
  { id: 'checks', text: 'Observability checks.', phase: 'after', evidence: 'attestation' },
  { id: 'dashboards', text: 'Dashboards report.', phase: 'after', parent: 'checks', evidence: 'attestation' },
  { id: 'alerts', text: 'Alerts match.', phase: 'after', parent: 'checks', evidence: 'attestation' },
  {
    id: 'sign-in',
    text: 'Sign in to the dashboard (if applicable).',
    phase: 'after',
    when: { text: 'if applicable' },
    evidence: 'attestation',
  },
  { id: 'back', text: 'Put the old one back.', phase: 'rollback', evidence: 'attestation' },
])
const prod: ChecklistContext = { profileKey: 'prod', phase: null, variant: 'docker' }
const staging: ChecklistContext = { profileKey: 'staging', phase: null, variant: null }
const ana = { id: 'p1', name: 'Ana', kind: 'person' as const }
const at = (minute: number) => new Date(Date.UTC(2026, 10, 10, 12, minute))
const tick = (itemId: string, state: ChecklistTick['state'], minute: number): ChecklistTick => ({
  itemId,
  state,
  by: ana,
  at: at(minute),
  note: null,
  link: null,
})
const stateOf = (ticks: ChecklistTick[], context = prod, ordered = true) =>
  checklistState({ items: applicableItems(items, context), ordered }, ticks)

describe('the items that apply (003.5, 003.12)', () => {
  it('follow the profile, leave rollback steps out and use the command of the variant', () => {
    expect(applicableItems(items, prod).map(({ item, command, depth }) => [item.id, command, depth])).toEqual([
      ['announce', null, 0],
      ['snapshot', 'python snapshot.py', 0],
      ['stop', 'docker compose down', 0],
      ['checks', null, 0],
      ['dashboards', null, 1],
      ['alerts', null, 1],
      ['sign-in', null, 0],
    ])
    const inStaging = applicableItems(items, staging)
    expect(inStaging.map(({ item }) => item.id)).not.toContain('announce')
    expect(inStaging.find(({ item }) => item.id === 'stop')?.choices.map(({ id }) => id)).toEqual(['windows', 'docker'])
  })

  it('ask a person what no profile decides', () => {
    expect(
      applicableItems(items, prod)
        .filter(({ asks }) => asks !== null)
        .map(({ item }) => item.id),
    ).toEqual(['sign-in'])
  })

  it('lose the parts of what does not apply', () => {
    const conditional = items.map((item) => (item.id === 'checks' ? { ...item, when: { text: 'prod', profiles: ['prod'] } } : item))
    expect(applicableItems(conditional, staging).map(({ item }) => item.id)).not.toContain('alerts')
  })

  it('follow the project phase', () => {
    const phased = items.map((item) => (item.id === 'snapshot' ? { ...item, when: { text: 'later', phases: ['live'] } } : item))
    expect(applicableItems(phased, prod).some(({ item }) => item.id === 'snapshot')).toBe(false)
    expect(applicableItems(phased, { ...prod, phase: 'live' }).some(({ item }) => item.id === 'snapshot')).toBe(true)
  })
})

describe('the state of a run', () => {
  it('says who ticked what and when, and what is next', () => {
    const state = stateOf([tick('announce', 'done', 1)])
    expect(state.items[0]).toMatchObject({ state: 'done', by: ana, at: at(1) })
    expect(state.next).toBe('snapshot')
  })

  it('goes by the newest tick, and taking back opens again', () => {
    expect(stateOf([tick('announce', 'open', 2), tick('announce', 'done', 1)]).next).toBe('announce')
    expect(stateOf([tick('announce', 'failed', 1), tick('announce', 'done', 2)]).next).toBe('snapshot')
    expect(stateOf([tick('announce', 'surprise', 1)]).next).toBe('announce')
  })

  it('makes an item with parts what its parts are', () => {
    const parts = (first: string, second: string) =>
      stateOf([tick('dashboards', first, 1), tick('alerts', second, 2)]).items.find(({ item }) => item.id === 'checks')?.state
    expect(parts('done', 'done')).toBe('done')
    expect(parts('done', 'open')).toBe('open')
    expect(parts('done', 'failed')).toBe('failed')
    expect(checklistCounts(stateOf([])).total).toBe(6)
  })

  it('counts only `before` items for a promotion gate', () => {
    const state = stateOf([tick('announce', 'done', 1), tick('snapshot', 'done', 2)])
    expect(beforeItems(state)).toEqual({ done: 2, total: 2, failed: 0, lastTickAt: at(2), lastTickBy: ana })
    expect(checklistCounts(state)).toMatchObject({ done: 2, total: 6, open: 4 })
    expect(checklistProgress(JSON.parse(JSON.stringify(items)), [tick('snapshot', 'failed', 1)], prod, ['before'])).toEqual({
      done: 0,
      total: 2,
      failed: 1,
    })
  })

  it('leaves out of the total what was said not to apply', () => {
    expect(checklistCounts(stateOf([tick('sign-in', 'not_applicable', 1)]), 'after')).toEqual({
      total: 2,
      done: 0,
      failed: 0,
      open: 2,
      notApplicable: 1,
    })
  })

  it('watches while `after` items are open', () => {
    const ticks = [tick('dashboards', 'done', 1), tick('alerts', 'done', 2)]
    expect(hasAfterItemsOpen(stateOf(ticks))).toBe(true)
    expect(hasAfterItemsOpen(stateOf([...ticks, tick('sign-in', 'not_applicable', 3)]))).toBe(false)
  })

  it('always counts done, failed and open to the total', () => {
    const anyTick = fc.record({
      itemId: fc.constantFrom(...items.map(({ id }) => id), 'gone'),
      state: fc.constantFrom('done', 'failed', 'not_applicable', 'open'),
      minute: fc.nat(59),
    })
    fc.assert(
      fc.property(fc.array(anyTick), (ticks) => {
        const counts = checklistCounts(stateOf(ticks.map(({ itemId, state, minute }) => tick(itemId, state, minute))))
        expect(counts.done + counts.failed + counts.open).toBe(counts.total)
        expect(counts.total + counts.notApplicable).toBe(6)
      }),
    )
  })
})

describe('ticking', () => {
  const actor = (roles: Role[], kind: Actor['kind'] = 'person'): Actor => ({
    id: 'p1',
    kind,
    name: 'Ana',
    countsAsId: 'p1',
    grants: roles.map((role) => ({ id: role, principalId: 'p1', role, systemId: 's1', grantedById: null, startsAt: at(0), endsAt: null })),
    session: null,
    token: null,
  })
  const engineer = actor(['engineer'])
  const ask = (itemId: string, more: Partial<TickRequest> = {}): TickRequest => ({
    itemId,
    to: 'done',
    note: null,
    by: { kinds: ['person'], roles: ['engineer', 'release_manager'] },
    system: { id: 's1', name: 'RoboDJ' },
    deploymentStarted: false,
    ...more,
  })
  const why = (ticks: ChecklistTick[], request: TickRequest, who = engineer, context = prod, ordered = true) =>
    whyNotTick(stateOf(ticks, context, ordered), request, who, at(30))?.sentence ?? null
  const before = [tick('announce', 'done', 1), tick('snapshot', 'done', 2)]

  it.each([
    ['the next item', null, [], ask('announce')],
    ['an item that is not next', 'This list is in order. "Announce the window (if production)." comes first.', [], ask('snapshot')],
    ['an item of another profile', 'This item is not on the list here. It may belong to another profile.', [], ask('nothing')],
    ['an item with parts', 'This item is done when its parts are. Tick those.', before, ask('checks')],
    ['a `during` item before the deployment', 'This item comes during the deployment, which has not started.', before, ask('stop')],
    ['a `during` item in the deployment', null, before, ask('stop', { deploymentStarted: true })],
    ['a failure without a note', 'Say in a note what failed.', [], ask('announce', { to: 'failed' })],
    ['a failure with a note', null, [], ask('announce', { to: 'failed', note: 'Mail bounced' })],
    [
      'what always applies as not applicable',
      'The list knows no condition for this item, so it always applies.',
      [],
      ask('announce', { to: 'not_applicable', note: 'x' }),
    ],
    ['the last tick back', null, before, ask('snapshot', { to: 'open' })],
    [
      'an earlier tick back',
      'This list is in order and "Take a snapshot." is ticked already. Take that back first.',
      before,
      ask('announce', { to: 'open' }),
    ],
  ])('%s', (_, sentence, ticks, request) => {
    expect(why(ticks, request)).toBe(sentence)
  })

  it('is free in a list without an order', () => {
    expect(why([], ask('snapshot'), engineer, prod, false)).toBeNull()
    expect(
      why([], ask('sign-in', { to: 'not_applicable', note: 'No dashboard here', deploymentStarted: true }), engineer, prod, false),
    ).toBeNull()
    expect(why([], ask('sign-in', { to: 'not_applicable', deploymentStarted: true }), engineer, prod, false)).toBe(
      'Say in a note why it does not apply (if applicable).',
    )
  })

  it('waits for the variant', () => {
    expect(why([], ask('stop', { deploymentStarted: true }), engineer, staging, false)).toBe(
      'Choose how it is done first: Windows or Docker.',
    )
  })

  it('is for the people and software the list names', () => {
    expect(why([], ask('announce'), actor(['auditor']))).toBe('This list is ticked by Engineer or Release Manager of RoboDJ.')
    expect(why([], ask('announce'), actor([], 'agent'))).toBe('Only a person may tick this list.')
    expect(why([], ask('announce', { by: { kinds: ['person', 'agent'], roles: ['engineer'] } }), actor([], 'agent'))).toBeNull()
  })
})

describe('the hash of a template', () => {
  it('is the same for the same list and another for any change', () => {
    const hash = templateHash({ title: 'List', items })
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(templateHash({ items: JSON.parse(JSON.stringify(items)), title: 'List' })).toBe(hash)
    expect(templateHash({ title: 'List', items: items.slice(1) })).not.toBe(hash)
    expect(templateHash({ title: 'List!', items })).not.toBe(hash)
  })
})
