import type { Candidate } from './approval'
import { isGrantHeld } from './context'
import { formatDuration } from './duration'
import type { FingerprintFinding } from './fingerprint'
import { type EdgeGate, edgeGates, type JudgedGate } from './gate'
import { ageInWords, type KeyStanding } from './key-standing'
import type { Provenance } from './policy/parts/basics'
import type { Policy, PolicyCell, PolicyConstraint, PolicyOwnership, PolicyProfile } from './policy/schema'
import { ROLE_TITLE, type Role } from './roles'
import { nextAuditAt, type SecretAuditStanding } from './secret-audit'
import { dateInWords, instantInWords } from './words'

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

/** One rule of the grid on one profile: the words of the policy, and what is known. Never a pass without a fact behind it. */
export type MatrixCell = {
  profile: string
  state: MatrixState
  /** What the document says, in its words; null where it has no rule for this profile. */
  rule: string | null
  /** Level, moment, qualifiers, subject and the like, as label and words. */
  terms: { label: string; value: string }[]
  /** The observation in a few words: "passed for 2.14.0", "no observation yet". `knownAt` is when it was seen. */
  known: string
  knownAt: Date | null
  facts: CellFact[]
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
  /** Everybody who holds a role on the system (or on any: grants elsewhere do not count here). */
  people: readonly Candidate[]
  systemId: string
  now: Date
}

/** The whole grid of a policy: how each profile runs, every constraint, and the rules of key rotation; columns in promotion order (000.1 to 000.24). */
export function matrixOf(policy: Policy, facts: MatrixFacts): MatrixGroup[] {
  return [
    runtimeGroup(policy, facts),
    ...constraintGroups(policy, facts),
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

function runtimeGroup(policy: Policy, facts: MatrixFacts): MatrixGroup {
  const rows = RUNTIME.filter(([field]) => policy.profiles.some((profile) => profile[field] !== undefined)).map(
    ([field, title]): MatrixRow => ({
      id: `runtime.${field}`,
      title,
      paths: [],
      check: null,
      cells: policy.profiles.map((profile): MatrixCell => {
        const rule = profile[field]
        const base = { profile: profile.id, terms: [], who: [], provenance: fieldProvenance(profile, field) }
        if (rule === undefined) return { ...base, ...nothing('na', 'not stated'), rule: null }
        const snapshot = field === 'dataSource' && profile.snapshots ? facts.snapshot(profile.id) : null
        const fact = snapshot ? [snapshotFact(profile.id, snapshot)] : []
        return { ...base, ...nothing('waiting', 'no observation yet'), rule, facts: fact }
      }),
    }),
  )
  return { id: 'runtime', title: 'Runtime', rows }
}

const nothing = (state: MatrixState, known: string) => ({ state, known, knownAt: null, facts: [] })

const snapshotFact = (profile: string, snapshot: { takenAt: Date; digest: string }): CellFact => ({
  sentence: `Newest snapshot of ${profile}, SHA-256 ${snapshot.digest.slice(0, 12)}`,
  at: snapshot.takenAt,
  by: null,
  link: null,
})

function fieldProvenance(rule: Provenance, field: string): Provenance {
  return rule.assumedFields?.includes(field) ? { assumed: true } : { source: rule.source, assumed: rule.assumed }
}

function constraintGroups(policy: Policy, facts: MatrixFacts): MatrixGroup[] {
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
        cells: policy.profiles.map((profile) => constraintCell(policy, constraint, profile, facts)),
      })),
  }))
}

