import { z } from 'zod'
import { QUESTIONS } from '@/lib/domain/auditor/questions'
import { IsoInstant, Sha256, SystemSlug } from '../common'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

const Day = z.iso.date('a day such as 2026-11-19')
const NUMBER = 'The number of the entry in the log, from 1; null while it waits for one.'

const within = {
  from: Day.optional().describe('First UTC day; without it the 90 days up to `to`.'),
  to: Day.optional().describe('Last UTC day, included; without it today.'),
  system: SystemSlug.optional(),
}

export const answerQuestionInput = z.strictObject({
  question: z.enum(QUESTIONS, `one of: ${QUESTIONS.join(', ')}`).describe('A saved question of the auditor’s room.'),
  ...within,
  ...pageQuery,
})

export const AnsweredQuestion = pageAnswer(
  z
    .strictObject({
      at: UtcInstant,
      entry: z
        .strictObject({ id: z.uuid(), number: z.int().nullable().describe(NUMBER) })
        .nullable()
        .describe('The entry of the trail that shows it; null where a rule and not an act found it.'),
      who: Who.nullable(),
      subject: z.strictObject({ kind: z.string(), id: z.string(), label: z.string() }),
      system: z.string().nullable(),
      profile: z.string().nullable(),
      says: z.string().describe('What was found, in a sentence.'),
      standing: z.string().describe('How it stands, in a few words.'),
      gravity: z
        .enum(['fail', 'warn', 'note', 'pass'])
        .describe('`fail` wants an answer, `warn` a look, `note` is for knowing, `pass` is settled.'),
    })
    .meta({ id: 'AuditFinding' }),
)

export const getPopulationInput = z.strictObject(within)

const Bound = z.strictObject({
  size: z.int(),
  root: Sha256,
  note: z.string().describe('The signed checkpoint (c2sp.org/tlog-checkpoint).'),
})

export const PopulationAnswer = z
  .strictObject({
    format: z.literal('countersign-population/1'),
    what: z.string(),
    from: z.string(),
    to: z.string(),
    system: z.string().nullable(),
    systems: z.array(z.string()).describe('The systems it is of.'),
    digest: Sha256.describe('SHA-256 of the ids of the changes, in order, one a line.'),
    changes: z.array(
      z.strictObject({
        kind: z.enum(['promotion', 'deployment']),
        id: z.string(),
        system: z.string(),
        at: UtcInstant.describe('As the signed bytes say it.'),
        entryId: z.uuid(),
        index: z.int().nullable().describe('Its place in the log, from 0; null while it waits for one.'),
        number: z.int().nullable().describe(NUMBER),
        leaf: Sha256,
      }),
    ),
    differences: z
      .strictObject({ onlyInRows: z.array(z.string()), onlyInTrail: z.array(z.string()) })
      .describe('What the tables and the trail say differently; both empty when they agree.'),
    log: z
      .strictObject({
        firstIndex: z.int(),
        lastIndex: z.int(),
        before: Bound.nullable().describe('The checkpoint before the period; null where the log began in it.'),
        subtreesBefore: z
          .array(Sha256)
          .describe('The subtrees of the log before the period, largest first: with the leaves behind them they give the later root.'),
        after: Bound,
        consistency: z.array(Sha256).describe('The consistency proof between the two (RFC 6962, 2.1.2).'),
        vkeys: z.array(z.string()),
      })
      .nullable()
      .describe('Null while nothing of the period has its place in the log.'),
  })
  .meta({ id: 'Population', description: 'Every change of a period, with what proves that they are all of them.' })

export const getSegregationInput = z.strictObject({
  at: IsoInstant.optional().describe('As of this instant, not later than now; without it now.'),
  system: SystemSlug.optional(),
})

const names = z.array(z.string())

const Rule = z.strictObject({
  subject: z.enum(['promotion', 'emergency', 'rotation', 'exception', 'fallback']),
  rule: z.string(),
  title: z.string(),
  openers: names.describe('Roles that may open what it signs.'),
  gap: z.string().nullable().describe('Why its slots could not be filled together; null when they could.'),
  slots: z.array(
    z.strictObject({
      key: z.string(),
      title: z.string(),
      roles: names,
      last: z.boolean(),
      fillers: z
        .array(
          z.strictObject({
            id: z.uuid(),
            name: z.string(),
            role: z.string(),
            grant: z.uuid(),
            everySystem: z.boolean(),
            since: UtcInstant,
            until: UtcInstant.nullable(),
          }),
        )
        .describe('Everybody who could fill it, and the grant that it would rest on.'),
      barred: z.array(z.strictObject({ name: z.string(), why: z.string() })).describe('Who held its role and could not.'),
    }),
  ),
})

const Conflict = z.strictObject({
  kind: z.enum(['nobody', 'gap', 'one_person', 'self_granted', 'requests_and_signs', 'several_slots', 'admin_signs', 'software']),
  severity: z.enum(['fail', 'warn', 'note']),
  who: z.string().nullable(),
  says: z.string(),
  holds: z.string().nullable().describe('What keeps it from going wrong; null where nothing does but people.'),
})

export const SegregationAnswer = z
  .strictObject({
    format: z.literal('countersign-segregation/1'),
    at: UtcInstant,
    madeAt: UtcInstant,
    systems: z.array(
      z.strictObject({
        system: z.strictObject({ id: z.string(), name: z.string() }),
        people: z.int().describe('People with a role there.'),
        policy: z
          .strictObject({ number: z.int(), hash: Sha256, appliedAt: UtcInstant, isActiveNow: z.boolean() })
          .nullable()
          .describe('Null where none was active.'),
        report: z
          .strictObject({
            system: z.strictObject({ id: z.string(), name: z.string() }),
            rules: z.array(Rule),
            conflicts: z.array(Conflict),
          })
          .nullable(),
      }),
    ),
  })
  .meta({ id: 'Segregation', description: 'Who could sign what at an instant: its grants against the policy that was active then.' })
