import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import type { Ctx } from '@/lib/domain/context'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { endGrant } from '@/lib/usecases/account/end-grant'
import { endSession } from '@/lib/usecases/account/end-session'
import { retirePerson } from '@/lib/usecases/account/retire-person'
import { revokeToken } from '@/lib/usecases/account/revoke-token'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { repinPromotion } from '@/lib/usecases/promotion/repin-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { setWindow } from '@/lib/usecases/promotion/set-window'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { withdrawSignOff } from '@/lib/usecases/promotion/withdraw-sign-off'
import { aPerson, aToken } from '../../../support/people'
import { anOpenPromotion, aProof, aSealedPromotion, inBrowser, type Opened, sign, signAll } from '../../../support/promotions'
import { decline, factsOf, phaseOf } from '../../../support/record'
import { aGovernedSystem, digestOf, policyText, race, type Scene, trail } from '../../../support/scene'

// Two deciders at once on real PostgreSQL (domain.md, what always holds, 9; T07, T08, T09): one outcome, and the loser is told. Each race runs
// several rounds; the rounds follow TEST_SCALE. Whichever wins, the record afterwards must be that of one after the other.

let scene: Scene
let boss: Ctx
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  boss = await aPerson('Admin Of All', ['admin'])
})

const SCALE = Number(process.env.TEST_SCALE ?? 1)
const ROUNDS = Math.max(1, Math.round(2 * SCALE))
vi.setConfig({ testTimeout: 30_000 * Math.max(1, SCALE) })
type Sealed = Opened & { hash: string; number: number }

/** Somebody in a browser with the proof made beforehand, so that only the decision itself races. */
async function ready(who: Ctx, { id, hash }: Sealed, slot: string): Promise<() => Promise<{ id: string; signed: number }>> {
  const browser = who.actor.session ? who : await inBrowser(who)
  const proof = await aProof(browser, hash, slot)
  return () => signPromotion(browser, { promotion: id, slot, sealedHash: hash, proof, confirmed: 'yes' })
}

/** Signatures that stand on a sealed hash. */
const standing = (hash: string) => db.signOff.count({ where: { sealedHash: hash, decision: 'approve', withdrawnAt: null } })
const actions = async (id: string) => (await trail({ subject: id })).map(({ action }) => action)
const REASON = 'Second thoughts.'
/** A person with a name of their own in a role of the system. */
let people = 0
const letter = () => String.fromCharCode(65 + (people++ % 26)) + String.fromCharCode(97 + Math.floor(people / 26))
const somebody = (role: 'management' | 'secops') => aPerson(`Fleeting ${letter()} ${letter()}`, [role], 'robodj')

async function rounds(run: (round: number) => Promise<void>): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) await run(round)
}

