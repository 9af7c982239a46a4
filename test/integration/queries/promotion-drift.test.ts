import '../../support/settings'
import { beforeAll, describe, expect, it } from 'vitest'
import { notesMarkdown } from '@/app/(dashboard)/notes/files'
import type { Ctx } from '@/lib/domain/context'
import { instantInWords } from '@/lib/domain/words'
import { getPromotionDossier } from '@/lib/queries/promotion-dossier'
import { getBoard } from '@/lib/queries/promotions-board'
import { getNotes } from '@/lib/queries/release-notes'
import { getCeremony } from '@/lib/queries/sign-ceremony'
import { getSystemHead } from '@/lib/queries/system-head'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { aBearer, api } from '../../support/api'
import { aFindingRow, anApprovedException, closeFindingRow } from '../../support/drift'
import { approveIt, closeIt, exceptionOf, extendIt, fileIt } from '../../support/exceptions'
import { anOpenPromotion, aSealedPromotion, type Opened, signAll } from '../../support/promotions'
import { aGovernedSystem, aRelease, type Scene } from '../../support/scene'

let scene: Scene
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
}, 60_000)

const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const dossierOf = async (id: string, who = scene.people.engineer) => {
  const dossier = await getPromotionDossier(looker(who), id)
  if (!dossier) throw new Error(`${id} cannot be seen`)
  return dossier
}
const PATH = { profile: 'prod', rule: 'runtime.launchPath' }
const DRILL = { profile: 'prod', rule: 'gate.rollback-drill' }
const REMEDIATION = 'Restore `the launcher` | rerun <config>.'

