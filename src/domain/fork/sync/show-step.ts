/** One step of a run, in full: what was decided, by which rule, and how the change differs from what it was. */
import { SparkopsError } from '../../errors.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { compareChanges, interdiff } from '../proof/compare-change.ts'
import { type SyncTools, seriesCommit } from './advance.ts'
import type { OpenRun } from './run-store.ts'
import { reportRun, type RunStep } from './run-report.ts'

export interface ForkStep extends Document {
  kind: 'ForkStep'
  id: string
  step: RunStep
  message: string
  /** Whether the change is the same, with its context or without. */
  change: 'identical' | 'context' | 'different' | null
  paths: string[]
  interdiff: string
}

/** Shows a step that is done. */
export async function showStep(
  tools: Pick<SyncTools, 'git' | 'workbench'>,
  run: OpenRun,
  number: number,
): Promise<ForkStep> {
  const { git } = tools
  const { id, steps } = await reportRun(tools, run)
  const step = steps.find((one) => one.number === number)
  const entry = run.state.steps.find((one) => one.number === number)
  if (step === undefined || entry === undefined) {
    throw new SparkopsError({
      code: 'SO_NO_SUCH_STEP',
      message: `${id} has no step ${number} that is done`,
      hint: 'sparkops fork show lists them',
      exit: 'usage',
    })
  }
  const commit = await seriesCommit(git, run.state, number)
  const common: Pick<ForkStep, 'apiVersion' | 'kind' | 'id' | 'step' | 'message'> = {
    apiVersion: API_VERSION,
    kind: 'ForkStep',
    id,
    step,
    message: commit.message,
  }
  if (entry.made === null) return { ...common, change: null, paths: [], interdiff: '' }
  const old = { before: commit.parentTree, after: commit.tree }
  const made = { before: entry.treeBefore, after: entry.tree }
  const { result, paths } = await compareChanges(git, old, made)
  return { ...common, change: result, paths, interdiff: await interdiff(git, old, made, paths) }
}
