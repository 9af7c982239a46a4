import 'server-only'
import type { z } from 'zod'
import { loadSystem } from '@/lib/db/load-system'
import { mutate } from '@/lib/db/mutate'
import { templateHash } from '@/lib/domain/checklist'
import { readTaskList } from '@/lib/domain/checklist-markdown'
import { whyNotImport } from '@/lib/domain/checklist-run'
import type { Ctx } from '@/lib/domain/context'
import { ensure, Refused, refuse } from '@/lib/domain/refusal'
import type { importTemplateInput } from '@/lib/schemas/checklist'
import { whyNotSecretFile } from '@/lib/secret-filter/why-not-secret'

/** Imports a Markdown task list as the next version of a checklist that the policy keeps in a file outside (000.30). Runs pin the version they began with. */
export async function importTemplate(
  ctx: Ctx,
  input: z.output<typeof importTemplateInput>,
): Promise<{ id: string; number: number; hash: string; items: number }> {
  ensure(whyNotSecretFile(input.fileName, input.source))
  return mutate(ctx, async ({ tx, now, actor }) => {
    const { active, ...system } = await loadSystem(tx, actor, input.system, now)
    const list = active.policy.checklists.find((candidate) => candidate.id === input.checklist)
    if (!list)
      throw new Refused(refuse('not_found', `The policy of ${system.name} has no checklist ${input.checklist}.`, { place: 'checklist' }))
    ensure(whyNotImport(list, actor, system, now))
    const read = readTaskList(input.source, list.title)
    if ('findings' in read) {
      const details = read.findings.map((finding) => `${input.fileName}:${finding.line} ${finding.sentence}`)
      throw new Refused(
        refuse('invalid', 'The file is no checklist that can be read. Each line that stands in the way is named.', {
          place: 'source',
          details,
        }),
      )
    }
    const hash = templateHash(read)
    await tx.$queryRaw`SELECT id FROM "System" WHERE id = ${system.id} FOR UPDATE`
    const earlier = await tx.checklistTemplate.findMany({
      where: { systemId: system.id, checklistKey: list.id },
      select: { number: true, hash: true },
      orderBy: { number: 'desc' },
    })
    const same = earlier.find((template) => template.hash === hash)
    ensure(same ? refuse('conflict', `This is version ${same.number} of ${list.title}, item for item. Nothing was imported.`) : null)
    const number = (earlier[0]?.number ?? 0) + 1
    const { id } = await tx.checklistTemplate.create({
      data: {
        systemId: system.id,
        checklistKey: list.id,
        fileName: input.fileName,
        number,
        hash,
        title: read.title,
        items: JSON.parse(JSON.stringify(read.items)), // options that are absent are dropped, as in the hash
        source: input.source,
        importedById: actor.id,
        importedAt: now,
      },
      select: { id: true },
    })
    return {
      result: { id, number, hash, items: read.items.length },
      events: [
        {
          action: 'checklist_template.imported',
          system: system.id,
          subject: { kind: 'checklist_template', id, version: number },
          policy: active.hash,
          after: { checklist: list.id, number, hash, items: read.items.length },
        },
      ],
    }
  })
}
