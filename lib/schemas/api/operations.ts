import type { z } from 'zod'
import type { RefusalCode } from '@/lib/domain/refusal'
import type { Scope } from '@/lib/domain/scopes'
import { chooseVariantInput, startRunInput, tickItemInput } from '../checklist'
import { finishDeploymentInput, startDeploymentInput } from '../deployment'
import { recordEvidenceInput } from '../evidence'
import { recordKeyVersionInput, reportFingerprintsInput, retireKeyInput } from '../key'
import { applyPolicyInput } from '../policy'
import { openPromotionInput } from '../promotion'
import { registerReleaseInput } from '../release'
import { recordSecretAuditInput } from '../secret-audit'
import { recordSnapshotInput } from '../snapshot'
import * as audit from './audit'
import * as checklists from './checklists'
import * as deployments from './deployments'
import * as keys from './keys'
import * as promotions from './promotions'
import * as releases from './releases'
import * as systems from './systems'
import { revokeSelfInput } from './token'

export const TAGS = {
  Verdict: 'The question a pipeline asks before it deploys.',
  Systems: 'What is governed, and by which policy.',
  Releases: 'What was built, and the evidence and snapshots it rests on.',
  Checklists: 'Lists that are ticked item by item.',
  Secrets:
    'Which key a profile holds, by its name: ages, fingerprints and audits. A value never comes here; a fingerprint is an HMAC made where the value lives.',
  Promotions: 'A release on its way along an edge of the policy. Sealing and signing are acts of people in the browser.',
  Deployments: 'What was put where, and how it went.',
  Audit: 'Who did what to which subject, and when.',
  Token: 'The token that asks.',
} as const

export type Tag = keyof typeof TAGS

/** One operation of the API. What of `input` stands in the path goes there; the rest is query for a read and body for a write. */
export type Operation = {
  method: 'get' | 'post' | 'delete'
  /** Below /api/v1, with parts in braces named as in `input`. */
  path: `/${string}`
  tag: Tag
  summary: string
  description?: string
  input: z.ZodObject
  answer: z.ZodType | null
  /** Status of a good answer. */
  status: 200 | 201 | 204
  /** What a token needs; null: any token. */
  scope: Scope | null
  /** Refusals of its own, besides those that every read or write can meet. */
  refusals?: readonly RefusalCode[]
  /** Another media type the answer may have. */
  alsoAs?: string
}

