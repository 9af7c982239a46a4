import { readdirSync } from 'node:fs'
import { sessionCookieName } from '@/lib/auth/cookies'
import { writeSessionToken } from '@/lib/auth/session-token'
import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { Ctx } from '@/lib/domain/context'
import { evaluateContract } from '@/lib/domain/contract/evaluate'
import { type EdgeGate, edgeGates } from '@/lib/domain/gate'
import type { CurrentFact, FactsOf } from '@/lib/domain/observation/facts'
import { judgeSystem } from '@/lib/domain/observation/judge'
import { readPolicy } from '@/lib/domain/policy/load'
import type { Policy, PolicyEdge } from '@/lib/domain/policy/schema'
import type { Role } from '@/lib/domain/roles'
import { reportObservationsInput } from '@/lib/schemas/observation'
import { createToken } from '@/lib/usecases/account/create-token'
import { recordObservations } from '@/lib/usecases/observation/record-observations'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { aPerson, aToken } from '@/test/support/people'
import { anOpenPromotion, aSealedPromotion, inBrowser } from '@/test/support/promotions'
import { aGovernedSystem, policyText, type Scene } from '@/test/support/scene'
import { NOW, recording } from '@/test/unit/observation/recordings'
import { answerParent } from './answer-parent'
import { drive } from './load.mjs'

// The bench's hand inside the application: it prepares data through the use cases and runs them in this process, as told over the channel
// of the parent process. No server runs here.

/** One signature to be made: whose, on what, with a step-up proof and a session cookie made beforehand. */
type Job = { promotion: string; hash: string; slot: string; proof: string; cookie: string; person: number }

const AT_ONCE = 8
const SESSION_SECONDS = 3600
let scene: Scene
let edge: PolicyEdge
const people: { ctx: Ctx; cookie: string }[] = []
const personOf = new Map<string, number>()

async function seat(ctx: Ctx): Promise<number> {
  const browser = await inBrowser(ctx)
  const { id, version } = browser.actor.session as NonNullable<Ctx['actor']['session']> // inBrowser gives one
  const token = await writeSessionToken({ sid: id, sv: version }, SESSION_SECONDS)
  people.push({ ctx: browser, cookie: `${sessionCookieName()}=${token}` })
  return people.length - 1
}

async function many<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = []
  let left = count
  const line = async () => {
    while (left-- > 0) made.push(await make())
  }
  await Promise.all(Array.from({ length: AT_ONCE }, line))
  return made
}

/** The system and way with the most slots among those whose slots are open at once and whose gates need no checklist: the quickest to prepare. */
function chooseWay(): { slug: string; edge: PolicyEdge; gate: EdgeGate } {
  const ways = readdirSync('policies')
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => {
      const { policy } = readPolicy(policyText(name.replace('.yaml', '')), name)
      return policy === undefined ? [] : policy.edges.map((way) => ({ slug: policy.system.slug, edge: way, gates: edgeGates(policy, way) }))
    })
  const fit = ways
    .filter(
      ({ edge: way, gates }) =>
        gates.every((gate) => gate.kind !== 'checklist' && !gate.boundToSnapshotOf) &&
        way.signOff.slots.every((slot) => slot.order !== 'last'),
    )
    .toSorted((a, b) => b.edge.signOff.slots.length - a.edge.signOff.slots.length)
  for (const { slug, edge: way, gates } of fit) {
    const gate = gates.find(({ by }) => by.kinds.includes('token'))
    if (gate) return { slug, edge: way, gate }
  }
  throw new Error('No policy has a way that the bench could take')
}

/** Every policy of this folder. */
function policies(): Policy[] {
  return readdirSync('policies')
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => readPolicy(policyText(name.replace('.yaml', '')), name).policy ?? [])
}

const sizeOf = ({ variables, constraints }: Policy): number => variables.length + constraints.length

/** What the profiles of a system report when everything is in order. */
function reportsOf(slug: string): { profile: string; facts: Record<string, unknown> }[] {
  const byProfile = Map.groupBy(recording(slug).good, ({ profile }) => profile)
  return [...byProfile].map(([profile, rows]) => ({
    profile,
    facts: Object.fromEntries(rows.map(({ section, facts }) => [section, facts])),
  }))
}

