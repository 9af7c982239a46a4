import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { db } from '@/lib/db/client'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { aPerson, aToken } from '../../../support/people'
import {
  aGovernedSystem,
  aRelease,
  aSnapshot,
  bringAll,
  digestOf,
  policyText,
  race,
  refusalOf,
  type Scene,
  trail,
  trailLength,
} from '../../../support/scene'

const COMMAND = 'python config/check_runtime_secrets.py --require-env-only'

let scene: Scene
let release: { id: string; version: string }
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  release = await aRelease(scene)
})

const input = (more: object = {}) =>
  recordEvidenceInput.parse({
    system: 'robodj',
    version: release.version,
    profile: 'staging',
    gate: 'secret-preflight',
    verdict: 'pass',
    summary: 'Two secrets, both from the environment.',
    ...more,
  })
const pipeline = (more: object = {}) => aToken(scene.people.admin, { scopes: ['evidence:bring'], systemId: 'robodj', ...more })

describe('bringing evidence', () => {
  it('is kept with gate, command, place and bringer, bound to release and target profile, and is on the record (000.26, 000.27)', async () => {
    const token = await pipeline()
    const digest = digestOf('output')
    const recorded = await recordEvidence(
      token,
      input({ command: COMMAND, exitCode: 0, ranOn: 'runner 4', link: 'https://ci.example.org/runs/1', digest }),
    )
    const gate = await db.promotionGate.findFirstOrThrow({
      where: { key: 'secret-preflight', edge: { key: 'dev->staging', version: { systemId: 'robodj', status: 'active' } } },
    })
    expect(await db.evidence.findUniqueOrThrow({ where: { id: recorded.id } })).toMatchObject({
      releaseId: release.id,
      profileKey: 'staging',
      gateKey: 'secret-preflight',
      gateId: gate.id,
      verdict: 'pass',
      command: COMMAND,
      exitCode: 0,
      ranOn: 'runner 4',
      digest,
      broughtById: token.actor.id,
      onBehalfOfId: scene.people.admin.actor.id,
      recordedAt: recorded.recordedAt,
    })
    expect(recorded).toMatchObject({ duplicate: false, promotion: null, voided: false, claimSkewMinutes: null })
    const [event] = await trail({ subject: recorded.id })
    expect(event).toMatchObject({
      action: 'evidence.recorded',
      after: { release: release.version, profile: 'staging', gate: 'secret-preflight', verdict: 'pass', digest },
    })
    expect(JSON.stringify(event)).not.toContain('Two secrets')
    expect(await db.evidence.count({ where: { releaseId: release.id, profileKey: 'prod' } })).toBe(0)
  })

  it('costs five statements, three of which every change costs', async () => {
    const token = await pipeline()
    await recordEvidence(token, input({ digest: digestOf('warm') }))
    const { count, stop } = countQueries()
    await recordEvidence(token, input({ digest: digestOf('counted') }))
    stop()
    // token (with the instant), actor, target (with its lock), insert, trail
    expect(count()).toBe(5)
  })

  it('software that repeats itself adds nothing and is told what was recorded (T10)', async () => {
    const token = await pipeline()
    const first = await recordEvidence(token, input({ digest: digestOf('once') }))
    const before = [await trailLength(), await db.evidence.count()]
    for (let n = 0; n < 5; n += 1)
      expect(await recordEvidence(token, input({ digest: digestOf('once'), claimedAt: '2026-11-20T10:00:00Z' }))).toMatchObject({
        id: first.id,
        duplicate: true,
        recordedAt: first.recordedAt,
      })
    expect([await trailLength(), await db.evidence.count()]).toEqual(before)
    expect(await refusalOf(recordEvidence(token, input({ digest: digestOf('once'), verdict: 'fail' })))).toMatchObject({
      code: 'conflict',
      place: 'digest',
    })
    expect([await trailLength(), await db.evidence.count()]).toEqual(before)
  })

  it('without a digest the statement itself counts: the same again is a replay, a newer claimed time is not', async () => {
    const token = await pipeline()
    const at = (claimedAt: string) => input({ summary: 'No digest.', claimedAt })
    const first = await recordEvidence(token, at('2026-11-20T10:00:00Z'))
    expect(await recordEvidence(token, at('2026-11-20T10:00:00Z'))).toMatchObject({ id: first.id, duplicate: true })
    expect(await recordEvidence(token, at('2026-11-21T10:00:00Z'))).toMatchObject({ duplicate: false })
  })

  it('a person may say the same again, which renews it', async () => {
    const { engineer } = scene.people
    const one = await recordEvidence(engineer, input({ gate: 'docs-updated', summary: 'Runbook updated.' }))
    const two = await recordEvidence(engineer, input({ gate: 'docs-updated', summary: 'Runbook updated.' }))
    expect(two.id).not.toBe(one.id)
  })

  it('the server’s time is the record; a claim that is off by more than five minutes is flagged (T11)', async () => {
    const token = await pipeline()
    const now = Date.now()
    const past = await recordEvidence(token, input({ digest: digestOf('past'), claimedAt: new Date(now - 3_600_000).toISOString() }))
    expect(past.claimSkewMinutes).toBeGreaterThanOrEqual(-61)
    expect(past.claimSkewMinutes).toBeLessThanOrEqual(-59)
    expect((await trail({ subject: past.id }))[0]?.after).toMatchObject({ claimSkewMinutes: past.claimSkewMinutes })
    expect(Math.abs((past.recordedAt as Date).getTime() - now)).toBeLessThan(60_000)
    expect(await recordEvidence(token, input({ digest: digestOf('near'), claimedAt: new Date(now - 60_000).toISOString() }))).toMatchObject(
      { claimSkewMinutes: null },
    )
  })
})

