import { db } from '@/lib/db/client'
import { loadRotations } from '@/lib/db/load-rotations'
import { ownershipMembers } from '@/lib/domain/ownership'
import type { PolicyOwnership } from '@/lib/domain/policy/schema'
import { openStep, type RotationCause, type RotationFacts, type RotationStep } from '@/lib/domain/rotation'
import { closeIncident } from '@/lib/usecases/incident/close-incident'
import { recordKeyVersion } from '@/lib/usecases/key/record-key-version'
import { approveRotation } from '@/lib/usecases/rotation/approve-rotation'
import { completeRotation } from '@/lib/usecases/rotation/complete-rotation'
import { confirmRotation } from '@/lib/usecases/rotation/confirm-rotation'
import { finishRollback } from '@/lib/usecases/rotation/finish-rollback'
import { openRotation } from '@/lib/usecases/rotation/open-rotation'
import { recordStep } from '@/lib/usecases/rotation/record-step'
import { rollBack } from '@/lib/usecases/rotation/roll-back'
import { startRotation } from '@/lib/usecases/rotation/start-rotation'
import { recordSecretAudit } from '@/lib/usecases/secret-audit/record-secret-audit'
import { after, type Clock } from './clock'
import { type AgentCasting, as, type Casting, type PersonKey } from './people'
import { policyOf } from './shipping'
import type { Scene } from './story'

/** Which keys were there when the policies came, how many days old on the day of the start, by system and rule: the primary first. */
const HELD: Record<string, Record<string, [key: string, days: number][]>> = {
  robodj: {
    dev: [
      ['k4', 140],
      ['k3', 231],
    ],
    staging: [
      ['k5', 158],
      ['k4', 246],
    ],
    prod: [
      ['k7', 97],
      ['k6', 188],
    ],
  },
  waxwatch: {
    'production-database': [['c3', 64]],
    'production-discogs': [['t2', 120]],
  },
  stack: {
    'staging-database': [
      ['api-5', 52],
      ['worker-5', 52],
    ],
    'production-database': [
      ['api-8', 38],
      ['worker-8', 38],
    ],
    'production-cache': [
      ['api-2', 84],
      ['worker-2', 84],
    ],
    'staging-signing-keys': [['2026-09', 75]],
    'production-signing-keys': [['2026-07', 131]],
  },
  dreichor: { 'prod-database': [['p4', 82]] },
}

/** The keys that the four systems held when their policies came: recorded by name, never by value. */
export function holdKeys({ cast }: Casting, clock: Clock): Scene[] {
  return Object.entries(HELD).flatMap(([system, rules]) =>
    Object.entries(rules).map(([rule, keys]) => {
      const at = clock.at(Math.min(93, ...keys.map(([, days]) => days)), '11:00')
      return { at, play: () => hold(system, rule, keys, at) }
    }),
  )

  async function hold(system: string, rule: string, keys: [string, number][], at: Date): Promise<void> {
    const policy = await policyOf(system)
    const ownership = ruleOf(policy.rotation.ownership, rule)
    for (const [position, mapping] of ownershipMembers(policy, ownership).entries()) {
      const [keyId, days] = keys[position] as [string, number] // one for each member
      await recordKeyVersion(as(cast, 'priya', at), {
        system,
        profile: ownership.profile,
        mapping: mapping.id,
        keyId,
        bornAt: clock.at(days, '08:00'),
      })
    }
  }
}

function ruleOf(rules: readonly PolicyOwnership[], id: string): PolicyOwnership {
  const rule = rules.find((each) => each.id === id)
  if (!rule) throw new Error(`the policy has no rotation rule ${id}`)
  return rule
}

type Doer = { key: PersonKey } | { agent: AgentCasting }

export type RotationStory = {
  casting: Casting
  system: string
  rule: string
  at: Date
  cause?: RotationCause
  reason?: string
  opener: PersonKey
  approver: PersonKey
  performer: Doer
  /** Who confirms in the owner slots that do not perform. */
  confirmer?: PersonKey
  variant?: string
  /** Ids of the new keys by mapping. */
  newKeys: Record<string, string>
}

