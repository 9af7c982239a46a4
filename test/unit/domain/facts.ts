import type { Actor, Grant } from '@/lib/domain/context'
import { sealText } from '@/lib/domain/dossier'
import type { ExceptionStanding } from '@/lib/domain/exception'
import type { FindingStanding } from '@/lib/domain/finding'
import { type EdgeGate, type EvidenceFact, edgeGates, type GateFacts, judgeGate } from '@/lib/domain/gate'
import { isProductionLike } from '@/lib/domain/policy/resolve'
import type { Policy } from '@/lib/domain/policy/schema'
import { dossierOf, type PromotionFacts } from '@/lib/domain/promotion'
import { driftOnWay, type PromotionDrift } from '@/lib/domain/promotion-drift'
import type { Role } from '@/lib/domain/roles'
import { loadPolicy } from '../policy/policies'

// Facts for the pure rules, built from the real policies: everything passes, and a test says what differs.

/** The instant of these tests. */
export const NOW = new Date('2026-11-19T12:00:00Z')

/** So many hours after (or before) `NOW`. */
export const hours = (count: number): Date => new Date(NOW.getTime() + count * 3_600_000)

/** How many runs a property gets: a share of `TEST_SCALE`. */
export const runs = (count: number): number => Math.max(1, Math.round(count * Number(process.env.TEST_SCALE ?? 1)))

export const robodj: Policy = loadPolicy('robodj')

/** A grant, held for a year by default and given by the console. */
export function aGrant(principalId: string, role: Role, more: Partial<Grant> = {}): Grant {
  return {
    id: `grant-${principalId}-${role}`,
    principalId,
    role,
    systemId: 'robodj',
    grantedById: null,
    startsAt: hours(-8_760),
    endsAt: null,
    ...more,
  }
}

/** A person with roles, held for long on the system of these tests. */
export function aPerson(id: string, roles: readonly Role[] = [], grants: readonly Grant[] = roles.map((role) => aGrant(id, role))): Actor {
  return { id, kind: 'person', name: id[0]?.toUpperCase() + id.slice(1), countsAsId: id, grants, session: null, token: null }
}

/** A token made by somebody: it holds its maker's grants and its acts count as theirs. */
export function aToken(maker: Actor, scopes: readonly string[], systemId: string | null = 'robodj'): Actor {
  return { ...maker, id: `token-of-${maker.id}`, kind: 'token', name: 'Pipeline', token: { id: 't', systemId, scopes, gates: [] } }
}

const BRINGER = { id: 'ci', name: 'Pipeline', kind: 'token' } as const
let made = 0

/** Evidence brought an hour ago that passes. */
export function someEvidence(more: Partial<EvidenceFact> = {}): EvidenceFact {
  made += 1
  return {
    id: `evidence-${made}`,
    verdict: 'pass',
    recordedAt: hours(-1),
    snapshotId: null,
    broughtBy: BRINGER,
    summary: 'exit 0',
    link: null,
    ...more,
  }
}

/** Facts on which a gate passes at `NOW`. */
export function passing(gate: EdgeGate): GateFacts {
  const snapshot = gate.boundToSnapshotOf ? { id: 'snapshot-1', takenAt: hours(-5), digest: 'd'.repeat(64) } : null
  return {
    evidence: gate.kind === 'checklist' ? [] : [someEvidence({ id: `evidence-of-${gate.id}`, snapshotId: snapshot?.id ?? null })],
    newestSnapshot: snapshot,
    checklist:
      gate.kind === 'checklist'
        ? {
            runId: 'run-1',
            templateHash: 'a'.repeat(64),
            file: 'LIST.md',
            done: 3,
            total: 3,
            failed: 0,
            lastTickAt: hours(-1),
            lastTickBy: BRINGER,
          }
        : null,
    exception: null,
  }
}

/** A running exception from the launch path of prod, approved a day ago, that ends in a day. */
export function anException(more: Partial<ExceptionStanding> = {}): ExceptionStanding {
  const approvedAt = more.approvedAt === undefined ? hours(-24) : more.approvedAt
  const endsAt = more.endsAt ?? hours(24)
  return {
    id: 'EXC-0031',
    system: 'robodj',
    profile: 'prod',
    rule: 'runtime.launchPath',
    title: 'Launch path',
    expected: 'RoboDJ_Launcher.bat',
    observed: 'python',
    owner: { id: 'jonah', name: 'Jonah', kind: 'person', countsAsId: 'jonah' },
    startsAt: hours(-30),
    endsAt,
    approvedAt,
    endedAt: null,
    status: 'approved',
    covers: true,
    extensions: 0,
    reason: '1'.repeat(64),
    remediation: '2'.repeat(64),
    finding: null,
    terms: approvedAt ? [{ approvedAt, until: endsAt }] : [],
    ...more,
  }
}

