/** What carries out the steps of a failover. None throws for what the operator does: that is what the report is for. */
import { isRefusal } from '../../kube-error.ts'
import { toJson } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'
import { addUp, progressOf } from '../../plan/run-record.ts'
import type { Verb } from '../../plan/verb.ts'
import { POD } from '../discover/kinds.ts'
import { makeApplication, readMade, sweep } from '../trial/applications.ts'
import { keepReport, type TrialContext, type TrialKind } from '../trial/session.ts'
import type { LockObject } from './locks.ts'
import { rewriteLock } from './locks.ts'
import { firstTrace, takenAfter, unsettled } from './measure.ts'
import { concludeFailover, type FailoverSubject } from './report.ts'
import { WatchHolder } from './watch-holder.ts'
import type { WatchScope } from './watch.ts'

export interface FailoverContext extends TrialContext {
  watch: WatchHolder
}

export interface WatchPayload {
  scope: WatchScope
}

export interface RemovePayload {
  subject: FailoverSubject
  /** Undefined: as the pod asks for. */
  gracePeriodSeconds: number | null
}

export interface CutPayload {
  lock: Pick<LockObject, 'kind' | 'namespace' | 'name'>[]
  holder: string
  /** How we call ourselves in the lock. */
  by: string
}

export interface WaitPayload {
  scope: WatchScope
  timeoutMs: number
  holder: string
}

export interface ProvePayload {
  scope: WatchScope
  subject: FailoverSubject
  settleMs: number
  timeoutMs: number
}

/** Step ids that others ask the journal for. */
export const REMOVE_STEP = 'leader/remove'
export const NEXT_STEP = 'leader/next'
export const BEGIN_STEP = 'watch/begin'

const POLL_MS = 100

const begin: Verb<FailoverContext> = {
  act: async (payload, { watch, clock }) => {
    await watch.begin((payload as unknown as WatchPayload).scope)
    return { begunAt: clock.now() }
  },
}

const removePod: Verb<FailoverContext> = {
  act: async (payload, { cluster, clock, signal }) => {
    const { subject, gracePeriodSeconds } = payload as unknown as RemovePayload
    const { pod, uid } = subject.leader
    const namespace = subject.operator.id.split('/')[0]!
    const asked = gracePeriodSeconds === null ? {} : { gracePeriodSeconds }
    const removedAt = clock.now()
    try {
      // Its uid, so that it is the leader that was planned for and not one of the same name (a StatefulSet's).
      const wasThere = await cluster.delete(
        { type: POD, namespace, name: pod },
        { preconditions: { uid }, ...asked, signal },
      )
      return wasThere ? { removedAt } : { removedAt: null, why: `pod ${pod} was gone already` }
    } catch (error) {
      if (!isRefusal(error, 'Conflict')) throw error
      return { removedAt: null, why: `pod ${pod} had been made anew since the plan` }
    }
  },
}

const cutRenewal: Verb<FailoverContext> = {
  act: async (payload, { cluster, clock, signal }) => {
    const { lock, holder, by } = payload as unknown as CutPayload
    let removedAt: number | null = null
    let why = 'the lock was held by us already'
    for (const one of lock) {
      const { before, written } = await rewriteLock(cluster, one, {
        rewrite: (now) => (now.holder === holder ? { holder: by } : undefined),
        ...{ now: () => clock.now(), signal },
      })
      if (written) removedAt ??= clock.now()
      else if (before.holder !== by) why = `the lock had gone to ${before.holder || 'nobody'} since the plan`
    }
    return removedAt === null ? { removedAt, why } : { removedAt }
  },
}

/** Where nobody took it over it would lapse by itself; so the operators need not wait for that. */
const releaseLock: Verb<FailoverContext> = {
  act: async (payload, { cluster, clock, signal }) => {
    const { lock, by } = payload as unknown as CutPayload
    let released = false
    for (const one of lock) {
      const { written } = await rewriteLock(cluster, one, {
        // As client-go's own release: nobody, for one second.
        rewrite: (now) => (now.holder === by ? { holder: '', durationSeconds: 1 } : undefined),
        ...{ now: () => clock.now(), signal },
      })
      released ||= written
    }
    return { released }
  },
}

const awaitLeader: Verb<FailoverContext> = {
  act: async (payload, context) => {
    const { scope, timeoutMs, holder } = payload as unknown as WaitPayload
    const watch = await context.watch.current(scope)
    const removedAt = numberOf(factsOf(context, REMOVE_STEP), 'removedAt')
    const since = watch.isWhole && removedAt !== null ? removedAt : 0
    const isOurs = (name: string): boolean => name.startsWith('sparkops/')
    const find = () => takenAfter(watch.seen.lock, { since, holder, isOurs })
    await until(context, timeoutMs, 'for the next leader', () => find() !== undefined, watch.check)
    const taken = find()
    if (taken === undefined) return { holder: null, at: null }
    // What the lock said when the watch began anew came about before: when, was not seen.
    const isKnown = watch.isWhole || taken.at > watch.begunAt
    return { holder: taken.holder, at: isKnown ? taken.at : null }
  },
}

