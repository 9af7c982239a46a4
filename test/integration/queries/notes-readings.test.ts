import '../../support/settings'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GET as htmlRoute } from '@/app/(dashboard)/notes/[system]/[profile]/[version]/notes.html/route'
import { GET as jsonRoute } from '@/app/(dashboard)/notes/[system]/[profile]/[version]/notes.json/route'
import { GET as mdRoute } from '@/app/(dashboard)/notes/[system]/[profile]/[version]/notes.md/route'
import { GET as feedRoute } from '@/app/(dashboard)/notes/[system]/feed.atom/route'
import { notesMarkdown } from '@/app/(dashboard)/notes/files'
import { redactTexts } from '@/lib/db/audit'
import { db } from '@/lib/db/client'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import { toHex } from '@/lib/domain/log/bytes'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { getNotesComparison } from '@/lib/queries/notes-compare'
import { loadNotesLog } from '@/lib/queries/notes-log'
import { getNotes, type NotesDetail } from '@/lib/queries/release-notes'
import { startDeploymentInput } from '@/lib/schemas/deployment'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { withdrawSignOff } from '@/lib/usecases/promotion/withdraw-sign-off'
import { aBearer } from '../../support/api'
import { anApprovedException } from '../../support/drift'
import { startLog, type TestLog } from '../../support/log'
import { aPerson } from '../../support/people'
import { aSealedPromotion, inBrowser, type Opened, sign, signAll } from '../../support/promotions'
import { aGovernedSystem, aRelease, type Scene } from '../../support/scene'

let scene: Scene
let other: Scene
let auditor: Ctx
let log: TestLog
let released: Opened & { hash: string }
let token: string

const looker = (who: Ctx) => ({ actor: who.actor, now: new Date() })
const notesOf = async (version: string, who = auditor): Promise<NotesDetail> => {
  const notes = await getNotes(looker(who), 'dreichor', 'prod', version)
  if (!notes) throw new Error(`no notes of ${version}`)
  return notes
}
const start = async (version: string): Promise<string> =>
  (
    await startDeployment(
      scene.people.release_manager,
      startDeploymentInput.parse({ system: 'dreichor', profile: 'prod', version, inputs: ['image', 'env'] }),
    )
  ).id
const deploy = async (version: string, result: 'succeeded' | 'failed' = 'succeeded'): Promise<void> => {
  const deployment = await start(version)
  await finishDeployment(
    scene.people.release_manager,
    result === 'failed' ? { deployment, result, failureClass: 'other' } : { deployment, result },
  )
}

type Route = (request: Request, context: { params: Promise<{ system: string; profile: string; version: string }> }) => Promise<Response>
const ask = (route: Route, path: string, by: string | null = token, headers: Record<string, string> = {}) => {
  const [, , system = '', profile = '', version = ''] = path.split('?')[0]?.split('/') ?? []
  const request = new Request(`http://localhost${path}`, { headers: { ...(by ? { authorization: `Bearer ${by}` } : {}), ...headers } })
  return route(request, { params: Promise.resolve({ system, profile, version }) })
}
const askFeed = (system: string, by: string | null = token, headers: Record<string, string> = {}) =>
  feedRoute(
    new Request(`http://localhost/notes/${system}/feed.atom`, {
      headers: { ...(by ? { authorization: `Bearer ${by}` } : {}), ...headers },
    }),
    {
      params: Promise.resolve({ system }),
    },
  )

beforeAll(async () => {
  scene = await aGovernedSystem('dreichor')
  other = await aGovernedSystem('robodj')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
  token = (await aBearer(scene.people.admin, { scopes: ['read'], systemId: 'dreichor' })).secret
  log = await startLog()
  released = await aSealedPromotion(scene, 'prod', {
    release: { changes: [{ kind: 'fix', summary: '<script>alert(1)</script>', reference: 'DR-7' }] },
  })
  await signAll(scene, released)
}, 90_000)
afterAll(() => log.close())

