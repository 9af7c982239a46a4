import { describe, expect, test } from 'vitest'
import { formatFinding } from '@/lib/domain/policy/finding'
import { readPolicy } from '@/lib/domain/policy/load'
import { policyText, SLUGS } from './policies'

const good = policyText('robodj')

/** The line (1-based) on which a text first stands, and the column of a part of it. */
function placeOf(text: string, line: string, part: string): { line: number; column: number } {
  const lines = text.split('\n')
  const index = lines.findIndex((candidate) => candidate.includes(line))
  if (index < 0) throw new Error(`not in the policy: ${line}`)
  return { line: index + 1, column: (lines[index] as string).indexOf(part) + 1 }
}

type Bad = {
  name: string
  /** What stands in RoboDJ's policy, and what replaces its first occurrence. */
  from: string
  to: string
  /** Where the finding has to point: a line of the changed text, and the part of it. */
  at: [line: string, part: string]
  what: RegExp
  expected: RegExp
}

const EDGE = '  - id: staging->prod\n    from: staging\n    to: prod\n'

const BAD: Bad[] = [
  {
    name: 'an unknown key at the top',
    from: 'drift:\n',
    to: 'colour: red\ndrift:\n',
    at: ['colour: red', 'colour'],
    what: /"colour" is not known/,
    expected: /schema describes/,
  },
  {
    name: 'an unknown key in a gate',
    from: '        title: Secret preflight, env-only\n',
    to: '        titel: x\n        title: Secret preflight, env-only\n',
    at: ['titel: x', 'titel'],
    what: /"titel" is not known/,
    expected: /schema/,
  },
  {
    name: 'a missing field',
    from: '    intendedUsage: Live operations\n',
    to: '',
    at: ['  - id: prod', 'id'],
    what: /intendedUsage is missing/,
    expected: /a text/,
  },
  {
    name: 'a wrong type',
    from: 'deployable: true',
    to: 'deployable: maybe',
    at: ['deployable: maybe', 'maybe'],
    what: /deployable is "maybe"/,
    expected: /true or false/,
  },
  {
    name: 'an unknown level',
    from: 'level: recommended',
    to: 'level: preferred',
    at: ['level: preferred', 'preferred'],
    what: /level is "preferred"/,
    expected: /one of: forbidden, required/,
  },
  {
    name: 'an unknown role',
    from: 'roles: [management]',
    to: 'roles: [boss]',
    at: ['roles: [boss]', 'boss'],
    what: /is "boss"/,
    expected: /one of: release_manager/,
  },
  {
    name: 'a duration in words',
    from: 'validFor: P7D',
    to: 'validFor: 7 days',
    at: ['validFor: 7 days', '7 days'],
    what: /validFor.*"7 days"/,
    expected: /ISO 8601/,
  },
  {
    name: 'an id with capitals',
    from: 'id: rollback-drill',
    to: 'id: Rollback_Drill',
    at: ['id: Rollback_Drill', 'Rollback'],
    what: /id is "Rollback_Drill"/,
    expected: /lower-case/,
  },
  {
    name: 'an edge to a profile that is not there',
    from: 'to: prod\n    requires',
    to: 'to: moon\n    requires',
    at: ['to: moon', 'moon'],
    what: /no profile named "moon"/,
    expected: /one of: dev, staging, prod/,
  },
  {
    name: 'a checklist that is not there',
    from: 'checklist: pre-release',
    to: 'checklist: pre-flight',
    at: ['checklist: pre-flight', 'pre-flight'],
    what: /no checklist named "pre-flight"/,
    expected: /one of: pre-release/,
  },
  {
    name: 'a snapshot of nothing',
    from: 'boundToSnapshotOf: prod',
    to: 'boundToSnapshotOf: production',
    at: ['boundToSnapshotOf: production', 'production'],
    what: /no profile named "production"/,
    expected: /dev, staging, prod/,
  },
  {
    name: 'a cell of nothing',
    from: '      dev: { level: recommended',
    to: '      dev2: { level: recommended',
    at: ['dev2: {', 'dev2'],
    what: /no profile named "dev2"/,
    expected: /dev, staging, prod/,
  },
  {
    name: 'a group that is not there',
    from: '      group: key-pair\n      requiredIn',
    to: '      group: pair\n      requiredIn',
    at: ['group: pair', 'pair'],
    what: /no secret group named "pair"/,
    expected: /key-pair/,
  },
  {
    name: 'a variable that is not there',
    from: '      variable: ROBODJ_SECRET_KEY',
    to: '      variable: ROBODJ_KEY',
    at: ['variable: ROBODJ_KEY', 'ROBODJ_KEY'],
    what: /no variable named "ROBODJ_KEY"/,
    expected: /ROBODJ_ENV/,
  },
  {
    name: 'an agent that is not there',
    from: 'agents: [release-manager-agent]',
    to: 'agents: [robot]',
    at: ['agents: [robot]', 'robot'],
    what: /no agent named "robot"/,
    expected: /release-manager-agent/,
  },
  {
    name: 'a source that is not there',
    from: 'document: doc-000, place: Drift policy',
    to: 'document: doc-999, place: Drift policy',
    at: ['doc-999', 'doc-999'],
    what: /no source named "doc-999"/,
    expected: /doc-000, doc-003/,
  },
  {
    name: 'a step that refers to nothing',
    from: '        refersTo: rotate\n',
    to: '        refersTo: spin\n',
    at: ['refersTo: spin', 'spin'],
    what: /no checklist item named "spin"/,
    expected: /rotate|admin-access/,
  },
  {
    name: 'a circle of promotions',
    from: EDGE,
    to: '  - id: staging->dev\n    from: staging\n    to: dev\n',
    at: ['    to: dev', 'dev'],
    what: /circle: dev -> staging -> dev/,
    expected: /forward/,
  },
  {
    name: 'a promotion to where it comes from',
    from: EDGE,
    to: '  - id: staging->staging\n    from: staging\n    to: staging\n',
    at: ['  - id: staging->staging', 'never'],
    what: /circle: staging -> staging/,
    expected: /forward/,
  },
  {
    name: 'an edge with another name than its ends',
    from: '  - id: staging->prod',
    to: '  - id: dev->prod',
    at: ['id: dev->prod', 'dev->prod'],
    what: /leads from staging to prod/,
    expected: /staging->prod/,
  },
  {
    name: 'a slot that only an admin could fill',
    from: 'roles: [management], assumed',
    to: 'roles: [admin, auditor], assumed',
    at: ['roles: [admin, auditor]', '[admin'],
    what: /nobody can ever fill this slot: admin and auditor can sign nothing/,
    expected: /other than admin and auditor/,
  },
  {
    name: 'a slot without roles',
    from: 'roles: [management], assumed',
    to: 'roles: [], assumed',
    at: ['roles: []', '[]'],
    what: /names no role/,
    expected: /at least one role/,
  },
  {
    name: 'an id twice',
    from: '      - id: docs-updated',
    to: '      - id: secret-preflight',
    at: ['never', 'never'],
    what: /"secret-preflight" is used twice/,
    expected: /once in its list/,
  },
  {
    name: 'an alias that hides a profile',
    from: 'aliases: [production]',
    to: 'aliases: [dev]',
    at: ['aliases: [dev]', 'dev'],
    what: /"dev" is used twice/,
    expected: /once/,
  },
  {
    name: 'a key twice',
    from: 'schema: 1\n',
    to: 'schema: 1\nschema: 1\n',
    at: ['never', 'never'],
    what: /not YAML that we read: .*unique/i,
    expected: /each key once/,
  },
  {
    name: 'an unknown tag',
    from: 'slug: robodj',
    to: 'slug: !secret robodj',
    at: ['slug: !secret', '!secret'],
    what: /tag/i,
    expected: /YAML 1.2/,
  },
  {
    name: 'an attestation by software',
    from: 'kind: attestation\n        asks: Incident',
    to: 'kind: checklist\n        asks: Incident',
    at: ['never', 'never'],
    what: /names no checklist/,
    expected: /`checklist:`/,
  },
  {
    name: 'a rule bound to an attestation that is not there',
    from: 'observed: [{ by: snapshots }]',
    to: 'observed: [{ by: attestation, attestation: backups }]',
    at: ['attestation: backups', 'backups'],
    what: /no attestation named "backups"/,
    expected: /there are none/,
  },
  {
    name: 'a rule bound to an isolated resource that is not there',
    from: 'observed: [{ by: snapshots }]',
    to: 'observed: [{ by: isolation, resources: [database] }]',
    at: ['resources: [database]', 'database'],
    what: /no isolated resource named "database"/,
    expected: /there are none/,
  },
  {
    name: 'a rule bound to facts that nothing of the policy could judge',
    from: 'observed: [{ by: snapshots }]',
    to: 'observed: [{ by: routes }]',
    at: ['by: routes', '{ by: routes'],
    what: /no rule for routes/,
    expected: /another binding/,
  },
  {
    name: 'a gate that is observed on no end of its edge',
    from: '        observed: [{ by: contract, variables',
    to: '        observedOn: prod\n        observed: [{ by: contract, variables',
    at: ['observedOn: prod', 'prod'],
    what: /prod is neither end of the edge/,
    expected: /dev or staging/,
  },
  {
    name: 'a gate that is observed by no fact',
    from: '        evidenceKind: drill\n',
    to: '        evidenceKind: drill\n        observedOn: staging\n',
    at: ['observedOn: staging', 'staging'],
    what: /observed nowhere/,
    expected: /`observed:`/,
  },
  {
    name: 'a gate that is observed on a profile that is not there',
    from: '        evidenceKind: drill\n',
    to: '        evidenceKind: drill\n        observed: [{ by: snapshots }]\n        observedOn: qa\n',
    at: ['observedOn: qa', 'qa'],
    what: /no profile named "qa"/,
    expected: /dev, staging, prod/,
  },
  {
    name: 'a file that no exception covers and no rule knows',
    from: '      constraint: binary-edits\n      instead',
    to: '      file: launcher.exe\n      instead',
    at: ['file: launcher.exe', 'launcher.exe'],
    what: /no rule of this policy speaks of "launcher.exe"/,
    expected: /secret.key/,
  },
  {
    name: 'text that is not NFC',
    from: 'name: RoboDJ',
    to: 'name: Robo\u0301DJ',
    at: ['name: Robo\u0301DJ', 'Robo'],
    what: /system.name is not in Unicode normal form C/,
    expected: /one hash/,
  },
]

