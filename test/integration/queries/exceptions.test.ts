import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import { type ExceptionDetail, getException } from '@/lib/queries/exception'
import { type ExceptionCeremony, getExceptionCeremony } from '@/lib/queries/exception-ceremony'
import { getExceptionStart } from '@/lib/queries/exception-new'
import { type ExceptionFilter, type ExceptionPosition, type ExceptionsView, getExceptions } from '@/lib/queries/exceptions'
import { getInbox } from '@/lib/queries/inbox'
import { getSignOffReceipt } from '@/lib/queries/sign-off-receipt'
import { withdrawExtensionInput } from '@/lib/schemas/exception'
import { withdrawApproval } from '@/lib/usecases/approval/withdraw-approval'
import { withdrawException } from '@/lib/usecases/exception/withdraw-exception'
import { withdrawExtension } from '@/lib/usecases/exception/withdraw-extension'
import { approveIt, closeIt, declineIt, extendIt, fileIt, isoIn, passTimeOf } from '../../support/exceptions'
import { aGovernedSystem, refusalOf, type Scene, trail } from '../../support/scene'
import { countStatements } from '../../support/statements'

let robodj: Scene
let dreichor: Scene
let outsider: Ctx
const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const list = (who: Ctx, filter: ExceptionFilter = {}, after: ExceptionPosition | null = null, limit = 25) =>
  getExceptions(looker(who), filter, { limit, after })
const idsOf = ({ open, ended }: ExceptionsView) => [...open, ...ended].map(({ id }) => id)

async function detail(who: Ctx, id: string): Promise<ExceptionDetail> {
  const found = await getException(looker(who), id)
  if (!found) throw new Error(`There is no ${id}`)
  return found
}
async function ceremony(who: Ctx, id: string, asked: { slot?: string; read?: number } = {}): Promise<ExceptionCeremony> {
  const found = await getExceptionCeremony(looker(who), id, 'approve', asked)
  if (!found || !('slot' in found)) throw new Error('There is no ceremony')
  return found
}

/** A finding as the ingest would write it. */
async function aFinding(system: string, profile: string, rule: string, observed: string, hoursAgo: number): Promise<string> {
  const { id } = await db.finding.create({
    data: {
      systemId: system,
      profileKey: profile,
      rule,
      kind: 'drift',
      severity: 'block',
      title: rule,
      expected: 'as it says',
      observed,
      openedAt: new Date(Date.now() - hoursAgo * 3_600_000),
    },
    select: { id: true },
  })
  return id
}

beforeAll(async () => {
  robodj = await aGovernedSystem('robodj')
  dreichor = await aGovernedSystem('dreichor')
  outsider = (await aGovernedSystem('stack')).people.secops
}, 90_000)

