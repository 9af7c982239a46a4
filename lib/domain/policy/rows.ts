import { edgeGates } from '../gate'
import type { Policy, PolicySlot } from './schema'

/** What a slot is for; a rule's slots are told apart by subject, rule and key. */
export type SlotSubject = 'promotion' | 'emergency' | 'rotation' | 'exception' | 'fallback'

export type SlotRow = {
  subject: SlotSubject
  /** Which rule of the policy the slot belongs to: an edge id, a rotation ownership id, a tier id. */
  rule: string
  edgeKey: string | null
  key: string
  title: string
  roles: string[]
  last: boolean
  position: number
}

/** The read-only rows of a policy version, by keys of the document; whoever stores them adds database ids. */
export type PolicyRows = ReturnType<typeof policyRows>

/**
 * Everything of a policy that evidence, sign-offs and rotations refer to by foreign key, as flat rows in document order
 * (domain.md: Policy). Gates include those that a constraint's moment makes (000.8), because evidence refers to them too.
 */
export function policyRows(policy: Policy) {
  return {
    profiles: policy.profiles.map((profile, position) => ({
      key: profile.id,
      name: profile.name,
      class: profile.class,
      position,
      deployable: profile.deployable,
      aliases: profile.aliases,
    })),
    edges: policy.edges.map((edge) => ({
      key: edge.id,
      fromKey: edge.from,
      toKey: edge.to,
      contributorsMaySign: edge.signOff.contributorsMaySign,
    })),
    gates: policy.edges.flatMap((edge) =>
      edgeGates(policy, edge).map((gate, position) => ({
        edgeKey: edge.id,
        key: gate.id,
        position,
        title: gate.title,
        kind: gate.kind,
        command: gate.command ?? null,
        validFor: gate.validFor ?? null,
        blocking: gate.blocking,
        moments: [...gate.moments],
      })),
    ),
    slots: slotRows(policy),
    ownerships: policy.rotation.ownership.map((ownership) => ({
      key: ownership.id,
      profileKey: ownership.profile,
      secretGroup: ownership.group ?? null,
      ownersMode: ownership.owners.mode,
      method: ownership.method,
      maxAge: ownership.maxAge ?? null,
    })),
    owners: policy.rotation.ownership.flatMap((ownership) =>
      ownership.owners.slots.map((slot) => ({
        ownershipKey: ownership.id,
        key: slot.id,
        title: slot.title,
        roles: slot.roles,
        agents: slot.agents,
      })),
    ),
    mappings: policy.secrets.mappings.map((mapping) => ({
      key: mapping.id,
      managerKey: mapping.managerKey,
      variable: mapping.variable,
      notes: mapping.notes,
      secretGroup: mapping.group ?? null,
    })),
    constraints: policy.constraints.flatMap((constraint) =>
      Object.entries(constraint.cells).map(([profileKey, cell]) => ({
        profileKey,
        concern: constraint.id,
        level: cell.level,
        moment: cell.moment ?? null,
        qualifiers: cell.qualifiers,
        subject: cell.subject ?? null,
        text: cell.text,
      })),
    ),
    variables: policy.variables.map((variable, position) => ({
      name: variable.name,
      category: variable.category,
      secret: variable.secret,
      position,
    })),
  }
}

function slotRows(policy: Policy): SlotRow[] {
  const rows = (subject: SlotSubject, rule: string, slots: readonly PolicySlot[], edgeKey: string | null = null): SlotRow[] =>
    slots.map((slot, position) => ({
      subject,
      rule,
      edgeKey,
      key: slot.id,
      title: slot.title,
      roles: slot.roles,
      last: slot.order === 'last',
      position,
    }))
  return [
    ...policy.edges.flatMap((edge) => [
      ...rows('promotion', edge.id, edge.signOff.slots, edge.id),
      ...rows('emergency', edge.id, edge.emergency?.slots ?? [], edge.id),
    ]),
    ...policy.rotation.ownership.flatMap((ownership) => [
      ...rows('rotation', ownership.id, ownership.approval.slots),
      ...rows('fallback', ownership.id, ownership.fallback?.slots ?? []),
    ]),
    ...policy.rotation.breakGlass.flatMap((entry) => rows('fallback', entry.id, entry.fallback.slots)),
    ...policy.drift.tiers.flatMap((tier) => rows('exception', tier.id, tier.slots)),
  ]
}