describe('who may bring it', () => {
  it('a check takes it from a token, an agent or a person in the role; an attestation only from a person in the role', async () => {
    const { people } = scene
    const agent = await db.principal.findFirstOrThrow({ where: { systemId: 'robodj', label: 'Release Manager Agent' } })
    const byAgent = await aToken(people.release_manager, { scopes: ['evidence:bring'], systemId: 'robodj', actsAs: agent.id })
    expect((await recordEvidence(byAgent, input({ digest: digestOf('agent') }))).duplicate).toBe(false)
    expect((await recordEvidence(people.secops, input())).duplicate).toBe(false)
    expect(await refusalOf(recordEvidence(people.management, input()))).toMatchObject({ code: 'not_allowed', place: 'gate' })
    expect((await refusalOf(recordEvidence(byAgent, input({ gate: 'docs-updated' })))).sentence).toBe(
      'Roadmap-critical docs updated is attested by a person in the browser. It is brought by Engineer or Dev lead or Release Manager.',
    )
    expect(await refusalOf(recordEvidence(people.secops, input({ gate: 'docs-updated' })))).toMatchObject({ code: 'not_allowed' })
  })

  it('a token brings it only for its system and its gates, with the scope (T11)', async () => {
    const before = await trailLength()
    expect(await refusalOf(recordEvidence(await pipeline({ systemId: 'stack' }), input()))).toMatchObject({
      code: 'not_found',
      place: 'system',
    })
    expect(await refusalOf(recordEvidence(await pipeline({ gates: ['diff-secrets'] }), input()))).toMatchObject({
      code: 'not_allowed',
      place: 'gate',
    })
    expect(await refusalOf(recordEvidence(await pipeline({ scopes: ['read'] }), input()))).toMatchObject({
      code: 'not_allowed',
      place: 'evidence:bring',
    })
    expect(await trailLength()).toBe(before)
    expect((await recordEvidence(await pipeline({ gates: ['secret-preflight'] }), input({ digest: digestOf('bound') }))).gate).toBe(
      'secret-preflight',
    )
  })

  it('unseen and unknown systems are refused in the same words (T23)', async () => {
    const outsider = await aPerson('An outsider', ['engineer'], 'elsewhere')
    const unseen = await refusalOf(recordEvidence(outsider, input()))
    const unknown = await refusalOf(recordEvidence(outsider, input({ system: 'nowhere' })))
    expect(unseen.code).toBe('not_found')
    expect(unknown).toEqual({ ...unseen, sentence: unseen.sentence.replace('robodj', 'nowhere') })
  })
})

describe('what it may say', () => {
  it('another command than the gate’s is refused, naming both (000.26)', async () => {
    const refusal = await refusalOf(recordEvidence(await pipeline(), input({ command: 'python config/check_runtime_secrets.py' })))
    expect(refusal).toMatchObject({ code: 'policy_forbids', place: 'command' })
    expect(refusal.sentence).toContain(`\`${COMMAND}\``)
    expect(refusal.sentence).toContain('`python config/check_runtime_secrets.py`')
  })

  it.each([
    ['a pass that ended with an error', { exitCode: 2 }, 'invalid', 'verdict'],
    ['a gate nobody declared', { gate: 'moon-phase' }, 'not_found', 'gate'],
    ['a gate of the other edge', { gate: 'rollback-drill' }, 'not_found', 'gate'],
    ['a profile nobody declared', { profile: 'moon' }, 'not_found', 'profile'],
    ['a profile no edge leads to', { profile: 'dev' }, 'not_found', 'gate'],
    ['a release nobody registered', { version: '0.0.0' }, 'not_found', 'version'],
    ['a checklist', { profile: 'prod', gate: 'pre-release-checklist' }, 'policy_forbids', 'gate'],
  ])('%s is refused and leaves nothing', async (_, more, code, place) => {
    const before = [await trailLength(), await db.evidence.count()]
    expect(await refusalOf(recordEvidence(await pipeline(), input(more)))).toMatchObject({ code, place })
    expect([await trailLength(), await db.evidence.count()]).toEqual(before)
  })

  it('a drill names the snapshot it is about, which must be known (000.29)', async () => {
    const drill = (more: object) => input({ profile: 'prod', gate: 'rollback-drill', summary: 'Restored in 4 min.', ...more })
    const { engineer } = scene.people
    expect(await refusalOf(recordEvidence(engineer, drill({})))).toMatchObject({ code: 'invalid', place: 'snapshot' })
    expect(await refusalOf(recordEvidence(engineer, drill({ snapshot: digestOf('unknown') })))).toMatchObject({
      code: 'not_found',
      place: 'snapshot',
    })
    expect(await refusalOf(recordEvidence(engineer, drill({ snapshot: await aSnapshot(scene, 'staging') })))).toMatchObject({
      code: 'not_found',
      place: 'snapshot',
    })
    const digest = await aSnapshot(scene, 'prod')
    const { id } = await recordEvidence(engineer, drill({ profile: 'production', snapshot: digest }))
    expect((await db.evidence.findUniqueOrThrow({ where: { id }, include: { snapshot: true } })).snapshot?.digest).toBe(digest)
  })
})

