import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { loadDebts } from '@/lib/db/load-debts'
import { fallbacksIn, loadFallbacks } from '@/lib/db/load-fallbacks'
import { loadSecretEvents } from '@/lib/db/load-notes-facts'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { Ctx } from '@/lib/domain/context'
import { FALLBACK_PHASES, fallbackPhase } from '@/lib/domain/fallback'
import { Refused } from '@/lib/domain/refusal'
import type { Role } from '@/lib/domain/roles'
import { getFallbackState, listFallbackUses } from '@/lib/queries/api/fallbacks'
import { listDebts } from '@/lib/queries/api/incidents'
import { getShell } from '@/lib/queries/shell'
import { extendFallback } from '@/lib/usecases/fallback/extend-fallback'
import { returnFallback } from '@/lib/usecases/fallback/return-fallback'
import { reviewFallback } from '@/lib/usecases/fallback/review-fallback'
import { withdrawFallback } from '@/lib/usecases/fallback/withdraw-fallback'
import { closeIncident } from '@/lib/usecases/incident/close-incident'
import { anIncident, ask, cleanUp, fallbackOf, grant, inHours, openAlone, passTime, refuseIt } from '../../../support/fallbacks'
import { aPerson } from '../../../support/people'
import { inBrowser } from '../../../support/promotions'
import { asOwner } from '../../../support/record'
import { aGovernedSystem, type Scene } from '../../../support/scene'

// Whatever people try, in whatever order, with time passing between: what always holds of a production fallback does (000.21, T33).

const SCALE = Number(process.env.TEST_SCALE ?? 1)
vi.setConfig({ testTimeout: 60_000 * Math.max(1, SCALE) })
const SLOT = 'incident-commander-or-approver'
const HOUR = 3_600_000

let scene: Scene
const browsers = new Map<Role, Ctx>()
const WHO = ['engineer', 'secops', 'release_manager', 'incident_commander', 'production_approver', 'auditor'] as const
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  for (const role of WHO) browsers.set(role, await inBrowser(scene.people[role]))
})

const ACTS = [
  'grant',
  'open',
  'refuse',
  'withdraw',
  'extend',
  'return',
  'clean',
  'clean-without',
  'expose',
  'review',
  'close',
  'pass',
] as const
type Step = { act: (typeof ACTS)[number]; who: (typeof WHO)[number]; hours: number }
const step = fc.record<Step>({ act: fc.constantFrom(...ACTS), who: fc.constantFrom(...WHO), hours: fc.integer({ min: 1, max: 5 }) })
// The whole way, each act by whoever tries it, with anything in between: so that the late phases are reached as well.
const WAY: [Step['act'], Step['who']][] = [
  ['grant', 'production_approver'],
  ['open', 'incident_commander'],
  ['extend', 'secops'],
  ['grant', 'production_approver'],
  ['pass', 'secops'],
  ['clean', 'release_manager'],
  ['review', 'secops'],
  ['review', 'incident_commander'],
]
const steps = fc
  .array(fc.tuple(fc.boolean(), fc.array(step, { maxLength: 2 })), { minLength: WAY.length, maxLength: WAY.length })
  .map((between) =>
    between.flatMap(([goes, others], index) => {
      const [act, who] = WAY[index] as (typeof WAY)[number]
      return [...others, ...(goes || index > 3 ? [{ act, who, hours: 5 }] : [])]
    }),
  )
const reached = new Set<string>()

describe('no sequence of acts', () => {
  it('ends a production fallback without its clean-up, lets one person do it all, or closes its incident over a debt', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom('secops', 'incident_commander'), async (walk, asker) => {
        const incident = await anIncident(scene)
        const asked = await ask(scene, browsers.get(asker as Role) as Ctx, { rule: 'prod', incident, until: inHours(2).toISOString() })
        for (const step of walk) {
          await attempt(asked, incident, step)
          await expectInvariants(asked.id, incident, asker as Role)
        }
        reached.add(fallbackPhase(await fallbackOf(asked.id), new Date()))
        await makeRoom()
      }),
      { numRuns: Math.max(4, Math.round(12 * SCALE)) },
    )
    expect([...reached]).toEqual(expect.arrayContaining(['reviewed']))
  })
})

