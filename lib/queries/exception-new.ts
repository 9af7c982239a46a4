import 'server-only'
import { db } from '@/lib/db/client'
import { loadPeople } from '@/lib/db/load-people'
import { type Candidate, grantFor } from '@/lib/domain/approval'
import { rolesOn } from '@/lib/domain/context'
import { durationMs } from '@/lib/domain/duration'
import { type WayInstead, waysInstead, whyNotFile } from '@/lib/domain/exception-guards'
import { needsSignature } from '@/lib/domain/exception-tier'
import type { Provenance } from '@/lib/domain/policy/parts/basics'
import type { Policy, ProfileClass } from '@/lib/domain/policy/schema'
import type { Refusal } from '@/lib/domain/refusal'
import { ACTING_ROLES } from '@/lib/domain/rights'
import type { Role } from '@/lib/domain/roles'
import {
  isProductionLikeProfile,
  neverExceptable,
  provenanceOf,
  type RuleKind,
  type RuleRef,
  ruleRef,
  rulesOf,
} from '@/lib/domain/rule-ref'
import { loadBurnDown, type OpenOn } from './exception-burn-down'
import { getInFlight } from './in-flight'
import type { Looker } from './system-standing'

/** An exception from the same rule that was before: what may be copied from it. */
export type PreviousException = {
  id: string
  reason: string
  remediation: string
  startsAt: string
  endsAt: string
  endedAt: string | null
  status: string
  owner: string
  extensions: number
}

/** A rule that something can deviate from, as the form offers it. Instants are ISO texts: all of it goes to the browser. */
export type RuleOffer = {
  key: string
  kind: RuleKind
  profile: string
  title: string
  expected: string
  /** True: it covers nothing until somebody signs (domain.md, life cycles). */
  needsSignature: boolean
  /** Why no exception covers it, and what is possible in its place. */
  never: { text: string; ways: WayInstead[]; provenance: Provenance } | null
  /** The finding that is open for it, with what it saw and since when. */
  finding: { id: string; observed: string; since: string } | null
  /** An exception from it that is open already: one is enough, and it can be extended. */
  open: { id: string; endsAt: string; status: string } | null
  previous: PreviousException[]
}

/** A tier of the policy, and who could fill each of its slots for the one who files. */
export type TierOffer = { id: string; title: string; upToMs: number | null; slots: { title: string; who: string[] }[] }

/** All that the form of an exception shows for one system. */
export type ExceptionStart = {
  systems: { slug: string; name: string }[]
  system: { slug: string; name: string; sources: { id: string; title: string }[] } | null
  profiles: { id: string; class: ProfileClass }[]
  rules: RuleOffer[]
  tiers: TierOffer[]
  owners: { id: string; name: string }[]
  me: { id: string; name: string }
  /** Who learns of it where nobody has to sign: those who answer for releases and for secrets. */
  tells: string[]
  whyNot: Refusal | null
  days: OpenOn[]
  /** Opened for: what the address asked for, where the policy has it. */
  chosen: { profile: string; rule: string; observed: string; finding: string | null } | null
}

export type AskedException = { system?: string; profile?: string; rule?: string; finding?: string; observed?: string }

/**
 * What can be filed in a system (that of the finding, the one asked for, or the first), in a number of statements that grows neither with rules nor with
 * exceptions (000.32). Scoped to what the viewer may see (T23): a finding of an unseen system is as if it were not there.
 */
