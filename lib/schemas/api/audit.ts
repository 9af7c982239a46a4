import { z } from 'zod'
import { AUDIT_ACTIONS, type AuditAction, type SubjectKind } from '@/lib/domain/audit-event'
import { IsoInstant, Sha256, SystemSlug } from '../common'
import { pageAnswer, pageQuery, UtcInstant } from './common'

// The table of actions is the union, so its keys are exactly the actions.
const ACTIONS = Object.keys(AUDIT_ACTIONS) as AuditAction[]
// A record, so that a kind missing here does not compile.
const KINDS: Record<SubjectKind, true> = {
  system: true,
  policy: true,
  principal: true,
  grant: true,
  token: true,
  session: true,
  release: true,
  snapshot: true,
  evidence: true,
  checklist_template: true,
  checklist_run: true,
  promotion: true,
  sign_off: true,
  release_notes: true,
  deployment: true,
  key: true,
  rotation: true,
  secret_audit: true,
  incident: true,
  fallback: true,
  contact: true,
  observation: true,
  finding: true,
  exception: true,
  attestation: true,
  contract: true,
  environment_flag: true,
  governed_change: true,
  trail: true,
  log: true,
  statement: true,
}
const SUBJECT_KINDS = Object.keys(KINDS) as SubjectKind[]

export const listAuditEventsInput = z.strictObject({
  actor: z.uuid('an id of a principal').optional().describe('Id of who acted.'),
  action: z.enum(ACTIONS, 'an action such as promotion.signed').optional(),
  subjectKind: z.enum(SUBJECT_KINDS, `one of: ${SUBJECT_KINDS.join(', ')}`).optional(),
  subject: z.string().min(1).max(128).optional().describe('Id of what it was done to.'),
  system: SystemSlug.optional(),
  from: IsoInstant.optional().describe('Recorded at this instant or later.'),
  to: IsoInstant.optional().describe('Recorded before this instant.'),
  ...pageQuery,
})

const Value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])
const Values = z.record(z.string(), Value).nullable()

export const AuditEventAnswer = z
  .strictObject({
    id: z.uuid(),
    recordedAt: UtcInstant.describe('When the database recorded it.'),
    sentence: z.string().describe('What happened, in words.'),
    action: z.enum(ACTIONS),
    actor: z.strictObject({ id: z.string(), kind: z.enum(['person', 'token', 'agent']), name: z.string(), roles: z.array(z.string()) }),
    system: z.string().nullable(),
    subject: z.strictObject({ kind: z.enum(SUBJECT_KINDS), id: z.string(), version: z.int().nullable() }),
    decision: z.enum(['approve', 'decline']).nullable(),
    dossier: Sha256.nullable(),
    policy: Sha256.nullable(),
    before: Values,
    after: Values,
    outcome: z.enum(['done', 'refused']),
    reason: z.string().nullable(),
    count: z.int(),
    canonical: z.string().describe('The canonical text (RFC 8785), the only truth; everything else is read from it.'),
    leafHash: Sha256.describe('SHA-256 of 0x00 and the canonical text (RFC 6962).'),
  })
  .meta({ id: 'AuditEvent' })
export const ListAuditEventsAnswer = pageAnswer(AuditEventAnswer)