async function attempt(asked: { id: string; sealedHash: string }, incident: string, { act, who, hours }: Step): Promise<void> {
  const by = browsers.get(who) as Ctx
  const live = (await fallbackOf(asked.id)).sealed
  const now = { id: asked.id, sealedHash: live?.hash ?? asked.sealedHash }
  const acts: Record<Step['act'], () => Promise<unknown>> = {
    grant: () => grant(by, now, SLOT),
    open: () => openAlone(by, now),
    refuse: () => refuseIt(by, now, SLOT),
    withdraw: () => withdrawFallback(by, { fallback: asked.id, reason: 'Second thoughts.' }),
    extend: () => extendFallback(by, { fallback: asked.id, until: inHours(hours), reason: 'A little more.' }),
    return: () => returnFallback(by, { fallback: asked.id }),
    clean: () => cleanUp(by, asked.id),
    'clean-without': () => cleanUp(by, asked.id, { note: undefined }),
    expose: () => cleanUp(by, asked.id, { exposed: 'yes' }),
    review: () => reviewFallback(by, { fallback: asked.id, finding: 'accepted', note: 'Seen.' }),
    close: () => closeIncident(by, { incident, note: 'It is over.' }),
    pass: () => passTime(asked.id, `${hours} hours`),
  }
  await acts[act]().catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error
  })
}

async function expectInvariants(id: string, incident: string, asker: Role): Promise<void> {
  const now = new Date()
  const facts = await fallbackOf(id)
  const phase = fallbackPhase(facts, now)
  const debts = (await loadDebts(db, ['robodj'], now)).filter(({ subject }) => subject.id === id).map(({ kind }) => kind)
  const { closedAt } = await db.incident.findUniqueOrThrow({ where: { id: incident } })
  if (facts.status === 'granted') {
    // Granted by somebody else, or a commander's own request during an open incident.
    expect(facts.ownRequest || facts.granters.some((granter) => granter.id !== facts.askedBy.id)).toBe(true)
    expect(facts.granters.some((granter) => granter.id === facts.askedBy.id)).toBe(false)
    if (facts.ownRequest) expect(asker).toBe('incident_commander')
    expect(facts.extensions).toBeLessThanOrEqual(1)
    // 4 hours from the grant, and 4 from that of the extension.
    const granted = (facts.grantedAt as Date).getTime()
    expect((facts.expiresAt as Date).getTime()).toBeLessThanOrEqual(granted + (facts.extensions + 1) * 4 * HOUR)
    if (facts.extensions === 1) expect(facts.granters.length).toBeGreaterThan(0)
  } else expect(debts).toEqual([])
  if (phase === 'open') expect([facts.cleanedUpAt, facts.reviewedAt, debts]).toEqual([null, null, []])
  if (phase === 'ended') expect(debts).toContain('clean_up')
  if (phase === 'cleaned_up' || phase === 'reviewed') {
    expect(facts.cleanUpNote ?? facts.cleanUpLink).not.toBeNull()
    expect(facts.exposed).not.toBeNull()
    expect(debts.includes('rotate')).toBe(facts.exposed === true)
  }
  if (phase === 'cleaned_up') expect(debts).toContain('review')
  if (facts.reviewedBy) {
    expect(facts.cleanedUpAt).not.toBeNull()
    expect([facts.askedBy.id, facts.cleanedUpBy?.id, ...facts.granters.map((granter) => granter.id)]).not.toContain(facts.reviewedBy.id)
  }
  if (closedAt) expect([debts, phase === 'open']).toEqual([[], false])
}