export async function getExceptionStart(looker: Looker, asked: AskedException): Promise<ExceptionStart> {
  const { actor, now } = looker
  const { standings } = await getInFlight(looker)
  const systems = standings.map(({ slug, name }) => ({ slug, name }))
  const seen = systems.map(({ slug }) => slug)
  const finding = asked.finding === undefined ? null : await findFinding(asked.finding, seen)
  const standing = standings.find(({ slug }) => slug === (finding?.systemId ?? asked.system)) ?? standings[0]
  const me = { id: actor.id, name: actor.name }
  const nothing = { systems, system: null, profiles: [], rules: [], tiers: [], owners: [], me, tells: [], whyNot: null, days: [] }
  if (!standing) return { ...nothing, chosen: null }
  const { slug, name } = standing
  const { policy } = standing.version
  const [findings, previous, people, days] = await Promise.all([
    db.finding.findMany({
      where: { systemId: slug, closedAt: null, profileKey: { not: null } },
      orderBy: [{ openedAt: 'asc' }, { id: 'asc' }],
      select: { id: true, profileKey: true, rule: true, observed: true, openedAt: true },
    }),
    loadPrevious(slug),
    loadPeople(db, [slug], now),
    loadBurnDown(seen, now),
  ])
  const open = finding && !findings.some(({ id }) => id === finding.id) ? [...findings, finding] : findings
  const rules = policy.profiles.flatMap(({ id }) => rulesOf(policy, id)).concat(extraRules(policy, open, asked))
  const offers = rules.map((ref) => toOffer(policy, ref, open, previous))
  const acting = people.filter((who) => rolesOf(who, slug, now).some((role) => ACTING_ROLES.includes(role)))
  return {
    systems,
    system: { slug, name, sources: policy.sources.map(({ id, title }) => ({ id, title })) },
    profiles: policy.profiles.map(({ id, class: profileClass }) => ({ id, class: profileClass })),
    rules: offers,
    tiers: policy.drift.tiers.map((tier) => ({
      id: tier.id,
      title: tier.title,
      upToMs: tier.upTo === undefined ? null : durationMs(tier.upTo),
      slots: tier.slots.map(({ title, roles, id, order }) => ({
        title,
        who: people
          .filter(
            (who) =>
              who.id !== actor.id &&
              grantFor({ key: id, title, roles, last: order === 'last' }, who, { systemId: slug, sealedAt: now }, now),
          )
          .map((who) => who.name),
      })),
    })),
    owners: acting.map((who) => ({ id: who.id, name: who.name })).toSorted(byName(actor.id)),
    me,
    tells: acting
      .filter((who) => who.id !== actor.id && rolesOf(who, slug, now).some((role) => role === 'release_manager' || role === 'secops'))
      .map((who) => who.name),
    whyNot: whyNotFile(actor, { id: slug, name }, now),
    days,
    chosen: chosenOf(offers, finding, asked),
  }
}

const rolesOf = (who: Candidate, system: string, now: Date): Role[] =>
  rolesOn({ ...who, countsAsId: who.id, session: null, token: null }, system, now)

/** The viewer first, then by name. */
const byName = (me: string) => (a: { id: string; name: string }, b: { id: string; name: string }) =>
  Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name, 'en')

type FindingRow = { id: string; profileKey: string | null; rule: string; observed: string; openedAt: Date }

async function findFinding(id: string, systems: readonly string[]): Promise<(FindingRow & { systemId: string }) | null> {
  return db.finding.findFirst({
    where: { id, systemId: { in: [...systems] }, closedAt: null, profileKey: { not: null } },
    select: { id: true, systemId: true, profileKey: true, rule: true, observed: true, openedAt: true },
  })
}

/** Rules that the form does not list but a finding or the address names: a file by its path, a service, a check. */
function extraRules(policy: Policy, findings: readonly FindingRow[], asked: AskedException): RuleRef[] {
  const listed = new Set(policy.profiles.flatMap(({ id }) => rulesOf(policy, id).map(({ key }) => `${id} ${key}`)))
  const named = [
    ...findings.map(({ profileKey, rule }) => ({ profile: profileKey ?? '', rule })),
    ...(asked.profile && asked.rule ? [{ profile: asked.profile, rule: asked.rule }] : []),
  ]
  const extra = new Map<string, RuleRef>()
  for (const { profile, rule } of named) {
    const key = `${profile} ${rule}`
    const ref = listed.has(key) ? null : ruleRef(policy, profile, rule)
    if (ref) extra.set(key, ref)
  }
  return [...extra.values()]
}

