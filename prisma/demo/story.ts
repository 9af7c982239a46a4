import { readFileSync } from 'node:fs'
import { db } from '@/lib/db/client'
import { importTemplate } from '@/lib/usecases/checklist/import-template'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { applyPolicy } from '@/lib/usecases/policy/apply-policy'
import { askQuestion } from '@/lib/usecases/promotion/ask-question'
import { declinePromotion } from '@/lib/usecases/promotion/decline-promotion'
import { editNotesSummary } from '@/lib/usecases/promotion/edit-notes-summary'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { setWindow } from '@/lib/usecases/promotion/set-window'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { withdrawPromotion } from '@/lib/usecases/promotion/withdraw-promotion'
import { after, type Clock } from './clock'
import { loadTest } from './drift'
import { as, type Casting } from './people'
import { approach, bring, type Change, deploy, type ReleaseStory, readBefore, release, sealAndSign, ship, snapshot } from './shipping'

const fix = (summary: string, reference?: string): Change => ['fix', summary, reference]
const feature = (summary: string, reference?: string): Change => ['feature', summary, reference]

/** The policies of the four systems and RoboDJ's checklist, as an admin applied them before the story begins. */
export async function governFourSystems({ cast }: Casting, clock: Clock): Promise<void> {
  for (const [position, name] of ['robodj', 'waxwatch', 'stack', 'dreichor'].entries()) {
    const text = readFileSync(`policies/${name}.yaml`, 'utf8')
    await applyPolicy(as(cast, 'ada', clock.at(94, `09:0${position}`)), { text, fileName: `policies/${name}.yaml` })
  }
  await importTemplate(as(cast, 'ines', clock.at(93, '10:00')), {
    system: 'robodj',
    checklist: 'pre-release',
    fileName: 'PRE_RELEASE_CHECKLIST.md',
    source: readFileSync('prisma/demo/PRE_RELEASE_CHECKLIST.md', 'utf8'),
  })
}

/** One thing that happens, at its time. The record is true only when scenes are played in order. */
export type Scene = { at: Date; play: () => Promise<void> }

/** Plays scenes in the order of their times. */
export async function play(scenes: readonly Scene[]): Promise<void> {
  for (const scene of scenes.toSorted((a, b) => a.at.getTime() - b.at.getTime())) await scene.play()
}

type Past = ReleaseStory & { days: number; edges: string[]; pace?: number[] }

