import { type EdgeGate, edgeGates } from './gate'
import {
  type CellFact,
  fieldProvenance,
  holders,
  type KnownEvidence,
  type MatrixCell,
  type MatrixFacts,
  type MatrixGroup,
  type MatrixRow,
  type MatrixState,
  nothing,
  unreported,
  worstState,
} from './matrix-cell'
import { type DriftIndex, driftIndex, withDrift } from './matrix-drift'
import { reportedGroup } from './matrix-reported'
import { glassGroup, rotationGroups } from './matrix-secrets'
import type { Policy, PolicyCell, PolicyConstraint, PolicyProfile } from './policy/schema'
import { ROLE_TITLE } from './roles'
import { nextAuditAt, type SecretAuditStanding } from './secret-audit'
import { dateInWords } from './words'

/** The whole grid of a policy: how each profile runs, every constraint, what else is reported of it, and the rules of key rotation; columns in promotion order (000.1 to 000.24). */
export function matrixOf(policy: Policy, facts: MatrixFacts): MatrixGroup[] {
  const known = driftIndex(facts.drift, facts.systemId, facts.now)
  return [
    runtimeGroup(policy, facts, known),
    ...constraintGroups(policy, facts, known),
    reportedGroup(policy, facts, known),
    ...rotationGroups(policy, facts),
    ...glassGroup(policy, facts),
  ].filter((group) => group.rows.length > 0)
}

const RUNTIME = [
  ['primaryRuntime', 'Primary runtime'],
  ['launchPath', 'Launch path'],
  ['dataSource', 'Data source'],
  ['intendedUsage', 'Intended usage'],
] as const

function runtimeGroup(policy: Policy, facts: MatrixFacts, known: DriftIndex): MatrixGroup {
  const rows = RUNTIME.filter(([field]) => policy.profiles.some((profile) => profile[field] !== undefined)).map(
    ([field, title]): MatrixRow => ({
      id: `runtime.${field}`,
      title,
      paths: [],
      check: null,
      cells: policy.profiles.map((profile): MatrixCell => {
        const rule = profile[field]
        const base = { profile: profile.id, ...unreported, terms: [], who: [], provenance: fieldProvenance(profile, field) }
        if (rule === undefined) return { ...base, ...nothing('na', 'not stated'), rule: null }
        // What a profile is meant for is for people to read: no runtime reports it.
        if (field === 'intendedUsage') return { ...base, ...nothing('na', 'shown, not judged'), rule }
        const key = `runtime.${field}`
        const snapshot = field === 'dataSource' && profile.snapshots ? facts.snapshot(profile.id) : null
        const fact = snapshot ? [snapshotFact(profile.id, snapshot)] : []
        const waiting = { ...base, key, ...nothing('waiting', 'no observation yet'), rule }
        return { ...withDrift(waiting, known(profile.id, [key]), facts.now), facts: fact }
      }),
    }),
  )
  return { id: 'runtime', title: 'Runtime', rows }
}

const snapshotFact = (profile: string, snapshot: { takenAt: Date; digest: string }): CellFact => ({
  sentence: `Newest snapshot of ${profile}, SHA-256 ${snapshot.digest.slice(0, 12)}`,
  at: snapshot.takenAt,
  by: null,
  link: null,
})

function constraintGroups(policy: Policy, facts: MatrixFacts, known: DriftIndex): MatrixGroup[] {
  const titles = [...new Set(policy.constraints.map((constraint) => constraint.group))]
  return titles.map((title) => ({
    id: `constraints.${title}`,
    title: titles.length === 1 ? 'Constraints' : `Constraints: ${title}`,
    rows: policy.constraints
      .filter((constraint) => constraint.group === title)
      .map((constraint) => ({
        id: `constraint.${constraint.id}`,
        title: constraint.title,
        paths: constraint.paths,
        check: constraint.check ?? null,
        cells: policy.profiles.map((profile) => constraintCell(policy, constraint, profile, facts, known)),
      })),
  }))
}

