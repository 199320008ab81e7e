/**
 * Carries out a plan, or goes on with one: precondition, act, postcondition for each step, each written to the journal
 * before and after. What is observed counts for more than what the journal says.
 */
import { type ExitName, SparkopsError } from '../errors.ts'
import type { OpenRun } from '../../ports/journal.ts'
import type { Json, Plan, Step } from './plan.ts'
import { addUp, progressOf, type RunProgress } from './run-record.ts'
import type { Look, RunNews, Verb, Verbs } from './verb.ts'

export interface CarryOutOptions<Context> {
  plan: Plan
  run: OpenRun
  verbs: Verbs<Context>
  /** What a step's verb works with; `tell` passes on how far it is. */
  contextOf: (step: Step, tell: (detail: string) => void) => Context
  /** Aborts at Ctrl-C: the request in flight is finished, then the run pauses. */
  signal: AbortSignal
  report: (news: RunNews) => void
  /** Asks for consent to a point of no return. */
  mayPass: (step: Step) => Promise<boolean>
  /** What somebody changed since is left as it is, and told: for taking a run back. Otherwise it stops the run. */
  keepDrifted: boolean
  /** The command that goes on with the run. */
  howToGoOn: string
  /** The last thing before the run is said to be done; may happen more than once. */
  beforeEnd: () => Promise<void>
}

/** Ends when every step is done; throws otherwise, with what to do next. The journal then says how far it is. */
export async function carryOut<Context>(options: CarryOutOptions<Context>): Promise<RunProgress> {
  const { plan, run, verbs } = options
  for (const { verb, id } of plan.steps) {
    if (!verbs.has(verb)) throw new Error(`step ${id}: no executor for ${verb}`)
  }
  await lookAtDoneSteps(options)
  for (const [index, step] of plan.steps.entries()) {
    if (progressOf(soFar(run), step.id).state === 'done') {
      options.report({ kind: 'known', step, index })
      continue
    }
    await pauseIfInterrupted(options)
    await askToPass(step, options)
    await carryOutStep(step, index, options)
  }
  await options.beforeEnd()
  await run.append({ event: 'closed', outcome: 'done', by: null })
  return soFar(run)
}

function soFar(run: OpenRun): RunProgress {
  const progress = addUp(run.records)
  if (!progress) throw new Error(`run ${run.id} was not opened`)
  return progress
}

function verbOf<Context>(step: Step, verbs: Verbs<Context>): Verb<Context> {
  return verbs.get(step.verb)!
}

/** Steps that a former process did and that keep something as it is: does it still? */
async function lookAtDoneSteps<Context>(options: CarryOutOptions<Context>): Promise<void> {
  const { plan, run, verbs } = options
  const progress = soFar(run)
  let somethingUndone = false
  for (const [index, step] of plan.steps.entries()) {
    const { state, kept } = progressOf(progress, step.id)
    if (state !== 'done' || kept !== null) continue
    const verb = verbOf(step, verbs)
    const why = verb.isCheck
      ? somethingUndone && 'something before it had to be done again'
      : !isOverridden(step, index, plan, progress, verbs) && (await whyUndone(step, verb, options, index))
    if (!why) continue
    somethingUndone = true
    await run.append({ event: 'undone', step: step.id, why })
    options.report({ kind: 'undone', step, index, why })
  }
}

/** Whether a later step that was begun changed the same thing on purpose. */
function isOverridden<Context>(
  step: Step,
  index: number,
  plan: Plan,
  progress: RunProgress,
  verbs: Verbs<Context>,
): boolean {
  const name = verbOf(step, verbs).holds?.(step.payload)
  if (name === undefined) return true
  return plan.steps
    .slice(index + 1)
    .some(
      (later) =>
        progressOf(progress, later.id).state !== 'todo' && verbOf(later, verbs).holds?.(later.payload) === name,
    )
}

async function whyUndone<Context>(
  step: Step,
  verb: Verb<Context>,
  options: CarryOutOptions<Context>,
  index: number,
): Promise<string | false> {
  const look = await verb.look?.(step.payload, contextFor(step, index, options))
  if (look === undefined || look.state === 'done') return false
  return look.state === 'ready' ? 'it was undone since' : look.why
}

function contextFor<Context>(step: Step, index: number, { contextOf, report }: CarryOutOptions<Context>): Context {
  return contextOf(step, (detail) => report({ kind: 'underway', step, index, detail }))
}

async function carryOutStep<Context>(step: Step, index: number, options: CarryOutOptions<Context>): Promise<void> {
  const { run, report, verbs } = options
  report({ kind: 'begun', step, index })
  try {
    const end = await doStep(step, verbOf(step, verbs), contextFor(step, index, options), options)
    await run.append({ event: 'done', step: step.id, ...end })
    report({ kind: 'done', step, index, ...end })
  } catch (error) {
    if (isInterruption(error, options.signal)) return await pause(options)
    throw await failStep(step, index, error, options)
  }
}

interface StepEnd {
  observed: boolean
  kept: string | null
  facts: Json
}

