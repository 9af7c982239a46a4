import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { getAttestations } from '@/lib/queries/attestations'
import { getEstate } from '@/lib/queries/estate'
import { getFinding } from '@/lib/queries/finding'
import { getFindingStart } from '@/lib/queries/finding-start'
import { getFindings } from '@/lib/queries/findings'
import { getIsolation } from '@/lib/queries/isolation'
import { getMatrixActs } from '@/lib/queries/matrix-acts'
import { getSystemHead, type SystemHead } from '@/lib/queries/system-head'
import { recordAttestationInput } from '@/lib/schemas/attestation'
import { acknowledgeFindingInput, raiseFindingInput, resolveFindingInput } from '@/lib/schemas/finding'
import { recordAttestation } from '@/lib/usecases/attestation/record-attestation'
import { acknowledgeFinding } from '@/lib/usecases/finding/acknowledge-finding'
import { raiseFinding } from '@/lib/usecases/finding/raise-finding'
import { resolveFinding } from '@/lib/usecases/finding/resolve-finding'
import { approveIt, fileIt } from '../../support/exceptions'
import { aReporter, observe, robodjStaging } from '../../support/observations'
import { aPerson } from '../../support/people'
import { aGovernedSystem, type Scene } from '../../support/scene'
import { countStatements } from '../../support/statements'

let robodj: Scene
let dreichor: Scene
let stack: Scene
let auditor: Ctx

const looker = (who: Ctx, now = new Date()) => ({ actor: who.actor, now })
const headOf = async (scene: Scene, who: Ctx = auditor, now = new Date()) =>
  (await getSystemHead(looker(who, now), scene.slug)) as SystemHead // made above
const cellOf = async (scene: Scene, row: string, profile: string, now = new Date()) =>
  (await headOf(scene, auditor, now)).groups
    .flatMap((group) => group.rows)
    .find(({ id }) => id === row)
    ?.cells.find((cell) => cell.profile === profile)
const page = { limit: 50, after: null } as const

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  dreichor = await aGovernedSystem('dreichor')
  stack = await aGovernedSystem('stack')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
}, 90_000)

describe('nothing reported', () => {
  it('an empty list says that nothing is known, not that all is well (ux.md section 5)', async () => {
    const view = await getFindings(looker(auditor), {}, page)
    expect(view).toMatchObject({ open: [], closed: [], counts: { open: 0 }, since: { lastClosed: null, firstReport: null } })
    expect((await cellOf(robodj, 'runtime.launchPath', 'staging'))?.state).toBe('waiting')
  })
})

