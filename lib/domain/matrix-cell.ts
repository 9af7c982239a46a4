import type { Candidate } from './approval'
import { isGrantHeld } from './context'
import type { ExceptionStanding, ExceptionState } from './exception'
import type { FindingStanding } from './finding'
import type { FingerprintFinding } from './fingerprint'
import type { JudgedGate } from './gate'
import type { KeyStanding } from './key-standing'
import type { RuleVerdict } from './observation/verdict'
import type { Provenance } from './policy/parts/basics'
import type { Role } from './roles'
import type { SecretAuditStanding } from './secret-audit'

// What a cell of the grid is, and what it is made of; the rows are in the files beside.

/** Every state a cell or profile can be in, worst first (ux.md section 8). Glass and drift come with what reports them. */
export const MATRIX_STATES = ['glass', 'fail', 'open-drift', 'stale', 'drift', 'warn', 'running', 'waiting', 'pass', 'na'] as const
export type MatrixState = (typeof MATRIX_STATES)[number]

/** States that somebody has to do something about. */
export const PROBLEM_STATES: readonly MatrixState[] = ['glass', 'fail', 'open-drift', 'stale', 'drift', 'warn']

/** The worst of some states; `na` for none. */
export function worstState(states: readonly MatrixState[]): MatrixState {
  return MATRIX_STATES.find((state) => states.includes(state)) ?? 'na'
}

/** One thing that is known about a cell, with when it was seen. */
export type CellFact = { sentence: string; at: Date | null; by: string | null; link: string | null }

/** What was reported of a rule: in a few words, when, and by which runtime. Never a value of a secret. */
export type CellObserved = { words: string; expected: string; at: Date | null; instance: string | null }

/** An exception as a cell carries it: only a covering one makes drift covered (exception.ts). */
export type CellException = Pick<ExceptionStanding, 'id' | 'startsAt' | 'endsAt' | 'extensions' | 'observed'> & {
  owner: { id: string; name: string }
  state: ExceptionState
  isCovering: boolean
}

/** One of several rules that share a cell: a variable, a file, an isolated resource. */
export type CellPart = Pick<MatrixCell, 'state' | 'known' | 'knownAt' | 'observed' | 'exception' | 'finding'> & {
  key: string
  title: string
}

/** One rule of the grid on one profile: the words of the policy, and what is known. Never a pass without a fact behind it. */
export type MatrixCell = {
  profile: string
  /** The rule that findings, exceptions and gates name (rule-ref.ts); null where no exception is filed on the cell itself. */
  key: string | null
  state: MatrixState
  /** Recommended, optional or allowed: nothing has to hold, so nothing has to be reported. */
  isFree?: true
  /** What the document says, in its words; null where it has no rule for this profile. */
  rule: string | null
  /** Level, moment, qualifiers, subject and the like, as label and words. */
  terms: { label: string; value: string }[]
  /** The observation in a few words: "passed for 2.14.0", "no observation yet". `knownAt` is when it was seen. */
  known: string
  knownAt: Date | null
  facts: CellFact[]
  /** What a runtime, an agent or a pipeline reported of it; null where nobody did. */
  observed: CellObserved | null
  /** The exception that covers it, else one that is overdue or waits for approval. */
  exception: CellException | null
  /** The open finding of it. */
  finding: string | null
  /** The rules that share this cell and are neither simply met nor unreported. */
  parts?: CellPart[]
  /** An age against its limit, in milliseconds: drawn as a bullet bar. */
  bullet?: { value: number; limit: number }
  /** Who may bring, perform or approve it, as label and words. */
  who: { label: string; value: string }[]
  provenance: Provenance
}

export type MatrixRow = { id: string; title: string; paths: string[]; check: string | null; cells: MatrixCell[] }
export type MatrixGroup = { id: string; title: string; rows: MatrixRow[] }

/** Newest evidence for one gate towards one profile, for a release that runs there or is on its way. */
export type KnownEvidence = { judged: JudgedGate; version: string; live: boolean; promotion: string | null }

/** A fallback use that is open at an instant: the glass of its rule is broken on that profile. */
export type OpenGlass = { id: string; system: string; profile: string; rule: string; mappings: string[]; expiresAt: Date }

/** What is reported of a system, what of it is open, and which exceptions are filed or approved and have not ended. */
export type DriftFacts = {
  verdicts: readonly RuleVerdict[]
  findings: readonly FindingStanding[]
  exceptions: readonly ExceptionStanding[]
}

/** All facts the grid of one system depends on at an instant. Names of people are looked up by the caller. */
export type MatrixFacts = {
  evidence: (profile: string, gate: string) => readonly KnownEvidence[]
  snapshot: (profile: string) => { takenAt: Date; digest: string } | null
  /** Where a rotation rule stands, by its id. */
  keys: (ownership: string) => KeyStanding | null
  /** What fingerprints speak against a profile. */
  findings: (profile: string) => readonly FingerprintFinding[]
  /** Where the audit of a profile's secret handling stands. */
  audit: (profile: string) => SecretAuditStanding | null
  /** The fallback use that is open on a profile by a rule. */
  glass: (profile: string, rule: string) => OpenGlass | null
  drift: DriftFacts
  /** Everybody who holds a role on the system (or on any: grants elsewhere do not count here). */
  people: readonly Candidate[]
  systemId: string
  now: Date
}

/** A cell of which nothing is known beyond its words. */
export const nothing = (state: MatrixState, known: string) => ({ state, known, knownAt: null, facts: [] })

/** What a cell has that no exception can be filed on and of which nothing was reported. */
export const unreported = { key: null, observed: null, exception: null, finding: null } as const

/** Where one field of a rule comes from: assumed, where the rule says so of that field alone. */
export function fieldProvenance(rule: Provenance, field: string): Provenance {
  return rule.assumedFields?.includes(field) ? { assumed: true } : { source: rule.source, assumed: rule.assumed }
}

/** The names of who holds one of some roles here. */
export function holders(facts: MatrixFacts, roles: readonly Role[]): string[] {
  return facts.people
    .filter((who) => who.grants.some((grant) => roles.includes(grant.role) && isGrantHeld(grant, facts.systemId, facts.now)))
    .map((who) => who.name)
}