const awaitReconcile: Verb<FailoverContext> = {
  act: async (payload, context) => {
    const { scope, timeoutMs } = payload as unknown as WaitPayload
    const watch = await context.watch.current(scope)
    const at = numberOf(factsOf(context, NEXT_STEP), 'at')
    if (at === null) return null
    const find = () => firstTrace(watch.seen.traces, at)
    await until(context, timeoutMs, 'for it to work', () => find() !== undefined, watch.check)
    return toJson(find() ?? null)
  },
}

/** So long at least; and for what is still being submitted, as long as a leader is waited for. */
const settle: Verb<FailoverContext> = {
  act: async (payload, context) => {
    const { scope, settleMs, timeoutMs } = payload as unknown as ProvePayload
    const watch = await context.watch.current(scope)
    const window = { from: watch.begunAt, ledFrom: context.clock.now() }
    await until(context, settleMs, 'for what comes late', () => false, watch.check)
    const isSettled = (): boolean => unsettled(watch.seen, window).length === 0
    await until(context, timeoutMs, 'for applications that are still being submitted', isSettled, watch.check)
    return { open: unsettled(watch.seen, window).map(({ namespace, name }) => `${namespace}/${name}`) }
  },
}

const prove: Verb<FailoverContext> = {
  act: async (payload, context) => {
    const { scope, subject, settleMs } = payload as unknown as ProvePayload
    const watch = await context.watch.current(scope)
    watch.check()
    const removal = factsOf(context, REMOVE_STEP)
    const next = factsOf(context, NEXT_STEP)
    const holder = textOf(next, 'holder')
    const report = concludeFailover(
      subject,
      {
        run: context.run.id,
        begunAt: numberOf(factsOf(context, BEGIN_STEP), 'begunAt') ?? watch.begunAt,
        removedAt: numberOf(removal, 'removedAt'),
        notRemoved: textOf(removal, 'why'),
        taken: holder === null ? null : { holder, at: numberOf(next, 'at') },
        endedAt: context.clock.now(),
        settledMs: settleMs,
        isWhole: watch.isWhole,
        refused: refusedOf(context),
        unseen: watch.unseen,
      },
      watch.seen,
    )
    await keepReport(context, report)
    return { exit: report.exit }
  },
}

export const FAILOVER: TrialKind<FailoverContext> = {
  purpose: 'operator failover',
  verbs: new Map<string, Verb<FailoverContext>>([
    ['watch', begin],
    ['make-application', makeApplication],
    ['remove-pod', removePod],
    ['cut-renewal', cutRenewal],
    ['release-lock', releaseLock],
    ['await-leader', awaitLeader],
    ['await-reconcile', awaitReconcile],
    ['settle', settle],
    ['prove', prove],
    ['sweep', sweep],
  ]),
  open: (base) => {
    const watch = new WatchHolder(base)
    return { contextOf: (context) => ({ ...context, watch }), close: () => watch.stop() }
  },
}

/** Waits until something holds, or the time is over; tells how long it has been. */
async function until(
  { clock, sleep, tell }: FailoverContext,
  timeoutMs: number,
  what: string,
  holds: () => boolean,
  check: () => void,
): Promise<void> {
  const begun = clock.now()
  for (let spent = 0; spent < timeoutMs && !holds(); spent = clock.now() - begun) {
    check()
    tell(`waiting ${what}, ${Math.round(spent / 1000)} s`)
    await sleep(Math.min(POLL_MS, timeoutMs - spent))
  }
}

function factsOf({ run }: FailoverContext, step: string): Json {
  const progress = addUp(run.records)
  return progress === undefined ? null : progressOf(progress, step).facts
}

function refusedOf({ run }: FailoverContext): { name: string; at: number; why: string }[] {
  const steps = addUp(run.records)?.steps ?? new Map<string, { facts: Json }>()
  return [...steps].flatMap(([id, { facts }]) => {
    const made = readMade(facts)
    return made === undefined || made.refused === null ? [] : [{ name: id, at: made.at, why: made.refused }]
  })
}

function numberOf(facts: Json, field: string): number | null {
  const value = facts === null ? undefined : (facts as Record<string, unknown>)[field]
  return typeof value === 'number' ? value : null
}

function textOf(facts: Json, field: string): string | null {
  const value = facts === null ? undefined : (facts as Record<string, unknown>)[field]
  return typeof value === 'string' ? value : null
}
