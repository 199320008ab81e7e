/** What becomes of probes: who takes them up, how soon, and what that proves. */
import { toJson } from '../../plan/json.ts'
import { addUp, progressOf } from '../../plan/run-record.ts'
import type { Verb } from '../../plan/verb.ts'
import { applicationTypeOf } from '../../app/run/context.ts'
import { applicationFrom } from '../discover/applications.ts'
import { makeApplication, makeNamespace, readMade, sweep } from '../trial/applications.ts'
import { keepReport, type TrialContext, type TrialKind } from '../trial/session.ts'
import { judgedMatrix, type ProbeResult, type UnprobedMatrix } from './matrix.ts'

export interface ProbeTarget {
  namespace: string
  name: string
  /** The step that makes it. */
  step: string
  /** Whether it should be taken up; null where that is not known. */
  isExpected: boolean | null
  /** Another operator watches there, too. */
  isShared: boolean
}

export interface AwaitPayload {
  version: string
  targets: ProbeTarget[]
  timeoutMs: number
}

export interface MatrixPayload extends AwaitPayload {
  matrix: UnprobedMatrix
  run: string
  outside: string | null
}

export const AWAIT_STEP = 'probes/await'
const POLL_MS = 250
/** One that was left alone is given at least this long, and three times as long as the slowest that was taken up. */
const LEAST_MS = 10_000

const awaitProbes: Verb<TrialContext> = {
  act: async (payload, context) => {
    const { version, targets, timeoutMs } = payload as unknown as AwaitPayload
    const { cluster, clock, sleep, signal, tell } = context
    const begun = clock.now()
    const takenAfter = new Map<string, number>()
    const states = new Map<string, string>()
    const open = new Set(targets.filter(({ step }) => refusalOf(context, step) === null))
    const isDone = (spent: number): boolean => {
      if (open.size === 0 || spent >= timeoutMs) return true
      if ([...open].some(({ isExpected }) => isExpected !== false)) return false
      return spent >= Math.max(LEAST_MS, 3 * Math.max(0, ...takenAfter.values()))
    }
    for (let spent = 0; !isDone(spent); spent = clock.now() - begun) {
      for (const target of open) {
        const { namespace, name } = target
        const found = await cluster.get({ type: applicationTypeOf(version), namespace, name }, signal)
        const state = found && applicationFrom(found).state
        if (state === undefined || state === '') continue
        takenAfter.set(target.step, clock.now() - begun)
        states.set(target.step, state)
        open.delete(target)
      }
      tell(`${takenAfter.size} of ${targets.length} probes were taken up`)
      await sleep(POLL_MS)
    }
    const waitedMs = clock.now() - begun
    const isAlive = takenAfter.size > 0
    const results = targets.map((target) =>
      resultOf(target, {
        refused: refusalOf(context, target.step),
        after: takenAfter.get(target.step),
        state: states.get(target.step) ?? '',
        ...{ waitedMs, isAlive },
      }),
    )
    return toJson({ waitedMs, results })
  },
}

/**
 * One that nobody takes up proves that it is left alone only where the operator was seen to work meanwhile, or where it
 * ought to have been taken up.
 */
export function resultOf(
  { namespace, isExpected, isShared }: ProbeTarget,
  seen: { refused: string | null; after: number | undefined; state: string; waitedMs: number; isAlive: boolean },
): ProbeResult {
  const result = (observed: ProbeResult['observed'], detail: string): ProbeResult => ({ namespace, observed, detail })
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
  if (seen.refused !== null) return result('refused', seen.refused)
  if (seen.after !== undefined) {
    const detail = `${seen.state} after ${seconds(seen.after)}`
    return isShared ? result('unclear', `${detail}; another operator watches it, too`) : result('taken up', detail)
  }
  if (isExpected === true || seen.isAlive) return result('left', `for ${seconds(seen.waitedMs)}`)
  return result('not seen', 'no probe was taken up anywhere: the operator may not be working')
}

const prove: Verb<TrialContext> = {
  act: async (payload, context) => {
    const { matrix, run, outside } = payload as unknown as MatrixPayload
    const facts = progressOf(addUp(context.run.records) ?? { steps: new Map() }, AWAIT_STEP).facts
    const { waitedMs, results } = facts as unknown as { waitedMs: number; results: ProbeResult[] }
    const judged = judgedMatrix(matrix, { run, outside, waitedMs, results })
    await keepReport(context, judged)
    return { exit: judged.exit }
  },
}

function refusalOf({ run }: TrialContext, step: string): string | null {
  const progress = addUp(run.records)
  return progress === undefined ? null : (readMade(progressOf(progress, step).facts)?.refused ?? null)
}

export const NAMESPACE_PROBE: TrialKind<TrialContext> = {
  purpose: 'operator namespaces',
  verbs: new Map<string, Verb<TrialContext>>([
    ['make-namespace', makeNamespace],
    ['make-application', makeApplication],
    ['await-probes', awaitProbes],
    ['prove', prove],
    ['sweep', sweep],
  ]),
  open: () => ({ contextOf: (context) => context, close: () => Promise.resolve() }),
}
