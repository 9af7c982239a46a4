import { describe, expect, it } from 'vitest'
import { figure, judge, median, overRounds, percentile, ratio, summary, table } from '../../scripts/bench/figures.mjs'

const run = (perSecond: number, p95 = 10, failures = 0) => ({ perSecond, p50: 5, p95, failures })

describe('figures of the bench', () => {
  it('medians and percentiles are of the samples, in whatever order they came', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeNaN()
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect([percentile(hundred, 0.5), percentile(hundred, 0.95), percentile([7], 0.95), percentile([], 0.5)]).toEqual([
      50,
      95,
      7,
      Number.NaN,
    ])
  })

  it('a run is requests in a second, and no failure is lost over rounds', () => {
    expect(summary({ latencies: [1, 2, 3, 4], elapsedMs: 2, failures: 0 })).toEqual({
      requests: 4,
      perSecond: 2000,
      p50: 2,
      p95: 4,
      failures: 0,
    })
    expect(overRounds([run(100, 10), run(300, 30, 1), run(200, 20)])).toEqual({ rounds: 3, perSecond: 200, p50: 5, p95: 20, failures: 1 })
  })

  it('a ratio compares within a round, so that a slow moment of the machine cancels out', () => {
    expect(ratio([run(50), run(5), run(60)], [run(100), run(10), run(100)])).toBe(0.5)
  })

  it('an aim is a least or a most, and says by its words whether it is met', () => {
    expect(judge({ what: 'evidence', value: 0.55, least: 0.5, stretch: 0.7 })).toMatchObject({
      met: true,
      stretched: false,
      aim: 'at least 0.5 (stretch 0.7)',
    })
    expect(judge({ what: 'verdict', value: 30, most: 25, unit: ' ms' })).toMatchObject({
      met: false,
      said: 'MISSED  verdict: 30.0 ms, aim at most 25 ms',
    })
    expect(judge({ what: 'unknown', value: Number.NaN, most: 25 }).met).toBe(false)
  })

  it('figures have as many digits as they deserve, and stand under one another', () => {
    expect([figure(1234.5), figure(12.345), figure(0.567), figure(Number.NaN)]).toEqual(['1,235', '12.3', '0.57', '-'])
    expect(
      table([
        ['', 'a'],
        ['long', '10'],
      ]),
    ).toEqual(['       a', 'long  10'])
  })
})
