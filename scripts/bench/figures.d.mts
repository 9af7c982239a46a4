export interface Run {
  requests?: number
  perSecond: number
  p50: number
  p95: number
  failures: number
}

export function median(numbers: readonly number[]): number
export function percentile(numbers: readonly number[], share: number): number
export function summary(measured: { latencies: number[]; elapsedMs: number; failures: number }): Run
export function overRounds(runs: readonly Run[]): Run & { rounds: number }
export function ratio(runs: readonly Pick<Run, 'perSecond'>[], base: readonly Pick<Run, 'perSecond'>[]): number
export function figure(number: number): string
export function table(rows: readonly string[][]): string[]
export function judge(aim: { what: string; value: number; least?: number; most?: number; stretch?: number; unit?: string }): {
  what: string
  value: number
  aim: string
  met: boolean
  stretched: boolean
  said: string
}
