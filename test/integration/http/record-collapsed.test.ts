import { expect, test, vi } from 'vitest'
import { recordRefusal } from '@/lib/auth/record-refusal'
import { flushFloods } from '@/lib/db/record-collapsed'
import { refuse } from '@/lib/domain/refusal'
import { aPerson, ctxOf, events } from '@/test/support/factories'

test('a flood of refusals over an hour writes at most sixty events with the exact number (T35)', async () => {
  const ctx = await ctxOf(await aPerson())
  const attempt = { verb: 'promotion:sign', subject: { kind: 'promotion' as const, id: 'PRM-0001' }, system: 'alpha' }
  const denial = refuse('not_allowed', 'No.')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let tried = 0
  const settled = () => new Promise((done) => setImmediate(done))
  for (let second = 0; second < 3_600; second += 1) {
    for (let i = 0; i < 5; i += 1) {
      tried += 1
      await recordRefusal(ctx, attempt, denial)
    }
    vi.advanceTimersByTime(1_000)
    if (second % 60 === 0) await settled()
  }
  vi.useRealTimers()
  await flushFloods()
  // Summaries that the timer began are written in the background; all of them are there soon.
  await expect
    .poll(async () => (await mine()).reduce((sum, event) => sum + Number(event.payload.count), 0), { timeout: 10_000 })
    .toBe(tried)
  expect((await mine()).length).toBeLessThanOrEqual(60)

  async function mine() {
    return (await events('action.refused')).filter((event) => event.actor_id === ctx.actor.id)
  }
})
