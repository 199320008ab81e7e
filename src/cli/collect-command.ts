/** What `usage collect` needs beside its flags: the parts of a collector, opened, watched and closed again. */
import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'
import type { EventSink } from '../ports/event-sink.ts'
import type { EventSpool } from '../ports/event-spool.ts'
import { collectEvents, type CollectOptions } from '../domain/usage/collect/collect-events.ts'
import { type CollectionReport, reportCollection } from '../domain/usage/collect/collection-report.ts'
import { CollectorStatus, LATENCY_BUCKETS } from '../domain/usage/collect/collector-status.ts'
import { collectorMetrics } from '../ui/collector-metrics.ts'
import type { KubeFlags } from './kube-flags.ts'
import { finishByOneself } from './shutdown.ts'
import { openSchedulerApi, openSpool, serveStatus } from './usage-wiring.ts'
import { openCluster } from './wiring.ts'

export interface CollectorSettings extends CollectOptions {
  address: URL
  ca: string | undefined
  spool: { directory: string; segmentBytes: number; segmentMs: number; mostBytes: number }
  sinks: readonly EventSink[]
  listen: { host: string; port: number } | undefined
  pods: KubeFlags | undefined
  once: boolean
}

export interface CollectorSurroundings {
  clock: Clock
  signal: AbortSignal
  log: (level: 'info' | 'warn', message: string) => void
}

const sleep = async (milliseconds: number, signal: AbortSignal): Promise<void> =>
  await setTimeout(milliseconds, undefined, { signal })

const REQUEST_MS = 30_000
/** Without a look for so long the collector is stuck, and a restart helps. */
const STUCK_MS = 5 * 60_000

/** Collects until it is told to stop, and says what it did. */
export async function runCollector(
  settings: CollectorSettings,
  { clock, signal, log }: CollectorSurroundings,
): Promise<CollectionReport> {
  const { sinks, listen, pods } = settings
  const api = await openSchedulerApi({ address: settings.address, ca: settings.ca, timeout: REQUEST_MS })
  const spool = await openSpool({ ...settings.spool, sinks: sinks.map(({ name }) => name) })
  const finished = finishByOneself()
  const status = new CollectorStatus(
    clock.now(),
    sinks.map(({ name }) => name),
  )
  let server: { address: string; close: () => void } | undefined
  try {
    if (listen !== undefined) {
      server = await serveStatus(listen.host, listen.port, (path) => answer(path, status, spool, clock.now()))
      log('info', `probes and metrics are at ${server.address}`)
    }
    const cluster = pods === undefined ? undefined : await openCluster(pods)
    const ports = { api, spool, sinks, cluster, clock, status, sleep, log, random: Math.random }
    await collectEvents(ports, settings, signal)
    return reportCollection(settings.name, status, spool)
  } finally {
    server?.close()
    api.close()
    await Promise.allSettled(sinks.map(async (sink) => await sink.close()))
    await spool.close()
    finished()
  }
}

function answer(
  path: string,
  status: CollectorStatus,
  spool: EventSpool,
  now: number,
): { status: number; body: string } | undefined {
  if (path === '/healthz') {
    // Far in the future, too, it was before the clock was set back.
    const isStuck = Math.abs(now - (status.lookedAt ?? status.startedAt)) > STUCK_MS
    return { status: isStuck ? 503 : 200, body: isStuck ? 'stuck\n' : 'ok\n' }
  }
  if (path === '/readyz') {
    const why = status.blocked ?? status.silence ?? (status.isReady ? undefined : 'no answer of the scheduler yet')
    return { status: status.isReady ? 200 : 503, body: `${why ?? 'ok'}\n` }
  }
  if (path !== '/metrics') return undefined
  const { user, system } = process.cpuUsage()
  const figures = {
    residentBytes: process.memoryUsage.rss(),
    cpuSeconds: (user + system) / 1e6,
    spoolBytes: spool.bytes,
    backlog: (sink: string) => spool.backlog(sink),
    now,
  }
  return { status: 200, body: collectorMetrics(status, LATENCY_BUCKETS, figures) }
}
