import '../../support/settings'
import { beforeAll, describe, expect, it } from 'vitest'
import { notesMarkdown } from '@/app/(dashboard)/notes/files'
import type { Ctx } from '@/lib/domain/context'
import { getNotes, listNotes, type NotesDetail } from '@/lib/queries/release-notes'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { editNotesSummary } from '@/lib/usecases/promotion/edit-notes-summary'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { aPerson } from '../../support/people'
import { aSealedPromotion, type Opened, signAll } from '../../support/promotions'
import { aGovernedSystem, aRelease, type Scene } from '../../support/scene'
import { countStatements } from '../../support/statements'

let scene: Scene
let other: Scene
let auditor: Ctx
let sealed: Opened & { hash: string }

const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const notesOf = (who: Ctx, version: string, profile = 'prod') => getNotes(looker(who), 'dreichor', profile, version)
const markdownOf = (notes: NotesDetail) => notesMarkdown(notes, null, 'engineers')
const start = (profile: string, version: string, inputs: string[]) =>
  startDeployment(scene.people.release_manager, startDeploymentInput.parse({ system: 'dreichor', profile, version, inputs }))

beforeAll(async () => {
  scene = await aGovernedSystem('dreichor')
  other = await aGovernedSystem('robodj')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
  sealed = await aSealedPromotion(scene, 'prod', {
    release: { changes: [{ kind: 'fix', summary: '# Not a heading | <b>', reference: 'DR-7' }] },
  })
}, 60_000)

describe('a draft', () => {
  it('is drawn from the dossier, with who may still edit its summary and which slots are open', async () => {
    const draft = await notesOf(auditor, sealed.version)
    expect(draft).toMatchObject({ seal: null, voided: null, promotion: { id: sealed.id }, deployments: [], addenda: [] })
    expect(draft?.notes?.changes).toMatchObject([{ kind: 'fix', summary: '# Not a heading | <b>', reference: 'DR-7' }])
    expect(draft?.notes?.gates.every(({ verdict }) => verdict === 'pass')).toBe(true)
    expect(draft?.slots.every(({ state, at }) => state === 'open' && at === null)).toBe(true)
    expect(draft?.whyNotEdit?.code).toBe('not_allowed')
    expect((await notesOf(scene.people.release_manager, sealed.version))?.whyNotEdit).toBeNull()
  })

  it('names secrets and never a value, and as Markdown nothing in it becomes markup (T21)', async () => {
    await editNotesSummary(scene.people.release_manager, { promotion: sealed.id, summary: '- A [link](http://example.org) *and* 1. more' })
    const draft = await notesOf(auditor, sealed.version)
    expect(draft?.notes?.secrets).toEqual(['DATABASE_URL'])
    const text = markdownOf(draft as NonNullable<typeof draft>)
    expect(text).toContain('\\- A \\[link\\](http://example.org) \\*and\\* 1. more')
    expect(text).toContain('- \\# Not a heading \\| \\<b\\> (fix, DR-7)')
    expect(text).toContain('No drift exceptions.')
    expect(text).toContain(`/promotions/${sealed.id})`)
    expect(text).toContain('Draft. It is sealed when the promotion is fully signed.')
  })
})

