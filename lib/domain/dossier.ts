import { canonicalText, sha256Hex } from './canonical'
import type { FindingKind, Severity } from './finding'
import type { FoundVerdict, GateVerdict, JudgedGate } from './gate'
import type { PromotionFinding, StandingException } from './promotion-drift'
import type { Role } from './roles'

/**
 * A drift exception in force on the source or target profile, as a dossier names it: the four fields of the policy (000.32), its owner by id, why and how
 * it gets fixed by the digests of the words (T40). `expired`: its end had passed and it was not closed.
 */
export type DossierException = {
  id: string
  profile: string
  rule: string
  startsAt: string
  endsAt: string
  owner: string
  reason: string
  remediation: string
  sentence: string
  expired: boolean
}

/** An open finding that no exception covered when it was sealed. */
export type DossierFinding = { id: string; profile: string | null; rule: string; kind: FindingKind; severity: Severity; sentence: string }

/**
 * All that a signer decides on, as it is sealed: its RFC 8785 text is what the SHA-256 names. Ids of principals, never their names, so that
 * a person can be erased and the seal still stands (T40).
 */
export type Dossier = {
  v: 1
  promotion: string
  number: number
  system: string
  release: {
    version: string
    gitSha: string
    artefact: string
    buildDate: string
    schemaBackwardCompatible: boolean | null
    bundleApproved: boolean
  }
  edge: { id: string; from: string; to: string }
  policy: { version: number; hash: string }
  baseline: { promotion: string; version: string; gitSha: string } | null
  changes: { kind: string; summary: string; reference: string | null }[]
  contributors: { principal: string | null; commits: number }[]
  window: { startsAt: string; endsAt: string } | null
  gates: {
    id: string
    verdict: GateVerdict
    evidence: string | null
    checklist: string | null
    exception: string | null
    seenAt: string | null
    /** Only of a gate that an emergency skips or an exception covers: what was known of it. */
    found?: FoundVerdict
  }[]
  exceptions: DossierException[]
  rollback: { rule: string; snapshot: { profile: string; digest: string; takenAt: string } | null; replaces: string | null }
  slots: { id: string; title: string; roles: Role[]; last: boolean }[]
  // What follows is there only where there is something to say, so that what was sealed before it existed reads and hashes as it did.
  /** An emergency promotion: under which incident, what it skips, why (the digest of the text, T40), and who reviews it afterwards. */
  emergency?: {
    incident: string
    skipped: string[]
    reason: string | null
    reviewWithin: string
    reviewedBy: { id: string; title: string }[]
  }
  /** Keys of the target profile past the policy's age when it was sealed, by the id of their ownership rule. */
  overdueKeys?: { rule: string; bornAt: string | null; dueAt: string | null; blocks: boolean }[]
  /** What the target profile still owed when an emergency was sealed; an ordinary promotion waits for it. */
  debts?: { kind: string; subject: string; since: string }[]
  /** Open drift of source and target that nothing covered when it was sealed; on the target an ordinary promotion waits for the grave of it. */
  drift?: DossierFinding[]
  /** The budget of open exception days, where it was spent when an emergency was sealed. */
  spentBudget?: { days: number; spent: number; within: string }
}

/** Canonical text and SHA-256 of a dossier; the browser computes the same to see that it shows what was sealed. */
export function sealText(dossier: Dossier): { canonical: string; hash: string } {
  const canonical = canonicalText(dossier, { depth: 8 })
  return { canonical, hash: sha256Hex(canonical) }
}

/** One gate as a dossier holds it. */
export function dossierGate(judged: JudgedGate): Dossier['gates'][number] {
  return {
    id: judged.gate.id,
    verdict: judged.verdict,
    evidence: judged.evidence?.id ?? null,
    checklist: judged.checklist?.templateHash ?? null,
    exception: judged.exception?.id ?? null,
    seenAt: judged.seenAt?.toISOString() ?? null,
    ...(judged.found === null ? {} : { found: judged.found }),
  }
}

/** One exception as a dossier holds it. */
export function dossierException(exception: StandingException): DossierException {
  const { id, profile, rule, startsAt, endsAt, owner, reason, remediation, sentence, state } = exception
  return {
    id,
    profile,
    rule,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    owner: owner.id,
    reason,
    remediation,
    sentence,
    expired: state === 'overdue',
  }
}

/** One finding as a dossier holds it. */
export function dossierFinding(finding: PromotionFinding): DossierFinding {
  const { id, profile, rule, kind, severity, sentence } = finding
  return { id, profile, rule, kind, severity, sentence }
}

/**
 * Which material inputs moved since a version was sealed, as sentences; empty when the version still stands (domain.md, what always holds, 4; T04).
 * Evidence growing old and renewals with the same verdict are not in it: the first holds, the second is an addendum. A closed exception is one too.
 * Debts, ages of keys and findings hold and void nothing. A skipped or covered gate that fails after all is news to those who accepted it without a result.
 */
