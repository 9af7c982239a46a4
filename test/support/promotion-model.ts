import type { RefusalCode } from '@/lib/domain/refusal'
import type { Role } from '@/lib/domain/roles'

// A small model of one promotion on RoboDJ's way to prod: the rules of domain.md once more, as plainly as possible and from another hand, so that
// random walks can be compared with what the use cases do on a real database.

/** Who takes part, with the roles each holds. `fleeting` gets and loses theirs; `self` gave it to themselves; `author` wrote commits of the release. */
export const CAST = {
  lead: ['dev_lead', 'management'],
  manager: ['release_manager'],
  secops: ['secops'],
  boss: ['management'],
  hats: ['management', 'secops'],
  fleeting: ['management'],
  self: ['management'],
  author: ['management'],
  approver: ['production_approver'],
  commander: ['incident_commander'],
  auditor: ['auditor'],
  admin: ['admin'],
} as const satisfies Record<string, readonly Role[]>
export type Who = keyof typeof CAST
export const EVERYBODY = Object.keys(CAST) as Who[]

export const SLOTS = ['release-manager', 'secops', 'management', 'production-approver'] as const
export type Slot = (typeof SLOTS)[number]
const FILLED_BY: Record<Slot, readonly Role[]> = {
  'release-manager': ['release_manager'],
  secops: ['secops'],
  management: ['management'],
  'production-approver': ['production_approver', 'incident_commander'],
}
/** Whom one would expect in a slot: walks take them more often than others. */
export const NATURAL: Record<Slot, readonly Who[]> = {
  'release-manager': ['manager'],
  secops: ['secops', 'hats'],
  management: ['boss', 'hats', 'fleeting'],
  'production-approver': ['approver', 'commander'],
}

export type Gate = 'secret-preflight' | 'escalation-contacts'

export type Command =
  | { do: 'seal'; by: Who }
  | { do: 'sign' | 'decline'; by: Who; slot: Slot; version: number }
  | { do: 'withdraw signature'; by: Who; signature: number }
  | { do: 'withdraw'; by: Who }
  | { do: 'window'; by: Who; window: number }
  | { do: 'new policy' }
  | { do: 'repin'; by: Who }
  | { do: 'bring'; gate: Gate; verdict: 'pass' | 'fail' }
  | { do: 'age'; gate: Gate }
  | { do: 'question' | 'summary'; by: Who }
  | { do: 'take role' | 'give role' }
  | { do: 'start'; by: Who }
  | { do: 'finish'; result: 'succeeded' | 'failed' }

export type Model = {
  tick: number
  status: 'open' | 'withdrawn' | 'deployed' | 'failed'
  running: 'promotion' | 'redeploy' | null
  gates: Record<Gate, 'pass' | 'fail' | 'stale'>
  /** 0 for none. */
  window: number
  active: number
  pinned: number
  sealed: { number: number; at: number; window: number; pinned: number } | null
  lastSealed: number
  /** Every signature there ever was, in order. */
  signatures: { version: number; slot: Slot; by: Who; decision: 'approve' | 'decline'; withdrawn: boolean }[]
  /** Since when `fleeting` holds the role; null when they do not. */
  fleetingSince: number | null
}

export const START: Omit<Model, 'active' | 'pinned'> = {
  tick: 0,
  status: 'open',
  running: null,
  gates: { 'secret-preflight': 'pass', 'escalation-contacts': 'pass' },
  window: 0,
  sealed: null,
  lastSealed: 0,
  signatures: [],
  fleetingSince: -1,
}

export type Phase = 'collecting' | 'ready_to_seal' | 'signing' | 'held' | 'approved' | 'deploying' | 'withdrawn' | 'deployed' | 'failed'

const gatesHold = (m: Model) => Object.values(m.gates).every((verdict) => verdict === 'pass')
/** Signatures that count: on the sealed version, not withdrawn. */
export const standing = (m: Model) => m.signatures.filter(({ version, withdrawn }) => !withdrawn && version === m.sealed?.number)
const isFull = (m: Model) =>
  m.sealed !== null && SLOTS.every((slot) => standing(m).some((s) => s.slot === slot && s.decision === 'approve'))

/** Where the promotion stands. */
export function phase(m: Model): Phase {
  if (m.status !== 'open') return m.status
  if (m.running === 'promotion') return 'deploying'
  if (!m.sealed) return gatesHold(m) ? 'ready_to_seal' : 'collecting'
  if (!gatesHold(m)) return 'held'
  return isFull(m) ? 'approved' : 'signing'
}

const ofCast = (who: Who): readonly Role[] => CAST[who]
const holds = (m: Model, who: Who, roles: readonly Role[]) =>
  (who !== 'fleeting' || m.fleetingSince !== null) && ofCast(who).some((role) => roles.includes(role))
const isClosed = (m: Model) => m.status !== 'open' || m.running === 'promotion'

