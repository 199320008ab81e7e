import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // oclif writes to stdout itself; an intercepted console would leave it empty.
    disableConsoleIntercept: true,
    // Against tests that hang, not slow machines.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: { TZ: 'UTC' },
    // Most of a file's time is waiting for servers; one processor less than there are, the default, would be one of two.
    maxWorkers: Math.max(2, availableParallelism()),
    reporters: [['default', { summary: false }], './test/support/reporter.ts'],
  },
})
