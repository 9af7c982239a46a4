import { beforeAll, expect, it, vi } from 'vitest'
import type { Ctx } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import { getShell } from '@/lib/queries/shell'
import { aPerson } from '../../support/people'
import { aGovernedSystem } from '../../support/scene'

const log = vi.hoisted(() => ({ error: null as unknown }))
vi.mock('@/lib/db/load-log-state', async (original) => {
  const own = await original<typeof import('@/lib/db/load-log-state')>()
  return {
    ...own,
    loadLogStanding: (...args: Parameters<typeof own.loadLogStanding>) =>
      log.error ? Promise.reject(log.error) : own.loadLogStanding(...args),
  }
})

let auditor: Ctx
const shell = (error: unknown = null) => {
  log.error = error
  return getShell({ actor: auditor.actor, now: new Date() })
}

beforeAll(async () => {
  await aGovernedSystem('dreichor')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
}, 60_000)

it('says that nothing signs the log where no sequencer has run (T13)', async () => {
  const { log: said } = await shell()
  expect(said.line).toMatchObject({ status: 'warn', text: 'Audit log stopped' })
  expect(said.alarm).toMatchObject({ kind: 'stopped' })
})

it.each([
  ['no transaction in time', Object.assign(new Error('no'), { code: 'P2028' })],
  ['a statement cut off', Object.assign(new Error('no'), { cause: { originalCode: '57014' } })],
  ['a refusal', new Refused(refuse('busy', 'Try again.'))],
])('shows the page with an unknown log after %s', async (_, error) => {
  const { log: said, systems } = await shell(error)
  expect(said).toMatchObject({ line: { detail: 'unknown: it could not be read' }, alarm: null })
  expect(systems.map(({ slug }) => slug)).toEqual(['dreichor'])
})

it('lets a bug be one', async () => {
  await expect(shell(new TypeError('log is not a function'))).rejects.toThrow(TypeError)
})