async function doStep<Context>(
  step: Step,
  verb: Verb<Context>,
  context: Context,
  { run, keepDrifted }: CarryOutOptions<Context>,
): Promise<StepEnd> {
  const look: Look = verb.look ? await verb.look(step.payload, context) : { state: 'ready' }
  if (look.state === 'done') return { observed: true, kept: null, facts: look.facts ?? null }
  if (look.state === 'drifted') {
    if (keepDrifted) return { observed: true, kept: look.why, facts: null }
    throw drifted(step, look.why)
  }
  const { attempts } = progressOf(soFar(run), step.id)
  await run.append({ event: 'intent', step: step.id, attempt: attempts + 1 })
  const facts = await verb.act(step.payload, context)
  const after: Look = verb.look ? await verb.look(step.payload, context) : { state: 'done' }
  if (after.state !== 'done') throw notHolding(step, after)
  return { observed: false, kept: null, facts }
}

async function askToPass<Context>(step: Step, options: CarryOutOptions<Context>): Promise<void> {
  const { run, mayPass, howToGoOn } = options
  if (step.pointOfNoReturn === undefined || soFar(run).passed.has(step.id)) return
  if (await mayPass(step)) {
    await run.append({ event: 'passed', step: step.id })
    return
  }
  await run.append({ event: 'paused', reason: `no consent to pass ${step.id}` })
  throw new SparkopsError({
    code: 'SO_POINT_OF_NO_RETURN',
    message: `run ${run.id} stands before ${step.id}, from which there is no way back`,
    why: step.pointOfNoReturn,
    hint: `to go on: ${howToGoOn} --accept ${step.id}`,
    exit: 'pending',
  })
}

async function pauseIfInterrupted<Context>(options: CarryOutOptions<Context>): Promise<void> {
  if (options.signal.aborted) await pause(options)
}

async function pause<Context>({ run, plan, howToGoOn }: CarryOutOptions<Context>): Promise<never> {
  await run.append({ event: 'paused', reason: 'interrupted' })
  const { steps } = soFar(run)
  const done = plan.steps.filter(({ id }) => steps.get(id)?.state === 'done').length
  throw new SparkopsError({
    code: 'SO_INTERRUPTED',
    message: `run ${run.id} was interrupted after ${done} of ${plan.steps.length} steps`,
    why: 'Ctrl-C, or the system asked it to end; the request in flight was finished',
    hint: `to go on: ${howToGoOn}`,
    exit: 'interrupted',
  })
}

function isInterruption(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'))
}

async function failStep<Context>(
  step: Step,
  index: number,
  thrown: unknown,
  { run, plan, report, howToGoOn, verbs }: CarryOutOptions<Context>,
): Promise<unknown> {
  const told = tellingOf(thrown)
  report({ kind: 'failed', step, index, message: told.message })
  // A full disk may be why it failed: the journal then ends with the intent, which resuming understands as well.
  await run.append({ event: 'failed', step: step.id, ...told }).catch(() => undefined)
  if (!(thrown instanceof SparkopsError)) return thrown
  const { steps } = soFar(run)
  const changed = plan.steps.filter(({ id, verb }) => {
    const { state, attempts } = steps.get(id) ?? { state: 'todo', attempts: 0 }
    return state !== 'todo' && attempts > 0 && !verbs.get(verb)?.isCheck
  })
  const exit = exitAfter(thrown.exit, changed.length > 0)
  return new SparkopsError({
    code: thrown.code,
    message: `run ${run.id} stopped at step ${index + 1} of ${plan.steps.length}, ${step.id}: ${thrown.message}`,
    why: thrown.why,
    hint: [thrown.hint, `to go on: ${howToGoOn}`].filter(Boolean).join('; '),
    exit,
    cause: thrown,
  })
}

/** Waiting and findings stay what they are; any other failure after a change is a half-done run. */
function exitAfter(exit: ExitName, changed: boolean): ExitName {
  return changed && !['pending', 'findings', 'inconclusive'].includes(exit) ? 'partial' : exit
}

function tellingOf(thrown: unknown): { code: string; message: string; why: string | null; exit: string } {
  if (thrown instanceof SparkopsError) {
    const { code, message, why = null, exit } = thrown
    return { code, message, why, exit }
  }
  return { code: 'SO_BUG', message: String(thrown), why: null, exit: 'bug' }
}

function drifted(step: Step, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_DRIFTED',
    message: `${step.object} is no longer what the plan saw`,
    why,
    hint: 'put it back as it was and resume, or abort this run and make a new plan',
    exit: 'stale',
  })
}

function notHolding(step: Step, look: Look): SparkopsError {
  return new SparkopsError({
    code: 'SO_NOT_HOLDING',
    message: `${step.object} is not as it should be after "${step.title}"`,
    why: look.state === 'drifted' ? look.why : 'what was written does not hold; something else may be changing it back',
    hint: 'find out who changes it (a GitOps controller, another operator), then resume',
  })
}
