import { createHash } from 'node:crypto'
import { db } from '@/lib/db/client'
import { loadPolicyVersion } from '@/lib/db/load-policy'
import { applicableItems, type ChecklistItem } from '@/lib/domain/checklist'
import { type EdgeGate, edgeGates } from '@/lib/domain/gate'
import type { Policy, PolicyEdge } from '@/lib/domain/policy/schema'
import { chooseVariant } from '@/lib/usecases/checklist/choose-variant'
import { startRun } from '@/lib/usecases/checklist/start-run'
import { tickItem } from '@/lib/usecases/checklist/tick-item'
import { finishDeployment } from '@/lib/usecases/deployment/finish-deployment'
import { startDeployment } from '@/lib/usecases/deployment/start-deployment'
import { recordEvidence } from '@/lib/usecases/evidence/record-evidence'
import { openDossier } from '@/lib/usecases/promotion/open-dossier'
import { openPromotion } from '@/lib/usecases/promotion/open-promotion'
import { sealPromotion } from '@/lib/usecases/promotion/seal-promotion'
import { signPromotion } from '@/lib/usecases/promotion/sign-promotion'
import { approveBundle } from '@/lib/usecases/release/approve-bundle'
import { registerRelease } from '@/lib/usecases/release/register-release'
import { recordSnapshot } from '@/lib/usecases/snapshot/record-snapshot'
import { after } from './clock'
import { as, type Cast, type Casting, emailOf, type PersonKey } from './people'

export type Change = [kind: 'feature' | 'fix' | 'config' | 'security' | 'docs' | 'other', summary: string, reference?: string]

export type ReleaseStory = {
  system: string
  version: string
  /** First digits of the commit; the rest is made up from the version. */
  sha: string
  builtAt: Date
  backwardCompatible: boolean | null
  changes: Change[]
  commits: Partial<Record<PersonKey, number>>
  by: PersonKey
}

const hex = (text: string) => createHash('sha256').update(text).digest('hex')

/** The active policy of a system, as the use cases read it. */
export async function policyOf(system: string): Promise<Policy> {
  const { id } = await db.policyVersion.findFirstOrThrow({ where: { systemId: system, status: 'active' }, select: { id: true } })
  return (await loadPolicyVersion(db, id)).policy
}

/** Registers a release, and has its bundle approved where an edge of the policy asks for that. */
export async function release(casting: Casting, story: ReleaseStory): Promise<void> {
  const { system, version } = story
  await registerRelease(as(casting.cast, story.by, after(story.builtAt, 6)), {
    system,
    version,
    gitSha: (story.sha + hex(`commit ${system} ${version}`)).slice(0, 40),
    artefact: `${system}@sha256:${hex(`artefact ${system} ${version}`)}`,
    buildDate: story.builtAt,
    schemaBackwardCompatible: story.backwardCompatible ?? undefined,
    changes: story.changes.map(([kind, summary, reference]) => ({ kind, summary, reference })),
    contributors: Object.entries(story.commits).map(([key, commits]) => ({ identity: emailOf(key as PersonKey), commits })),
  })
  const policy = await policyOf(system)
  if (policy.edges.some((edge) => edge.requiresApprovedBundle))
    await approveBundle(as(casting.cast, 'ines', after(story.builtAt, 55)), { system, version })
}

/** What a gate is told in the demo, by its kind of evidence: no gate is named in code. */
const FOUND: Partial<Record<string, string>> = {
  'command-result': 'exit 0',
  'document-update': 'Contracts, runbooks and checklists updated with this release',
  'diff-scan': '0 findings in the staged diff',
  drill: 'Restored in 3 min 40 s',
  'contact-confirmation': '3 contacts, 2 reached by phone',
  'contract-check': 'Every variable valid',
  'smoke-test': 'All green',
  attestation: 'Checked against the document',
}

/** Who stands for the roles a gate asks of a person, in this story. */
const STANDS_FOR: Partial<Record<string, PersonKey>> = {
  engineer: 'jonah',
  dev_lead: 'aiko',
  release_manager: 'ines',
  secops: 'priya',
  incident_commander: 'kofi',
}

type Bring = { casting: Casting; system: string; version: string; edge: PolicyEdge; at: Date }