describe('a bad policy is refused with its place', () => {
  test.each(BAD)('$name', ({ from, to, at, what, expected }) => {
    expect(good).toContain(from)
    const text = good.replace(from, () => to)
    const { findings, policy } = readPolicy(text, 'policies/robodj.yaml')
    expect(policy).toBeUndefined()
    const finding = findings?.find((candidate) => what.test(candidate.what) && expected.test(candidate.expected))
    expect(finding, findings?.map(formatFinding).join('\n')).toBeDefined()
    if (at[0] !== 'never') {
      const place = at[1] === 'never' ? { line: placeOf(text, at[0], at[0]).line + 2 } : placeOf(text, at[0], at[1])
      expect(finding).toMatchObject(place)
    }
    expect(finding?.file).toBe('policies/robodj.yaml')
  })
})

test('findings of the schema and of names come all at once, in the order of the text', () => {
  const text = good
    .replace('slug: robodj', 'slug: Robo DJ')
    .replace('level: recommended', 'level: preferred')
    .replace('checklist: pre-release', 'checklist: nowhere')
    .replace('order: last', 'order: first')
  const { findings } = readPolicy(text, 'x.yaml')
  expect(findings?.map(({ path }) => path)).toEqual([
    'system.slug',
    'constraints[1].cells.dev.level',
    'edges[1].gates[0].checklist',
    'edges[1].signOff.slots[3].order',
  ])
  expect(findings?.map(({ line }) => line)).toEqual([...(findings ?? [])].map(({ line }) => line).sort((a, b) => a - b))
})

