import { describe, expect, it } from 'vitest'
import { type LogRow, lagWords, logStateOf, whyNotLogBehind } from '@/lib/domain/log/standing'

const NOW = new Date('2026-11-22T12:00:00Z')
const ago = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1_000)
const row = (more: Partial<LogRow> = {}): LogRow => ({
  size: 10,
  root: 'ab'.repeat(32),
  checkpointAt: ago(5),
  pending: 0,
  oldest: null,
  now: NOW,
  sequencer: 'running',
  reason: null,
  beatAt: ago(1),
  anchoredSize: 8,
  anchoredAt: ago(40),
  ...more,
})

describe('how the log stands (audit-log.md, 8)', () => {
  it.each<[string, Partial<LogRow>, string]>([
    ['beats and nothing waits', {}, 'keeping-up'],
    ['something waits a moment', { pending: 3, oldest: ago(2) }, 'keeping-up'],
    ['something waits past the warning', { pending: 3, oldest: ago(61) }, 'behind'],
    ['more than 100,000 wait', { pending: 100_001, oldest: ago(2) }, 'behind'],
    ['stopped just now, as a restart does', { sequencer: 'stopped', beatAt: ago(5) }, 'keeping-up'],
    ['stopped for longer', { sequencer: 'stopped', beatAt: ago(90) }, 'stopped'],
    ['said to run and silent', { beatAt: ago(90) }, 'stopped'],
    ['never there', { sequencer: null, beatAt: null }, 'stopped'],
    ['its guard is red, however fresh', { sequencer: 'refusing', reason: 'The guard knows more.' }, 'refusing'],
  ])('%s', (_, more, state) => {
    expect(logStateOf(row(more), 60).state).toBe(state)
  })

  it('never lags into the past by a clock that jumped back', () => {
    expect(logStateOf(row({ pending: 1, oldest: new Date(NOW.getTime() + 5_000) }), 60).lagSeconds).toBe(0)
  })
})

describe('what a decision is told', () => {
  const why = (more: Partial<LogRow>) => whyNotLogBehind(logStateOf(row(more), 60), 300)

  it('nothing up to the limit, also while every page warns, and while nothing waits for a sequencer that is away', () => {
    expect(why({})).toBeNull()
    expect(why({ pending: 1, oldest: ago(300) })).toBeNull()
    expect(why({ sequencer: null, beatAt: null })).toBeNull()
  })

  it.each<[Partial<LogRow>, string]>([
    [{ pending: 1, oldest: ago(301) }, 'The audit log is behind: an event has waited 5 minutes for its place in it'],
    [{ pending: 100_001, oldest: ago(1) }, 'The audit log is behind: more than 100,000 events wait for their place in it'],
    [{ sequencer: 'refusing', reason: 'The guard knows more.' }, 'The audit log refuses to sign'],
  ])('what is wrong, what that stops, and what to do: %o', (more, start) => {
    const refusal = why(more)
    expect(refusal).toMatchObject({ code: 'audit_log_behind' })
    expect(refusal?.sentence).toBe(
      `${start}, so nothing on a production-like profile is sealed, approved, started or opened. Decide again once it keeps up; Audit says how it stands.`,
    )
    expect(refusal?.details?.at(-1)).toContain('If an incident cannot wait: act')
  })

  it('spans in words', () => {
    expect([lagWords(75), lagWords(119), lagWords(120), lagWords(3_700)]).toEqual(['75 seconds', '119 seconds', '2 minutes', '61 minutes'])
  })
})
