import type { StatusKind } from '@/components/ui/status'
import type { Debt } from '@/lib/domain/debt'
import { letsThrough } from '@/lib/domain/gate'
import { instantInWords } from '@/lib/domain/words'
import { formatTimeUtc, type Instant, listWords, plural } from '@/lib/format'
import type { GateView } from '@/lib/queries/gate-view'
import type { PromotionDossier } from '@/lib/queries/promotion-dossier'
import { routes } from '@/lib/routes'
import { PHASE } from './words'

/** Something the whole dossier should say before anything else. */
export type BannerView = {
  key: string
  status: StatusKind
  title: string
  text?: string
  list?: readonly string[]
  link?: { href: string; label: string }
}

const ENDED_PHASES = ['deployed', 'failed', 'withdrawn', 'superseded', 'rolled_back'] as const

/** Whether nothing can be decided any more. */
export function isOver({ phase }: Pick<PromotionDossier, 'phase'>): boolean {
  return ENDED_PHASES.some((ended) => ended === phase)
}

/** The state at the head of a dossier. What is the viewer's to do comes before the phase. */
export function headChip(d: Pick<PromotionDossier, 'phase' | 'yours' | 'may'>): { status: StatusKind; words: string } {
  if (d.yours && d.yours.slot.whyNotSign === null) return { status: 'yours', words: 'Your signature is needed' }
  if (d.may.seal === null) return { status: 'yours', words: 'Yours to seal' }
  return PHASE[d.phase]
}

/** The number that the next sealed version gets. */
export function nextNumber({ versions }: Pick<PromotionDossier, 'versions'>): number {
  return (versions[0]?.number ?? 0) + 1
}

/** Everything a reader must know before reading on: how it ended, why it waits, what moved, what is odd. The most pressing first. */
export function bannersOf(d: PromotionDossier): BannerView[] {
  return [...emergencyBanner(d), ...holdBanner(d), ...phaseBanners(d), ...oddities(d)]
}

/** An emergency never looks like an ordinary promotion: it says so first, and what it owes once it went out. */
function emergencyBanner({ emergency, slots, system, to }: PromotionDossier): BannerView[] {
  if (!emergency) return []
  const { incident, skipped, reviews } = emergency
  const without = skipped.length === 0 ? 'No gate is skipped.' : `Skipped: ${listWords(skipped.map(({ title }) => title))}.`
  const open = reviews.filter(({ review }) => review === null).length
  const evidence = skipped.filter(({ owed }) => owed).length
  const owed = [
    evidence > 0 ? `the evidence of ${plural(evidence, 'skipped gate')}` : null,
    open > 0 ? `${plural(open, 'review')} by the ordinary signers` : null,
  ].filter((part) => part !== null)
  const after = emergency.isOwing
    ? owed.length > 0
      ? `It still owes ${listWords(owed)}; until then ${system.name} has no ordinary promotion to ${to.id}.`
      : 'What it owed is paid.'
    : `Signed by ${listWords(slots.map(({ title }) => title))} alone; the ordinary signers review it afterwards.`
  return [
    {
      key: 'emergency',
      status: 'glass',
      title: `This is an emergency promotion during ${incident.id}`,
      text: `${without} ${after}`,
      link: { href: '#emergency', label: 'What makes it an emergency' },
    },
  ]
}

type HoldKind = PromotionDossier['holds'][number]['kind']

/** What holds, the gravest first: how it is called, and where more of it stands. */
const HELD: readonly { kind: HoldKind; title: (d: PromotionDossier) => string; link: (d: PromotionDossier) => BannerView['link'] }[] = [
  { kind: 'incident', title: (d) => `${d.emergency?.incident.id ?? 'the incident'} is closed`, link: () => undefined },
  {
    kind: 'conflict',
    title: (d) => `documents of ${d.system.name} disagree`,
    link: (d) => {
      const [conflict] = d.holds.filter(({ kind }) => kind === 'conflict')
      return conflict && { href: routes.finding(conflict.subject), label: `Open ${conflict.subject}` }
    },
  },
  { kind: 'debt', title: (d) => `${d.to.id} owes something from before`, link: () => ({ href: '#standing', label: 'Keys and debts' }) },
  { kind: 'finding', title: (d) => `${d.to.id} has drifted`, link: () => ({ href: '#drift', label: 'Live drift' }) },
  {
    kind: 'exception',
    title: (d) => `an exception on ${d.to.id} is past its end`,
    link: () => ({ href: '#exceptions', label: 'Open exceptions' }),
  },
  {
    kind: 'budget',
    title: () => 'the budget of open exceptions is spent',
    link: (d) => ({ href: routes.systemExceptions(d.system.id), label: 'Exceptions of the system' }),
  },
  { kind: 'key', title: (d) => `a key of ${d.to.id} is past its age`, link: () => ({ href: '#standing', label: 'Keys and debts' }) },
]

