import { db } from '@/lib/db/client'
import type { Severity } from '@/lib/domain/finding'
import { approveIt, fileIt, isoIn } from './exceptions'
import type { Scene } from './scene'

// What deviates, for tests of promotions: findings as an observation would open them, exceptions as people file and approve them.

type FindingRow = {
  profile: string | null
  rule: string
  kind?: 'drift' | 'disagreement' | 'conflict'
  severity?: Severity
  title?: string
}

/** Opens a finding as the ingest of an observation does; gives its id. */
export async function aFindingRow(scene: Pick<Scene, 'slug'>, { profile, rule, ...more }: FindingRow): Promise<string> {
  const { id } = await db.finding.create({
    data: {
      systemId: scene.slug,
      profileKey: profile,
      rule,
      kind: 'drift',
      severity: 'block',
      title: rule,
      expected: 'as it should be',
      observed: 'something else',
      openedAt: new Date(),
      ...more,
    },
    select: { id: true },
  })
  return id
}

/** Closes a finding as the facts do. */
export async function closeFindingRow(id: string): Promise<void> {
  await db.finding.update({ where: { id }, data: { closedAt: new Date(), closedHow: 'facts' } })
}

/** An exception that the engineer files and the Release Manager approves, for a day unless told otherwise; gives its id. */
export async function anApprovedException(scene: Scene, at: { profile: string; rule: string }, hours = 24): Promise<string> {
  const filed = await fileIt(scene, scene.people.engineer, { ...at, until: isoIn(hours) })
  if (!filed.isApproved) await approveIt(scene.people.release_manager, filed, 'release-manager')
  return filed.id
}
