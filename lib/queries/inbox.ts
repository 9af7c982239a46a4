import 'server-only'
import { holdsAny, isGrantHeld } from '@/lib/domain/context'
import { exceptionState } from '@/lib/domain/exception'
import { inboxOf } from '@/lib/domain/inbox'
import type { InboxItem } from '@/lib/domain/inbox-item'
import type { KeyStanding } from '@/lib/domain/key-standing'
import { policyRows } from '@/lib/domain/policy/rows'
import type { Policy } from '@/lib/domain/policy/schema'
import { type PromotionFacts, slotsOf } from '@/lib/domain/promotion'
import type { Role } from '@/lib/domain/roles'
import { type Estate, estateOf } from './estate'
import { classOf, getInFlight, type InFlight } from './in-flight'
import { getLeadTimes, getSigningTimes, type LeadTime, type SigningTime } from './lead-times'
import { cardOf, type ProfileView, type PromotionCard } from './promotion-card'
import { rolesOf } from './shell'
import type { Looker } from './system-standing'

/** Something dated in the days ahead. */
export type Upcoming = {
  key: string
  at: Date
  state: 'yours' | 'stale' | 'waiting' | 'running' | 'warn' | 'drift'
  text: string
  promotion: string | null
  deployment: string | null
  rotation?: string
  exception?: string
  /** The viewer's own item, where it is one. */
  item?: InboxItem
}

/** One row of the inbox: what it is, and the promotion in small where it is about one. */
export type InboxRow = InboxItem & { card: PromotionCard | null; toProfile: ProfileView }

/** One's own evidence that other things rest on, and until when. */
export type Expiry = { key: string; text: string; seenAt: Date; freshUntil: Date; promotion: string }

export type InboxPage = {
  roles: Role[]
  rows: InboxRow[]
  waiting: PromotionCard[]
  /** Signatures that others gave in the last 24 hours in capacities the viewer holds too. */
  doneByOthers: { key: string; promotion: string; title: string; by: string; at: Date; signature: string }[]
  /** What was opened in systems where the viewer approves something: broken glass, emergencies, rotations on their way back. */
  announced: Announcement[]
  estate: Estate
  upcoming: Upcoming[]
  signingTimes: SigningTime[]
  /** Only for a Release Manager. */
  leadTimes: LeadTime[] | null
  /** Only for SecOps: the keys nearest to their limit, or beyond it. */
  ages: KeyStanding[] | null
  /** Only for engineers and dev leads. */
  expiries: Expiry[] | null
}

const DAY_MS = 86_400_000

/** What needs somebody, what waits on others, and where everything stands (ux.md, Inbox). Scoped to the systems they may see (T23). */
export async function getInbox(looker: Looker): Promise<InboxPage> {
  const { actor, now } = looker
  const flight = await getInFlight(looker)
  const items = inboxOf(actor, flight, now)
  const roles = rolesOf(looker)
  const cards = new Map(flight.promotions.map((facts) => [facts.id, cardOf(facts, looker, flight.people, items)]))
  const manages = roles.includes('release_manager')
  const [signingTimes, leadTimes] = await Promise.all([
    getSigningTimes(flight.standings.map(({ slug }) => slug)),
    manages
      ? getLeadTimes(
          flight.standings.map(({ slug, name, version }) => ({ slug, name, policy: version.policy })),
          now,
        )
      : null,
  ])
  return {
    roles,
    rows: items.map((item) => ({
      ...item,
      card: item.promotion ? (cards.get(item.promotion) ?? null) : null,
      toProfile: profileOf(flight, item),
    })),
    waiting: [...cards.values()].filter((card) => card.mine === null).sort((a, b) => a.hold.since.getTime() - b.hold.since.getTime()),
    doneByOthers: doneByOthers(flight.promotions, looker),
    announced: announcedTo(flight, looker),
    estate: estateOf(flight.standings),
    upcoming: upcomingOf(flight, items, looker),
    signingTimes,
    leadTimes,
    ages: roles.includes('secops') ? oldestOf(flight.secops.keys) : null,
    expiries: roles.includes('engineer') || roles.includes('dev_lead') ? expiriesOf(flight.promotions, looker) : null,
  }
}

