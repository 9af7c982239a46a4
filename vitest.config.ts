import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// Three projects: pure rules in one process, use cases on a real PostgreSQL (a copy of the migrated template per file), components in jsdom.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@\//, replacement: `${import.meta.dirname}/` },
      { find: 'server-only', replacement: `${import.meta.dirname}/test/support/empty.ts` },
    ],
  },
  test: {
    maxWorkers: 2,
    // A busy machine is no failure: what must be fast is measured by the bench, never by a test's time.
    testTimeout: 20_000,
    passWithNoTests: true,
    reporters: ['default', './test/support/count.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/architecture.test.ts'], environment: 'node', isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          environment: 'node',
          globalSetup: ['test/support/global.ts'],
          setupFiles: ['test/support/database.ts'],
          testTimeout: 40_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        plugins: [react()],
        test: { name: 'component', include: ['test/component/**/*.test.tsx'], environment: 'jsdom', setupFiles: ['test/support/dom.ts'] },
      },
    ],
  },
})