describe('for one signature', () => {
  it('two people for the last slot: one signs, the promotion is approved once, the notes are sealed once (T07)', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'prod')
      await signAll(scene, sealed, ['production-approver'])
      const one = await ready(scene.people.production_approver, sealed, 'production-approver')
      const other = await ready(scene.people.incident_commander, sealed, 'production-approver')
      const { won, lost } = await race(one(), other())
      expect([won.map(({ signed }) => signed), lost.map(({ code }) => code)]).toEqual([[4], ['conflict']])
      expect(lost[0]?.sentence).toMatch(/^The (production approver|incident commander) has already signed|in the same moment/)
      expect(await phaseOf(sealed.id)).toBe('approved')
      expect((await actions(sealed.id)).filter((action) => action === 'release_notes.sealed')).toHaveLength(1)
    }))

  it('all slots at once: the ordered one waits, the others all count, whatever their order (T07)', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'prod')
      const attempts = await Promise.all([
        ready(scene.people.release_manager, sealed, 'release-manager'),
        ready(scene.people.secops, sealed, 'secops'),
        ready(scene.people.management, sealed, 'management'),
        ready(scene.people.production_approver, sealed, 'production-approver'),
      ])
      const outcomes = await Promise.allSettled(attempts.map((attempt) => attempt()))
      expect(outcomes.slice(0, 3).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
      const counted = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.signed] : []))
      expect(counted.toSorted()).toEqual([1, 2, 3, 4].slice(0, counted.length))
      if (outcomes[3]?.status === 'fulfilled') expect(outcomes[3].value.signed).toBe(4)
      expect(await phaseOf(sealed.id)).toBe(counted.length === 4 ? 'approved' : 'signing')
    }))

  it('one proof used in two tabs: one signature (T01)', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'prod')
      const attempt = await ready(scene.people.management, sealed, 'management')
      const { won, lost } = await race(attempt(), attempt(), attempt())
      expect([won.length, lost.length]).toEqual([1, 2])
      expect(await standing(sealed.hash)).toBe(1)
    }))

  it('a decline racing a signature in the same slot: one decision on it, and a decline always ends the version', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'prod')
      const signing = await ready(scene.people.management, sealed, 'management')
      const second = await inBrowser(await somebody('management'))
      const { won, lost } = await race<{ id: string }>(signing(), decline(second, sealed.id, 'management', sealed.hash))
      expect([won.length, lost.length]).toEqual([1, 1])
      const [row] = await db.signOff.findMany({ where: { sealedHash: sealed.hash } })
      expect(row?.id).toBe(won[0]?.id)
      expect(await phaseOf(sealed.id)).toBe(row?.decision === 'approve' ? 'signing' : 'ready_to_seal')
      expect(['conflict', 'wrong_state']).toContain(lost[0]?.code)
    }))

  it('a decline racing the last signature elsewhere: either approved before the no, or never approved; the version ends either way', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'prod')
      await signAll(scene, sealed, ['management', 'production-approver'])
      const last = await ready(scene.people.management, sealed, 'management')
      const { won, lost } = await race<{ id: string }>(
        last(),
        decline(scene.people.production_approver, sealed.id, 'production-approver', sealed.hash),
      )
      expect(won.length + lost.length).toBe(2)
      const order = (await actions(sealed.id)).filter((action) => /signed|declined/.test(action))
      expect(order.at(-1)).toBe('promotion.declined')
      expect(await phaseOf(sealed.id)).toBe('ready_to_seal')
      // A signature that came second was refused: nothing is signed after the no.
      expect(lost.map(({ code }) => code)).toEqual(won.length === 2 ? [] : ['wrong_state'])
    }))

  it('two declines in two slots: one ends the version, the other is told that it ended', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'prod')
      const no = (who: Ctx, slot: string) => decline(who, sealed.id, slot, sealed.hash)
      const { won, lost } = await race(no(scene.people.management, 'management'), no(scene.people.secops, 'secops'))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
      expect((await actions(sealed.id)).filter((action) => action === 'promotion.declined')).toHaveLength(1)
    }))
})

describe('for a signature that goes away', () => {
  it('withdrawn while the last slot is signed: approved is never claimed over a withdrawn signature', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'prod')
      const management = await inBrowser(scene.people.management)
      await signAll(scene, sealed, ['production-approver', 'management'])
      const { id: signature } = await sign(management, sealed.id, 'management', sealed.hash)
      const last = await ready(scene.people.production_approver, sealed, 'production-approver')
      const { won, lost } = await race<unknown>(last(), withdrawSignOff(management, { signOff: signature, reason: REASON }))
      expect(await phaseOf(sealed.id)).toBe('signing')
      const notes = await db.sealedVersion.findMany({ where: { subject: 'release_notes', subjectId: sealed.id } })
      expect(notes.filter(({ endedAt }) => endedAt === null)).toEqual([])
      // Signed first: approved for a moment, the notes sealed and voided. Withdrawn first: the ordered slot has to wait.
      expect([notes.length, lost.map(({ code }) => code)]).toEqual(won.length === 2 ? [1, []] : [0, ['held']])
    }))

  it('withdrawn while somebody else wants the slot: never two signatures in it', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'prod')
      const { id: signature } = await sign(scene.people.management, sealed.id, 'management', sealed.hash)
      const next = await ready(await somebody('management'), sealed, 'management')
      const { won } = await race<unknown>(withdrawSignOff(scene.people.management, { signOff: signature, reason: REASON }), next())
      expect(await standing(sealed.hash)).toBe(won.length - 1)
    }))

  it('withdrawn twice at once: once', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'staging')
      const { id: signature } = await sign(scene.people.release_manager, sealed.id, 'release-manager', sealed.hash)
      const back = () => withdrawSignOff(scene.people.release_manager, { signOff: signature, reason: REASON })
      const { won, lost } = await race(back(), back())
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
      expect(await trail({ subject: signature })).toHaveLength(1)
    }))
})

