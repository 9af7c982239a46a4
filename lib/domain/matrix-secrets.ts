import { formatDuration } from './duration'
import type { FingerprintFinding } from './fingerprint'
import { ageInWords, type KeyStanding } from './key-standing'
import {
  type CellFact,
  fieldProvenance,
  holders,
  type MatrixCell,
  type MatrixFacts,
  type MatrixGroup,
  type MatrixRow,
  nothing,
  type OpenGlass,
  unreported,
} from './matrix-cell'
import { approversWords, ownersWords } from './ownership'
import type { Policy, PolicyOwnership, PolicyProfile } from './policy/schema'
import { dateInWords, instantInWords } from './words'

// The rows of the grid about rotation and break-glass.

/** The rows of key rotation: for each thing that is rotated who owns, who approves, how, how old it is, and the fallback. */
export function rotationGroups(policy: Policy, facts: MatrixFacts): MatrixGroup[] {
  const { ownership } = policy.rotation
  const kinds = [...new Set(ownership.map(secretsOf))]
  return kinds.map((kind) => {
    const own = (profile: PolicyProfile) => ownership.find((each) => each.profile === profile.id && secretsOf(each) === kind)
    const row = (
      id: string,
      title: string,
      cell: (
        ownership: PolicyOwnership,
      ) => Omit<MatrixCell, 'profile' | 'provenance' | 'terms' | keyof typeof unreported> & { field: string; terms?: MatrixCell['terms'] },
    ): MatrixRow => ({
      id: `rotation.${kind}.${id}`,
      title,
      paths: [],
      check: null,
      cells: policy.profiles.map((profile): MatrixCell => {
        const rule = own(profile)
        if (!rule)
          return {
            profile: profile.id,
            ...unreported,
            ...nothing('na', 'no rule for this profile'),
            rule: null,
            terms: [],
            who: [],
            provenance: {},
          }
        const { field, terms = [], ...rest } = cell(rule)
        return { profile: profile.id, ...unreported, terms, ...rest, provenance: fieldProvenance(rule, field) }
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
          return {
            field: 'owners',
            rule: ownersWords(rule),
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
            rule: approversWords(rule),
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
export function glassGroup(policy: Policy, facts: MatrixFacts): MatrixGroup[] {
  const rows = policy.rotation.breakGlass.map(
    (entry): MatrixRow => ({
      id: `glass.${entry.id}`,
      title: entry.title.charAt(0).toUpperCase() + entry.title.slice(1),
      paths: [],
      check: null,
      cells: policy.profiles.map((profile): MatrixCell => {
        const base = {
          profile: profile.id,
          ...unreported,
          terms: [],
          who: [],
          provenance: { source: entry.source, assumed: entry.assumed },
        }
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