describe('the list of exceptions', () => {
  let overdue: string
  let running: string
  let filed: string
  let closed: string
  let rejected: string

  beforeAll(async () => {
    const { engineer, release_manager: manager } = robodj.people
    running = (await fileIt(robodj, engineer, { profile: 'dev', rule: 'runtime.launchPath', until: isoIn(20) })).id
    overdue = (await fileIt(robodj, engineer, { profile: 'dev', rule: 'runtime.dataSource', until: isoIn(10) })).id
    await passTimeOf(overdue, '12 hours')
    filed = (await fileIt(robodj, engineer, { profile: 'staging', rule: 'runtime.launchPath', until: isoIn(30) })).id
    closed = (await fileIt(robodj, engineer, { profile: 'dev', rule: 'runtime.primaryRuntime' })).id
    await closeIt(engineer, closed)
    const asked = await fileIt(robodj, engineer, { profile: 'staging', rule: 'runtime.primaryRuntime' })
    await declineIt(manager, asked, 'release-manager')
    rejected = asked.id
    await passTimeOf(closed, '2 days')
  })

  it('has what is overdue first, then by the end, then what has ended, newest first (000.32)', async () => {
    const view = await list(robodj.people.auditor)
    expect(view.open.map(({ id }) => id)).toEqual([overdue, running, filed])
    expect(view.ended.map(({ id }) => id)).toEqual([rejected, closed])
    expect(view.open.map(({ state }) => state)).toEqual(['overdue', 'running', 'filed'])
    expect(view.open[2]).toMatchObject({
      waitsFor: ['Release Manager'],
      profile: { id: 'staging', class: 'pre-production' },
      title: 'Launch path',
      covers: true,
    })
    expect(view.counts).toEqual({ overdue: 1, running: 1, filed: 1, closed: 1, rejected: 1, withdrawn: 0 })
    expect(view.lastEnded?.id).toBe(rejected)
    expect(view.next).toBeNull()
  })

  it('is narrowed to a system and to a state', async () => {
    expect(idsOf(await list(robodj.people.auditor, { state: 'overdue' }))).toEqual([overdue])
    expect(idsOf(await list(robodj.people.auditor, { state: 'open' }))).toEqual([overdue, running, filed])
    expect(idsOf(await list(robodj.people.auditor, { state: 'running' }))).toEqual([running])
    expect(idsOf(await list(robodj.people.auditor, { state: 'filed' }))).toEqual([filed])
    expect(idsOf(await list(robodj.people.auditor, { state: 'closed' }))).toEqual([closed])
    expect(idsOf(await list(robodj.people.auditor, { state: 'withdrawn' }))).toEqual([])
    expect(idsOf(await list(robodj.people.auditor, { system: 'stack' }))).toEqual([])
  })

  it('has what waits on the table of whoever may approve it, and of nobody else', async () => {
    const waiting = async (who: Ctx) => (await getInbox(looker(who))).rows.filter(({ kind }) => kind === 'except').map(({ key }) => key)
    expect(await waiting(robodj.people.release_manager)).toEqual([`except ${filed}`])
    expect(await waiting(robodj.people.engineer)).toEqual([])
    expect(await waiting(outsider)).toEqual([])
  })

  it('goes through both parts page by page, each row once (T39)', async () => {
    const seen: string[] = []
    let after: ExceptionPosition | null = null
    for (let page = 0; page < 10; page++) {
      const view: ExceptionsView = await list(robodj.people.auditor, {}, after, 2)
      seen.push(...idsOf(view))
      after = view.next
      if (!after) break
    }
    expect(seen).toEqual([overdue, running, filed, rejected, closed])
    const whole: string[] = []
    for (let next: ExceptionPosition | null = null, first = true; first || next; first = false) {
      const view: ExceptionsView = await list(robodj.people.auditor, {}, next, 1)
      whole.push(...idsOf(view))
      next = view.next
    }
    expect(whole).toEqual(seen)
  })

  it('asks the database as often for many as for few, whatever waits among them (T39)', async () => {
    const { engineer, auditor } = robodj.people
    await list(auditor) // policies are kept in memory after the first look
    const few = await countStatements(() => list(auditor))
    const more = [
      await fileIt(robodj, engineer, { profile: 'staging', rule: 'runtime.dataSource' }),
      await fileIt(robodj, engineer, { profile: 'prod', rule: 'runtime.launchPath' }),
      await fileIt(robodj, engineer, { profile: 'dev', rule: 'constraint.backup-snapshots' }),
    ]
    const many = await countStatements(() => list(auditor))
    expect(idsOf(many.result)).toHaveLength(idsOf(few.result).length + more.length)
    // Three more, two of them waiting, and at most one statement more: none is asked for by itself.
    expect(many.statements).toBeLessThanOrEqual(few.statements + 1)
    expect(many.statements).toBeLessThanOrEqual(45)
    for (const { id } of more.slice(0, 2)) await withdrawException(engineer, { exception: id, reason: 'A trial.' })
    for (const { id } of more.slice(2)) await closeIt(engineer, id)
    for (const { id } of more) await passTimeOf(id, '100 days')
  })

  it('counts what was open day by day: the last day is now (ux.md section 21)', async () => {
    const { days } = await list(robodj.people.auditor)
    expect(days).toHaveLength(43)
    expect(days.at(-1)?.open).toBe(3)
    expect(days[0]?.open).toBe(0)
    // The closed one was filed and closed two days ago; the overdue one was filed 12 hours back.
    expect(days.slice(0, -3).every(({ open }) => open === 0)).toBe(true)
  })

  it('shows the budget of a system whose policy sets one, with the days that are used', async () => {
    const version = await db.policyVersion.findFirstOrThrow({ where: { systemId: 'robodj', status: 'active' } })
    const { budget } = (version.document as { drift: { budget?: { days: number } } }).drift
    const { budgets } = await list(robodj.people.auditor)
    expect(budgets.map(({ slug }) => slug)).toEqual(budget ? ['robodj'] : [])
    if (budget) {
      expect(budgets[0]?.budget.days).toBe(budget.days)
      expect(budgets[0]?.budget.spent).toBeGreaterThan(0.5)
    }
  })

  it('shows nothing of a system somebody may not see (T23)', async () => {
    const view = await list(outsider)
    expect(idsOf(view)).toEqual([])
    expect(view.counts.overdue).toBe(0)
    expect(view.days.every(({ open }) => open === 0)).toBe(true)
    expect(await getException(looker(outsider), running)).toBeNull()
    expect(await getExceptionCeremony(looker(outsider), filed, 'approve', {})).toBeNull()
    expect((await getExceptionStart(looker(outsider), { system: 'robodj' })).system?.slug).toBe('stack')
  })
})

