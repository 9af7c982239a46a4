import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { loadActivePolicy, loadGateIds, loadPolicyVersion } from '@/lib/db/load-policy'
import { edgeGates } from '@/lib/domain/gate'
import { policyHash } from '@/lib/domain/policy/hash'
import { readPolicy } from '@/lib/domain/policy/load'
import type { Policy } from '@/lib/domain/policy/schema'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { aPerson, aToken } from '../../../support/people'
import { CONSOLE, policyText, race, refusalOf, trail, trailLength } from '../../../support/scene'

const SYSTEMS = ['robodj', 'waxwatch', 'stack', 'dreichor']
const policyOf = (slug: string): Policy => readPolicy(policyText(slug), slug).policy as Policy
const described = (slug: string, words: string) => policyText(slug).replace(/^( {2}description: ).*$/m, `$1${words}`)

describe('the four policies', () => {
  beforeAll(async () => {
    const ctx = await openConsole()
    for (const slug of SYSTEMS) await applyPolicy(ctx, { text: policyText(slug), fileName: `policies/${slug}.yaml` })
  })

  it('the first version puts a system under governance, with state and trail together', async () => {
    const system = await db.system.findUniqueOrThrow({ where: { id: 'robodj' }, include: { versions: true } })
    const [version] = system.versions
    expect(system.versions).toHaveLength(1)
    expect(version).toMatchObject({
      number: 1,
      status: 'active',
      hash: policyHash(policyOf('robodj')),
      appliedById: CONSOLE.id,
      source: policyText('robodj'),
    })
    expect(await trail({ subject: 'robodj' })).toMatchObject([{ action: 'system.created', system: 'robodj', actor: { id: CONSOLE.id } }])
    expect(await trail({ subject: version?.id })).toMatchObject([
      {
        action: 'policy.applied',
        subject: { version: 1 },
        policy: version?.hash,
        before: null,
        after: { number: 1, hash: version?.hash, signed: false },
      },
    ])
  })

  it('the agents of RoboDJ exist as agents that nobody sponsors yet (000.22)', async () => {
    const agents = await db.principal.findMany({ where: { systemId: 'robodj', kind: 'agent' }, orderBy: { label: 'asc' } })
    expect(agents.map(({ label, sponsorId }) => [label, sponsorId])).toEqual([
      ['Release Manager Agent', null],
      ['SecOps Secrets Auditor Agent', null],
    ])
    expect((await trail({ action: 'principal.created' })).map(({ subject }) => subject.id)).toEqual(
      expect.arrayContaining(agents.map(({ id }) => id)),
    )
  })

  it.each(SYSTEMS)('the rows of %s say what the document says and nothing else', async (slug) => {
    const policy = policyOf(slug)
    const loaded = await loadActivePolicy(db, slug)
    expect(loaded.policy).toEqual(policy)
    expect(policyHash((await loadPolicyVersion(db, loaded.id)).policy)).toBe(loaded.hash)
    const where = { policyVersionId: loaded.id }
    const profiles = await db.profile.findMany({ where, orderBy: { position: 'asc' } })
    expect(
      profiles.map(({ key, name, class: profileClass, deployable, aliases }) => ({
        id: key,
        name,
        class: profileClass,
        deployable,
        aliases,
      })),
    ).toEqual(
      policy.profiles.map(({ id, name, class: profileClass, deployable, aliases }) => ({
        id,
        name,
        class: profileClass,
        deployable,
        aliases,
      })),
    )
    const edges = await db.promotionEdge.findMany({ where, include: { from: true, to: true, gates: { orderBy: { position: 'asc' } } } })
    for (const edge of policy.edges) {
      const row = edges.find(({ key }) => key === edge.id)
      expect([row?.from.key, row?.to.key, row?.contributorsMaySign]).toEqual([edge.from, edge.to, edge.signOff.contributorsMaySign])
      expect(
        row?.gates.map(({ key, title, kind, command, validFor, blocking, moments }) => ({
          key,
          title,
          kind,
          command,
          validFor,
          blocking,
          moments,
        })),
      ).toEqual(
        edgeGates(policy, edge).map(({ id, title, kind, command, validFor, blocking, moments }) => ({
          key: id,
          title,
          kind,
          command: command ?? null,
          validFor: validFor ?? null,
          blocking,
          moments: [...moments],
        })),
      )
    }
    expect(edges).toHaveLength(policy.edges.length)
    const slots = await db.signOffSlot.findMany({ where, orderBy: [{ subject: 'asc' }, { rule: 'asc' }, { position: 'asc' }] })
    const promotionSlots = slots
      .filter(({ subject }) => subject === 'promotion')
      .map(({ rule, key, title, roles, last }) => ({ rule, key, title, roles, last }))
    expect(promotionSlots).toEqual(
      policy.edges
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .flatMap((edge) =>
          edge.signOff.slots.map(({ id, title, roles, order }) => ({ rule: edge.id, key: id, title, roles, last: order === 'last' })),
        ),
    )
    const count = (subject: string) => slots.filter((slot) => slot.subject === subject).length
    const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0)
    expect(count('emergency')).toBe(sum(policy.edges.map((edge) => edge.emergency?.slots.length ?? 0)))
    expect(count('rotation')).toBe(sum(policy.rotation.ownership.map(({ approval }) => approval.slots.length)))
    expect(count('fallback')).toBe(
      sum(policy.rotation.ownership.map((ownership) => ownership.fallback?.slots.length ?? 0)) +
        sum(policy.rotation.breakGlass.map((entry) => entry.fallback.slots.length)),
    )
    expect(count('exception')).toBe(sum(policy.drift.tiers.map((tier) => tier.slots.length)))
    const ownerships = await db.rotationOwnership.findMany({ where, include: { profile: true, owners: true } })
    expect(
      new Set(
        ownerships.map(({ key, profile, secretGroup, ownersMode, method, maxAge, owners }) =>
          [key, profile.key, secretGroup, ownersMode, method, maxAge, owners.length].join(),
        ),
      ),
    ).toEqual(
      new Set(
        policy.rotation.ownership.map(({ id, profile, group, owners, method, maxAge }) =>
          [id, profile, group ?? null, owners.mode, method, maxAge ?? null, owners.slots.length].join(),
        ),
      ),
    )
    const mappings = await db.secretMapping.findMany({ where })
    expect(new Set(mappings.map(({ key, managerKey, variable, notes }) => [key, managerKey, variable, notes].join()))).toEqual(
      new Set(policy.secrets.mappings.map(({ id, managerKey, variable, notes }) => [id, managerKey, variable, notes].join())),
    )
    const cells = await db.constraintCell.findMany({ where, include: { profile: true } })
    expect(
      new Set(
        cells.map(({ concern, profile, level, moment, text, subject, qualifiers }) =>
          [concern, profile.key, level, moment, text, subject, qualifiers.join('/')].join('|'),
        ),
      ),
    ).toEqual(
      new Set(
        policy.constraints.flatMap(({ id, cells: grid }) =>
          Object.entries(grid).map(([profile, cell]) =>
            [id, profile, cell.level, cell.moment ?? null, cell.text, cell.subject ?? null, cell.qualifiers.join('/')].join('|'),
          ),
        ),
      ),
    )
    const variables = await db.variable.findMany({ where, orderBy: { position: 'asc' } })
    expect(variables.map(({ name, category, secret }) => ({ name, category, secret }))).toEqual(
      policy.variables.map(({ name, category, secret }) => ({ name, category, secret })),
    )
  })

  it('a constraint that holds before deployment is a gate of RoboDJ’s way to prod, judged when a deployment starts (000.8)', async () => {
    const loaded = await loadActivePolicy(db, 'robodj')
    const gates = await loadGateIds(db, loaded.id)
    const id = gates.get('staging->prod config-validation')
    expect(await db.promotionGate.findUniqueOrThrow({ where: { id } })).toMatchObject({
      kind: 'check',
      moments: ['deployment'],
      command: 'python config/validate_config.py',
    })
  })

  it('slots that nobody could fill are named as warnings and stop nothing', async () => {
    const { warnings, number } = await applyPolicy(await openConsole(), {
      text: described('robodj', 'Said again.'),
      fileName: 'robodj.yaml',
    })
    expect(number).toBe(2)
    expect(warnings).toContain('promotion staging->prod: SecOps: nobody holds SecOps of RoboDJ.')
    expect(warnings).toContain('rotation dev: Feature owner: nobody holds Engineer or Dev lead of RoboDJ.')
  })

  it('the next version supersedes the one before, whose rows stay', async () => {
    const versions = await db.policyVersion.findMany({
      where: { systemId: 'robodj' },
      orderBy: { number: 'asc' },
      include: { _count: { select: { profiles: true } } },
    })
    expect(versions.map(({ number, status, supersededAt, _count }) => [number, status, supersededAt !== null, _count.profiles])).toEqual([
      [1, 'superseded', true, 3],
      [2, 'active', false, 3],
    ])
    expect((await trail({ subject: versions[1]?.id }))[0]).toMatchObject({ before: { number: 1, hash: versions[0]?.hash } })
  })

  it('the active document again is refused; a superseded one comes back under a new number, as a rollback of a policy must (T34)', async () => {
    const before = await trailLength()
    const ctx = await openConsole()
    expect(await refusalOf(applyPolicy(ctx, { text: described('robodj', 'Said again.'), fileName: 'x.yaml' }))).toMatchObject({
      code: 'conflict',
      sentence: 'This is version 2 of RoboDJ, which is active. There is nothing to apply.',
    })
    expect(await trailLength()).toBe(before)
    const back = await applyPolicy(ctx, { text: policyText('robodj'), fileName: 'x.yaml' })
    const first = await db.policyVersion.findFirstOrThrow({ where: { systemId: 'robodj', number: 1 } })
    expect(back).toMatchObject({ number: 3, hash: first.hash })
  })

  it('every finding of a bad text comes with its place, and nothing is stored', async () => {
    const before = await trailLength()
    const text = policyText('dreichor')
      .replace('slug: dreichor', 'slug: dreichor\n  colour: red')
      .replace(/^ {4}to: prod$/m, '    to: nowhere')
    const refusal = await refusalOf(applyPolicy(await openConsole(), { text, fileName: 'policies/dreichor.yaml' }))
    expect(refusal.code).toBe('invalid')
    expect(refusal.details?.length).toBeGreaterThanOrEqual(2)
    for (const detail of refusal.details ?? []) expect(detail).toMatch(/^policies\/dreichor\.yaml:\d+:\d+ .+; expected /)
    expect(await trailLength()).toBe(before)
    expect(await db.policyVersion.count({ where: { systemId: 'dreichor' } })).toBe(1)
  })

  it('a policy that holds a secret value is refused without echoing it (T18)', async () => {
    const secret = ['ghp', 'R4nd0mMadeUpTok3nForATest1234567890ab'].join('_')
    const refusal = await refusalOf(
      applyPolicy(await openConsole(), { text: described('robodj', `Use ${secret}`), fileName: 'robodj.yaml' }),
    )
    expect(refusal.code).toBe('secret_refused')
    expect(JSON.stringify(refusal)).not.toContain(secret)
  })

  it('only an admin of the system applies; a token needs the scope and an admin as its maker', async () => {
    const before = await trailLength()
    const input = { text: described('stack', 'By somebody.'), fileName: 'stack.yaml' }
    const engineer = await aPerson('An engineer', ['engineer', 'release_manager'])
    const otherAdmin = await aPerson('Admin of another', ['admin'], 'robodj')
    const admin = await aPerson('Admin of this', ['admin'], 'stack')
    expect(await refusalOf(applyPolicy(engineer, input))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(applyPolicy(otherAdmin, input))).toMatchObject({ code: 'not_allowed' })
    expect(await refusalOf(applyPolicy(await aToken(admin, { scopes: ['read'] }), input))).toMatchObject({
      code: 'not_allowed',
      place: 'policy:apply',
    })
    expect(await refusalOf(applyPolicy(await aToken(engineer, { scopes: ['policy:apply'] }), input))).toMatchObject({ code: 'not_allowed' })
    expect(await trailLength()).toBe(before)
    expect(await applyPolicy(await aToken(admin, { scopes: ['policy:apply'], systemId: 'stack' }), input)).toMatchObject({ number: 2 })
  })
})

