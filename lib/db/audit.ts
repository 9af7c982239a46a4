import 'server-only'
import { createHash, randomBytes } from 'node:crypto'
import type { AuditEvent } from '@/lib/domain/audit-event'
import { canonicalText } from '@/lib/domain/canonical'
import { type Ctx, isGrantHeld } from '@/lib/domain/context'
import type { Tx } from './client'

/**
 * The canonical text of an event: who did what to which subject, in which request, with the roles of that moment.
 * Ids, enums, numbers and digests only. RFC 8785, so that anyone hashes the same bytes (audit-log.md, 3).
 */
export function eventText(ctx: Ctx, event: AuditEvent, now: Date): string {
  const { actor, request } = ctx
  const roles = actor.grants.filter((grant) => isGrantHeld(grant, event.system ?? undefined, now)).map((grant) => grant.role)
  return canonicalText({
    v: 1,
    action: event.action,
    at: now.toISOString(),
    actor: {
      kind: actor.kind,
      id: actor.id,
      countsAs: actor.countsAsId,
      roles: [...new Set(roles)].sort(),
      grant: event.grant ?? null,
      session: actor.session?.id ?? null,
      token: actor.token?.id ?? null,
    },
    system: event.system,
    subject: { kind: event.subject.kind, id: event.subject.id, version: event.subject.version ?? null },
    decision: event.decision ?? null,
    dossier: event.dossier ?? null,
    policy: event.policy ?? null,
    before: event.before ?? null,
    after: event.after ?? null,
    text: event.text ?? null,
    request: { id: request.id, ip: request.ip, agent: request.agentHash },
    outcome: event.outcome ?? 'done',
    reason: event.reason ?? null,
    count: event.count ?? 1,
    ...(ctx.at ? { demo: true } : {}),
  })
}

/**
 * Appends events to the trail in the caller's transaction. The database makes id and time; the application's role may insert nothing but
 * the canonical text. Only the demo seed, as owner of the tables, gives a time of its own.
 */
export async function appendEvents(tx: Tx, ctx: Ctx, now: Date, events: readonly AuditEvent[]): Promise<void> {
  const texts = events.map((event) => eventText(ctx, event, now))
  if (ctx.at) {
    await tx.$executeRaw`INSERT INTO audit.event (canonical, recorded_at) SELECT text, ${now}::timestamptz + (n * interval '1 millisecond') FROM unnest(${texts}::text[]) WITH ORDINALITY AS t(text, n)`
  } else {
    await tx.$executeRaw`/* kept */ INSERT INTO audit.event (canonical) SELECT text FROM unnest(${texts}::text[]) WITH ORDINALITY AS t(text, n) ORDER BY n`
  }
}

/**
 * Keeps a free text apart under a salted digest and gives the digest; null for no text. Deleting body and salt later unlinks it,
 * and what names the digest still stands (T18, T40).
 */
export async function keepText(tx: Tx, body: string): Promise<string> {
  const salt = randomBytes(16).toString('hex')
  const digest = createHash('sha256').update(`${salt}\n${body}`).digest('hex')
  await tx.$executeRaw`/* kept */ INSERT INTO audit.text (digest, salt, body) VALUES (${digest}, ${salt}, ${body})`
  return digest
}

/**
 * Keeps what the log's key is to sign, under the SHA-256 of its bytes; the same again changes nothing. An event has to name the digest in the same
 * transaction: the sequencer signs nothing else.
 */
export async function keepStatement(
  tx: Tx,
  statement: { digest: string; kind: string; id: string; form: string; payloadType: string; payload: string },
): Promise<void> {
  const { digest, kind, id, form, payloadType, payload } = statement
  await tx.$executeRaw`
    INSERT INTO audit.statement (digest, subject_kind, subject_id, form, payload_type, payload)
    VALUES (${digest}, ${kind}, ${id}, ${form}, ${payloadType}, ${payload}) ON CONFLICT (digest) DO NOTHING`
}

/**
 * Takes texts off the record: body and salt go, the digest stays, and the act is an event of its own, all by the one function of the database that
 * may (T18, T40). Gives how many there were.
 */
export async function redactTexts(
  tx: Tx,
  ctx: Ctx,
  now: Date,
  about: AuditEvent['subject'],
  digests: readonly string[],
  more: { system: string | null; after?: AuditEvent['after'] } = { system: null },
): Promise<number> {
  if (digests.length === 0) return 0
  const after = { texts: digests.length, ...more.after }
  const event = eventText(ctx, { action: 'text.redacted', system: more.system, subject: about, after }, now)
  const [row] = await tx.$queryRaw<{ n: number }[]>`SELECT audit.redact(${[...digests]}::text[], ${event}) AS n`
  return row?.n ?? 0
}
