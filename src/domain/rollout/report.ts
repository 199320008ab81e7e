/** What is found of one environment at one moment: the gates, what is behind them, and what follows. */
import { API_VERSION, type Document } from '../document.ts'
import type { ExitName } from '../errors.ts'
import type { Environment, Rollout } from './file/rollout.ts'
import { type Verdict, verdictOf } from './gates/evaluate.ts'
import type { GateName, GateResult, JudgedOutcome } from './gates/gate.ts'
import type { Leftover } from './observe/leftovers.ts'
import type { Outcome } from './observe/outcome.ts'
import type { EnvironmentState, RolloutEntry, Stage } from './state/entries.ts'

export interface RolloutReport extends Document {
  kind: 'RolloutReport'
  rollout: string
  environment: string
  context: string
  namespaces: readonly string[]
  /** When it was looked. */
  at: string
  stage: Stage
  started: { at: string; by: string; run: string | null; version: { from: string | null; to: string | null } } | null
  verdict: Verdict
  gates: GateResult[]
  applications: {
    /** In the record: before the start within the baseline's days, and since. */
    before: number
    since: number
    completedSince: number
    failedSince: Readonly<Record<'operator' | 'platform' | 'job' | 'undecided', number>>
    open: number
  }
  /** Failures since the start, the newest first; those of the operator before all others. */
  failures: FailureRow[]
  leftovers: Leftover[]
  unseen: readonly string[]
  /** What happened in this environment, in order. */
  history: { event: RolloutEntry['event']; at: string; by: string; says: string }[]
  /** The command that comes next. */
  next: string
}

export interface FailureRow {
  application: string
  job: string
  jobFrom: Outcome['jobFrom']
  finishedAt: string
  origin: 'operator' | 'platform' | 'job' | 'undecided'
  class: string
  rule: string
  reason: string
  standing: 'known' | 'new' | 'no history'
  evidence: { object: string; field: string; text: string }[]
}

export const FAILURES_SHOWN = 200
const ORIGINS = ['operator', 'undecided', 'platform', 'job'] as const

/** Puts a report together. */
export function reportOf(
  { name: rollout }: Pick<Rollout, 'name'>,
  environment: Environment,
  found: {
    now: number
    state: EnvironmentState
    entries: readonly RolloutEntry[]
    gates: GateResult[]
    accepted: ReadonlySet<GateName>
    before: readonly Outcome[]
    since: readonly JudgedOutcome[]
    open: number
    leftovers: Leftover[]
    unseen: readonly string[]
  },
): RolloutReport {
  const { state, gates, since } = found
  const { started } = state
  const verdict = verdictOf(gates, found.accepted)
  return {
    apiVersion: API_VERSION,
    kind: 'RolloutReport',
    rollout,
    environment: environment.name,
    context: environment.context,
    namespaces: environment.namespaces,
    at: new Date(found.now).toISOString(),
    stage: state.stage,
    started: started && { at: started.at, by: started.by, run: started.run, version: started.version },
    verdict,
    gates,
    applications: {
      before: found.before.length,
      since: since.length,
      completedSince: since.filter(({ completed }) => completed).length,
      failedSince: {
        operator: countOf(since, 'operator'),
        platform: countOf(since, 'platform'),
        job: countOf(since, 'job'),
        undecided: countOf(since, 'undecided'),
      },
      open: found.open,
    },
    failures: failureRows(since).slice(0, FAILURES_SHOWN),
    leftovers: found.leftovers,
    unseen: found.unseen,
    history: found.entries
      .filter((entry) => entry.environment === environment.name)
      .map((entry) => ({ event: entry.event, at: entry.at, by: entry.by, says: wordsOf(entry) })),
    next: nextOf(environment.name, state, verdict),
  }
}

function countOf(since: readonly JudgedOutcome[], origin: FailureRow['origin']): number {
  return since.filter(({ cause }) => cause?.origin === origin).length
}

function failureRows(since: readonly JudgedOutcome[]): FailureRow[] {
  const rows = since.flatMap((outcome): FailureRow[] => {
    const { cause, standing } = outcome
    if (cause === null || standing === null) return []
    return [
      {
        application: `${outcome.namespace}/${outcome.name}`,
        ...{ job: outcome.job, jobFrom: outcome.jobFrom, finishedAt: outcome.finishedAt },
        ...{ origin: cause.origin, class: cause.class, rule: cause.rule, reason: cause.reason, standing },
        evidence: cause.evidence,
      },
    ]
  })
  return rows.sort(
    (a, b) =>
      ORIGINS.indexOf(a.origin) - ORIGINS.indexOf(b.origin) ||
      (a.finishedAt < b.finishedAt ? 1 : a.finishedAt > b.finishedAt ? -1 : 0),
  )
}

/** One line of what an entry records. */
export function wordsOf(entry: RolloutEntry): string {
  switch (entry.event) {
    case 'starting':
      return 'the operator is being moved'
    case 'started':
      return `moved from ${entry.version.from ?? 'an unknown version'} to ${entry.version.to ?? 'an unknown version'}${entry.run === null ? '' : `, run ${entry.run}`}`
    case 'promoted':
      return entry.accepted.length === 0 ? 'every gate held' : `accepted as they were: ${entry.accepted.join(', ')}`
    case 'halted':
      return entry.why
    case 'reverted':
      return `the operator was taken back, run ${entry.run}`
  }
}

function nextOf(name: string, { stage, started }: EnvironmentState, verdict: Verdict): string {
  if (stage === 'waiting' || stage === 'starting' || stage === 'reverted') return `sparkops rollout start ${name}`
  if (stage === 'halted')
    return started === null || started.run === null
      ? `sparkops rollout start ${name}`
      : `sparkops operator revert ${started.run}`
  if (stage === 'promoted') return 'sparkops rollout status'
  if (verdict === 'open') return `sparkops rollout promote ${name}`
  return verdict === 'halt' || verdict === 'failed' ? `sparkops rollout halt ${name}` : `sparkops rollout watch ${name}`
}

const EXITS: Readonly<Record<Verdict, ExitName>> = {
  open: 'ok',
  waiting: 'pending',
  unseen: 'inconclusive',
  failed: 'findings',
  halt: 'findings',
}

/** How a command ends that shows a report; an environment that nobody started, or that is over, is no check. */
export function reportExit({ stage, verdict }: Pick<RolloutReport, 'stage' | 'verdict'>): ExitName {
  return stage === 'soaking' ? EXITS[verdict] : 'ok'
}
