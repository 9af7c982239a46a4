import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { db } from '@/lib/db/client'
import { canonicalText, sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import { isPassing } from '@/lib/domain/gate'
import { promotionPhase, slotsOf } from '@/lib/domain/promotion'
import { Refused } from '@/lib/domain/refusal'
import { recordEvidenceInput } from '@/lib/schemas/evidence'
import { endGrant } from '@/lib/usecases/account/end-grant'
import { giveGrant } from '@/lib/usecases/account/give-grant'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { openConsole } from '@/lib/usecases/policy/open-console'
import { askQuestion } from '@/lib/usecases/promotion/ask-question'
import { declinePromotion } from '@/lib/usecases/promotion/decline-promotion'
import { editNotesSummary } from '@/lib/usecases/promotion/edit-notes-summary'
import { repinPromotion } from '@/lib/usecases/promotion/repin-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { setWindow } from '@/lib/usecases/promotion/set-window'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { withdrawSignOff } from '@/lib/usecases/promotion/withdraw-sign-off'
import { aPerson, emailOf } from '../../../support/people'
import {
  apply,
  CAST,
  type Command,
  EVERYBODY,
  type Gate,
  type Model,
  NATURAL,
  type Phase,
  phase,
  refusal,
  SLOTS,
  START,
  standing,
  type Who,
} from '../../../support/promotion-model'
import { anOpenPromotion, aProof, inBrowser } from '../../../support/promotions'
import { ageEvidence, asOwner, databaseDigest, factsOf } from '../../../support/record'
import { aGovernedSystem, digestOf, policyText, type Scene } from '../../../support/scene'

// Random walks over one promotion, each command first asked of a small model and then of the use case, on real PostgreSQL. Their answers agree, a refusal
// leaves every table as it was, and what always holds (domain.md, 2, 3, 4, 7, 9) holds after each step. Length and number follow TEST_SCALE.

const SCALE = Number(process.env.TEST_SCALE ?? 1)
vi.setConfig({ testTimeout: 120_000 * Math.max(1, SCALE) })

let scene: Scene
let boss: Ctx
const cast = {} as Record<Who, Ctx>
beforeAll(async () => {
  scene = await aGovernedSystem('robodj')
  boss = await aPerson('Admin Of All', ['admin'])
  for (const who of EVERYBODY) cast[who] = await inBrowser(await aPerson(`Cast ${who}`, CAST[who], 'robodj'))
  await asOwner('UPDATE "RoleGrant" SET "grantedById" = "principalId" WHERE "principalId" = $1', [cast.self.actor.id])
})

/** One walk: the promotion, the model of it, and the ids that the model knows by number. */
type World = {
  id: string
  version: string
  releaseId: string
  model: Model
  hashes: string[]
  signatures: string[]
  deployments: string[]
}

async function aWorld(): Promise<World> {
  const release = { contributors: [{ identity: await emailOf(cast.author), commits: 3 }] }
  await restoreFleeting()
  const opened = await anOpenPromotion({ ...scene, people: { ...scene.people, dev_lead: cast.lead } }, 'prod', { release })
  const { number } = (await factsOf(opened.id)).policy
  return {
    ...opened,
    model: { ...START, active: number, pinned: number },
    hashes: [digestOf('a version that never was')],
    signatures: [],
    deployments: [],
  }
}

const BASE = Date.now()
const windowOf = (hours: number) => ({ startsAt: new Date(BASE - 3_600_000), endsAt: new Date(BASE + hours * 3_600_000) })
const WINDOWS = [null, windowOf(10), windowOf(20)]
const REASON = 'As the walk goes.'
let said = 0

/** Gets a command ready; what it gives back does it once, and gives the id of a signature or deployment that it made. */
async function prepare(world: World, c: Command): Promise<(ctx?: Ctx) => Promise<string | undefined>> {
  const { id: promotion, version } = world
  const by = 'by' in c ? { ...cast[c.by], request: { ...cast[c.by].request, id: crypto.randomUUID() } } : boss
  switch (c.do) {
    case 'seal':
      return async () => {
        const { number, hash } = await sealPromotion(by, { promotion })
        world.hashes[number] = hash
        return undefined
      }
    case 'sign':
    case 'decline': {
      const sealedHash = world.hashes[c.version] as string
      const proof = await aProof(by, sealedHash, c.slot, c.do === 'sign' ? 'approve' : 'decline')
      const decision = { promotion, slot: c.slot, sealedHash, proof }
      return c.do === 'sign'
        ? async () => (await signPromotion(by, { ...decision, confirmed: 'yes' })).id
        : async () => (await declinePromotion(by, { ...decision, reasonKind: 'other', reason: REASON })).id
    }
    case 'withdraw signature': {
      const signOff = world.signatures[c.signature] ?? 'SIG-9999999'
      return () => withdrawSignOff(by, { signOff, reason: REASON }).then(() => undefined)
    }
    case 'withdraw':
      return () => withdrawPromotion(by, { promotion, reason: REASON }).then(() => undefined)
    case 'window': {
      const window = WINDOWS[c.window]
      return () => setWindow(by, { promotion, startsAt: window?.startsAt ?? '', endsAt: window?.endsAt ?? '' }).then(() => undefined)
    }
    case 'repin':
      return () => repinPromotion(by, { promotion }).then(() => undefined)
    case 'new policy': {
      const text = policyText('robodj').replace(/^( {2}description: ).*$/m, `$1Edition ${said++} of the walk`)
      const console = await openConsole()
      return () => applyPolicy(console, { text, fileName: 'policies/robodj.yaml' }).then(() => undefined)
    }
    case 'bring': {
      const evidence = {
        system: 'robodj',
        version,
        profile: 'prod',
        gate: c.gate,
        verdict: c.verdict,
        summary: 'Said so',
        digest: digestOf('walk', said++),
      }
      const who = c.gate === 'secret-preflight' ? scene.people.engineer : cast.manager
      return () => recordEvidence(who, recordEvidenceInput.parse(evidence)).then(() => undefined)
    }
    case 'age':
      return () => ageEvidence(world.releaseId, c.gate, '25 hours').then(() => undefined)
    case 'question':
      return () => askQuestion(by, { promotion, text: 'Is that so?' }).then(() => undefined)
    case 'summary':
      return () => editNotesSummary(by, { promotion, summary: 'What it is about.' }).then(() => undefined)
    case 'take role': {
      const grant = await db.roleGrant.findFirstOrThrow({ where: { principalId: cast.fleeting.actor.id }, orderBy: { startsAt: 'desc' } })
      return () => endGrant(boss, { grant: grant.id }).then(() => undefined)
    }
    case 'give role':
      return () =>
        giveGrant(boss, { person: cast.fleeting.actor.id, role: 'management', system: 'robodj', endsOn: null }).then(() => undefined)
    case 'start':
      return async () =>
        (await startDeployment(by, { system: 'robodj', profile: 'prod', version, inputs: [] }, { onlyAuthorised: true })).id
    case 'finish': {
      const deployment = world.deployments.at(-1) as string
      return async () => {
        const failureClass = c.result === 'failed' ? ('other' as const) : undefined
        await finishDeployment(cast.manager, { deployment, result: c.result, failureClass })
        return undefined
      }
    }
  }
}

/** Runs what was prepared; gives the code it was refused with, or null. Remembers ids it made. */
async function attempt(world: World, c: Command, run: () => Promise<string | undefined>): Promise<string | null> {
  try {
    const made = await run()
    if (made && (c.do === 'sign' || c.do === 'decline')) world.signatures.push(made)
    if (made && c.do === 'start') world.deployments.push(made)
    return null
  } catch (error) {
    if (error instanceof Refused) return error.refusal.code
    throw error
  }
}

async function restoreFleeting(): Promise<void> {
  const held = { principalId: cast.fleeting.actor.id, role: 'management', systemId: 'robodj' }
  if ((await db.roleGrant.count({ where: { ...held, endsAt: null } })) === 0)
    await giveGrant(boss, { person: held.principalId, role: 'management', system: 'robodj', endsOn: null })
}

/** A step of a walk before it meets the model: `odd` ones go against the grain, the others do what somebody would do next. */
type Step = { what: Command['do']; a: number; b: number; odd: boolean }
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T

function toCommand(m: Model, { what, a, b, odd }: Step): Command | null {
  const by = odd ? pick(EVERYBODY, b) : 'manager'
  switch (what) {
    case 'sign':
    case 'decline': {
      const open = SLOTS.filter((slot) => !standing(m).some((signature) => signature.slot === slot))
      const slot = odd || open.length === 0 ? pick(SLOTS, a) : (open[0] as (typeof SLOTS)[number])
      const signer = odd ? pick(EVERYBODY, b) : pick(NATURAL[slot], b)
      const live = m.sealed?.number ?? m.lastSealed
      return { do: what, by: signer, slot, version: odd && a % 3 === 0 ? Math.max(0, live - 1) : live }
    }
    case 'withdraw signature': {
      const last = m.signatures.findLastIndex(({ withdrawn }) => !withdrawn)
      const index = odd ? a % (m.signatures.length + 1) : Math.max(0, last)
      return { do: what, signature: index, by: odd ? pick(EVERYBODY, b) : (m.signatures[index]?.by ?? 'manager') }
    }
    case 'window':
      return { do: what, by, window: a % WINDOWS.length }
    case 'bring':
      return { do: what, gate: pick<Gate>(['secret-preflight', 'escalation-contacts'], a), verdict: odd ? 'fail' : 'pass' }
    case 'age':
      return { do: what, gate: pick<Gate>(['secret-preflight', 'escalation-contacts'], a) }
    case 'finish':
      return m.running === null && ['open', 'withdrawn'].includes(m.status)
        ? null
        : { do: what, result: b % 2 === 0 ? 'succeeded' : 'failed' }
    case 'new policy':
    case 'take role':
    case 'give role':
      return { do: what }
    case 'question':
      return { do: what, by: pick(EVERYBODY, b) }
    default:
      return { do: what, by }
  }
}

const WEIGHTS: [Command['do'], number][] = [
  ['sign', 12],
  ['seal', 5],
  ['bring', 4],
  ['withdraw signature', 2],
  ['start', 2],
  ['finish', 2],
  ['decline', 1],
  ['window', 1],
  ['age', 1],
  ['repin', 1],
  ['new policy', 1],
  ['question', 1],
  ['summary', 1],
  ['take role', 1],
  ['give role', 1],
  ['withdraw', 1],
]
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(...WEIGHTS.map(([what, weight]) => ({ arbitrary: fc.constant(what), weight }))),
  a: fc.nat(11),
  b: fc.nat(11),
  odd: fc.oneof({ arbitrary: fc.constant(false), weight: 3 }, { arbitrary: fc.constant(true), weight: 1 }),
})

