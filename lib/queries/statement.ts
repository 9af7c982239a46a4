import 'server-only'
import { db } from '@/lib/db/client'
import { type KeptStatement, newestStatement, statementBy, systemOfStated } from '@/lib/db/load-stated'
import { readableSystems } from '@/lib/domain/context'
import { type Envelope, envelopeJson } from '@/lib/domain/log/statement/dsse'
import type { StatedKind, StatementForm } from '@/lib/domain/log/statement/in-toto'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Looker } from './system-standing'

async function seen({ actor, now }: Looker, statement: KeptStatement | null): Promise<KeptStatement | null> {
  const readable = readableSystems(actor, now)
  if (!statement || readable === null) return statement
  const system = await systemOfStated(db, statement.kind, statement.id)
  return system !== null && readable.includes(system) ? statement : null
}

/** The newest statement of a form about something that the looker may read; null where there is none (T23). */
export async function getStatement(looker: Looker, kind: StatedKind, id: string, form: StatementForm): Promise<KeptStatement | null> {
  return seen(looker, await newestStatement(db, kind, id, form))
}

/** The signed envelope of a statement; null while the sequencer has not signed it. */
export function envelopeOf({ payloadType, payload, signatures }: KeptStatement): Envelope | null {
  return signatures.length === 0 ? null : { payloadType, payload: new TextEncoder().encode(payload), signatures }
}

const STEP_MS = 150

/** Waits until a statement is signed, at most so many milliseconds: the sequencer does it within a second or two. */
export async function waitForSignature(digest: string, atMostMs: number): Promise<boolean> {
  const until = Date.now() + atMostMs
  for (;;) {
    if (((await statementBy(db, digest))?.signatures.length ?? 0) > 0) return true
    if (Date.now() > until) return false
    await new Promise((resolve) => setTimeout(resolve, STEP_MS))
  }
}

/** A statement as the API gives it, by its digest. Refuses what does not exist and what one may not see alike (T23). */
export async function statementAnswer(looker: Looker, digest: string) {
  const statement = await seen(looker, await statementBy(db, digest))
  if (!statement) throw new Refused(refuse('not_found', 'There is no such statement that you can see.', { place: 'digest' }))
  const envelope = envelopeOf(statement)
  return {
    digest,
    kind: statement.kind,
    id: statement.id,
    form: statement.form,
    askedAt: statement.askedAt,
    signed: envelope !== null,
    envelope: envelope && envelopeJson(envelope),
  }
}
