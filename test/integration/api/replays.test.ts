import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { Refused } from '@/lib/domain/refusal'
import { SCOPES } from '@/lib/domain/scopes'
import { OPERATIONS, type Operation } from '@/lib/schemas/api/operations'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { withdrawSignOff } from '@/lib/usecases/promotion/withdraw-sign-off'
import { cancelRotation } from '@/lib/usecases/rotation/cancel-rotation'
import { finishRollback } from '@/lib/usecases/rotation/finish-rollback'
import { rollBack } from '@/lib/usecases/rotation/roll-back'
import { aBearer, aKey, api } from '../../support/api'
import { anOpenPromotion, aSealedPromotion } from '../../support/promotions'
import { approve, aRotation, aStartedRotation, doAll, rotationOf } from '../../support/rotations'
import { aGovernedSystem, aRelease, digestOf, policyText, type Scene, trailLength } from '../../support/scene'

let stack: Scene
let dreichor: Scene
let token: string

beforeAll(async () => {
  stack = await aGovernedSystem('stack')
  dreichor = await aGovernedSystem('dreichor')
  token = (await aBearer(stack.people.admin, { scopes: SCOPES, systemId: 'stack' })).secret
  // So that a token has two ways to choose from: towards production only people tick this list.
  await api(token, 'POST /policies', { body: { text: twoWays() } })
})