test('a rule names its source or is assumed, one of the two', () => {
  const line = '    source: { document: doc-000, place: Drift policy }'
  const neither = readPolicy(good.replace('  source: { document: doc-000, place: Drift policy }\n', ''), 'x.yaml').findings ?? []
  expect(neither.map(({ path, expected }) => [path, expected])).toContainEqual(['drift', expect.stringContaining('names its source')])
  const both = readPolicy(good.replace(line.trim(), `${line.trim()}\n  assumed: true`), 'x.yaml').findings ?? []
  expect(both.map(({ path }) => path)).toContain('drift')
  const invented = readPolicy(good.replace('assumedFields: [tiers, neverExceptable]', 'assumedFields: [colour]'), 'x.yaml').findings ?? []
  expect(invented.map(({ path }) => path)).toContain('drift.assumedFields')
})

test('a finding is one line that an editor can follow, and holds no long text', () => {
  const pasted = 'x'.repeat(80)
  const findings = readPolicy(good.replace('class: production', `class: ${pasted}`), 'policies/robodj.yaml').findings ?? []
  expect(formatFinding(findings[0] as (typeof findings)[number])).toMatch(
    /^policies\/robodj\.yaml:\d+:\d+ profiles\[2\]\.class: class is a text of 80 characters; expected one of: development/,
  )
  expect(JSON.stringify(findings)).not.toContain(pasted)
})

test('a text that is no map, empty, huge or full of aliases is refused and never throws', () => {
  for (const text of ['', '- a', 'a', '{', 'x'.repeat(600_000), `a: &a [1]\nb: [${'*a,'.repeat(200)}*a]\n`, 'a: *missing'])
    expect(readPolicy(text, 'x.yaml').findings?.length).toBeGreaterThan(0)
})

test('every policy of this repository loads', () => {
  expect(SLUGS).toEqual(['dreichor', 'robodj', 'stack', 'waxwatch'])
  for (const slug of SLUGS) expect(readPolicy(policyText(slug), slug).policy?.system.slug).toBe(slug)
})

test('002.18: a variable outside the naming rule, and a pattern that does not compile, are findings', () => {
  const stack = policyText('stack')
  const odd = readPolicy(stack.replace('name: WORKER__CONCURRENCY', 'name: workerConcurrency'), 'x.yaml').findings ?? []
  expect(odd).toMatchObject([
    { what: expect.stringContaining('workerConcurrency does not follow the naming rule'), expected: expect.stringContaining('WORKER') },
  ])
  const broken = readPolicy(stack.replace("pattern: '^(API", "pattern: '^((API"), 'x.yaml').findings ?? []
  expect(broken).toMatchObject([{ path: 'config.naming.pattern', expected: 'a regular expression that compiles' }])
})
