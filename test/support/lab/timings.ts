/** What is waited for in tests: long enough for a busy machine, short enough to see pauses end. */
import type { Timings } from '../../../src/adapters/kube/timings.ts'

export const SHORT: Partial<Timings> = { pauseMs: 20, longestPauseMs: 500, firstContactMs: 500 }
