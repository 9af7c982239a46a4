import { randomBytes, randomUUID } from 'node:crypto'
import { db } from '@/lib/db/client'
import { loadActor } from '@/lib/db/load-actor'
import type { Actor, Ctx } from '@/lib/domain/context'
import type { Role } from '@/lib/domain/roles'
import type { Scope } from '@/lib/domain/scopes'

// People, tokens and agents for use-case tests, written straight into their tables: signing in and granting have tests of their own.

/** Long enough ago that a role was held before anything a test seals. */
const LONG_AGO = new Date('2025-09-01T00:00:00Z')

async function contextOf(who: Pick<Actor, 'id' | 'session' | 'token'>): Promise<Ctx> {
  const actor = await loadActor(db, who, new Date())
  if (!actor) throw new Error('The actor just made does not stand')
  return { actor, request: { id: randomUUID(), ip: null, agentHash: null } }
}

/** A person holding roles on one system (or on all, without one), granted long ago. */
export async function aPerson(name: string, roles: readonly Role[], systemId: string | null = null): Promise<Ctx> {
  const email = `${name.toLowerCase().replace(/[^a-z]+/g, '.')}.${randomBytes(3).toString('hex')}@example.org`
  const { id } = await db.principal.create({
    data: { kind: 'person', person: { create: { name, email } }, identities: { create: { email } } },
    select: { id: true },
  })
  await db.roleGrant.createMany({ data: roles.map((role) => ({ principalId: id, role, systemId, startsAt: LONG_AGO })) })
  return contextOf({ id, session: null, token: null })
}

/** The address a person commits with. */
export async function emailOf(who: Ctx): Promise<string> {
  return (await db.person.findUniqueOrThrow({ where: { principalId: who.actor.id } })).email
}

export type TokenOptions = { scopes: readonly Scope[]; systemId?: string | null; gates?: readonly string[]; actsAs?: string }

/** A token that somebody made, standing for itself or for an agent. */
export async function aToken(maker: Ctx, { scopes, systemId = null, gates = [], actsAs }: TokenOptions): Promise<Ctx> {
  const name = `pipeline-${randomBytes(3).toString('hex')}`
  const actsAsId = actsAs ?? (await db.principal.create({ data: { kind: 'token', label: name }, select: { id: true } })).id
  const { id } = await db.apiToken.create({
    data: {
      actsAsId,
      createdById: maker.actor.id,
      name,
      prefix: 'csn_',
      lastFour: '0000',
      secretHash: randomBytes(32).toString('hex'),
      systemId,
      scopes: [...scopes],
      gates: [...gates],
      createdAt: new Date(),
      expiresAt: new Date(Date.now() + 86_400_000),
    },
    select: { id: true },
  })
  return contextOf({ id: actsAsId, session: null, token: { id, systemId, scopes, gates } })
}
