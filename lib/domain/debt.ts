import { durationMs } from './duration'
import { type FallbackFacts, type FallbackLife, fallbackEnd, needsReview, reviewRoles } from './fallback'
import { ROLE_TITLE, type Role } from './roles'
import { instantInWords, listInWords } from './words'

export const DEBT_KINDS = ['clean_up', 'rotate', 'review', 'postmortem', 'skipped_gate', 'emergency_review'] as const
export type DebtKind = (typeof DEBT_KINDS)[number]

/** What a fallback use, an emergency or a rollback still owes. While it is unpaid the next ordinary promotion to the profile is held and its incident stays open. */
export type Debt = {
  kind: DebtKind
  system: string
  profile: string
  subject: { kind: 'fallback' | 'rotation' | 'promotion'; id: string }
  incident: string | null
  /** What is owed, in a few words. */
  what: string
  sentence: string
  /** Who can pay it, in words. */
  who: string
  roles: readonly Role[]
  since: Date
  /** By when, where the policy says so. */
  dueAt: Date | null
  overdue: boolean
}

/** A granted fallback use as far as its debts go. `rotated` says when each of its secrets last got a new key by a completed rotation. */
export type FallbackOwing = FallbackLife &
  Pick<FallbackFacts, 'id' | 'rule' | 'mappings' | 'ownRequest' | 'exposed'> & {
    system: string
    incident: string | null
    askedBy: { name: string }
    /** When a completed rotation last brought a new key, by mapping id; the empty id is any secret of the profile. */
    rotated: ReadonlyMap<string, Date>
    /** Who rotates on that profile. */
    rotators: readonly Role[]
  }

/** A rotation that was rolled back, as far as its debt goes. */
export type RotationOwing = {
  id: string
  system: string
  profile: string
  incident: string | null
  rolledBackAt: Date
  postmortem: string | null
  /** What the runbook calls the place, where it names one. */
  template: string | null
  roles: readonly Role[]
}

/** An emergency promotion whose deployment was recorded, as far as its debts go. */
export type EmergencyOwing = {
  id: string
  system: string
  profile: string
  incident: string | null
  release: string
  /** Whether the release stands deployed: one that failed or was rolled back owes no evidence, and still its review. */
  isDeployed: boolean
  since: Date
  reviewWithin: string
  /** Gates named as skipped, with when they passed after the promotion was opened. */
  skipped: { key: string; title: string; passedAt: Date | null; who: string; roles: readonly Role[] }[]
  /** The ordinary slots, with whether somebody has reviewed in them. */
  slots: { key: string; title: string; roles: readonly Role[]; isReviewed: boolean }[]
}

export type DebtFacts = { fallbacks: readonly FallbackOwing[]; rotations: readonly RotationOwing[]; promotions: readonly EmergencyOwing[] }

/** Every unpaid debt at an instant, the one due first first; pure (domain.md, what always holds, 2). Roles: who may pay. */
export function debtsOf(facts: DebtFacts, now: Date): Debt[] {
  const debts = [
    ...facts.fallbacks.flatMap((use) => fallbackDebts(use, now)),
    ...facts.rotations.flatMap((rotation) => rotationDebts(rotation, now)),
    ...facts.promotions.flatMap((promotion) => emergencyDebts(promotion, now)),
  ]
  const due = (debt: Debt) => debt.dueAt?.getTime() ?? Number.POSITIVE_INFINITY
  return debts.sort((a, b) => compare(due(a), due(b)) || a.since.getTime() - b.since.getTime() || (a.subject.id < b.subject.id ? -1 : 1))
}

// Two debts without a date would otherwise give NaN.
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b
}