/** Every operation of the API by its id: the OpenAPI document is made of it, and a test holds it against the route files. */
export const OPERATIONS = {
  getVerdict: {
    method: 'get',
    path: '/systems/{system}/profiles/{profile}/verdict',
    tag: 'Verdict',
    scope: 'read',
    status: 200,
    summary: 'May this release go to this profile now?',
    description:
      'Always answered with 200 for a system the token may see: GO, or NOT_YET with every reason and who can act. Judged from the facts at the database’s time, by the rules that judge the start of a deployment.',
    input: promotions.getVerdictInput,
    answer: promotions.VerdictAnswer,
  },
  listSystems: {
    method: 'get',
    path: '/systems',
    tag: 'Systems',
    scope: 'read',
    status: 200,
    summary: 'Systems the caller may see',
    input: systems.listSystemsInput,
    answer: systems.ListSystemsAnswer,
  },
  getSystem: {
    method: 'get',
    path: '/systems/{system}',
    tag: 'Systems',
    scope: 'read',
    status: 200,
    summary: 'A system: profiles, what runs on them, and its edges',
    input: systems.getSystemInput,
    answer: systems.SystemAnswer,
  },
  listPolicies: {
    method: 'get',
    path: '/systems/{system}/policies',
    tag: 'Systems',
    scope: 'read',
    status: 200,
    summary: 'Policy versions of a system, newest first',
    input: systems.listPoliciesInput,
    answer: systems.ListPoliciesAnswer,
  },
  getPolicy: {
    method: 'get',
    path: '/systems/{system}/policies/{number}',
    tag: 'Systems',
    scope: 'read',
    status: 200,
    summary: 'A policy version with its document',
    input: systems.getPolicyInput,
    answer: systems.PolicyAnswer,
    alsoAs: 'application/yaml',
  },
  applyPolicy: {
    method: 'post',
    path: '/policies',
    tag: 'Systems',
    scope: 'policy:apply',
    status: 201,
    summary: 'Store and activate a policy version',
    description:
      'An admin’s act, by a token that an admin made. The system is the one the document names; it comes into being with its first version. A body may have up to 1 MiB.',
    input: applyPolicyInput,
    answer: systems.AppliedPolicyAnswer,
    refusals: ['conflict'],
  },
  listReleases: {
    method: 'get',
    path: '/systems/{system}/releases',
    tag: 'Releases',
    scope: 'read',
    status: 200,
    summary: 'Releases of a system, newest build first',
    input: releases.listReleasesInput,
    answer: releases.ListReleasesAnswer,
  },
  registerRelease: {
    method: 'post',
    path: '/systems/{system}/releases',
    tag: 'Releases',
    scope: 'release:register',
    status: 201,
    summary: 'Register a release',
    description: 'A release never changes. Its artefact is named by digest, or by a tag that contains the git SHA.',
    input: registerReleaseInput,
    answer: releases.RegisteredReleaseAnswer,
    refusals: ['conflict', 'policy_forbids'],
  },
  getRelease: {
    method: 'get',
    path: '/systems/{system}/releases/{version}',
    tag: 'Releases',
    scope: 'read',
    status: 200,
    summary: 'A release with its changes and contributors',
    input: releases.getReleaseInput,
    answer: releases.ReleaseAnswer,
  },
  listEvidence: {
    method: 'get',
    path: '/systems/{system}/releases/{version}/evidence',
    tag: 'Releases',
    scope: 'read',
    status: 200,
    summary: 'Evidence of a release, newest first',
    input: releases.listEvidenceInput,
    answer: releases.ListEvidenceAnswer,
  },
  recordEvidence: {
    method: 'post',
    path: '/systems/{system}/releases/{version}/evidence',
    tag: 'Releases',
    scope: 'evidence:bring',
    status: 201,
    summary: 'Bring evidence for a gate',
    description:
      'Immutable, and bound to release and profile. Bringing it again renews it; the same result twice adds nothing and is answered with `duplicate: true`.',
    input: recordEvidenceInput,
    answer: releases.RecordedEvidenceAnswer,
    refusals: ['conflict', 'policy_forbids'],
  },
  listSnapshots: {
    method: 'get',
    path: '/systems/{system}/snapshots',
    tag: 'Releases',
    scope: 'read',
    status: 200,
    summary: 'Snapshots of a system’s profiles, newest first',
    input: releases.listSnapshotsInput,
    answer: releases.ListSnapshotsAnswer,
  },
  recordSnapshot: {
    method: 'post',
    path: '/systems/{system}/snapshots',
    tag: 'Releases',
    scope: 'snapshot:record',
    status: 201,
    summary: 'Record a snapshot of a profile',
    description: 'A newer snapshot makes evidence that is bound to the profile’s snapshots stale.',
    input: recordSnapshotInput,
    answer: releases.RecordedSnapshotAnswer,
    refusals: ['conflict'],
  },
  listChecklists: {
    method: 'get',
    path: '/systems/{system}/checklists',
    tag: 'Checklists',
    scope: 'read',
    status: 200,
    summary: 'Checklists of the active policy',
    input: checklists.listChecklistsInput,
    answer: checklists.ListChecklistsAnswer,
  },
  getChecklist: {
    method: 'get',
    path: '/systems/{system}/checklists/{checklist}',
    tag: 'Checklists',
    scope: 'read',
    status: 200,
    summary: 'A checklist with its items',
    input: checklists.getChecklistInput,
    answer: checklists.ChecklistAnswer,
  },
  listChecklistRuns: {
    method: 'get',
    path: '/systems/{system}/checklist-runs',
    tag: 'Checklists',
    scope: 'read',
    status: 200,
    summary: 'Runs of checklists, newest first',
    input: checklists.listRunsInput,
    answer: checklists.ListRunsAnswer,
  },
  startChecklistRun: {
    method: 'post',
    path: '/systems/{system}/checklist-runs',
    tag: 'Checklists',
    scope: 'checklist:run',
    status: 201,
    summary: 'Start a checklist for a release on its way to a profile',
    input: startRunInput,
    answer: checklists.StartedRunAnswer,
    refusals: ['wrong_state', 'policy_forbids', 'conflict'],
  },
  getChecklistRun: {
    method: 'get',
    path: '/checklist-runs/{run}',
    tag: 'Checklists',
    scope: 'read',
    status: 200,
    summary: 'A run with the state of each item',
    input: checklists.getRunInput,
    answer: checklists.RunAnswer,
  },
  chooseChecklistVariant: {
    method: 'post',
    path: '/checklist-runs/{run}/variant',
    tag: 'Checklists',
    scope: 'checklist:run',
    status: 200,
    summary: 'Choose by which way a run is walked',
    input: chooseVariantInput,
    answer: checklists.ChosenVariantAnswer,
    refusals: ['wrong_state', 'policy_forbids'],
  },
  tickChecklistItem: {
    method: 'post',
    path: '/checklist-runs/{run}/items/{item}',
    tag: 'Checklists',
    scope: 'checklist:run',
    status: 200,
    summary: 'Say of an item that it is done, failed, not applicable or open again',
    input: tickItemInput,
    answer: checklists.TickedItemAnswer,
    refusals: ['wrong_state', 'policy_forbids'],
  },
  getKeyStandings: {
    method: 'get',
    path: '/systems/{system}/keys',
    tag: 'Secrets',
    scope: 'read',
    status: 200,
    summary: 'How old the keys of a system are, and when they are due',
    description:
      'One entry for each rotation rule of the active policy, and what the reported fingerprints say: shared, not shifted, not changed.',
    input: keys.getKeyStandingsInput,
    answer: keys.KeyStandingsAnswer,
  },
  listKeyVersions: {
    method: 'get',
    path: '/systems/{system}/profiles/{profile}/keys',
    tag: 'Secrets',
    scope: 'read',
    status: 200,
    summary: 'Keys that a profile holds and held, newest first',
    input: keys.listKeyVersionsInput,
    answer: keys.ListKeyVersionsAnswer,
  },
  recordKeyVersion: {
    method: 'post',
    path: '/systems/{system}/profiles/{profile}/keys',
    tag: 'Secrets',
    scope: 'key:report',
    status: 201,
    summary: 'Record which key a profile holds',
    description:
      'By the name it has in the store, never its value. It is how a key becomes known: where the policy has a rotation rule, another key comes by a rotation only.',
    input: recordKeyVersionInput,
    answer: keys.RecordedKeyAnswer,
    refusals: ['conflict', 'policy_forbids', 'wrong_state'],
  },
  retireKey: {
    method: 'post',
    path: '/systems/{system}/profiles/{profile}/keys/{mapping}/retirement',
    tag: 'Secrets',
    scope: 'key:report',
    status: 201,
    summary: 'Record that an old key no longer works',
    input: retireKeyInput,
    answer: keys.RetiredKeyAnswer,
    refusals: ['wrong_state'],
  },
  listFingerprints: {
    method: 'get',
    path: '/systems/{system}/profiles/{profile}/fingerprints',
    tag: 'Secrets',
    scope: 'read',
    status: 200,
    summary: 'Fingerprints reported of a profile, newest first',
    input: keys.listFingerprintsInput,
    answer: keys.ListFingerprintsAnswer,
  },
  reportFingerprints: {
    method: 'post',
    path: '/systems/{system}/profiles/{profile}/fingerprints',
    tag: 'Secrets',
    scope: 'key:report',
    status: 201,
    summary: 'Report fingerprints of what a runtime holds',
    description:
      'Keyed HMACs, several at once, made where the values live with a key that stays there. Make that key once for a system, `openssl rand -hex 32`, keep it in the secret manager and give it a name, such as `h1`; then, for each value: `printf %s "$VALUE" | openssl dgst -sha256 -mac HMAC -macopt hexkey:"$HMAC_KEY" -r | cut -c1-64`. Only fingerprints of one HMAC key are compared. The answer says what speaks against the profile.',
    input: reportFingerprintsInput,
    answer: keys.ReportedFingerprintsAnswer,
  },
  listSecretAudits: {
    method: 'get',
    path: '/systems/{system}/secret-audits',
    tag: 'Secrets',
    scope: 'read',
    status: 200,
    summary: 'Audits of secrets and rotations, newest first',
    input: keys.listSecretAuditsInput,
    answer: keys.ListSecretAuditsAnswer,
  },
  recordSecretAudit: {
    method: 'post',
    path: '/systems/{system}/secret-audits',
    tag: 'Secrets',
    scope: 'key:report',
    status: 201,
    summary: 'Record an audit by SecOps',
    description:
      'Of a rotation that is over, or of a profile’s secret handling. Whoever stands behind the token is of SecOps and had no hand in what is audited.',
    input: recordSecretAuditInput,
    answer: keys.RecordedAuditAnswer,
    refusals: ['wrong_state', 'separation_of_duties', 'policy_forbids'],
  },
  listPromotions: {
    method: 'get',
    path: '/promotions',
    tag: 'Promotions',
    scope: 'read',
    status: 200,
    summary: 'Promotions, newest first',
    input: promotions.listPromotionsInput,
    answer: promotions.ListPromotionsAnswer,
  },
  openPromotion: {
    method: 'post',
    path: '/promotions',
    tag: 'Promotions',
    scope: 'promotion:open',
    status: 201,
    summary: 'Open a promotion along an edge of the policy',
    input: openPromotionInput,
    answer: promotions.OpenedPromotionAnswer,
    refusals: ['conflict', 'policy_forbids', 'gate_not_passed'],
  },
  getPromotion: {
    method: 'get',
    path: '/promotions/{promotion}',
    tag: 'Promotions',
    scope: 'read',
    status: 200,
    summary: 'A promotion: gates, slots, sealed version, and what stands in the way',
    input: promotions.getPromotionInput,
    answer: promotions.PromotionAnswer,
  },
  listDeployments: {
    method: 'get',
    path: '/deployments',
    tag: 'Deployments',
    scope: 'read',
    status: 200,
    summary: 'Deployments, newest first',
    input: deployments.listDeploymentsInput,
    answer: deployments.ListDeploymentsAnswer,
  },
  startDeployment: {
    method: 'post',
    path: '/deployments',
    tag: 'Deployments',
    scope: 'deployment:record',
    status: 201,
    summary: 'Record that a deployment starts',
    description:
      'Gates and signatures are judged again at this instant. A start without authority is recorded all the same, with `authorised: false` and every reason: what happened is a fact.',
    input: startDeploymentInput,
    answer: deployments.StartedDeploymentAnswer,
    refusals: ['conflict'],
  },
  getDeployment: {
    method: 'get',
    path: '/deployments/{deployment}',
    tag: 'Deployments',
    scope: 'read',
    status: 200,
    summary: 'A deployment',
    input: deployments.getDeploymentInput,
    answer: deployments.DeploymentAnswer,
  },
  finishDeployment: {
    method: 'post',
    path: '/deployments/{deployment}/result',
    tag: 'Deployments',
    scope: 'deployment:record',
    status: 200,
    summary: 'Record how a deployment ended',
    description: 'A stamp that differs from the release cannot end as a success.',
    input: finishDeploymentInput,
    answer: deployments.FinishedDeploymentAnswer,
    refusals: ['wrong_state', 'policy_forbids'],
  },
  listAuditEvents: {
    method: 'get',
    path: '/audit-events',
    tag: 'Audit',
    scope: 'read',
    status: 200,
    summary: 'The record, newest first',
    input: audit.listAuditEventsInput,
    answer: audit.ListAuditEventsAnswer,
  },
  revokeSelf: {
    method: 'delete',
    path: '/token/self',
    tag: 'Token',
    scope: null,
    status: 204,
    summary: 'Revoke the token that asks',
    description: 'For whoever finds one: it needs no scope and works at once (T19).',
    input: revokeSelfInput,
    answer: null,
  },
} as const satisfies Record<string, Operation>

export type OperationId = keyof typeof OPERATIONS
