import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { ReleaseNotes } from '@/lib/domain/release-notes'
import { type RuleRef, rulesOf } from '@/lib/domain/rule-ref'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { aBearer, api } from '../../../support/api'
import { aFindingRow, anApprovedException, closeFindingRow } from '../../../support/drift'
import { anEmergency } from '../../../support/emergency'
import { approveIt, closeIt, extendIt, fileIt, isoIn, passTimeOf } from '../../../support/exceptions'
import { anOpenPromotion, aProof, aSealedPromotion, inBrowser, type Opened, sign, signAll } from '../../../support/promotions'
import { factsOf, phaseOf } from '../../../support/record'
import { aGovernedSystem, aRelease, policyText, race, refusalOf, type Scene, trail } from '../../../support/scene'

// What deviates while a promotion is on its way: exceptions, findings, conflicts and the budget, judged again at every act (000.32, 002.3).

let scene: Scene
let token: string
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  token = (await aBearer(scene.people.admin, { scopes: ['read'], systemId: 'robodj' })).secret
}, 60_000)

const SCALE = Number(process.env.TEST_SCALE ?? 1)
const ROUNDS = Math.max(1, Math.round(2 * SCALE))
vi.setConfig({ testTimeout: 30_000 * Math.max(1, SCALE) })

const DRILL = { profile: 'prod', rule: 'gate.rollback-drill' }
const PATH = { profile: 'prod', rule: 'runtime.launchPath' }
type Sealed = Opened & { hash: string; number: number }

const seal = (id: string) => sealPromotion(scene.people.release_manager, { promotion: id })
const start = (version: string, profile = 'prod') =>
  startDeployment(scene.people.release_manager, startDeploymentInput.parse({ system: 'robodj', profile, version, inputs: [] }))
const verdict = async (version: string) =>
  (await api(token, 'GET /systems/robodj/profiles/prod/verdict', { query: { release: version } })).body as {
    verdict: string
    reasons: { code: string; sentence: string; who: string | null }[]
  }
const sealedRow = (hash: string) => db.sealedVersion.findFirstOrThrow({ where: { hash, subject: 'promotion' } })
const actionsOf = async (id: string) => (await trail({ subject: id })).map(({ action }) => action)
/** Ends what a test left open, so that the next one begins without exceptions. */
const tidy = async (...exceptions: string[]) => {
  for (const id of exceptions) await closeIt(scene.people.release_manager, id)
}

describe('a gate that an exception covers', () => {
  it('lets a promotion through, and says so in dossier, statement, notes and verdict (000.32)', async () => {
    const opened = await anOpenPromotion(scene, 'prod', { except: ['rollback-drill'] })
    expect((await refusalOf(seal(opened.id))).code).toBe('gate_not_passed')
    const filed = await fileIt(scene, scene.people.engineer, DRILL)
    expect((await refusalOf(seal(opened.id))).code).toBe('gate_not_passed') // filing alone covers no gate
    await approveIt(scene.people.release_manager, filed, 'release-manager')
    const sealed: Sealed = { ...opened, ...(await seal(opened.id)) }
    const { gates, sealed: version } = await factsOf(opened.id)
    expect(gates.find(({ gate }) => gate.id === 'rollback-drill')).toMatchObject({
      verdict: 'pass_with_exception',
      found: 'missing',
      exception: { id: filed.id },
      sentence: expect.stringMatching(new RegExp(`^Covered by ${filed.id} until `)),
    })
    const engineer = scene.people.engineer.actor
    expect(version?.dossier).toMatchObject({
      exceptions: [{ ...DRILL, id: filed.id, owner: engineer.id, expired: false }],
    })
    expect(version?.dossier.gates.find(({ id }) => id === 'rollback-drill')).toMatchObject({ exception: filed.id, found: 'missing' })
    const { canonical } = await sealedRow(sealed.hash)
    for (const prose of [engineer.name, 'Tracing duplicate orders', 'Set it back and deploy again']) expect(canonical).not.toContain(prose)
    await signAll(scene, sealed)
    const signature = await db.signOff.findFirstOrThrow({ where: { sealedHash: sealed.hash } })
    const statement = await db.auditText.findUniqueOrThrow({ where: { digest: signature.statement } })
    expect(statement.body).toMatch(
      new RegExp(`I accept the open exception ${filed.id}\\. I know that this gate passes by an exception only: .* \\(${filed.id}\\)\\.`),
    )
    const notes = await db.sealedVersion.findFirstOrThrow({ where: { subject: 'release_notes', subjectId: opened.id, endedAt: null } })
    expect((JSON.parse(notes.canonical) as ReleaseNotes).exceptions).toMatchObject([{ id: filed.id, owner: engineer.id }])
    expect(await verdict(opened.version)).toMatchObject({ verdict: 'GO', reasons: [] })
    await tidy(filed.id)
    // Closing is an addendum: what was signed stands, and the gate is judged by itself again.
    expect(await phaseOf(opened.id)).toBe('held')
    expect((await verdict(opened.version)).reasons).toMatchObject([{ code: 'gate_not_passed' }])
    expect((await sealedRow(sealed.hash)).endedAt).toBeNull()
  })

  it('lets a release candidate begin where a constraint is asked for before (000.8)', async () => {
    const { version } = await aRelease(scene)
    const open = () => openPromotion(scene.people.dev_lead, { system: 'robodj', version, to: 'staging' })
    expect((await refusalOf(open())).code).toBe('gate_not_passed')
    const exception = await anApprovedException(scene, { profile: 'staging', rule: 'constraint.config-validation' })
    const { id } = await open()
    expect((await factsOf(id)).gates.find(({ gate }) => gate.id === 'config-validation')).toMatchObject({
      verdict: 'pass_with_exception',
      exception: { id: exception },
    })
    await tidy(exception)
  })
})