/** Something that approvers are told of, whether or not it is theirs to act on. */
export type Announcement = { key: string; kind: 'fallback' | 'promotion' | 'rotation' | 'exception'; id: string; text: string; at: Date }

/** Break-glass, emergencies, rollbacks and new exceptions go to everybody who approves something of the system (issue 3, section 3). */
function announcedTo(flight: InFlight, { actor, now }: Looker): Announcement[] {
  const approves = (slug: string): boolean => {
    const policy = flight.standings.find((standing) => standing.slug === slug)?.version.policy
    return policy !== undefined && holdsAny(actor, approvingRoles(policy), slug, now)
  }
  const { fallbacks, rotations, emergencies } = flight.secops
  const uses = fallbacks
    .filter((use) => use.grantedAt !== null && use.askedBy.countsAsId !== actor.id)
    .map((use): Announcement & { system: string } => ({
      key: use.id,
      kind: 'fallback',
      id: use.id,
      system: use.system.id,
      text: `${use.askedBy.name} broke the glass on ${use.system.name} ${use.rule.profile.name}: ${use.reason ?? use.rule.title}`,
      at: use.grantedAt ?? use.askedAt,
    }))
  const back = rotations
    .filter(({ status }) => status === 'rolling_back')
    .map((rotation): Announcement & { system: string } => ({
      key: rotation.id,
      kind: 'rotation',
      id: rotation.id,
      system: rotation.system.id,
      text: `The rotation of ${rotation.system.name} ${rotation.profile.name} failed and is being rolled back`,
      at: rotation.startedAt ?? rotation.openedAt,
    }))
  const open = [...flight.promotions.filter(({ emergency }) => emergency), ...emergencies].map(
    (promotion): Announcement & { system: string } => ({
      key: promotion.id,
      kind: 'promotion',
      id: promotion.id,
      system: promotion.system.id,
      text: `${promotion.system.name} ${promotion.release.version} goes to ${promotion.edge.to} as an emergency`,
      at: promotion.openedAt,
    }),
  )
  const excepted = flight.drift.exceptions.flatMap((exception): (Announcement & { system: string })[] =>
    exception.approvedAt !== null && now.getTime() - exception.approvedAt.getTime() < DAY_MS && exception.owner.countsAsId !== actor.id
      ? [
          {
            key: exception.id,
            kind: 'exception',
            id: exception.id,
            system: exception.system,
            text: `${exception.title} deviates on ${flight.drift.nameOf(exception.system)} ${exception.profile}: ${exception.observed}, owned by ${exception.owner.name}`,
            at: exception.approvedAt,
          },
        ]
      : [],
  )
  return [...uses, ...back, ...open, ...excepted]
    .filter(({ system }) => approves(system))
    .sort((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, 6)
}

/** Every role that fills a slot of some approval of a policy. */
function approvingRoles(policy: Policy): Role[] {
  return [...new Set(policyRows(policy).slots.flatMap(({ roles }) => roles as Role[]))]
}

/** The six keys that have used most of their time. */
function oldestOf(keys: readonly KeyStanding[]): KeyStanding[] {
  const used = ({ ageMs, limitMs }: KeyStanding) => (ageMs === null || limitMs === null ? -1 : ageMs / limitMs)
  return keys
    .filter((standing) => used(standing) >= 0)
    .toSorted((a, b) => used(b) - used(a))
    .slice(0, 6)
}

function profileOf(flight: InFlight, item: InboxItem): ProfileView {
  const facts = flight.promotions.find(({ id }) => id === item.promotion)
  if (facts) return { id: item.to, class: classOf(facts, item.to) }
  const policy = flight.standings.find(({ slug }) => slug === item.system.id)?.version.policy
  return { id: item.to, class: policy?.profiles.find(({ id }) => id === item.to)?.class ?? 'production' }
}

function doneByOthers(promotions: readonly PromotionFacts[], { actor, now }: Looker): InboxPage['doneByOthers'] {
  return promotions.flatMap((facts) =>
    facts.signOffs.flatMap((signOff) => {
      const slot = slotsOf(facts.edge).find(({ key }) => key === signOff.slotKey)
      const holds = actor.grants.some((grant) => slot?.roles.includes(grant.role) && isGrantHeld(grant, facts.system.id, now))
      if (!slot || !holds || signOff.signerId === actor.id || now.getTime() - signOff.signedAt.getTime() > DAY_MS) return []
      return [
        {
          key: signOff.id,
          promotion: facts.id,
          title: `${facts.system.name} ${facts.release.version} as ${slot.title}`,
          by: signOff.signerName,
          at: signOff.signedAt,
          signature: signOff.id,
        },
      ]
    }),
  )
}

function upcomingOf(flight: InFlight, items: readonly InboxItem[], { actor, now }: Looker): Upcoming[] {
  const until = now.getTime() + 7 * DAY_MS
  const mine = items.flatMap((item): Upcoming[] =>
    item.due
      ? [{ key: item.key, at: item.due, state: 'yours', text: item.title, promotion: item.promotion, deployment: item.deployment, item }]
      : [],
  )
  const others = flight.promotions.flatMap((facts): Upcoming[] => {
    const name = `${facts.system.name} ${facts.release.version}`
    const at = { promotion: facts.id, deployment: null }
    const windows: Upcoming[] =
      facts.window && !mine.some((item) => item.promotion === facts.id)
        ? [{ ...at, key: `window ${facts.id}`, at: facts.window.startsAt, state: 'waiting', text: `Window of ${name}` }]
        : []
    const ageing = facts.gates.flatMap((judged): Upcoming[] => {
      if (judged.verdict !== 'pass' || !judged.freshUntil || judged.freshUntil <= now) return []
      const own = judged.evidence?.broughtBy.id === actor.id
      return [
        {
          ...at,
          key: `stale ${facts.id} ${judged.gate.id}`,
          at: judged.freshUntil,
          state: 'stale',
          text: `${own ? 'Your evidence' : judged.gate.title}, ${name}, goes stale`,
        },
      ]
    })
    // Of several gates of one promotion only the first to go: the row says that something there will need renewing.
    return [...windows, ...ageing.sort((a, b) => a.at.getTime() - b.at.getTime()).slice(0, 1)]
  })
  const watching = flight.deployments.flatMap((deployment): Upcoming[] =>
    deployment.status === 'started' && deployment.watchMs !== null && !mine.some((item) => item.deployment === deployment.id)
      ? [
          {
            key: `watch ${deployment.id}`,
            at: new Date(deployment.startedAt.getTime() + deployment.watchMs),
            state: 'running',
            text: `${deployment.id} should have a result`,
            promotion: null,
            deployment: deployment.id,
          },
        ]
      : [],
  )
  const rotating = flight.secops.rotations.flatMap((facts): Upcoming[] =>
    facts.window && !mine.some((each) => each.item?.about?.id === facts.id)
      ? [
          {
            key: `window ${facts.id}`,
            at: facts.window.startsAt,
            state: 'waiting',
            text: `Rotation of ${facts.system.name} ${facts.profile.name}`,
            promotion: null,
            deployment: null,
            rotation: facts.id,
          },
        ]
      : [],
  )
  const ending = flight.drift.exceptions.flatMap((exception): Upcoming[] =>
    exceptionState(exception, now) === 'running' && !mine.some((each) => each.item?.about?.id === exception.id)
      ? [
          {
            key: `end ${exception.id}`,
            at: exception.endsAt,
            state: 'drift',
            text: `${exception.id} ends, ${flight.drift.nameOf(exception.system)} ${exception.profile}`,
            promotion: null,
            deployment: null,
            exception: exception.id,
          },
        ]
      : [],
  )
  return [...mine, ...others, ...watching, ...rotating, ...ending]
    .filter(({ at }) => at.getTime() >= now.getTime() && at.getTime() < until)
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .slice(0, 8)
}

function expiriesOf(promotions: readonly PromotionFacts[], { actor }: Looker): Expiry[] {
  return promotions
    .flatMap((facts) =>
      facts.gates.flatMap((judged): Expiry[] =>
        judged.evidence?.broughtBy.id === actor.id && judged.freshUntil && judged.seenAt
          ? [
              {
                key: `${facts.id} ${judged.gate.id}`,
                text: `${judged.gate.title}, ${facts.system.name} ${facts.release.version}`,
                seenAt: judged.seenAt,
                freshUntil: judged.freshUntil,
                promotion: facts.id,
              },
            ]
          : [],
      ),
    )
    .sort((a, b) => a.freshUntil.getTime() - b.freshUntil.getTime())
    .slice(0, 8)
}