/** Three months of releases that went all the way, and what became of them. */
export function past(casting: Casting, clock: Clock): Scene[] {
  const stories: Past[] = [
    robodj('2.11.0', '0c41e7a', 84, [feature('Crossfade curves per show', 'DJ-310'), fix('Silence at playlist end', 'DJ-322')], [60, 90]),
    robodj('2.12.0', 'b81d3f0', 63, [feature('Weekly schedule import', 'DJ-341')], [40, 30]),
    robodj('2.13.0', '77ac1e2', 42, [feature('Listener request queue', 'DJ-360'), ['security', 'Key check at start', 'DJ-364']], [50, 95]),
    robodj('2.13.1', '19f0b6d', 33, [fix('Request queue loses its order', 'DJ-371')], [30, 25]),
    robodj('2.13.2', '4b09e71', 21, [fix('Launcher waits for the config snapshot', 'DJ-377')], [45, 35]),
    waxwatch('1.7.0', '3ad90c1', 80, [feature('Price history per pressing', 'WW-120')], [30, 70]),
    waxwatch('1.8.0', 'e01b7f4', 57, [feature('eBay listings beside Discogs', 'WW-133')], [60, 40]),
    waxwatch('1.8.2', '62c8d0e', 38, [fix('Provider budget counted twice', 'WW-139')], [20, 60]),
    waxwatch('1.8.4', 'a9e15b3', 12, [fix('Retry after a provider timeout', 'WW-147')], [35, 25]),
    stack('c0ffee1', 75, [feature('Job queue with priorities', 'P2-088')], [30, 40]),
    stack('9d41b7e', 50, [feature('Token lifetime per client', 'P2-097')], [40, 80]),
    stack('3e8c2a0', 26, [fix('Worker drains before it stops', 'P2-103')], [25, 30]),
    stack('5f0d7c3', 8, [fix('CORS list read once', 'P2-110')], [30, 35]),
    dreichor('51bd', 70, [feature('Snapshot strategy as a setting')], [60, 45]),
    dreichor('63f0', 43, [fix('Monotonic clock across restarts')], [30, 70]),
    dreichor('77aa', 25, [['config', 'Log level from the environment']], [30, 50]),
  ]
  const voyages = stories.flatMap((story) =>
    story.edges.map((edge, leg) => ({
      story,
      edge,
      at: clock.at(story.days + (story.edges.length - 1 - leg) * 2, '08:30'),
      pace: story.pace?.[leg] ?? 50,
    })),
  )
  const registered = new Set<string>()
  return voyages.map(({ story, edge, at, pace }) => ({ at: after(at, -90), play: () => sail(story, edge, at, pace) }))

  async function sail(story: Past, edge: string, at: Date, pace: number): Promise<void> {
    if (!registered.has(story.version)) {
      await release(casting, { ...story, builtAt: after(at, -90) })
      const first = edge.split('->')[0] as string
      // A first profile that releases may be put on runs them before they go anywhere.
      if (!['ci'].includes(first))
        await deploy(casting, { system: story.system, version: story.version, profile: first, at: after(at, -60) })
      registered.add(story.version)
    }
    await snapshot(casting, story.system, edge.split('->')[1] as string, after(at, -30))
    await ship({ casting, system: story.system, version: story.version, edge, at, pace: { gates: 90, seal: 20, sign: pace } })
  }

  function robodj(version: string, sha: string, days: number, changes: Change[], pace: number[]): Past {
    return {
      system: 'robodj',
      version,
      sha,
      days,
      changes,
      pace,
      edges: ['dev->staging', 'staging->prod'],
      builtAt: clock.start,
      backwardCompatible: true,
      commits: { jonah: 6, leo: 4 },
      by: 'jonah',
    }
  }
  function waxwatch(version: string, sha: string, days: number, changes: Change[], pace: number[]): Past {
    return {
      system: 'waxwatch',
      version,
      sha,
      days,
      changes,
      pace,
      edges: ['dev->staging', 'staging->production'],
      builtAt: clock.start,
      backwardCompatible: true,
      commits: { hana: 9 },
      by: 'hana',
    }
  }
  function stack(sha: string, days: number, changes: Change[], pace: number[]): Past {
    return {
      system: 'stack',
      version: sha,
      sha,
      days,
      changes,
      pace,
      edges: ['ci->staging', 'staging->production'],
      builtAt: clock.start,
      backwardCompatible: true,
      commits: { hana: 3, piotr: 5 },
      by: 'piotr',
    }
  }
  function dreichor(sha: string, days: number, changes: Change[], pace: number[]): Past {
    return {
      system: 'dreichor',
      version: `sha-${sha}`,
      sha: `${sha}c0de`,
      days,
      changes,
      pace,
      edges: ['dev->prod'],
      builtAt: clock.start,
      backwardCompatible: false,
      commits: { leo: 7 },
      by: 'leo',
    }
  }
}

/** A Dreichor release whose runtime refused to start for a missing variable: one failed deployment, not twenty crashes (004.18, 004.19). */
export function failForAMissingVariable(casting: Casting, clock: Clock): Scene[] {
  const at = clock.at(21, '07:00')
  return [{ at: after(at, -90), play: fail }]

  async function fail(): Promise<void> {
    await release(casting, {
      system: 'dreichor',
      version: 'sha-88c1',
      sha: '88c1d0c',
      builtAt: after(at, -90),
      backwardCompatible: false,
      changes: [feature('Snapshots by strategy')],
      commits: { leo: 11 },
      by: 'leo',
    })
    await ship(
      { casting, system: 'dreichor', version: 'sha-88c1', edge: 'dev->prod', at, pace: { gates: 60, seal: 15, sign: 40 } },
      { result: 'failed', failureClass: 'invalid-environment', failureSignature: 'restart-loop' },
    )
  }
}

