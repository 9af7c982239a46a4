import { makeToken, secretHash } from '@/lib/crypto/bearer-token'
import { hashPassword } from '@/lib/crypto/password'
import { db } from '@/lib/db/client'
import { admit } from '@/lib/db/mutate'
import { DEMO_DOMAIN } from '@/lib/domain/account'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import type { Role } from '@/lib/domain/roles'
import type { Scope } from '@/lib/domain/scopes'
import { createToken } from '@/lib/usecases/account/create-token'
import { giveGrant } from '@/lib/usecases/account/give-grant'
import type { Clock } from './clock'

/** The made-up people of the demo record. Systems left out: every system. */
export const PEOPLE = {
  ada: { name: 'Ada Novak', roles: ['admin'] },
  ben: { name: 'Ben Castell', roles: ['admin'] },
  ines: { name: 'Ines Okafor', roles: ['release_manager'] },
  noor: { name: 'Noor Halvorsen', roles: ['release_manager'] },
  priya: { name: 'Priya Raman', roles: ['secops'] },
  emil: { name: 'Emil Brandt', roles: ['secops'] },
  martin: { name: 'Martin Vasquez', roles: ['management'] },
  sofia: { name: 'Sofia Marek', roles: ['management'] },
  dana: { name: 'Dana Whitfield', roles: ['management'] },
  tomasz: { name: 'Tomasz Lind', roles: ['production_approver'] },
  ruth: { name: 'Ruth Ekstrom', roles: ['production_approver'] },
  kofi: { name: 'Kofi Mensah', roles: ['incident_commander'] },
  lena: { name: 'Lena Fischer', roles: ['incident_commander'] },
  aiko: { name: 'Aiko Tanaka', roles: ['dev_lead'] },
  piotr: { name: 'Piotr Zielinski', roles: ['dev_lead'] },
  jonah: { name: 'Jonah Weiss', roles: ['engineer'] },
  hana: { name: 'Hana Sato', roles: ['engineer'] },
  leo: { name: 'Leo Amari', roles: ['engineer'] },
  clare: { name: 'Clare Adeyemi', roles: ['auditor'] },
  oskar: { name: 'Oskar Dahl', roles: ['auditor'] },
} as const satisfies Record<string, { name: string; roles: readonly Role[] }>

export type PersonKey = keyof typeof PEOPLE
export type Cast = Record<PersonKey, string> & { ciToken: string; formerCiToken: string }

/** The address of a persona. */
export const emailOf = (key: PersonKey) => `${PEOPLE[key].name.toLowerCase().replace(' ', '.')}@${DEMO_DOMAIN}`

const REQUEST = { id: 'demo', ip: null, agentHash: null }

/** Acts as a person at an instant of the story, with the roles they were given; use cases read them again. */
export function as(cast: Cast, key: PersonKey, at: Date): Ctx {
  const grants = PEOPLE[key].roles.map((role) => ({
    id: cast[key],
    principalId: cast[key],
    role,
    systemId: null,
    grantedById: null,
    startsAt: new Date(0),
    endsAt: null,
  }))
  return {
    actor: { id: cast[key], kind: 'person', name: PEOPLE[key].name, countsAsId: cast[key], grants, session: null, token: null },
    request: REQUEST,
    at,
  }
}

/** An agent of a policy, with the token it acts by. */
export type AgentCasting = { name: string; token: string; ctx: (at: Date) => Ctx }

export type Casting = {
  cast: Cast
  password: string
  token: string
  ci: (at: Date) => Ctx
  /** Filled in once the policies that name them are there. */
  agents: { releaseManager: AgentCasting; auditor: AgentCasting }
}

/**
 * People, roles and pipeline tokens, as an admin made them before the story begins. One made-up password for all; the pipeline's tokens live
 * ninety days, so that there were two.
 */