describe('the dossier', () => {
  it('shows exceptions by owner and words, live drift, and what holds it, with the way to file from a blocked gate', async () => {
    const opened = await anOpenPromotion(scene, 'prod', { except: ['rollback-drill'] })
    const exception = await anApprovedException(scene, PATH)
    const finding = await aFindingRow(scene, { profile: 'prod', rule: 'routes.dev', title: 'Dev routes' })
    const covered = await aFindingRow(scene, { ...PATH, title: 'Launch path' })
    const d = await dossierOf(opened.id)
    expect(d.dossier.exceptions).toMatchObject([{ id: exception, profile: 'prod' }])
    const [{ owner, reason, remediation } = { owner: '', reason: '', remediation: '' }] = d.dossier.exceptions
    expect(d.known).toEqual({
      words: {
        names: { [owner]: scene.people.engineer.actor.name },
        texts: { [reason]: 'Tracing duplicate orders.', [remediation]: 'Set it back and deploy again.' },
      },
      closed: [],
    })
    expect(d.findings.map(({ id, exception: by }) => [id, by?.id ?? null]).toSorted()).toEqual(
      [
        [finding, null],
        [covered, exception],
      ].toSorted(),
    )
    expect(d.holds).toMatchObject([{ kind: 'finding', subject: finding }])
    expect(d.hold).toMatchObject({ kind: 'finding', words: 'Open drift on prod: Dev routes' })
    expect(d.may.fileException).toBeNull()
    expect((await dossierOf(opened.id, scene.people.auditor)).may.fileException?.code).toBe('not_allowed')
    expect(d.gates.find(({ gate }) => gate.id === 'rollback-drill')).toMatchObject({ verdict: 'missing', never: null, exception: null })
    const board = await getBoard(looker(scene.people.engineer))
    expect(board.columns.collecting.find(({ id }) => id === opened.id)).toMatchObject({ exceptions: 1, openDrift: 1 })
    await closeFindingRow(finding)
    await closeFindingRow(covered)
    await closeIt(scene.people.release_manager, exception)
  })

  it('names a gate that nothing excepts by the words of the policy', async () => {
    const { id } = await anOpenPromotion(scene, 'staging')
    const never = (await dossierOf(id)).gates.filter((view) => view.never !== null)
    expect(never.map(({ never: text }) => text)).toEqual(never.map(() => 'Plaintext secrets in the repository.'))
    expect(never.length).toBeGreaterThan(0)
  })

  it('and the ceremony say what was closed since the seal', async () => {
    const [path, drill] = [await anApprovedException(scene, PATH), await anApprovedException(scene, DRILL)]
    const sealed = await aSealedPromotion(scene, 'prod', { except: ['rollback-drill'] })
    const ceremony = async () => {
      const found = await getCeremony(looker(scene.people.secops), sealed.id, 'approve', { slot: 'secops' })
      if (!found || !('slot' in found)) throw new Error('There is something to sign')
      return found
    }
    expect((await ceremony()).exceptions.map(({ id }) => id).toSorted()).toEqual([path, drill].toSorted())
    expect(Object.values((await ceremony()).known.words.names)).toEqual([scene.people.engineer.actor.name])
    expect((await ceremony()).statement).toContain('by an exception only')
    await closeIt(scene.people.release_manager, path)
    expect((await ceremony()).known.closed).toEqual([path])
    expect((await dossierOf(sealed.id)).known.closed).toEqual([path])
    const gate = (await dossierOf(sealed.id)).gates.find((view) => view.gate.id === 'rollback-drill')
    expect(gate).toMatchObject({ verdict: 'pass_with_exception', exception: { id: drill } })
    await closeIt(scene.people.release_manager, drill)
    expect((await ceremony()).whyNot?.code).toBe('held')
  })

  it('is told over HTTP alike', async () => {
    const exception = await anApprovedException(scene, DRILL)
    const finding = await aFindingRow(scene, { ...PATH, title: 'Launch path' })
    const { id } = await anOpenPromotion(scene, 'prod', { except: ['rollback-drill'] })
    const { secret } = await aBearer(scene.people.admin, { scopes: ['read'], systemId: 'robodj' })
    const { status, body } = await api(secret, `GET /promotions/${id}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      exceptions: [{ id: exception, rule: DRILL.rule, owner: scene.people.engineer.actor.name, state: 'running' }],
      drift: [{ id: finding, severity: 'block', exception: null }],
      budget: null,
      reasons: expect.arrayContaining([expect.objectContaining({ code: 'held', who: 'Engineer or Dev lead' })]),
    })
    expect((body.gates as { id: string }[]).find((gate) => gate.id === 'rollback-drill')).toMatchObject({
      verdict: 'pass_with_exception',
      found: 'missing',
      exception,
    })
    // The pipeline of the system says it too: what passes by an exception only is no plain pass.
    const head = await getSystemHead(looker(scene.people.auditor), scene.slug)
    const way = head?.edges.find(({ promotion }) => promotion?.id === id)
    expect(way?.promotion).toMatchObject({ covered: 1, state: 'drift' })
    await closeFindingRow(finding)
    await closeIt(scene.people.release_manager, exception)
  })
})

describe('release notes (000.32)', () => {
  const engineer = () => scene.people.engineer
  const notesOf = async ({ version }: Pick<Opened, 'version'>) => {
    const detail = await getNotes(looker(scene.people.auditor), 'robodj', 'prod', version)
    if (!detail) throw new Error('The notes can be seen')
    return detail
  }
  const deploy = async (version: string) => {
    const { id } = await startDeployment(
      scene.people.release_manager,
      startDeploymentInput.parse({ system: 'robodj', profile: 'prod', version, inputs: [] }),
    )
    await finishDeployment(scene.people.release_manager, { deployment: id, result: 'succeeded' })
  }

  it('list what was open while the release was promoted to the profile or live there, and add what comes later', async () => {
    const travels = await fileIt(scene, engineer(), { ...PATH, profile: 'staging', remediation: REMEDIATION })
    await approveIt(scene.people.release_manager, travels, 'release-manager')
    const opened = await anOpenPromotion(scene, 'prod')
    // Open on the target only while it was being promoted: it is in no dossier, and in the notes all the same.
    const brief = await anApprovedException(scene, PATH)
    await closeIt(scene.people.release_manager, brief)
    const sealed = { ...opened, ...(await sealPromotion(scene.people.release_manager, { promotion: opened.id })) }
    expect((await notesOf(sealed)).notes?.exceptions.map(({ id }) => id)).toEqual([travels.id, brief].toSorted())
    await signAll(scene, sealed)
    const after = await notesOf(sealed)
    expect(after.notes?.exceptions).toMatchObject([
      { id: travels.id, profile: 'staging', expired: false },
      { id: brief, profile: 'prod', closedAt: expect.any(String) },
    ])
    expect(JSON.stringify(after.notes)).not.toContain(engineer().actor.name)
    const facts = await exceptionOf(travels.id)
    const text = notesMarkdown(after, null, 'engineers')
    for (const said of [
      `[${travels.id}](`,
      `| staging: ${facts.title} is something else; the policy says ${facts.expected.replaceAll('_', '\\_')}. |`,
      `| Date and time | ${instantInWords(facts.startsAt)} |`,
      `| Owner | ${engineer().actor.name} |`,
      'Restore \\`the launcher\\` \\| rerun \\<config\\>. |',
      `; closed ${instantInWords((await exceptionOf(brief)).endedAt as Date)} |`,
    ])
      expect(text).toContain(said)
    expect(after.addenda.filter(({ sentence }) => sentence.includes('EXC-'))).toEqual([])

    await deploy(sealed.version)
    const later = await anApprovedException(scene, PATH, 1)
    await approveIt(scene.people.release_manager, await extendIt(engineer(), later, 2), 'release-manager')
    const said = async () =>
      (await notesOf(sealed)).addenda.map(({ sentence }) => sentence).filter((sentence) => sentence.startsWith(later))
    const name = engineer().actor.name
    expect((await said()).toSorted()).toEqual([
      expect.stringMatching(new RegExp(`^${later} was extended until .*\\.$`)),
      expect.stringMatching(
        new RegExp(
          `^${later} was opened on prod: .* is something else; the policy says .*; owner ${name}; expected .*Remediation: Set it back and deploy again\\.$`,
        ),
      ),
    ])
    await closeIt(engineer(), later)
    expect(await said()).toContainEqual(`${later} was closed.`)
    const sealedText = (await notesOf(sealed)).notes?.exceptions.map(({ id }) => id)
    expect(sealedText).not.toContain(later)

    // From the next authorised release on it is that one's story.
    const next = await aSealedPromotion(scene, 'prod')
    await signAll(scene, next)
    await deploy(next.version)
    const told = (await notesOf(sealed)).addenda.length
    const another = await anApprovedException(scene, PATH)
    expect((await notesOf(sealed)).addenda).toHaveLength(told)
    expect((await notesOf(next)).addenda.map(({ sentence }) => sentence)).toContainEqual(
      expect.stringContaining(`${another} was opened on prod`),
    )
    await closeIt(scene.people.release_manager, another)
    await closeIt(scene.people.release_manager, travels.id)
  })

  it('of a release that nobody promoted add what was open while it ran there', async () => {
    const exception = await anApprovedException(scene, PATH)
    const { version } = await aRelease(scene)
    await deploy(version)
    const detail = await notesOf({ version })
    expect(detail.notes).toBeNull()
    expect(detail.addenda.map(({ sentence }) => sentence)).toEqual([expect.stringMatching(new RegExp(`^${exception} was open on prod: `))])
    expect(notesMarkdown(detail, null, 'engineers')).toContain(`: ${exception} was open on prod: `)
    await closeIt(scene.people.release_manager, exception)
    expect((await notesOf({ version })).addenda.at(-1)?.sentence).toBe(`${exception} was closed.`)
  })
})
