import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sha256Hex } from '@/lib/domain/canonical'
import {
  compareDossiers,
  type Dossier,
  type DossierException,
  dossierException,
  dossierGate,
  movedInputs,
  sealText,
} from '@/lib/domain/dossier'
import { dossierOf } from '@/lib/domain/promotion'
import { aFinding, anException, aPromotion, deviating, hours, runs } from './facts'

const exception = (id: string, endsAt: Date): DossierException =>
  dossierException({ ...anException({ id, endsAt }), state: 'running', sentence: 'A debug port is open' })

const base: Dossier = {
  ...dossierOf(aPromotion({ window: { startsAt: hours(2), endsAt: hours(4) } }), 1),
  exceptions: [exception('EXC-0001', hours(24)), exception('EXC-0002', hours(48)), exception('EXC-0004', hours(12))],
}
const gateIds = base.gates.map(({ id }) => id)

type Change = { name: string; moved: RegExp | null; apply(dossier: Dossier): void }
const gateOf = (dossier: Dossier, id = gateIds[0]) => dossier.gates.find((gate) => gate.id === id) as Dossier['gates'][number]

// Each touches something of its own, so that any of them can happen together.
const MATERIAL: Change[] = [
  { name: 'another artefact', moved: /^The artefact changed$/, apply: (d) => void (d.release.artefact = `app@sha256:${'2'.repeat(64)}`) },
  { name: 'another commit', moved: /^The artefact changed$/, apply: (d) => void (d.release.gitSha = 'd'.repeat(40)) },
  {
    name: 'another policy',
    moved: /^The pinned policy moved from version 1 to 2$/,
    apply: (d) => void (d.policy = { version: 2, hash: 'c'.repeat(64) }),
  },
  {
    name: 'another baseline',
    moved: /^The baseline moved from 2\.3\.0 to 2\.3\.1$/,
    apply: (d) => void (d.baseline = { promotion: 'PRM-0141', version: '2.3.1', gitSha: 'e'.repeat(40) }),
  },
  {
    name: 'another window',
    moved: /^The window changed$/,
    apply: (d) => void (d.window = { startsAt: hours(3).toISOString(), endsAt: hours(4).toISOString() }),
  },
  { name: 'a gate that failed', moved: new RegExp(`^The gate ${gateIds[0]} failed$`), apply: (d) => void (gateOf(d).verdict = 'fail') },
  {
    name: 'a gate now covered only',
    moved: new RegExp(`^The gate ${gateIds[1]} moved from pass to pass with exception$`),
    apply: (d) => void Object.assign(gateOf(d, gateIds[1]), { verdict: 'pass_with_exception', exception: 'EXC-0001' }),
  },
  {
    name: 'an exception opened',
    moved: /^The exception EXC-0003 was opened on prod$/,
    apply: (d) => void d.exceptions.push(exception('EXC-0003', hours(9))),
  },
  {
    name: 'an exception extended',
    moved: /^The exception EXC-0001 was extended$/,
    apply: (d) => void (d.exceptions = d.exceptions.map((e) => (e.id === 'EXC-0001' ? { ...e, endsAt: hours(30).toISOString() } : e))),
  },
  {
    name: 'an exception past its end',
    moved: /^The exception EXC-0004 expired on prod$/,
    apply: (d) => void (d.exceptions = d.exceptions.map((e) => (e.id === 'EXC-0004' ? { ...e, expired: true } : e))),
  },
]