describe('what an exception does between the seal and a signature', () => {
  const signs = ({ id, hash }: Sealed) => sign(scene.people.secops, id, 'secops', hash)

  it('taking effect voids, and the record says which input moved', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const filed = await fileIt(scene, scene.people.engineer, PATH)
    expect(await phaseOf(sealed.id)).toBe('signing') // what is only filed moves nothing
    await approveIt(scene.people.release_manager, filed, 'release-manager')
    expect((await refusalOf(signs(sealed))).code).toBe('wrong_state')
    expect(await sealedRow(sealed.hash)).toMatchObject({ endedBy: 'voided', moved: [`The exception ${filed.id} was opened on prod`] })
    expect(await actionsOf(sealed.id)).toContain('promotion.voided')
    const again: Sealed = { ...sealed, ...(await seal(sealed.id)) }
    await signs(again)
    await tidy(filed.id)
  })

  it('on the source profile counts alike', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const exception = await anApprovedException(scene, { ...PATH, profile: 'staging' })
    expect((await sealedRow(sealed.hash)).moved).toEqual([`The exception ${exception} was opened on staging`])
    await tidy(exception)
  })

  it('more time voids', async () => {
    const exception = await anApprovedException(scene, PATH)
    const sealed = await aSealedPromotion(scene, 'prod')
    const asked = await extendIt(scene.people.engineer, exception, 48)
    expect(await phaseOf(sealed.id)).toBe('signing')
    await approveIt(scene.people.release_manager, asked, 'release-manager')
    expect(await sealedRow(sealed.hash)).toMatchObject({ endedBy: 'voided', moved: [`The exception ${exception} was extended`] })
    await tidy(exception)
  })

  it('closing is an addendum: the signatures hold', async () => {
    const exception = await anApprovedException(scene, PATH)
    const sealed = await aSealedPromotion(scene, 'prod')
    await signs(sealed)
    await tidy(exception)
    expect(await phaseOf(sealed.id)).toBe('signing')
    await sign(scene.people.management, sealed.id, 'management', sealed.hash)
    expect((await sealedRow(sealed.hash)).endedAt).toBeNull()
  })

  it('its end voids as it is read, without anybody having written, and the next write records it', async () => {
    const exception = await anApprovedException(scene, PATH, 1)
    const sealed = await aSealedPromotion(scene, 'prod')
    await passTimeOf(exception, '2 hours')
    expect(await phaseOf(sealed.id)).toBe('voided')
    const refusal = await refusalOf(signs(sealed))
    expect(refusal).toMatchObject({ code: 'stale_version', details: [`The exception ${exception} expired on prod`] })
    expect((await sealedRow(sealed.hash)).endedAt).toBeNull()
    // Overdue, it holds the next seal as well, until it is closed.
    expect((await refusalOf(seal(sealed.id))).details).toEqual([
      expect.stringMatching(new RegExp(`^${exception} for Launch path on prod ended at .* Can move it: The engineer, Release Manager\\.$`)),
    ])
    await tidy(exception)
    expect(await sealedRow(sealed.hash)).toMatchObject({ endedBy: 'voided', moved: [`The exception ${exception} expired on prod`] })
    expect(await actionsOf(sealed.id)).toContain('promotion.voided')
  })
})