/** The code a command is refused with; null when it is accepted. */
export function refusal(m: Model, c: Command): RefusalCode | null {
  if ('by' in c && c.by === 'fleeting' && m.fleetingSince === null) return 'not_found'
  const manages = 'by' in c && holds(m, c.by, ['release_manager'])
  switch (c.do) {
    case 'seal':
      if (!manages) return 'not_allowed'
      if (isClosed(m) || m.sealed) return 'wrong_state'
      return gatesHold(m) ? null : 'gate_not_passed'
    case 'sign':
    case 'decline': {
      if (isClosed(m) || !m.sealed) return 'wrong_state'
      if (c.version !== m.sealed.number) return 'stale_version'
      if (c.do === 'sign' && !gatesHold(m)) return 'held'
      if (!holds(m, c.by, FILLED_BY[c.slot])) return 'not_allowed'
      const isBarred = c.by === 'self' || c.by === 'lead' || c.by === 'author'
      if (isBarred || (c.by === 'fleeting' && (m.fleetingSince ?? 0) > m.sealed.at)) return 'separation_of_duties'
      if (standing(m).some(({ slot }) => slot === c.slot)) return 'conflict'
      if (standing(m).some(({ by }) => by === c.by)) return 'separation_of_duties'
      return c.do === 'sign' && c.slot === 'production-approver' && standing(m).length < 3 ? 'held' : null
    }
    case 'withdraw signature': {
      const signature = m.signatures[c.signature]
      if (!signature) return 'not_found'
      if (isClosed(m)) return 'wrong_state'
      if (signature.by !== c.by) return 'not_allowed'
      return signature.withdrawn || signature.version !== m.sealed?.number ? 'wrong_state' : null
    }
    case 'withdraw':
      if (isClosed(m)) return 'wrong_state'
      return manages || c.by === 'lead' ? null : 'not_allowed'
    case 'window':
      if (!manages) return 'not_allowed'
      return isClosed(m) ? 'wrong_state' : null
    case 'repin':
      if (!manages) return 'not_allowed'
      return isClosed(m) || m.pinned === m.active ? 'wrong_state' : null
    case 'question':
      return c.by === 'auditor' || c.by === 'admin' ? 'not_allowed' : null
    case 'summary':
      if (!manages) return 'not_allowed'
      return isClosed(m) || isFull(m) ? 'wrong_state' : null
    case 'take role':
      return m.fleetingSince === null ? 'wrong_state' : null
    case 'give role':
      return m.fleetingSince === null ? null : 'conflict'
    case 'start':
      if (!manages) return 'not_allowed'
      if (m.status === 'deployed') return m.running ? 'conflict' : null
      return phase(m) === 'approved' ? null : 'held'
    case 'finish':
      return m.running ? null : 'wrong_state'
    default:
      return null
  }
}

/** What an accepted command makes of the model. */
export function apply(before: Model, c: Command): Model {
  const m: Model = { ...before, tick: before.tick + 1 }
  const number = m.sealed?.number ?? 0
  switch (c.do) {
    case 'seal':
      return { ...m, lastSealed: m.lastSealed + 1, sealed: { number: m.lastSealed + 1, at: m.tick, window: m.window, pinned: m.pinned } }
    case 'sign':
      return { ...m, signatures: [...m.signatures, { version: number, slot: c.slot, by: c.by, decision: 'approve', withdrawn: false }] }
    case 'decline':
      return {
        ...m,
        sealed: null,
        signatures: [...m.signatures, { version: number, slot: c.slot, by: c.by, decision: 'decline', withdrawn: false }],
      }
    case 'withdraw signature':
      return { ...m, signatures: m.signatures.map((s, index) => (index === c.signature ? { ...s, withdrawn: true } : s)) }
    case 'withdraw':
      return { ...m, status: 'withdrawn', sealed: null }
    case 'window':
      return { ...m, window: c.window, sealed: m.sealed?.window === c.window ? m.sealed : null }
    case 'new policy':
      return { ...m, active: m.active + 1 }
    case 'repin':
      return { ...m, pinned: m.active, sealed: null }
    case 'bring': {
      const isVoid = c.verdict === 'fail' && !isClosed(m)
      return { ...m, gates: { ...m.gates, [c.gate]: c.verdict }, sealed: isVoid ? null : m.sealed }
    }
    case 'age':
      return { ...m, gates: { ...m.gates, [c.gate]: m.gates[c.gate] === 'pass' ? 'stale' : m.gates[c.gate] } }
    case 'take role':
      return { ...m, fleetingSince: null }
    case 'give role':
      return { ...m, fleetingSince: m.tick }
    case 'start':
      return { ...m, running: m.status === 'deployed' ? 'redeploy' : 'promotion' }
    case 'finish': {
      const ends = m.running === 'promotion'
      return { ...m, running: null, status: ends ? (c.result === 'succeeded' ? 'deployed' : 'failed') : m.status }
    }
    default:
      return m
  }
}
