import 'server-only'
import { db } from '@/lib/db/client'
import { loadActivePolicy } from '@/lib/db/load-policy'
import { edgeGates } from '@/lib/domain/gate'
import { SAMPLE, type Sample } from '@/lib/schemas/api/examples'
import { type Looker, loadReadable } from '../system-standing'
import { listRuns } from './checklists'
import { listDeployments } from './deployments'
import { listExceptions } from './exceptions'
import { listFallbackUses } from './fallbacks'
import { listIncidents } from './incidents'
import { listFindings, listObservations } from './observations'
import { listPromotions } from './promotions'
import { listRotations } from './rotations'

const newest = { take: 1, after: null }

/**
 * Names for the examples of the API's page that the reader can try: of the promotion opened last among those they may see, else of the first system;
 * made-up ones where there is nothing yet.
 */
export async function getApiSample(looker: Looker): Promise<Sample> {
  const [[promotion], [first]] = await Promise.all([listPromotions(looker, {}, newest), loadReadable(looker)])
  const system = promotion?.system ?? first?.id
  const inHours = (hours: number) => new Date(looker.now.getTime() + hours * 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
  const sample = { ...SAMPLE, at: inHours(-1), until: inHours(96) }
  if (!system) return sample
  const [{ policy, number }, [deployment], [run], [incident], [fallback], [exception], [rotation], [finding], [observation], release] =
    await Promise.all([
      loadActivePolicy(db, system),
      listDeployments(looker, { system }, newest),
      listRuns(looker, { system }, newest),
      listIncidents(looker, { system }, newest),
      listFallbackUses(looker, { system }, newest),
      listExceptions(looker, { system }, newest),
      listRotations(looker, { system }, newest),
      listFindings(looker, { system }, newest),
      listObservations(looker, { system }, newest),
      db.release.findFirst({ where: { systemId: system }, orderBy: { buildDate: 'desc' }, select: { version: true } }),
    ])
  const edge = policy.edges.find(({ to }) => to === promotion?.to) ?? policy.edges.at(-1)
  const gate = edge && edgeGates(policy, edge).find(({ kind, by }) => kind === 'check' && by.kinds.includes('token'))
  const list = policy.checklists.find(({ id }) => id === run?.checklist) ?? policy.checklists[0]
  const rule = policy.rotation.ownership.find(({ id }) => id === rotation?.rule) ?? policy.rotation.ownership[0]
  return {
    ...sample,
    system,
    number,
    version: promotion?.version ?? release?.version ?? sample.version,
    profile: edge?.to ?? sample.profile,
    gate: gate?.id ?? sample.gate,
    checklist: list?.id ?? sample.checklist,
    item: list?.items?.[0]?.id ?? sample.item,
    mapping: policy.secrets.mappings[0]?.id ?? sample.mapping,
    promotion: promotion?.id ?? sample.promotion,
    deployment: deployment?.id ?? sample.deployment,
    incident: incident?.id ?? sample.incident,
    fallback: fallback?.id ?? sample.fallback,
    exception: exception?.id ?? sample.exception,
    finding: finding?.id ?? sample.finding,
    observation: observation?.id ?? sample.observation,
    rotation: rotation?.id ?? sample.rotation,
    rule: rule?.id ?? sample.rule,
    owner: rule?.owners.slots[0]?.id ?? sample.owner,
    run: run?.id ?? sample.run,
  }
}
