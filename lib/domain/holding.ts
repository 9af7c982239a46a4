import { type ApprovalSlot, type Candidate, openSlots, whyNotEligible } from './approval'
import { type Actor, isGrantHeld } from './context'
import { type GateVerdict, isPassing, type JudgedGate } from './gate'
import { approvalFacts, openGates, type PromotionFacts, type PromotionPhase, promotionPhase, slotsOf } from './promotion'
import { type Hold, holdsOf } from './promotion-holds'
import { ROLE_TITLE, type Role } from './roles'

/** Somebody or something that can move a promotion on. */
export type Mover = { name: string; kind: Actor['kind'] }

/** The single thing that holds a promotion: in what shape, in words, who can move it (best first), and since when. */
export type Holding = {
  kind: 'gate' | Hold['kind'] | 'seal' | 'slot' | 'window' | 'deploy' | 'result' | 'ended'
  state: 'fail' | 'open-drift' | 'stale' | 'waiting' | 'running' | 'warn' | 'pass'
  words: string
  who: Mover[]
  since: Date
  /** The gate or slot it is about. */
  key: string | null
}

const STATE: Record<GateVerdict, Holding['state']> = {
  pass: 'pass',
  pass_with_exception: 'pass',
  fail: 'fail',
  stale: 'stale',
  missing: 'waiting',
  skipped: 'warn',
}

/** What holds a promotion at an instant. Every blocked thing names what holds it, who can act and for how long (ux.md, principle 3). */
export function whatHolds(facts: PromotionFacts, people: readonly Candidate[], now: Date): Holding {
  const phase = promotionPhase(facts, now)
  const by = (
    kind: Holding['kind'],
    state: Holding['state'],
    words: string,
    who: Mover[],
    since: Date,
    key: string | null = null,
  ): Holding => ({ kind, state, words, who, since, key })
  const managers = () => holdersOf(people, ['release_manager'], facts.system.id, now)
  const [hold] = holdsOf(facts)
  switch (phase) {
    case 'collecting':
    case 'held':
      // What is owed or closed before what is missing: evidence alone would not move it.
      return hold ? heldBy(hold, facts, people, now) : heldByGate(facts, people, now)
    case 'ready_to_seal':
      return by('seal', 'waiting', 'Ready to seal', managers(), lastSeen(facts))
    case 'voided': {
      if (hold) return heldBy(hold, facts, people, now)
      if (openGates(facts, 'promotion').length > 0) return heldByGate(facts, people, now)
      return by('seal', 'warn', `Version ${facts.sealed?.number} is void, seal again`, managers(), lastSeen(facts))
    }
    case 'expired':
      return by('window', 'warn', 'The window has passed, set another', managers(), facts.window?.endsAt ?? facts.openedAt)
    case 'signing': {
      const slot = nextSlot(facts)
      const since = facts.signOffs.at(-1)?.signedAt ?? facts.sealed?.sealedAt ?? facts.openedAt
      return by(
        'slot',
        'waiting',
        slot ? `${slot.title} signature` : 'Signatures',
        slot ? eligibleFor(slot, facts, people, now) : [],
        since,
        slot?.key ?? null,
      )
    }
    case 'approved': {
      const since = facts.signOffs.at(-1)?.signedAt ?? facts.openedAt
      const waits = facts.window !== null && now < facts.window.startsAt
      const blocking = openGates(facts, 'deployment')
      if (!waits && blocking.length > 0) return heldByGate(facts, people, now, blocking)
      return by('deploy', waits ? 'waiting' : 'pass', waits ? 'Waiting for the window' : 'Signed, ready to deploy', managers(), since)
    }
    case 'deploying':
      return by('result', 'running', `${facts.deploymentRunning} is running`, managers(), facts.signOffs.at(-1)?.signedAt ?? facts.openedAt)
    default:
      return by('ended', 'pass', phase.replaceAll('_', ' '), [], facts.openedAt)
  }
}

function heldBy(hold: Hold, facts: PromotionFacts, people: readonly Candidate[], now: Date): Holding {
  const named: Mover[] = hold.people.map(({ name, kind }) => ({ name, kind }))
  const who = [
    ...named,
    ...holdersOf(people, hold.roles, facts.system.id, now).filter(({ name }) => !named.some((one) => one.name === name)),
  ]
  return {
    kind: hold.kind,
    state: hold.kind === 'incident' ? 'warn' : hold.kind === 'finding' ? 'open-drift' : 'fail',
    words: hold.words.replace(/\.$/, ''),
    // Owners can be software: then their title stands for them.
    who: who.length > 0 || hold.who === null ? who : [{ name: hold.who, kind: 'agent' }],
    since: hold.since ?? facts.openedAt,
    key: hold.subject,
  }
}

