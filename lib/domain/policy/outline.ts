import { formatDuration, isDuration } from '../duration'
import type { Provenance } from './parts/basics'
import type { Policy } from './schema'

/** A short fact of a rule: "valid for", "24 hours". `assumed` when the source does not give it. */
export type OutlineFact = { label: string; value: string; assumed: boolean }

/** One rule or part of a policy, with everything it says: words, short facts, and lists of further rules. */
export type OutlineEntry = {
  id: string
  title: string
  text: string | null
  facts: OutlineFact[]
  lists: { label: string; entries: OutlineEntry[] }[]
  provenance: Provenance | null
}

export type OutlineSection = { id: keyof Policy; title: string; entry: OutlineEntry }

/** Every part of a policy under the heading people look for it by, in the order in which one reads it. A part without a heading does not compile. */
const HEADINGS = {
  document: 'The document',
  profiles: 'Profiles',
  profileNaming: 'Names of profiles',
  classBehaviour: 'What follows from a class',
  constraints: 'Constraints',
  edges: 'Ways, gates and signatures',
  checklists: 'Checklists',
  deployment: 'Deployment',
  artefact: 'Artefacts',
  rollback: 'Rollback',
  migrations: 'Migrations',
  seedData: 'Seed data',
  isolation: 'Isolation',
  variables: 'Variables',
  contractVariants: 'Sets of required variables',
  capabilities: 'Capabilities',
  config: 'Configuration',
  secrets: 'Secrets',
  rotation: 'Key rotation',
  runbooks: 'Runbooks',
  observations: 'What is reported',
  attestations: 'Attestations',
  drift: 'Drift',
  changeSynchronisation: 'What changes together',
  topology: 'Topology',
  phases: 'Phases of the project',
  contacts: 'Contacts',
  agents: 'Agents',
  expectations: 'Expectations',
  nonGoals: 'Non-goals',
  assurances: 'What the rules are for',
  acceptance: 'Acceptance',
  conflicts: 'Where documents disagree',
  system: 'The system',
  sources: 'Sources',
} as const satisfies Record<Exclude<keyof Policy, '$schema' | 'schema'>, string>

type Json = Record<string, unknown>
const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Everything a policy says, in sections; empty ones are left out. A test proves that no text of the document is lost. */
export function outlineOf(policy: Policy): OutlineSection[] {
  return (Object.keys(HEADINGS) as (keyof typeof HEADINGS)[]).flatMap((id) => {
    const value = policy[id]
    const title = HEADINGS[id]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return []
    const entry = Array.isArray(value)
      ? {
          id,
          title,
          text: null,
          facts: [],
          lists: [{ label: title, entries: value.map((item, index) => entryOf(item as Json, String(index + 1))) }],
          provenance: null,
        }
      : entryOf(value as Json, id, title)
    return entry.facts.length + entry.lists.length === 0 && entry.text === null ? [] : [{ id, title, entry }]
  })
}

/** Keys whose value is the name of a rule or its sentence; everything else is a fact or a list. */
const TITLES = ['title', 'name', 'term', 'label', 'component'] as const
const TEXTS = ['text', 'asks', 'meaning', 'description'] as const

function entryOf(value: Json, fallback: string, heading?: string): OutlineEntry {
  const titleKey = heading === undefined ? TITLES.find((key) => typeof value[key] === 'string') : undefined
  const textKey = TEXTS.find((key) => typeof value[key] === 'string')
  const id = typeof value.id === 'string' ? value.id : fallback
  const { source, assumed, assumedFields } = value as Provenance
  const entry: OutlineEntry = {
    id,
    title: heading ?? (titleKey ? String(value[titleKey]) : id),
    text: textKey ? String(value[textKey]) : null,
    facts: [],
    lists: [],
    provenance: source || assumed ? { source, assumed, assumedFields } : null,
  }
  for (const [key, each] of Object.entries(value)) {
    if (
      key === titleKey ||
      key === textKey ||
      ['source', 'assumed', 'assumedFields'].includes(key) ||
      (key === 'id' && heading !== undefined)
    )
      continue
    if (key === 'id' && entry.title === id) continue
    addTo(entry, key, each, assumedFields?.includes(key) ?? false)
  }
  return entry
}

function addTo(entry: OutlineEntry, key: string, value: unknown, assumed: boolean): void {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return
  const label = words(key)
  if (Array.isArray(value) && value.every(isRecord)) {
    entry.lists.push({ label, entries: value.map((item, index) => entryOf(item, String(index + 1))) })
  } else if (isRecord(value)) {
    const entries = Object.entries(value)
    if (entries.length === 0) return
    if (entries.every(([, each]) => isRecord(each)))
      entry.lists.push({ label, entries: entries.map(([name, each]) => entryOf(each as Json, name, name)) })
    else if (entries.some(([, each]) => isRecord(each) || Array.isArray(each)) || 'text' in value)
      entry.lists.push({ label, entries: [entryOf(value, key, label)] })
    else entry.facts.push({ label, value: entries.map(([name, each]) => `${words(name)}: ${scalar(each)}`).join('; '), assumed })
  } else {
    entry.facts.push({ label, value: Array.isArray(value) ? value.map(scalar).join(', ') : scalar(value), assumed })
  }
}

function scalar(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string' && isDuration(value)) return formatDuration(value)
  return String(value)
}

/** "requiresApprovedBundle" as "requires approved bundle"; a key with other signs is a name and stays as it is. */
function words(key: string): string {
  return /^[a-z][A-Za-z]*$/.test(key) ? key.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase() : key
}
