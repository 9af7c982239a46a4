import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isDuration } from '@/lib/domain/duration'
import { edgeGates } from '@/lib/domain/gate'
import { diffPolicies } from '@/lib/domain/policy/diff'
import { policyCanonical, policyHash } from '@/lib/domain/policy/hash'
import { policyJsonSchema } from '@/lib/domain/policy/json-schema'
import { edgeOf, gatesInto, nextProfiles, previousProfiles, resolveManagerKey, resolveProfile } from '@/lib/domain/policy/resolve'
import { policyRows } from '@/lib/domain/policy/rows'
import { type Policy, PolicySchema } from '@/lib/domain/policy/schema'
import { loadPolicy, named, SLUGS } from './policies'

const RUNS = Math.max(1, Math.round(25 * Number(process.env.TEST_SCALE ?? 1)))
const policies = SLUGS.map(loadPolicy)
const robodj = loadPolicy('robodj')
const waxwatch = loadPolicy('waxwatch')
const stack = loadPolicy('stack')
const dreichor = loadPolicy('dreichor')

/** Every object inside a value, with its path. */
function objects(value: unknown, path = ''): { path: string; value: Record<string, unknown> }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => objects(item, `${path}[${index}]`))
  if (typeof value !== 'object' || value === null) return []
  const record = value as Record<string, unknown>
  return [{ path, value: record }, ...Object.entries(record).flatMap(([key, item]) => objects(item, `${path}.${key}`))]
}

test('the published JSON Schema is the generated one; write it with `tsx scripts/policy-schema.ts`', () => {
  expect(readFileSync('public/schema/policy.json', 'utf8')).toBe(policyJsonSchema())
})

test('the JSON Schema refuses unknown keys everywhere and explains what a field is for', () => {
  const found = objects(JSON.parse(policyJsonSchema()))
  const shapes = found.filter(({ value, path }) => value.type === 'object' && 'properties' in value && !path.endsWith('.properties'))
  expect(shapes.length).toBeGreaterThan(60)
  for (const { value, path } of shapes) expect(value.additionalProperties, path).toBe(false)
  expect(found.filter(({ value }) => typeof value.description === 'string').length).toBeGreaterThan(150)
})

/** Objects that carry text but are a part of a rule rather than a rule: the rule around them names the source. */
const PARTS =
  /\.(system|sources\[\d+\]|cells\.[^.]+|items\[\d+\]|when|unknown|unless|variants\[\d+\]|options\[\d+\]|states\[\d+\]|rollbackTriggers\[\d+\]|byHand|captures|cleanUp|scaling|window|onFailure|requiredWhen|validators\[\d+\]|targetIdentity|owners|approval|source|behind)$/

test('every rule of every policy names its source or is marked assumed, and so does every number that no document gives', () => {
  for (const policy of policies) {
    const all = objects(policy)
    const boundByUs = new Set(
      all.flatMap(({ path, value }) => ((value.assumedFields as string[] | undefined)?.includes('observed') ? [`${path}.observed`] : [])),
    )
    for (const { path, value } of all) {
      const where = `${policy.system.slug}${path}`
      const isRule = ('id' in value || 'text' in value) && !PARTS.test(path)
      if (isRule) expect('source' in value || value.assumed === true, where).toBe(true)
      const assumed = new Set((value.assumedFields as string[] | undefined) ?? [])
      for (const [key, item] of Object.entries(value)) {
        // Approx. 5 minutes is the only duration the five documents give (003.3).
        if (typeof item !== 'string' || !isDuration(item) || item === 'PT5M') continue
        const inRule = 'source' in value || 'assumed' in value
        const ofRule = /cleanUp$/.test(path) || boundByUs.has(path.replace(/\[\d+\]$/, ''))
        expect(inRule ? value.assumed === true || assumed.has(key) : ofRule, `${where}.${key}`).toBe(true)
      }
    }
  }
})

test('every source that is cited exists, and every source is cited', () => {
  for (const policy of policies) {
    const cited = new Set(objects(policy).flatMap(({ value }) => (value.source as { document: string } | undefined)?.document ?? []))
    expect([...cited].sort()).toEqual(policy.sources.map(({ id }) => id).sort())
  }
})

