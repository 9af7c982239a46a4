import { writeFileSync } from 'node:fs'
import type { FullResult, Reporter, Suite } from '@playwright/test/reporter'

/** Writes how many browser tests passed and failed to `BROWSER_COUNT_FILE`, for `npm test` to add up. Flaky counts as failed. */
export default class BrowserCount implements Reporter {
  private suite: Suite | undefined
  private broken = 0

  onBegin(_config: unknown, suite: Suite): void {
    this.suite = suite
  }

  onError(): void {
    this.broken += 1
  }

  onEnd(_result: FullResult): void {
    const outcomes = (this.suite?.allTests() ?? []).map((test) => test.outcome())
    const passed = outcomes.filter((outcome) => outcome === 'expected').length
    const failed = outcomes.filter((outcome) => outcome === 'unexpected' || outcome === 'flaky').length + this.broken
    if (process.env.BROWSER_COUNT_FILE) writeFileSync(process.env.BROWSER_COUNT_FILE, JSON.stringify({ passed, failed }))
  }

  printsToStdio(): boolean {
    return false
  }
}
