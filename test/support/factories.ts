import './settings'
import { hashPassword } from '@/lib/crypto/password'
import { db } from '@/lib/db/client'
import { loadActor, SESSION_ABSOLUTE_MS } from '@/lib/db/load-actor'
import { anonymousContext } from '@/lib/domain/anonymous'
import type { Ctx } from '@/lib/domain/context'
import type { Role } from '@/lib/domain/roles'
import type { Scope } from '@/lib/domain/scopes'
import { completeSetup } from '@/lib/usecases/account/complete-setup'
import { createAgent } from '@/lib/usecases/account/create-agent'
import { createPerson } from '@/lib/usecases/account/create-person'
import { createSetupLink } from '@/lib/usecases/account/create-setup-link'
import { createToken } from '@/lib/usecases/account/create-token'
import { giveGrant } from '@/lib/usecases/account/give-grant'

/** The password of everybody made here. */
export const PASSWORD = 'made-up for tests 42'

export type TestPerson = { id: string; name: string; email: string }

let passwordHash: Promise<string> | undefined
let admin: Promise<TestPerson> | undefined
let counter = 0

const REQUEST = { id: '00000000-0000-4000-8000-000000000001', ip: '192.0.2.7', agentHash: '0123456789abcdef' }

const letters = (n: number): string => [...n.toString(26)].map((digit) => String.fromCharCode(65 + Number.parseInt(digit, 26))).join('')

/** The first admin of this test file's database, made through the set-up link. */
export function theAdmin(): Promise<TestPerson> {
  admin ??= (async () => {
    const { link } = await createSetupLink()
    const email = 'root.admin@example.org'
    const { personId } = await completeSetup(anonymousContext(), { link, name: 'Root Admin', email, newPassword: PASSWORD })
    return { id: personId, name: 'Root Admin', email }
  })()
  return admin
}

/** A context of somebody without a session: enough to use a use case, not to sign. */
export function bareCtx(person: { id: string }): Ctx {
  return {
    actor: { id: person.id, kind: 'person', name: '', countsAsId: person.id, grants: [], session: null, token: null },
    request: REQUEST,
  }
}

/** A system, so that roles can be granted on it; one that a policy already made is left alone. */
export async function aSystem(id: string): Promise<string> {
  await db.$executeRaw`INSERT INTO "System" (id, name) VALUES (${id}, ${id}) ON CONFLICT (id) DO NOTHING`
  return id
}

/**
 * A person with the roles given, granted by the first admin: `aPerson({ roles: [['secops', 'robodj'], ['admin', null]] })`. Their password is
 * `PASSWORD`.
 */
export async function aPerson({
  roles = [],
  name,
}: {
  roles?: readonly (readonly [Role, string | null])[]
  name?: string
} = {}): Promise<TestPerson> {
  const by = await theAdmin()
  counter += 1
  const given = name ?? `Person ${letters(counter + 676)}`
  const email = `person.${counter}@example.org`
  const { id } = await createPerson(bareCtx(by), { name: given, email })
  passwordHash ??= hashPassword(PASSWORD)
  await db.$executeRaw`UPDATE "Person" SET "passwordHash" = ${await passwordHash} WHERE "principalId" = ${id}::uuid`
  for (const [role, system] of roles) {
    if (system !== null) await aSystem(system)
    await giveGrant(bareCtx(by), { person: id, role, system, endsOn: role === 'auditor' ? new Date(Date.now() + 30 * 86_400_000) : null })
  }
  return { id, name: given, email }
}

/** A context as a browser has it: with a session of its own and the roles of this moment. */
export async function ctxOf(person: { id: string }): Promise<Ctx> {
  const now = new Date()
  const session = await db.session.create({
    data: {
      principalId: person.id,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: new Date(now.getTime() + SESSION_ABSOLUTE_MS),
      userAgent: 'test',
    },
    select: { id: true, version: true },
  })
  const actor = await loadActor(db, { id: person.id, session, token: null }, now)
  if (!actor) throw new Error('this person cannot sign in')
  return { actor, request: REQUEST }
}

/** An agent with a sponsor (the first admin without one). */
export async function anAgent({
  name,
  system = null,
  sponsor,
}: {
  name?: string
  system?: string | null
  sponsor?: { id: string }
} = {}): Promise<{ id: string; name: string }> {
  const by = await theAdmin()
  counter += 1
  if (system !== null) await aSystem(system)
  const given = name ?? `Agent ${letters(counter + 676)}`
  const { id } = await createAgent(bareCtx(by), { name: given, system, sponsor: sponsor?.id ?? by.id })
  return { id, name: given }
}

/** An API token made by an admin (the first one without `by`), with its secret and a context as the API makes it. */
export async function aToken({
  by,
  agent = null,
  system = null,
  scopes = ['read'],
  gates = [],
  days = 30,
}: {
  by?: { id: string }
  agent?: { id: string } | null
  system?: string | null
  scopes?: readonly Scope[]
  gates?: readonly string[]
  days?: number
} = {}): Promise<{ id: string; secret: string; ctx: Ctx }> {
  const maker = by ?? (await theAdmin())
  counter += 1
  if (system !== null) await aSystem(system)
  const { id, secret } = await createToken(bareCtx(maker), {
    name: `Token ${letters(counter + 676)}`,
    agent: agent?.id ?? null,
    system,
    scopes: [...scopes],
    gates: [...gates],
    days,
  })
  const { actsAsId } = await db.apiToken.findUniqueOrThrow({ where: { id }, select: { actsAsId: true } })
  const token = { id, systemId: system, scopes, gates }
  const actor = await loadActor(db, { id: actsAsId, session: null, token }, new Date())
  if (!actor) throw new Error('this token cannot act')
  return { id, secret, ctx: { actor, request: REQUEST } }
}

/** The events on the record, oldest first, as superficially as a test reads them; the owner's view, since the application may not read. */
export async function events(
  action?: string,
): Promise<{ action: string; actor_id: string; subject_id: string; payload: Record<string, unknown> }[]> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
  await client.connect()
  try {
    const { rows } = await client.query(
      'SELECT action, actor_id, subject_id, payload FROM audit.event WHERE $1::text IS NULL OR action = $1 ORDER BY recorded_at, id',
      [action ?? null],
    )
    return rows
  } finally {
    await client.end()
  }
}

/** What a promise was refused with; fails when it was not. */
export async function refusalOf(promise: Promise<unknown>): Promise<{ code: string; sentence: string; place?: string }> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Error && 'refusal' in error) return error.refusal as { code: string; sentence: string; place?: string }
    throw error
  }
  throw new Error('nothing was refused')
}
