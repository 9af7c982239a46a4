import { db } from '@/lib/db/client'
import { edgeGates } from '@/lib/domain/gate'
import { askFallback } from '@/lib/usecases/fallback/ask-fallback'
import { cleanUpFallback } from '@/lib/usecases/fallback/clean-up-fallback'
import { grantFallback } from '@/lib/usecases/fallback/grant-fallback'
import { openFallback } from '@/lib/usecases/fallback/open-fallback'
import { returnFallback } from '@/lib/usecases/fallback/return-fallback'
import { reviewFallback } from '@/lib/usecases/fallback/review-fallback'
import { closeIncident } from '@/lib/usecases/incident/close-incident'
import { declareIncident } from '@/lib/usecases/incident/declare-incident'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { reviewPromotion } from '@/lib/usecases/promotion/review-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { recordSecretAudit } from '@/lib/usecases/secret-audit/record-secret-audit'
import { after, type Clock } from './clock'
import { as, type Casting, type PersonKey } from './people'
import { bring, deploy, policyOf, readBefore, release, ship, snapshot } from './shipping'
import type { Scene } from './story'

/** Two nights with broken glass, both paid for, and what SecOps found when it audited afterwards (000.10, 000.21). */
export function glassSoFar({ cast }: Casting, clock: Clock): Scene[] {
  const night = clock.at(40, '02:12')
  const seeding = clock.at(55, '16:20')
  return [
    { at: after(night, -21), play: breakGlassAtNight },
    { at: seeding, play: seedProduction },
    { at: clock.at(36, '09:30'), play: auditProd },
  ]

  /** RoboDJ prod cannot decrypt its configuration: the commander opens alone, and others clean up and review (mock h-break-glass). */
  async function breakGlassAtNight(): Promise<void> {
    await db.$executeRaw`SELECT setval('public.id_inc', greatest((SELECT last_value FROM public.id_inc), 207))`
    const { id: incident } = await declareIncident(as(cast, 'kofi', after(night, -21)), {
      system: 'robodj',
      profile: 'prod',
      title: 'prod cannot decrypt config',
      severity: 'sev1',
      reference: 'OPS-4417',
    })
    const asked = await askFallback(as(cast, 'kofi', night), {
      system: 'robodj',
      rule: 'prod',
      purpose: 'break-glass',
      reason: 'V1 decrypt errors after restart',
      incident,
      until: after(night, 120),
      secrets: ['secret-v2-key'],
    })
    await openFallback(as(cast, 'kofi', after(night, 1)), { fallback: asked.id, sealedHash: asked.sealedHash, proof: '' })
    await returnFallback(as(cast, 'kofi', after(night, 88)), { fallback: asked.id })
    await cleanUpFallback(as(cast, 'ines', after(night, 7 * 60)), {
      fallback: asked.id,
      note: 'secret_v2.key is removed from the launcher host, and the env-only preflight passes.',
      link: 'https://ci.example.org/robodj/preflight/1188',
      exposed: 'no',
    })
    await reviewFallback(as(cast, 'priya', after(night, 9 * 60)), {
      fallback: asked.id,
      finding: 'accepted',
      note: 'The file was read by one process, for 88 minutes. Nothing else changed.',
    })
    await closeIncident(as(cast, 'kofi', after(night, 10 * 60)), {
      incident,
      note: 'A restart had picked up the environment of the day before.',
      postmortem: 'ops/postmortems/2208-decrypt',
    })
  }

  async function seedProduction(): Promise<void> {
    const asked = await askFallback(as(cast, 'piotr', seeding), {
      system: 'stack',
      rule: 'production-seeding',
      purpose: 'break-glass',
      reason: 'The new tenant has no first administrator; the admin flow writes one row.',
      ticket: 'P2-OPS-81',
      until: after(seeding, 90),
    })
    const { slots } = JSON.parse((await db.sealedVersion.findFirstOrThrow({ where: { hash: asked.sealedHash } })).canonical) as {
      slots: { id: string }[]
    }
    await grantFallback(as(cast, 'ruth', after(seeding, 12)), {
      fallback: asked.id,
      slot: slots[0]?.id as string, // the rule has somebody who grants
      sealedHash: asked.sealedHash,
      proof: '',
      confirmed: 'yes',
    })
    await returnFallback(as(cast, 'piotr', after(seeding, 31)), { fallback: asked.id })
    await cleanUpFallback(as(cast, 'piotr', after(seeding, 44)), {
      fallback: asked.id,
      note: 'One row written, listed in the ticket. The flow is closed again.',
      link: 'https://tickets.example.org/P2-OPS-81',
      exposed: 'no',
    })
    await reviewFallback(as(cast, 'emil', after(seeding, 20 * 60)), {
      fallback: asked.id,
      finding: 'accepted',
      note: 'The row in the ticket is the row in the database.',
    })
  }

  async function auditProd(): Promise<void> {
    await recordSecretAudit(as(cast, 'emil', clock.at(36, '09:30')), {
      system: 'robodj',
      profile: 'prod',
      finding: 'concern',
      note: 'Injection is by environment only. The backup of the launcher host still lists the folder of the fallback files; it is to be excluded.',
      nextDueAt: after(clock.at(36, '09:30'), 60 * 24 * 60),
    })
  }
}