const IMMATERIAL: Change[] = [
  { name: 'evidence grown old', moved: null, apply: (d) => void (gateOf(d, gateIds[2]).verdict = 'stale') },
  {
    name: 'renewed evidence with the same verdict',
    moved: null,
    apply: (d) => void Object.assign(gateOf(d, gateIds[3]), { evidence: 'another', seenAt: hours(1).toISOString() }),
  },
  { name: 'a closed exception', moved: null, apply: (d) => void (d.exceptions = d.exceptions.filter(({ id }) => id !== 'EXC-0002')) },
  {
    name: 'a newer snapshot to go back to',
    moved: null,
    apply: (d) => void (d.rollback.snapshot = { profile: 'prod', digest: '9'.repeat(64), takenAt: hours(1).toISOString() }),
  },
  {
    name: 'a finding opened or closed',
    moved: null,
    apply: (d) =>
      void (d.drift = [{ id: 'FND-0001', profile: 'prod', rule: 'routes.dev', kind: 'drift', severity: 'block', sentence: '' }]),
  },
  { name: 'a spent budget', moved: null, apply: (d) => void (d.spentBudget = { days: 30, spent: 30, within: 'P90D' }) },
  { name: 'what runs there', moved: null, apply: (d) => void (d.rollback.replaces = '2.2.9') },
  { name: 'the next number', moved: null, apply: (d) => void (d.number = 2) },
]

const changed = (changes: readonly Change[]): Dossier => {
  const dossier = structuredClone(base)
  for (const change of changes) change.apply(dossier)
  return dossier
}

describe('what moves a sealed version (T04)', () => {
  it('nothing, when nothing changed', () => {
    expect(movedInputs(base, structuredClone(base))).toEqual([])
  })

  it.each(MATERIAL.map((change) => [change.name, change] as const))('%s', (_, change) => {
    expect(movedInputs(base, changed([change]))).toEqual([expect.stringMatching(change.moved as RegExp)])
  })

  it.each(IMMATERIAL.map((change) => [change.name, change] as const))('not %s', (_, change) => {
    expect(movedInputs(base, changed([change]))).toEqual([])
  })

  it('a policy that came back under a new number is another pinned version (T34)', () => {
    const again = changed([{ name: '', moved: null, apply: (d) => void (d.policy.version = 3) }])
    expect(movedInputs(base, again)).toEqual(['The pinned policy moved from version 1 to 3'])
  })

  it.each<[string, (d: Dossier) => void, string]>([
    ['a baseline where there was none', (d) => void (d.baseline = null), 'The baseline moved from none to 2.3.0'],
    ['a window where there was none', (d) => void (d.window = null), 'The window changed'],
  ])('%s', (_, apply, sentence) => {
    expect(movedInputs(changed([{ name: '', moved: null, apply }]), base)).toEqual([sentence])
  })

  it('a gate that gets better is an addendum', () => {
    const worse = changed([MATERIAL[6] as Change])
    gateOf(worse, gateIds[2]).verdict = 'stale'
    expect(movedInputs(worse, base)).toEqual([])
  })

  it('in any mixture: exactly the material ones are named, whatever else changed', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(MATERIAL), fc.shuffledSubarray(IMMATERIAL), fc.boolean(), (material, immaterial, materialFirst) => {
        const now = changed(materialFirst ? [...material, ...immaterial] : [...immaterial, ...material])
        const moved = movedInputs(base, now)
        for (const change of material)
          expect(
            moved.some((sentence) => change.moved?.test(sentence)),
            change.name,
          ).toBe(true)
        const kinds = new Set(material.map(({ moved: said }) => String(said)))
        expect(moved).toHaveLength(kinds.size)
      }),
      { numRuns: runs(300) },
    )
  })
})

describe('a gate that an exception covers', () => {
  const covered = (found: 'missing' | 'fail') =>
    changed([
      {
        name: '',
        moved: null,
        apply: (d) => void Object.assign(gateOf(d), { verdict: 'pass_with_exception', exception: 'EXC-0001', found }),
      },
    ])

  it('is no longer covered once the exception closes: that holds, and voids nothing', () => {
    const closed = (verdict: 'missing' | 'fail' | 'pass') =>
      changed([
        { name: '', moved: null, apply: (d) => void Object.assign(gateOf(d), { verdict }) },
        { name: '', moved: null, apply: (d) => void (d.exceptions = d.exceptions.filter(({ id }) => id !== 'EXC-0001')) },
      ])
    expect(movedInputs(covered('missing'), closed('missing'))).toEqual([])
    expect(movedInputs(covered('missing'), closed('pass'))).toEqual([])
    expect(movedInputs(covered('fail'), closed('fail'))).toEqual([])
  })

  it('is news when it fails after all', () => {
    expect(movedInputs(covered('missing'), covered('fail'))).toEqual([`The gate ${gateIds[0]} failed`])
  })
})