describe('sealed notes', () => {
  it('are the bytes that were sealed, with every signature by name and a hash of their own', async () => {
    await signAll(scene, sealed)
    const notes = await notesOf(auditor, sealed.version)
    expect(notes?.seal).toMatchObject({ number: 1 })
    expect(notes?.seal?.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(notes?.seal?.hash).not.toBe(sealed.hash)
    expect(notes?.notes?.dossier.hash).toBe(sealed.hash)
    expect(notes?.slots.map(({ state }) => state)).toEqual(notes?.slots.map(() => 'signed'))
    expect(Object.values(notes?.words.names ?? {}).length).toBe(notes?.slots.length)
    expect(notes?.whyNotEdit).not.toBeNull()
    expect((await notesOf(scene.people.release_manager, sealed.version))?.whyNotEdit?.sentence).toMatch(/errata/)
    expect(markdownOf(notes as NonNullable<typeof notes>)).toContain(`Sealed. SHA-256 \`${notes?.seal?.hash}\``)
  })

  it('gain what happened after as dated addenda, outside the hash', async () => {
    const before = await notesOf(auditor, sealed.version)
    const { id } = await start('prod', sealed.version, ['image', 'env'])
    await finishDeployment(scene.people.release_manager, { deployment: id, result: 'succeeded' })
    const after = await notesOf(auditor, sealed.version)
    expect(after?.seal?.hash).toBe(before?.seal?.hash)
    expect(after?.addenda.map(({ sentence }) => sentence)).toEqual([`${id}: ${sealed.version} deployed to prod.`, `${id} succeeded.`])
    expect(markdownOf(after as NonNullable<typeof after>)).toContain(`- ${id}, deployment of ${sealed.version} to prod, started`)
  })
})

describe('without authority', () => {
  it('a deployment nobody promoted has a page and a row of its own, with its reasons and its inputs (domain.md: unauthorised, 004.6)', async () => {
    const { version } = await aRelease(scene)
    const { id } = await start('prod', version, ['image', 'env', 'volume-mounts'])
    await finishDeployment(scene.people.release_manager, { deployment: id, result: 'failed', failureClass: 'other' })
    const page = await notesOf(auditor, version)
    expect(page).toMatchObject({ notes: null, promotion: null, seal: null })
    const text = markdownOf(page as NonNullable<typeof page>)
    expect(text).toContain('No promotion of it to prod was ever opened')
    expect(text).toMatch(/Without authority: No open promotion leads/)
    expect(text).toMatch(/Inputs the policy does not allow: volume-mounts/)
    const { rows } = await listNotes(looker(auditor), {}, { limit: 50, after: null })
    expect(rows.find((row) => row.version === version)).toMatchObject({ state: 'unpromoted', unauthorised: true, promotion: null })
    expect(rows.find((row) => row.version === sealed.version)).toMatchObject({ state: 'sealed', unauthorised: false })
  })

  it('one that was started before its promotion was approved is marked in the list beside its promotion', async () => {
    const opened = await aSealedPromotion(scene, 'prod')
    const { id, authorised } = await start('prod', opened.version, ['image', 'env'])
    expect(authorised).toBe(false)
    await finishDeployment(scene.people.release_manager, { deployment: id, result: 'failed', failureClass: 'other' })
    const { rows } = await listNotes(looker(auditor), { system: 'dreichor' }, { limit: 50, after: null })
    expect(rows.find((row) => row.version === opened.version)).toMatchObject({ state: 'draft', unauthorised: true, promotion: opened.id })
    await withdrawPromotion(scene.people.release_manager, { promotion: opened.id, reason: 'It went out by itself.' })
  })
})

describe('the list', () => {
  it('holds only what the viewer may see, and a page of another system is not there (T23)', async () => {
    const stranger = await aPerson('Nobody Known', [])
    expect((await listNotes(looker(stranger), {}, { limit: 50, after: null })).rows).toEqual([])
    expect((await listNotes(looker(other.people.engineer), { system: 'dreichor' }, { limit: 50, after: null })).rows).toEqual([])
    expect(await notesOf(stranger, sealed.version)).toBeNull()
    expect(await notesOf(other.people.engineer, sealed.version)).toBeNull()
    expect(await notesOf(auditor, 'never-registered')).toBeNull()
    expect(await notesOf(auditor, sealed.version, 'dev')).toBeNull()
  })

  it('pages newest first without a gap or a repeat, in a number of statements that does not grow with rows', async () => {
    const all = (await listNotes(looker(auditor), {}, { limit: 50, after: null })).rows
    expect(all.map(({ at }) => at.getTime())).toEqual(all.map(({ at }) => at.getTime()).toSorted((a, b) => b - a))
    const paged: string[] = []
    let after: readonly [string, string] | null = null
    do {
      const page = await listNotes(looker(auditor), {}, { limit: 1, after })
      paged.push(...page.rows.map(({ version }) => version))
      after = page.next
    } while (after)
    expect(paged).toEqual(all.map(({ version }) => version))
    const one = await countStatements(() => listNotes(looker(auditor), {}, { limit: 1, after: null }))
    const many = await countStatements(() => listNotes(looker(auditor), {}, { limit: 50, after: null }))
    expect(many.result.rows.length).toBeGreaterThan(1)
    expect(many.statements).toBeLessThanOrEqual(one.statements)
  })
})
