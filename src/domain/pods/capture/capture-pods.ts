/**
 * Captures applications while they run, or as they are now. The watch begins before anything is submitted, so that a
 * pod is seen as it is made, however short it lives.
 */
import type { Clock } from '../../../ports/clock.ts'
import type { Cluster, ClusterReader, ResourceType, WatchEvent } from '../../../ports/cluster.ts'
import type { CaptureManifest, CaptureUntil, CaptureWriter } from '../../../ports/pod-capture.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import type { ExitName } from '../../errors.ts'
import { isRefusedWith } from '../../kube-error.ts'
import { Collector, PODS, SERVICES } from './collect.ts'
import { CaptureLedger, type CaptureScope } from './ledger.ts'

const GROUP = 'sparkoperator.k8s.io'
const SPARK_PODS = 'spark-role in (driver,executor)'
const LOOK_EVERY_MS = 250
const EVENTS_EVERY_MS = 600_000
const DESCRIBE_EVERY_MS = 5000
const CUT_SHORT = 'it was cut short'

export interface CaptureRequest {
  writer: CaptureWriter
  clock: Clock
  sleep: (milliseconds: number) => Promise<void>
  scope: CaptureScope
  /** All namespaces unless given. */
  namespace: string | undefined
  /** Of pods, beside Spark's own. */
  selector: string | undefined
  until: CaptureUntil
  /** Undefined waits for ever. */
  timeoutMs: number | undefined
  onlyNew: boolean
  includeSecrets: boolean
  toolVersion: string
  signal: AbortSignal
  report: ReportProgress
  /** Told once, when nothing that comes from now on is missed. */
  onReady: () => void
}

/** capture.json, and where it is. */
export interface PodCapture extends CaptureManifest {
  directory: string
  /** `ok`; `inconclusive`: something was not seen; `pending`: the time was up; `interrupted`. */
  exit: ExitName
}

/** Watches until there is nothing more to wait for, the time is up, or the signal aborts; the capture is valid in any case. */
export async function capturePods(cluster: Cluster, request: CaptureRequest): Promise<PodCapture> {
  return await new Capture(cluster, request).watch(cluster)
}

/** Captures what is there now. */
export async function captureOnce(reader: ClusterReader, request: CaptureRequest): Promise<PodCapture> {
  return await new Capture(reader, request).once()
}

type End = 'settled' | 'timeout' | 'interrupted'

class Capture {
  private readonly reader: ClusterReader
  private readonly request: CaptureRequest
  private readonly ledger: CaptureLedger
  private readonly collector: Collector
  private readonly startedAt: number
  private readonly gaps: string[] = []

  constructor(reader: ClusterReader, request: CaptureRequest) {
    this.reader = reader
    this.request = request
    this.startedAt = request.clock.now()
    this.ledger = new CaptureLedger(request.scope)
    this.collector = new Collector({ reader, ledger: this.ledger, ...request })
  }

  async once(): Promise<PodCapture> {
    await this.request.writer.describe(this.manifest([CUT_SHORT]))
    await this.listPods()
    const applications = await this.applicationType()
    if (applications !== undefined) await this.listInto(applications, 'sparkapplications')
    await this.listInto(SERVICES, 'services')
    return await this.finish('settled')
  }

  async watch(cluster: Cluster): Promise<PodCapture> {
    const { writer, signal } = this.request
    await writer.describe(this.manifest([CUT_SHORT]))
    const stop = new AbortController()
    const onAbort = (): void => stop.abort()
    signal.addEventListener('abort', onAbort)
    try {
      const end = await this.watchAll(cluster, stop)
      return await this.finish(end)
    } catch (error) {
      await writer.describe(this.manifest([error instanceof Error ? error.message : String(error)]))
      throw error
    } finally {
      signal.removeEventListener('abort', onAbort)
      stop.abort()
    }
  }

  /** One watch a type; the first that fails for good ends all. */
  private async watchAll(cluster: Cluster, stop: AbortController): Promise<End> {
    const applications = await this.applicationType()
    const types = applications === undefined ? [PODS, SERVICES] : [PODS, applications, SERVICES]
    const ready = types.map((type) => this.follow(cluster, type, stop.signal))
    const failed = Promise.all(ready.map(({ ended }) => ended)).then(() => new Promise<never>(() => undefined))
    await Promise.race([Promise.all(ready.map(({ synced }) => synced)), failed])
    this.request.onReady()
    const end = await Promise.race([this.untilSettled(), failed])
    if (end === 'settled') await this.letSettle()
    return end
  }

  private follow(
    cluster: Cluster,
    type: ResourceType,
    signal: AbortSignal,
  ): { synced: Promise<void>; ended: Promise<void> } {
    let tell = (): void => undefined
    const synced = new Promise<void>((resolve) => (tell = resolve))
    return { synced, ended: this.pump(cluster, type, signal, tell) }
  }

  private async pump(cluster: Cluster, type: ResourceType, signal: AbortSignal, tell: () => void): Promise<void> {
    const { namespace } = this.request
    const labelSelector = type === PODS ? this.podSelector() : undefined
    let isOld = true
    try {
      for await (const event of cluster.watch(type, { namespace, labelSelector, signal })) {
        if (event.type !== 'SYNCED') await this.take(type, event, isOld)
        else if (event.initial) {
          isOld = false
          tell()
        } else if (event.afterGap && type === PODS)
          this.gaps.push('the server forgot changes while it could not be asked: pods that came and went were not seen')
      }
    } catch (error) {
      // Without pods there is no capture; without the rest there is less of one.
      if (type === PODS) throw error
      this.collector.note(type.resource, error)
      if (type.kind === 'SparkApplication') this.ledger.seesApplications = false
      tell()
    }
  }

