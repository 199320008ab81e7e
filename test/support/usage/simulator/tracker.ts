// YuniKorn's own accounting: per application and kind, instance type -> resource -> Σ quantity × whole seconds,
// truncated per allocation at its release; and the line it logs when the application is over.
// Source: pkg/common/resources/tracked_resources.go, pkg/scheduler/objects/application_summary.go.
import { type Quantities } from './quantities.ts'
import { type Random } from './random.ts'
import { type Nanos, rfc3339, SECOND, wallMillis } from './time.ts'

export type Tracked = Map<string, Map<string, bigint>>

export interface UsageTracker {
  readonly used: Tracked
  readonly preempted: Tracked
  readonly placeholder: Tracked
}

export function newTracker(): UsageTracker {
  return { used: new Map(), preempted: new Map(), placeholder: new Map() }
}

/** `AggregateTrackedResource`: int64 arithmetic that wraps, as Go's. */
export function track(tracked: Tracked, instanceType: string, resource: Quantities, start: Nanos, end: Nanos): void {
  const seconds = BigInt(Math.floor((end - start) / SECOND))
  const name = instanceType === '' ? 'UNKNOWN' : instanceType
  const totals = tracked.get(name) ?? new Map<string, bigint>()
  tracked.set(name, totals)
  for (const [key, value] of Object.entries(resource)) {
    totals.set(key, BigInt.asIntN(64, (totals.get(key) ?? 0n) + BigInt(value) * seconds))
  }
}

export interface Summary {
  readonly applicationId: string
  readonly submission: Nanos
  readonly start: Nanos
  readonly finish: Nanos
  readonly user: string
  readonly queue: string
  readonly state: 'Completed' | 'Failed'
  readonly usage: UsageTracker
}

/** The log line from 1.5 on: Go's %s of maps, in random order. */
export function summaryText(summary: Summary, random: Random): string {
  const { usage } = summary
  const fields = [
    `ApplicationID: ${summary.applicationId}`,
    `SubmissionTime: ${wallMillis(summary.submission)}`,
    `StartTime: ${wallMillis(summary.start)}`,
    `FinishTime: ${wallMillis(summary.finish)}`,
    `User: ${summary.user}`,
    `Queue: ${summary.queue}`,
    `State: ${summary.state}`,
    'RmID: mycluster',
    `ResourceUsage: ${trackedText(usage.used, random)}`,
    `PreemptedResource: ${trackedText(usage.preempted, random)}`,
    `PlaceholderResource: ${trackedText(usage.placeholder, random)}`,
  ]
  return `${logHead(summary.finish, 'objects/application_summary.go:60')}\tYK_APP_SUMMARY: {${fields.join(', ')}}`
}

/** The log line of 1.3 and 1.4: zap's console encoder with fields. */
export function summaryZap(summary: Summary): string {
  const fields = [
    `"appID": ${JSON.stringify(summary.applicationId)}`,
    `"submissionTime": ${wallMillis(summary.submission)}`,
    `"startTime": ${wallMillis(summary.start)}`,
    `"finishTime": ${wallMillis(summary.finish)}`,
    `"user": ${JSON.stringify(summary.user)}`,
    `"queue": ${JSON.stringify(summary.queue)}`,
    `"state": ${JSON.stringify(summary.state)}`,
    '"rmID": "mycluster"',
    `"resourceUsage": ${trackedJson(summary.usage.used)}`,
    `"preemptedResource": ${trackedJson(summary.usage.preempted)}`,
  ]
  return `${logHead(summary.finish, 'objects/application.go:134')}\tYK_APP_SUMMARY:\t{${fields.join(', ')}}`
}

/** A map of maps as encoding/json writes it: keys sorted, no spaces. */
export function trackedJson(tracked: Tracked): string {
  const types = [...tracked].sort(byName).map(([type, totals]) => {
    const entries = [...totals].sort(byName).map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    return `${JSON.stringify(type)}:{${entries.join(',')}}`
  })
  return `{${types.join(',')}}`
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function trackedText(tracked: Tracked, random: Random): string {
  const entries = [...tracked].flatMap(([type, totals]) =>
    [...totals].map(([name, value]) => `${type}:${name}=${value}`),
  )
  for (let i = entries.length - 1; i > 0; i--) {
    const j = random.int(0, i)
    ;[entries[i], entries[j]] = [entries[j]!, entries[i]!]
  }
  return `TrackedResource{${entries.join(',')}}`
}

function logHead(at: Nanos, caller: string): string {
  return `${rfc3339(at)}\tINFO\tcore.scheduler.application.usage\t${caller}`
}