/** Every kind of step at least once, through every phase: walked each time, whatever chance adds. "no" brings a failure. */
const TOUR: Step[] = (
  'seal|sign|sign|sign|age|sign|bring|bring|summary|sign|summary|age|summary|bring|bring|withdraw signature|sign|window|seal|take role|give role|sign|decline|seal|' +
  'new policy|repin|seal|sign|no|bring|bring|seal|sign|sign|sign|sign|question|start|withdraw|no|finish|start|finish|seal'
)
  .split('|')
  .map((what, index) => ({
    what: (what === 'no' ? 'bring' : what) as Command['do'],
    a: index,
    b: index % 2 === 0 ? 0 : 2,
    odd: what === 'no',
  }))

/** Phases that the walks came through, so that the test cannot be about nothing. */
const seen = new Set<Phase>()

/** What always holds, read from the tables. */
async function ensureInvariants(world: World): Promise<void> {
  const { model: m, id } = world
  const now = new Date()
  seen.add(phase(m))
  const facts = await factsOf(id)
  expect(promotionPhase(facts, now)).toBe(phase(m))
  expect([facts.sealed?.number ?? null, facts.sealed?.hash]).toEqual([
    m.sealed?.number ?? null,
    m.sealed ? world.hashes[m.sealed.number] : undefined,
  ])
  expect(facts.signOffs.map(({ slotKey, signerId }) => [slotKey, signerId])).toEqual(
    standing(m).map(({ slot, by }) => [slot, cast[by].actor.id]),
  )
  // Approved means: every slot filled by its own person and every blocking gate passing at this instant.
  if (phase(m) === 'approved') {
    expect(new Set(facts.signOffs.map(({ signerId }) => signerId)).size).toBe(slotsOf(facts.edge).length)
    expect(facts.gates.filter(({ gate, verdict }) => gate.blocking && !isPassing(verdict))).toEqual([])
  }
  const versions = await db.sealedVersion.findMany({ where: { promotionId: id }, include: { signOffs: { include: { grant: true } } } })
  for (const version of versions) {
    expect(sha256Hex(version.canonical)).toBe(version.hash)
    expect(canonicalText(JSON.parse(version.canonical), { depth: 8 })).toBe(version.canonical)
    const counted = version.signOffs.filter(({ withdrawnAt }) => withdrawnAt === null)
    expect(new Set(counted.map(({ slotKey }) => slotKey)).size).toBe(counted.length)
    expect(new Set(counted.map(({ signerId }) => signerId)).size).toBe(counted.length)
    for (const signOff of version.signOffs) {
      expect(signOff.sealedHash).toBe(version.hash)
      const slot = slotsOf(facts.edge).find(({ key }) => key === signOff.slotKey)
      expect(slot?.roles).toContain(signOff.grant.role)
      expect(signOff.grant.grantedById).not.toBe(signOff.signerId)
      expect(signOff.grant.startsAt.getTime()).toBeLessThanOrEqual(version.sealedAt.getTime())
      expect([cast.lead, cast.author, cast.self].map(({ actor }) => actor.id)).not.toContain(signOff.signerId)
    }
  }
  // The notes stand sealed exactly while every slot does, and name the version that was signed.
  const notes = versions.filter(({ subject, endedAt }) => subject === 'release_notes' && endedAt === null)
  const isSigned = m.sealed !== null && standing(m).length === SLOTS.length
  expect(notes.map(({ canonical }) => (JSON.parse(canonical) as { dossier: { hash: string } }).dossier.hash)).toEqual(
    isSigned ? [world.hashes[m.sealed?.number ?? 0]] : [],
  )
}

