import { describe, expect, test } from 'vitest'
import { LIMITS, ObservationFacts } from '@/lib/domain/observation/facts'

const issues = (facts: unknown) => {
  const read = ObservationFacts.safeParse(facts)
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}
const variable = (name: string) => ({ name, present: true })

describe('what an observation may hold', () => {
  test('a name is enough of a variable, and nothing else is assumed of it', () => {
    expect(ObservationFacts.parse({ variables: [variable('LOG_LEVEL')] }).variables).toEqual([
      { name: 'LOG_LEVEL', present: true, valid: null, problem: null, source: null, isDefault: false, says: null, fingerprint: null },
    ])
  })

  test('instants are kept in UTC', () => {
    const facts = ObservationFacts.parse({ fileChanges: { since: '2026-11-20T09:00:00+02:00' } })
    expect(facts.fileChanges).toEqual({ since: '2026-11-20T07:00:00.000Z', changes: [] })
  })

  test('an observation without a section says nothing', () => {
    expect(issues({})).toEqual([': Report at least one section.'])
  })

  test('10,000 variables are refused, and so is one more than may be', () => {
    const many = (count: number) => issues({ variables: Array.from({ length: count }, (_, index) => variable(`V_${index}`)) })
    expect(many(LIMITS.variables)).toEqual([])
    expect(many(LIMITS.variables + 1)).toEqual(['variables: At most 1,000 variables in one observation.'])
    expect(many(10_000)[0]).toBe('variables: At most 1,000 variables in one observation.')
  })

  test('a variable and a service stand once', () => {
    expect(issues({ variables: [variable('A'), variable('B'), variable('A')] })).toEqual(['variables.2.name: This variable stands twice.'])
    const service = { service: 'api', running: true }
    expect(issues({ services: [service, service] })).toEqual(['services.1.service: This service stands twice.'])
  })

  test('T18: there is no place for a value', () => {
    expect(issues({ variables: [{ ...variable('A'), value: 'x' }] })[0]).toContain('Unrecognized key')
    expect(issues({ variables: [variable('A=hunter2')] })).toHaveLength(1)
    expect(issues({ variables: [{ ...variable('A'), fingerprint: { value: 'hunter2', keyId: 'k1' } }] })).toHaveLength(1)
    for (const says of ['two words', 'a'.repeat(65), 'café', '$(x)'])
      expect(issues({ variables: [{ ...variable('A'), says }] }), says).toHaveLength(1)
  })

  test.each([
    ['runtime', { dataSource: 'postgres://app:hunter2@db/x' }],
    ['environment', { name: 'https://me@host/' }],
    ['artefact', { reference: 'https://ci:token@registry.example/x' }],
    ['isolation', [{ resource: 'database', name: 'postgres://app:hunter2@db/x' }]],
    ['disagreements', [{ id: 'x', where: 'a.yml', text: 'uses postgres://app:pw@db' }]],
  ])('an address with credentials is no name (%s)', (section, facts) => {
    expect(issues({ [section]: facts })).toHaveLength(1)
  })

  test.each(['прод', 'prod\u202e', 'line\nbreak', ' prod', 'prod ', 'ｐｒｏｄ', ''])('names are plain ASCII on one line: %j', (name) => {
    expect(issues({ environment: { name } }).length).toBeGreaterThan(0)
  })

  test('what is wrong is never repeated in the message', () => {
    const told = issues({ runtime: { launchPath: 'прод-hunter2' }, isolation: [{ resource: 'Data Base', name: 'x' }] }).join(' ')
    expect(told).not.toContain('hunter2')
  })
})
