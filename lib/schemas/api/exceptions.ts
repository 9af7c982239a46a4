import { z } from 'zod'
import { EXCEPTION_STATES } from '@/lib/domain/exception'
import { ROLES } from '@/lib/domain/roles'
import { RULE_KINDS } from '@/lib/domain/rule-ref'
import { SystemSlug } from '../common'
import { RuleKey } from '../exception'
import { ExceptionId } from '../ids'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

export const listExceptionsInput = z.strictObject({
  system: SystemSlug.optional().describe('Only of this system.'),
  profile: z.string().min(1).max(64).optional().describe('Only on the profile of this id.'),
  state: z
    .enum(EXCEPTION_STATES, `one of: ${EXCEPTION_STATES.join(', ')}`)
    .optional()
    .describe('Only in this state, as judged now.'),
  ...pageQuery,
})
export const getExceptionInput = z.strictObject({ exception: ExceptionId })

export const ExceptionAnswer = z
  .strictObject({
    id: ExceptionId,
    system: SystemSlug,
    profile: z.string(),
    rule: RuleKey,
    kind: z.enum(RULE_KINDS),
    title: z.string(),
    expected: z.string().describe('As the policy says it.'),
    observed: z.string().describe('What is so instead.'),
    policy: z.strictObject({ number: z.int(), hash: z.string() }),
    state: z.enum(EXCEPTION_STATES).describe('As judged now: overdue from the very instant of its end.'),
    sentence: z.string().describe('As release notes print it.'),
    standing: z.string().describe('Where it stands and what is next.'),
    covers: z.boolean().describe('False: it is recorded, and never lets a gate or a binding rule of a production-like profile pass.'),
    owner: Who,
    filedBy: Who,
    filedAt: UtcInstant,
    startsAt: UtcInstant,
    endsAt: UtcInstant.describe('The end that holds, or that was asked for while nobody approved it.'),
    askedUntil: UtcInstant.nullable().describe('More time that waits for its approval.'),
    approvedAt: UtcInstant.nullable(),
    endedAt: UtcInstant.nullable(),
    extensions: z.int(),
    tier: z.string().describe('Id of the policy’s tier.'),
    reason: z.string().nullable().describe('Null once it was taken off the record.'),
    remediation: z.string().nullable(),
    conditions: z.array(z.string().nullable()),
    finding: z.string().nullable(),
    sealed: z.strictObject({ number: z.int(), hash: z.string() }).nullable().describe('The version that stands.'),
    slots: z
      .array(z.strictObject({ id: z.string(), title: z.string(), roles: z.array(z.enum(ROLES)), approvedBy: z.string().nullable() }))
      .describe('Who has to sign for what waits, or signed for what holds.'),
    closedBy: Who.nullable(),
    closingLink: z.string().nullable(),
    closingObservation: z.string().nullable(),
    judgedAt: UtcInstant,
  })
  .meta({ id: 'Exception', description: 'A drift exception: what deviates, since when, whose it is, until when, and how it gets fixed.' })
export const ListExceptionsAnswer = pageAnswer(ExceptionAnswer)

export const FiledExceptionAnswer = z
  .strictObject({
    id: ExceptionId,
    number: z.int().describe('Number of the sealed version.'),
    sealedHash: z.string(),
    tier: z.string(),
    isApproved: z.boolean().describe('True: its tier has no slots, so that filing approved it.'),
    covers: z.boolean().describe('Whether it covers its rule once it is approved.'),
  })
  .meta({ id: 'FiledException' })
export const ExtendedExceptionAnswer = z
  .strictObject({ id: ExceptionId, number: z.int(), sealedHash: z.string(), tier: z.string(), isApproved: z.boolean() })
  .meta({ id: 'ExtendedException', description: 'More time that was asked for; until it is approved the old end holds.' })
export const ClosedExceptionAnswer = z.strictObject({ id: ExceptionId, closedAt: UtcInstant }).meta({ id: 'ClosedException' })
export const WithdrawnExceptionAnswer = z.strictObject({ id: ExceptionId }).meta({ id: 'WithdrawnException' })