describe('the form of an exception', () => {
  it('offers the rules of each profile, with tiers, people and whoever answers (000.32)', async () => {
    const start = await getExceptionStart(looker(dreichor.people.engineer), { system: 'dreichor' })
    expect(start.system?.slug).toBe('dreichor')
    expect(start.whyNot).toBeNull()
    expect(start.chosen).toBeNull()
    expect(start.owners[0]).toEqual({ id: dreichor.people.engineer.actor.id, name: 'The engineer' })
    expect(start.owners.map(({ name }) => name)).not.toContain('The auditor')
    expect(start.owners.map(({ name }) => name)).not.toContain('The admin')
    const level = start.rules.filter(({ key }) => key === 'variable.LOG_LEVEL')
    expect(level.map(({ profile, needsSignature }) => [profile, needsSignature])).toEqual([
      ['dev', false],
      ['prod', true],
    ])
    expect(start.tiers.map(({ slots }) => slots.map(({ title, who }) => [title, who]))).toEqual([
      [],
      [
        ['Release Manager', ['The release manager']],
        ['SecOps', ['The secops']],
      ],
    ])
    expect(start.rules.find(({ key }) => key === 'constraint.shared-state')?.never).toMatchObject({
      ways: expect.arrayContaining([expect.objectContaining({ kind: 'policy-change' })]),
    })
  })

  it('is prefilled from a finding, whatever the address claims, and from a cell', async () => {
    const finding = await aFinding('dreichor', 'prod', 'variable.LOG_LEVEL', 'debug', 3)
    const start = await getExceptionStart(looker(dreichor.people.engineer), { finding, observed: 'something else', system: 'stack' })
    expect(start.chosen).toEqual({ profile: 'prod', rule: 'variable.LOG_LEVEL', observed: 'debug', finding })
    const offer = start.rules.find(({ key, profile }) => key === 'variable.LOG_LEVEL' && profile === 'prod')
    expect(offer?.finding).toMatchObject({ id: finding, observed: 'debug' })
    const cell = await getExceptionStart(looker(dreichor.people.engineer), {
      system: 'dreichor',
      profile: 'dev',
      rule: 'runtime.launchPath',
      observed: 'by hand',
    })
    expect(cell.chosen).toEqual({ profile: 'dev', rule: 'runtime.launchPath', observed: 'by hand', finding: null })
    expect((await getExceptionStart(looker(outsider), { finding })).chosen).toBeNull()
    expect(
      (await getExceptionStart(looker(dreichor.people.engineer), { system: 'dreichor', profile: 'prod', rule: 'variable.NO_SUCH' })).chosen,
    ).toMatchObject({ rule: '' })
  })

  it('knows what is open from a rule already, and what was before, newest first and three at most', async () => {
    const what = { profile: 'dev', rule: 'runtime.launchPath' }
    const before: string[] = []
    for (let count = 0; count < 4; count++) {
      const { id } = await fileIt(dreichor, dreichor.people.engineer, { ...what, reason: `Reason number ${count}.` })
      await closeIt(dreichor.people.engineer, id)
      before.push(id)
    }
    const open = await fileIt(dreichor, dreichor.people.engineer, what)
    const start = await getExceptionStart(looker(dreichor.people.engineer), { system: 'dreichor' })
    const offer = start.rules.find(({ key, profile }) => key === what.rule && profile === what.profile)
    expect(offer?.open).toMatchObject({ id: open.id, status: 'approved' })
    // The open one is the newest of the three that are read.
    expect(offer?.previous.map(({ id }) => id)).toEqual(before.toReversed().slice(0, 2))
    expect(offer?.previous[0]).toMatchObject({
      reason: 'Reason number 3.',
      remediation: 'Set it back and deploy again.',
      owner: 'The engineer',
      status: 'closed',
    })
    await closeIt(dreichor.people.engineer, open.id)
  })

  it('says to auditor and admin why they file nothing', async () => {
    expect((await getExceptionStart(looker(dreichor.people.auditor), { system: 'dreichor' })).whyNot?.code).toBe('not_allowed')
    expect((await getExceptionStart(looker(dreichor.people.admin), { system: 'dreichor' })).whyNot?.code).toBe('not_allowed')
  })

  it('takes as many statements with exceptions and findings as without', async () => {
    const with_ = await countStatements(() => getExceptionStart(looker(dreichor.people.engineer), { system: 'dreichor' }))
    const without = await countStatements(() => getExceptionStart(looker(outsider), { system: 'stack' }))
    expect(Math.abs(with_.statements - without.statements)).toBeLessThanOrEqual(2)
  })
})