function constraintCell(
  policy: Policy,
  constraint: PolicyConstraint,
  profile: PolicyProfile,
  facts: MatrixFacts,
  known: DriftIndex,
): MatrixCell {
  const brought = evidencedCell(policy, constraint, profile, facts)
  // A constraint and the gate of the same id are one rule: an exception for either covers both.
  const keys = [`constraint.${constraint.id}`, `gate.${constraint.id}`]
  const cell = brought.rule === null ? brought : withDrift(brought, known(profile.id, keys), facts.now)
  const rule = policy.secrets.audits.find((audit) => audit.constraint === constraint.id && audit.profiles.includes(profile.id))
  const standing = rule ? facts.audit(profile.id) : null
  return standing === null || cell.rule === null ? cell : auditedCell(cell, standing, facts)
}

/**
 * A cell whose qualifier an audit meets (000.10): without a current one it waits for an audit or its last one is stale, what was found violated fails,
 * and what evidence says stays among the facts.
 */
function auditedCell(cell: MatrixCell, standing: SecretAuditStanding, facts: MatrixFacts): MatrixCell {
  const { last, state } = standing
  const auditors = holders(facts, ['secops'])
  const shape = cell.exception?.isCovering && state === 'violated' ? 'drift' : AUDIT_STATE[state]
  const seen = cell.facts.length > 0 || cell.observed || cell.exception ? [cell.state] : []
  const worst = worstState([shape, ...seen])
  const next = last ? nextAuditAt(standing.rule, last) : null
  const words = last
    ? {
        known: `${next ? `next due ${dateInWords(next)}; ` : ''}${AUDIT_WORDS[state]} by ${last.by.name}`,
        knownAt: last.auditedAt,
      }
    : { known: 'waiting for an audit', knownAt: null }
  return {
    ...cell,
    state: worst,
    // What evidence found worse is said first.
    ...(worst === shape ? words : {}),
    facts: [...(last ? [{ sentence: standing.sentence, at: last.auditedAt, by: last.by.name, link: last.link }] : []), ...cell.facts],
    who: [...cell.who, { label: 'Can audit', value: auditors.join(', ') || 'nobody' }],
  }
}

const AUDIT_STATE: Record<SecretAuditStanding['state'], MatrixState> = {
  never: 'waiting',
  due: 'stale',
  met: 'pass',
  concern: 'warn',
  violated: 'fail',
}

const AUDIT_WORDS: Record<SecretAuditStanding['state'], string> = {
  never: 'waiting for an audit',
  due: 'last audited',
  met: 'audited',
  concern: 'audited with a concern',
  violated: 'found violated',
}

function evidencedCell(policy: Policy, constraint: PolicyConstraint, profile: PolicyProfile, facts: MatrixFacts): MatrixCell {
  const cell = constraint.cells[profile.id]
  const base = {
    profile: profile.id,
    ...unreported,
    key: cell ? `constraint.${constraint.id}` : null,
    ...(cell && BINDING[cell.level] !== 'binding' ? { isFree: true as const } : {}),
    terms: cell ? cellTerms(cell) : [],
    who: [],
    provenance: { source: constraint.source, assumed: constraint.assumed },
  }
  if (!cell) return { ...base, ...nothing('na', 'no rule for this profile'), rule: null }
  const gate = gateOf(policy, constraint.id, profile.id)
  const who = gate ? [{ label: 'Can bring it', value: titlesOf(gate) }] : []
  const known = facts.evidence(profile.id, constraint.id)
  const binding = BINDING[cell.level]
  if (known.length > 0) return { ...base, ...evidenceState(known, binding), rule: cell.text, who }
  // A rule about snapshots is answered by the snapshots on record; they are a fact of the product, not of one system.
  const snapshot = /\bsnapshots?\b/i.test(constraint.title) ? facts.snapshot(profile.id) : null
  if (snapshot)
    return {
      ...base,
      state: 'pass',
      known: 'newest snapshot',
      knownAt: snapshot.takenAt,
      facts: [snapshotFact(profile.id, snapshot)],
      rule: cell.text,
      who,
    }
  return {
    ...base,
    ...nothing(binding === 'free' ? 'na' : 'waiting', binding === 'free' ? 'nothing has to hold' : 'no observation yet'),
    rule: cell.text,
    who,
  }
}