describe('with an open promotion', () => {
  it('the gate is that of the version the promotion is pinned to', async () => {
    const old = await aRelease(scene)
    await bringAll(scene, old.version, 'staging')
    const { id } = await openPromotion(scene.people.engineer, { system: 'robodj', version: old.version, to: 'staging' })
    const pinned = await db.promotion.findUniqueOrThrow({ where: { id } })
    await applyPolicy(await openConsole(), {
      text: policyText('robodj').replace(`command: ${COMMAND}`, 'command: python config/another_check.py'),
      fileName: 'robodj.yaml',
    })
    const recorded = await recordEvidence(await pipeline(), input({ version: old.version, command: COMMAND, digest: digestOf('pinned') }))
    expect(recorded.promotion).toBe(id)
    const gate = await db.promotionGate.findFirstOrThrow({ where: { evidence: { some: { id: recorded.id } } }, include: { edge: true } })
    expect(gate.edge.policyVersionId).toBe(pinned.policyVersionId)
    expect(await refusalOf(recordEvidence(await pipeline(), input({ command: COMMAND, digest: digestOf('active') })))).toMatchObject({
      place: 'command',
    })
  })

  it('renewing under a seal is an addendum; a failure voids the sealed version, on the record in the same breath', async () => {
    const next = await aRelease(scene)
    await bringAll(scene, next.version, 'staging')
    const { id } = await openPromotion(scene.people.engineer, { system: 'robodj', version: next.version, to: 'staging' })
    await sealPromotion(scene.people.release_manager, { promotion: id })
    const bring = async (verdict: 'pass' | 'fail') =>
      recordEvidence(await pipeline(), input({ version: next.version, verdict, digest: digestOf(verdict, next.version) }))
    expect(await bring('pass')).toMatchObject({ promotion: id, voided: false })
    expect(await db.sealedVersion.count({ where: { promotionId: id, endedAt: null } })).toBe(1)
    expect(await bring('fail')).toMatchObject({ promotion: id, voided: true })
    expect(await db.sealedVersion.findFirstOrThrow({ where: { promotionId: id } })).toMatchObject({
      endedBy: 'voided',
      moved: ['The gate secret-preflight failed'],
    })
    expect((await trail({ subject: id })).map(({ action }) => action)).toEqual(['promotion.opened', 'promotion.sealed', 'promotion.voided'])
  })

  it('sealing and a failure at the same time never leave a sealed version that rests on a failed gate (T04, T07)', async () => {
    for (let n = 0; n < 5; n += 1) {
      const next = await aRelease(scene)
      await bringAll(scene, next.version, 'staging')
      const { id } = await openPromotion(scene.people.engineer, { system: 'robodj', version: next.version, to: 'staging' })
      const token = await pipeline()
      await race<unknown>(
        sealPromotion(scene.people.release_manager, { promotion: id }),
        recordEvidence(token, input({ version: next.version, verdict: 'fail', digest: digestOf('race', n) })),
      )
      expect(await db.sealedVersion.count({ where: { promotionId: id, endedAt: null } })).toBe(0)
    }
  })

  it('of the same result brought twice at once, one row is made', async () => {
    const token = await pipeline()
    const { won } = await race(...[1, 2, 3, 4].map(() => recordEvidence(token, input({ digest: digestOf('four times') }))))
    expect(new Set(won.map(({ id }) => id)).size).toBe(1)
    expect(won.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
    expect(await trail({ subject: won[0]?.id })).toHaveLength(1)
  })
})

/** Counts what goes over the wire to PostgreSQL, without BEGIN and COMMIT. */
function countQueries(): { count: () => number; stop: () => void } {
  let queries = 0
  const { query } = pg.Client.prototype
  // The driver has many call shapes; only the text matters here.
  pg.Client.prototype.query = function counted(this: pg.Client, ...args: Parameters<typeof query>) {
    const first: unknown = args[0]
    const text = typeof first === 'string' ? first : ((first as { text?: string } | null)?.text ?? '')
    // The news of the change before may still be on its way.
    if (!/^(BEGIN|COMMIT)|pg_notify/i.test(text)) queries += 1
    return query.apply(this, args)
  } as typeof query
  return {
    count: () => queries,
    stop: () => {
      pg.Client.prototype.query = query
    },
  }
}