describe('an exception on its page', () => {
  it('goes from filed over approved and extended to closed, with each end, slot, condition and entry of the record', async () => {
    const { engineer, release_manager: manager, secops, auditor } = dreichor.people
    const filed = await fileIt(dreichor, engineer, { profile: 'prod', rule: 'constraint.environment-owned' })
    const waiting = await detail(manager, filed.id)
    expect(waiting.state).toBe('filed')
    expect(waiting.standing).toBe('Waits for Release Manager and SecOps.')
    expect(waiting.slots.map(({ title, who, signed }) => [title, who, signed])).toEqual([
      ['Release Manager', ['The release manager'], null],
      ['SecOps', ['The secops'], null],
    ])
    expect(waiting.slots[0]?.whyNotApprove).toBeNull()
    expect(waiting.whyNot.withdraw?.code).toBe('not_allowed')
    expect((await detail(engineer, filed.id)).whyNot.withdraw).toBeNull()
    // Whoever filed it reads which rule stands in the way (separation of duties).
    expect((await detail(engineer, filed.id)).slots[0]?.whyNotApprove).toMatchObject({ code: 'not_allowed' })
    expect((await detail(auditor, filed.id)).isReadOnly).toBe(true)

    await approveIt(manager, filed, 'release-manager', ['The paper adapter only.'])
    expect((await detail(secops, filed.id)).slots.map(({ signed }) => signed?.name ?? null)).toEqual(['The release manager', null])
    await approveIt(secops, filed, 'secops')
    const running = await detail(engineer, filed.id)
    expect(running.state).toBe('running')
    expect(running.slots).toEqual([])
    expect(running.facts.conditions.map(({ text }) => text)).toEqual(['The paper adapter only.'])
    expect(running.facts.history).toHaveLength(1)
    expect(running.whyNot).toMatchObject({ extend: null, close: null })
    expect(running.whyNot.addCondition?.code).toBe('not_allowed')
    expect((await detail(secops, filed.id)).whyNot.addCondition).toBeNull()
    expect((await detail(secops, filed.id)).whyNot.close?.code).toBe('not_allowed')

    const asked = await extendIt(engineer, filed.id, 48)
    const longer = await detail(secops, filed.id)
    expect(longer.facts.asked?.reason).toBe('The vendor needs longer.')
    expect(longer.slots.map(({ title, whyNotApprove }) => [title, whyNotApprove === null])).toEqual([
      ['Release Manager', false],
      ['SecOps', true],
    ])
    expect(longer.whyNot.extend?.code).toBe('not_allowed')
    expect((await detail(engineer, filed.id)).whyNot.extend?.code).toBe('conflict')
    await withdrawExtension(engineer, withdrawExtensionInput.parse({ exception: filed.id }))
    const again = await extendIt(engineer, filed.id, 48)
    expect(again.number).toBe(asked.number + 1)
    await approveIt(manager, again, 'release-manager')
    await approveIt(secops, again, 'secops')
    const extended = await detail(engineer, filed.id)
    expect(extended.facts.extensions).toBe(1)
    expect(extended.facts.history.map(({ number }) => number)).toEqual([1, 2])
    expect(extended.facts.history[0]?.until.getTime()).toBeLessThan(extended.facts.endsAt.getTime())

    await closeIt(engineer, filed.id)
    const closed = await detail(auditor, filed.id)
    expect(closed.state).toBe('closed')
    expect(closed.facts.closed).toMatchObject({ link: 'https://ci.example.org/runs/4711', note: 'Set back and deployed.' })
    expect(closed.history.rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        'exception.filed',
        'exception.approved',
        'exception.took_effect',
        'exception.extension_asked',
        'exception.extended',
        'exception.closed',
      ]),
    )
    expect(closed.versions.map(({ number }) => number)).toEqual([3, 2, 1])
  })

  it('takes a bounded number of statements', async () => {
    const { id } = await db.driftException.findFirstOrThrow({ where: { systemId: 'dreichor', extensions: 1 }, select: { id: true } })
    const { statements } = await countStatements(() => detail(dreichor.people.engineer, id))
    expect(statements).toBeLessThanOrEqual(45)
  })

  it('offers the observations made since it was filed for its closing', async () => {
    const filed = await fileIt(dreichor, dreichor.people.engineer, { profile: 'dev', rule: 'runtime.dataSource' })
    expect((await detail(dreichor.people.engineer, filed.id)).observations).toEqual([])
    const { id } = await db.observation.create({
      data: {
        systemId: 'dreichor',
        profileKey: 'dev',
        instance: 'dev-1',
        source: 'runtime',
        facts: {},
        digest: 'a'.repeat(64),
        observedById: dreichor.people.engineer.actor.id,
        observedForId: dreichor.people.engineer.actor.id,
        recordedAt: new Date(Date.now() + 1000),
      },
      select: { id: true },
    })
    expect((await detail(dreichor.people.engineer, filed.id)).observations).toMatchObject([{ id, source: 'runtime' }])
    await closeIt(dreichor.people.engineer, filed.id)
  })
})

