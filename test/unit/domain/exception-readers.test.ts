import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contractCell } from '@/lib/domain/contract/view'
import { coveringException } from '@/lib/domain/exception'
import { driftOf } from '@/lib/domain/finding'
import { edgeGates } from '@/lib/domain/gate'
import { coverOfGate } from '@/lib/domain/gate-exception'
import { driftIndex } from '@/lib/domain/matrix-drift'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'
import { openDrift } from '@/lib/domain/promotion-drift'
import { holdsOf } from '@/lib/domain/promotion-holds'
import { aFinding, anException, aPromotion, deviating, hours, NOW, robodj, runs } from './facts'

const RULE = 'variable.ROBODJ_SECRET_KEY'
const at = { system: 'robodj', profile: 'prod', rule: RULE }
const finding = aFinding({ rule: RULE })
const deviates: RuleVerdict = {
  rule: RULE,
  profile: 'prod',
  state: 'deviates',
  severity: 'block',
  title: 'ROBODJ_SECRET_KEY',
  expected: 'there',
  observed: 'not there',
  seenAt: NOW,
  instance: 'a',
  provenance: {},
}
const cell: RuleVerdict = { ...deviates, rule: 'constraint.of-variables', causes: [RULE] }
const line = {
  variable: 'ROBODJ_SECRET_KEY',
  verdict: 'missing' as const,
  severity: 'block' as const,
  sentence: 'Not there.',
  secret: true,
  required: true,
  provenance: {},
}
const edge = robodj.edges.find(({ id }) => id === 'staging->prod')
const gate = edge && edgeGates(robodj, edge).find(({ id }) => id === 'secret-preflight')

it('an exception is honoured by every reader exactly inside its interval: matrix, findings, contract, gates and holds (000.32, T04)', () => {
  if (!gate) throw new Error('There is no such gate')
  const evidence = [{ verdict: 'fail' as const, isObserved: true }]
  fc.assert(
    fc.property(
      fc.integer({ min: -48, max: 48 }),
      fc.integer({ min: 1, max: 96 }),
      fc.option(fc.tuple(fc.integer({ min: 1, max: 48 }), fc.integer({ min: 1, max: 48 }))),
      fc.option(fc.integer({ min: 0, max: 120 })),
      fc.integer({ min: -96, max: 240 }),
      (from, lasts, gap, closes, when) => {
        // A second term, approved some time after the first one has ended, heals nothing in between.
        const terms = [
          { approvedAt: hours(from), until: hours(from + lasts) },
          ...(gap ? [{ approvedAt: hours(from + lasts + gap[0]), until: hours(from + lasts + gap[0] + gap[1]) }] : []),
        ]
        const endsAt = terms.at(-1)?.until ?? NOW
        const endedAt = closes === null ? null : hours(from + closes)
        const now = hours(when)
        const inside = terms.some(({ approvedAt, until }) => approvedAt <= now && now < until) && (endedAt === null || now < endedAt)
        const one = anException({
          rule: RULE,
          approvedAt: hours(from),
          endsAt,
          endedAt,
          terms,
          signed: true,
          status: endedAt ? 'closed' : 'approved',
        })
        const drift = driftOf([finding], [one], now)
        const index = driftIndex({ verdicts: [deviates, cell], findings: [finding], exceptions: [one] }, 'robodj', now)
        const context = { system: 'robodj', profile: 'prod', facts: [], verdicts: [deviates], drift, exceptions: [one], fresh: true, now }
        const readers = {
          covering: coveringException([one], at, now) !== null,
          findings: drift[0]?.exception !== null,
          promotion: openDrift(deviating([one], [finding], now).drift).length === 0,
          matrix: index('prod', [RULE]).covering !== null,
          follows: index('prod', [cell.rule]).covering !== null,
          contract: contractCell(line, context).state === 'drift',
          gate:
            coverOfGate(robodj, gate, { system: 'robodj', profile: 'prod' }, { evidence, findings: [finding], exceptions: [one] }, now) !==
            null,
          holds: !holdsOf(aPromotion({ ...deviating([one], [finding], now), now })).some(({ kind }) => kind === 'finding'),
        }
        expect(readers).toEqual(Object.fromEntries(Object.keys(readers).map((name) => [name, inside])))
      },
    ),
    { numRuns: runs(300) },
  )
})
