/** A run of an operator move from its beginning to its end: what `apply`, `resume`, `revert` and `abort` have in common. */
import type { Clock } from '../../../ports/clock.ts'
import type { Cluster } from '../../../ports/cluster.ts'
import type { Helm } from '../../../ports/helm.ts'
import type { OpenRun, RunStore, StoredRun } from '../../../ports/journal.ts'
import type { SnapshotTaker } from '../../../ports/snapshot-taker.ts'
import type { VersionSource } from '../../../ports/version-source.ts'
import { SparkopsError } from '../../errors.ts'
import { stringifyExact } from '../../exact-json.ts'
import { carryOut } from '../../plan/carry-out.ts'
import type { Plan, Step } from '../../plan/plan.ts'
import { readPlan } from '../../plan/read-plan.ts'
import { newRunId } from '../../plan/run-id.ts'
import { addUp, type RunProgress } from '../../plan/run-record.ts'
import { requireCluster } from '../../plan/stale.ts'
import type { RunNews } from '../../plan/verb.ts'
import { progressOfRun as progressOf } from '../../plan/whole-run.ts'
import type { ApplyContext } from './context.ts'
import { type OperatorReceipt, receiptOf } from './receipt.ts'
import { OPERATOR_VERBS } from './verbs.ts'

export interface OperatorSession {
  cluster: Cluster
  helm: Helm
  sources: VersionSource
  snapshots: SnapshotTaker
  store: RunStore
  clock: Clock
  sleep: (milliseconds: number) => Promise<void>
  signal: AbortSignal
  report: (news: RunNews) => void
  mayPass: (step: Step) => Promise<boolean>
  process: { host: string; pid: number; random: () => string }
}

const VERBS = new Set(OPERATOR_VERBS.keys())

export interface RunPurpose {
  purpose: string
  /** The run that it takes back. */
  undoes: string | null
  /** A run whose journal is lost for good. */
  takesOver?: string | undefined
}

/** Begins a run of a plan. */
export async function beginRun(
  { store, clock, process, cluster }: Pick<OperatorSession, 'store' | 'clock' | 'process' | 'cluster'>,
  plan: Plan,
  { purpose, undoes, takesOver }: RunPurpose,
): Promise<OpenRun> {
  requireCluster(plan, cluster.identity)
  await refuseWhileOpen(store, plan, undoes)
  if (takesOver !== undefined) await requireLost(store, takesOver)
  const id = newRunId(clock.now(), process.random())
  const run = await store.create(id, stringifyExact(plan))
  const lost = takesOver === undefined ? {} : { takesOver }
  await run.append({ event: 'opened', run: id, purpose, digest: plan.digest, undoes, ...lost, tool: plan.tool.version })
  return run
}

/** Carries a run on to its end, and closes it in any case. */
export async function goOn(session: OperatorSession, run: OpenRun, plan: Plan): Promise<OperatorReceipt> {
  const progress = progressOfRun(run)
  const seen: ApplyContext['seen'] = new Map()
  const watches: ApplyContext['watches'] = new Map()
  try {
    const undone = progress.undoes === null ? undefined : await session.store.read(progress.undoes)
    const { host, pid } = session.process
    await run.append({ event: 'started', host, pid })
    const end = await carryOut({
      plan,
      run,
      verbs: OPERATOR_VERBS,
      contextOf: (step, tell) => contextOf(session, run, undone, { step, tell, seen, watches }),
      signal: session.signal,
      report: session.report,
      mayPass: session.mayPass,
      keepDrifted: progress.undoes !== null,
      howToGoOn: `sparkops operator resume ${run.id}`,
      beforeEnd: () => closeUndone(session.store, progress),
    })
    return receiptOf(plan, end)
  } finally {
    for (const watch of watches.values()) watch.stop()
    await run.close()
  }
}

function contextOf(
  { cluster, helm, sources, snapshots, clock, sleep, signal }: OperatorSession,
  run: OpenRun,
  undone: StoredRun | undefined,
  { step, tell, seen, watches }: Pick<ApplyContext, 'step' | 'tell' | 'seen' | 'watches'>,
): ApplyContext {
  return {
    ...{ cluster, helm, sources, snapshots, clock, sleep, signal, step, tell, seen, watches },
    run: {
      id: run.id,
      directory: run.directory,
      undoes: undone?.id ?? null,
      takesOver: progressOfRun(run).takesOver,
      progress: () => progressOfRun(run),
      keep: (name, value) => run.keep(name, value),
      record: (name, value) => run.record(name, value),
      kept: (name) => run.kept(name),
      keptBefore: (name) => (undone ?? run).kept(name),
    },
  }
}

/** The plan of a run that is to go on, checked like any other file. */
export function planOfRun({ plan, directory }: StoredRun): Plan {
  return readPlan(plan, `${directory}/plan.json`, VERBS)
}

/** What a run's journal adds up to; throws where it has not even begun. */
export function progressOfRun(run: Pick<StoredRun, 'id' | 'records'>): RunProgress {
  return progressOf(run, 'apply the plan again')
}

/** Two open runs of one cluster would undo each other. The Lease says so too, also to other machines. */
async function refuseWhileOpen(store: RunStore, plan: Plan, undoes: string | null): Promise<void> {
  for (const id of await store.list()) {
    if (id === undoes) continue
    const stored = await store.read(id).catch(() => undefined)
    const progress = stored && addUp(stored.records)
    if (!stored || !progress || progress.outcome !== null || !stored.plan.includes(plan.target.id)) continue
    // One that has begun no step (the lock was another's) has nothing that could be undone.
    if ([...progress.steps.values()].every(({ attempts }) => attempts === 0)) continue
    // Copies of applications that were not all made are no move of the operator.
    if (!progress.purpose.startsWith('operator ')) continue
    throw new SparkopsError({
      code: 'SO_RUN_OPEN',
      message: `run ${id} on this cluster has not ended`,
      why:
        progress.undoes === undoes && undoes !== null
          ? `it takes back ${undoes} already`
          : 'two moves at once would undo each other',
      hint: `sparkops operator resume ${id}, or sparkops operator abort ${id}`,
      exit: 'stale',
    })
  }
}

/** What this machine knows of is not lost. */
async function requireLost(store: RunStore, id: string): Promise<void> {
  if (!(await store.list()).includes(id)) return
  throw new SparkopsError({
    code: 'SO_RUN_NOT_LOST',
    message: `the journal of run ${id} is not lost: it is here`,
    why: 'what it did is known, so that it can go on or be taken back exactly',
    hint: `sparkops operator resume ${id}, or sparkops operator abort ${id}`,
    exit: 'usage',
  })
}

/** The run that was taken back has ended with that. */
async function closeUndone(store: RunStore, { run, undoes }: RunProgress): Promise<void> {
  if (undoes === null) return
  const undone = await store.open(undoes)
  try {
    if (progressOfRun(undone).closedBy !== run) await undone.append({ event: 'closed', outcome: 'superseded', by: run })
  } finally {
    await undone.close()
  }
}