describe('two at once', () => {
  it('numbers stay dense and exactly one version is active', async () => {
    const ctx = await openConsole()
    const { won, lost } = await race(
      ...[1, 2, 3, 4].map((n) => applyPolicy(ctx, { text: described('waxwatch', `Race ${n}.`), fileName: 'w.yaml' })),
    )
    expect(lost).toEqual([])
    const versions = await db.policyVersion.findMany({ where: { systemId: 'waxwatch' }, orderBy: { number: 'asc' } })
    expect(versions.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
    expect(versions.filter(({ status }) => status === 'active').map(({ number }) => number)).toEqual([5])
    expect(new Set(won.map(({ number }) => number))).toEqual(new Set([2, 3, 4, 5]))
  })

  it('of the same document one is stored and the other is told', async () => {
    const ctx = await openConsole()
    const input = { text: described('dreichor', 'Twice at once.'), fileName: 'd.yaml' }
    const { won, lost } = await race(applyPolicy(ctx, input), applyPolicy(ctx, input))
    expect(won).toHaveLength(1)
    expect(lost).toMatchObject([{ code: 'conflict' }])
  })

  it('a new system comes into being once', async () => {
    const ctx = await openConsole()
    const text = (words: string) => described('dreichor', words).replace('slug: dreichor', 'slug: fifth')
    const { won } = await race(
      applyPolicy(ctx, { text: text('One.'), fileName: 'f.yaml' }),
      applyPolicy(ctx, { text: text('Two.'), fileName: 'f.yaml' }),
    )
    expect(won.map(({ number, created }) => [number, created]).sort()).toEqual([
      [1, true],
      [2, false],
    ])
    expect(await trail({ subject: 'fifth' })).toHaveLength(1)
  })
})
