import { beforeAll, expect, it, vi } from 'vitest'
import type { Ctx } from '@/lib/domain/context'
import { Refused, refuse } from '@/lib/domain/refusal'
import { getShell } from '@/lib/queries/shell'
import { aPerson } from '../../support/people'
import { aGovernedSystem } from '../../support/scene'

const trail = vi.hoisted(() => ({ error: null as unknown }))
vi.mock('@/lib/db/newest-event', async (original) => {
  const own = await original<typeof import('@/lib/db/newest-event')>()
  return {
    ...own,
    newestEventAt: (...args: Parameters<typeof own.newestEventAt>) =>
      trail.error ? Promise.reject(trail.error) : own.newestEventAt(...args),
  }
})

let auditor: Ctx
const shell = (error: unknown = null) => {
  trail.error = error
  return getShell({ actor: auditor.actor, now: new Date() })
}

beforeAll(async () => {
  await aGovernedSystem('dreichor')
  auditor = await aPerson('Clare Adeyemi', ['auditor'])
}, 60_000)

it('says when the trail was last written', async () => {
  expect((await shell()).trailAt).toBeInstanceOf(Date)
})

it.each([
  ['no transaction in time', Object.assign(new Error('no'), { code: 'P2028' })],
  ['a statement cut off', Object.assign(new Error('no'), { cause: { originalCode: '57014' } })],
  ['a refusal', new Refused(refuse('busy', 'Try again.'))],
])('shows the page with an unknown trail after %s', async (_, error) => {
  const { trailAt, systems } = await shell(error)
  expect(trailAt).toBe('unknown')
  expect(systems.map(({ slug }) => slug)).toEqual(['dreichor'])
})

it('lets a bug be one', async () => {
  await expect(shell(new TypeError('trail is not a function'))).rejects.toThrow(TypeError)
})
