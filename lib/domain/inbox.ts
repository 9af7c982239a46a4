import { type Candidate, openSlots } from './approval'
import { whyNotApproveBundle } from './bundle'
import { type Actor, holdsAny } from './context'
import { whyNotRecordDeployment } from './deployment'
import { whyNotBring } from './evidence'
import type { JudgedGate } from './gate'
import { roleTitles } from './holding'
import { type DriftTable, driftItems } from './inbox-drift'
import type { InboxItem, InboxKind } from './inbox-item'
import { type SecopsFacts, secopsItems } from './inbox-secops'
import { openGates, type PromotionFacts, promotionPhase, slotsOf, whyNotSeal, whyNotSignPromotion } from './promotion'

/** A deployment that somebody has to look at: without a result yet, or live without authority. */
export type DeploymentToSee = {
  id: string
  system: { id: string; name: string }
  version: string
  profile: string
  status: 'started' | 'succeeded'
  authorised: boolean
  startedAt: Date
  startedBy: string
  watchMs: number | null
}

type Person = Actor & Candidate

/** Everything that needs one person at an instant, in the order of doing: what runs without authority, overdue, due, then risk (ux.md, Inbox). */
export function inboxOf(
  actor: Actor,
  facts: {
    promotions: readonly PromotionFacts[]
    deployments: readonly DeploymentToSee[]
    people: readonly Candidate[]
    secops?: SecopsFacts
    drift?: DriftTable
  },
  now: Date,
): InboxItem[] {
  const items = [
    ...facts.promotions.flatMap((promotion) => itemsOfPromotion(actor as Person, promotion, facts.people, now)),
    ...facts.deployments.flatMap((deployment) => itemsOfDeployment(actor, deployment, now)),
    ...(facts.secops ? secopsItems(actor, facts.secops, now) : []),
    ...(facts.drift ? driftItems(actor, facts.drift, now) : []),
  ]
  return items.sort(
    (a, b) =>
      Number(b.kind === 'unauthorised') - Number(a.kind === 'unauthorised') ||
      dueRank(a, b) ||
      b.risk - a.risk ||
      a.key.localeCompare(b.key),
  )
}

function dueRank(a: InboxItem, b: InboxItem): number {
  return (a.due?.getTime() ?? Number.MAX_SAFE_INTEGER) - (b.due?.getTime() ?? Number.MAX_SAFE_INTEGER)
}

function itemsOfPromotion(actor: Person, facts: PromotionFacts, people: readonly Candidate[], now: Date): InboxItem[] {
  const name = `${facts.system.name} ${facts.release.version}`
  const risk = facts.targetIsProductionLike ? 2 : 1
  const opensLater = facts.window !== null && facts.window.startsAt > now
  const due = facts.window === null ? null : opensLater ? facts.window.startsAt : facts.window.endsAt > now ? facts.window.endsAt : null
  const item = (kind: InboxKind, title: string, why: string, more: Partial<InboxItem> = {}): InboxItem => ({
    key: `${kind} ${facts.id} ${more.target ?? ''}`,
    kind,
    title,
    why,
    due,
    since: null,
    risk,
    system: facts.system,
    from: facts.edge.from,
    to: facts.edge.to,
    promotion: facts.id,
    deployment: null,
    target: null,
    ...more,
  })
  const manages = actor.kind === 'person' && holdsAny(actor, ['release_manager'], facts.system.id, now)
  const bundle =
    facts.edge.requiresApprovedBundle &&
    !facts.release.bundleApprovedAt &&
    whyNotApproveBundle(bundleFacts(facts), actor, facts.system, now) === null
      ? [
          item(
            'bundle',
            `Approve the bundle of ${name}`,
            `${facts.edge.to} takes approved release bundles only, and you did not register this one.`,
          ),
        ]
      : []
  switch (promotionPhase(facts, now)) {
    case 'signing': {
      const slot = openSlots(slotsOf(facts.edge), facts.signOffs).find(
        (open) => whyNotSignPromotion(facts, open.key, actor, facts.sealed?.hash ?? '', now) === null,
      )
      return slot ? [item('sign', `Sign ${name}`, whySign(facts, slot.key), { target: slot.key, risk: risk + 2 })] : []
    }
    case 'ready_to_seal':
    case 'voided':
    case 'collecting':
    case 'held': {
      const gates = openGates(facts, 'promotion')
      if (gates.length > 0) return [...bundle, ...itemsOfGates(actor, facts, gates, item, now)]
      if (bundle.length > 0) return bundle
      const why = facts.sealed
        ? `Something material moved, so version ${facts.sealed.number} is void. Seal the next one; everybody signs again.`
        : 'Every gate passes and every slot can be filled. Sealing asks the signers.'
      return manages && whyNotSeal(facts, actor, people, now) === null ? [item('seal', `Seal ${name}`, why)] : []
    }
    case 'expired':
      return manages
        ? [
            item(
              'window',
              `Set another window for ${name}`,
              'The window of the sealed version has passed. Set another one, then seal again.',
              { due: facts.window?.endsAt ?? null, risk: risk + 1 },
            ),
          ]
        : []
    case 'approved':
      return manages && whyNotRecordDeployment(actor, facts.system, now) === null
        ? [
            item(
              'deploy',
              `Deploy ${name}`,
              opensLater
                ? 'Fully signed. The deployment may start when the window opens.'
                : 'Fully signed. The deployment may start now; everything is judged again at that instant.',
            ),
          ]
        : []
    default:
      return []
  }
}

