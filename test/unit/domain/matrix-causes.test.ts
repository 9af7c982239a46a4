import { expect, test } from 'vitest'
import type { ExceptionStanding } from '@/lib/domain/exception'
import type { FindingStanding } from '@/lib/domain/finding'
import { driftIndex } from '@/lib/domain/matrix-drift'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'
import { hours, NOW } from './facts'

// A cell that follows from rules of their own (verdict.ts: causes) is what they are.

const verdict = (rule: string, causes: string[] = []): RuleVerdict => ({
  rule,
  profile: 'prod',
  state: 'deviates',
  severity: 'block',
  title: rule,
  expected: 'E',
  observed: 'O',
  seenAt: NOW,
  instance: null,
  provenance: {},
  causes,
})
const finding = (rule: string): FindingStanding => ({
  ...verdict(rule),
  id: `FND-${rule}`,
  system: 's',
  kind: 'drift',
  openedAt: NOW,
  acknowledgedAt: null,
})
const exception = (rule: string, endsAt: Date): ExceptionStanding => ({
  id: `EXC-${rule}`,
  system: 's',
  profile: 'prod',
  rule,
  title: rule,
  expected: 'E',
  observed: 'O',
  owner: { id: 'a', name: 'A', kind: 'person', countsAsId: 'a' },
  startsAt: hours(-2),
  endsAt,
  approvedAt: hours(-1),
  endedAt: null,
  status: 'approved',
  covers: true,
  extensions: 0,
  reason: '',
  remediation: '',
  finding: null,
  terms: [{ approvedAt: hours(-1), until: endsAt }],
})

const KEYS = ['constraint.valid', 'gate.valid']
const verdicts = [verdict('constraint.valid', ['variable.A', 'variable.B']), verdict('variable.A'), verdict('variable.B')]
const known = (...exceptions: ExceptionStanding[]) =>
  driftIndex({ verdicts, findings: [finding('variable.A')], exceptions }, 's', NOW)('prod', KEYS)

test('its finding is that of a cause', () => {
  expect(known().finding?.id).toBe('FND-variable.A')
})

test('it is covered when every cause is, as long as the one that ends first', () => {
  const [a, b] = [exception('variable.A', hours(5)), exception('variable.B', hours(3))]
  expect(known(a).covering).toBeNull()
  expect(known(a, b).covering?.id).toBe('EXC-variable.B')
  expect(known(a, exception('variable.B', hours(-0.5))).covering).toBeNull()
})

test('an exception of its own covers it as well', () => {
  expect(known(exception('constraint.valid', hours(5))).covering?.id).toBe('EXC-constraint.valid')
  expect(known(exception('gate.valid', hours(5))).covering?.id).toBe('EXC-gate.valid')
})