/** What holds besides gates and slots, each with who can move it. */
function holdBanner(d: PromotionDossier): BannerView[] {
  const first = HELD.find(({ kind }) => d.holds.some((hold) => hold.kind === kind))
  if (isOver(d) || d.runningDeployment || !first) return []
  return [
    {
      key: 'holds',
      status: first.kind === 'incident' ? 'warn' : first.kind === 'finding' ? 'open-drift' : 'fail',
      title: `Held: ${first.title(d)}`,
      text: 'Nothing is sealed, signed or deployed until it is settled. What was signed stays signed.',
      list: d.holds.map(({ sentence, who }) => (who ? `${sentence} Can move it: ${who}.` : sentence)),
      link: first.link(d),
    },
  ]
}

/** Where a debt is paid. */
export function debtHref({ kind, subject }: Pick<Debt, 'kind' | 'subject'>): string {
  switch (subject.kind) {
    case 'fallback':
      return routes.fallback(subject.id)
    case 'rotation':
      return routes.rotation(subject.id)
    case 'promotion':
      return kind === 'emergency_review' ? routes.promotionReview(subject.id) : routes.promotion(subject.id)
    default:
      return subject.kind satisfies never
  }
}

function phaseBanners(d: PromotionDossier): BannerView[] {
  const { to, dossier, phase } = d
  const version = dossier.release.version
  const ended = d.endedAt ? `${instantInWords(d.endedAt)}. ` : ''
  const number = d.sealed?.number ?? 0
  switch (phase) {
    case 'withdrawn':
      return [{ key: phase, status: 'na', title: `${d.id} was withdrawn`, text: `${ended}${d.endReason ?? ''}`.trim() }]
    case 'superseded':
      return [
        {
          key: phase,
          status: 'na',
          title: `${d.id} was superseded`,
          text: `${ended}Another promotion of this system to ${to.id} took its place.`,
          link: d.endReason?.startsWith('PRM-') ? { href: routes.promotion(d.endReason), label: d.endReason } : undefined,
        },
      ]
    case 'deployed':
      return [
        {
          key: phase,
          status: 'pass',
          title: `${version} was deployed to ${to.id}`,
          text: `${ended}The dossier stays as it was signed.`,
          link: noteLink(d),
        },
      ]
    case 'failed':
      return [
        {
          key: phase,
          status: 'fail',
          title: `The deployment of ${version} to ${to.id} failed`,
          text: `${ended}To try again, open a new promotion.`,
          link: noteLink(d),
        },
      ]
    case 'rolled_back':
      return [{ key: phase, status: 'warn', title: `${version} was rolled back on ${to.id}`, text: ended.trim(), link: noteLink(d) }]
    case 'deploying':
      return [
        {
          key: phase,
          status: 'running',
          title: `${d.runningDeployment ?? 'A deployment'} is running`,
          text: 'Nothing of this dossier can change until its result is recorded.',
          link: d.runningDeployment ? { href: routes.deployment(d.runningDeployment), label: 'Open the run' } : undefined,
        },
      ]
    case 'voided':
      return [
        {
          key: phase,
          status: 'warn',
          title: `Version ${number} no longer stands`,
          text: 'Everyone signs again, once the Release Manager has sealed a new version.',
          list: d.moved,
        },
      ]
    case 'expired':
      return [
        {
          key: phase,
          status: 'warn',
          title: 'The window has passed',
          text: 'The Release Manager sets another one, or none, and seals again. The signatures on this version are kept as a record.',
        },
      ]
    case 'held': {
      const old = d.gates.filter((view) => view.gate.blocking && view.gate.moments.includes('promotion') && !letsThrough(view.verdict))
      if (old.length === 0) return []
      return [
        {
          key: phase,
          status: 'stale',
          title: 'Signing waits for fresh evidence',
          text: 'The signatures that are there hold; evidence with the same verdict is an addendum.',
          list: old.map(({ gate, sentence }) => `${gate.title}: ${sentence}`),
        },
      ]
    }
    case 'approved':
      return [
        d.notYet.length === 0
          ? { key: phase, status: 'pass', title: `Fully signed. ${version} may be deployed to ${to.id} now` }
          : { key: phase, status: 'pass', title: 'Fully signed', list: d.notYet.map(({ sentence }) => readable(sentence)) },
      ]
    default:
      return endedVersion(d)
  }
}