/** Brings what one gate asks, as its policy says who may: a pipeline where it can, a person in the role where it must. */
export async function bring(
  gate: EdgeGate,
  { casting, system, version, edge, at }: Bring,
  told: { verdict?: 'pass' | 'fail'; summary?: string } = {},
): Promise<void> {
  if (gate.kind === 'checklist') return tickAll(gate, { casting, system, version, edge, at })
  const person = STANDS_FOR[gate.by.roles?.find((role) => STANDS_FOR[role]) ?? 'engineer'] ?? 'jonah'
  const ctx = gate.by.kinds.includes('token') && gate.evidenceKind !== 'drill' ? casting.ci(at) : as(casting.cast, person, at)
  let snapshot: string | undefined
  if (gate.boundToSnapshotOf) {
    const newest = await db.snapshot.findFirst({
      where: { systemId: system, profileKey: gate.boundToSnapshotOf },
      orderBy: { takenAt: 'desc' },
    })
    snapshot = newest?.digest
  }
  await recordEvidence(ctx, {
    system,
    version,
    profile: edge.to,
    gate: gate.id,
    verdict: told.verdict ?? 'pass',
    summary: told.summary ?? FOUND[gate.evidenceKind] ?? 'Done',
    command: gate.command,
    exitCode: gate.command && gate.evidenceKind === 'command-result' ? (told.verdict === 'fail' ? 1 : 0) : undefined,
    ranOn: gate.ranIn ?? (ctx.actor.kind === 'token' ? 'CI' : undefined),
    digest: hex(`${system} ${version} ${edge.to} ${gate.id} ${at.toISOString()}`),
    claimedAt: at,
    snapshot,
  })
}

async function tickAll(gate: EdgeGate, { casting, system, version, edge, at }: Bring): Promise<void> {
  const run = await startRun(as(casting.cast, 'jonah', at), { system, version, profile: edge.to, checklist: gate.checklist as string })
  await tickPhase(casting, run.id, edge.to, 'before', after(at, 1))
}

/** Ticks every item of one phase of a run, a minute apart. */
export async function tickPhase(
  casting: Casting,
  runId: string,
  profileKey: string,
  phase: 'before' | 'during' | 'after',
  at: Date,
  upTo = Number.POSITIVE_INFINITY,
): Promise<void> {
  const run = await db.checklistRun.findUniqueOrThrow({ where: { id: runId } })
  const policy = await policyOf(run.systemId)
  const items = applicableItems(run.items as ChecklistItem[], { profileKey, phase: policy.phases?.current ?? null, variant: run.variant })
  // Where the policy leaves a choice of ways, the story takes the first.
  const way = items.flatMap(({ choices }) => choices).at(0)
  if (way && !run.variant) {
    await chooseVariant(as(casting.cast, 'jonah', at), { run: runId, variant: way.id })
    return tickPhase(casting, runId, profileKey, phase, at, upTo)
  }
  const own = items.filter(({ item, parts }) => item.phase === phase && parts.length === 0).slice(0, upTo)
  for (const [position, { item }] of own.entries())
    await tickItem(as(casting.cast, 'jonah', after(at, position)), { run: runId, item: item.id, state: 'done' })
}

/** A dated backup of a profile. */
export async function snapshot(casting: Casting, system: string, profile: string, at: Date): Promise<void> {
  await recordSnapshot(casting.ci(after(at, 2)), {
    system,
    profile,
    takenAt: at,
    digest: hex(`snapshot ${system} ${profile} ${at.toISOString()}`),
    location: `backups/${profile}/${at.toISOString().slice(0, 10)}`,
  })
}

export type Voyage = {
  casting: Casting
  system: string
  version: string
  edge: string
  /** When the promotion opens. */
  at: Date
  opener?: PersonKey
  /** Minutes from opening to all gates met, to the seal, between signatures. */
  pace?: { gates: number; seal: number; sign: number }
  window?: { startsAt: Date; endsAt: Date }
  signers?: readonly PersonKey[]
}

const SIGNERS: Record<string, PersonKey> = {
  'Release Manager': 'ines',
  SecOps: 'priya',
  Management: 'martin',
  'Production approver': 'tomasz',
}