/** A declined WaxWatch release that was withdrawn, and two things put on production around the rules. */
export function declineAndGoAround(casting: Casting, clock: Clock): Scene[] {
  const { cast } = casting
  const at = clock.at(17, '08:00')
  const night = clock.at(34, '02:12')
  const hotfix = clock.at(30, '23:40')
  return [
    { at: clock.at(18, '07:30'), play: stage },
    { at: after(at, -20), play: declineAndWithdraw },
    { at: night, play: redeployWithAFlag },
    { at: after(hotfix, -50), play: hotfixByHand },
  ]

  async function stage(): Promise<void> {
    await release(casting, {
      system: 'waxwatch',
      version: '1.8.3',
      sha: 'd40aa97',
      builtAt: clock.at(18, '06:00'),
      backwardCompatible: true,
      changes: [['config', 'Alert thresholds doubled', 'WW-144']],
      commits: { hana: 2 },
      by: 'hana',
    })
    await ship({
      casting,
      system: 'waxwatch',
      version: '1.8.3',
      edge: 'dev->staging',
      at: clock.at(18, '08:00'),
      pace: { gates: 40, seal: 10, sign: 20 },
    })
  }
  async function declineAndWithdraw(): Promise<void> {
    await snapshot(casting, 'waxwatch', 'production', after(at, -20))
    const voyage = {
      casting,
      system: 'waxwatch',
      version: '1.8.3',
      edge: 'staging->production',
      at,
      pace: { gates: 80, seal: 20, sign: 35 },
    }
    const { id, edge, metAt } = await approach(voyage)
    const signedAt = await sealAndSign(voyage, id, edge, metAt, 1)
    const { hash } = await db.sealedVersion.findFirstOrThrow({ where: { promotionId: id, endedAt: null } })
    await declinePromotion(as(cast, 'emil', after(signedAt, 30)), {
      promotion: id,
      slot: edge.signOff.slots.find((slot) => slot.roles.includes('secops'))?.id as string, // a slot of this edge
      sealedHash: hash,
      proof: '',
      reasonKind: 'risk',
      reason: 'The thresholds no longer match the numbers in the operations document. Fix the document first.',
    })
    await withdrawPromotion(as(cast, 'leo', after(signedAt, 90)), {
      promotion: id,
      reason: 'The thresholds go back to the documented numbers in 1.8.4.',
    })
  }
  async function redeployWithAFlag(): Promise<void> {
    const started = await startDeployment(casting.ci(night), {
      system: 'stack',
      version: '9d41b7e',
      profile: 'production',
      inputs: ['image', '--skip-migrations'],
    })
    await finishDeployment(casting.ci(after(night, 6)), { deployment: started.id, result: 'succeeded' })
  }
  async function hotfixByHand(): Promise<void> {
    await release(casting, {
      system: 'stack',
      version: '41d7e9a',
      sha: '41d7e9a',
      builtAt: after(hotfix, -50),
      backwardCompatible: true,
      changes: [fix('Hotfix: queue stuck after a restart')],
      commits: { hana: 1 },
      by: 'hana',
    })
    const started = await startDeployment(casting.ci(hotfix), {
      system: 'stack',
      version: '41d7e9a',
      profile: 'production',
      inputs: ['image'],
    })
    await finishDeployment(casting.ci(after(hotfix, 5)), { deployment: started.id, result: 'succeeded' })
  }
}

/** What is in flight at the first start: the situations of the mocks. */
export async function tellThePresent(casting: Casting, clock: Clock): Promise<void> {
  await waxwatchGrowsStale(casting, clock)
  await stackIsOnItsWay(casting, clock)
  await dreichorWaitsForSecOps(casting, clock)
  await robodjWaitsForManagement(casting, clock)
}

async function waxwatchGrowsStale(casting: Casting, clock: Clock): Promise<void> {
  const day = clock.ago(31 * 60 + 180)
  await release(casting, {
    system: 'waxwatch',
    version: '1.9.0',
    sha: '7c3e0d9',
    builtAt: after(day, -24 * 60),
    backwardCompatible: true,
    changes: [feature('Watch lists shared between people', 'WW-150'), fix('Scheduler freshness in the dashboard', 'WW-152')],
    commits: { hana: 12, jonah: 2 },
    by: 'hana',
  })
  await deploy(casting, { system: 'waxwatch', version: '1.9.0', profile: 'dev', at: after(day, -23 * 60) })
  await ship({
    casting,
    system: 'waxwatch',
    version: '1.9.0',
    edge: 'dev->staging',
    at: after(day, -20 * 60),
    pace: { gates: 60, seal: 15, sign: 25 },
  })
  await loadTest(casting, clock)
  await snapshot(casting, 'waxwatch', 'production', after(day, -10))
  const voyage = {
    casting,
    system: 'waxwatch',
    version: '1.9.0',
    edge: 'staging->production',
    at: day,
    pace: { gates: 170, seal: 20, sign: 45 },
  }
  const { id, edge, metAt } = await approach(voyage)
  await sealAndSign(voyage, id, edge, metAt, 1)
  const next = clock.ago(20 * 60)
  await release(casting, {
    system: 'waxwatch',
    version: '1.9.1',
    sha: '0be41f7',
    builtAt: next,
    backwardCompatible: true,
    changes: [fix('Shared lists keep their order', 'WW-155')],
    commits: { hana: 3 },
    by: 'hana',
  })
  await deploy(casting, { system: 'waxwatch', version: '1.9.1', profile: 'dev', at: clock.ago(19 * 60) })
}

