import 'server-only'
import { db } from '@/lib/db/client'
import { lookOfAccount, whyNotMakeToken, whyNotRevokeToken } from '@/lib/domain/account'
import { type Actor, readableSystems } from '@/lib/domain/context'
import type { Refusal } from '@/lib/domain/refusal'
import type { Scope } from '@/lib/domain/scopes'

export type TokenState = 'live' | 'expired' | 'revoked'
export type TokenRow = {
  id: string
  name: string
  prefix: string
  lastFour: string
  actsAs: string | null
  createdBy: string
  systemName: string | null
  scopes: Scope[]
  gates: string[]
  createdAt: Date
  expiresAt: Date
  lastUsedAt: Date | null
  revokedAt: Date | null
  state: TokenState
  whyNotRevoke: Refusal | null
}

/**
 * The tokens one may know of: one's own, and those of systems one reads (T23). Newest first, on each page live ones before the others; `live` counts
 * those of every page. Never a secret, only its first and last characters (T19). A page begins after the id of the last one before it: ids are in
 * the order of making.
 */
export async function listTokens(
  { actor, now }: { actor: Actor; now: Date },
  page: { limit: number; after: string | null } = { limit: 50, after: null },
): Promise<{ rows: TokenRow[]; next: string | null; live: number }> {
  const systems = readableSystems(actor, now)
  const known = systems === null ? {} : { OR: [{ createdById: actor.id }, { systemId: { in: systems } }] }
  const live = await db.apiToken.count({ where: { ...known, revokedAt: null, expiresAt: { gt: now } } })
  const found = await db.apiToken.findMany({
    where: { ...known, ...(page.after === null ? {} : { id: { lt: page.after } }) },
    select: {
      id: true,
      name: true,
      prefix: true,
      lastFour: true,
      createdById: true,
      systemId: true,
      scopes: true,
      gates: true,
      createdAt: true,
      expiresAt: true,
      lastUsedAt: true,
      revokedAt: true,
      actsAs: { select: { kind: true, label: true } },
      createdBy: { select: { person: { select: { name: true } } } },
    },
    orderBy: { id: 'desc' },
    take: page.limit + 1,
  })
  const rows = found.slice(0, page.limit)
  const names = new Map((await db.system.findMany({ select: { id: true, name: true } })).map((system) => [system.id, system.name]))
  const stateOf = (row: { revokedAt: Date | null; expiresAt: Date }): TokenState =>
    row.revokedAt !== null ? 'revoked' : row.expiresAt <= now ? 'expired' : 'live'
  return {
    rows: rows
      .map(
        ({ actsAs, createdBy, ...row }): TokenRow => ({
          ...row,
          actsAs: actsAs.kind === 'agent' ? actsAs.label : null,
          createdBy: createdBy.person?.name ?? 'Somebody',
          systemName: row.systemId === null ? null : (names.get(row.systemId) ?? row.systemId),
          scopes: row.scopes as Scope[], // the closed list is what createToken takes
          state: stateOf(row),
          whyNotRevoke: whyNotRevokeToken(actor, row, now),
        }),
      )
      .sort((a, b) => Number(a.state !== 'live') - Number(b.state !== 'live')),
    next: found.length > page.limit ? (rows.at(-1)?.id ?? null) : null,
    live,
  }
}

export type TokenForm = {
  whyNot: Refusal | null
  systems: { id: string; name: string }[]
  canAll: boolean
  agents: { id: string; name: string }[]
  canPlain: boolean
}

/** What one may ask for in a new token: systems, agents, or why nothing. The guard is the one that refuses the act. */
export async function getTokenForm({ actor, now }: { actor: Actor; now: Date }): Promise<TokenForm> {
  const [systems, agents] = await Promise.all([
    db.system.findMany({ select: { id: true, name: true }, orderBy: { name: 'asc' } }),
    db.principal.findMany({
      where: { kind: 'agent', retiredAt: null },
      select: { id: true, label: true, sponsorId: true, systemId: true },
      orderBy: { label: 'asc' },
    }),
  ])
  const { adminOf } = lookOfAccount(actor, now)
  const may = (systemId: string | null, agent: (typeof agents)[number] | null): Refusal | null =>
    whyNotMakeToken(
      actor,
      { systemId, scopes: ['read'], days: 1, agent: agent && { sponsorId: agent.sponsorId, systemId: agent.systemId, retired: false } },
      now,
    )
  const places = [null, ...systems.map((system) => system.id)]
  const usable = agents.filter((agent) => places.some((place) => may(place, agent) === null))
  const open = (place: string | null): boolean => may(place, null) === null || usable.some((agent) => may(place, agent) === null)
  const canPlain = adminOf === null || adminOf.length > 0
  return {
    whyNot: canPlain || usable.length > 0 ? null : may(null, null),
    systems: systems.filter((system) => open(system.id)),
    canAll: open(null),
    agents: usable.map((agent) => ({ id: agent.id, name: agent.label ?? 'Agent' })),
    canPlain,
  }
}