export async function castPeople(clock: Clock): Promise<Casting> {
  const password = 'countersign-demo'
  const passwordHash = await hashPassword(password)
  const cast = {} as Cast
  const at = clock.at(95, '08:00')
  // An auditor's access ends by itself; theirs was given anew when its first ninety days were over.
  const renewal = clock.at(7, '08:00')
  const endOf = (role: string): Date | null => (role === 'auditor' ? renewal : null)
  for (const key of Object.keys(PEOPLE) as PersonKey[]) {
    const { name, roles } = PEOPLE[key]
    const first = key === 'ada'
    const ctx: Ctx = first ? as({ ada: '' } as Cast, 'ada', at) : as(cast, 'ada', at)
    await admit(ctx, async ({ tx, now }) => {
      const { id } = await tx.principal.create({
        data: {
          kind: 'person',
          createdAt: now,
          person: { create: { name, email: emailOf(key), passwordHash, timeZone: key === 'martin' ? 'Europe/Berlin' : 'UTC' } },
        },
        select: { id: true },
      })
      await tx.commitIdentity.create({ data: { email: emailOf(key), principalId: id } })
      cast[key] = id
      const events: AuditEvent[] = [
        { action: 'principal.created', system: null, subject: { kind: 'principal', id }, after: { kind: 'person' } },
      ]
      for (const role of roles) {
        const grant = await tx.roleGrant.create({
          data: { principalId: id, role, grantedById: first ? null : cast.ada, startsAt: now, endsAt: endOf(role), createdAt: now },
          select: { id: true },
        })
        events.push({
          action: 'grant.given',
          system: null,
          subject: { kind: 'grant', id: grant.id },
          after: { principal: id, role, systemId: null, endsAt: endOf(role)?.toISOString() ?? null },
        })
      }
      return {
        result: id,
        events: events as [AuditEvent, ...AuditEvent[]],
        actor: first ? { ...ctx.actor, id, countsAsId: id } : ctx.actor,
      }
    })
  }
  for (const key of Object.keys(PEOPLE) as PersonKey[])
    for (const role of PEOPLE[key].roles.filter((each) => endOf(each) !== null))
      await giveGrant(as(cast, 'ada', renewal), { person: cast[key], role, system: null, endsOn: clock.at(-60, '23:59') })
  const former = await giveToken(cast, clock.at(95, '09:00'), clock.at(6, '09:00'))
  const current = await giveToken(cast, clock.at(7, '09:00'), clock.at(-82, '09:00'))
  cast.formerCiToken = former.id
  cast.ciToken = current.id
  const changeOver = clock.at(7, '09:00')
  const ci = (when: Date): Ctx => {
    const token = when < changeOver ? former : current
    return {
      actor: {
        id: token.principalId,
        kind: 'token',
        name: 'GitHub Actions',
        countsAsId: cast.ada,
        grants: [],
        session: null,
        token: { id: token.id, systemId: null, scopes: token.scopes, gates: [] },
      },
      request: REQUEST,
      at: when,
    }
  }
  return { cast, password, token: current.secret, ci, agents: {} as Casting['agents'] }
}

/**
 * Gives the agents of a system's policy tokens, made by an admin, so that they can own rotations. Tokens live ninety days, so each had one before the
 * one it has now.
 */
export async function castAgents(casting: Casting, system: string, clock: Clock): Promise<void> {
  const { cast } = casting
  const changeOver = clock.at(3, '10:00')
  const scopes: Scope[] = ['read', 'rotation:run', 'key:report', 'evidence:bring', 'observation:report']
  const agents = await db.principal.findMany({ where: { kind: 'agent', systemId: system }, orderBy: { label: 'asc' } })
  const made: AgentCasting[] = []
  for (const { id, label } of agents) {
    const name = label ?? 'Agent'
    const give = (at: Date) => createToken(as(cast, 'ada', at), { name, agent: id, system, scopes, gates: [], days: 90 })
    const former = await give(clock.at(88, '10:00'))
    const current = await give(changeOver)
    made.push({
      name,
      token: current.secret,
      ctx: (when) => ({
        actor: {
          id,
          kind: 'agent',
          name,
          countsAsId: cast.ada,
          grants: [],
          session: null,
          token: { id: (when < changeOver ? former : current).id, systemId: system, scopes, gates: [] },
        },
        request: REQUEST,
        at: when,
      }),
    })
  }
  const [releaseManager, auditor] = made
  if (!releaseManager || !auditor) throw new Error(`the policy of ${system} names fewer than two agents`)
  casting.agents = { releaseManager, auditor }
}

const SCOPES = [
  'read',
  'release:register',
  'evidence:bring',
  'snapshot:record',
  'promotion:open',
  'deployment:record',
  'checklist:run',
  'key:report',
  'rotation:run',
  'incident:declare',
  'observation:report',
  'exception:file',
]

async function giveToken(
  cast: Cast,
  at: Date,
  expiresAt: Date,
): Promise<{ id: string; principalId: string; secret: string; scopes: string[] }> {
  const secret = makeToken()
  return admit(as(cast, 'ada', at), async ({ tx, now }) => {
    const principal = await tx.principal.create({
      data: { kind: 'token', label: 'GitHub Actions', sponsorId: cast.ada, createdAt: now },
      select: { id: true },
    })
    const row = await tx.apiToken.create({
      data: {
        actsAsId: principal.id,
        createdById: cast.ada,
        name: 'GitHub Actions',
        prefix: secret.slice(0, 8),
        lastFour: secret.slice(-4),
        secretHash: secretHash(secret),
        scopes: SCOPES,
        gates: [],
        createdAt: now,
        expiresAt,
      },
      select: { id: true },
    })
    return {
      result: { id: row.id, principalId: principal.id, secret, scopes: SCOPES },
      events: [
        {
          action: 'token.created',
          system: null,
          subject: { kind: 'token', id: row.id },
          after: { scopes: SCOPES, expiresAt: expiresAt.toISOString() },
        },
      ],
      actor: as(cast, 'ada', at).actor,
    }
  })
}
