import { readdirSync } from 'node:fs'
import { sessionCookieName } from '@/lib/auth/cookies'
import { writeSessionToken } from '@/lib/auth/session-token'
import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import type { Ctx } from '@/lib/domain/context'
import { type EdgeGate, edgeGates } from '@/lib/domain/gate'
import { readPolicy } from '@/lib/domain/policy/load'
import type { PolicyEdge } from '@/lib/domain/policy/schema'
import type { Role } from '@/lib/domain/roles'
import { createToken } from '@/lib/usecases/account/create-token'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { aPerson } from '@/test/support/people'
import { anOpenPromotion, aSealedPromotion, inBrowser } from '@/test/support/promotions'
import { aGovernedSystem, policyText, type Scene } from '@/test/support/scene'
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

process.on('message', async (message: { id: number; what: keyof typeof commands; args: never }) => {
  try {
    process.send?.({ id: message.id, answer: await commands[message.what](message.args) })
  } catch (error) {
    process.send?.({ id: message.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})
process.on('disconnect', () => process.exit(0))
process.send?.({ id: 0, answer: 'ready' })
