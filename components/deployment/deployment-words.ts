import type { StatusKind } from '@/components/ui/status'
import type { DeploymentRow } from '@/lib/queries/deployments'

export const FAILURE_CLASS_WORDS: Record<string, string> = {
  'invalid-environment': 'Invalid environment',
  migration: 'Migration',
  'health-check': 'Health check',
  'smoke-test': 'Smoke test',
  other: 'Something else',
}

/** The state of a deployment as shape and words. One without authority is said to be so whatever became of it. */
export function deploymentStatus(row: Pick<DeploymentRow, 'status' | 'watching' | 'leftOpen' | 'authorised' | 'failure'>): {
  status: StatusKind
  words: string
} {
  const unauthorised = row.authorised ? '' : ', without authority'
  switch (row.status) {
    case 'started':
      return { status: row.authorised ? 'running' : 'fail', words: `Running${unauthorised}` }
    case 'failed':
      return { status: 'fail', words: `Failed${row.failure ? `: ${row.failure}` : ''}${unauthorised}` }
    case 'rolled_back':
      return { status: 'na', words: `Rolled back${unauthorised}` }
    case 'succeeded':
      if (!row.authorised) return { status: 'fail', words: `Succeeded${unauthorised}` }
      if (row.watching) return { status: 'waiting', words: 'Watching' }
      return { status: 'pass', words: row.leftOpen ? 'Succeeded, last checks left open' : 'Succeeded' }
    default:
      return row.status satisfies never
  }
}

export const KIND_WORDS: Record<DeploymentRow['kind'], string> = { deploy: 'Deployment', redeploy: 'Redeployment', rollback: 'Rollback' }