function constraintCell(policy: Policy, constraint: PolicyConstraint, profile: PolicyProfile, facts: MatrixFacts): MatrixCell {
  const cell = observedCell(policy, constraint, profile, facts)
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
  const shape = AUDIT_STATE[state]
  const seen = cell.facts.length > 0 ? [cell.state] : []
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

function observedCell(policy: Policy, constraint: PolicyConstraint, profile: PolicyProfile, facts: MatrixFacts): MatrixCell {
  const cell = constraint.cells[profile.id]
  const base = {
    profile: profile.id,
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
  if (live || judged.verdict === 'pass' || judged.verdict === 'pass_with_exception')
    return { ...shown, state: 'pass', known: `passed for ${version}` }
  if (judged.verdict === 'stale')
    return { ...shown, state: binding === 'binding' ? 'stale' : 'waiting', known: `for ${version}, ${lowerFirst(judged.sentence)}` }
  return { ...shown, state: 'waiting', known: `for ${version}, ${lowerFirst(judged.sentence)}` }
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '')

function rotationGroups(policy: Policy, facts: MatrixFacts): MatrixGroup[] {
  const { ownership } = policy.rotation
  const kinds = [...new Set(ownership.map(secretsOf))]
  return kinds.map((kind) => {
    const own = (profile: PolicyProfile) => ownership.find((each) => each.profile === profile.id && secretsOf(each) === kind)
    const row = (
      id: string,
      title: string,
      cell: (
        ownership: PolicyOwnership,
      ) => Omit<MatrixCell, 'profile' | 'provenance' | 'terms'> & { field: string; terms?: MatrixCell['terms'] },
    ): MatrixRow => ({
      id: `rotation.${kind}.${id}`,
      title,
      paths: [],
      check: null,
      cells: policy.profiles.map((profile): MatrixCell => {
        const rule = own(profile)
        if (!rule)
          return { profile: profile.id, ...nothing('na', 'no rule for this profile'), rule: null, terms: [], who: [], provenance: {} }
        const { field, terms = [], ...rest } = cell(rule)
        return { profile: profile.id, terms, ...rest, provenance: fieldProvenance(rule, field) }
      }),
    })
    const group = policy.secrets.groups.find((candidate) => candidate.id === kind)
    return {
      id: `rotation.${kind}`,
      title: kinds.length === 1 ? 'Key rotation' : `Key rotation: ${group?.title ?? kind}`,
      rows: [
        row('age', 'Key age', (rule) => ({
          field: 'maxAge',
          rule: rule.maxAge ? `At most ${formatDuration(rule.maxAge)}` : 'No limit',
          ...ageWords(facts.keys(rule.id)),
          terms: [{ label: 'Method', value: rule.method.replaceAll('-', ' ') }],
          who: [],
        })),
        row('fingerprints', 'Fingerprints', (rule) => ({
          field: 'method',
          rule:
            rule.method === 'shift-pair'
              ? 'Differ on every profile, and shift as a pair'
              : 'Differ on every profile, and change when rotated',
          ...printWords(rule, facts),
          who: [],
        })),
        row('owner', 'Owner', (rule) => {
          const slots = rule.owners.slots
          const agents = slots.flatMap((slot) => slot.agents.map((id) => policy.agents.find((agent) => agent.id === id)?.name ?? id))
          const people = holders(
            facts,
            slots.flatMap((slot) => slot.roles),
          )
          const words = rule.owners.text ?? slots.map((slot) => slot.title).join(rule.owners.mode === 'all' ? ' and ' : ' or ')
          return {
            field: 'owners',
            rule: words,
            ...staffed(agents.length + people.length, facts.keys(rule.id)),
            terms:
              slots.length < 2
                ? []
                : [{ label: 'Which', value: rule.owners.mode === 'all' ? 'All: one performs, each other confirms' : 'Any one of them' }],
            who: [{ label: 'Can perform', value: [...agents, ...people].join(', ') || 'nobody' }],
          }
        }),
        row('approval', 'Approval', (rule) => {
          const people = holders(
            facts,
            rule.approval.slots.flatMap((slot) => slot.roles),
          )
          return {
            field: 'approval',
            rule: rule.approval.text ?? rule.approval.slots.map((slot) => slot.title).join(' and '),
            ...staffed(people.length, facts.keys(rule.id)),
            who: [{ label: 'Can approve', value: people.join(', ') || 'nobody' }],
          }
        }),
        row('fallback', 'Fallback files', (rule) => {
          const { fallback } = rule
          if (!fallback) return { field: 'fallback', rule: 'No fallback rule', ...nothing('na', 'never allowed'), who: [] }
          const people = holders(
            facts,
            fallback.slots.flatMap((slot) => slot.roles),
          )
          const open = facts.glass(rule.profile, rule.id)
          return {
            field: 'fallback',
            rule: fallback.text,
            ...(open ? glassWords(open) : nothing('na', 'not in use')),
            terms: [
              { label: 'Normal flow', value: fallback.normalFlow.replaceAll('-', ' ') },
              { label: 'Needs', value: fallback.needs.map((need) => need.replaceAll('-', ' ')).join(', ') },
              { label: 'At most', value: formatDuration(fallback.maxDuration) },
              { label: 'Clean-up', value: `${fallback.cleanUp.text} Within ${formatDuration(fallback.cleanUp.within)}.` },
            ],
            who: [{ label: 'Can grant', value: people.join(', ') || 'nobody' }],
          }
        }),
      ],
    }
  })
}

const secretsOf = (ownership: PolicyOwnership): string => ownership.group ?? ownership.secrets?.join('+') ?? 'every secret'

/** Whether somebody can do it; with a rotation that is open, which one it is. */
function staffed(count: number, standing: KeyStanding | null) {
  if (count === 0) return nothing('warn', 'nobody holds this role')
  const { rotation } = standing ?? { rotation: null }
  if (rotation) return nothing('running', `${rotation.id}, ${rotation.status.replaceAll('_', ' ')}`)
  return nothing(standing?.bornAt ? 'pass' : 'waiting', standing?.bornAt ? `${count} can do it` : 'no key recorded')
}

type Known = Pick<MatrixCell, 'state' | 'known' | 'knownAt' | 'facts' | 'bullet'>

/** The age of the keys of a rule against its limit (000.18 to 000.21). What nobody recorded waits: it is never a pass. */
function ageWords(standing: KeyStanding | null): Known {
  if (!standing || standing.ageMs === null || standing.state === 'unknown')
    return { ...nothing('waiting', 'no key recorded'), facts: standing ? [keyFact(standing)] : [] }
  const { ageMs, limitMs, dueAt, state } = standing
  const facts = [keyFact(standing)]
  const age = ageInWords(ageMs)
  if (limitMs === null || dueAt === null) return { state: 'pass', known: age, knownAt: null, facts }
  const bullet = { value: ageMs, limit: limitMs }
  if (state === 'overdue') return { state: 'fail', known: `${age}, ${ageInWords(ageMs - limitMs)} overdue`, knownAt: null, facts, bullet }
  if (state === 'due_soon') return { state: 'warn', known: `${age}, due ${dateInWords(dueAt)}`, knownAt: null, facts, bullet }
  return { state: 'pass', known: age, knownAt: null, facts, bullet }
}

const keyFact = ({ sentence, bornAt, rotation }: KeyStanding): CellFact => ({
  sentence: rotation ? `${sentence} ${rotation.id} is ${rotation.status.replaceAll('_', ' ')}.` : sentence,
  at: bornAt,
  by: null,
  link: null,
})

/** What the fingerprints of a rule's secrets say: a violation, nothing against it, or nothing at all (002.42, 004.4). */
function printWords(rule: PolicyOwnership, facts: MatrixFacts): Known {
  const standing = facts.keys(rule.id)
  const members = standing?.members ?? []
  const mine = ({ profile, mapping, other }: FingerprintFinding) =>
    members.some((member) =>
      [{ profile, mapping }, ...(other ? [other] : [])].some((place) => place.profile === rule.profile && place.mapping === member.mapping),
    )
  const against = facts.findings(rule.profile).filter(mine)
  if (against.length > 0)
    return {
      state: 'fail',
      known: FINDING_WORDS[against[0]?.kind ?? 'pair_identical'],
      knownAt: null,
      facts: against.map(({ sentence, since }) => ({ sentence, at: since, by: null, link: null })),
    }
  const seen = members.filter(({ keys }) => keys.some(({ use, fingerprint }) => use === 'current' && fingerprint !== null)).length
  if (seen === 0) return nothing('waiting', 'none reported')
  return nothing(
    seen < members.length ? 'waiting' : 'pass',
    seen < members.length ? `${seen} of ${members.length} reported` : 'nothing against it',
  )
}

const FINDING_WORDS: Record<FingerprintFinding['kind'], string> = {
  shared_between_profiles: 'shared with another profile',
  pair_identical: 'both of the pair are one value',
  pair_not_shifted: 'the pair was not shifted',
  old_secondary_in_use: 'the old second key is in use',
  changed_nothing: 'the rotation changed nothing',
}

/** Other things that are forbidden in the normal flow: the glass over each, whole or broken. */
function glassGroup(policy: Policy, facts: MatrixFacts): MatrixGroup[] {
  const rows = policy.rotation.breakGlass.map(
    (entry): MatrixRow => ({
      id: `glass.${entry.id}`,
      title: entry.title.charAt(0).toUpperCase() + entry.title.slice(1),
      paths: [],
      check: null,
      cells: policy.profiles.map((profile): MatrixCell => {
        const base = { profile: profile.id, terms: [], who: [], provenance: { source: entry.source, assumed: entry.assumed } }
        if (profile.id !== entry.profile) return { ...base, ...nothing('na', 'no rule for this profile'), rule: null }
        const open = facts.glass(profile.id, entry.id)
        const people = holders(
          facts,
          entry.fallback.slots.flatMap((slot) => slot.roles),
        )
        return {
          ...base,
          rule: entry.fallback.text,
          ...(open ? glassWords(open) : nothing('na', 'not in use')),
          who: [{ label: 'Can grant', value: people.join(', ') || 'nobody' }],
        }
      }),
    }),
  )
  return [{ id: 'glass', title: 'Break-glass', rows }]
}

const glassWords = ({ id, expiresAt }: OpenGlass): Known => ({
  state: 'glass',
  known: `glass open until ${instantInWords(expiresAt)}`,
  knownAt: null,
  facts: [{ sentence: `${id} is open until ${instantInWords(expiresAt)}.`, at: null, by: null, link: null }],
})

function holders(facts: MatrixFacts, roles: readonly Role[]): string[] {
  return facts.people
    .filter((who) => who.grants.some((grant) => roles.includes(grant.role) && isGrantHeld(grant, facts.systemId, facts.now)))
    .map((who) => who.name)
}

/** What runs on a profile and how that came to be. */
export type ProfileFacts = {
  live: { version: string; since: Date; deployment: string; authorised: boolean; violations: number } | null
  /** The newest deployment when it has no result yet. */
  running: { id: string; version: string; since: Date; authorised: boolean; violations: number } | null
  /** The newest deployment when it failed. */
  failed: { id: string; version: string; at: Date; why: string; authorised: boolean } | null
  /** For a profile that only verifies: what software last brought for a release on its way out of it. */
  lastRun: { version: string; passed: boolean; at: Date } | null
}

/** Where a profile stands: the worst of its deployment and its rules, in three words and in a sentence. */
export type ProfileStanding = {
  profile: string
  class: PolicyProfile['class']
  version: string | null
  state: MatrixState
  words: string
  sentence: string
  at: Date | null
}

/** Judges one profile from what runs there and from its cells of the grid. */
export function profileStanding(
  profile: PolicyProfile,
  cells: readonly { row: string; cell: MatrixCell }[],
  facts: ProfileFacts,
): ProfileStanding {
  const { live, running, failed, lastRun } = facts
  const base = { profile: profile.id, class: profile.class, version: live?.version ?? null, at: live?.since ?? null }
  if (running && !running.authorised)
    return {
      ...base,
      state: 'fail',
      words: 'unauthorised',
      sentence: `${running.version} is being deployed without authority, ${running.id}`,
      at: running.since,
    }
  if (live && !live.authorised)
    return { ...base, state: 'fail', words: 'unauthorised', sentence: `${live.version} was deployed without authority, ${live.deployment}` }
  if (failed)
    return {
      ...base,
      state: 'fail',
      words: `${failed.version} failed`,
      sentence: `${failed.id} of ${failed.version}${failed.authorised ? '' : ', without authority,'} failed: ${failed.why}`,
      at: failed.at,
    }
  const bad = cells.filter(({ cell }) => PROBLEM_STATES.includes(cell.state))
  const worst = worstState(bad.map(({ cell }) => cell.state))
  const first = bad.find(({ cell }) => cell.state === worst)
  if (first && PROBLEM_STATES.indexOf(worst) < PROBLEM_STATES.indexOf('warn')) {
    const more = bad.length > 1 ? `, and ${bad.length - 1} more` : ''
    return {
      ...base,
      state: worst,
      words: WORDS[worst] ?? worst,
      sentence: `${first.row}: ${first.cell.known}${more}`,
      at: first.cell.knownAt,
    }
  }
  const given = [
    running && { id: running.id, violations: running.violations },
    live && { id: live.deployment, violations: live.violations },
  ]
  const breach = given.find((each) => each !== null && each.violations > 0)
  if (breach)
    return {
      ...base,
      state: 'warn',
      words: 'input violation',
      sentence: `${breach.id}: ${breach.violations === 1 ? 'an input is' : `${breach.violations} inputs are`} not as the policy allows`,
    }
  if (first)
    return {
      ...base,
      state: 'warn',
      words: 'look',
      sentence: `${first.row}: ${first.cell.known}${bad.length > 1 ? `, and ${bad.length - 1} more` : ''}`,
      at: first.cell.knownAt,
    }
  if (running)
    return {
      ...base,
      state: 'running',
      words: 'deploying',
      sentence: `${running.version} is being deployed, ${running.id}`,
      at: running.since,
    }
  if (live) return { ...base, state: 'pass', words: 'authorised', sentence: 'Deployed with authority' }
  if (lastRun)
    return {
      ...base,
      version: lastRun.version,
      state: lastRun.passed ? 'pass' : 'fail',
      words: lastRun.passed ? 'passed' : 'failed',
      sentence: `Last run ${lastRun.passed ? 'passed' : 'failed'}`,
      at: lastRun.at,
    }
  return {
    ...base,
    state: 'na',
    words: profile.deployable ? 'nothing deployed' : 'never deployed',
    sentence: profile.deployable ? 'Nothing deployed yet' : 'Releases are never deployed here',
    at: null,
  }
}

const WORDS: Partial<Record<MatrixState, string>> = {
  glass: 'glass open',
  fail: 'rule broken',
  'open-drift': 'drift',
  stale: 'stale',
  drift: 'covered drift',
}