/** Nothing is sealed now, but something was: why it is gone. */
function endedVersion(d: PromotionDossier): BannerView[] {
  const [last] = d.versions
  if (d.sealed || !last) return []
  const link = { href: routes.promotionVersion(d.id, last.number), label: `Open version ${last.number}` }
  const decline = last.signOffs.find((signOff) => signOff.decision === 'decline' && signOff.withdrawnAt === null)
  if (last.endedBy === 'declined' && decline) {
    return [
      {
        key: 'declined',
        status: 'fail',
        title: `${decline.name} declined version ${last.number} as ${decline.capacity}`,
        text: `${decline.reason ?? ''} The promotion goes on: mend it, and seal again.`.trim(),
        link,
      },
    ]
  }
  if (last.endedBy !== 'voided') return []
  return [
    {
      key: 'void',
      status: 'warn',
      title: `Version ${last.number} was voided`,
      text: 'Everyone signs again, once the Release Manager has sealed a new version.',
      list: last.moved,
      link,
    },
  ]
}

function oddities(d: PromotionDossier): BannerView[] {
  if (isOver(d)) return []
  const banners: BannerView[] = []
  const version = d.dossier.release.version
  if (d.isOlderThanLive && d.live) {
    banners.push({
      key: 'older',
      status: 'warn',
      title: `${version} is older than ${d.live.version}, which runs on ${d.to.id}`,
      text: 'Signing it takes a confirmation of its own.',
    })
  }
  if (d.drift)
    banners.push({ key: 'drift', status: 'warn', title: d.drift, text: 'The changes below are counted from what was last signed.' })
  if (d.policy.activeNumber !== d.policy.number) {
    banners.push({
      key: 'policy',
      status: 'warn',
      title: `Judged by policy version ${d.policy.number}; version ${d.policy.activeNumber} is active`,
      text: 'It stays pinned to the version it was opened under, until a Release Manager pins it to the active one.',
      link: {
        href: routes.systemPolicy(d.system.id, { version: d.policy.activeNumber, against: d.policy.number }),
        label: 'See what differs',
      },
    })
  }
  const asked = d.discussion.filter(({ sinceSeal }) => sinceSeal).length
  if (asked > 0 && d.sealed) {
    banners.push({
      key: 'questions',
      status: 'running',
      title: `${plural(asked, 'entry', 'entries')} in the discussion since version ${d.sealed.number} was sealed`,
      link: { href: '#discussion', label: 'Read the discussion' },
    })
  }
  return banners
}

const noteLink = (d: PromotionDossier) => ({
  href: routes.note(d.system.id, d.to.id, d.dossier.release.version),
  label: 'Release notes',
})

/** Whether a gate passes as it is judged now; one that an emergency skips does not. */
export function passes({ verdict }: Pick<GateView, 'verdict'>): boolean {
  return verdict === 'pass' || verdict === 'pass_with_exception'
}

/** Whether the viewer may do something about a gate from here. */
export function canBring(view: Pick<GateView, 'gate' | 'whyNotBring' | 'whyNotStartRun'>): boolean {
  return (view.gate.kind === 'checklist' ? view.whyNotStartRun : view.whyNotBring) === null
}

/** A sentence of the domain with its instants as people read them. */
export function readable(sentence: string): string {
  return sentence.replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g, (iso) => instantInWords(new Date(iso)))
}

/** The next moment at which a passing gate stops being fresh; null when none ages. */
function nextExpiry(gates: readonly GateView[], now: Instant): { title: string; at: Date } | null {
  const aging = gates
    .filter((view) => passes(view) && view.freshUntil !== null && view.freshUntil.getTime() > new Date(now).getTime())
    .map((view) => ({ title: view.gate.title, at: view.freshUntil as Date })) // filtered just above
  return aging.sort((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null
}

/** "one expires at 16:50 UTC" within a day, else nothing pressing. */
export function expiryWords(gates: readonly GateView[], now: Date): string {
  const next = nextExpiry(gates, now)
  if (!next || next.at.getTime() - now.getTime() > 24 * 3_600_000) return 'nothing ends within a day'
  return `one ends at ${formatTimeUtc(next.at)}`
}

/** How many people can still sign something here: "4 people can sign this". */
export function signersWords(d: Pick<PromotionDossier, 'slots'>): string {
  const who = new Set(d.slots.filter(({ signed }) => signed === null).flatMap(({ who: people }) => people.map(({ name }) => name)))
  return who.size === 0 ? 'Nobody can sign this.' : `${plural(who.size, 'person', 'people')} can sign this.`
}

/** "Martin Vasquez, or 2 others". */
export function slotWho(names: readonly string[]): string {
  const [first] = names
  if (!first) return 'nobody can fill it'
  return names.length === 1 ? first : `${first}, or ${names.length === 2 ? '1 other' : `${names.length - 1} others`}`
}

/** Roles and names in one line: "Tomasz Lind and 2 others". */
export function namesWords(names: readonly string[], shown = 3): string {
  if (names.length === 0) return 'nobody yet'
  if (names.length <= shown) return listWords(names)
  return `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
}
