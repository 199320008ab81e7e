/** Looks at an environment again and again until its gates decide. */
import type { RolloutReport } from './report.ts'

export interface WatchOptions {
  look: () => Promise<RolloutReport>
  now: () => number
  sleep: (milliseconds: number) => Promise<void>
  everyMs: number
  /** When it is given up; milliseconds since the epoch. */
  until: number
  /** Told of every gate whose state changed, and of all at the first look. */
  onChange: (gate: string, state: string, reason: string) => void
  /** Told of a look that failed: a cluster may be away for a while. */
  onTrouble: (error: unknown) => void
}

/** Throws only where a look fails as often in a row. */
const PATIENCE = 5

/**
 * The report in which all holds, or a gate does not. Undecided ends when the time is over; where only what cannot be seen is
 * left, no waiting helps, and it ends too. A look that fails is tried again.
 */
export async function watchGates(options: WatchOptions): Promise<RolloutReport> {
  const states = new Map<string, string>()
  let failures = 0
  for (;;) {
    try {
      const report = await options.look()
      failures = 0
      tellChanges(report, states, options)
      const isDecided = report.stage !== 'soaking' || report.verdict !== 'waiting'
      if (isDecided || options.now() + options.everyMs > options.until) return report
    } catch (error) {
      failures += 1
      if (failures >= PATIENCE) throw error
      options.onTrouble(error)
    }
    await options.sleep(options.everyMs)
  }
}

function tellChanges({ gates }: RolloutReport, states: Map<string, string>, { onChange }: WatchOptions): void {
  for (const { gate, state, reason } of gates) {
    if (states.get(gate) !== state) onChange(gate, state, reason)
    states.set(gate, state)
  }
}