describe('what an exception does between the last signature and the deployment', () => {
  const approved = async (except?: string[]): Promise<Sealed> => {
    const sealed = await aSealedPromotion(scene, 'prod', { except })
    await signAll(scene, sealed)
    return sealed
  }
  const startsWithout = async (version: string, reason: RegExp) => {
    const asked = await verdict(version)
    expect(asked.verdict).toBe('NOT_YET')
    expect(asked.reasons.map(({ sentence }) => sentence)).toContainEqual(expect.stringMatching(reason))
    const started = await start(version)
    expect(started).toMatchObject({ authorised: false, reasons: asked.reasons.map(({ sentence }) => sentence) })
    await finishDeployment(scene.people.release_manager, { deployment: started.id, result: 'failed' })
  }

  it('taking effect or more time ends the authority', async () => {
    const first = await approved()
    const exception = await anApprovedException(scene, PATH)
    await startsWithout(first.version, /No version is sealed/)
    const second = await approved()
    await approveIt(scene.people.release_manager, await extendIt(scene.people.engineer, exception, 48), 'release-manager')
    await startsWithout(second.version, /No version is sealed/)
    await tidy(exception)
  })

  it('its end ends the authority as it passes', async () => {
    const exception = await anApprovedException(scene, PATH, 1)
    const sealed = await approved()
    expect((await verdict(sealed.version)).verdict).toBe('GO')
    await passTimeOf(exception, '2 hours')
    await startsWithout(sealed.version, new RegExp(`^The exception ${exception} expired on prod; version 1 is void\\.$`))
    await tidy(exception)
  })

  it('closing leaves it, unless a gate passed by it alone', async () => {
    const [path, drill] = [await anApprovedException(scene, PATH), await anApprovedException(scene, DRILL)]
    const sealed = await approved(['rollback-drill'])
    await tidy(path)
    expect((await verdict(sealed.version)).verdict).toBe('GO')
    await tidy(drill)
    await startsWithout(sealed.version, /^Rollback drill/)
  })
})

describe('open drift', () => {
  it('holds sealing, signing and deploying on the target, voids nothing, and an exception covers it', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const finding = await aFindingRow(scene, { ...PATH, title: 'Launch path' })
    expect(await phaseOf(sealed.id)).toBe('held')
    expect(await refusalOf(sign(scene.people.secops, sealed.id, 'secops', sealed.hash))).toMatchObject({
      code: 'held',
      details: [expect.stringMatching(new RegExp(`^${finding} on prod: .*Can move it: Engineer or Dev lead\\.$`))],
    })
    expect((await verdict(sealed.version)).reasons).toContainEqual(
      expect.objectContaining({ code: 'held', sentence: expect.stringContaining(finding), who: 'Engineer or Dev lead' }),
    )
    const filed = await fileIt(scene, scene.people.engineer, { ...PATH, finding })
    expect((await refusalOf(sign(scene.people.secops, sealed.id, 'secops', sealed.hash))).details).toEqual([
      expect.stringContaining(`${filed.id} is filed for it and waits for approval.`),
    ])
    await approveIt(scene.people.release_manager, filed, 'release-manager')
    const again: Sealed = { ...sealed, ...(await seal(sealed.id)) }
    await signAll(scene, again)
    expect((await verdict(sealed.version)).verdict).toBe('GO')
    // The exception closed with the drift still there: it is open drift again.
    await tidy(filed.id)
    expect((await verdict(sealed.version)).reasons).toMatchObject([{ code: 'held' }])
    await closeFindingRow(finding)
    expect(await phaseOf(sealed.id)).toBe('approved')
    expect((await verdict(sealed.version)).verdict).toBe('GO')
  })

  it('elsewhere, or of less weight, only shows', async () => {
    const findings = [
      await aFindingRow(scene, { ...PATH, profile: 'staging' }),
      await aFindingRow(scene, { ...PATH, severity: 'warn' }),
      await aFindingRow(scene, { profile: null, rule: 'document.doc-000', kind: 'disagreement' }),
    ]
    const sealed = await aSealedPromotion(scene, 'prod')
    expect((await factsOf(sealed.id)).sealed?.dossier.drift?.map(({ id }) => id).toSorted()).toEqual(findings.toSorted())
    for (const id of findings) await closeFindingRow(id)
    expect(await phaseOf(sealed.id)).toBe('signing')
  })

  it('does not hold an emergency, and stands in its dossier and statement (000.21)', async () => {
    const finding = await aFindingRow(scene, { ...PATH })
    const emergency = await anEmergency(scene, 'prod')
    const hash = (await seal(emergency.id)).hash
    expect((await factsOf(emergency.id)).sealed?.dossier.drift).toMatchObject([{ id: finding }])
    await signAll(scene, { ...emergency, hash })
    const { statement } = await db.signOff.findFirstOrThrow({ where: { sealedHash: hash } })
    expect((await db.auditText.findUniqueOrThrow({ where: { digest: statement } })).body).toContain(`I know that ${finding} is open drift.`)
    expect((await verdict(emergency.version)).verdict).toBe('GO')
    await closeFindingRow(finding)
  })
})