/** Opens a promotion and meets the gates that are judged before the seal. Gives its id and the edge. */
export async function approach(voyage: Voyage): Promise<{ id: string; edge: PolicyEdge; gates: EdgeGate[]; metAt: Date }> {
  const { casting, system, version, at } = voyage
  const policy = await policyOf(system)
  const edge = policy.edges.find((candidate) => candidate.id === voyage.edge) as PolicyEdge // the story names edges of the four policies
  const gates = edgeGates(policy, edge)
  const pace = voyage.pace ?? { gates: 180, seal: 30, sign: 50 }
  for (const gate of gates.filter(({ moments }) => moments.includes('opening')))
    await bring(gate, { casting, system, version, edge, at: after(at, -20) })
  const { id } = await openPromotion(as(casting.cast, voyage.opener ?? 'leo', at), {
    system,
    version,
    to: edge.to,
    from: edge.from,
    windowStartsAt: voyage.window?.startsAt,
    windowEndsAt: voyage.window?.endsAt,
  })
  const rest = gates.filter(({ moments }) => moments.includes('promotion') && !moments.includes('opening'))
  for (const [position, gate] of rest.entries())
    await bring(gate, { casting, system, version, edge, at: after(at, Math.round((pace.gates * (position + 1)) / rest.length)) })
  return { id, edge, gates, metAt: after(at, pace.gates + 20) }
}

/** Seals and has every slot (or the first `count`) signed. Gives when the last one signed. */
export async function sealAndSign(voyage: Voyage, id: string, edge: PolicyEdge, at: Date, count = Number.POSITIVE_INFINITY): Promise<Date> {
  const { cast } = voyage.casting
  const pace = voyage.pace ?? { gates: 180, seal: 30, sign: 50 }
  const sealed = await sealPromotion(as(cast, 'ines', at), { promotion: id })
  let signedAt = at
  const slots = edge.signOff.slots.toSorted((a, b) => Number(a.order === 'last') - Number(b.order === 'last'))
  for (const slot of slots.slice(0, count)) {
    signedAt = after(signedAt, pace.sign)
    await readBefore(cast, SIGNERS[slot.title] as PersonKey, id, signedAt)
    await signPromotion(as(cast, SIGNERS[slot.title] as PersonKey, signedAt), {
      promotion: id,
      slot: slot.id,
      sealedHash: sealed.hash,
      proof: '',
      confirmed: 'yes',
    })
  }
  return signedAt
}

/** Somebody opens the sealed dossier some minutes before they sign it; nobody does so twice. */
export async function readBefore(cast: Cast, who: PersonKey, promotion: string, signedAt: Date, minutes = 9): Promise<void> {
  await openDossier(as(cast, who, after(signedAt, -minutes)), { promotion })
}

/** Deploys a release to a profile, with what is judged when a deployment starts, and records the result. */
export async function deploy(
  casting: Casting,
  where: { system: string; version: string; profile: string; at: Date },
  end: { result: 'succeeded' | 'failed'; failureClass?: 'invalid-environment'; failureSignature?: string } | null = { result: 'succeeded' },
): Promise<string> {
  const { system, version, profile, at } = where
  const policy = await policyOf(system)
  for (const edge of policy.edges.filter((candidate) => candidate.to === profile)) {
    for (const gate of edgeGates(policy, edge).filter(({ moments }) => moments.length === 1 && moments[0] === 'deployment')) {
      await bring(gate, { casting, system, version, edge, at: after(at, -8) })
    }
  }
  const inputs = policy.deployment.allowedInputs
    .filter(({ required, profiles }) => required && (profiles === undefined || profiles.includes(profile)))
    .map(({ id }) => id)
  const started = await startDeployment(casting.ci(at), { system, version, profile, inputs })
  const run = await db.deployment.findUniqueOrThrow({ where: { id: started.id }, select: { runId: true } })
  if (end === null) {
    if (run.runId) await tickPhase(casting, run.runId, profile, 'during', after(at, 1), 2)
    return started.id
  }
  if (run.runId && end.result === 'succeeded') await tickPhase(casting, run.runId, profile, 'during', after(at, 1))
  await finishDeployment(casting.ci(after(at, 9)), { deployment: started.id, ...end })
  if (run.runId && end.result === 'succeeded') await tickPhase(casting, run.runId, profile, 'after', after(at, 20))
  return started.id
}

/** The whole way along one edge: open, meet the gates, seal, sign, deploy. */
export async function ship(voyage: Voyage, end?: Parameters<typeof deploy>[2]): Promise<{ id: string; deployment: string }> {
  const { id, edge, metAt } = await approach(voyage)
  const signedAt = await sealAndSign(voyage, id, edge, after(metAt, voyage.pace?.seal ?? 30))
  const deployment = await deploy(
    voyage.casting,
    { system: voyage.system, version: voyage.version, profile: edge.to, at: after(signedAt, 40) },
    end,
  )
  return { id, deployment }
}
