import 'server-only'
import type { z } from 'zod'
import { loadPeople } from '@/lib/db/load-people'
import { mutate } from '@/lib/db/mutate'
import { missingPeople, whyNotApplyPolicy, whyNotNewVersion } from '@/lib/domain/apply-policy'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { Ctx } from '@/lib/domain/context'
import { formatFinding } from '@/lib/domain/policy/finding'
import { policyCanonical, policyHash } from '@/lib/domain/policy/hash'
import { readPolicy } from '@/lib/domain/policy/load'
import { policyRows } from '@/lib/domain/policy/rows'
import type { Policy } from '@/lib/domain/policy/schema'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { applyPolicyInput } from '@/lib/schemas/policy'
import { whyNotSecretFile } from '@/lib/secret-filter/why-not-secret'
import { reconcileSystem } from '../finding/reconcile-findings'
import { createAgents } from './create-agents'
import { storePolicyRows } from './store-policy-rows'

/** What applying came to. `warnings` name slots that nobody could fill today. */
export type AppliedPolicy = { systemId: string; versionId: string; number: number; hash: string; created: boolean; warnings: string[] }

/**
 * Stores and activates the next version of a system's policy in one act of an admin, shown as not signed; the system comes into being with
 * its first. The version before is superseded, and what was opened under it stays pinned to it. Every finding of a bad text is told at once.
 */
export async function applyPolicy(ctx: Ctx, input: z.output<typeof applyPolicyInput>): Promise<AppliedPolicy> {
  ensure(whyNotApplyPolicy(ctx.actor, undefined, ctx.at ?? new Date()), whyNotSecretFile(input.fileName, input.text))
  const policy = readOrRefuse(input.text, input.fileName)
  const rows = policyRows(policy)
  const hash = policyHash(policy)
  const { slug: systemId, name, description } = policy.system

  return mutate(ctx, async ({ tx, now, actor }) => {
    ensure(whyNotApplyPolicy(actor, systemId, now))
    const { count } = await tx.system.createMany({ data: [{ id: systemId, name, description, createdAt: now }], skipDuplicates: true })
    const created = count === 1
    await tx.$queryRaw`SELECT id FROM "System" WHERE id = ${systemId} FOR UPDATE`
    const stored = await tx.policyVersion.findMany({
      where: { systemId },
      select: { id: true, number: true, hash: true, status: true },
      orderBy: { number: 'desc' },
    })
    const before = stored.find((version) => version.status === 'active') ?? null
    ensure(whyNotNewVersion(before, hash, name))

    if (before) await tx.policyVersion.update({ where: { id: before.id }, data: { status: 'superseded', supersededAt: now } })
    if (!created) await tx.system.update({ where: { id: systemId }, data: { name, description } })
    const number = (stored[0]?.number ?? 0) + 1
    const version = await tx.policyVersion.create({
      data: {
        systemId,
        number,
        hash,
        document: JSON.parse(policyCanonical(policy)),
        source: input.text,
        status: 'active',
        appliedById: actor.id,
        appliedAt: now,
      },
      select: { id: true },
    })
    await storePolicyRows(tx, version.id, rows)
    const agents = await createAgents(tx, policy, now)
    const warnings = missingPeople(policy, rows, await loadPeople(tx, [systemId], now), now)
    const createdSystem: AuditEvent[] = created
      ? [{ action: 'system.created', system: systemId, subject: { kind: 'system', id: systemId } }]
      : []
    const applied: AuditEvent = {
      action: 'policy.applied',
      system: systemId,
      subject: { kind: 'policy', id: version.id, version: number },
      policy: hash,
      ...(before ? { before: { number: before.number, hash: before.hash } } : {}),
      after: { number, hash, signed: false },
    }
    return {
      result: { systemId, versionId: version.id, number, hash, created, warnings },
      events: [...createdSystem, applied, ...agents, ...(created ? [] : await reconcileSystem({ tx, now }, systemId, 'policy'))] as [
        AuditEvent,
        ...AuditEvent[],
      ],
    } // never empty: `applied` is in it
  })
}

function readOrRefuse(text: string, fileName: string): Policy {
  const read = readPolicy(text, fileName)
  if (read.policy) return read.policy
  const details = read.findings.map(formatFinding)
  throw new Refused(
    refuse(
      'invalid',
      `The policy has ${details.length} ${details.length === 1 ? 'finding' : 'findings'}, so nothing was applied. Each is named with file, line and column.`,
      { place: 'text', details },
    ),
  )
}
