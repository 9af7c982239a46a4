import 'server-only'
import type { z } from 'zod'
import type { Tx } from '@/lib/db/client'
import { holdCommitAddresses } from '@/lib/db/link-commits'
import { loadSystem } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import { sha256Hex } from '@/lib/domain/canonical'
import type { Ctx } from '@/lib/domain/context'
import { ensure, refuse } from '@/lib/domain/refusal'
import { whyNotRelease } from '@/lib/domain/release'
import { whyNotRight } from '@/lib/domain/rights'
import type { registerReleaseInput } from '@/lib/schemas/release'

/** Who besides a pipeline registers releases (domain.md, roles). */
export const REGISTRARS = ['release_manager', 'dev_lead', 'engineer'] as const

/**
 * Registers a release: version, commit, immutable artefact, build stamp, changes and contributors (002.25, 002.27, 004.15). Versions are
 * unique in a system. Contributors are linked to people through the addresses they commit with (T05).
 */
export async function registerRelease(ctx: Ctx, input: z.output<typeof registerReleaseInput>): Promise<{ id: string; version: string }> {
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const { version, gitSha, artefact, buildDate } = input
    ensure(
      whyNotRight(actor, system, { roles: REGISTRARS, scope: 'release:register', what: `Releases of ${system.name} are registered` }, now),
      whyNotRelease({ version, gitSha, artefact, buildDate }, active.policy, now),
    )
    const [release] = await tx.release.createManyAndReturn({
      data: [
        {
          systemId: system.id,
          version,
          gitSha,
          artefact,
          buildDate,
          appVersion: input.appVersion ?? null,
          schemaBackwardCompatible: input.schemaBackwardCompatible ?? null,
          registeredById: actor.id,
          registeredForId: actor.countsAsId,
          registeredAt: now,
        },
      ],
      skipDuplicates: true,
      select: { id: true },
    })
    ensure(
      release
        ? null
        : refuse('conflict', `${system.name} already has a release ${version}. A release never changes; register another version.`, {
            place: 'version',
          }),
    )
    const { id } = release as NonNullable<typeof release> // ensured just above
    await tx.releaseChange.createMany({
      data: input.changes.map(({ kind, summary, reference }, position) => ({
        releaseId: id,
        position,
        kind,
        summary,
        reference: reference ?? null,
      })),
    })
    const contributors = await linkContributors(tx, input.contributors)
    await tx.releaseContributor.createMany({ data: contributors.map((contributor) => ({ releaseId: id, ...contributor })) })
    return {
      result: { id, version },
      events: [
        {
          action: 'release.registered',
          system: system.id,
          subject: { kind: 'release', id },
          policy: active.hash,
          after: {
            version,
            gitSha,
            artefact: sha256Hex(artefact),
            buildDate: buildDate.toISOString(),
            schemaBackwardCompatible: input.schemaBackwardCompatible ?? null,
            changes: input.changes.length,
            contributors: contributors.length,
          },
        },
      ],
    }
  })
}

type Contributor = { identity: string; commits: number; principalId: string | null }

/** One row an address (lower case), with the person who commits by it where one is known: by a commit identity, else by the account's own address. */
async function linkContributors(tx: Tx, given: readonly { identity: string; commits: number }[]): Promise<Contributor[]> {
  const commits = new Map<string, number>()
  for (const { identity, commits: count } of given) {
    const address = identity.normalize('NFKC').toLowerCase()
    commits.set(address, (commits.get(address) ?? 0) + count)
  }
  if (commits.size === 0) return []
  await holdCommitAddresses(tx)
  const addresses = [...commits.keys()]
  const identities = await tx.commitIdentity.findMany({ where: { email: { in: addresses } }, select: { email: true, principalId: true } })
  const people = await tx.person.findMany({ where: { email: { in: addresses } }, select: { email: true, principalId: true } })
  const owner = new Map([...people, ...identities].map(({ email, principalId }) => [email, principalId]))
  return addresses.map((identity) => ({ identity, commits: commits.get(identity) ?? 0, principalId: owner.get(identity) ?? null }))
}