describe('against what moves the sealed version (T04)', () => {
  const moves: [string, (sealed: Sealed) => Promise<unknown>][] = [
    [
      'evidence that fails',
      ({ version }) =>
        recordEvidence(
          scene.people.engineer,
          recordEvidenceInput.parse({
            system: 'robodj',
            version,
            profile: 'prod',
            gate: 'secret-preflight',
            verdict: 'fail',
            summary: 'exit 1',
            digest: digestOf('race', version),
          }),
        ),
    ],
    [
      'another window',
      ({ id }) =>
        setWindow(scene.people.release_manager, {
          promotion: id,
          startsAt: new Date(Date.now() + 60_000),
          endsAt: new Date(Date.now() + 120_000),
        }),
    ],
    ['another pin', ({ id }) => repinPromotion(scene.people.release_manager, { promotion: id })],
    ['the promotion withdrawn', ({ id }) => withdrawPromotion(scene.people.dev_lead, { promotion: id, reason: REASON })],
  ]

  it.each(moves)(
    '%s racing a signature: whatever comes first, the version is ended and no signature follows its end',
    async (name, move) => {
      await rounds(async (round) => {
        const sealed = await aSealedPromotion(scene, 'prod')
        if (name === 'another pin')
          await applyPolicy(await openConsole(), {
            text: policyText('robodj').replace(/^( {2}description: ).*$/m, `$1Edition ${round} of the race`),
            fileName: 'policies/robodj.yaml',
          })
        const signing = await ready(scene.people.management, sealed, 'management')
        const [moved, signed] = await Promise.allSettled([move(sealed), signing()])
        if (moved.status === 'rejected') throw moved.reason
        const version = await db.sealedVersion.findFirstOrThrow({ where: { hash: sealed.hash }, include: { signOffs: true } })
        expect(version.endedAt).not.toBeNull()
        expect(version.signOffs).toHaveLength(signed.status === 'fulfilled' ? 1 : 0)
        const order = (await actions(sealed.id)).filter((action) => /signed|voided|withdrawn/.test(action))
        if (signed.status === 'fulfilled') expect(order[0]).toBe('promotion.signed')
        else expect(order).not.toContain('promotion.signed')
      })
    },
  )

  it('sealing racing another window: what stands sealed has the window that stands', () =>
    rounds(async () => {
      const { id } = await anOpenPromotion(scene, 'prod')
      const window = { startsAt: new Date(Date.now() + 60_000), endsAt: new Date(Date.now() + 120_000) }
      await race<unknown>(
        sealPromotion(scene.people.release_manager, { promotion: id }),
        setWindow(scene.people.release_manager, { promotion: id, ...window }),
      )
      const facts = await factsOf(id)
      expect(facts.window).toEqual(window)
      if (facts.sealed) expect(facts.sealed.dossier.window?.endsAt).toBe(window.endsAt.toISOString())
      else expect(await actions(id)).toContain('promotion.voided')
    }))

  it('sealing racing the withdrawal of the promotion: nothing stands sealed on what ended', () =>
    rounds(async () => {
      const { id } = await anOpenPromotion(scene, 'prod')
      await race<unknown>(
        sealPromotion(scene.people.release_manager, { promotion: id }),
        withdrawPromotion(scene.people.dev_lead, { promotion: id, reason: REASON }),
      )
      expect(await phaseOf(id)).toBe('withdrawn')
      expect(await db.sealedVersion.count({ where: { promotionId: id, endedAt: null } })).toBe(0)
    }))

  it('two Release Managers withdraw at once: it is withdrawn once', () =>
    rounds(async () => {
      const { id } = await anOpenPromotion(scene, 'staging')
      const withdraw = (who: Ctx) => withdrawPromotion(who, { promotion: id, reason: REASON })
      const { won, lost } = await race(withdraw(scene.people.dev_lead), withdraw(scene.people.release_manager))
      expect([won.length, lost.map(({ code }) => code)]).toEqual([1, ['wrong_state']])
      expect((await actions(id)).filter((action) => action === 'promotion.withdrawn')).toHaveLength(1)
    }))
})