/** `recommended` never goes red; what is free has nothing to show (ux.md section 8). */
const BINDING: Record<PolicyCell['level'], 'binding' | 'advice' | 'free'> = {
  forbidden: 'binding',
  required: 'binding',
  'read-only': 'binding',
  restricted: 'binding',
  recommended: 'advice',
  optional: 'free',
  allowed: 'free',
}

function cellTerms(cell: PolicyCell): MatrixCell['terms'] {
  return [
    { label: 'Level', value: cell.level },
    { label: 'Moment', value: cell.moment?.replaceAll('-', ' ') },
    { label: 'Qualifiers', value: cell.qualifiers.join(', ') },
    { label: 'Subject', value: cell.subject },
    { label: 'Except', value: cell.except },
    { label: 'When', value: cell.when?.text },
  ].flatMap(({ label, value }) => (value ? [{ label, value }] : []))
}

function gateOf(policy: Policy, id: string, profile: string): EdgeGate | null {
  for (const edge of policy.edges) {
    const gate = edge.to === profile ? edgeGates(policy, edge).find((candidate) => candidate.id === id) : undefined
    if (gate) return gate
  }
  return null
}

const KIND: Record<'person' | 'agent' | 'token', string> = { person: 'a person', agent: 'an agent', token: 'a pipeline token' }

function titlesOf(gate: EdgeGate): string {
  const roles = gate.by.roles?.map((role) => ROLE_TITLE[role]).join(' or ')
  return gate.by.kinds.map((kind) => (kind === 'person' && roles ? roles : KIND[kind])).join(', ')
}

function evidenceState(
  known: readonly KnownEvidence[],
  binding: 'binding' | 'advice' | 'free',
): Pick<MatrixCell, 'state' | 'known' | 'knownAt' | 'facts'> {
  const newest = [...known].sort((a, b) => (b.judged.seenAt?.getTime() ?? 0) - (a.judged.seenAt?.getTime() ?? 0))[0] as KnownEvidence // never empty
  const { judged, version, live } = newest
  const facts = known.map((each): CellFact => {
    const evidence = each.judged.evidence
    const where = each.live ? `${each.version}, which runs there` : `${each.version}${each.promotion ? `, ${each.promotion}` : ''}`
    return {
      sentence: `${each.judged.gate.title} for ${where}: ${evidence?.summary ?? each.judged.sentence}`,
      at: each.judged.seenAt,
      by: evidence?.broughtBy.name ?? null,
      link: evidence?.link ?? null,
    }
  })
  const shown = { knownAt: judged.seenAt, facts }
  if (judged.verdict === 'fail')
    return {
      ...shown,
      state: binding === 'binding' ? 'fail' : 'waiting',
      known:
        binding === 'binding'
          ? `failed for ${version}`
          : `failed for ${version}, ${binding === 'advice' ? 'recommended only' : 'optional'}`,
    }
  // What runs has passed this moment; evidence that grew old since then says nothing against it.
  if (judged.verdict === 'pass_with_exception') return { ...shown, state: 'drift', known: `passed for ${version} with an exception` }
  if (live || judged.verdict === 'pass') return { ...shown, state: 'pass', known: `passed for ${version}` }
  // Its sentence says how old it is, so the age is not said twice.
  if (judged.verdict === 'stale')
    return {
      facts,
      knownAt: null,
      state: binding === 'binding' ? 'stale' : 'waiting',
      known: `for ${version}, ${lowerFirst(judged.sentence)}`,
    }
  return { ...shown, state: 'waiting', known: `for ${version}, ${lowerFirst(judged.sentence)}` }
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '')
