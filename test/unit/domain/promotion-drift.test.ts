import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { edgeGates, judgeGate } from '@/lib/domain/gate'
import { coverOfGate, gateException } from '@/lib/domain/gate-exception'
import { whatHolds } from '@/lib/domain/holding'
import type { Policy } from '@/lib/domain/policy/schema'
import { notYet, type PromotionFacts, promotionPhase, signStatement, whyNotSignPromotion } from '@/lib/domain/promotion'
import { openDrift } from '@/lib/domain/promotion-drift'
import { holdsOf } from '@/lib/domain/promotion-holds'
import { windowInWords } from '@/lib/domain/words'
import { aFinding, anException, aPerson, aPromotion, deviating, hours, NOW, robodj, runs, sealed, someEvidence } from './facts'

const stops: Policy = {
  ...robodj,
  document: { ...robodj.document, onConflict: { action: 'stop', text: 'If a conflict is found, raise an issue and stop.' } },
}
const limited: Policy = { ...robodj, drift: { ...robodj.drift, budget: { days: 30, within: 'P90D', text: 'Thirty days in a quarter.' } } }
const conflict = aFinding({
  id: 'FND-0009',
  profile: null,
  rule: 'document.doc-000',
  kind: 'conflict',
  title: 'Two documents name another launch path',
})
const spent = { days: 30, spent: 31.4, left: 0, within: 'P90D' }
const emergency: PromotionFacts['emergency'] = {
  incident: { id: 'INC-0001', title: 'It burns', severity: 'sev1', reference: null, closedAt: null },
  skipped: [],
  reason: null,
  ordinary: [],
  reviewWithin: 'P1D',
  reviews: [],
}
const kinds = (facts: PromotionFacts) => holdsOf(facts).map(({ kind }) => kind)

describe('what deviates holds an ordinary promotion, with who can move it', () => {
  it('grave drift of the target that nothing covers', () => {
    const facts = aPromotion(deviating([], [aFinding()]))
    expect(holdsOf(facts)).toEqual([
      expect.objectContaining({
        kind: 'finding',
        subject: 'FND-0007',
        since: hours(-3),
        sentence:
          'FND-0007 on prod: Launch path: python. The policy says: RoboDJ_Launcher.bat. Put it right and report it again, or file an exception.',
        who: 'Engineer or Dev lead',
      }),
    ])
    const filed = anException({ id: 'EXC-0032', status: 'filed', approvedAt: null })
    expect(holdsOf(aPromotion(deviating([filed], [aFinding()])))[0]?.sentence).toMatch(/EXC-0032 is filed for it and waits for approval\.$/)
  })

  it.each<[string, Parameters<typeof deviating>]>([
    ['a running exception covers it', [[anException()], [aFinding()]]],
    ['it is on the source', [[], [aFinding({ profile: 'staging' })]]],
    ['it is of another system', [[], [aFinding({ system: 'waxwatch' })]]],
    ['it only warns', [[], [aFinding({ severity: 'warn' })]]],
  ])('not where %s', (_, [exceptions, findings]) => {
    expect(kinds(aPromotion(deviating(exceptions, findings)))).toEqual([])
  })

  it('an exception holds again from the instant it ends, and names its owner (000.32)', () => {
    const ending = anException({ endsAt: NOW })
    const facts = aPromotion(deviating([ending], [aFinding()]))
    expect(kinds(facts)).toEqual(['finding', 'exception'])
    expect(holdsOf(facts)[1]).toMatchObject({
      sentence:
        'EXC-0031 for Launch path on prod ended at 19 Nov 2026, 12:00 UTC and is not closed. Close it with evidence, or ask for an extension.',
      who: 'Jonah, Release Manager',
    })
    expect(kinds(aPromotion(deviating([anException({ endsAt: NOW, profile: 'staging' })])))).toEqual([])
    const rita = { ...aPerson('rita', ['release_manager']), sessions: [] }
    expect(whatHolds(aPromotion(deviating([ending])), [rita], NOW)).toMatchObject({
      kind: 'exception',
      state: 'fail',
      words: 'EXC-0031 is past its end and not closed',
      who: [{ name: 'Jonah' }, { name: 'Rita' }],
      since: NOW,
    })
  })

  it('a conflict between documents where the policy says stop, on any profile (002.3)', () => {
    const drift = deviating([], [conflict])
    expect(kinds(aPromotion({ policyOf: stops, ...drift }))).toEqual(['conflict'])
    expect(holdsOf(aPromotion({ policyOf: stops, ...drift }))[0]).toMatchObject({
      sentence:
        'FND-0009: Two documents name another launch path. If a conflict is found, raise an issue and stop. Somebody has to resolve it first.',
      who: 'Release Manager or Dev lead',
    })
    expect(kinds(aPromotion(drift))).toEqual([])
  })

  it('a spent budget, until a part of it is free again', () => {
    expect(holdsOf(aPromotion({ policyOf: limited, budget: spent }))).toEqual([
      expect.objectContaining({
        kind: 'budget',
        sentence:
          'RoboDJ has spent its budget of open exceptions. 31.4 of 30 exception days in 90 days are used. Thirty days in a quarter.',
      }),
    ])
    expect(kinds(aPromotion({ policyOf: limited, budget: { ...spent, spent: 29.9, left: 0.1 } }))).toEqual([])
  })

  it('holds sealing, signing and the verdict, and voids nothing; an emergency shows it and goes on', () => {
    const quiet = aPromotion()
    const held = sealed(aPromotion(deviating([], [aFinding()])), quiet)
    expect(promotionPhase(held, NOW)).toBe('held')
    const secops = { ...aPerson('sam', ['secops']), sessions: [] }
    expect(whyNotSignPromotion(held, 'secops', secops, held.sealed?.hash ?? '', NOW)).toMatchObject({
      code: 'held',
      details: [expect.stringMatching(/^FND-0007 on prod: .*Can move it: Engineer or Dev lead\.$/)],
    })
    expect(notYet(held, NOW)).toContainEqual(expect.objectContaining({ code: 'held', who: 'Engineer or Dev lead' }))
    const all = {
      policyOf: { ...stops, drift: limited.drift },
      budget: spent,
      ...deviating([anException({ endsAt: NOW })], [aFinding(), conflict]),
    }
    expect(kinds(aPromotion(all))).toEqual(['conflict', 'finding', 'exception', 'budget'])
    const urgent = aPromotion({ ...all, emergency })
    expect(kinds(urgent)).toEqual([])
    const statement = signStatement(urgent, { name: 'Mona', capacity: 'Management', decision: 'approve' }, windowInWords)
    expect(statement).toContain('I accept the open exception EXC-0031.')
    expect(statement).toContain('I know that FND-0007 and FND-0009 are open drift.')
    expect(sealed(urgent).sealed?.dossier).toMatchObject({
      exceptions: [{ id: 'EXC-0031', expired: true }],
      drift: [{ id: 'FND-0007' }, { id: 'FND-0009' }],
      spentBudget: { days: 30, spent: 31, within: 'P90D' },
    })
  })
})

