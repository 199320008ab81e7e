/** Watches until leaders change by themselves, and judges that as if it had been made. Writes nothing anywhere. */
import type { Clock } from '../../../ports/clock.ts'
import type { Cluster } from '../../../ports/cluster.ts'
import { takenAfter, unsettled } from './measure.ts'
import { concludeFailover, type FailoverReport, type FailoverSubject } from './report.ts'
import { Sightings } from './sightings.ts'
import { concernOf } from './watch-holder.ts'
import { watchFailover, type WatchScope } from './watch.ts'

export interface Observation {
  cluster: Cluster
  clock: Clock
  sleep: (milliseconds: number) => Promise<void>
  scope: WatchScope
  subject: FailoverSubject
  /** How long to wait for a change; undefined: until interrupted. */
  timeoutMs: number | undefined
  settleMs: number
  tell: (text: string) => void
}

const POLL_MS = 200
/** What is still being submitted is waited for so much longer. */
const STRAGGLERS_MS = 180_000

export async function observeFailover(observation: Observation): Promise<FailoverReport> {
  const { cluster, clock, sleep, scope, subject, timeoutMs = Infinity, settleMs, tell } = observation
  const seen = new Sightings(concernOf(scope))
  const watch = watchFailover(scope, seen, { cluster, now: () => clock.now(), record: () => Promise.resolve() })
  try {
    await watch.begun
    const begunAt = clock.now()
    const { holder } = subject.leader
    const find = () => takenAfter(seen.lock, { since: 0, holder, isOurs: () => false })
    while (find() === undefined && clock.now() - begunAt < timeoutMs) {
      watch.check()
      await sleep(POLL_MS)
    }
    const taken = find() ?? null
    if (taken !== null) {
      tell(`${taken.holder} leads now; looking on for ${settleMs / 1000} s`)
      const window = { from: begunAt, ledFrom: clock.now() }
      const isOpen = (spent: number): boolean =>
        spent < settleMs || (spent < settleMs + STRAGGLERS_MS && unsettled(seen, window).length > 0)
      while (isOpen(clock.now() - window.ledFrom)) {
        watch.check()
        await sleep(Math.min(POLL_MS, settleMs))
      }
    }
    return concludeFailover(
      subject,
      {
        ...{ run: null, begunAt, removedAt: null, notRemoved: null, taken, endedAt: clock.now(), settledMs: settleMs },
        ...{ isWhole: true, refused: [], unseen: watch.unseen },
      },
      seen,
    )
  } finally {
    await watch.stop()
  }
}
