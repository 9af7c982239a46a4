import { describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/context'
import { exceptionSlots } from '@/lib/domain/exception-approval'
import {
  type ClosingEvidence,
  type ExceptionRequest,
  type FindingNamed,
  MAX_AHEAD_DAYS,
  MAX_CONDITIONS,
  type OwnerCandidate,
  sinceOf,
  stateInWords,
  waysInstead,
  whyNever,
  whyNotAddCondition,
  whyNotApproveException,
  whyNotClose,
  whyNotDeclineException,
  whyNotExcept,
  whyNotExtendException,
  whyNotFile,
  whyNotWithdrawException,
  whyNotWithdrawExtension,
} from '@/lib/domain/exception-guards'
import { ROLES } from '@/lib/domain/roles'
import { loadPolicy } from '../policy/policies'
import { acting, anException, at, person, refOf, T } from './exception-facts'

const robodj = loadPolicy('robodj')
const SYSTEM = { id: 'robodj', name: 'RoboDJ' }
const HASH = 'c'.repeat(64)
const RM = 'release-manager'

const rm = acting('rm', ['release_manager'], 'robodj')
const management = acting('management', ['management'], 'robodj')
const engineer = acting('engineer', ['engineer'], 'robodj')
const owner = acting('owner', ['engineer'], 'robodj')
const filer = acting('filer', ['engineer'], 'robodj')
const stranger = acting('stranger', ['release_manager', 'engineer'], 'stack')
const aToken = (countsAsId: string, scopes: string[], systemId: string | null = 'robodj'): Actor =>
  acting('token', ['engineer'], 'robodj', { kind: 'token', countsAsId, token: { id: 't', systemId, scopes, gates: [] } })

const ownerOf = (who: Actor, more: Partial<OwnerCandidate> = {}): OwnerCandidate => ({ ...who, systemId: null, isRetired: false, ...more })
const request = (more: Partial<ExceptionRequest> = {}): ExceptionRequest => ({
  policy: robodj,
  ref: refOf(robodj, 'staging', 'runtime.launchPath'),
  startsAt: at(-1),
  until: at(24),
  owner: ownerOf(owner),
  finding: null,
  ...more,
})
const except = (more: Partial<ExceptionRequest> = {}) => whyNotExcept(request(more), SYSTEM, T)
const DAY = 24

const running = anException(robodj, { profile: 'staging', rule: 'runtime.launchPath', tier: 'medium' })
const filed: typeof running = { ...running, status: 'filed', approvedAt: null }
const asked = {
  ...running,
  asked: { until: at(400), tier: robodj.drift.tiers[2] as (typeof robodj.drift.tiers)[number], reason: 'Later.' },
  sealed: { ...(running.sealed as NonNullable<typeof running.sealed>), requester: person('filer') },
}

describe('who files', () => {
  it('everybody but auditor and admin, on their system; a token with the scope', () => {
    const may = ROLES.filter((role) => whyNotFile(acting('x', [role], 'robodj'), SYSTEM, T) === null)
    expect(ROLES.filter((role) => !may.includes(role))).toEqual(['auditor', 'admin'])
    expect(whyNotFile(stranger, SYSTEM, T)?.code).toBe('not_allowed')
    expect(whyNotFile(aToken('x', ['exception:file']), SYSTEM, T)).toBeNull()
    expect(whyNotFile(aToken('x', ['read']), SYSTEM, T)).toMatchObject({ code: 'not_allowed', place: 'exception:file' })
    expect(whyNotFile(aToken('x', ['exception:file'], 'stack'), SYSTEM, T)?.code).toBe('not_found')
  })
})

describe('what may be filed (000.32)', () => {
  it('a deviation with its time, an end, and an owner', () => expect(except()).toBeNull())

  it('an end after the start, to come, and at most a year ahead', () => {
    expect(except({ until: at(-2) })).toMatchObject({
      code: 'invalid',
      place: 'until',
      sentence: expect.stringContaining('before the start'),
    })
    expect(except({ startsAt: at(-5), until: at(-1) })?.sentence).toContain('in the past')
    expect(except({ until: new Date('2099-01-01T00:00:00Z') })).toMatchObject({
      place: 'until',
      sentence: expect.stringContaining('366 days'),
    })
    expect(except({ until: at(MAX_AHEAD_DAYS * DAY) })).toBeNull()
    expect(except({ until: at(MAX_AHEAD_DAYS * DAY + 1) })?.code).toBe('invalid')
  })

  it('a start that is not in the future, nor lost in the past; a clock may be a minute ahead', () => {
    expect(except({ startsAt: at(1) })).toMatchObject({ code: 'invalid', place: 'startsAt' })
    expect(except({ startsAt: at(0.01) })).toBeNull()
    expect(except({ startsAt: new Date('1999-01-01T00:00:00Z') })).toMatchObject({ code: 'invalid', place: 'startsAt' })
    expect(except({ startsAt: at(-400 * DAY) })).toBeNull()
  })

  it('counted since a finding saw it, so that a late start buys no shorter tier', () => {
    const finding: FindingNamed = {
      id: 'FND-0001',
      system: 'robodj',
      profile: 'staging',
      rule: 'runtime.launchPath',
      kind: 'drift',
      openedAt: at(-200),
      closedAt: null,
    }
    expect(sinceOf({ startsAt: at(-1), finding })).toEqual(at(-200))
    expect(sinceOf({ startsAt: at(-300), finding })).toEqual(at(-300))
    expect(except({ finding })).toBeNull()
    expect(except({ finding: { ...finding, profile: 'prod' } })).toMatchObject({ code: 'invalid', place: 'finding' })
    expect(except({ finding: { ...finding, kind: 'conflict' } })).toMatchObject({ code: 'policy_forbids', place: 'finding' })
    expect(except({ finding: { ...finding, closedAt: T } })?.code).toBe('wrong_state')
  })

  it('a person or agent with a role on the system as its owner; no auditor, admin, stranger, pipeline or retired person', () => {
    expect(except({ owner: null })).toMatchObject({ code: 'not_found', place: 'owner' })
    for (const who of [acting('a', ['auditor', 'admin'], 'robodj'), stranger])
      expect(except({ owner: ownerOf(who) })).toMatchObject({ code: 'invalid', place: 'owner' })
    expect(except({ owner: ownerOf(owner, { isRetired: true }) })?.code).toBe('not_found')
    expect(except({ owner: ownerOf(aToken('x', [])) })?.sentence).toContain('A pipeline owns nothing')
    const agent = acting('agent', [], null, { kind: 'agent' })
    expect(except({ owner: ownerOf(agent, { systemId: 'robodj' }) })).toBeNull()
    expect(except({ owner: ownerOf(agent, { systemId: 'stack' }) })?.code).toBe('invalid')
  })

  it('nothing that the policy never excepts: it explains and offers what is possible', () => {
    const never = except({ ref: refOf(robodj, 'prod', 'constraint.secret-handling') })
    expect(never).toMatchObject({ code: 'policy_forbids', place: 'rule' })
    expect(never?.sentence).toMatch(/^No exception covers this: Plaintext secrets in the repository\. \S/)
    expect(never?.details?.at(-1)).toContain('change of the policy')
    const entry = robodj.drift.neverExceptable[0] as (typeof robodj.drift.neverExceptable)[number]
    const ways = waysInstead(robodj, { profile: 'prod' }, { ...entry, instead: 'Rotate the key' })
    expect(ways.map(({ kind }) => kind)).toEqual(['fix', 'break-glass', 'policy-change'])
    expect(ways[0]?.sentence).toBe('Rotate the key.')
    expect(ways[1]?.rule).toBe('prod')
    expect(waysInstead(robodj, { profile: 'prod' }, { ...entry, instead: undefined })[0]?.sentence).toMatch(/^Mend it: /)
    expect(whyNever(robodj, refOf(robodj, 'staging', 'runtime.launchPath'))).toBeNull()
  })

  it('nothing longer than the policy has a tier for, and no disagreement that nobody found', () => {
    const policy = { ...robodj, drift: { ...robodj.drift, tiers: robodj.drift.tiers.slice(0, 2) } }
    expect(except({ policy, until: at(15 * DAY) })).toMatchObject({ code: 'policy_forbids', place: 'until' })
    expect(except({ ref: refOf(robodj, 'staging', 'document.ci-workflow') })).toMatchObject({ code: 'not_found', place: 'rule' })
  })
})

describe('who approves', () => {
  const approve = (who: Actor, facts = filed, hash = HASH, now = T) => whyNotApproveException(facts, RM, who, hash, now)

  it('somebody in the slot’s role who neither filed nor owns it', () => {
    expect(approve(rm)).toBeNull()
    expect(approve(engineer)?.code).toBe('not_allowed')
    for (const id of ['owner', 'filer']) expect(approve(acting(id, ['release_manager'], 'robodj'))?.code, id).toBe('separation_of_duties')
    expect(approve(aToken('rm', ['exception:file']))?.code).toBe('separation_of_duties')
  })

  it('not the sponsor of the agent that owns it, nor the maker of the token that filed it', () => {
    const byAgent = { ...filed, owner: { ...person('bot'), kind: 'agent' as const, countsAsId: 'rm' } }
    expect(approve(rm, byAgent)?.code).toBe('separation_of_duties')
    const byToken = { ...filed, filedBy: { ...person('pipe'), kind: 'token' as const, countsAsId: 'rm' } }
    expect(approve(rm, byToken)?.code).toBe('separation_of_duties')
  })

  it('the version that stands, while it waits, before its end', () => {
    expect(approve(rm, filed, 'd'.repeat(64))?.code).toBe('stale_version')
    expect(approve(rm, running)?.code).toBe('wrong_state')
    expect(approve(rm, filed, HASH, at(22))).toMatchObject({ code: 'policy_forbids', sentence: expect.stringContaining('has passed') })
    expect(whyNotApproveException(filed, 'nobody', rm, HASH, T)?.code).toBe('not_found')
  })

  it('an extension in the slots of its own tier, and not by whoever asked for it', () => {
    expect(whyNotApproveException(asked, 'management', management, HASH, T)).toBeNull()
    const by = { ...asked, sealed: { ...asked.sealed, requester: person('rm') } }
    expect(whyNotApproveException(by, RM, rm, HASH, T)?.sentence).toContain('asked to extend EXC-0031')
  })

  it('one person fills one slot, and one slot is filled once', () => {
    const [first] = exceptionSlots(asked.asked.tier)
    const signOffs = [{ slotKey: first?.key as string, signerId: 'rm', signerName: 'R', decision: 'approve' as const, signedAt: T }]
    const both = acting('rm', ['release_manager', 'management'], 'robodj')
    expect(whyNotApproveException({ ...asked, signOffs }, 'management', both, HASH, T)?.code).toBe('separation_of_duties')
    expect(whyNotApproveException({ ...asked, signOffs }, RM, acting('rm2', ['release_manager'], 'robodj'), HASH, T)?.code).toBe('conflict')
  })

  it('a decline needs the same, but not an end to come', () => {
    expect(whyNotDeclineException(filed, RM, rm, HASH, at(30))).toBeNull()
    expect(whyNotDeclineException(filed, RM, owner, HASH, T)?.code).toBe('not_allowed')
    expect(whyNotDeclineException(running, RM, rm, HASH, T)?.code).toBe('wrong_state')
  })
})

describe('taking it back', () => {
  it('owner or filer, until it is decided', () => {
    for (const who of [owner, filer]) expect(whyNotWithdrawException(filed, who, T)).toBeNull()
    for (const who of [rm, engineer, acting('owner', ['auditor'], 'robodj')])
      expect(whyNotWithdrawException(filed, who, T)?.code).toBe('not_allowed')
    expect(whyNotWithdrawException(running, owner, T)?.code).toBe('wrong_state')
    expect(whyNotWithdrawException(filed, aToken('owner', ['exception:file']), T)).toBeNull()
    expect(whyNotWithdrawException(filed, aToken('owner', ['read']), T)?.code).toBe('not_allowed')
    expect(whyNotWithdrawException(filed, aToken('owner', ['exception:file'], 'stack'), T)?.code).toBe('not_found')
  })

  it('of an extension: whoever asked, owner or filer, while it waits', () => {
    expect(whyNotWithdrawExtension(asked, filer, T)).toBeNull()
    const by = { ...asked, sealed: { ...asked.sealed, requester: person('rm') } }
    expect(whyNotWithdrawExtension(by, rm, T)).toBeNull()
    expect(whyNotWithdrawExtension(asked, engineer, T)?.code).toBe('not_allowed')
    expect(whyNotWithdrawExtension(running, owner, T)?.code).toBe('wrong_state')
    expect(whyNotWithdrawExtension(asked, aToken('filer', []), T)?.code).toBe('not_allowed')
  })
})

describe('more time', () => {
  const extend = (who: Actor, hours: number, facts = running, now = T) => whyNotExtendException(facts, who, at(hours), now)

  it('owner, filer or a Release Manager, to a later end; an overdue one too', () => {
    for (const who of [owner, filer, rm]) expect(extend(who, 48)).toBeNull()
    expect(extend(engineer, 48)?.code).toBe('not_allowed')
    expect(extend(owner, 22)).toMatchObject({ code: 'invalid', place: 'until' })
    expect(extend(owner, 100, running, at(50))).toBeNull()
    expect(extend(owner, 49, running, at(50))?.sentence).toContain('in the past')
    expect(extend(owner, (MAX_AHEAD_DAYS + 1) * DAY)?.code).toBe('invalid')
    expect(extend(aToken('owner', []), 48)?.code).toBe('not_allowed')
  })

  it('one at a time, of what was approved, and only as long as the policy has a tier', () => {
    expect(extend(owner, 500, asked)?.code).toBe('conflict')
    expect(extend(owner, 48, filed)?.code).toBe('wrong_state')
    expect(extend(owner, 48, { ...running, status: 'closed' })?.code).toBe('wrong_state')
    const tiers = robodj.drift.tiers.slice(0, 2)
    const policy = { ...running.policy, policy: { ...robodj, drift: { ...robodj.drift, tiers } } }
    expect(extend(owner, 14 * DAY + 1, { ...running, policy })?.code).toBe('policy_forbids')
  })
})

describe('conditions', () => {
  it('whoever could sign, a Release Manager or SecOps; not its owner or filer, and not for ever', () => {
    expect(whyNotAddCondition(filed, rm, T)).toBeNull()
    expect(whyNotAddCondition(running, acting('s', ['secops'], 'robodj'), T)).toBeNull()
    expect(whyNotAddCondition(running, management, T)?.code).toBe('not_allowed')
    expect(whyNotAddCondition(asked, management, T)).toBeNull()
    expect(whyNotAddCondition(running, acting('owner', ['secops'], 'robodj'), T)?.code).toBe('separation_of_duties')
    expect(whyNotAddCondition(running, aToken('rm', ['exception:file']), T)?.code).toBe('not_allowed')
    expect(whyNotAddCondition({ ...running, status: 'closed' }, rm, T)?.code).toBe('wrong_state')
    const many = Array.from({ length: MAX_CONDITIONS }, (_, n) => ({ digest: String(n), text: null }))
    expect(whyNotAddCondition({ ...running, conditions: many }, rm, T)?.code).toBe('invalid')
  })
})

describe('closing', () => {
  const link: ClosingEvidence = { link: 'https://ci.example.org/1', observation: null, isMet: false }
  const seen = (more: Partial<NonNullable<ClosingEvidence['observation']>> = {}, isMet = true): ClosingEvidence => ({
    link: null,
    observation: { id: 'o', system: 'robodj', profile: 'staging', recordedAt: at(-1), ...more },
    isMet,
  })

  it('its owner or a Release Manager, nobody else', () => {
    for (const who of [owner, rm, aToken('owner', ['exception:file'])]) expect(whyNotClose(running, who, link, T)).toBeNull()
    for (const who of [filer, engineer, management, stranger, aToken('rm', ['exception:file']), aToken('owner', [])])
      expect(whyNotClose(running, who, link, T)?.code, who.id).toBe('not_allowed')
    expect(whyNotClose(running, owner, link, at(100))).toBeNull() // overdue
    expect(whyNotClose(filed, owner, link, T)?.code).toBe('wrong_state')
    expect(whyNotClose({ ...running, status: 'closed' }, owner, link, T)?.code).toBe('wrong_state')
  })

  it('takes a link, or an observation after the filing in which the rule is met', () => {
    expect(whyNotClose(running, owner, { ...link, link: null }, T)).toMatchObject({ code: 'policy_forbids', place: 'link' })
    expect(whyNotClose(running, owner, seen(), T)).toBeNull()
    expect(whyNotClose(running, owner, seen({}, false), T)).toMatchObject({ code: 'policy_forbids', place: 'observation' })
    expect(whyNotClose(running, owner, seen({ recordedAt: at(-2) }), T)?.sentence).toContain('before EXC-0031 was filed')
    for (const other of [{ system: 'stack' }, { profile: 'prod' }])
      expect(whyNotClose(running, owner, seen(other), T)).toMatchObject({ code: 'not_found', place: 'observation' })
    // A link does not heal an observation that shows the contrary.
    expect(whyNotClose(running, owner, { ...seen({}, false), link: 'https://ci.example.org/1' }, T)?.code).toBe('policy_forbids')
  })
})

it('says in what state it is', () => {
  const said = (status: typeof running.status, now = T) => stateInWords({ ...running, status }, now)
  expect([said('filed'), said('approved'), said('approved', at(22)), said('rejected'), said('withdrawn'), said('closed')]).toEqual([
    'filed and not decided',
    'running until 22 Nov 2026, 08:00 UTC',
    'overdue since 22 Nov 2026, 08:00 UTC',
    'declined',
    'withdrawn',
    'closed',
  ])
})