async function stackIsOnItsWay(casting: Casting, clock: Clock): Promise<void> {
  const at = clock.ago(26 * 60)
  await release(casting, {
    system: 'stack',
    version: '7be2210',
    sha: '7be2210',
    builtAt: after(at, -200),
    backwardCompatible: false,
    changes: [feature('Audit trail per tenant', 'P2-118'), ['config', 'Rate limits at the edge', 'P2-121']],
    commits: { hana: 8, piotr: 2 },
    by: 'hana',
  })
  await ship({
    casting,
    system: 'stack',
    version: '7be2210',
    edge: 'ci->staging',
    at: after(at, -120),
    pace: { gates: 60, seal: 10, sign: 15 },
  })
  await snapshot(casting, 'stack', 'production', after(at, -20))
  const voyage = {
    casting,
    system: 'stack',
    version: '7be2210',
    edge: 'staging->production',
    at: clock.ago(9 * 60),
    pace: { gates: 180, seal: 30, sign: 60 },
  }
  const { id, edge, metAt } = await approach(voyage)
  await sealAndSign(voyage, id, edge, metAt)
  await deploy(casting, { system: 'stack', version: '7be2210', profile: 'production', at: clock.ago(8) }, null)

  const newer = clock.ago(4 * 60)
  await release(casting, {
    system: 'stack',
    version: 'a41c09e',
    sha: 'a41c09e',
    builtAt: after(newer, -60),
    backwardCompatible: true,
    changes: [fix('Health endpoint tells the build', 'P2-126')],
    commits: { piotr: 4 },
    by: 'piotr',
  })
  const open = { casting, system: 'stack', version: 'a41c09e', edge: 'ci->staging', at: clock.ago(40) }
  await openAndMeetAllButTheLast(open)
}

/** Opens a promotion and leaves the last gate of the policy without evidence. */
async function openAndMeetAllButTheLast({
  casting,
  system,
  version,
  edge: edgeId,
  at,
}: {
  casting: Casting
  system: string
  version: string
  edge: string
  at: Date
}): Promise<void> {
  const { policyOf } = await import('./shipping')
  const { edgeGates } = await import('@/lib/domain/gate')
  const { openPromotion } = await import('@/lib/usecases/promotion/open-promotion')
  const policy = await policyOf(system)
  const edge = policy.edges.find((candidate) => candidate.id === edgeId)
  if (!edge) throw new Error(`the policy of ${system} has no edge ${edgeId}`)
  await openPromotion(as(casting.cast, 'leo', at), { system, version, to: edge.to })
  for (const [position, gate] of edgeGates(policy, edge).slice(0, -1).entries())
    await bring(gate, { casting, system, version, edge, at: after(at, 5 + position * 8) })
}

async function dreichorWaitsForSecOps(casting: Casting, clock: Clock): Promise<void> {
  const at = clock.ago(7 * 60)
  await release(casting, {
    system: 'dreichor',
    version: 'sha-91d2',
    sha: '91d2fae',
    builtAt: after(at, -60),
    backwardCompatible: false,
    changes: [feature('Strict safety mode by default'), fix('Audit log survives a restart')],
    commits: { leo: 5 },
    by: 'leo',
  })
  await deploy(casting, { system: 'dreichor', version: 'sha-91d2', profile: 'dev', at: after(at, -40) })
  await snapshot(casting, 'dreichor', 'prod', after(at, -30))
  const voyage = {
    casting,
    system: 'dreichor',
    version: 'sha-91d2',
    edge: 'dev->prod',
    at,
    opener: 'aiko' as const,
    pace: { gates: 160, seal: 20, sign: 60 },
  }
  const { id, edge, metAt } = await approach(voyage)
  await sealAndSign(voyage, id, edge, metAt, 1)
}

