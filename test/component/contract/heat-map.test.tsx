import { readFileSync } from 'node:fs'
import { render, screen, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { ContractBreaks } from '@/components/contract/breaks'
import { ContractHeatMap } from '@/components/contract/heat-map'
import { evaluateContract } from '@/lib/domain/contract/evaluate'
import type { VariableFact } from '@/lib/domain/contract/facts'
import { type CellContext, contractCell, unreportedCell } from '@/lib/domain/contract/view'
import { readPolicy } from '@/lib/domain/policy/load'
import type { PolicyProfile } from '@/lib/domain/policy/schema'
import type { ContractOnProfile } from '@/lib/queries/contract'

const read = readPolicy(readFileSync('policies/dreichor.yaml', 'utf8'), 'dreichor.yaml')
if (!read.policy) throw new Error('The policy does not load')
const policy = read.policy
const [dev, prod] = policy.profiles as [PolicyProfile, PolicyProfile]
const now = new Date('2026-11-21T12:00:00Z')

const fact = (name: string, more: Partial<VariableFact> = {}): VariableFact => ({
  name,
  present: true,
  valid: true,
  problem: null,
  source: 'deploy-agent',
  isDefault: false,
  says: null,
  fingerprint: null,
  ...more,
})

function on(profile: PolicyProfile, facts: readonly VariableFact[], more: Partial<CellContext> = {}): ContractOnProfile {
  const context: CellContext = {
    system: 'dreichor',
    profile: profile.id,
    facts,
    verdicts: [],
    drift: [],
    exceptions: [],
    fresh: true,
    now,
    ...more,
  }
  const result = evaluateContract(policy, facts, { profile: profile.id, variant: null, conditions: {} })
  const cells = new Map(result.lines.map((line) => [line.variable, contractCell(line, context)]))
  return {
    profile,
    reported: { seenAt: now, fresh: context.fresh, instances: ['run-1'] },
    result,
    facts: [...facts],
    answers: [],
    cells,
    required: 10,
    off: result.off,
    variant: null,
  }
}

const silent: ContractOnProfile = {
  profile: dev,
  reported: null,
  result: null,
  facts: [],
  answers: [],
  cells: new Map(policy.variables.map(({ name }) => [name, unreportedCell(name, 'dev', true)])),
  required: 10,
  off: [],
  variant: null,
}

const all = policy.variables.map(({ name }) => fact(name))
const broken = all
  .filter(({ name }) => name !== 'SAFETY_MODE')
  .map((each) => (each.name === 'EXECUTION_PLANE' ? { ...each, valid: false, problem: 'phase' as const, says: 'live' } : each))

const row = (name: string) =>
  within(screen.getAllByRole('row').find((each) => within(each).queryByRole('rowheader')?.textContent?.startsWith(name)) as HTMLElement)

describe('the heat map', () => {
  it('004.9: says in words what a shape shows, for each variable and profile', () => {
    render(<ContractHeatMap policy={policy} profiles={[silent, on(prod, [...broken, fact('EXTRA')])]} onlyProblems={false} />)
    const words = (name: string) =>
      row(name)
        .getAllByRole('cell')
        .map((cell) => cell.textContent)
    expect(words('LOG_LEVEL')).toEqual(['not reported', 'met'])
    expect(words('SAFETY_MODE')).toEqual(['not reported', 'missing, SAFETY_MODE on prod'])
    expect(words('EXECUTION_PLANE')).toEqual(['not reported', 'invalid, EXECUTION_PLANE on prodlive'])
    expect(words('EXTRA')).toEqual(['not there', 'unknown'])
    expect(screen.getByText(/8 of 10 met/)).toBeDefined()
    const href = row('SAFETY_MODE').getByRole('link').getAttribute('href')
    expect(href).toMatch(/^\/exceptions\/new\?system=dreichor&profile=prod&rule=variable\.SAFETY_MODE/)
  })

  it('shows only problems, and says so when there is none', () => {
    const { rerender } = render(<ContractHeatMap policy={policy} profiles={[on(prod, broken)]} onlyProblems />)
    expect(screen.getAllByRole('rowheader').map((each) => each.textContent)).toEqual(['EXECUTION_PLANE', 'SAFETY_MODE'])
    rerender(<ContractHeatMap policy={policy} profiles={[on(prod, all)]} onlyProblems />)
    expect(screen.getByText(/No variable is known to be out of order/)).toBeDefined()
  })

  it('keeps what an old report said, and calls it old', () => {
    render(<ContractHeatMap policy={policy} profiles={[on(prod, broken, { fresh: false })]} onlyProblems={false} />)
    expect(row('LOG_LEVEL').getByRole('cell').textContent).toBe('met, old')
    expect(row('SAFETY_MODE').getByRole('cell').textContent).toBe('missing, old')
    expect(row('LOG_LEVEL').queryByRole('link')).toBeNull()
  })
})

describe('what would break', () => {
  it('names what holds first, and what to do', () => {
    const { cells, reported } = on(prod, broken)
    render(<ContractBreaks slug="dreichor" cells={[...cells.values()]} reported={reported} />)
    expect(screen.getAllByText('Holds promotions')).toHaveLength(2)
    expect(screen.getByText('Required on prod, and not there.')).toBeDefined()
    expect(screen.getAllByRole('link')).toHaveLength(2)
  })

  it('says that nobody can say, and that nothing would', () => {
    const { rerender } = render(<ContractBreaks slug="dreichor" cells={[]} reported={null} />)
    expect(screen.getByText(/Nobody can say/)).toBeDefined()
    const good = on(prod, all)
    rerender(<ContractBreaks slug="dreichor" cells={[...good.cells.values()]} reported={good.reported} />)
    expect(screen.getByText(/Nothing of the contract would stand in its way/)).toBeDefined()
  })
})