describe('from a report to the screens', () => {
  it('met, then open drift with its finding, covered by an exception, and open again at its end (000.32)', async () => {
    const reporter = await aReporter(robodj)
    await observe(reporter, 'robodj', 'staging', robodjStaging())
    expect(await cellOf(robodj, 'runtime.launchPath', 'staging')).toMatchObject({ state: 'pass', known: 'seen' })
    expect((await getFindings(looker(auditor), {}, page)).since.firstReport).not.toBeNull()

    const launched = { ...robodjStaging().runtime, launchPath: 'python main.py --profile staging' }
    await observe(reporter, 'robodj', 'staging', robodjStaging({ runtime: launched }), { instance: 'stg-win-02' })
    const open = await cellOf(robodj, 'runtime.launchPath', 'staging')
    expect(open).toMatchObject({
      state: 'open-drift',
      known: 'python main.py --profile staging',
      observed: { instance: 'stg-win-02' },
      exception: null,
    })
    const id = open?.finding ?? ''
    const view = await getFindings(looker(auditor), {}, page)
    expect(view.counts).toEqual({ open: 1, holding: 1, covered: 0 })
    expect(view.open).toMatchObject([{ id, profile: 'staging', severity: 'block', exception: null }])
    const estate = (await getEstate(looker(auditor))).systems.find(({ slug }) => slug === 'robodj')
    expect(estate?.worst).toBe('open-drift')

    const filed = await fileIt(robodj, robodj.people.engineer, {
      profile: 'staging',
      rule: 'runtime.launchPath',
      finding: id,
      observed: 'python',
    })
    expect(await cellOf(robodj, 'runtime.launchPath', 'staging')).toMatchObject({
      state: 'open-drift',
      known: `python main.py --profile staging, ${filed.id} waits for approval`,
    })
    const row = await db.driftException.findUniqueOrThrow({ where: { id: filed.id } })
    const sealed = await db.sealedVersion.findFirstOrThrow({ where: { subjectId: filed.id } })
    const policy = (await headOf(robodj)).version.policy
    const slot = policy.drift.tiers.find((tier) => tier.id === row.tier)?.slots[0]
    await approveIt(robodj.people[slot?.roles[0] ?? 'management'], { id: filed.id, sealedHash: sealed.hash }, slot?.id ?? '')

    const covered = await cellOf(robodj, 'runtime.launchPath', 'staging')
    expect(covered).toMatchObject({ state: 'drift', exception: { id: filed.id, isCovering: true, owner: { name: 'The engineer' } } })
    const standing = (await headOf(robodj)).profiles.find(({ profile }) => profile === 'staging')
    expect(standing).toMatchObject({ state: 'drift', sentence: expect.stringMatching(/^1 exception, ends /) })
    expect((await getFindings(looker(auditor), { state: 'covered' }, page)).open.map((each) => each.id)).toEqual([id])
    expect((await getFindings(looker(auditor), { state: 'uncovered' }, page)).open).toEqual([])

    // The same facts a moment after the end: nothing had to run in between.
    const after = new Date(row.endsAt.getTime())
    expect(await cellOf(robodj, 'runtime.launchPath', 'staging', after)).toMatchObject({
      exception: { state: 'overdue', isCovering: false },
    })
    expect((await cellOf(robodj, 'runtime.launchPath', 'staging', after))?.state).not.toBe('drift')
    expect((await getFindings(looker(auditor, after), { state: 'uncovered' }, page)).open.map((each) => each.id)).toContain(id)
  })

  it('the inspector prints the exception, and says who may close it and what can never be excepted', async () => {
    const head = await headOf(robodj, robodj.people.management)
    const acts = await getMatrixActs(looker(robodj.people.management), head)
    const [told] = Object.values(acts.exceptions)
    expect(told?.sentence).toMatch(/owner The engineer; expected .* Tracing duplicate orders\. Remediation: Set it back and deploy again\./)
    expect(told?.whyNotClose?.sentence).toMatch(/The engineer, who owns it, or by a Release Manager/)
    expect(Object.values((await getMatrixActs(looker(robodj.people.release_manager), head)).exceptions)[0]?.whyNotClose).toBeNull()
    expect(Object.keys(acts.never).length).toBeGreaterThan(0)
    expect(acts.whyNotFile).toBeNull()
    const read = await headOf(robodj, robodj.people.auditor)
    expect((await getMatrixActs(looker(robodj.people.auditor), read)).whyNotFile?.sentence).toMatch(/Drift exceptions of RoboDJ are filed/)
  })

  it('a finding tells where it came from, what covers it, and its history; a stranger sees none (T23)', async () => {
    const [first] = (await getFindings(looker(auditor), {}, page)).open
    const detail = await getFinding(looker(robodj.people.engineer), first?.id ?? '')
    expect(detail).toMatchObject({
      profile: 'staging',
      rule: 'runtime.launchPath',
      instance: 'stg-win-02',
      report: { source: 'runtime' },
      ref: { title: 'Launch path' },
      whyNot: { acknowledge: null, except: null, resolve: { code: 'not_allowed' } },
    })
    expect(detail?.exceptions).toMatchObject([{ state: 'running', isCovering: true }])
    expect(detail?.record.rows.map(({ action }) => action)).toEqual(expect.arrayContaining(['finding.opened', 'exception.filed']))
    await acknowledgeFinding(robodj.people.engineer, acknowledgeFindingInput.parse({ finding: first?.id, note: 'The launcher hangs.' }))
    expect((await getFinding(looker(robodj.people.engineer), first?.id ?? ''))?.acknowledged).toMatchObject({
      by: { name: 'The engineer' },
      note: 'The launcher hangs.',
    })
    const stranger = await aPerson('Nobody Known', [])
    expect(await getFinding(looker(stranger), first?.id ?? '')).toBeNull()
    expect((await getFindings(looker(stranger), {}, page)).counts.open).toBe(0)
    expect(await getFinding(looker(auditor), 'FND-9999')).toBeNull()
  })

  it('closes by itself with the facts, and the closed ones come a page at a time', async () => {
    const reporter = await aReporter(dreichor)
    for (const name of ['one', 'two', 'three']) {
      await observe(reporter, 'dreichor', 'prod', { environment: { name: 'prod', label: name } })
      await observe(reporter, 'dreichor', 'prod', { environment: { name: 'prod', label: 'prod' } })
    }
    const closed = (after: Parameters<typeof getFindings>[2]['after']) =>
      getFindings(looker(auditor), { system: 'dreichor', state: 'closed' }, { limit: 2, after })
    const first = await closed(null)
    expect(first.closed).toHaveLength(2)
    expect(first.closed.every(({ closed: end }) => end?.how === 'facts')).toBe(true)
    const second = await closed(first.next)
    expect(second.closed.map(({ id }) => id)).not.toContain(first.closed[0]?.id)
    expect(second.next).toBeNull()
  })
})