const doing = ({ casting, performer }: RotationStory, at: Date) =>
  'key' in performer ? as(casting.cast, performer.key, at) : performer.agent.ctx(at)

/** All facts of a rotation at an instant of the story. */
async function factsOf(id: string, now: Date): Promise<RotationFacts> {
  const [facts] = await loadRotations(db, { id }, now)
  if (!facts) throw new Error(`there is no ${id}`)
  return facts
}

/** What is said of a step in the demo, by its kind of evidence. */
const SAID: Record<string, string> = {
  attestation: 'Checked',
  'command-result': 'exit 0',
  'log-entry': 'PASS in the log',
  record: 'Recorded',
}

/** Records the steps that come next, a minute or two apart, until none is open or `until` says to stop. Gives when it ended. */
async function walk(story: RotationStory, id: string, from: Date, pace = 1, until?: (step: RotationStep) => boolean): Promise<Date> {
  let at = from
  for (let turn = 0; turn < 60; turn++) {
    const step = openStep(await factsOf(id, at))
    if (!step || until?.(step)) return at
    const way = step.choices[0]?.id
    await recordStep(doing(story, at), {
      rotation: id,
      step: step.id,
      state: step.asks === null ? 'done' : 'not_applicable',
      how: step.command ? 'script' : 'hand',
      note: step.asks === null ? (SAID[step.evidence] ?? 'Done') : 'Not here',
      ...(step.captures ? { reference: `vault/rotations/${id.toLowerCase()}/before` } : {}),
      ...(step.records === 'new-key' && step.asks === null ? { newKeys: story.newKeys } : {}),
      ...(way ? { variant: way } : {}),
    })
    at = after(at, pace)
  }
  throw new Error(`${id} does not end`)
}

/** Opens, prepares, approves and starts; gives the id and when the first step is open. */
export async function begin(story: RotationStory, pace = 4): Promise<{ id: string; at: Date }> {
  const { casting, system, rule, at } = story
  const { id, hash } = await openRotation(as(casting.cast, story.opener, at), {
    system,
    rule,
    cause: story.cause ?? 'scheduled',
    reason: story.reason,
    variant: story.variant,
  })
  const readyAt = await walk(story, id, after(at, pace), pace)
  await approve(story, id, hash, after(readyAt, pace))
  const facts = await factsOf(id, readyAt)
  const owner = facts.plan.owners.slots[0]?.id as string // a rule has an owner
  const startedAt = after(readyAt, pace * 3)
  await startRotation(doing(story, startedAt), { rotation: id, owner })
  return { id, at: after(startedAt, 1) }
}

/** The approver signs the plan that was sealed. */
export async function approve({ casting, approver, system, rule }: RotationStory, id: string, sealedHash: string, at: Date): Promise<void> {
  const slot = ruleOf((await policyOf(system)).rotation.ownership, rule).approval.slots[0]?.id as string // a rule has an approver
  await approveRotation(as(casting.cast, approver, at), { rotation: id, slot, sealedHash, proof: '', confirmed: 'yes' })
}

/** A rotation from its plan to the proof that the old key is gone. Gives its id. */
async function rotate(story: RotationStory): Promise<string> {
  const { id, at } = await begin(story)
  const verifiedAt = await walk(story, id, at, 2)
  const owners = (await factsOf(id, verifiedAt)).plan.owners
  if (owners.mode === 'all' && story.confirmer)
    for (const { id: owner } of owners.slots.slice(1))
      await confirmRotation(as(story.casting.cast, story.confirmer, after(verifiedAt, 2)), { rotation: id, owner })
  await completeRotation(doing(story, after(verifiedAt, 5)), {
    rotation: id,
    proof: 'The store lists the old key as destroyed, and a try with it was refused.',
  })
  return id
}