type PreviousRow = {
  id: string
  profileKey: string
  rule: string
  status: string
  startsAt: Date
  endsAt: Date
  endedAt: Date | null
  extensions: number
  owner: string
  reason: string | null
  remediation: string | null
}

const EACH = 3
const MOST = 200

/** The newest exceptions of each rule and profile of a system, with their texts: one statement, and never more than a page can use. */
async function loadPrevious(system: string): Promise<PreviousRow[]> {
  return db.$queryRaw<PreviousRow[]>`
    SELECT e.id, e."profileKey", e.rule, e.status, e."startsAt", e."endsAt", e."endedAt", e.extensions, coalesce(n.name, p.label, 'Somebody erased') AS owner,
      (SELECT t.body FROM audit.text_body t WHERE t.digest = e.reason) AS reason, (SELECT t.body FROM audit.text_body t WHERE t.digest = e.remediation) AS remediation
    FROM (SELECT *, row_number() OVER (PARTITION BY "profileKey", rule ORDER BY "filedAt" DESC, id DESC) AS place FROM "DriftException"
      WHERE "systemId" = ${system}) e JOIN "Principal" p ON p.id = e."ownerId" LEFT JOIN "Person" n ON n."principalId" = p.id
    WHERE e.place <= ${EACH} ORDER BY e."filedAt" DESC, e.id DESC LIMIT ${MOST}`
}

function toOffer(policy: Policy, ref: RuleRef, findings: readonly FindingRow[], previous: readonly PreviousRow[]): RuleOffer {
  const never = neverExceptable(policy, ref)
  const finding = findings.find(({ profileKey, rule }) => profileKey === ref.profile && rule === ref.key)
  const same = previous.filter(({ profileKey, rule }) => profileKey === ref.profile && rule === ref.key)
  const open = same.find(({ endedAt }) => endedAt === null)
  return {
    key: ref.key,
    kind: ref.kind,
    profile: ref.profile,
    title: ref.title,
    expected: ref.expected,
    needsSignature: needsSignature(policy, ref, isProductionLikeProfile(policy, ref.profile)),
    never: never && { text: never.text, ways: waysInstead(policy, ref, never), provenance: provenanceOf(never) },
    finding: finding ? { id: finding.id, observed: finding.observed, since: finding.openedAt.toISOString() } : null,
    open: open ? { id: open.id, endsAt: open.endsAt.toISOString(), status: open.status } : null,
    previous: same
      .filter(({ endedAt }) => endedAt !== null)
      .map((row) => ({
        id: row.id,
        reason: row.reason ?? '',
        remediation: row.remediation ?? '',
        startsAt: row.startsAt.toISOString(),
        endsAt: row.endsAt.toISOString(),
        endedAt: row.endedAt?.toISOString() ?? null,
        status: row.status,
        owner: row.owner,
        extensions: row.extensions,
      })),
  }
}

function chosenOf(offers: readonly RuleOffer[], finding: FindingRow | null, asked: AskedException): ExceptionStart['chosen'] {
  const at = finding ? { profile: finding.profileKey, rule: finding.rule } : { profile: asked.profile, rule: asked.rule }
  const offer = offers.find(({ profile, key }) => profile === at.profile && key === at.rule)
  if (!offer) {
    const profile = offers.find((each) => each.profile === at.profile)?.profile
    return profile === undefined ? null : { profile, rule: '', observed: asked.observed ?? '', finding: null }
  }
  return {
    profile: offer.profile,
    rule: offer.key,
    // What somebody else put into a link is shown, never taken over where a finding says it.
    observed: offer.finding?.observed ?? asked.observed?.slice(0, 300) ?? '',
    finding: offer.finding?.id ?? null,
  }
}