async function robodjWaitsForManagement(casting: Casting, clock: Clock): Promise<void> {
  const { cast } = casting
  const staged = clock.at(2, '09:00')
  await release(casting, {
    system: 'robodj',
    version: '2.14.0-rc.3',
    sha: '8f3c1d7',
    builtAt: after(staged, -120),
    backwardCompatible: true,
    by: 'jonah',
    commits: { jonah: 11, leo: 8, aiko: 4 },
    changes: [
      feature('Live takeover from the studio desk', 'DJ-388'),
      feature('Loudness target per station', 'DJ-391'),
      fix('Launcher leaves the old process behind', 'DJ-395'),
      ['config', 'Two keys of the staging snapshot renamed', 'DJ-396'],
      ['security', 'Dashboard sessions end after key rotation', 'DJ-399'],
    ],
  })
  await deploy(casting, { system: 'robodj', version: '2.14.0-rc.3', profile: 'dev', at: after(staged, -60) })
  await ship({
    casting,
    system: 'robodj',
    version: '2.14.0-rc.3',
    edge: 'dev->staging',
    at: staged,
    pace: { gates: 90, seal: 15, sign: 30 },
  })

  // The ids of the mocks; gaps in a sequence are fine.
  await db.$executeRaw`SELECT setval('public.id_prm', greatest((SELECT last_value FROM public.id_prm), 141))`
  await db.$executeRaw`SELECT setval('public.id_sig', greatest((SELECT last_value FROM public.id_sig), 381))`
  await db.$executeRaw`SELECT setval('public.id_dep', greatest((SELECT last_value FROM public.id_dep), 209))`
  await snapshot(casting, 'robodj', 'prod', clock.ago(7 * 60))
  const opened = clock.ago(6 * 60)
  const voyage = {
    casting,
    system: 'robodj',
    version: '2.14.0-rc.3',
    edge: 'staging->prod',
    at: opened,
    pace: { gates: 60, seal: 10, sign: 15 },
  }
  const { id, edge, gates, metAt } = await approach(voyage)
  await editNotesSummary(as(cast, 'ines', after(metAt, 1)), {
    promotion: id,
    summary: 'Live takeover from the studio desk, and a loudness target for each station.',
  })

  // Version 1 fell when the preflight failed; 2 was declined; 3 lost its window.
  const [first] = [await sealPromotion(as(cast, 'ines', after(metAt, 5)), { promotion: id })]
  await sign('release_manager', 'ines', first.hash, after(metAt, 12))
  const preflight = gates.find((gate) => gate.evidenceKind === 'command-result' && gate.moments.includes('promotion'))
  const bringing = { casting, system: 'robodj', version: '2.14.0-rc.3', edge }
  if (preflight) {
    await bring(
      preflight,
      { ...bringing, at: after(metAt, 40) },
      { verdict: 'fail', summary: 'exit 1: a key file was found beside the launcher' },
    )
    await bring(preflight, { ...bringing, at: clock.ago(130) }, { summary: 'exit 0' })
  }
  const second = await sealPromotion(as(cast, 'ines', clock.ago(125)), { promotion: id })
  await declinePromotion(as(cast, 'emil', clock.ago(118)), {
    promotion: id,
    slot: slotOf('secops'),
    sealedHash: second.hash,
    proof: '',
    reasonKind: 'evidence',
    reason: 'Which host did the preflight run on? The summary does not say.',
  })
  const third = await sealPromotion(as(cast, 'noor', clock.ago(100)), { promotion: id })
  await sign('release_manager', 'ines', third.hash, clock.ago(95))
  const opens = new Date(Math.ceil((clock.start.getTime() + 60 * 60_000) / 1_800_000) * 1_800_000)
  await setWindow(as(cast, 'ines', clock.ago(80)), { promotion: id, startsAt: opens, endsAt: after(opens, 6 * 60) })
  const contacts = gates.find((gate) => gate.evidenceKind === 'contact-confirmation')
  if (contacts) await bring(contacts, { ...bringing, at: clock.ago(58) })
  const fourth = await sealPromotion(as(cast, 'ines', clock.ago(51)), { promotion: id })
  await sign('release_manager', 'ines', fourth.hash, clock.ago(34))
  await askQuestion(as(cast, 'priya', clock.ago(28)), { promotion: id, text: 'Did the drill use the snapshot of this morning?' })
  await askQuestion(as(cast, 'jonah', clock.ago(25)), { promotion: id, text: 'Yes, the newest one. Restored in 3 min 40 s.' })
  await sign('secops', 'priya', fourth.hash, clock.ago(21))

  await release(casting, {
    system: 'robodj',
    version: '2.15.0-dev.6',
    sha: 'e5520ab',
    builtAt: clock.ago(300),
    backwardCompatible: null,
    changes: [feature('Guest shows', 'DJ-402')],
    commits: { jonah: 2 },
    by: 'jonah',
  })
  await deploy(casting, { system: 'robodj', version: '2.15.0-dev.6', profile: 'dev', at: clock.ago(240) })

  function slotOf(role: 'release_manager' | 'secops'): string {
    return edge.signOff.slots.find((slot) => slot.roles.includes(role))?.id as string // both are slots of this edge
  }
  async function sign(role: 'release_manager' | 'secops', who: 'ines' | 'priya', hash: string, at: Date): Promise<void> {
    await readBefore(cast, who, id, at)
    await signPromotion(as(cast, who, at), { promotion: id, slot: slotOf(role), sealedHash: hash, proof: '', confirmed: 'yes' })
  }
}