describe('an exception of a gate', () => {
  const at = { system: 'robodj', profile: 'prod' }
  const gate = anException({ id: 'EXC-0040', rule: 'gate.rollback-drill' })

  it('covers it, and one of the constraint of the same id does too; the one that lasts longest', () => {
    expect(gateException(robodj, 'rollback-drill', at, [gate], NOW)).toEqual({ id: 'EXC-0040', endsAt: hours(24) })
    const longer = anException({ id: 'EXC-0041', rule: 'constraint.rollback-drill', endsAt: hours(30) })
    expect(gateException(robodj, 'rollback-drill', at, [gate, longer], NOW)?.id).toBe('EXC-0041')
    const statement = signStatement(
      aPromotion({
        ...deviating([gate]),
        gateFacts: { 'rollback-drill': { evidence: [], exception: { id: gate.id, endsAt: gate.endsAt } } },
      }),
      { name: 'Mona', capacity: 'Management', decision: 'approve' },
      windowInWords,
    )
    expect(statement).toMatch(/I know that this gate passes by an exception only: .* \(EXC-0040\)\./)
  })

  it.each<[string, Parameters<typeof anException>[0]]>([
    ['of another profile', { profile: 'staging' }],
    ['of another system', { system: 'waxwatch' }],
    ['of another gate', { rule: 'gate.secret-preflight' }],
    ['that filing alone approved, in a tier without slots', { covers: false }],
    ['that waits for approval', { status: 'filed', approvedAt: null }],
    ['that was closed', { status: 'closed', endedAt: hours(-1) }],
    ['that has ended', { endsAt: NOW }],
  ])('%s covers nothing', (_, more) => {
    expect(gateException(robodj, 'rollback-drill', at, [anException({ rule: 'gate.rollback-drill', ...more })], NOW)).toBeNull()
  })

  it('that the policy never excepts is covered by nothing, whatever is on record', () => {
    const never: Policy = {
      ...robodj,
      drift: { ...robodj.drift, neverExceptable: [{ id: 'drills', text: 'Drills are never left out.', gate: 'rollback-drill' }] },
    }
    expect(gateException(never, 'rollback-drill', at, [gate], NOW)).toBeNull()
    const byConstraint = {
      ...never,
      drift: { ...never.drift, neverExceptable: [{ id: 'drills', text: '', constraint: 'rollback-drill' }] },
    }
    expect(gateException(byConstraint, 'rollback-drill', at, [gate], NOW)).toBeNull()
  })
})