/** Milliseconds of each of some runs, after a few that do not count. */
function timed(times: number, work: () => unknown): number[] {
  for (let i = 0; i < 50; i += 1) work()
  return Array.from({ length: times }, () => {
    const from = performance.now()
    work()
    return performance.now() - from
  })
}

const commands = {
  /** Governs a system, makes a token and `open` open promotions for evidence, and one sealed promotion for verdicts. */
  async prepare({ open }: { open: number }) {
    const way = chooseWay()
    scene = await aGovernedSystem(way.slug)
    const { policy } = await loadActivePolicy(db, scene.slug)
    edge = policy.edges.find(({ id }) => id === way.edge.id) as PolicyEdge // chosen from the same policy
    for (const slot of edge.signOff.slots) personOf.set(slot.id, await seat(scene.people[slot.roles[0] as Role]))
    const { secret } = await createToken(scene.people.admin, {
      name: 'bench',
      agent: null,
      system: scene.slug,
      scopes: ['read', 'evidence:bring'],
      gates: [],
      days: 1,
    })
    const opened = await many(open, () => anOpenPromotion(scene, edge.to))
    const sealed = await aSealedPromotion(scene, edge.to)
    return {
      system: scene.slug,
      edge: edge.id,
      profile: edge.to,
      gate: way.gate.id,
      gates: edgeGates(policy, edge).length,
      slots: edge.signOff.slots.length,
      token: secret,
      versions: opened.map(({ version }) => version),
      sealed: { version: sealed.version, promotion: sealed.id },
    }
  },

  /**
   * Governs the system with the largest policy that nothing else here uses, and reports everything that is recorded of it once, so that later reports find
   * findings up to date. Gives what to report.
   */
  async prepareIngest({ runtimes }: { runtimes: number }) {
    const policy = policies()
      .filter(({ system }) => system.slug !== scene.slug)
      .toSorted((a, b) => sizeOf(b) - sizeOf(a))[0] as Policy // there are several
    const slug = policy.system.slug
    const { people: here } = await aGovernedSystem(slug)
    const { secret } = await createToken(here.admin, {
      name: 'bench runtimes',
      agent: null,
      system: slug,
      scopes: ['observation:report'],
      gates: [],
      days: 1,
    })
    const reports = reportsOf(slug)
    const reporter = await aToken(here.admin, { scopes: ['observation:report'], systemId: slug })
    for (let runtime = 0; runtime < runtimes; runtime += 1) {
      const observations = reports.map((report) => ({ ...report, instance: `runtime-${runtime}` }))
      await recordObservations(reporter, reportObservationsInput.parse({ system: slug, observations }))
    }
    return { system: slug, token: secret, reports, runtimes, findings: await db.finding.count({ where: { systemId: slug } }) }
  },

  /** Whose page is asked for, and of which system. */
  viewer() {
    return { system: scene.slug, cookie: (people[0] as (typeof people)[number]).cookie } // prepare seated them
  },

  /** Reports of every profile of the system until each has `count` observations; gives how many each has. */
  async observe({ count }: { count: number }): Promise<Record<string, number>> {
    const reporter = await aToken(scene.people.admin, { scopes: ['observation:report'], systemId: scene.slug })
    const reports = reportsOf(scene.slug)
    const from = Date.now() - count * 1_000
    for (let done = 0; done < count; done += 20) {
      const observations = reports.flatMap(({ profile, facts }) =>
        Array.from({ length: Math.min(20, count - done) }, (_, i) => ({
          profile,
          facts,
          instance: `runtime-${i % 2}`,
          claimedAt: new Date(from + (done + i) * 1_000).toISOString(),
        })),
      )
      for (let part = 0; part < observations.length; part += 100)
        await recordObservations(
          reporter,
          reportObservationsInput.parse({ system: scene.slug, observations: observations.slice(part, part + 100) }),
        )
    }
    const rows = await db.observation.groupBy({ by: ['profileKey'], where: { systemId: scene.slug }, _count: true })
    return Object.fromEntries(rows.map(({ profileKey, _count }) => [profileKey, _count]))
  },

  /** Milliseconds that judging takes in this process: the contract of one profile, and every rule of a system, of the largest policy. */
  judging({ times }: { times: number }) {
    const policy = policies().toSorted((a, b) => sizeOf(b) - sizeOf(a))[0] as Policy // there are several
    const { good, record } = recording(policy.system.slug)
    const { profile, facts } = good.find(({ section }) => section === 'variables') as CurrentFact // every recording has some
    const context = { profile, variant: null, conditions: {} }
    return {
      system: policy.system.slug,
      variables: policy.variables.length,
      rules: judgeSystem(policy, good, record, NOW).length,
      contract: timed(times, () => evaluateContract(policy, facts as FactsOf['variables'], context)),
      judge: timed(times, () => judgeSystem(policy, good, record, NOW)),
    }
  },

  /** Sealed promotions that nobody signed yet. */
  async sealed({ count }: { count: number }) {
    return (await many(count, () => aSealedPromotion(scene, edge.to))).map(({ id, hash }) => ({ id, hash }))
  },

  /** A job for each slot of some sealed promotions, slot after slot, so that neighbours in time sign different promotions. */
  jobs({ sealed }: { sealed: { id: string; hash: string }[] }): Promise<Job[]> {
    const wanted = edge.signOff.slots.flatMap((slot) =>
      sealed.map(({ id, hash }) => ({ promotion: id, hash, slot: slot.id, person: personOf.get(slot.id) as number })),
    )
    return withProofs(wanted)
  },

  /** `count` different people, all after the slots of one promotion: who of them signs is open, how many must not be. */
  async racers({ sealed, count }: { sealed: { id: string; hash: string }; count: number }): Promise<Job[]> {
    const { slots } = edge.signOff
    while (people.length < slots.length + count) {
      const slot = slots[people.length % slots.length] as (typeof slots)[number]
      await seat(await aPerson(`Racer ${people.length}`, [slot.roles[0] as Role], scene.slug))
    }
    return withProofs(
      Array.from({ length: count }, (_, i) => slots.length + i).map((person) => ({
        promotion: sealed.id,
        hash: sealed.hash,
        slot: (slots[person % slots.length] as (typeof slots)[number]).id,
        person,
      })),
    )
  },

  /** Makes signatures through the use case, in this process. */
  sign({ clients, jobs, ms }: { clients: number; jobs: Job[]; ms: number }) {
    return drive({ clients, jobs, ms }, async (_: number, job: Job) => {
      const ctx = (people[job.person] as (typeof people)[number]).ctx
      await signPromotion(
        { ...ctx, at: undefined },
        { promotion: job.promotion, slot: job.slot, sealedHash: job.hash, proof: job.proof, confirmed: 'yes' },
      )
    })
  },

  /** How many standing signatures each slot of a promotion has. */
  async outcome({ promotion }: { promotion: string }): Promise<Record<string, number>> {
    const rows = await db.signOff.findMany({
      where: { sealedVersion: { promotionId: promotion, subject: 'promotion' }, withdrawnAt: null },
      select: { slotKey: true },
    })
    return Object.fromEntries(edge.signOff.slots.map(({ id }) => [id, rows.filter(({ slotKey }) => slotKey === id).length]))
  },

  /** How much evidence a release has. */
  async evidence({ version }: { version: string }): Promise<number> {
    return db.evidence.count({ where: { release: { systemId: scene.slug, version } } })
  },
}

async function withProofs(wanted: Omit<Job, 'proof' | 'cookie'>[]): Promise<Job[]> {
  const now = new Date()
  const made = await db.stepUpProof.createManyAndReturn({
    data: wanted.map(({ hash, slot, person }) => {
      const { actor } = (people[person] as (typeof people)[number]).ctx
      return {
        principalId: actor.id,
        sessionId: actor.session?.id as string, // seated people have one
        sealedHash: hash,
        slotKey: slot,
        decision: 'approve',
        method: 'password',
        createdAt: now,
        expiresAt: new Date(now.getTime() + 120_000),
      }
    }),
    select: { id: true },
  })
  return wanted.map((job, i) => ({ ...job, proof: made[i]?.id as string, cookie: people[job.person]?.cookie as string }))
}

answerParent(commands)