function heldByGate(
  facts: PromotionFacts,
  people: readonly Candidate[],
  now: Date,
  open: readonly JudgedGate[] = openGates(facts, 'promotion'),
): Holding {
  // What was there and fell away first: it is the surprise. Then failures, then what nobody brought yet.
  const order: GateVerdict[] = ['fail', 'stale', 'missing']
  const judged = [...open].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))[0] as JudgedGate // the phase says that one is open
  const words =
    judged.verdict === 'stale'
      ? `${judged.gate.title}: ${judged.sentence.split('. ')[0]}`
      : judged.verdict === 'fail'
        ? `${judged.gate.title} failed`
        : missingWords(judged)
  return {
    kind: 'gate',
    state: STATE[judged.verdict],
    words: words.replace(/\.$/, ''),
    who: moversOfGate(judged, facts.system.id, people, now),
    since: (judged.verdict === 'stale' ? judged.freshUntil : judged.seenAt) ?? facts.openedAt,
    key: judged.gate.id,
  }
}

function missingWords(judged: JudgedGate): string {
  const list = judged.checklist
  return list && list.total > 0 ? `${judged.gate.title}: ${list.done} of ${list.total} items` : `${judged.gate.title} is missing`
}

/** Who can bring what a gate asks: whoever brought it last, then people in its roles, else the software it takes. */
export function moversOfGate(judged: JudgedGate, systemId: string, people: readonly Candidate[], now: Date): Mover[] {
  const last = judged.evidence?.broughtBy ?? judged.checklist?.lastTickBy ?? null
  const named: Mover[] = last ? [{ name: last.name, kind: last.kind }] : []
  const { by, kind } = judged.gate
  const roles = by.roles ?? []
  if (kind !== 'check' || by.kinds.includes('person')) named.push(...holdersOf(people, roles, systemId, now))
  if (named.length === 0 && kind === 'check')
    named.push({ name: by.kinds.includes('token') ? 'A pipeline' : 'An agent', kind: by.kinds.includes('token') ? 'token' : 'agent' })
  return named.filter((one, index) => named.findIndex((other) => other.name === one.name) === index)
}

/** People who hold one of some roles on a system at an instant. */
export function holdersOf(people: readonly Candidate[], roles: readonly Role[], systemId: string, now: Date): Mover[] {
  return people
    .filter((who) => who.grants.some((grant) => roles.includes(grant.role) && isGrantHeld(grant, systemId, now)))
    .map(({ name }) => ({ name, kind: 'person' as const }))
}

/** The slot that waits for somebody: the first open one that need not come last. */
export function nextSlot(facts: PromotionFacts): ApprovalSlot | null {
  const open = openSlots(slotsOf(facts.edge), facts.signOffs)
  return open.find((slot) => !slot.last) ?? open[0] ?? null
}

/** People who could fill a slot of the sealed version: eligible, and without a signature on it. */
export function eligibleFor(slot: ApprovalSlot, facts: PromotionFacts, people: readonly Candidate[], now: Date): Mover[] {
  const approval = approvalFacts(facts, now)
  return people
    .filter((who) => !facts.signOffs.some((signOff) => signOff.signerId === who.id) && whyNotEligible(slot, who, approval, now) === null)
    .map(({ name }) => ({ name, kind: 'person' as const }))
}

/** When the newest evidence behind the gates came; the opening where there is none. */
function lastSeen(facts: PromotionFacts): Date {
  return facts.gates.reduce((last, judged) => (judged.seenAt && judged.seenAt > last ? judged.seenAt : last), facts.openedAt)
}

/** How many of the gates before sealing pass, how many of these by an exception, and how many an emergency skips: those never count as passed. */
export function gateCounts(facts: Pick<PromotionFacts, 'gates'>): { passed: number; total: number; covered: number; skipped: number } {
  const gates = facts.gates.filter((judged) => judged.gate.moments.includes('promotion'))
  return {
    passed: gates.filter((judged) => isPassing(judged.verdict)).length,
    total: gates.length,
    covered: gates.filter((judged) => judged.verdict === 'pass_with_exception').length,
    skipped: gates.filter((judged) => judged.verdict === 'skipped').length,
  }
}

const BOARD_COLUMNS = ['collecting', 'signing', 'deploying', 'watching'] as const
export type BoardColumn = (typeof BOARD_COLUMNS)[number]

/** The column of the board a promotion stands in; null once it is over. Cards move through events only. */
export function boardColumn(facts: PromotionFacts, now: Date): BoardColumn | null {
  const phase: PromotionPhase = promotionPhase(facts, now)
  switch (phase) {
    case 'collecting':
    case 'held':
      return 'collecting'
    case 'voided':
      return openGates(facts, 'promotion').length > 0 ? 'collecting' : 'signing'
    case 'ready_to_seal':
    case 'signing':
    case 'expired':
      return 'signing'
    case 'approved':
    case 'deploying':
      return 'deploying'
    default:
      return null
  }
}

/** "Release Manager or SecOps": the titles of some roles. */
export function roleTitles(roles: readonly Role[]): string {
  return roles.map((role) => ROLE_TITLE[role]).join(' or ')
}