describe('two writers at once', () => {
  const ready = async ({ id, hash }: Sealed) => {
    const browser = await inBrowser(scene.people.secops)
    const proof = await aProof(browser, hash, 'secops')
    return () => signPromotion(browser, { promotion: id, slot: 'secops', sealedHash: hash, proof, confirmed: 'yes' })
  }
  /** A filing whose approval is one call away. */
  const approvable = async (at: { profile: string; rule: string }) => {
    const filed = await fileIt(scene, scene.people.engineer, at)
    const browser = await inBrowser(scene.people.release_manager)
    return { id: filed.id, approve: () => approveIt(browser, filed, 'release-manager') }
  }
  const rounds = async (run: () => Promise<void>) => {
    for (let round = 0; round < ROUNDS; round += 1) await run()
  }

  it('an approval of an exception against a signature: the version falls, and no signature is given after that (T07)', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'prod')
      const exception = await approvable(PATH)
      const signs = await ready(sealed)
      const { lost } = await race<unknown>(exception.approve(), signs())
      expect(lost.map(({ code }) => code).every((code) => ['wrong_state', 'stale_version'].includes(code))).toBe(true)
      expect(await sealedRow(sealed.hash)).toMatchObject({ endedBy: 'voided' })
      const order = (await actionsOf(sealed.id)).filter((action) => ['promotion.signed', 'promotion.voided'].includes(action))
      expect(order).toEqual(lost.length === 0 ? ['promotion.signed', 'promotion.voided'] : ['promotion.voided'])
      await tidy(exception.id)
    }))

  it('an approval against a seal: what is sealed knows of it, or falls by it', () =>
    rounds(async () => {
      const opened = await anOpenPromotion(scene, 'prod')
      const exception = await approvable(PATH)
      const [, sealed] = await Promise.all([exception.approve(), seal(opened.id)])
      const row = await sealedRow(sealed.hash)
      const knows = row.canonical.includes(exception.id)
      expect(row.endedBy).toBe(knows ? null : 'voided')
      expect(await phaseOf(opened.id)).toBe(knows ? 'signing' : 'ready_to_seal')
      await tidy(exception.id)
    }))

  it('an extension against a signature: the same', () =>
    rounds(async () => {
      const id = await anApprovedException(scene, PATH)
      const sealed = await aSealedPromotion(scene, 'prod')
      const asked = await extendIt(scene.people.engineer, id, 48)
      const signs = await ready(sealed)
      await race<unknown>(approveIt(await inBrowser(scene.people.release_manager), asked, 'release-manager'), signs())
      expect(await sealedRow(sealed.hash)).toMatchObject({ endedBy: 'voided', moved: [`The exception ${id} was extended`] })
      await tidy(id)
    }))

  it('closing what covers a gate against a signature: signed while it was covered, or held; the version stands either way', () =>
    rounds(async () => {
      const id = await anApprovedException(scene, DRILL)
      const sealed = await aSealedPromotion(scene, 'prod', { except: ['rollback-drill'] })
      const signs = await ready(sealed)
      const { lost } = await race<unknown>(closeIt(scene.people.release_manager, id), signs())
      expect(lost.map(({ code }) => code)).toEqual(lost.length === 0 ? [] : ['held'])
      expect((await sealedRow(sealed.hash)).endedAt).toBeNull()
      expect(await phaseOf(sealed.id)).toBe('held')
    }))

  it('an approval against the start of the deployment: it runs with authority and the version counts, or it starts without any', () =>
    rounds(async () => {
      const sealed = await aSealedPromotion(scene, 'prod')
      await signAll(scene, sealed)
      const exception = await approvable(PATH)
      const [, started] = await Promise.all([exception.approve(), start(sealed.version)])
      expect((await sealedRow(sealed.hash)).endedBy).toBe(started.authorised ? null : 'voided')
      await finishDeployment(scene.people.release_manager, { deployment: started.id, result: 'failed' })
      await tidy(exception.id)
    }))

  it('an end that passes against a signature: nobody signs from that instant on', () =>
    rounds(async () => {
      const id = await anApprovedException(scene, PATH, 1)
      const sealed = await aSealedPromotion(scene, 'prod')
      const signs = await ready(sealed)
      const { won } = await race<unknown>(passTimeOf(id, '2 hours'), signs())
      expect(await phaseOf(sealed.id)).toBe('voided')
      expect((await refusalOf(sign(scene.people.management, sealed.id, 'management', sealed.hash))).code).toBe('stale_version')
      expect(await db.signOff.count({ where: { sealedHash: sealed.hash } })).toBe(won.length - 1)
      await tidy(id)
    }))
})