describe('against who somebody is (T08, T09)', () => {
  const endings: [string, (who: Ctx) => Promise<unknown>][] = [
    [
      'the grant',
      async ({ actor }) => {
        const { id } = await db.roleGrant.findFirstOrThrow({ where: { principalId: actor.id } })
        return endGrant(boss, { grant: id })
      },
    ],
    ['the session', (who) => endSession(who, { session: who.actor.session?.id as string })],
    ['the person', ({ actor }) => retirePerson(boss, { person: actor.id })],
  ]

  it.each(endings)('%s ends while they sign: no signature comes after the end', async (_, end) => {
    await rounds(async (round) => {
      const sealed = await aSealedPromotion(scene, 'prod')
      const who = await inBrowser(await somebody('management'))
      const signing = await ready(who, sealed, 'management')
      const delay = () => new Promise((go) => setTimeout(go, (round % 3) * 4))
      const [ended, signed] = await Promise.allSettled([delay().then(() => end(who)), signing()])
      if (ended.status === 'rejected') throw ended.reason
      expect(await standing(sealed.hash)).toBe(signed.status === 'fulfilled' ? 1 : 0)
      const order = (await trail())
        .map(({ action }) => action)
        .filter((action) => /^(promotion\.signed|grant\.ended|session\.ended|principal\.retired)$/.test(action))
      expect(order.at(-1)).not.toBe('promotion.signed')
      expect(order.at(-2) === 'promotion.signed').toBe(signed.status === 'fulfilled')
    })
  })

  it('a token is revoked while it records: nothing of it comes after the revocation', () =>
    rounds(async (round) => {
      const { version, id } = await anOpenPromotion(scene, 'staging', { except: ['secret-preflight'] })
      const token = await aToken(scene.people.engineer, { scopes: ['evidence:bring'], systemId: 'robodj' })
      const recording = () =>
        recordEvidence(
          token,
          recordEvidenceInput.parse({
            system: 'robodj',
            version,
            profile: 'staging',
            gate: 'secret-preflight',
            verdict: 'pass',
            summary: 'exit 0',
            digest: digestOf('token race', version),
          }),
        )
      const tokenId = token.actor.token?.id as string
      const delay = () => new Promise((go) => setTimeout(go, (round % 3) * 3))
      const [revoked, recorded] = await Promise.allSettled([delay().then(() => revokeToken(boss, { token: tokenId })), recording()])
      if (revoked.status === 'rejected') throw revoked.reason
      const order = (await trail()).filter(
        ({ action, subject, actor }) => (action === 'token.revoked' && subject.id === tokenId) || actor.id === token.actor.id,
      )
      expect(order.map(({ action }) => action)).toEqual([
        ...(recorded.status === 'fulfilled' ? ['evidence.recorded'] : []),
        'token.revoked',
      ])
      expect(await phaseOf(id)).toBe(recorded.status === 'fulfilled' ? 'ready_to_seal' : 'collecting')
    }))
})

describe('against the deployment', () => {
  it('a decline or a withdrawal racing the start: either it came first and the start has no authority, or it came too late', () =>
    rounds(async (round) => {
      const sealed = await aSealedPromotion(scene, 'staging')
      const { id: signature } = await sign(scene.people.release_manager, sealed.id, 'release-manager', sealed.hash)
      const stop: () => Promise<unknown> =
        round % 2 === 0
          ? () => withdrawPromotion(scene.people.dev_lead, { promotion: sealed.id, reason: REASON })
          : () => withdrawSignOff(scene.people.release_manager, { signOff: signature, reason: REASON })
      const [started, stopped] = await Promise.allSettled([
        startDeployment(scene.people.release_manager, { system: 'robodj', profile: 'staging', version: sealed.version, inputs: [] }),
        stop(),
      ])
      if (started.status === 'rejected') throw started.reason
      expect(started.value.authorised).toBe(stopped.status === 'rejected')
      if (stopped.status === 'rejected') expect(stopped.reason).toMatchObject({ refusal: { code: 'wrong_state' } })
      await finishDeployment(scene.people.release_manager, { deployment: started.value.id, result: 'failed', failureClass: 'other' })
    }))

  it('the result of a newer deployment racing a signature of an older release: superseded, and no signature after that', () =>
    rounds(async (round) => {
      const [older, newer] = [`8${round}.1.0`, `8${round}.2.0`]
      const sealed = await aSealedPromotion(scene, 'staging', { release: { version: older } })
      const ahead = await aSealedPromotion(scene, 'staging', { release: { version: newer } })
      await signAll(scene, ahead)
      const { id } = await startDeployment(scene.people.release_manager, {
        system: 'robodj',
        profile: 'staging',
        version: newer,
        inputs: [],
      })
      const signing = await ready(scene.people.release_manager, sealed, 'release-manager')
      await race<unknown>(finishDeployment(scene.people.release_manager, { deployment: id, result: 'succeeded' }), signing())
      expect(await phaseOf(sealed.id)).toBe('superseded')
      const order = (await actions(sealed.id)).filter((action) => /signed|superseded/.test(action))
      expect(order.at(-1)).toBe('promotion.superseded')
      expect(await db.sealedVersion.count({ where: { promotionId: sealed.id, endedAt: null } })).toBe(0)
    }))
})