/** What one fallback use owes: nothing while it runs, clean-up from its end, rotation once exposure was said, review where one is due (T33). */
export function fallbackDebts(use: FallbackOwing, now: Date): Debt[] {
  const end = fallbackEnd(use, now)
  if (!end) return []
  const { cleanUp, reviewWithin } = use.rule.fallback
  const by = of(use, use.rule.profile.id, 'fallback', now)
  const debts: Debt[] = []
  if (!use.cleanedUpAt) {
    const roles = [...new Set<Role>([...use.rule.fallback.askedBy, 'secops'])]
    const how = end.how === 'expired' ? 'ended by itself' : 'was closed'
    const evidence = cleanUp.evidence ? ' Evidence of it is owed.' : ''
    debts.push(
      by('clean_up', {
        what: 'Clean-up',
        sentence: `${use.id} ${how} at ${instantInWords(end.at)} and nobody has cleaned up after it: ${cleanUp.text}${evidence}`,
        who: `${use.askedBy.name}, ${titles(roles)}`,
        roles,
        since: end.at,
        dueAt: after(end.at, cleanUp.within),
      }),
    )
  }
  const stale = use.exposed ? unrotated(use, end.at) : []
  if (stale.length > 0 && use.cleanedUpAt) {
    debts.push(
      by('rotate', {
        what: 'Rotation of what was exposed',
        sentence: `${use.id} exposed ${listInWords(stale)}. New keys made since its end, by a rotation that is completed, pay this.`,
        who: titles(use.rotators),
        roles: use.rotators,
        since: use.cleanedUpAt,
        dueAt: null,
      }),
    )
  }
  if (needsReview(use) && !use.reviewedAt) {
    const roles = reviewRoles(use.rule)
    const why = use.ownRequest ? ' It was opened on the commander’s own request.' : ''
    debts.push(
      by('review', {
        what: 'Review by a second person',
        sentence: `${use.id} is not reviewed by a second person.${why}${use.cleanedUpAt ? '' : ' That comes after the clean-up.'}`,
        who: `${titles(roles)} who had no part in it`,
        roles,
        since: end.at,
        dueAt: reviewWithin ? after(end.at, reviewWithin) : null,
      }),
    )
  }
  return debts
}

/** Which of what was exposed is not rotated since; a use without files is paid by any rotation on the profile. */
function unrotated(use: FallbackOwing, end: Date): string[] {
  const isRotated = (id: string) => (use.rotated.get(id) ?? new Date(0)) > end
  if (use.mappings.length === 0) return isRotated('') ? [] : [`what it touched on ${use.rule.profile.name}`]
  return use.rule.mappings.filter(({ id }) => use.mappings.includes(id) && !isRotated(id)).map(({ variable }) => variable)
}

function rotationDebts(rotation: RotationOwing, now: Date): Debt[] {
  if (rotation.postmortem !== null) return []
  return [
    of(
      rotation,
      rotation.profile,
      'rotation',
      now,
    )('postmortem', {
      what: 'Postmortem',
      sentence: `${rotation.id} was rolled back at ${instantInWords(rotation.rolledBackAt)}, and nobody has said where its postmortem is${rotation.template ? ` (${rotation.template})` : ''}.`,
      who: titles(rotation.roles),
      roles: rotation.roles,
      since: rotation.rolledBackAt,
      dueAt: null,
    }),
  ]
}

function emergencyDebts(promotion: EmergencyOwing, now: Date): Debt[] {
  const by = of(promotion, promotion.profile, 'promotion', now)
  const dueAt = after(promotion.since, promotion.reviewWithin)
  const gates = promotion.isDeployed ? promotion.skipped.filter(({ passedAt }) => passedAt === null) : []
  return [
    ...gates.map((gate) =>
      by('skipped_gate', {
        what: gate.title,
        sentence: `${promotion.id} went as an emergency without ${gate.title}; that ${promotion.release} passes it is still to be shown.`,
        who: gate.who,
        roles: gate.roles,
        since: promotion.since,
        dueAt,
      }),
    ),
    ...promotion.slots
      .filter(({ isReviewed }) => !isReviewed)
      .map((slot) =>
        by('emergency_review', {
          what: `Review as ${slot.title}`,
          sentence: `${promotion.id} went as an emergency, and nobody has reviewed it as ${slot.title}.`,
          who: `${titles(slot.roles)} eligible for the slot`,
          roles: slot.roles,
          since: promotion.since,
          dueAt,
        }),
      ),
  ]
}

function of(owing: { id: string; system: string; incident: string | null }, profile: string, kind: Debt['subject']['kind'], now: Date) {
  return (what: DebtKind, rest: Pick<Debt, 'what' | 'sentence' | 'who' | 'roles' | 'since' | 'dueAt'>): Debt => ({
    kind: what,
    system: owing.system,
    profile,
    subject: { kind, id: owing.id },
    incident: owing.incident,
    ...rest,
    overdue: rest.dueAt !== null && rest.dueAt <= now,
  })
}

function after(at: Date, duration: string): Date {
  return new Date(at.getTime() + durationMs(duration))
}

function titles(roles: readonly Role[]): string {
  return listInWords(
    roles.map((role) => ROLE_TITLE[role]),
    'or',
  )
}