function twoWays(): string {
  return (
    policyText('stack')
      .replace(/(id: guarded-job,.*profiles: )\[production\]/, '$1[staging]')
      // And so that one owner confirms what the other performed.
      .replace(
        /(id: production-cache[\s\S]*?owners: \{ mode: )any(, slots: \[)/,
        '$1all$2{ id: secops, title: SecOps, roles: [secops], assumed: true }, ',
      )
  )
}

type Line = Parameters<typeof api>[1]
type Case = { line: Line; body: Record<string, unknown>; other: Record<string, unknown> }

/** A request of each POST that goes through, and the same with something else in it. */
const CASES: Record<string, () => Promise<Case>> = {
  registerRelease: async () => {
    const gitSha = digestOf('replayed').slice(0, 40)
    const body = { version: '7.1.0', gitSha, artefact: `stack@sha256:${digestOf('replayed image')}`, buildDate: '2026-11-02T09:00:00Z' }
    return { line: 'POST /systems/stack/releases', body, other: { ...body, version: '7.2.0' } }
  },
  recordEvidence: async () => {
    const { version } = await aRelease(stack)
    const body = { profile: 'staging', gate: await aGate(), verdict: 'pass', summary: 'fine', ranOn: 'here', exitCode: 0 }
    return { line: `POST /systems/stack/releases/${version}/evidence`, body, other: { ...body, verdict: 'fail' } }
  },
  recordSnapshot: async () => {
    const body = {
      profile: 'production',
      takenAt: new Date(Date.now() - 60_000).toISOString(),
      digest: digestOf('kept'),
      location: 'there',
    }
    return { line: 'POST /systems/stack/snapshots', body, other: { ...body, digest: digestOf('another') } }
  },
  startChecklistRun: async () => {
    const { version } = await aRelease(stack)
    const body = { version, profile: 'staging', checklist: 'deployment' }
    return { line: 'POST /systems/stack/checklist-runs', body, other: { ...body, profile: 'production' } }
  },
  tickChecklistItem: async () => {
    const body = { state: 'done' }
    return { line: `POST /checklist-runs/${await aRun()}/items/validate`, body, other: { state: 'failed' } }
  },
  chooseChecklistVariant: async () => ({
    line: `POST /checklist-runs/${await aRun()}/variant`,
    body: { variant: 'guarded-job' },
    other: { variant: 'runbook' },
  }),
  recordKeyVersion: async () => {
    const body = { mapping: 'jwt-private-key', keyId: '2026-11' }
    return { line: 'POST /systems/stack/profiles/production/keys', body, other: { ...body, keyId: '2026-12' } }
  },
  retireKey: async () => {
    const { actor } = stack.people.engineer
    const at = { bornAt: new Date(0), activatedAt: new Date(0), recordedAt: new Date(0), recordedById: actor.id, recordedForId: actor.id }
    const key = { systemId: 'stack', profileKey: 'staging', mappingKey: 'jwt-private-key', keyId: '2026-02', use: 'accepted' }
    await db.keyVersion.create({ data: { ...key, ...at } })
    const body = { keyId: '2026-02', proof: 'Run 12 refused it' }
    return { line: 'POST /systems/stack/profiles/staging/keys/jwt-private-key/retirement', body, other: { ...body, proof: 'Run 13' } }
  },
  reportFingerprints: async () => {
    const body = { fingerprintKeyId: 'h1', fingerprints: [{ mapping: 'jwt-private-key', fingerprint: digestOf('a fingerprint') }] }
    return { line: 'POST /systems/stack/profiles/production/fingerprints', body, other: { ...body, fingerprintKeyId: 'h2' } }
  },
  recordSecretAudit: async () => {
    // Audits are SecOps' own, also by a token: whoever made it holds the role.
    const principalId = stack.people.admin.actor.id
    await db.roleGrant.create({ data: { principalId, role: 'secops', systemId: 'stack', startsAt: new Date('2025-09-01T00:00:00Z') } })
    const body = { profile: 'production', finding: 'met', note: 'Injected only' }
    return { line: 'POST /systems/stack/secret-audits', body, other: { ...body, finding: 'concern' } }
  },
  declareIncident: async () => {
    const body = { system: 'stack', title: 'The database does not answer', severity: 'sev2' }
    return { line: 'POST /incidents', body, other: { ...body, severity: 'sev1' } }
  },
  reportObservations: async () => {
    const body = { profile: 'staging', facts: { runtime: { launchPath: 'by hand' } } }
    return { line: 'POST /systems/stack/observations', body, other: { ...body, instance: 'another' } }
  },
  fileException: async () => {
    await ownedByAdmin('staging-cache')
    const body = anException('local', 'runtime.launchPath')
    return { line: 'POST /exceptions', body, other: { ...body, observed: 'by hand' } }
  },
  extendException: async () => {
    const id = await filed('local', 'runtime.dataSource')
    const body = { until: hoursAhead(48), reason: 'The vendor needs longer.' }
    return { line: `POST /exceptions/${id}/extension`, body, other: { ...body, until: hoursAhead(50) } }
  },
  closeException: async () => {
    const id = await filed('local', 'runtime.primaryRuntime')
    const body = { note: 'Set back', link: 'https://ci.example.org/runs/1' }
    return { line: `POST /exceptions/${id}/close`, body, other: { ...body, note: 'Mended' } }
  },
  withdrawException: async () => {
    const id = await filed('staging', 'variable.API__LOG_LEVEL')
    return { line: `POST /exceptions/${id}/withdraw`, body: { reason: 'Mended.' }, other: { reason: 'Not needed.' } }
  },
  openRotation: async () => {
    await ownedByAdmin('staging-cache')
    const body = { system: 'stack', rule: 'staging-cache', cause: 'by_hand' }
    return { line: 'POST /rotations', body, other: { ...body, rule: 'staging-database' } }
  },
  startRotation: async () => {
    await ownedByAdmin('staging-database')
    const { id, hash } = await aRotation(stack, 'staging-database')
    await approve(stack.people.management, id, 'management', hash)
    await doAll(stack.people.release_manager, id, 'prerequisite', 'before')
    return { line: `POST /rotations/${id}/start`, body: { owner: 'release-manager' }, other: { owner: 'secops' } }
  },
  recordRotationStep: async () => {
    await ownedByAdmin('staging-database')
    const { id } = await aRotation(stack, 'staging-database')
    return { line: `POST /rotations/${id}/steps/users-known`, body: { state: 'done' }, other: { state: 'done', note: 'Seen' } }
  },
  confirmRotation: async () => {
    const id = await aRunning('production-cache')
    await doAll(stack.people.release_manager, id, 'during', 'after')
    return { line: `POST /rotations/${id}/confirm`, body: { owner: 'secops' }, other: { owner: 'secops', note: 'Seen' } }
  },
  completeRotation: async () => {
    const id = await aRunning('production-database')
    await doAll(stack.people.release_manager, id, 'during', 'after')
    return { line: `POST /rotations/${id}/complete`, body: { proof: 'Run 12 refused it' }, other: { proof: 'Run 13' } }
  },
  rollBackRotation: async () => {
    const id = await aRunning('production-database')
    const body = { trigger: 'other', reason: 'It does not come up.' }
    return { line: `POST /rotations/${id}/roll-back`, body, other: { ...body, trigger: 'failed-step' } }
  },
  finishRotationRollback: async () => {
    const id = await aRunning('production-database')
    await rollBack(stack.people.secops, { rotation: id, trigger: 'other', reason: 'It does not come up.' })
    await doAll(stack.people.release_manager, id, 'rollback')
    return { line: `POST /rotations/${id}/finish-rollback`, body: { postmortem: 'Wiki, 31' }, other: { postmortem: 'Wiki, 32' } }
  },
  recordRotationPostmortem: async () => {
    const id = await aRunning('production-database')
    await leave('production-database')
    return { line: `POST /rotations/${id}/postmortem`, body: { postmortem: 'Wiki, 31' }, other: { postmortem: 'Wiki, 32' } }
  },
  openPromotion: async () => {
    const { version } = await aRelease(stack)
    const body = { system: 'stack', version, to: 'staging' }
    return { line: 'POST /promotions', body, other: { ...body, to: 'production' } }
  },
  startDeployment: async () => {
    const { version } = await aRelease(stack)
    const body = { system: 'stack', profile: 'production', version }
    return { line: 'POST /deployments', body, other: { ...body, profile: 'staging' } }
  },
  finishDeployment: async () => {
    const { version } = await aRelease(stack)
    const started = await api(token, 'POST /deployments', { body: { system: 'stack', profile: 'staging', version } })
    const body = { result: 'failed', failureClass: 'other' }
    return { line: `POST /deployments/${started.body.id}/result`, body, other: { ...body, failureClass: 'migration' } }
  },
  applyPolicy: async () => {
    const text = twoWays().replace(/^( {2}name: .*)$/m, '$1 again')
    return { line: 'POST /policies', body: { text }, other: { text: `${text}\n# another` } }
  },
}

/** Sees to it that the token's maker owns rotations, and that none is open under a rule. */
async function ownedByAdmin(rule: string): Promise<void> {
  const principalId = stack.people.admin.actor.id
  for (const role of ['release_manager', 'secops'] as const)
    if ((await db.roleGrant.count({ where: { principalId, role, systemId: 'stack' } })) === 0)
      await db.roleGrant.create({ data: { principalId, role, systemId: 'stack', startsAt: new Date('2025-09-01T00:00:00Z') } })
  await leave(rule)
}

/** Ends whatever is open under a rule. */
async function leave(rule: string): Promise<void> {
  const by = stack.people.release_manager
  for (const { id, status } of await db.rotation.findMany({ where: { systemId: 'stack', ownershipKey: rule, endedAt: null } })) {
    if (status === 'planned') {
      await cancelRotation(by, { rotation: id, reason: 'The next case comes.' })
      continue
    }
    if (status !== 'rolling_back') await rollBack(by, { rotation: id, trigger: 'other', reason: 'The next case comes.' })
    await doAll((await rotationOf(id)).performer?.slot === 'secops' ? stack.people.secops : by, id, 'rollback')
    await finishRollback(by, { rotation: id })
  }
}

/** One that is started by the Release Manager. */
async function aRunning(rule: string): Promise<string> {
  await ownedByAdmin(rule)
  const [approver, slot] = [stack.people.incident_commander, 'incident-commander-or-approver']
  return (await aStartedRotation(stack, rule, { owner: 'release-manager', performer: stack.people.release_manager, approver, slot })).id
}

const hoursAhead = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString()

const anException = (profile: string, rule: string) => ({
  system: 'stack',
  profile,
  rule,
  observed: 'something else',
  reason: 'Trying another way.',
  startsAt: hoursAhead(-1),
  until: hoursAhead(24),
  remediation: 'Set it back.',
})

/** One that the token filed: whoever made it owns it, so holds a role. */
async function filed(profile: string, rule: string): Promise<string> {
  await ownedByAdmin('staging-cache')
  return (await api(token, 'POST /exceptions', { body: anException(profile, rule) })).body.id as string
}

async function aGate(): Promise<string> {
  const { id } = (
    await api(token, 'POST /promotions', { body: { system: 'stack', version: (await aRelease(stack)).version, to: 'staging' } })
  ).body
  const gates = (await api(token, `GET /promotions/${id}`)).body.gates as { id: string; kind: string }[]
  return gates.find(({ kind }) => kind === 'check')?.id as string
}

async function aRun(): Promise<string> {
  const { version } = await aRelease(stack)
  return (await api(token, 'POST /systems/stack/checklist-runs', { body: { version, profile: 'staging', checklist: 'deployment' } })).body
    .id as string
}

describe('an Idempotency-Key is honoured on every POST (T10)', () => {
  // One that only reads keeps nothing that a second time could repeat.
  const posts = Object.entries<Operation>(OPERATIONS).filter(([, { method, scope }]) => method === 'post' && scope !== 'read')

  it('each is tried here', () => {
    expect(Object.keys(CASES).sort()).toEqual(posts.map(([id]) => id).sort())
  })

  for (const [id, make] of Object.entries(CASES)) {
    it(`${id}: once for five at once and one later, and another body is refused`, async () => {
      const { line, body, other } = await make()
      const headers = { 'idempotency-key': aKey() }
      const before = await trailLength()
      const answers = await Promise.all(Array.from({ length: 5 }, () => api(token, line, { body, headers })))
      const once = await trailLength()
      answers.push(await api(token, line, { body, headers }))
      expect(answers.map(({ status }) => status)).toEqual(
        answers.map(() => (OPERATIONS[id as keyof typeof OPERATIONS] as Operation).status),
      )
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
      expect(new Set(answers.map((answer) => answer.headers.get('location'))).size).toBe(1)
      expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1)
      expect(once).toBeGreaterThan(before)
      expect(await trailLength()).toBe(once)
      expect(await api(token, line, { body: other, headers })).toMatchObject({
        status: 409,
        body: { code: 'idempotency_conflict', place: 'Idempotency-Key' },
      })
    })
  }

  it('the same key on another address is another request', async () => {
    const headers = { 'idempotency-key': aKey() }
    const first = await CASES.tickChecklistItem?.()
    const second = await CASES.tickChecklistItem?.()
    for (const asked of [first, second]) {
      const answer = await api(token, asked?.line as Line, { body: asked?.body, headers })
      expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([200, null])
    }
  })
})

describe('people seal and sign, never a token (issue 2, section 6)', () => {
  const refusedAs = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof Refused ? error.refusal.code : String(error)),
    )

  it('not with every scope, not as an agent with the role, not behind the API either', async () => {
    const open = await anOpenPromotion(dreichor, 'prod')
    const sealed = await aSealedPromotion(dreichor, 'prod')
    const maker = dreichor.people.release_manager
    const agent = await db.principal.create({ data: { kind: 'agent', label: 'The agent' }, select: { id: true } })
    await db.roleGrant.create({
      data: { principalId: agent.id, role: 'release_manager', systemId: 'dreichor', startsAt: new Date('2025-09-01T00:00:00Z') },
    })
    for (const { ctx } of [
      await aBearer(maker, { scopes: SCOPES, systemId: 'dreichor' }),
      await aBearer(maker, { scopes: SCOPES, systemId: 'dreichor', actsAs: agent.id }),
    ]) {
      const before = { versions: await db.sealedVersion.count(), signatures: await db.signOff.count() }
      expect(await refusedAs(sealPromotion(ctx, { promotion: open.id }))).toBe('not_allowed')
      const proof = '00000000-0000-4000-8000-000000000000'
      const signing = { promotion: sealed.id, slot: 'release-manager', sealedHash: sealed.hash, proof, confirmed: 'yes' as const }
      expect(['not_allowed', 'separation_of_duties']).toContain(await refusedAs(signPromotion(ctx, signing)))
      expect(await refusedAs(withdrawSignOff(ctx, { signOff: 'SIG-0001', reason: 'because' }))).not.toBe('done')
      expect({ versions: await db.sealedVersion.count(), signatures: await db.signOff.count() }).toEqual(before)
    }
  })
})
