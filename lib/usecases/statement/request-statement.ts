import 'server-only'
import type { z } from 'zod'
import { keepStatement } from '@/lib/db/audit'
import { db } from '@/lib/db/client'
import { databaseNow } from '@/lib/db/database-now'
import { loadStated, logName, type Stated, statementBy, systemOfStated, unseenStated } from '@/lib/db/load-stated'
import { mutate } from '@/lib/db/mutate'
import { sha256Hex } from '@/lib/domain/canonical'
import { type Actor, type Ctx, readableSystems } from '@/lib/domain/context'
import type { Dossier } from '@/lib/domain/dossier'
import { IN_TOTO_PAYLOAD } from '@/lib/domain/log/statement/dsse'
import { inTotoStatement, type StatedFacts, type StatedKind, type StatementForm, statementText } from '@/lib/domain/log/statement/in-toto'
import { decidedAt, summaryStatement, whyNotSummary } from '@/lib/domain/log/statement/vsa'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import { settings } from '@/lib/env'
import { routes } from '@/lib/routes'
import type { requestStatementInput } from '@/lib/schemas/statement'

/** A statement that is kept: the SHA-256 of its payload, and whether the log's key has signed it. */
export type AskedStatement = { digest: string; kind: StatedKind; id: string; form: StatementForm; signed: boolean }

/**
 * Has a promotion, a rotation or an exception stated for others' tools: the statement is made of the record alone, kept, and named by an event; the
 * sequencer signs what an integrated event names, and nothing else. Whoever may read the subject may ask. The same record gives the same statement, which
 * is kept once: asking again changes nothing and is no event.
 */
export async function requestStatement(ctx: Ctx, input: z.output<typeof requestStatementInput>): Promise<AskedStatement> {
  const { kind, id, form } = input
  const system = await systemOfStated(db, kind, id)
  const isSeen = (actor: Actor, now: Date) => {
    const systems = readableSystems(actor, now)
    return system !== null && (systems === null || systems.includes(system))
  }
  ensure(isSeen(ctx.actor, ctx.at ?? (await databaseNow(db))) ? null : unseenStated(kind, id))
  const stated = await loadStated(db, kind, id)
  if (!stated)
    throw new Refused(
      refuse('wrong_state', `Nothing of ${id} was ever sealed, so there is nothing to state. Seal it first.`, { place: 'id' }),
    )
  const payload = payloadOf(stated, form, await logName(db))
  const digest = sha256Hex(payload)
  const kept = await statementBy(db, digest)
  if (kept) return { digest, kind, id, form, signed: kept.signatures.length > 0 }
  return mutate(ctx, async ({ tx, now, actor }) => {
    ensure(isSeen(actor, now) ? null : unseenStated(kind, id))
    await keepStatement(tx, { digest, kind, id, form, payloadType: IN_TOTO_PAYLOAD, payload })
    return {
      result: { digest, kind, id, form, signed: false },
      events: [
        {
          action: 'statement.requested',
          system: stated.system,
          subject: { kind, id, version: stated.sealed.number },
          dossier: stated.sealed.sha256,
          after: { type: form, digest },
        },
      ],
    }
  })
}

/** The bytes that get signed. Refuses a summary of what is not decided, and anything before the log has a name. */
function payloadOf({ endedAt, canonical, ...stated }: Stated, form: StatementForm, log: string | null): string {
  if (log === null)
    throw new Refused(
      refuse('audit_log_behind', 'The log has not begun, so there is no key that could sign a statement. Ask again when it runs.'),
    )
  const facts: StatedFacts = { ...stated, log }
  const text = statementText(inTotoStatement(facts))
  if (form === 'in-toto') return text
  const dossier = JSON.parse(canonical) as Dossier // our own canonical text
  const origin = settings().APP_ORIGIN
  const summary = {
    ...facts,
    ...decidedAt(facts, dossier.slots, endedAt),
    verifier: origin,
    resource: `${origin}${routes.system(facts.system, { profile: dossier.edge.to })}`,
    policy: { uri: `${origin}${routes.systemPolicy(facts.system, { version: dossier.policy.version })}`, sha256: dossier.policy.hash },
    gatesPassed: dossier.gates.every(({ verdict }) => verdict === 'pass'),
    statement: sha256Hex(text),
  }
  ensure(whyNotSummary(summary))
  return statementText(summaryStatement(summary))
}
