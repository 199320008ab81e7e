/** A collector's status in Prometheus' text form. */
import type { CollectorStatus } from '../domain/usage/collect/collector-status.ts'

/** What beside the status is told of the process. */
export interface ProcessFigures {
  residentBytes: number
  cpuSeconds: number
  spoolBytes: number
  backlog: (sink: string) => number
  now: number
}

type Sample = [labels: Record<string, string>, value: number]

/** All metrics; `buckets` are the upper ends of the histogram, in seconds. */
export function collectorMetrics(status: CollectorStatus, buckets: readonly number[], figures: ProcessFigures): string {
  const one = (value: number | boolean): Sample[] => [[{}, Number(value)]]
  const { sinks } = status
  const each = (value: (sink: (typeof sinks)[number]) => number): Sample[] =>
    sinks.map((sink) => [{ sink: sink.name }, value(sink)])
  const kept = status.answeredAt === undefined ? [] : one((figures.now - status.answeredAt) / 1000)
  return [
    family(
      'up',
      'gauge',
      'Whether the scheduler answers with events.',
      one(status.answeredAt !== undefined && status.silence === undefined),
    ),
    family('ready', 'gauge', 'Whether events are being taken.', one(status.isReady)),
    family('tracking_off', 'gauge', 'Whether the scheduler says that it writes no events.', one(status.trackingOff)),
    family(
      'events_frozen',
      'gauge',
      'Whether applications change without an event: the scheduler must be restarted.',
      one(status.frozen),
    ),
    family('answer_age_seconds', 'gauge', 'Time since the scheduler last answered with events.', kept),
    family('events_total', 'counter', 'Events taken.', one(status.events)),
    family('snapshots_total', 'counter', 'Listings taken.', one(status.snapshots)),
    family('restarts_total', 'counter', 'Restarts of the scheduler seen.', one(status.restarts)),
    family('gaps_total', 'counter', 'Stretches of events that the scheduler no longer had.', one(status.gaps)),
    family('missing_events_total', 'counter', 'Events in those stretches.', one(status.missing)),
    family('lag_events', 'gauge', 'Events that the scheduler has and the collector has not.', one(status.behind)),
    family(
      'ring_events',
      'gauge',
      'Events that the scheduler keeps: lag must stay below its capacity.',
      one(status.highest - status.lowest + 1),
    ),
    family('spool_bytes', 'gauge', 'Bytes held for the sink that is farthest behind.', one(figures.spoolBytes)),
    family(
      'spool_blocked',
      'gauge',
      'Whether nothing is taken because there is no room.',
      one(status.blocked !== undefined),
    ),
    family(
      'sink_up',
      'gauge',
      'Whether the last piece sent to the sink was kept.',
      each(({ trouble }) => Number(trouble === undefined)),
    ),
    family(
      'sink_backlog_bytes',
      'gauge',
      'Bytes that the sink has not kept yet.',
      each(({ name }) => figures.backlog(name)),
    ),
    family(
      'sink_bytes_total',
      'counter',
      'Bytes that the sink has kept, before compression.',
      each(({ bytes }) => bytes),
    ),
    family(
      'sink_failures_total',
      'counter',
      'Attempts that the sink did not keep.',
      each(({ failures }) => failures),
    ),
    histogram('sink_write_seconds', 'Time until a piece was kept.', buckets, sinks),
    family('resident_memory_bytes', 'gauge', 'Memory of the process.', one(figures.residentBytes)),
    family('cpu_seconds_total', 'counter', 'Processor time of the process.', one(figures.cpuSeconds)),
  ].join('')
}

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return ''
  const full = `sparkops_collect_${name}`
  return [header(full, type, help), ...samples.map(([labels, value]) => line(full, labels, value))].join('')
}

function histogram(name: string, help: string, ends: readonly number[], sinks: CollectorStatus['sinks']): string {
  const full = `sparkops_collect_${name}`
  const lines = sinks.flatMap(({ name: sink, buckets, pieces, seconds }) => [
    ...ends.map((end, index) => line(`${full}_bucket`, { sink, le: String(end) }, buckets[index]!)),
    line(`${full}_bucket`, { sink, le: '+Inf' }, pieces),
    line(`${full}_sum`, { sink }, seconds),
    line(`${full}_count`, { sink }, pieces),
  ])
  return header(full, 'histogram', help) + lines.join('')
}

function header(name: string, type: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
}

function line(name: string, labels: Record<string, string>, value: number): string {
  const parts = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${parts.length === 0 ? '' : `{${parts.join(',')}}`} ${value}\n`
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
