import { z } from 'zod'
import { AUDIT_ACTIONS, type AuditAction } from '@/lib/domain/audit-event'
import { SUBJECT_KINDS } from '@/lib/domain/trail'
import { IsoInstant, Sha256, SystemSlug } from '../common'
import { pageAnswer, pageQuery, UtcInstant } from './common'

// The table of actions is the union, so its keys are exactly the actions.
const ACTIONS = Object.keys(AUDIT_ACTIONS) as AuditAction[]
export const listAuditEventsInput = z.strictObject({
  actor: z.uuid('an id of a principal').optional().describe('Id of who acted.'),
  action: z.enum(ACTIONS, 'an action such as promotion.signed').optional(),
  subjectKind: z.enum(SUBJECT_KINDS, `one of: ${SUBJECT_KINDS.join(', ')}`).optional(),
  subject: z.string().min(1).max(128).optional().describe('Id of what it was done to.'),
  system: SystemSlug.optional(),
  from: IsoInstant.optional().describe('Recorded at this instant or later.'),
  to: IsoInstant.optional().describe('Recorded before this instant.'),
  number: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().describe('The number of one entry in the log, from 1.'),
  proof: z
    .enum(['true', 'false'], 'true or false')
    .optional()
    .describe('Whether each entry comes with its proof; with at most 50 on a page.'),
  ...pageQuery,
})

const Value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])
const Values = z.record(z.string(), Value).nullable()

export const AuditEventAnswer = z
  .strictObject({
    id: z.uuid(),
    index: z.int().nullable().describe('Its place in the log, from 0; null while it waits for one.'),
    number: z.int().nullable().describe('The same for people, from 1.'),
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
    proof: z
      .strictObject({
        size: z.int().describe('How many entries the checkpoint covers.'),
        hashes: z.array(Sha256).describe('The inclusion proof (RFC 6962, 2.1.1), lowest first.'),
        checkpoint: z.string().describe('The signed checkpoint (c2sp.org/tlog-checkpoint) that the hashes lead to.'),
      })
      .nullable()
      .describe('Null unless asked for with `proof=true`, and while it waits for its place.'),
  })
  .meta({ id: 'AuditEvent' })
export const ListAuditEventsAnswer = pageAnswer(AuditEventAnswer)