/** What was rotated in three months, by whom, and what SecOps found when it looked. */
export function rotatedSoFar(casting: Casting, clock: Clock): Scene[] {
  const { cast, agents } = casting
  const scene = (days: number, time: string, tell: (at: Date) => Promise<void>): Scene => ({
    at: clock.at(days, time),
    play: () => tell(clock.at(days, time)),
  })
  return [
    scene(84, '09:10', async (at) => {
      const id = await rotate({
        casting,
        system: 'robodj',
        rule: 'staging',
        at,
        opener: 'priya',
        approver: 'sofia',
        performer: { agent: agents.releaseManager },
        variant: 'windows',
        newKeys: { 'secret-key': 'k6' },
      })
      await recordSecretAudit(as(cast, 'emil', after(at, 26 * 60)), {
        system: 'robodj',
        rotation: id,
        finding: 'met',
        note: 'Log says PASS, the old second key is destroyed, and who approved did not perform.',
      })
    }),
    scene(27, '13:00', async (at) => {
      await rotate({
        casting,
        system: 'stack',
        rule: 'production-signing-keys',
        at,
        opener: 'ines',
        approver: 'kofi',
        performer: { key: 'noor' },
        newKeys: { 'jwt-private-key': '2026-10' },
      })
    }),
    scene(20, '07:30', (at) => rollBackDreichor(at)),
    scene(15, '10:20', async (at) => {
      await rotate({
        casting,
        system: 'waxwatch',
        rule: 'production-discogs',
        at,
        cause: 'by_hand',
        reason: 'The provider asks for tokens of the new form.',
        opener: 'priya',
        approver: 'ruth',
        performer: { key: 'ines' },
        newKeys: { 'discogs-token': 't3' },
      })
    }),
    scene(12, '08:40', async (at) => {
      await rotate({
        casting,
        system: 'robodj',
        rule: 'dev',
        at,
        opener: 'jonah',
        approver: 'aiko',
        performer: { key: 'leo' },
        variant: 'docker',
        newKeys: { 'secret-key': 'k5' },
      })
    }),
  ]

  async function rollBackDreichor(start: Date): Promise<void> {
    const story: RotationStory = {
      casting,
      system: 'dreichor',
      rule: 'prod-database',
      at: start,
      opener: 'ines',
      approver: 'lena',
      performer: { key: 'noor' },
      newKeys: { 'database-url': 'p5' },
    }
    const { id, at } = await begin(story)
    const failsAt = await walk(story, id, at, 2, (step) => step.phase === 'after')
    const facts = await factsOf(id, failsAt)
    const step = openStep(facts)
    if (step)
      await recordStep(as(cast, 'noor', failsAt), { rotation: id, step: step.id, state: 'failed', how: 'hand', note: 'Access is refused' })
    await rollBack(as(cast, 'noor', after(failsAt, 1)), {
      rotation: id,
      trigger: facts.plan.triggers.at(-1)?.id ?? 'other',
      reason: 'The runtime is refused with the new credential.',
    })
    const backAt = await walk(story, id, after(failsAt, 2), 2)
    await finishRollback(as(cast, 'noor', after(backAt, 1)), { rotation: id, postmortem: 'ops/postmortems/dreichor-credential' })
    const { incident } = await factsOf(id, backAt)
    if (incident)
      await closeIncident(as(cast, 'lena', after(backAt, 90)), {
        incident: incident.id,
        note: 'The new credential lacked one right. The old one is back; the next try creates it with the rights of the old.',
      })
  }
}

/** RoboDJ's key pair in prod, a week overdue: its rotation is running, and the keys are about to move (mock d-rotation). */
export async function rotateRobodjNow(casting: Casting, clock: Clock): Promise<void> {
  await db.$executeRaw`SELECT setval('public.id_rot', greatest((SELECT last_value FROM public.id_rot), 57))`
  const story: RotationStory = {
    casting,
    system: 'robodj',
    rule: 'prod',
    at: clock.ago(75),
    opener: 'priya',
    approver: 'tomasz',
    performer: { agent: casting.agents.releaseManager },
    variant: 'windows',
    newKeys: { 'secret-key': 'k8' },
  }
  const { id, at } = await begin(story, 5)
  await walk(story, id, at, 1, (step) => step.records === 'new-key')
}

/** A rotation of Stack that waits for Management. */
export async function stackAsksManagement(casting: Casting, clock: Clock): Promise<void> {
  await openRotation(as(casting.cast, 'ines', clock.ago(140)), {
    system: 'stack',
    rule: 'staging-signing-keys',
    cause: 'scheduled',
    reason: 'Due in two weeks; taken together with the change of issuer.',
  })
}