/** What bundle approval depends on, of a promotion's release. */
export function bundleFacts(facts: PromotionFacts): Parameters<typeof whyNotApproveBundle>[0] {
  const { release } = facts
  return {
    version: release.version,
    registeredById: release.registeredBy.id,
    registeredForId: release.registeredBy.countsAsId,
    approvedAt: release.bundleApprovedAt,
  }
}

/** "Release Manager and SecOps have signed. You sign as Management; Production approver signs last." */
function whySign(facts: PromotionFacts, slotKey: string): string {
  const slots = slotsOf(facts.edge)
  const title = slots.find((slot) => slot.key === slotKey)?.title ?? slotKey
  const signed = slots.filter((slot) => facts.signOffs.some((signOff) => signOff.slotKey === slot.key)).map((slot) => slot.title)
  const rest = openSlots(slots, facts.signOffs).filter((slot) => slot.key !== slotKey)
  const before = signed.length === 0 ? 'Nobody has signed yet.' : `${list(signed)} ${signed.length === 1 ? 'has' : 'have'} signed.`
  const last = rest.find((slot) => slot.last)
  const after = rest.length === 0 ? '; yours is the last signature' : last && rest.length === 1 ? `; ${last.title} signs last` : ''
  return `${before} You sign as ${title}${after}.`
}

const list = (words: readonly string[]) => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`)

/** Gates that name the person's role, or that they brought before: one item for the renewals, one for what was never there. */
function itemsOfGates(
  actor: Person,
  facts: PromotionFacts,
  gates: readonly JudgedGate[],
  item: (kind: InboxKind, title: string, why: string, more?: Partial<InboxItem>) => InboxItem,
  now: Date,
): InboxItem[] {
  const mine = gates.filter((judged) => isTheirs(actor, facts, judged, now))
  const name = `${facts.system.name} ${facts.release.version}`
  return mine.slice(0, 1).map((judged) => {
    const again = judged.verdict === 'stale' || judged.verdict === 'fail'
    const more = mine.length > 1 ? ` ${mine.length - 1} more ${mine.length === 2 ? 'gate waits' : 'gates wait'} for you there.` : ''
    const role = judged.gate.by.roles
      ? ` It is ${judged.gate.kind === 'attestation' ? 'attested' : 'brought'} by ${roleTitles(judged.gate.by.roles)}.`
      : ''
    const verb = judged.gate.kind === 'attestation' ? 'Attest' : judged.gate.kind === 'checklist' ? 'Tick' : again ? 'Renew' : 'Bring'
    return item(again ? 'renew' : 'bring', `${verb} ${judged.gate.title}, ${name}`, `${judged.sentence}${role}${more}`, {
      target: judged.gate.id,
      due: judged.verdict === 'stale' ? judged.freshUntil : facts.window && facts.window.startsAt > now ? facts.window.startsAt : null,
    })
  })
}

/** Whether a gate is for this person to bring: they hold a role it names, and where a pipeline could run its command, they did so last or it fell away. */
function isTheirs(actor: Person, facts: PromotionFacts, judged: JudgedGate, now: Date): boolean {
  const { gate } = judged
  if (!gate.by.roles || actor.kind !== 'person' || !holdsAny(actor, gate.by.roles, facts.system.id, now)) return false
  if (gate.kind === 'checklist') return judged.checklist?.templateHash !== null
  if (whyNotBring(gate, actor, facts.system, now) !== null) return false
  const onlyPeople = gate.kind === 'attestation' || gate.by.kinds.every((kind) => kind === 'person')
  return onlyPeople || gate.command === undefined || judged.verdict !== 'missing' || judged.evidence?.broughtBy.id === actor.id
}

function itemsOfDeployment(actor: Actor, deployment: DeploymentToSee, now: Date): InboxItem[] {
  const { system, version, profile } = deployment
  const base = { system, from: null, to: profile, promotion: null, deployment: deployment.id, target: null, since: deployment.startedAt }
  if (deployment.status === 'started') {
    if (whyNotRecordDeployment(actor, system, now) !== null) return []
    const due = deployment.watchMs === null ? null : new Date(deployment.startedAt.getTime() + deployment.watchMs)
    return [
      {
        ...base,
        key: `record ${deployment.id}`,
        kind: 'record',
        title: `Record how ${system.name} ${version} went`,
        why: `${deployment.id} was started by ${deployment.startedBy} and has no result yet. Until it has one, nothing else deploys to ${profile}.`,
        due,
        risk: 3,
      },
    ]
  }
  if (deployment.authorised || !holdsAny(actor, ['release_manager', 'secops'], system.id, now)) return []
  return [
    {
      ...base,
      key: `unauthorised ${deployment.id}`,
      kind: 'unauthorised',
      title: `Look at ${system.name} ${version}`,
      why: `It runs on ${profile} without an approved promotion that held when it started. Deploy a release with authority, or go back to one.`,
      due: null,
      risk: 5,
    },
  ]
}