/** Takes whatever was left out of the next walk's way, as the owner of the tables: only one use of a rule is asked for or open at a time. */
async function makeRoom(): Promise<void> {
  await asOwner(`UPDATE "FallbackUse" SET status = 'withdrawn' WHERE status = 'requested'`)
  await asOwner(`UPDATE "FallbackUse" SET "expiresAt" = now() - interval '1 second', "reviewedAt" = now() WHERE status = 'granted'`)
}

describe('expiry at any instant', () => {
  it('is judged the same by the facts, the lists, the state a runtime asks for, the strip over the pages, the notes and the debts', async () => {
    const { policy } = await loadActivePolicy(db, 'robodj')
    const reader = await aPerson('A Reader', ['auditor'], 'robodj')
    await asOwner(`UPDATE "FallbackUse" SET "reviewedAt" = NULL`)
    const incident = await anIncident(scene)
    const fresh = await ask(scene, browsers.get('secops') as Ctx, { rule: 'prod', incident })
    await grant(browsers.get('production_approver') as Ctx, fresh, SLOT)
    const all = await loadFallbacks(db, { systemId: 'robodj' })
    const cleaned = new Set(all.flatMap(({ id, cleanedUpAt, reviewedAt }) => ((cleanedUpAt ?? reviewedAt) ? [id] : [])))
    const edges = all.flatMap(({ expiresAt, returnedAt }) => [expiresAt, returnedAt].flatMap((at) => at ?? []))
    const instants = fc.record({
      at: fc.constantFrom(...edges),
      ms: fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -5 * HOUR, max: 5 * HOUR })),
    })
    await fc.assert(
      fc.asyncProperty(instants, async ({ at, ms }) => {
        const now = new Date(at.getTime() + ms)
        const looker = { actor: reader.actor, now }
        const phases = new Map(all.map((facts) => [facts.id, fallbackPhase(facts, now)]))
        const of = (phase: string) => [...phases].flatMap(([id, is]) => (is === phase ? [id] : [])).sort()
        for (const phase of FALLBACK_PHASES) {
          const rows = await db.fallbackUse.findMany({ where: { systemId: 'robodj', ...fallbacksIn(phase, now) }, select: { id: true } })
          expect(rows.map(({ id }) => id).sort(), phase).toEqual(of(phase))
        }
        const listed = await listFallbackUses(looker, { system: 'robodj' }, { take: 200, after: null })
        expect(new Map(listed.map(({ id, state }) => [id, state]))).toEqual(phases)
        const state = await getFallbackState(looker, { system: 'robodj', profile: 'prod' })
        expect([state.open, state.uses.map(({ id }) => id).sort()]).toEqual([of('open').length > 0, of('open')])
        // The strip reads the present: before an act that is recorded by now it has nothing to say.
        const strip = (await getShell(looker)).alerts.filter(({ kind, id }) => kind === 'glass' && !cleaned.has(id))
        expect(strip.map(({ id }) => id).sort()).toEqual(of('open'))
        const notes = await loadSecretEvents(db, { systemId: 'robodj', profileKey: 'prod', policy, from: now, until: now })
        // The notes tell of a stretch as it was: what was closed early was open until then.
        const told = all.flatMap(({ id, grantedAt, returnedAt }) =>
          grantedAt !== null && grantedAt <= now && !returnedAt && !cleaned.has(id) ? [id] : [],
        )
        const noted = notes.fallbacks.flatMap(({ id }) => (told.includes(id) ? [id] : []))
        expect(noted.sort()).toEqual(of('open').filter((id) => told.includes(id)))
        const owed = (await listDebts(looker, { system: 'robodj' })).items.filter(({ kind }) => kind === 'clean_up')
        expect(owed.map(({ subject }) => subject.id).sort()).toEqual(of('ended'))
      }),
      {
        numRuns: Math.max(10, Math.round(20 * SCALE)),
        examples: [[{ at: edges.at(-1) as Date, ms: 0 }], [{ at: edges.at(-1) as Date, ms: -1 }]],
      },
    )
  })
})