describe('hash', () => {
  /** The same policy with the keys of each object shuffled. */
  const shuffled = (value: unknown, order: (keys: string[]) => string[]): unknown => {
    if (Array.isArray(value)) return value.map((item) => shuffled(item, order))
    if (typeof value !== 'object' || value === null) return value
    const record = value as Record<string, unknown>
    return Object.fromEntries(order(Object.keys(record)).map((key) => [key, shuffled(record[key], order)]))
  }

  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.constantFrom(...policies), fc.integer(), (policy, salt) => {
        const order = (keys: string[]) =>
          [...keys].sort((a, b) => ((a.length * 31 + a.charCodeAt(0) + salt) % 7) - ((b.length * 31 + b.charCodeAt(0) + salt) % 7))
        expect(policyHash(shuffled(policy, order) as Policy)).toBe(policyHash(policy))
      }),
      { numRuns: RUNS },
    )
  })

  test('is kept by storing: what is read back from canonical JSON has the same hash', () => {
    for (const policy of policies) expect(policyHash(PolicySchema.parse(JSON.parse(policyCanonical(policy))))).toBe(policyHash(policy))
  })

  test('changes with any rule', () => {
    const other = structuredClone(robodj)
    named(named(other.edges, 'staging->prod').gates, 'rollback-drill').validFor = 'P8D'
    expect(policyHash(other)).not.toBe(policyHash(robodj))
  })
})

describe('resolve', () => {
  test.each([
    [robodj, 'prod', 'prod', 'production', true],
    [robodj, 'production', 'prod', 'production', true],
    [robodj, 'staging', 'staging', 'pre-production', true],
    [robodj, 'dev', 'dev', 'development', false],
    [robodj, 'PROD', null, 'production', true],
    [waxwatch, 'test', 'dev', 'development', false],
    [waxwatch, 'local', 'dev', 'development', false],
    [waxwatch, 'prod', 'production', 'production', true],
    [waxwatch, 'preview', null, 'production', true],
    [waxwatch, '', null, 'production', true],
    [stack, 'ci', 'ci', 'verification', false],
    [stack, 'prod', 'production', 'production', true],
    [dreichor, 'staging', null, 'production', true],
    [dreichor, 'toString', null, 'production', true],
  ] as const)(
    '%# a name resolves to its profile, and one nobody declared counts as production',
    (policy, name, id, profileClass, productionLike) => {
      const resolved = resolveProfile(policy, name)
      expect([resolved.profile?.id ?? null, resolved.class, resolved.productionLike]).toEqual([id, profileClass, productionLike])
    },
  )

  test('ways are those of the policy', () => {
    expect(edgeOf(robodj, 'dev', 'staging')?.id).toBe('dev->staging')
    expect(edgeOf(robodj, 'dev', 'prod')).toBeNull()
    expect(edgeOf(robodj, 'prod', 'staging')).toBeNull()
    expect(nextProfiles(stack, 'ci')).toEqual(['staging'])
    expect(nextProfiles(stack, 'local')).toEqual([])
    expect(previousProfiles(dreichor, 'prod')).toEqual(['dev'])
    expect(previousProfiles(robodj, 'dev')).toEqual([])
    expect(gatesInto(dreichor, 'prod').map(({ gate }) => gate.title)).toContain('10 of 10 variables valid')
    expect(gatesInto(dreichor, 'dev')).toEqual([])
  })

  test('a manager key takes the profile’s id, or its name in the manager', () => {
    const mapping = named(robodj.secrets.mappings, 'secret-v2-key')
    expect(resolveManagerKey(mapping, 'prod')).toBe('dgn-dj/prod/ROBODJ_SECRET_V2_KEY')
    expect(resolveManagerKey({ ...mapping, profileNames: { prod: 'live' } }, 'prod')).toBe('dgn-dj/live/ROBODJ_SECRET_V2_KEY')
  })
})