describe('what was sealed before exceptions and findings were known', () => {
  // Written out as it was sealed then: the text and its name stay what they are.
  const OLD =
    '{"baseline":null,"changes":[{"kind":"fix","reference":null,"summary":"Mixing no longer stutters"}],"contributors":[],"edge":{"from":"staging","id":"staging->prod","to":"prod"},"exceptions":[],"gates":[{"checklist":null,"evidence":null,"exception":null,"id":"drill","seenAt":null,"verdict":"pass"}],"number":1,"policy":{"hash":"b","version":1},"promotion":"PRM-0142","release":{"artefact":"app","buildDate":"2026-11-17T10:00:00.000Z","bundleApproved":true,"gitSha":"c","schemaBackwardCompatible":null,"version":"2.4.0"},"rollback":{"replaces":null,"rule":"Back.","snapshot":null},"slots":[],"system":"robodj","v":1,"window":null}'

  it('reads, stands and hashes as it did', () => {
    const dossier = JSON.parse(OLD) as Dossier
    expect(sealText(dossier)).toEqual({ canonical: OLD, hash: '9e94848a6f36ad55fe87ed80f154b2f956f2c2c75b70a4368ac9de9de927a186' })
    expect(movedInputs(dossier, structuredClone(dossier))).toEqual([])
  })

  it('has the same fields as one of today in which nothing deviates', () => {
    expect(Object.keys(dossierOf(aPromotion(), 1)).toSorted()).toEqual(Object.keys(JSON.parse(OLD)))
  })
})

describe('what deviates, as it is sealed', () => {
  it('exceptions with the four fields (000.32), the owner by id, reasons by digest (T40), in the order of their ids', () => {
    const known = [
      anException({ id: 'EXC-0040', profile: 'staging', endsAt: hours(-1) }),
      anException(),
      anException({ id: 'EXC-0050', profile: 'dev' }),
      anException({ id: 'EXC-0051', system: 'waxwatch' }),
      anException({ id: 'EXC-0052', status: 'filed', approvedAt: null }),
    ]
    const { exceptions } = dossierOf(aPromotion(deviating(known)), 1)
    expect(exceptions).toEqual([
      {
        id: 'EXC-0031',
        profile: 'prod',
        rule: 'runtime.launchPath',
        startsAt: hours(-30).toISOString(),
        endsAt: hours(24).toISOString(),
        owner: 'jonah',
        reason: '1'.repeat(64),
        remediation: '2'.repeat(64),
        sentence: 'Launch path is python; the policy says RoboDJ_Launcher.bat.',
        expired: false,
      },
      expect.objectContaining({ id: 'EXC-0040', profile: 'staging', expired: true }),
    ])
    expect(sealText(dossierOf(aPromotion(deviating(known)), 1)).canonical).not.toContain('Jonah')
  })

  it('open drift that nothing covers, without notes', () => {
    const findings = [
      aFinding(),
      aFinding({ id: 'FND-0008', rule: 'routes.dev', severity: 'warn', profile: 'staging' }),
      aFinding({ id: 'FND-0009', rule: 'variable.NEW', severity: 'note' }),
      aFinding({ id: 'FND-0010', rule: 'seeding', profile: 'dev' }),
    ]
    expect(dossierOf(aPromotion(deviating([], findings)), 1).drift?.map(({ id }) => id)).toEqual(['FND-0007', 'FND-0008'])
    expect(dossierOf(aPromotion(deviating([anException()], findings)), 1).drift?.map(({ id }) => id)).toEqual(['FND-0008'])
    expect(dossierOf(aPromotion(deviating([anException()], [aFinding()])), 1)).not.toHaveProperty('drift')
  })
})

