import { describe, expect, it } from 'vitest'
import { evaluateContract } from '@/lib/domain/contract/evaluate'
import { factsOfValues } from '@/lib/domain/contract/values'
import { type CellContext, contractCell, contractDifferences, unreportedCell } from '@/lib/domain/contract/view'
import type { ExceptionStanding } from '@/lib/domain/exception'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'
import { loadPolicy } from '../policy/policies'
import { at, good, layersOf } from './environments'

const now = new Date('2026-11-21T12:00:00Z')
const policy = loadPolicy('dreichor')

function cellOf(name: string, changes: Record<string, string | undefined>, more: Partial<CellContext> = {}) {
  const facts = factsOfValues(policy, layersOf(good('dreichor', 'prod'), changes), 'prod')
  const line = evaluateContract(policy, facts, at('prod')).lines.find(({ variable }) => variable === name)
  if (!line) throw new Error(`There is no line of ${name}`)
  return contractCell(line, {
    system: 'dreichor',
    profile: 'prod',
    facts,
    verdicts: [],
    drift: [],
    exceptions: [],
    fresh: true,
    now,
    ...more,
  })
}

const verdict = (more: Partial<RuleVerdict>): RuleVerdict => ({
  rule: 'variable.LOG_LEVEL',
  profile: 'prod',
  state: 'met',
  severity: 'note',
  title: 'LOG_LEVEL',
  expected: 'as it was',
  observed: 'as it should be',
  seenAt: now,
  instance: 'run-1',
  provenance: { assumed: true },
  ...more,
})

const exception = (more: Partial<ExceptionStanding> = {}): ExceptionStanding => ({
  id: 'EXC-0001',
  system: 'dreichor',
  profile: 'prod',
  rule: 'variable.LOG_LEVEL',
  title: 'LOG_LEVEL',
  expected: 'set',
  observed: 'not set',
  reason: 'Made up',
  remediation: 'Set it',
  owner: { id: 'p1', name: 'Somebody', kind: 'person', countsAsId: 'p1' },
  startsAt: new Date(now.getTime() - 1000),
  endsAt: new Date(now.getTime() + 1000),
  covers: true,
  status: 'approved',
  approvedAt: new Date(now.getTime() - 1000),
  extensions: 0,
  endedAt: null,
  finding: null,
  ...more,
})

describe('a cell of the heat map', () => {
  it('is met, and says the word that may be said', () => {
    expect(cellOf('LOG_LEVEL', {})).toMatchObject({ state: 'pass', word: 'met', says: 'info', fine: true, blocks: false })
    expect(cellOf('DATABASE_URL', {})).toMatchObject({ state: 'pass', says: null })
  })

  it('holds while nothing covers it, and is covered drift while an exception is honoured', () => {
    const missing = { LOG_LEVEL: undefined }
    expect(cellOf('LOG_LEVEL', missing)).toMatchObject({ state: 'fail', word: 'missing', blocks: true, exception: null })
    expect(cellOf('LOG_LEVEL', missing, { exceptions: [exception()] })).toMatchObject({
      state: 'drift',
      word: 'missing, covered',
      blocks: false,
      exception: { id: 'EXC-0001' },
    })
    const ended = exception({ endsAt: new Date(now.getTime() - 1) })
    expect(cellOf('LOG_LEVEL', missing, { exceptions: [ended] })).toMatchObject({ state: 'fail', blocks: true })
  })

  it('004.13: deviates for what only two reports together show, though the contract is met', () => {
    const changed = verdict({ state: 'deviates', severity: 'block', observed: 'Changed; no governed change explains it.' })
    expect(cellOf('LOG_LEVEL', {}, { verdicts: [changed] })).toMatchObject({
      state: 'open-drift',
      word: 'deviates',
      blocks: true,
      fine: false,
    })
  })

  it('000.21: shows an open break-glass where a file stands in', () => {
    const glass = verdict({ observed: 'From its fallback file, under an open break-glass.' })
    expect(cellOf('LOG_LEVEL', { LOG_LEVEL: undefined }, { verdicts: [glass] })).toMatchObject({ state: 'glass', blocks: false })
  })

  it('is old with its report, and unknown without one', () => {
    expect(cellOf('LOG_LEVEL', {}, { fresh: false })).toMatchObject({ state: 'stale', word: 'met, old', fine: true })
    expect(unreportedCell('X', 'prod', true)).toMatchObject({ state: 'waiting', word: 'not reported' })
    expect(unreportedCell('X', 'prod', false)).toMatchObject({ state: 'na', word: 'not required' })
  })
})

describe('differences between two profiles', () => {
  const side = (profile: string, changes: Record<string, string | undefined> = {}) => {
    const facts = factsOfValues(policy, layersOf(good('dreichor', profile), changes), profile)
    const cells = evaluateContract(policy, facts, at(profile)).lines.map((line) =>
      contractCell(line, { system: 'dreichor', profile, facts, verdicts: [], drift: [], exceptions: [], fresh: true, now }),
    )
    return { profile, variant: null, facts, cells: new Map(cells.map((cell) => [cell.variable, cell])) }
  }

  it('004.20: two profiles in order differ only by what names them', () => {
    const { differences, same } = contractDifferences(policy, side('dev'), side('prod'))
    expect(differences.map(({ variable }) => variable)).toEqual(['RUNTIME_INSTANCE_ID'])
    expect(same).toBe(9)
  })

  it('names what is missing, says something else, or is known on one side only', () => {
    const { differences } = contractDifferences(
      policy,
      side('dev', { EXTRA: 'x' }),
      side('prod', { LOG_LEVEL: 'error', SAFETY_MODE: undefined }),
    )
    expect(
      Object.fromEntries(differences.map(({ variable, left, right }) => [variable, [left.join(', '), right.join(', ')]])),
    ).toMatchObject({
      LOG_LEVEL: ['required, met, says info, from github-environments', 'required, met, says error, from github-environments'],
      SAFETY_MODE: ['required, met, says strict, from github-environments', 'required, missing'],
      EXTRA: ['not in the contract, unknown, from github-environments', 'not there'],
    })
  })
})