describe('what notes stand on in the log (audit-log.md, 5)', () => {
  it('a draft of the log is said as such: nothing is invented before it signs', async () => {
    const notes = await notesOf(released.version)
    const before = await loadNotesLog(looker(auditor), notes, { entries: true })
    expect(before).toMatchObject({ checkpoint: null, sealedBy: null, vkeys: [] })
    expect(before.entries.every(({ number }) => number === null)).toBe(true)
    expect(notesMarkdown(notes, before, 'auditors')).toContain('No checkpoint was signed yet.')
  })

  it('is the newest signed checkpoint, its keys, and the number of the entry that sealed them', async () => {
    const size = await log.integrate()
    const notes = await notesOf(released.version)
    const stands = await loadNotesLog(looker(auditor), notes, { entries: true })
    expect(stands.checkpoint).toMatchObject({ size })
    const signed = parseCheckpoint(stands.checkpoint?.note ?? '')
    expect(signed && { size: signed.size, root: toHex(signed.root) }).toEqual({ size, root: stands.checkpoint?.root })
    expect([...stands.vkeys].toSorted()).toEqual([...log.vkeys].toSorted())
    const sealing = stands.entries.find(({ action }) => action === 'release_notes.sealed')
    expect(stands.sealedBy).toBe(sealing?.number)
    const numbers = stands.entries.map(({ number }) => number ?? 0)
    expect(numbers.every((number) => number > 0 && number <= size)).toBe(true)
    for (const { id } of notes.signed) expect(stands.entries.some(({ subject }) => subject.id === id)).toBe(true)
    const text = notesMarkdown(notes, stands, 'auditors')
    for (const words of [
      `/audit/${stands.sealedBy})`,
      stands.checkpoint?.root as string,
      log.vkey,
      notes.seal?.hash as string,
      released.hash,
    ])
      expect(text).toContain(words)
    expect(notesMarkdown(notes, stands, 'management')).toContain(stands.checkpoint?.root)
  })

  it('tells nobody an entry that they may not read, and everybody the checkpoint (T23)', async () => {
    const notes = await notesOf(released.version)
    const stranger = await loadNotesLog(looker(other.people.engineer), notes, { entries: true })
    expect(stranger.entries).toEqual([])
    expect(stranger.checkpoint).not.toBeNull()
    const mere = await loadNotesLog(looker(auditor), notes, { entries: false })
    expect(mere.entries).toEqual([])
    expect(mere.sealedBy).not.toBeNull()
  })
})