describe('exceptions of the rules that a gate fails by', () => {
  const at = { system: 'robodj', profile: 'prod' }
  const edge = robodj.edges.find(({ id }) => id === 'staging->prod')
  const gate = edge && edgeGates(robodj, edge).find(({ id }) => id === 'secret-preflight')
  if (!gate) throw new Error('There is no such gate')
  const failing = [{ verdict: 'fail' as const, isObserved: true }]
  const one = aFinding({ id: 'FND-0011', rule: 'variable.ROBODJ_SECRET_KEY' })
  const other = aFinding({ id: 'FND-0012', rule: 'environment.name' })
  const aside = aFinding({ id: 'FND-0013', rule: 'runtime.launchPath' })
  const covers = (rule: string, more: Parameters<typeof anException>[0] = {}) =>
    anException({ id: `EXC-${rule}`, rule, signed: true, ...more })
  const first = covers(one.rule, { endsAt: hours(30) })
  const second = covers(other.rule, { endsAt: hours(20) })
  const cover = (exceptions: Parameters<typeof anException>[0][], more: Partial<Parameters<typeof coverOfGate>[3]> = {}, now = NOW) =>
    coverOfGate(
      robodj,
      gate,
      at,
      { evidence: failing, findings: [one, other, aside], exceptions: exceptions as ReturnType<typeof anException>[], ...more },
      now,
    )

  it('cover it when each of them is covered, until the first of them ends, and it names all', () => {
    expect(cover([first, second])).toEqual({ id: second.id, endsAt: hours(20), also: [first.id] })
    expect(cover([first], { findings: [one, aside] })).toEqual({ id: first.id, endsAt: hours(30) })
    const evidence = [{ ...someEvidence({ verdict: 'fail', summary: 'ROBODJ_SECRET_KEY: not there' }), isObserved: true }]
    const judged = judgeGate(gate, { evidence, newestSnapshot: null, checklist: null, exception: cover([first, second]) }, NOW)
    expect(judged).toMatchObject({ verdict: 'pass_with_exception', found: 'fail', freshUntil: hours(20) })
    expect(judged.sentence).toMatch(/^Covered by EXC-environment\.name and EXC-variable\.ROBODJ_SECRET_KEY until /)
  })

  it.each<[string, () => ReturnType<typeof cover>]>([
    ['one of them is not covered', () => cover([first])],
    ['no finding says why it fails', () => cover([first, second], { findings: [aside] })],
    ['a pipeline failed it, not an observation', () => cover([first, second], { evidence: [{ verdict: 'fail', isObserved: false }] })],
    ['there is no evidence', () => cover([first, second], { evidence: [] })],
    ['filing alone approved one of them', () => cover([first, { ...second, signed: false }])],
    ['one of them is on another profile', () => cover([first, { ...second, profile: 'staging' }])],
    ['one of them has ended', () => cover([first, second], {}, hours(20))],
    ['one of them is not approved yet', () => cover([first, { ...second, status: 'filed', approvedAt: null }])],
  ])('cover nothing where %s', (_, asked) => {
    expect(asked()).toBeNull()
  })

  it('cover nothing where the policy never excepts the gate or one of them', () => {
    for (const never of [{ gate: gate.id }, { variable: 'ROBODJ_SECRET_KEY' }]) {
      const strict: Policy = { ...robodj, drift: { ...robodj.drift, neverExceptable: [{ id: 'never', text: 'Never.', ...never }] } }
      expect(coverOfGate(strict, gate, at, { evidence: failing, findings: [one], exceptions: [first] }, NOW)).toBeNull()
    }
  })

  it('cover nothing where facts can fail it that are no rule of their own', () => {
    const bound = { ...gate, observed: [...gate.observed, { by: 'snapshots' as const }] }
    expect(coverOfGate(robodj, bound, at, { evidence: failing, findings: [one], exceptions: [first] }, NOW)).toBeNull()
  })
})

it('whatever is known, an exception counts only inside its interval: outside it no gate is covered and no finding (T04)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -48, max: 48 }),
      fc.integer({ min: -47, max: 96 }),
      fc.option(fc.integer({ min: -48, max: 96 })),
      fc.integer({ min: -96, max: 144 }),
      (from, lasts, closes, at) => {
        const [approvedAt, endsAt, endedAt, now] = [
          hours(from),
          hours(from + Math.abs(lasts) + 1),
          closes === null ? null : hours(closes),
          hours(at),
        ]
        const one = anException({ rule: 'gate.rollback-drill', approvedAt, endsAt, endedAt, status: endedAt ? 'closed' : 'approved' })
        const inside = approvedAt <= now && now < endsAt && (endedAt === null || now < endedAt)
        expect(gateException(robodj, 'rollback-drill', { system: 'robodj', profile: 'prod' }, [one], now) !== null).toBe(inside)
        const { drift } = deviating([one], [aFinding({ rule: 'gate.rollback-drill' })], now)
        expect(openDrift(drift)).toHaveLength(inside ? 0 : 1)
      },
    ),
    { numRuns: runs(300) },
  )
})