  private async take(type: ResourceType, event: WatchEvent, isOld: boolean): Promise<void> {
    if (event.type === 'SYNCED') return
    if (type === PODS) await this.collector.seePod(event.object, event.type, isOld)
    else if (type === SERVICES) this.collector.seeService(event.object)
    else this.collector.seeApplication(event.object, event.type, isOld)
  }

  private async untilSettled(): Promise<End> {
    const { clock, sleep, signal, until, timeoutMs = Infinity, report, writer } = this.request
    let [eventsAt, describedAt] = [this.startedAt, this.startedAt]
    for (;;) {
      if (signal.aborted) return 'interrupted'
      if (this.ledger.isSettled(until)) return 'settled'
      if (clock.now() - this.startedAt >= timeoutMs) return 'timeout'
      report({ phase: 'watching', count: this.ledger.capturedPods().length, noun: 'pods' })
      await sleep(LOOK_EVERY_MS)
      await this.collector.catchUp()
      if (clock.now() - describedAt >= DESCRIBE_EVERY_MS) {
        describedAt = clock.now()
        await writer.describe(this.manifest([CUT_SHORT]))
      }
      if (clock.now() - eventsAt < EVENTS_EVERY_MS) continue
      eventsAt = clock.now()
      await this.collector.takeEvents()
    }
  }

  /** Watches run apart: what one told of may be ahead of the others. A list and a moment bring them together. */
  private async letSettle(): Promise<void> {
    await this.request.sleep(2 * LOOK_EVERY_MS)
    if (!this.request.onlyNew) await this.listPods('created')
  }

  private async listPods(seen: 'created' | 'existing' = 'existing'): Promise<void> {
    const { namespace, signal } = this.request
    for await (const pod of this.reader.listEach(PODS, { namespace, labelSelector: this.podSelector(), signal }))
      if (!this.ledger.isKnown(pod.metadata.uid ?? '')) await this.collector.seePod(pod, 'ADDED', seen === 'existing')
  }

  private async listInto(type: ResourceType, resource: string): Promise<void> {
    const { namespace, signal } = this.request
    try {
      for await (const object of this.reader.listEach(type, { namespace, signal })) {
        if (type === SERVICES) this.collector.seeService(object)
        else this.collector.seeApplication(object, 'ADDED', true)
      }
    } catch (error) {
      this.collector.note(resource, error)
    }
  }

  private podSelector(): string {
    const { selector } = this.request
    return selector === undefined ? SPARK_PODS : `${SPARK_PODS},${selector}`
  }

  /** Undefined where the operator is not installed, or what it serves may not be seen. */
  private async applicationType(): Promise<ResourceType | undefined> {
    try {
      const type = await this.reader.findType({ group: GROUP, kind: 'SparkApplication' })
      if (type === undefined) this.ledger.seesApplications = false
      return type
    } catch (error) {
      if (isRefusedWith(error, 403)) this.ledger.seesApplications = false
      this.collector.note('sparkapplications', error)
      return undefined
    }
  }

  private async finish(end: End): Promise<PodCapture> {
    const { writer, until } = this.request
    this.request.report({ phase: 'writing', count: this.ledger.capturedPods().length, noun: 'pods' })
    await this.collector.catchUp()
    await this.collector.takeEvents()
    const lacks = this.ledger.lacks(until)
    const isAsked = until === 'stopped'
    const reasons = [
      ...(end === 'settled' || isAsked ? [] : [`${WHY[end]} before all was seen that was waited for`]),
      ...new Set(this.gaps),
      ...(isAsked ? [] : lacks),
    ]
    const exit: ExitName =
      end === 'settled' || isAsked
        ? reasons.length === 0
          ? 'ok'
          : 'inconclusive'
        : end === 'timeout'
          ? 'pending'
          : end
    const manifest = this.manifest(reasons, this.request.clock.now())
    await writer.describe(manifest)
    return { ...manifest, directory: writer.directory, exit }
  }

  private manifest(reasons: string[], endedAt?: number): CaptureManifest {
    const { uid, context, server } = this.reader.identity
    return {
      apiVersion: 'sparkops/v1',
      kind: 'PodCapture',
      tool: { name: 'sparkops', version: this.request.toolVersion },
      cluster: { uid, context: context ?? null, server },
      namespace: this.request.namespace ?? null,
      startedAt: new Date(this.startedAt).toISOString(),
      endedAt: endedAt === undefined ? null : new Date(endedAt).toISOString(),
      until: this.request.until,
      complete: reasons.length === 0,
      reasons,
      masked: !this.request.includeSecrets,
      applications: this.ledger.capturedApplications(),
      pods: this.ledger.capturedPods(),
      missing: [
        ...[...this.collector.missing].map(([resource, why]) => ({ resource, why })),
        ...this.collector.absentConfigMaps().map((name) => ({ resource: `configmaps ${name}`, why: 'not there' })),
      ],
    }
  }
}

const WHY = { timeout: 'the time was up', interrupted: 'it was interrupted' } as const