/** No row of the promotion was last written by a transaction without an event (domain.md, 3). */
async function ensureEverythingIsOnRecord(world: World): Promise<void> {
  const unrecorded = await asOwner<{ what: string }>(
    `SELECT what FROM (
       SELECT 'promotion' AS what, xmin FROM "Promotion" WHERE id = $1
       UNION ALL SELECT 'sealed', xmin FROM "SealedVersion" WHERE "promotionId" = $1
       UNION ALL SELECT 'signature', s.xmin FROM "SignOff" s JOIN "SealedVersion" v ON v.id = s."sealedVersionId" WHERE v."promotionId" = $1
       UNION ALL SELECT 'question', xmin FROM "Question" WHERE "promotionId" = $1
       UNION ALL SELECT 'deployment', xmin FROM "Deployment" WHERE "releaseId" = $2
       UNION ALL SELECT 'policy', xmin FROM "PolicyVersion" WHERE "systemId" = 'robodj') rows
     WHERE NOT EXISTS (SELECT FROM audit.event e WHERE (e.xid::text::numeric % 4294967296)::text = rows.xmin::text)`,
    [world.id, world.releaseId],
  )
  expect(unrecorded).toEqual([])
}

/** Leaves prod free for the next walk. */
async function leave({ model, deployments }: World): Promise<void> {
  if (model.running)
    await finishDeployment(cast.manager, { deployment: deployments.at(-1) as string, result: 'failed', failureClass: 'other' })
}

