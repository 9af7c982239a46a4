import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { burnDownLabel } from '@/components/exception/burn-down'
import { stateWords } from '@/components/exception/exception-words'
import { endOf, tierOf, unsignedLimit } from '@/components/exception/tiers'
import { durationMs } from '@/lib/domain/duration'
import { needsSignature, tierFor } from '@/lib/domain/exception-tier'
import { readPolicy } from '@/lib/domain/policy/load'
import { isProductionLikeProfile, rulesOf } from '@/lib/domain/rule-ref'
import { closeExceptionForm, fileExceptionForm } from '@/lib/schemas/exception-form'

const HOUR = 3_600_000
const policies = readdirSync('policies')
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readPolicy(readFileSync(`policies/${name}`, 'utf8'), name).policy)
  .filter((policy) => policy !== undefined)

describe('the tier that the form says beforehand', () => {
  it('is the one that filing decides, for every rule of the four policies and any length (000.32)', () => {
    expect(policies).toHaveLength(4)
    const start = new Date('2026-11-19T14:05:00Z')
    for (const policy of policies) {
      const tiers = policy.drift.tiers.map(({ id, title, upTo, slots }) => ({
        id,
        title,
        upToMs: upTo === undefined ? null : durationMs(upTo),
        slots: slots.map((slot) => ({ title: slot.title, who: [] })),
      }))
      const rules = policy.profiles.flatMap(({ id }) => rulesOf(policy, id))
      fc.assert(
        fc.property(fc.constantFrom(...rules), fc.integer({ min: -5, max: 60 * 24 }), (ref, hours) => {
          const productionLike = isProductionLikeProfile(policy, ref.profile)
          const until = new Date(start.getTime() + hours * HOUR)
          const said = tierOf(tiers, needsSignature(policy, ref, productionLike), hours * HOUR)
          expect(said?.id).toBe(tierFor(policy, ref, productionLike, start, until)?.tier.id)
        }),
      )
    }
  })

  it('knows the longest time without a signature, and none where every length takes one', () => {
    const tiers = [
      { id: 'short', title: 'Short', upToMs: 72 * HOUR, slots: [] },
      { id: 'long', title: 'Long', upToMs: null, slots: [{ title: 'Management', who: [] }] },
    ]
    expect(unsignedLimit(tiers, false)).toBe(72 * HOUR)
    expect(unsignedLimit(tiers, true)).toBeNull()
    expect(unsignedLimit(tiers.slice(0, 1), false)).toBeNull()
  })

  it('ends a length after its start, and a date where it says', () => {
    const start = new Date('2026-11-19T14:05:00Z')
    const date = new Date('2026-12-01T00:00:00Z')
    expect(endOf(start, '24h', date)?.toISOString()).toBe('2026-11-20T14:05:00.000Z')
    expect(endOf(start, 'until', date)).toBe(date)
    expect(endOf(null, '24h', date)).toBeNull()
    expect(endOf(start, 'a year', date)).toBeNull()
  })
})

describe('the form as it is sent', () => {
  const given = {
    system: 'a-system',
    profile: 'prod',
    rule: 'variable.A_LEVEL',
    observed: 'debug',
    reason: 'Tracing.',
    startsAt: '2026-11-19T14:05',
    remediation: 'Set it back.',
    duration: '24h',
    untilAt: '',
    owner: '',
    finding: '',
  }

  it('is in UTC, with the end that its length gives, or the date', () => {
    const parsed = fileExceptionForm.parse(given)
    expect(parsed.startsAt.toISOString()).toBe('2026-11-19T14:05:00.000Z')
    expect(parsed.until.toISOString()).toBe('2026-11-20T14:05:00.000Z')
    expect(parsed.finding).toBeUndefined()
    expect(fileExceptionForm.parse({ ...given, duration: 'until', untilAt: '2026-12-01T08:00' }).until.toISOString()).toBe(
      '2026-12-01T08:00:00.000Z',
    )
  })

  it('asks for each of the six answers in words, at its field (000.32)', () => {
    const blank = { ...given, rule: '', observed: ' ', reason: '', startsAt: '', remediation: '', duration: 'never' }
    const { error } = fileExceptionForm.safeParse(blank)
    const said = Object.fromEntries((error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]))
    expect(Object.keys(said).toSorted()).toEqual(['observed', 'reason', 'remediation', 'rule', 'startsAt', 'until'])
    expect(said.rule).toBe('Choose what deviates.')
  })
})

describe('words of exceptions', () => {
  const now = new Date('2026-11-19T14:00:00Z')
  const at = (hours: number) => new Date(now.getTime() + hours * HOUR)
  const standing = { state: 'running' as const, endsAt: at(5), endedAt: null, covers: true, waitsFor: [] }

  it('say how each state stands', () => {
    expect(stateWords(standing, now)).toBe('Covered until Thu 19 Nov 19:00 UTC')
    expect(stateWords({ ...standing, covers: false }, now)).toBe('Recorded, covers nothing, until Thu 19 Nov 19:00 UTC')
    expect(stateWords({ ...standing, state: 'overdue', endsAt: at(-31) }, now)).toBe('31 h overdue')
    expect(stateWords({ ...standing, state: 'filed', waitsFor: ['Release Manager', 'SecOps'] }, now)).toBe(
      'Waiting on Release Manager and SecOps',
    )
    expect(stateWords({ ...standing, state: 'closed', endedAt: at(-1) }, now)).toBe('Closed Thu 19 Nov 13:00 UTC')
    expect(stateWords({ ...standing, state: 'rejected' }, now)).toBe('Rejected')
    expect(stateWords({ ...standing, state: 'withdrawn' }, now)).toBe('Withdrawn')
  })

  it('say the finding of the line of open ones', () => {
    const days = (...open: number[]) => open.map((count, day) => ({ at: at(day * 24).toISOString(), open: count }))
    expect(burnDownLabel(days(2, 2, 2, 2, 2, 2, 2, 3), false)).toBe('Open exceptions rose from 2 to 3 in one week')
    expect(burnDownLabel(days(...Array(43).fill(1)), true)).toBe('1 open exception, as six weeks ago; 2 with this one')
  })
})

describe('the form of closing', () => {
  it('takes whichever of the two was chosen, and forgets which that was', () => {
    const observation = '0198c0de-0000-7000-8000-000000000001'
    const common = { exception: 'EXC-0031', note: 'The launcher is back.' }
    expect(closeExceptionForm.parse({ ...common, by: 'observation', observation })).toEqual({ ...common, observation })
    expect(closeExceptionForm.parse({ ...common, by: 'link', link: 'https://ci.example.org/1' })).toEqual({
      ...common,
      link: 'https://ci.example.org/1',
    })
  })
})