describe('a conflict between documents (002.3)', () => {
  it('is of the whole system: on its head and the estate, resolved by somebody else', async () => {
    const start = await getFindingStart(looker(stack.people.engineer), { system: 'stack' })
    expect(start.chosen?.whyNot).toBeNull()
    const { id } = await raiseFinding(
      stack.people.engineer,
      raiseFindingInput.parse({
        system: 'stack',
        kind: 'conflict',
        document: start.chosen?.documents[0]?.id,
        title: 'Ports of the worker',
        expected: 'None',
        observed: 'The design says 9000',
      }),
    )
    const head = await headOf(stack)
    expect(head.ofAll).toMatchObject([{ id, kind: 'conflict' }])
    expect((await getEstate(looker(auditor))).systems.find(({ slug }) => slug === 'stack')).toMatchObject({ worst: 'open-drift' })
    expect((await getFindings(looker(auditor), { state: 'conflict' }, page)).open.map((each) => each.id)).toEqual([id])
    const mine = await getFinding(looker(stack.people.engineer), id)
    expect(mine).toMatchObject({ report: null, raisedBy: { name: 'The engineer' }, whyNot: { except: { code: 'policy_forbids' } } })
    expect(mine?.document?.title).toBe(start.chosen?.documents[0]?.title)
    await resolveFinding(stack.people.dev_lead, resolveFindingInput.parse({ finding: id, resolution: 'The design is brought in line.' }))
    expect((await headOf(stack)).ofAll).toEqual([])
    expect((await getFinding(looker(auditor), id))?.closed).toMatchObject({ how: 'resolved', resolution: 'The design is brought in line.' })
  })
})

describe('isolation (004.4)', () => {
  it('shows names by profile, and what two have in common on both', async () => {
    const reporter = await aReporter(dreichor)
    const isolation = (database: string) => ({ isolation: [{ resource: 'database', name: database }] })
    await observe(reporter, 'dreichor', 'dev', isolation('dreichor_dev'))
    await observe(reporter, 'dreichor', 'prod', isolation('dreichor_prod'))
    const database = async () =>
      (await getIsolation(looker(auditor), await headOf(dreichor))).resources.find(({ id }) => id === 'database')?.cells ?? []
    expect((await database()).map(({ standing, isAsWritten }) => [standing?.state, isAsWritten])).toEqual([
      ['pass', true],
      ['pass', true],
    ])
    await observe(reporter, 'dreichor', 'prod', isolation('dreichor_dev'))
    expect((await database()).map(({ reported }) => reported[0]?.sharedWith)).toEqual([['prod'], ['dev']])
    expect((await database())[1]).toMatchObject({ isAsWritten: false, expected: 'dreichor_prod', standing: { state: 'open-drift' } })
    expect((await getIsolation(looker(auditor), await headOf(dreichor))).resources.some(({ never }) => never !== null)).toBe(true)
  })
})

describe('attestations (002.14, 002.43, 002.44)', () => {
  it('who said so when, its owner and the next date; too old is stale, and what was said not to hold stays so', async () => {
    const view = async (now = new Date()) => getAttestations(looker(stack.people.release_manager, now), await headOf(stack))
    const place = async (now?: Date) => (await view(now)).attestations.find(({ topic }) => topic === 'attestation.hardening')?.places[0]
    expect(await place()).toMatchObject({ state: 'never', last: null })
    const owner = stack.people.secops.actor.id
    const say = (holds: boolean) =>
      recordAttestation(
        stack.people.secops,
        recordAttestationInput.parse({
          system: 'stack',
          topic: 'attestation.hardening',
          profile: 'production',
          holds,
          note: 'Looked at the headers.',
          owner,
        }),
      )
    await say(true)
    const met = await place()
    expect(met).toMatchObject({ state: 'met', last: { by: { name: 'The secops' }, note: 'Looked at the headers.' } })
    expect((await place(met?.last?.nextDueAt))?.state).toBe('due')
    await say(false)
    expect(await place()).toMatchObject({ state: 'violated', earlier: [{ holds: true }] })
    const shown = await view()
    expect(shown.acceptance.length).toBeGreaterThan(0)
    expect(shown.owners.map(({ id }) => id)).toContain(owner)
    expect(shown.whyNotFlag?.code).toBe('policy_forbids')
  })

  it('the matrix page costs a number of statements that does not grow with reports', async () => {
    const look = async () => getMatrixActs(looker(auditor), await headOf(robodj))
    // A new connection of the pool says what it is first, so the least of a few looks is what a look costs.
    const cost = async () => {
      let least = Number.POSITIVE_INFINITY
      for (let times = 0; times < 4; times += 1) least = Math.min(least, (await countStatements(look)).statements)
      return least
    }
    const before = await cost()
    const reporter = await aReporter(robodj)
    for (let count = 0; count < 5; count += 1) await observe(reporter, 'robodj', 'staging', robodjStaging(), { instance: `stg-${count}` })
    expect(await cost()).toBe(before)
  })
})
