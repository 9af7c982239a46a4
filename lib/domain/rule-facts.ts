import type { Policy, PolicyProfile } from './policy/schema'
import type { RuleRef } from './rule-ref'
import { provenanceOf, strengthOf } from './rule-strength'

type Of = (policy: Policy, profile: PolicyProfile) => Omit<RuleRef, 'key' | 'kind' | 'profile'> | null

/** The general facts of a profile, each with the rule of the policy that it answers; null where the policy has none there. */
const GENERAL: Readonly<Record<string, Of>> = {
  'environment.name': ({ profileNaming }, profile) => ({
    title: 'Name of the environment',
    expected: profileNaming.values[profile.id] ?? [profile.id, ...profile.aliases].join(' or '),
    strength: 'required',
    provenance: provenanceOf(profileNaming),
  }),
  'environment.label': ({ deployment }) =>
    deployment.targetIdentity
      ? {
          title: 'Label and real target',
          expected: deployment.targetIdentity.text,
          strength: 'required',
          provenance: provenanceOf(deployment),
        }
      : null,
  'environment.env-file': ({ secrets }, profile) => {
    const storage = secrets.storage.find(({ profiles, injection }) => profiles.includes(profile.id) && injection === 'env-only')
    return {
      title: 'Environment file',
      expected: storage?.text ?? 'No environment file is included when it starts',
      strength: 'forbidden',
      provenance: storage ? provenanceOf(storage) : { assumed: true },
    }
  },
  'routes.dev': ({ classBehaviour }, profile) => {
    const rule = classBehaviour.find(({ drives, classes }) => drives === 'routes' && classes.includes(profile.class))
    return rule
      ? {
          title: 'Development routes',
          expected: rule.text,
          strength: rule.state === 'disabled' || rule.state === 'fail-closed' ? 'forbidden' : 'other',
          provenance: provenanceOf(rule),
        }
      : null
  },
  seeding: ({ seedData }, profile) => {
    const rule = seedData.find(({ profiles }) => profiles.includes(profile.id))
    return rule ? { title: 'Seed data', expected: rule.text, strength: strengthOf(rule.level), provenance: provenanceOf(rule) } : null
  },
  migrations: ({ migrations }, profile) => {
    const rule = migrations.find(({ profiles }) => profiles === undefined || profiles.includes(profile.id))
    return rule ? { title: 'Migrations', expected: rule.text, strength: 'required', provenance: provenanceOf(rule) } : null
  },
  artefact: ({ artefact: { reference } }) => ({
    title: 'Artefact',
    expected: reference.text,
    strength: 'required',
    provenance: provenanceOf(reference),
  }),
}

/** A general fact as a rule on a profile: by its whole key, or a service, a check, an attestation or a document by its id. */
export function factRef(policy: Policy, profile: PolicyProfile, key: string): RuleRef | null {
  const base = { key, kind: 'fact' as const, profile: profile.id }
  const general = Object.hasOwn(GENERAL, key) ? GENERAL[key]?.(policy, profile) : null
  if (general) return { ...base, ...general }
  const id = key.slice(key.indexOf('.') + 1)
  if (key.startsWith('service.')) {
    const service = policy.topology.services.find((each) => each.id === id)
    return service
      ? {
          ...base,
          title: service.title,
          expected: service.role,
          strength: service.optional ? 'other' : 'required',
          provenance: provenanceOf(service),
        }
      : null
  }
  if (key.startsWith('check.')) return checkRef(policy, profile, base, id)
  if (key.startsWith('attestation.')) return attestationRef(policy, profile, base, id)
  if (key.startsWith('document.')) return documentRef(policy, base, id)
  return null
}

/** The general facts, services, attestations and checks that the policy judges on a profile, as rules. */
export function factRefs(policy: Policy, profile: PolicyProfile): RuleRef[] {
  const keys = [
    ...Object.keys(GENERAL),
    ...policy.topology.services.map(({ id }) => `service.${id}`),
    ...policy.attestations.map(({ id }) => `attestation.${id}`),
    ...policy.constraints.flatMap(({ observed, cells }) =>
      cells[profile.id] ? observed.flatMap((each) => (each.by === 'check' ? [`check.${each.check}`] : [])) : [],
    ),
  ]
  return [...new Set(keys)].flatMap((key) => factRef(policy, profile, key) ?? [])
}

type Base = { key: string; kind: 'fact'; profile: string }

function checkRef(policy: Policy, profile: PolicyProfile, base: Base, id: string): RuleRef | null {
  const constraint = policy.constraints.find(
    ({ check, observed, cells }) =>
      cells[profile.id] && (check === id || observed.some((each) => each.by === 'check' && each.check === id)),
  )
  const cell = constraint?.cells[profile.id]
  if (constraint && cell)
    return {
      ...base,
      title: constraint.title,
      expected: cell.text,
      strength: strengthOf(cell.level),
      provenance: provenanceOf(constraint),
    }
  const gate = policy.edges
    .filter(({ to }) => to === profile.id)
    .flatMap(({ gates }) => gates)
    .find(({ command, observed }) => command === id || observed.some((each) => each.by === 'check' && each.check === id))
  return gate
    ? {
        ...base,
        title: gate.title,
        expected: gate.asks,
        strength: gate.blocking ? 'required' : 'other',
        provenance: provenanceOf(gate),
      }
    : null
}

/** What a person attests of a profile; one of the whole system deviates nowhere in particular (002.14). */
function attestationRef(policy: Policy, profile: PolicyProfile, base: Base, id: string): RuleRef | null {
  const attestation = policy.attestations.find((each) => each.id === id && each.profiles?.includes(profile.id))
  return attestation
    ? {
        ...base,
        title: attestation.title,
        expected: attestation.text,
        strength: 'required',
        provenance: provenanceOf(attestation),
      }
    : null
}

const ID = /^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/

/** Where code, a workflow or another document disagrees: by the id that was reported, or that of a document. The governing one wins (004.1). */
function documentRef(policy: Policy, base: Base, id: string): RuleRef | null {
  if (!ID.test(id) || id.length > 64) return null
  const source = policy.sources.find((each) => each.id === id)
  const needed = policy.document.dependsOn.find((each) => each.id === id)
  return {
    ...base,
    title: source?.title ?? needed?.document ?? `Disagreement ${id}`,
    expected: policy.document.precedence ?? 'Code and workflows agree with the document',
    strength: 'required',
    provenance: provenanceOf(needed ?? policy.document),
  }
}