describe('sealing', () => {
  /** The same value with its keys in another order, all the way down. */
  const shuffled = (value: unknown, order: (keys: string[]) => string[]): unknown => {
    if (Array.isArray(value)) return value.map((item) => shuffled(item, order))
    if (typeof value !== 'object' || value === null) return value
    const record = value as Record<string, unknown>
    return Object.fromEntries(order(Object.keys(record)).map((key) => [key, shuffled(record[key], order)]))
  }

  it('gives one text and one hash, in whatever order the keys came', () => {
    const { canonical, hash } = sealText(base)
    expect(hash).toBe(sha256Hex(canonical))
    expect(JSON.parse(canonical)).toEqual(base)
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(1_000)), (numbers) => {
        const order = (keys: string[]) =>
          keys
            .map((key) => [numbers.next().value as number, key] as const)
            .toSorted((a, b) => a[0] - b[0])
            .map(([, key]) => key)
        expect(sealText(shuffled(base, order) as Dossier)).toEqual({ canonical, hash })
      }),
      { numRuns: runs(50) },
    )
  })

  it('any change, material or not, gives another hash', () => {
    const hashes = [base, ...[...MATERIAL, ...IMMATERIAL].map((change) => changed([change]))].map((dossier) => sealText(dossier).hash)
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  it('the order of lists is part of what is signed', () => {
    expect(sealText({ ...base, slots: base.slots.toReversed() }).hash).not.toBe(sealText(base).hash)
  })

  it('text that is not in one normal form, or holds half a character, has no seal', () => {
    const withSummary = (summary: string) => ({ ...base, changes: [{ kind: 'fix', summary, reference: null }] })
    expect(() => sealText(withSummary('e\u0301'))).toThrow(/normal form/)
    expect(() => sealText(withSummary('\ud800'))).toThrow(/surrogate/)
    expect(sealText(withSummary('\u00e9 🚀')).hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('a dossier holds ids of principals, never a name (T40)', () => {
    const facts = aPromotion()
    const { canonical } = sealText(dossierOf(facts, 1))
    for (const name of [
      facts.openedBy.name,
      'Carl',
      'carl@example.org',
      ...facts.gates.flatMap((gate) => gate.evidence?.broughtBy.name ?? []),
    ])
      expect(canonical).not.toContain(name)
    expect(canonical).toContain('"principal":"carl"')
  })

  it('a gate in it names its verdict, what that rests on and when that was seen', () => {
    const [checklist, preflight] = aPromotion().gates
    expect(checklist && dossierGate(checklist)).toEqual({
      id: 'pre-release-checklist',
      verdict: 'pass',
      evidence: null,
      checklist: 'a'.repeat(64),
      exception: null,
      seenAt: hours(-1).toISOString(),
    })
    expect(preflight && dossierGate(preflight)).toMatchObject({
      id: 'secret-preflight',
      evidence: 'evidence-of-secret-preflight',
      checklist: null,
    })
  })

  it('gates judged only when a deployment starts are not in it', () => {
    expect(gateIds).toEqual(['pre-release-checklist', 'secret-preflight', 'rollback-drill', 'escalation-contacts'])
  })
})

describe('comparing two versions', () => {
  it('lists nothing for the same and one line for what differs', () => {
    expect(compareDossiers(base, structuredClone(base))).toEqual([])
    const after = changed([MATERIAL[3] as Change, MATERIAL[5] as Change, IMMATERIAL[2] as Change, IMMATERIAL[3] as Change])
    expect(compareDossiers(base, after)).toEqual([
      { field: 'Baseline', before: '2.3.0', after: '2.3.1' },
      { field: `Gate ${gateIds[0]}: verdict`, before: 'pass', after: 'fail' },
      { field: 'Exception EXC-0002', before: hours(48).toISOString(), after: 'none' },
      { field: 'Snapshot to go back to', before: hours(-5).toISOString(), after: hours(1).toISOString() },
    ])
  })

  it('shows every material change, in words', () => {
    for (const change of MATERIAL) {
      const differences = compareDossiers(base, changed([change]))
      expect(differences.length, change.name).toBeGreaterThan(0)
      for (const { field, before, after } of differences) {
        expect(before).not.toBe(after)
        expect(`${field} ${before} ${after}`).not.toMatch(/undefined|\[object/)
      }
    }
  })
})