export function movedInputs(sealed: Dossier, current: Dossier): string[] {
  const moved: string[] = []
  if (sealed.release.artefact !== current.release.artefact || sealed.release.gitSha !== current.release.gitSha)
    moved.push('The artefact changed')
  // By number as well: a policy that came back word for word is still another version, and pinning to it voids (T34).
  if (sealed.policy.hash !== current.policy.hash || sealed.policy.version !== current.policy.version)
    moved.push(`The pinned policy moved from version ${sealed.policy.version} to ${current.policy.version}`)
  if (sealed.baseline?.promotion !== current.baseline?.promotion) {
    moved.push(`The baseline moved from ${sealed.baseline?.version ?? 'none'} to ${current.baseline?.version ?? 'none'}`)
  }
  if (sealed.window?.startsAt !== current.window?.startsAt || sealed.window?.endsAt !== current.window?.endsAt)
    moved.push('The window changed')
  for (const before of sealed.gates) {
    const now = current.gates.find((gate) => gate.id === before.id)
    if (!now) continue // the pinned policy names the gates, so a gate can only go with it
    if (before.verdict === 'pass' && now.verdict === 'pass_with_exception')
      moved.push(`The gate ${before.id} moved from pass to pass with exception`)
    if ((before.found ?? before.verdict) !== 'fail' && (now.found ?? now.verdict) === 'fail') moved.push(`The gate ${before.id} failed`)
  }
  for (const now of current.exceptions) {
    const before = sealed.exceptions.find((exception) => exception.id === now.id)
    if (!before) moved.push(`The exception ${now.id} was opened on ${now.profile}`)
    else if (before.endsAt < now.endsAt) moved.push(`The exception ${now.id} was extended`)
    if (before && !before.expired && now.expired) moved.push(`The exception ${now.id} expired on ${now.profile}`)
  }
  return moved
}

/** What changed between two sealed versions, one line a field, for the comparison page. */
export type DossierDifference = { field: string; before: string; after: string }

const shown = (value: unknown): string =>
  value === null || value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value)

/** Lists only what differs between two versions of a dossier. */
export function compareDossiers(before: Dossier, after: Dossier): DossierDifference[] {
  const differences: DossierDifference[] = []
  const compare = (field: string, one: unknown, other: unknown) => {
    if (shown(one) !== shown(other)) differences.push({ field, before: shown(one), after: shown(other) })
  }
  for (const key of Object.keys(after.release) as (keyof Dossier['release'])[])
    compare(`Release: ${key}`, before.release[key], after.release[key])
  compare(
    'Policy version',
    `${before.policy.version} (${before.policy.hash.slice(0, 8)})`,
    `${after.policy.version} (${after.policy.hash.slice(0, 8)})`,
  )
  compare('Baseline', before.baseline?.version, after.baseline?.version)
  compare(
    'Window',
    before.window && `${before.window.startsAt} to ${before.window.endsAt}`,
    after.window && `${after.window.startsAt} to ${after.window.endsAt}`,
  )
  const ids = new Set([...before.gates, ...after.gates].map((gate) => gate.id))
  for (const id of ids) {
    const one = before.gates.find((gate) => gate.id === id)
    const other = after.gates.find((gate) => gate.id === id)
    compare(`Gate ${id}: verdict`, one?.verdict, other?.verdict)
    compare(`Gate ${id}: evidence`, one?.evidence ?? one?.seenAt, other?.evidence ?? other?.seenAt)
    compare(`Gate ${id}: exception`, one?.exception, other?.exception)
  }
  const exceptions = new Set([...before.exceptions, ...after.exceptions].map((exception) => exception.id))
  for (const id of exceptions) compare(`Exception ${id}`, shownException(before, id), shownException(after, id))
  compare('Snapshot to go back to', before.rollback.snapshot?.takenAt, after.rollback.snapshot?.takenAt)
  compare('Replaces', before.rollback.replaces, after.rollback.replaces)
  const sides = [before, after].map(({ emergency, overdueKeys, debts, drift }) => ({
    incident: emergency?.incident,
    skipped: emergency && (emergency.skipped.join(', ') || 'nothing'),
    keys: overdueKeys?.map(({ rule }) => rule).join(', '),
    debts: debts?.map(({ kind, subject }) => `${subject} ${kind}`).join(', '),
    drift: drift?.map(({ id }) => id).join(', '),
  }))
  compare('Emergency under', sides[0]?.incident, sides[1]?.incident)
  compare('Skipped gates', sides[0]?.skipped, sides[1]?.skipped)
  compare('Overdue keys', sides[0]?.keys, sides[1]?.keys)
  compare('Unpaid debts', sides[0]?.debts, sides[1]?.debts)
  compare('Open drift', sides[0]?.drift, sides[1]?.drift)
  compare('Slots', before.slots.map((slot) => slot.title).join(', '), after.slots.map((slot) => slot.title).join(', '))
  return differences
}

function shownException({ exceptions }: Dossier, id: string): string | undefined {
  const exception = exceptions.find((each) => each.id === id)
  return exception && `${exception.endsAt}${exception.expired ? ', expired' : ''}`
}