describe('diff', () => {
  test('of a policy with itself is empty', () => {
    for (const policy of policies) expect(diffPolicies(policy, structuredClone(policy))).toEqual([])
  })

  test('speaks of rules by id, wherever they stand', () => {
    const after = structuredClone(robodj)
    const edge = named(after.edges, 'staging->prod')
    named(edge.gates, 'rollback-drill').validFor = 'P3D'
    edge.signOff.slots = edge.signOff.slots.filter(({ id }) => id !== 'management')
    edge.requiresApprovedBundle = false
    const cell = named(after.constraints, 'backup-snapshots').cells.dev
    if (cell) cell.level = 'required'
    after.agents.push({ id: 'nightly', name: 'Nightly', title: 'Nightly agent', sponsorRole: 'dev_lead', assumed: true })
    expect(diffPolicies(robodj, after).map(({ path, kind, sentence }) => [kind, path, sentence])).toMatchInlineSnapshot(`
      [
        [
          "added",
          "agents.nightly",
          "Agent nightly is new (Nightly agent).",
        ],
        [
          "changed",
          "constraints.backup-snapshots.cells.dev.level",
          "Rule backup-snapshots, profile dev, level changes from "recommended" to "required".",
        ],
        [
          "changed",
          "edges.staging->prod.gates.rollback-drill.validFor",
          "Edge staging->prod, gate rollback-drill, valid for changes from 7 days to 3 days.",
        ],
        [
          "removed",
          "edges.staging->prod.signOff.slots.management",
          "Edge staging->prod, sign off, slot management is gone (Management).",
        ],
        [
          "changed",
          "edges.staging->prod.requiresApprovedBundle",
          "Edge staging->prod, requires approved bundle changes from yes to no.",
        ],
      ]
    `)
  })

  test('a moved entry is a change of order, not of rules', () => {
    const after = structuredClone(robodj)
    after.profiles.reverse()
    expect(diffPolicies(robodj, after)).toMatchObject([
      { path: 'profiles.order', kind: 'changed', before: ['dev', 'staging', 'prod'], after: ['prod', 'staging', 'dev'] },
    ])
  })

  test('is empty exactly when the hashes are equal', () => {
    for (const a of policies) for (const b of policies) expect(diffPolicies(a, b).length === 0).toBe(policyHash(a) === policyHash(b))
  })
})

describe('rows', () => {
  test('hold everything that can be referred to, once', () => {
    for (const policy of policies) {
      const rows = policyRows(policy)
      expect(rows.profiles.map(({ key, position }) => [key, position])).toEqual(policy.profiles.map(({ id }, index) => [id, index]))
      expect(rows.edges.map(({ key }) => key)).toEqual(policy.edges.map(({ id }) => id))
      expect(rows.gates.map(({ edgeKey, key }) => [edgeKey, key])).toEqual(
        policy.edges.flatMap((edge) => edgeGates(policy, edge).map(({ id }) => [edge.id, id])),
      )
      expect(rows.constraints).toHaveLength(policy.constraints.reduce((sum, { cells }) => sum + Object.keys(cells).length, 0))
      expect(rows.variables).toHaveLength(policy.variables.length)
      expect(rows.mappings).toHaveLength(policy.secrets.mappings.length)
      expect(rows.ownerships).toHaveLength(policy.rotation.ownership.length)
      const keys = rows.slots.map(({ subject, rule, key }) => `${subject} ${rule} ${key}`)
      expect(new Set(keys).size).toBe(keys.length)
    }
  })

  test('slots of RoboDJ', () => {
    const slots = policyRows(robodj).slots.map(
      ({ subject, rule, key, roles, last }) => `${subject} ${rule} ${key}: ${roles.join(' or ')}${last ? ', last' : ''}`,
    )
    expect(slots).toMatchInlineSnapshot(`
      [
        "promotion dev->staging release-manager: release_manager",
        "promotion staging->prod release-manager: release_manager",
        "promotion staging->prod secops: secops",
        "promotion staging->prod management: management",
        "promotion staging->prod production-approver: production_approver or incident_commander, last",
        "emergency staging->prod incident-commander: incident_commander",
        "emergency staging->prod secops: secops",
        "rotation dev dev-lead: dev_lead",
        "fallback dev dev-lead: dev_lead",
        "rotation staging management: management",
        "fallback staging management: management",
        "rotation prod incident-commander-or-approver: incident_commander or production_approver",
        "fallback prod incident-commander-or-approver: incident_commander or production_approver",
        "exception medium release-manager: release_manager",
        "exception long release-manager: release_manager",
        "exception long management: management",
      ]
    `)
  })

  test('an emergency’s slots belong to its edge', () => {
    const emergency = structuredClone(robodj)
    named(emergency.edges, 'staging->prod').emergency = {
      slots: [{ id: 'commander', title: 'Incident commander', roles: ['incident_commander'], assumed: true }],
      reviewWithin: 'PT24H',
      neverSkip: [],
      assumed: true,
    }
    expect(policyRows(emergency).slots.filter(({ subject }) => subject === 'emergency')).toMatchObject([
      { edgeKey: 'staging->prod', rule: 'staging->prod', key: 'commander' },
    ])
  })
})