describe('the ceremony of an exception', () => {
  it('shows the sealed text whose hash a browser computes, its words, and why one may (000.24)', async () => {
    const filed = await fileIt(dreichor, dreichor.people.engineer, { profile: 'prod', rule: 'variable.DATABASE_URL' })
    const seen = await ceremony(dreichor.people.secops, filed.id)
    expect(seen.slot).toEqual({ key: 'secops', title: 'SecOps' })
    expect(sha256Hex(seen.sealed.canonical)).toBe(filed.sealedHash)
    expect(seen.sealed.hash).toBe(filed.sealedHash)
    expect(seen.statement).toContain('I, The secops, as SecOps, approve')
    expect(Object.values(seen.texts)).toEqual(expect.arrayContaining(['Tracing duplicate orders.', 'Set it back and deploy again.']))
    expect(Object.values(seen.names)).toContain('The engineer')
    expect(seen.whyNot).toBeNull()
    expect(seen.lines.every(({ holds }) => holds)).toBe(true)
    expect((await ceremony(dreichor.people.engineer, filed.id)).whyNot?.code).toBe('not_allowed')
    expect((await ceremony(dreichor.people.secops, filed.id, { slot: 'no-such' })).whyNot?.code).toBe('not_found')
    // Another version than the one that was read: nothing is kept.
    expect(await getExceptionCeremony(looker(dreichor.people.secops), filed.id, 'approve', { read: 9 })).toEqual({
      exception: filed.id,
      read: 9,
      live: 1,
    })
    await declineIt(dreichor.people.secops, filed, 'secops')
    expect(await getExceptionCeremony(looker(dreichor.people.secops), filed.id, 'approve', {})).toEqual({
      exception: filed.id,
      read: 0,
      live: null,
    })
  })

  it('leaves a receipt, and the approval can be taken back while others are awaited, and no longer (T07)', async () => {
    const { engineer, release_manager: manager, secops } = dreichor.people
    const filed = await fileIt(dreichor, engineer, { profile: 'prod', rule: 'runtime.launchPath' })
    const first = await approveIt(secops, filed, 'secops')
    const receipt = await getSignOffReceipt(looker(secops), first.id)
    expect(receipt?.subject).toMatchObject({ kind: 'exception', id: filed.id, what: 'Launch path', standing: 'Waits for signatures' })
    expect(receipt).toMatchObject({
      signed: 1,
      next: { capacity: 'Release Manager', who: [{ name: 'The release manager' }] },
      whyNotWithdraw: null,
    })
    expect(receipt?.entry).not.toBeNull()
    expect(await getSignOffReceipt(looker(outsider), first.id)).toBeNull()
    expect((await refusalOf(withdrawApproval(manager, { signOff: first.id, reason: 'Not mine.' }))).code).toBe('not_allowed')
    expect(await withdrawApproval(secops, { signOff: first.id, reason: 'I read the wrong profile.' })).toEqual({
      subject: 'exception',
      id: filed.id,
    })
    expect((await trail({ subject: first.id, action: 'sign_off.withdrawn' }))[0]?.after).toMatchObject({
      exception: filed.id,
      slot: 'secops',
    })
    const second = await approveIt(secops, filed, 'secops')
    await approveIt(manager, filed, 'release-manager')
    expect((await refusalOf(withdrawApproval(secops, { signOff: second.id, reason: 'Too late.' }))).code).toBe('wrong_state')
    expect((await getSignOffReceipt(looker(secops), second.id))?.whyNotWithdraw?.code).toBe('wrong_state')
  })
})