/** A night on which a WaxWatch release could not wait for its checklist: its own signatures, and everything it owed paid the next day. */
export function emergencySoFar(casting: Casting, clock: Clock): Scene[] {
  const { cast } = casting
  const system = 'waxwatch'
  const version = '1.8.1'
  const night = clock.at(47, '21:40')
  return [
    { at: clock.at(48, '08:00'), play: stage },
    { at: after(night, -15), play: goAnyway },
  ]

  async function stage(): Promise<void> {
    await release(casting, {
      system,
      version,
      sha: 'b7720d1',
      builtAt: clock.at(48, '08:10'),
      backwardCompatible: true,
      changes: [['fix', 'Prices of sold copies are left out again', 'WW-136']],
      commits: { hana: 2 },
      by: 'hana',
    })
    await ship({ casting, system, version, edge: 'dev->staging', at: clock.at(48, '09:30'), pace: { gates: 40, seal: 10, sign: 20 } })
  }

  async function goAnyway(): Promise<void> {
    await db.$executeRaw`SELECT setval('public.id_inc', greatest((SELECT last_value FROM public.id_inc), 204))`
    const { id: incident } = await declareIncident(as(cast, 'lena', after(night, -15)), {
      system,
      profile: 'production',
      title: 'Every alert shows the price of sold copies',
      severity: 'sev2',
      reference: 'OPS-4390',
    })
    const policy = await policyOf(system)
    const edge = policy.edges.find(({ id }) => id === 'staging->production')
    if (!edge?.emergency) throw new Error(`${system} has no emergency on its way to production`)
    const checklists = edge.gates.filter(({ kind }) => kind === 'checklist').map(({ id }) => id)
    await snapshot(casting, system, 'production', after(night, -10))
    const { id: promotion } = await openPromotion(as(cast, 'leo', night), {
      system,
      version,
      to: edge.to,
      emergency: true,
      incident,
      skipGates: checklists,
      skipReason: 'The checklist takes an hour, and wrong alerts go out every minute.',
    })
    const gates = edgeGates(policy, edge)
    for (const [position, gate] of gates.filter(({ id, moments }) => !checklists.includes(id) && moments.includes('promotion')).entries())
      await bring(gate, { casting, system, version, edge, at: after(night, 2 + position) })
    const { hash } = await sealPromotion(as(cast, 'ines', after(night, 9)), { promotion })
    const signers: PersonKey[] = ['lena', 'priya']
    for (const [position, slot] of edge.emergency.slots.entries()) {
      const who = signers[position] as PersonKey
      const signedAt = after(night, 12 + position * 4)
      // At night the commander signs within a minute of opening it: an auditor will ask.
      await readBefore(cast, who, promotion, signedAt, position === 0 ? 0.6 : 2)
      await signPromotion(as(cast, who, signedAt), { promotion, slot: slot.id, sealedHash: hash, proof: '', confirmed: 'yes' })
    }
    await deploy(casting, { system, version, profile: edge.to, at: after(night, 20) })
    const reviewers: PersonKey[] = ['noor', 'emil', 'martin']
    for (const [position, slot] of edge.signOff.slots.entries())
      await reviewPromotion(as(cast, reviewers[position] as PersonKey, after(night, 11 * 60 + position * 45)), {
        promotion,
        slot: slot.id,
        finding: 'accepted',
        note: 'One line changed. The alerts were right ten minutes after the deployment.',
      })
    for (const gate of gates.filter(({ id }) => checklists.includes(id)))
      await bring(gate, { casting, system, version, edge, at: after(night, 14 * 60) })
    await closeIncident(as(cast, 'lena', after(night, 15 * 60)), {
      incident,
      note: 'The filter for sold copies had been lost in 1.8.0.',
      postmortem: 'ops/postmortems/4390-sold-copies',
    })
  }
}
