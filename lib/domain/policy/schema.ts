import { z } from 'zod'
import { Id, rule, Statement, Text } from './parts/basics'
import {
  Agent,
  Attestation,
  ClassBehaviour,
  Conflict,
  Constraint,
  ContactList,
  GoverningDocument,
  Observations,
  Phases,
  Profile,
  ProfileNaming,
  SourceDocument,
} from './parts/document'
import { Drift, Edge, NonGoals, Synchronisation } from './parts/edges'
import { Acceptance, Artefact, Assurance, Deployment, Isolation, Migration, Rollback, SeedData } from './parts/operations'
import { Checklist, Runbook } from './parts/steps'
import { ConfigStrategy, Topology } from './parts/topology'
import { Capability, ContractVariant, Rotation, Secrets, Variable } from './parts/variables'

/**
 * One release-rule document as data. Everything a system demands stands here; code names no system, profile, gate, slot or
 * variable (domain.md, what always holds, 1). Unknown keys are refused everywhere.
 */
export const PolicySchema = z
  .strictObject({
    $schema: z.string().max(300).optional().describe('Address of the JSON Schema, for editors.'),
    schema: z.literal(1).describe('Version of this format.'),
    system: z.strictObject({ slug: Id, name: Text, description: Text }).describe('The system under governance. The slug never changes.'),
    sources: z.array(SourceDocument).min(1).describe('The documents that rules cite.'),
    document: GoverningDocument,
    conflicts: z.array(Conflict).default([]),
    profiles: z.array(Profile).min(1).describe('In promotion order.'),
    profileNaming: ProfileNaming,
    classBehaviour: z.array(ClassBehaviour).default([]),
    agents: z.array(Agent).default([]),
    constraints: z.array(Constraint).default([]),
    topology: Topology.prefault({}),
    config: ConfigStrategy.prefault({}),
    variables: z.array(Variable).default([]),
    contractVariants: z.array(ContractVariant).default([]),
    capabilities: z.array(Capability).default([]),
    secrets: Secrets.prefault({}),
    rotation: Rotation.prefault({}),
    edges: z.array(Edge).describe('The only permitted promotions.'),
    checklists: z.array(Checklist).default([]),
    runbooks: z.array(Runbook).default([]),
    deployment: Deployment,
    artefact: Artefact,
    migrations: z.array(Migration).default([]),
    rollback: Rollback,
    seedData: z.array(SeedData).default([]),
    isolation: Isolation.prefault({}),
    changeSynchronisation: z.array(Synchronisation).default([]),
    phases: Phases.optional(),
    nonGoals: NonGoals.default([]),
    observations: Observations.prefault({
      staleAfter: 'PT24H',
      text: 'A fact that was not reported again within a day is stale.',
      assumed: true,
    }),
    attestations: z.array(Attestation).default([]),
    drift: Drift,
    contacts: z.array(ContactList).default([]),
    expectations: z
      .array(
        rule('ExpectationGroup', 'Expectations on one topic that are held and shown.', {
          id: Id,
          title: Text,
          statements: z.array(Statement).min(1),
        }),
      )
      .default([])
      .describe('Logging, metrics, hardening, developer workflow, continuous integration and the like.'),
    assurances: z.array(Assurance).default([]),
    acceptance: z.array(Acceptance).default([]),
  })
  .meta({ title: 'Countersign policy', description: 'The release rules of one system as data.' })

export type Policy = z.output<typeof PolicySchema>
export type PolicyProfile = Policy['profiles'][number]
export type ProfileClass = PolicyProfile['class']
export type PolicyConstraint = Policy['constraints'][number]
export type PolicyCell = PolicyConstraint['cells'][string]
export type PolicyVariable = Policy['variables'][number]
export type PolicySecretMapping = Policy['secrets']['mappings'][number]
export type PolicyEdge = Policy['edges'][number]
export type PolicyGate = PolicyEdge['gates'][number]
export type PolicySlot = PolicyEdge['signOff']['slots'][number]
export type PolicyOwnership = Policy['rotation']['ownership'][number]
export type PolicyFallback = NonNullable<PolicyOwnership['fallback']>
export type PolicyChecklist = Policy['checklists'][number]
export type PolicyItem = PolicyChecklist['items'][number]
export type PolicyRunbook = Policy['runbooks'][number]
export type PolicyCondition = NonNullable<PolicyItem['when']>
export type PolicyObserved = PolicyConstraint['observed'][number]
export type PolicyTier = Policy['drift']['tiers'][number]
export type PolicyNever = Policy['drift']['neverExceptable'][number]
