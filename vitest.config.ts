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
    // Files wait for servers a third of their time and more: with a file to a processor two of them stood idle as long.
    maxWorkers: Math.max(2, Math.ceil(1.5 * availableParallelism())),
    reporters: [['default', { summary: false }], './test/support/reporter.ts'],
  },
})
