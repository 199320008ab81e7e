/** What the verbs of an operator move work with, and how they wait. */
import type { Clock } from '../../../ports/clock.ts'
import type { Cluster } from '../../../ports/cluster.ts'
import type { Helm } from '../../../ports/helm.ts'
import type { SnapshotTaker } from '../../../ports/snapshot-taker.ts'
import type { VersionSource } from '../../../ports/version-source.ts'
import { SparkopsError } from '../../errors.ts'
import type { Step } from '../../plan/plan.ts'
import type { RunProgress } from '../../plan/run-record.ts'

export interface MadePod {
  name: string
  /** By the server's clock, in whole seconds. */
  createdAt: string
}

/** A watch that was begun. */
export interface PodWatch {
  made: () => readonly MadePod[]
  stop: () => void
}

export interface ApplyContext {
  cluster: Cluster
  helm: Helm
  /** Charts as files. */
  sources: VersionSource
  snapshots: SnapshotTaker
  clock: Clock
  /** Rejects when the run is interrupted: waiting is what may be cut short, writing is not. */
  sleep: (milliseconds: number) => Promise<void>
  /** Aborts with the run; for reads that wait. */
  signal: AbortSignal
  step: Step
  /** Says how far the step is. */
  tell: (detail: string) => void
  run: RunAccess
  /** Lasts as long as the process: what was seen, and when. */
  seen: Map<string, { value: string; since: number }>
  /** Watches on pods, by selector; they end with the process. */
  watches: Map<string, PodWatch>
}

/** What a verb may know of its run and of the run that it takes back. */
export interface RunAccess {
  id: string
  directory: string
  undoes: string | null
  /** Whose lock it takes over, since its journal is lost. */
  takesOver: string | null
  progress: () => RunProgress
  keep: (name: string, value: unknown) => Promise<void>
  /** A line of `NAME.ndjson` in the run's directory. */
  record: (name: string, value: unknown) => Promise<void>
  kept: (name: string) => Promise<unknown[]>
  /** Of the run that this one takes back; of this one where it takes none back. */
  keptBefore: (name: string) => Promise<unknown[]>
}

export const POLL_MS = 500

/** Asks again until the answer is no longer a reason to wait; then fails, resumable (exit 8), with the last reason. */
export async function waitUntil(
  context: Pick<ApplyContext, 'clock' | 'sleep' | 'tell'>,
  options: { seconds: number; what: string; hint: string },
  check: () => Promise<string | undefined>,
): Promise<void> {
  const deadline = context.clock.now() + options.seconds * 1000
  for (;;) {
    const reason = await check()
    if (reason === undefined) return
    if (context.clock.now() >= deadline) throw tooLong(options, reason)
    context.tell(reason)
    await context.sleep(POLL_MS)
  }
}

function tooLong({ seconds, what, hint }: { seconds: number; what: string; hint: string }, reason: string): Error {
  return new SparkopsError({
    code: 'SO_WAITED_TOO_LONG',
    message: `${what}: not within ${seconds} s`,
    why: reason,
    hint,
    exit: 'pending',
  })
}
