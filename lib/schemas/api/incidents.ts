import { z } from 'zod'
import { DEBT_KINDS } from '@/lib/domain/debt'
import { FALLBACK_PHASES, FALLBACK_PURPOSES } from '@/lib/domain/fallback'
import { INCIDENT_PHASES, SEVERITIES } from '@/lib/domain/incident'
import { ROLES } from '@/lib/domain/roles'
import { ProfileKey, SystemSlug } from '../common'
import { FallbackId, IncidentId } from '../ids'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

export const DebtAnswer = z
  .strictObject({
    kind: z.enum(DEBT_KINDS),
    profile: z.string(),
    subject: z.strictObject({ kind: z.enum(['fallback', 'rotation', 'promotion']), id: z.string() }),
    incident: z.string().nullable(),
    what: z.string().describe('What is owed, in a few words.'),
    sentence: z.string(),
    who: z.string().describe('Who can pay it, in words.'),
    roles: z.array(z.enum(ROLES)),
    since: UtcInstant,
    dueAt: UtcInstant.nullable().describe('By when, where the policy says so.'),
    overdue: z.boolean(),
  })
  .meta({ id: 'Debt', description: 'What a fallback use, an emergency or a rollback still owes.' })

export const listIncidentsInput = z.strictObject({
  system: SystemSlug.optional().describe('Only of this system.'),
  state: z
    .enum(INCIDENT_PHASES, `one of: ${INCIDENT_PHASES.join(', ')}`)
    .optional()
    .describe('Only in this state.'),
  ...pageQuery,
})
export const getIncidentInput = z.strictObject({ incident: IncidentId })

const incident = {
  id: IncidentId,
  system: SystemSlug,
  profile: z.string().nullable().describe('Null: the whole system.'),
  title: z.string(),
  severity: z.enum(SEVERITIES),
  reference: z.string().nullable().describe('Its name outside.'),
  state: z.enum(INCIDENT_PHASES),
  commander: Who.nullable(),
  declaredBy: Who,
  openedAt: UtcInstant,
  closedBy: Who.nullable(),
  closedAt: UtcInstant.nullable(),
  postmortem: z.string().nullable(),
}
export const IncidentSummary = z.strictObject(incident).meta({ id: 'IncidentSummary' })
export const ListIncidentsAnswer = pageAnswer(IncidentSummary)
export const IncidentAnswer = z
  .strictObject({
    ...incident,
    rotations: z.array(z.string()),
    fallbackUses: z.array(z.string()),
    promotions: z.array(z.string()),
    debts: z.array(DebtAnswer).describe('What is unpaid under it; it is not closed over them.'),
    judgedAt: UtcInstant,
  })
  .meta({ id: 'Incident' })
export const DeclaredIncidentAnswer = z.strictObject({ id: IncidentId }).meta({ id: 'DeclaredIncident' })

const Secret = z.strictObject({
  mapping: z.string(),
  variable: z.string(),
  file: z.string().nullable().describe('The fallback file, by its name.'),
})

export const listFallbackUsesInput = z.strictObject({
  system: SystemSlug.optional().describe('Only of this system.'),
  state: z
    .enum(FALLBACK_PHASES, `one of: ${FALLBACK_PHASES.join(', ')}`)
    .optional()
    .describe('Only in this state, as judged now.'),
  ...pageQuery,
})
export const getFallbackUseInput = z.strictObject({ fallback: FallbackId })

export const FallbackUseAnswer = z
  .strictObject({
    id: FallbackId,
    system: SystemSlug,
    profile: z.string(),
    rule: z.string().describe('Id of the policy’s fallback rule.'),
    policy: z.strictObject({ number: z.int(), hash: z.string() }),
    state: z.enum(FALLBACK_PHASES).describe('As judged now: expiry counts from its very instant.'),
    sentence: z.string().describe('Where it stands and what is next.'),
    allows: z.string().describe('Exactly what is allowed.'),
    secrets: z.array(Secret),
    purpose: z.enum(FALLBACK_PURPOSES),
    ticket: z.string().nullable(),
    incident: z.string().nullable(),
    askedBy: Who,
    askedAt: UtcInstant,
    askedUntil: UtcInstant,
    ownRequest: z.boolean().describe('A commander’s own request during an open incident was its grant.'),
    grantedAt: UtcInstant.nullable(),
    expiresAt: UtcInstant.nullable(),
    endedAt: UtcInstant.nullable(),
    endedHow: z.enum(['expired', 'returned']).nullable(),
    extensions: z.int(),
    exposed: z.boolean().nullable(),
    cleanedUpBy: Who.nullable(),
    cleanedUpAt: UtcInstant.nullable(),
    reviewedBy: Who.nullable(),
    reviewedAt: UtcInstant.nullable(),
    reviewFinding: z.enum(['accepted', 'concern']).nullable(),
    slots: z.array(z.strictObject({ id: z.string(), title: z.string(), roles: z.array(z.enum(ROLES)), grantedBy: z.string().nullable() })),
    judgedAt: UtcInstant,
  })
  .meta({ id: 'FallbackUse' })
export const ListFallbackUsesAnswer = pageAnswer(FallbackUseAnswer)

export const getFallbackStateInput = z.strictObject({ system: SystemSlug, profile: ProfileKey })
export const FallbackStateAnswer = z
  .strictObject({
    system: SystemSlug,
    profile: z.string().describe('Id of the profile; as asked where the policy has no such name, and then nothing is open.'),
    open: z.boolean().describe('Whether anything is allowed beside the normal flow at this instant.'),
    until: UtcInstant.nullable().describe('When the last of it ends by itself.'),
    uses: z.array(
      z.strictObject({
        id: FallbackId,
        rule: z.string(),
        allows: z.string(),
        secrets: z.array(Secret),
        incident: z.string().nullable(),
        openUntil: UtcInstant,
      }),
    ),
    judgedAt: UtcInstant,
  })
  .meta({ id: 'FallbackState' })

export const listDebtsInput = z.strictObject({ system: SystemSlug, profile: ProfileKey.optional().describe('Only of this profile.') })
export const ListDebtsAnswer = z.strictObject({ items: z.array(DebtAnswer), judgedAt: UtcInstant }).meta({ id: 'Debts' })
