/** Dumps of a few allocations, written by hand: one scheduler that is seen from its beginning, and its log. */

/** Unix nanoseconds at which the dump begins. */
export const BEGIN = 1_795_375_000_000_000_000n
const SECOND = 1_000_000_000n

export interface SmallAllocation {
  key: string
  /** Seconds after the dump's beginning, to the nanosecond; undefined end: still open. */
  from: number
  to?: number
  resources: Record<string, bigint>
  /** APP REMOVE detail; 500 unless said. */
  how?: number
}

export interface SmallApplication {
  name: string
  allocations: SmallAllocation[]
  /** When it is over; undefined: never. */
  over?: number
}

export function nanos(seconds: number): bigint {
  return BEGIN + BigInt(Math.round(seconds * 1e9))
}

/** A key that looks like a pod's uid. */
export function uid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
}

/** Lines of a stream, in order of time. */
export function smallDump(applications: readonly SmallApplication[], end = 10_000): string[] {
  const events: { at: bigint; line: string }[] = []
  const event = (at: bigint, type: number, change: number, detail: number, more: Record<string, unknown>): void => {
    const { objectID, referenceID, resource = {}, message } = more
    const parts = [
      `"type":${type},"objectID":${JSON.stringify(objectID)}`,
      ...(message === undefined ? [] : [`"message":${JSON.stringify(message)}`]),
      `"timestampNano":${at},"eventChangeType":${change}`,
      ...(detail === 0 ? [] : [`"eventChangeDetail":${detail}`]),
      ...(referenceID === undefined ? [] : [`"referenceID":${JSON.stringify(referenceID)}`]),
      `"resource":${resourceText(resource as Record<string, bigint>)}`,
    ]
    events.push({ at, line: `{${parts.join(',')}}` })
  }
  event(BEGIN, 4, 2, 0, { objectID: 'root' })
  event(BEGIN + 1n, 3, 2, 0, { objectID: 'node-1' })
  event(BEGIN + 2n, 3, 1, 302, { objectID: 'node-1', message: 'schedulable: true' })
  for (const { name, allocations, over } of applications) {
    const first = allocations.reduce((least, one) => Math.min(least, one.from), over ?? Infinity)
    event(nanos(first) - SECOND, 2, 2, 203, { objectID: name })
    event(nanos(first) - SECOND + 1n, 4, 2, 405, { objectID: 'root.default', referenceID: name })
    event(nanos(first) - SECOND / 2n, 2, 1, 206, { objectID: name })
    for (const { key, from, to, resources, how = 500 } of allocations) {
      const about = { objectID: name, referenceID: key, resource: resources }
      event(nanos(from) - SECOND / 4n, 2, 2, 201, about)
      event(nanos(from), 2, 2, 200, about)
      if (to !== undefined) event(nanos(to), 2, 3, how, about)
    }
    if (over !== undefined) event(nanos(over), 2, 1, 208, { objectID: name })
  }
  event(nanos(end), 4, 1, 403, { objectID: 'root' })
  return events.sort((a, b) => (a.at < b.at ? -1 : 1)).map(({ line }) => line)
}

function resourceText(resources: Record<string, bigint>): string {
  const entries = Object.entries(resources).map(([name, value]) => `${JSON.stringify(name)}:{"value":${value}}`)
  return entries.length === 0 ? '{}' : `{"resources":{${entries.join(',')}}}`
}

export type Sums = Record<string, bigint | number>

/** A line of YuniKorn's log as 1.5 and later write it. */
export function summaryLine(
  name: string,
  over: number,
  usage: { used?: Sums; preempted?: Sums; placeholder?: Sums },
): string {
  const finish = nanos(over) / 1_000_000n
  const tracked = (sums: Sums = {}): string =>
    `TrackedResource{${Object.entries(sums)
      .map(([resource, amount]) => `UNKNOWN:${resource}=${amount}`)
      .join(',')}}`
  const fields = [
    `ApplicationID: ${name}, SubmissionTime: ${BEGIN / 1_000_000n}, StartTime: ${finish - 1n}`,
    `FinishTime: ${finish}, User: alice, Queue: root.default, State: Completed, RmID: mycluster`,
    `ResourceUsage: ${tracked(usage.used)}, PreemptedResource: ${tracked(usage.preempted)}`,
    `PlaceholderResource: ${tracked(usage.placeholder)}`,
  ]
  return `2026-11-22T19:30:05.327Z\tINFO\tcore.scheduler.application.usage\tobjects/application_summary.go:60\tYK_APP_SUMMARY: {${fields.join(', ')}}`
}