describe('files', () => {
  const path = (form: string, reading = '') => `/notes/dreichor/prod/${released.version}/notes.${form}${reading && `?reading=${reading}`}`

  it('carry the text that the hash is of, so that whoever has the file can check the seal', async () => {
    const response = await ask(jsonRoute, path('json', 'auditors'))
    expect(response.status).toBe(200)
    const file = JSON.parse(await response.text())
    expect(sha256Hex(file.seal.canonical)).toBe(file.seal.hash)
    expect(JSON.parse(file.seal.canonical)).toEqual(file.notes)
    expect(file).toMatchObject({ format: 'countersign-release-notes/1', reading: 'auditors', promotion: { id: released.id } })
    expect(file.log.checkpoint.size).toBeGreaterThan(0)
    expect(file.log.entries.length).toBeGreaterThan(3)
  })

  it('as HTML and Markdown come as attachments that nothing runs in (T21)', async () => {
    for (const [route, form] of [
      [htmlRoute, 'html'],
      [mdRoute, 'md'],
    ] as const) {
      for (const reading of ['', 'management', 'auditors']) {
        const response = await ask(route, path(form, reading))
        expect(response.status).toBe(200)
        expect(response.headers.get('content-disposition')).toMatch(new RegExp(`^attachment; filename="dreichor-.*\\.${form}"$`))
        expect(response.headers.get('content-security-policy')).toContain('sandbox')
        expect(response.headers.get('x-content-type-options')).toBe('nosniff')
        expect(await response.text()).not.toMatch(/(?<!\\)<script/)
      }
    }
    const html = await (await ask(htmlRoute, path('html'))).text()
    expect(html).not.toMatch(/<(?:script|img|iframe|link|object)\b|\son\w+=|\sstyle=/)
    expect(html).toMatch(/<footer>\s*<svg[^>]*><path d="M0 15H326M/)
  })

  it('are for who may read: a token of the system with the scope, and nobody else (T19, T23)', async () => {
    const foreign = (await aBearer(other.people.admin, { scopes: ['read'], systemId: 'robodj' })).secret
    const blind = (await aBearer(scene.people.admin, { scopes: ['release:register'], systemId: 'dreichor' })).secret
    expect((await ask(mdRoute, path('md'), null)).status).toBe(401)
    expect((await ask(mdRoute, path('md'), foreign)).status).toBe(404)
    expect((await ask(mdRoute, path('md'), blind)).status).toBe(403)
    expect((await ask(mdRoute, path('md', 'poets'))).status).toBe(422)
    expect((await ask(mdRoute, '/notes/dreichor/prod/never/notes.md')).status).toBe(404)
  })
})

describe('errata', () => {
  it('tell that a signature was withdrawn, and that the sealed notes fell with it', async () => {
    const sealed = await aSealedPromotion(scene, 'prod')
    const slots = sealed.edge.signOff.slots.toSorted((a, b) => Number(a.order === 'last') - Number(b.order === 'last'))
    const signers = new Map<string, Ctx>()
    let last = ''
    for (const slot of slots) {
      const who = await inBrowser(scene.people[slot.roles[0] as keyof Scene['people']])
      last = (await sign(who, sealed.id, slot.id, sealed.hash)).id
      signers.set(last, who)
    }
    const hash = (await notesOf(sealed.version)).seal?.hash
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    await withdrawSignOff(signers.get(last) as Ctx, { signOff: last, reason: 'I read the wrong version.' })
    const after = await notesOf(sealed.version)
    expect(after).toMatchObject({ seal: null, voided: { number: 1, how: 'withdrawn' } })
    expect(after.versions).toMatchObject([{ number: 1, hash, endedBy: 'withdrawn' }])
    const told = after.addenda.map(({ sentence }) => sentence)
    expect(told).toContainEqual(expect.stringMatching(new RegExp(`^${last}, the signature of .* was withdrawn\\.$`)))
    expect(told).toContainEqual(expect.stringMatching(/^Version 1 of these notes, sealed .*, stands no longer: a signature/))
    expect(notesMarkdown(after, null, 'auditors')).toContain(hash)
    await db.promotion.update({ where: { id: sealed.id }, data: { status: 'withdrawn', endedAt: new Date() } })
  })

  it('tell that words were taken off the record, and the seal still holds (T18)', async () => {
    await anApprovedException(other, { profile: 'prod', rule: 'runtime.launchPath' }, 4)
    const sealed = await aSealedPromotion(other, 'prod')
    await signAll(other, sealed)
    const robodj = async () => (await getNotes(looker(auditor), 'robodj', 'prod', sealed.version)) as NotesDetail
    const before = await robodj()
    const [exception] = before.notes?.exceptions ?? []
    if (!exception) throw new Error('the notes list no exception')
    const who = other.people.secops
    await db.$transaction((tx) => redactTexts(tx, who, new Date(), { kind: 'exception', id: exception.id }, [exception.remediation]))
    const after = await robodj()
    expect(after.seal).toEqual(before.seal)
    expect(after.addenda.map(({ sentence }) => sentence)).toContainEqual(
      `The remediation path of ${exception.id} was taken off the record; its digest stays, and the seal holds.`,
    )
    expect(notesMarkdown(after, null, 'engineers')).toContain('The text was erased.')
    const { canonical } = after.versions[0] as NotesDetail['versions'][number]
    expect(sha256Hex(canonical)).toBe(after.seal?.hash)
  })
})

describe('the feed of a system', () => {
  /** What elements of the feed's own or of its entries say; that it is well formed is shown elsewhere (test/component/notes). */
  const words = (xml: string, name: string) =>
    [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map(([, text = '']) =>
      text.replace(/&#(\d+);/g, (_, at: string) => String.fromCharCode(Number(at))),
    )
  const entriesOf = (xml: string) => xml.slice(xml.indexOf('<entry>'))

  it('holds sealed notes and what was deployed without them, each once, what changed last first', async () => {
    const stray = await aRelease(scene)
    await deploy(stray.version, 'failed')
    await deploy(stray.version, 'failed')
    const response = await askFeed('dreichor')
    expect(response.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8')
    const xml = await response.text()
    const found = words(entriesOf(xml), 'title')
    expect(found).toContain(`Dreichor Runtime ${released.version} on prod`)
    expect(found.filter((title) => title.includes(stray.version))).toEqual([`Dreichor Runtime ${stray.version} on prod: without authority`])
    expect(found.some((title) => title.endsWith('these notes stand no longer'))).toBe(true)
    const ids = words(entriesOf(xml), 'id')
    expect(new Set(ids).size).toBe(ids.length)
    const updated = words(entriesOf(xml), 'updated')
    expect(updated).toEqual(updated.toSorted().toReversed())
    expect(words(xml, 'updated')[0]).toBe(updated[0])
    // Words of people arrive as words, through two layers of markup (T21).
    expect(xml).not.toContain('<script')
    expect(words(xml, 'content').join('')).toContain('&#60;script&#62;')
    expect(words(xml, 'content').join('')).not.toContain('<script')
  })

  it('says that nothing changed to who has it already', async () => {
    const tag = (await askFeed('dreichor')).headers.get('etag') as string
    const again = await askFeed('dreichor', token, { 'if-none-match': `W/${tag}` })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
  })

  it('is for who may read the system (T19, T23)', async () => {
    expect((await askFeed('dreichor', null)).status).toBe(401)
    expect((await askFeed('robodj')).status).toBe(404)
    expect((await askFeed('nothing')).status).toBe(404)
  })
})

describe('two notes compared', () => {
  const compare = (asked: { from?: string; to?: string }, who = auditor) => getNotesComparison(looker(who), 'dreichor', 'prod', asked)

  it('stand older first in whatever order they are asked for, with what ran in between', async () => {
    const all = await compare({})
    const versions = all?.choices.map(({ version }) => version) ?? []
    expect(new Set(versions).size).toBe(versions.length)
    expect(all?.sides?.newer.version).toBe(versions[0])
    expect(all?.sides?.older.version).toBe(versions[1])
    const oldest = versions.at(-1) as string
    const [one, two] = [await compare({ from: versions[0], to: oldest }), await compare({ from: oldest, to: versions[0] })]
    expect(one?.sides?.older.version).toBe(oldest)
    expect(two?.sides?.between).toEqual(one?.sides?.between)
  })

  it('are nothing where there are no two, and not there for a stranger (T23)', async () => {
    expect(await compare({ from: released.version, to: released.version })).toMatchObject({ sides: null })
    expect(await compare({ from: 'never', to: released.version })).toMatchObject({ sides: null })
    expect(await compare({}, other.people.engineer)).toBeNull()
    expect(await getNotesComparison(looker(auditor), 'dreichor', 'dev', {})).toBeNull()
  })
})