describe('what the policy of a system says', () => {
  it('a spent budget holds every promotion of the system, until days are free again', async () => {
    const waxwatch = await aGovernedSystem('waxwatch')
    const sealed = await aSealedPromotion(waxwatch, 'staging')
    const text = policyText('waxwatch').replace(
      /^drift:\n/m,
      'drift:\n  budget: { days: 1, within: P30D, text: One day in thirty., assumed: true }\n',
    )
    await applyPolicy(await openConsole(), { text, fileName: 'policies/waxwatch.yaml' })
    const rule = (rulesOf((await loadActivePolicy(db, 'waxwatch')).policy, 'dev').find(({ kind }) => kind === 'fact') as RuleRef).key
    const exception = await fileIt(waxwatch, waxwatch.people.engineer, { profile: 'dev', rule, startsAt: isoIn(-46) })
    expect(exception.isApproved).toBe(true)
    // Void, since dev is its source; the budget does not hold it, since it is pinned to the version before.
    expect(await phaseOf(sealed.id)).toBe('ready_to_seal')
    const opened = await anOpenPromotion(waxwatch, 'staging')
    const sealing = () => sealPromotion(waxwatch.people.release_manager, { promotion: opened.id })
    expect((await refusalOf(sealing())).details).toEqual([
      expect.stringMatching(
        /^WaxWatch has spent its budget of open exceptions\. 1\.9 of 1 exception day in 30 days are used\. One day in thirty\. Can move it: Release Manager\.$/,
      ),
    ])
    expect(await phaseOf(opened.id)).toBe('collecting')
    // What is closed still counts for as long as it lies in the stretch of time.
    await closeIt(waxwatch.people.release_manager, exception.id)
    expect(await phaseOf(opened.id)).toBe('collecting')
    await passTimeOf(exception.id, '40 days')
    expect((await sealing()).number).toBe(1)
  })

  it('a conflict between documents stops every promotion of the system until somebody resolves it (002.3)', async () => {
    const stack = await aGovernedSystem('stack')
    const opened = await anOpenPromotion(stack, 'staging')
    const conflict = await aFindingRow(stack, {
      profile: null,
      rule: 'document.doc-002',
      kind: 'conflict',
      title: 'Two ports for one service',
    })
    const sealing = () => sealPromotion(stack.people.release_manager, { promotion: opened.id })
    expect((await refusalOf(sealing())).details).toEqual([
      expect.stringMatching(
        new RegExp(
          `^${conflict}: Two ports for one service\\. If a conflict is found, raise an issue and stop; .* Can move it: Release Manager or Dev lead\\.$`,
        ),
      ),
    ])
    const by = stack.people.release_manager.actor.id
    await db.finding.update({ where: { id: conflict }, data: { closedAt: new Date(), closedHow: 'resolved', resolvedById: by } })
    expect((await sealing()).number).toBe(1)
  })
})
