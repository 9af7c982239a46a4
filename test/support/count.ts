import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/**
 * Ends a run with `N passed, N failed`. A file that cannot be loaded and an error outside any test count as one failure each.
 * With `COUNT_FILE` set the two numbers are written there instead, for `npm test` to add up.
 */
export default class Count implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0
    let failed = unhandled.length
    for (const module of modules) {
      failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed += 1
        if (state === 'failed') failed += 1
      }
      for (const suite of module.children.allSuites()) failed += suite.errors().length
    }
    if (process.env.COUNT_FILE) writeFileSync(process.env.COUNT_FILE, JSON.stringify({ passed, failed }))
    else process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  }
}
