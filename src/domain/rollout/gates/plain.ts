/** The gates that need no statistics: time, numbers, causes, leftovers, and the operator's own counters. */
import { changeOf, type CounterName } from '../observe/vitals.ts'
import { type GateEvidence, type GateResult, type JudgedOutcome, off } from './gate.ts'

/** Whether it was watched for as long as the file says. */
export function soakGate({ now, startedAt, soakMs }: GateEvidence): GateResult {
  const passed = Math.max(0, now - startedAt)
  const figures = { passedMs: passed, soakMs }
  const isOver = passed >= soakMs
  const reason = isOver
    ? `It has run for ${span(passed)}; ${span(soakMs)} were asked for.`
    : `It has run for ${span(passed)} of ${span(soakMs)}; ${span(soakMs - passed)} are left.`
  return { gate: 'soak', state: isOver ? 'holds' : 'waits', reason, halts: false, figures }
}

export function completedGate({ settings, since }: GateEvidence): GateResult {
  if (settings.completed === null) return off('completed')
  const { atLeast } = settings.completed
  const completed = since.filter((one) => one.completed).length
  const isEnough = completed >= atLeast
  return {
    gate: 'completed',
    state: isEnough ? 'holds' : 'waits',
    reason: `${completed} applications have completed since the start; ${atLeast} are asked for.`,
    halts: false,
    figures: { completed, atLeast },
  }
}

/** Causes, one by one: what the operator did, and what nobody can explain. */
export function operatorFailuresGate({ settings, since }: GateEvidence): GateResult {
  if (settings.operatorFailures === null) return off('operatorFailures')
  const { most, known } = settings.operatorFailures
  const isNews = ({ standing }: JudgedOutcome): boolean => known === 'counted' || standing !== 'known'
  const byOperator = since.filter(({ cause }) => cause?.origin === 'operator')
  const counted = byOperator.filter(isNews)
  const undecided = since.filter((one) => one.cause?.origin === 'undecided' && isNews(one))
  const figures = {
    byOperator: byOperator.length,
    known: byOperator.length - counted.length,
    counted: counted.length,
    undecided: undecided.length,
    most,
  }
  const base = { gate: 'operatorFailures' as const, halts: false, figures }
  const knownToo =
    byOperator.length > counted.length
      ? ` ${byOperator.length - counted.length} more failed so before the start, too.`
      : ''
  if (most === 'no-worse') {
    const reason = `${byOperator.length} failures were caused by the operator; the file asks only that they be no more frequent than before.`
    return { ...base, state: 'holds', reason }
  }
  if (counted.length > most) {
    const first = counted[0]!
    const reason = `The operator caused ${failures(counted.length)}, and ${most} are borne. The first: ${first.namespace}/${first.name}, ${first.cause?.reason ?? ''}.${knownToo}`
    return { ...base, state: 'fails', reason }
  }
  if (undecided.length > 0) {
    const first = undecided[0]!
    const reason = `Nothing says who caused ${failures(undecided.length)}, and the job had not failed so before: the operator may have. The first: ${first.namespace}/${first.name}, ${first.cause?.reason ?? ''}.`
    return { ...base, state: 'unseen', reason }
  }
  const reason =
    counted.length === 0
      ? `No failure since the start was caused by the operator.${knownToo}`
      : `The operator caused ${failures(counted.length)}; ${most} are borne.${knownToo}`
  return { ...base, state: 'holds', reason }
}

export function leftoversGate({ settings, leftovers, unseen }: GateEvidence): GateResult {
  if (settings.leftovers === null) return off('leftovers')
  const own = leftovers.filter(({ origin }) => origin !== 'platform' && origin !== 'job')
  const others = leftovers.length - own.length
  const figures = { found: own.map(({ kind, object, reason }) => ({ kind, object, reason })), others }
  const base = { gate: 'leftovers' as const, figures }
  const besides = others > 0 ? ` ${others} wait for the cluster or for their own settings, which is not counted.` : ''
  const [first] = own
  if (first !== undefined) {
    const reason = `${own.length === 1 ? 'One application is' : `${own.length} applications are`} lost, doubled or stuck. The first: ${first.object}, ${first.reason}.${besides}`
    return { ...base, state: 'fails', halts: own.some(({ kind }) => kind === 'duplicate'), reason }
  }
  if (unseen.length > 0)
    return { ...base, state: 'unseen', halts: false, reason: `Not all could be seen: ${unseen.join('; ')}.` }
  const reason = `Every driver belongs to an application, and every application to at most one driver; none is stuck.${besides}`
  return { ...base, state: 'holds', halts: false, reason }
}

const COUNTERS: Readonly<Record<CounterName, { one: string; many: string }>> = {
  operatorRestarts: { one: 'restart of the operator', many: 'restarts of the operator' },
  leaderChanges: { one: 'change of the leader', many: 'changes of the leader' },
  reconcileErrors: { one: 'error while reconciling', many: 'errors while reconciling' },
  webhookRefusals: { one: 'refusal by the webhook', many: 'refusals by the webhook' },
  apiThrottling: { one: 'request that was throttled', many: 'requests that were throttled' },
}

/** The operator's own counters, each a gate. */
export function counterGates({ settings, vitals }: GateEvidence): GateResult[] {
  return (Object.keys(COUNTERS) as CounterName[]).map((gate) => {
    const own = settings[gate]
    if (own === null) return off(gate)
    const change = changeOf(vitals.atStart?.counters[gate], vitals.now?.counters[gate])
    const base = { gate, halts: false }
    const { one, many } = COUNTERS[gate]
    if ('unseen' in change)
      return { ...base, state: 'unseen', reason: `Not known: ${change.unseen}.`, figures: { most: own.most } }
    if ('nothing' in change)
      return { ...base, state: 'holds', reason: `Nothing to count: ${change.nothing}.`, figures: { most: own.most } }
    const { count } = change
    const reason = `${count} ${count === 1 ? one : many} since the start; ${own.most} ${own.most === 1 ? 'is' : 'are'} borne.`
    return { ...base, state: count > own.most ? 'fails' : 'holds', reason, figures: { count, most: own.most } }
  })
}

function failures(count: number): string {
  return count === 1 ? 'one failure' : `${count} failures`
}

/** `3 d 4 h`, `12 min`. */
export function span(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000)
  if (minutes < 1) return `${Math.floor(milliseconds / 1000)} s`
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)]
  const parts = [
    days > 0 && `${days} d`,
    hours > 0 && `${hours} h`,
    days === 0 && minutes % 60 > 0 && `${minutes % 60} min`,
  ]
  return parts.filter(Boolean).join(' ')
}