const eventsNow = async () => Number((await asOwner<{ n: string }>('SELECT count(*) AS n FROM audit.event'))[0]?.n)

describe('a promotion walked at random', () => {
  it('answers as the model does; a refusal leaves no trace, a change is on the record, and what always holds does (T02, T03, T04, T05)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 30, size: 'max' }), async (steps) => {
        const world = await aWorld()
        try {
          for (const each of steps) {
            const command = toCommand(world.model, each)
            if (!command) continue
            const run = await prepare(world, command)
            const expected = refusal(world.model, command)
            const before = expected === null ? null : await databaseDigest()
            const events = await eventsNow()
            expect([command, await attempt(world, command, run)]).toEqual([command, expected])
            if (expected !== null) {
              expect(await databaseDigest()).toBe(before)
              continue
            }
            if (command.do !== 'age') expect(await eventsNow()).toBeGreaterThan(events)
            world.model = apply(world.model, command)
            await ensureInvariants(world)
          }
          await ensureEverythingIsOnRecord(world)
        } finally {
          await leave(world)
        }
      }),
      { numRuns: Math.max(2, Math.round(3 * SCALE)), examples: [[TOUR]], endOnFailure: SCALE <= 1 },
    )
    const everyPhase: Phase[] = ['collecting', 'ready_to_seal', 'signing', 'held', 'approved', 'deploying', 'deployed']
    expect([...seen]).toEqual(expect.arrayContaining(everyPhase))
  })

  it('two commands at once come to what one after the other would have, in one of the two orders (T07, T08)', async () => {
    const alone = step.filter(({ what }) => what !== 'age')
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 8, size: 'max' }),
        fc.array(fc.tuple(alone, alone), { minLength: 3, maxLength: 6 }),
        async (steps, pairs) => {
          const world = await aWorld()
          try {
            for (const each of [{ ...TOUR[0], what: 'seal' } as Step, ...steps]) {
              const command = toCommand(world.model, each)
              if (!command || refusal(world.model, command) !== null) continue
              await attempt(world, command, await prepare(world, command))
              world.model = apply(world.model, command)
            }
            for (const pair of pairs) {
              const [one, two] = pair.map((each) => toCommand(world.model, each)) as [Command | null, Command | null]
              if (!one || !two) continue
              const [runOne, runTwo] = [await prepare(world, one), await prepare(world, two)]
              const signatures = world.signatures.length
              const outcomes = await Promise.all([attempt(world, one, runOne), attempt(world, two, runTwo)])
              const orders = [inOrder(world.model, one, two), inOrder(world.model, two, one)].map(({ codes, model }, index) => ({
                codes: index === 0 ? codes : codes.toReversed(),
                model,
              }))
              const now = promotionPhase(await factsOf(world.id), new Date())
              const as = orders.find(({ codes, model }) => `${codes}` === `${outcomes}` && phase(model) === now)
              expect({ one, two, outcomes, now, agrees: as !== undefined }).toEqual({ one, two, outcomes, now, agrees: true })
              world.model = (as as (typeof orders)[number]).model
              await settle(world, signatures)
              await ensureInvariants(world)
            }
            await ensureEverythingIsOnRecord(world)
          } finally {
            await leave(world)
          }
        },
      ),
      { numRuns: Math.max(2, Math.round(4 * SCALE)), endOnFailure: SCALE <= 1 },
    )
  })
})

function inOrder(m: Model, first: Command, second: Command): { codes: (string | null)[]; model: Model } {
  const codeOfFirst = refusal(m, first)
  const between = codeOfFirst === null ? apply(m, first) : m
  const codeOfSecond = refusal(between, second)
  return { codes: [codeOfFirst, codeOfSecond], model: codeOfSecond === null ? apply(between, second) : between }
}

/** Puts the ids of signatures made at once into the order that the model has them in. */
async function settle(world: World, from: number): Promise<void> {
  const made = await db.signOff.findMany({ where: { id: { in: world.signatures.slice(from) } }, orderBy: { signedAt: 'asc' } })
  const expected = world.model.signatures.slice(from)
  const ids = expected.map(
    ({ slot, by }) => made.find(({ slotKey, signerId }) => slotKey === slot && signerId === cast[by].actor.id)?.id as string,
  )
  world.signatures.splice(from, ids.length, ...ids)
}