/** An open finding about the launch path of prod that holds. */
export function aFinding(more: Partial<FindingStanding> = {}): FindingStanding {
  return {
    id: 'FND-0007',
    system: 'robodj',
    profile: 'prod',
    rule: 'runtime.launchPath',
    kind: 'drift',
    severity: 'block',
    title: 'Launch path',
    expected: 'RoboDJ_Launcher.bat',
    observed: 'python',
    instance: null,
    openedAt: hours(-3),
    acknowledgedAt: null,
    ...more,
  }
}

/** What deviates between staging and prod, as a promotion sees it at an instant. */
export function deviating(exceptions: readonly ExceptionStanding[], findings: readonly FindingStanding[] = [], now = NOW): PromotionDrift {
  return driftOnWay({ exceptions, findings }, { system: 'robodj', from: 'staging', to: 'prod' }, now)
}

export type Changes = Partial<Omit<PromotionFacts, 'gates'>> & {
  policyOf?: Policy
  edgeId?: string
  gateFacts?: Record<string, Partial<GateFacts>>
  now?: Date
}

/** A promotion of 2.4.0 from staging to prod whose every gate passes at `NOW`; nothing is sealed. */
export function aPromotion({
  policyOf = robodj,
  edgeId = 'staging->prod',
  gateFacts = {},
  now = NOW,
  ...changes
}: Changes = {}): PromotionFacts {
  const edge = policyOf.edges.find(({ id }) => id === edgeId)
  if (!edge) throw new Error(`There is no edge ${edgeId}`)
  const target = policyOf.profiles.find(({ id }) => id === edge.to)
  return {
    id: 'PRM-0142',
    system: { id: policyOf.system.slug, name: policyOf.system.name },
    status: 'open',
    openedAt: hours(-48),
    openedBy: { id: 'olga', name: 'Olga', kind: 'person', countsAsId: 'olga' },
    window: null,
    release: {
      id: 'release-240',
      version: '2.4.0',
      gitSha: 'c0ffee'.padEnd(40, '0'),
      artefact: `registry.example/app@sha256:${'1'.repeat(64)}`,
      buildDate: hours(-50),
      schemaBackwardCompatible: true,
      bundleApprovedAt: hours(-40),
      registeredBy: { id: 'olga', name: 'Olga', kind: 'person', countsAsId: 'olga' },
      changes: [{ kind: 'fix', summary: 'Mixing no longer stutters', reference: '#12' }],
      contributors: [{ identity: 'carl@example.org', principalId: 'carl', commits: 3 }],
    },
    policy: { versionId: 'version-1', number: 1, hash: 'b'.repeat(64), policy: policyOf, activeNumber: 1 },
    edge,
    emergency: null,
    debts: [],
    keys: [],
    targetIsProductionLike: target ? isProductionLike(target.class) : true,
    gates: edgeGates(policyOf, edge).map((gate) => judgeGate(gate, { ...passing(gate), ...gateFacts[gate.id] }, now)),
    baseline: { promotion: 'PRM-0100', version: '2.3.0', gitSha: 'b0ba'.padEnd(40, '0'), signedAt: hours(-500) },
    exceptions: [],
    drift: [],
    budget: null,
    snapshot: { profile: 'prod', digest: 'd'.repeat(64), takenAt: hours(-5) },
    live: {
      deploymentId: 'DEP-0099',
      releaseId: 'release-230',
      version: '2.3.0',
      gitSha: 'b0ba'.padEnd(40, '0'),
      buildDate: hours(-600),
      since: hours(-490),
    },
    isOlderThanLive: false,
    sealed: null,
    nextNumber: 1,
    signOffs: [],
    deploymentRunning: null,
    ...changes,
  }
}

/** The same promotion with its dossier sealed two hours ago, as it stood in `as`. */
export function sealed(facts: PromotionFacts, as: PromotionFacts = facts): PromotionFacts {
  const dossier = dossierOf(as, 1)
  const sealedBy = { id: 'rita', name: 'Rita', kind: 'person', countsAsId: 'rita' } as const
  return {
    ...facts,
    sealed: { id: 'sealed-1', number: 1, hash: sealText(dossier).hash, dossier, sealedAt: hours(-2), sealedBy },
    nextNumber: 2,
  }
}

/** An approving sign-off that stands, one for each slot named, by as many people. */
export function signedBy(...slots: string[]): PromotionFacts['signOffs'] {
  return slots.map((slotKey) => ({
    id: `SIG-${slotKey}`,
    slotKey,
    signerId: `signer-of-${slotKey}`,
    signerName: `Signer of ${slotKey}`,
    decision: 'approve',
    signedAt: hours(-1),
  }))
}

/** The slots of the way to prod in the policy of these tests. */
export const PROD_SLOTS = ['release-manager', 'secops', 'management', 'production-approver']
