/**
 * Where ports meet adapters: each factory imports its adapter only when it is called, so that a command pays for what
 * it uses and no more. Commands get adapters from here and from nowhere else.
 */
import type { OpenPool } from '../adapters/threads/scan-pool.ts'
import type { TargetPorts } from '../domain/operator/source/locate-chart.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster, ClusterReader } from '../ports/cluster.ts'
import type { ClusterAccess } from '../ports/cluster-access.ts'
import type { LocalPorts } from '../ports/local-ports.ts'
import type { DumpInput, DumpLocation } from '../ports/dump-source.ts'
import type { EventSink } from '../ports/event-sink.ts'
import type { StoreOptions } from '../adapters/s3/open-store.ts'
import type { KafkaAccess } from '../adapters/kafka/client-options.ts'
import type { EventSpool, SegmentName } from '../ports/event-spool.ts'
import type { FactStore } from '../ports/fact-store.ts'
import type { ScanPool } from '../ports/scan-pool.ts'
import type { RunStore } from '../ports/journal.ts'
import type { ChartRenderer } from '../ports/chart-renderer.ts'
import type { Helm } from '../ports/helm.ts'
import type { SnapshotWriter } from '../ports/snapshot.ts'
import type { SchedulerApi } from '../ports/scheduler-api.ts'
import type { SinkTarget } from '../domain/usage/collect/targets.ts'
import type { CaptureWriter } from '../ports/pod-capture.ts'
import type { Machine } from '../ports/machine.ts'
import type { SnapshotTaker } from '../ports/snapshot-taker.ts'
import type { OutcomeRecord } from '../ports/outcome-record.ts'
import type { VersionSource } from '../ports/version-source.ts'
import type { ObjectText } from '../ports/object-files.ts'
import type { KubeFlags } from './kube-flags.ts'
import { VERSION } from './manifest.ts'
import { requestTimeoutMs } from './request-timeout.ts'
import { onShutdown } from './shutdown.ts'
import type { CommitSigner } from '../ports/commit-signer.ts'
import type { ForkStateStore, Workbench } from '../ports/fork-state.ts'
import type { Git, RepositoryFacts } from '../ports/git.ts'
import type { Toolchain } from '../ports/toolchain.ts'
import type { UsageStoreFiles } from '../ports/usage-store.ts'
import type { UserBuild } from '../ports/user-build.ts'

export const systemClock: Clock = { now: () => Date.now() }

/** This machine: its programs, memory and Node. */
export async function openMachine(): Promise<Machine> {
  const { localMachine } = await import('../adapters/machine/local-machine.ts')
  return localMachine()
}

/** The cluster that kubeconfig, environment and flags name, as kubectl would find it. Closed when the process ends. */
export async function openCluster(flags: KubeFlags): Promise<Cluster> {
  const requestMs = requestTimeoutMs(flags['request-timeout'] ?? '0')
  const { openKubeCluster } = await import('../adapters/kube/open-cluster.ts')
  const cluster = await openKubeCluster({
    kubeconfig: flags.kubeconfig,
    context: flags.context,
    namespace: flags.namespace,
    as: flags.as,
    asGroups: flags['as-group'],
    env: process.env,
    interactive: process.stdin.isTTY,
    userAgent: `sparkops/${VERSION}`,
    timings: requestMs === undefined ? {} : { requestMs },
  })
  onShutdown(() => cluster.close())
  return cluster
}

/** The same cluster where one is named, for a short question: it has this long to answer. */
export async function findCluster(requestMs: number): Promise<ClusterAccess | undefined> {
  const { findCluster: find } = await import('../adapters/kube/find-cluster.ts')
  const timings = { requestMs, connectMs: requestMs, firstContactMs: 0, retryForMs: 0 }
  return await find({ env: process.env, interactive: false, userAgent: `sparkops/${VERSION}`, timings })
}

/** Ports of this machine that listen until they are closed. */
export async function openLocalPorts(): Promise<LocalPorts> {
  const { localPorts } = await import('../adapters/local-ports/listen.ts')
  return localPorts
}

/** The snapshot of --snapshot, or else the cluster: for commands that only read. */
export async function openReader(flags: KubeFlags): Promise<ClusterReader> {
  if (flags.snapshot === undefined) return await openCluster(flags)
  const { readSnapshot } = await import('../adapters/snapshot/read-snapshot.ts')
  return await readSnapshot(flags.snapshot, flags.namespace)
}

/** A cluster to rehearse on: the one that is named, or a control plane of its own that goes with the process. */
export async function openThrowaway(flags: KubeFlags): Promise<Cluster> {
  if (flags.context !== undefined) return await openCluster(flags)
  const [{ findBinaries }, { startControlPlane }] = await Promise.all([
    import('../adapters/control-plane/find-binaries.ts'),
    import('../adapters/control-plane/start-control-plane.ts'),
  ])
  const plane = await startControlPlane(findBinaries(process.env), onShutdown)
  onShutdown(() => plane.stop())
  return await openCluster({ kubeconfig: plane.kubeconfigPath })
}

/** A new snapshot in a directory that is empty or not there yet. One that is not finished goes with the process. */
export async function createSnapshot(directory: string): Promise<SnapshotWriter> {
  const { writeSnapshot } = await import('../adapters/snapshot/write-snapshot.ts')
  const writer = await writeSnapshot(directory)
  onShutdown(() => writer.abandon())
  return writer
}

/** A new capture of pods in a directory that is empty or not there yet; it can be read while it is written. */
export async function createCapture(directory: string): Promise<CaptureWriter> {
  const { writeCapture } = await import('../adapters/snapshot/write-capture.ts')
  return await writeCapture(directory)
}

/** The repository of a directory. Without `keepObjects` nothing that is written outlives the command. */
export async function openGit(options: {
  directory: string
  keepObjects: boolean
  signal?: AbortSignal | undefined
}): Promise<Git> {
  const { openGit: open } = await import('../adapters/git/open-git.ts')
  return await open(options)
}

/** The user's own git, for signing; tried once before anything is begun. */
export async function openCommitSigner(
  facts: RepositoryFacts,
  options: { mayAsk: boolean; signal: AbortSignal },
): Promise<CommitSigner & { close(): Promise<void> }> {
  const { openCommitSigner: open } = await import('../adapters/git/commit-signer.ts')
  return await open({ facts, ...options })
}

/** Ledgers and the lock of a repository's moves. */
export async function openForkState({ commonDirectory }: RepositoryFacts): Promise<ForkStateStore> {
  const { openForkState: open } = await import('../adapters/fork-state/state-files.ts')
  return open(commonDirectory)
}

/** Where conflicts of a repository's moves are edited. */
export async function openWorkbench(facts: RepositoryFacts): Promise<Workbench> {
  const { openWorkbench: open } = await import('../adapters/git/workbench.ts')
  return open(facts)
}

/** Go, and generators written in it, on trees of a repository; in a scratch directory below the user's cache. */
export async function openToolchain(git: Git, signal: AbortSignal): Promise<Toolchain> {
  const { openToolchain: open } = await import('../adapters/toolchain/open-toolchain.ts')
  return open({ git, signal, cache: await cacheDirectory() })
}

/** The command that the user gave to `--exec`. */
export async function openUserBuild(
  git: Git,
  asked: { command: string; when: UserBuild['when'] },
  signal: AbortSignal,
): Promise<UserBuild> {
  const { openUserBuild: open } = await import('../adapters/toolchain/user-build.ts')
  return open({ git, signal, ...asked, cache: await cacheDirectory() })
}

async function cacheDirectory(): Promise<string> {
  const [{ homedir }, path] = await Promise.all([import('node:os'), import('node:path')])
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'sparkops')
}

/** Renders charts that lie in a repository, with the user's helm. */
export async function openChartRenderer(git: Git, signal: AbortSignal): Promise<ChartRenderer> {
  const [{ openHelm }, { openChartRenderer: open }] = await Promise.all([
    import('../adapters/helm/open-helm.ts'),
    import('../adapters/helm/chart-renderer.ts'),
  ])
  const renderer = open({ git, helm: openHelm(), signal })
  const forget = onShutdown(() => renderer.close())
  return {
    ...renderer,
    close: async () => {
      forget()
      await renderer.close()
    },
  }
}

/** The engine that usage is reduced in. `memory` as DuckDB says it, such as `512MB`. */
export async function openFactStore(memory: string): Promise<FactStore> {
  const [{ openFactStore: open }, { availableParallelism }] = await Promise.all([
    import('../adapters/duckdb/fact-store.ts'),
    import('node:os'),
  ])
  return await open({ memory, threads: availableParallelism() })
}

/** How stores and brokers are reached. */
export interface StoreAccess {
  s3: StoreOptions
  kafka: KafkaAccess
}
export type { KafkaAccess }

const AS_FOUND: StoreAccess = {
  s3: { endpoint: undefined, profile: undefined },
  kafka: { tls: undefined, sasl: undefined },
}

/** What is behind the arguments: files, directories, globs, `-` for standard input, `s3://bucket/prefix`, `kafka://…`. */
export async function findDumps(paths: readonly string[], access = AS_FOUND): Promise<DumpInput[]> {
  const { findInputs } = await import('../adapters/dump-files/inputs.ts')
  return await findInputs(paths, {
    objects: async (address) => {
      const { listObjects } = await import('../adapters/s3/object-inputs.ts')
      return await listObjects(address, access.s3)
    },
    messages: async (address) => {
      const [{ listPartitions }, { parseTopicRange }] = await Promise.all([
        import('../adapters/kafka/topic-inputs.ts'),
        import('../domain/usage/topic-address.ts'),
      ])
      return await listPartitions(parseTopicRange(address), access.kafka)
    },
  })
}

/** The usage store in a directory or below `s3://bucket/prefix`, whether anything is in it yet or not. */
export async function openUsageStore(address: string, access = AS_FOUND.s3): Promise<UsageStoreFiles> {
  if (address.startsWith('s3://')) {
    const { bucketStore } = await import('../adapters/s3/usage-store.ts')
    return bucketStore(address, access)
  }
  const { directoryStore } = await import('../adapters/usage-store/directory.ts')
  return directoryStore(address)
}

/** Threads for large dumps; they start when the first is needed. */
export function scanPool(): ScanPool {
  let pool: Promise<OpenPool> | undefined
  const open = async (): Promise<OpenPool> => {
    const [{ openScanPool }, { availableParallelism }] = await Promise.all([
      import('../adapters/threads/scan-pool.ts'),
      import('node:os'),
    ])
    return openScanPool({ entry: new URL('./scan-worker.js', import.meta.url), threads: availableParallelism() })
  }
  return {
    leastBytes: 24 << 20,
    partBytes: 48 << 20,
    scan: async (...task) => await (await (pool ??= open())).scan(...task),
    close: async () => {
      if (pool !== undefined) await (await pool).close()
    },
  }
}

/** Opens a file or a part of it, decompressed; for the threads of the pool. */
export async function openDumpBytes(
  location: DumpLocation,
  onBytes: (bytes: number) => void,
): Promise<AsyncIterable<Uint8Array>> {
  const { openBytes } = await import('../adapters/dump-files/bytes.ts')
  return openBytes(location, onBytes)
}

/** Runs that changed something: `$XDG_STATE_HOME/sparkops/runs`, by default under ~/.local/state. */
export async function openRunStore(): Promise<RunStore> {
  const [{ runDirectories }, { isRunId }, { readRecords }, os, path] = await Promise.all([
    import('../adapters/journal/run-directories.ts'),
    import('../domain/plan/run-id.ts'),
    import('../domain/plan/run-record.ts'),
    import('node:os'),
    import('node:path'),
  ])
  // The XDG base directory specification has relative paths ignored.
  const asked = process.env.XDG_STATE_HOME
  const stateHome = asked && path.isAbsolute(asked) ? asked : path.join(os.homedir(), '.local/state')
  return runDirectories({ root: path.join(stateHome, 'sparkops/runs'), clock: systemClock, readRecords, isRunId })
}

/** The user's helm, for the cluster that the flags name. */
export async function openHelmOf(flags: KubeFlags): Promise<Helm> {
  const { openHelm } = await import('../adapters/helm/open-helm.ts')
  const { kubeconfig, context, as, 'as-group': asGroups } = flags
  return openHelm({ kubeconfig, context, as, asGroups })
}

/** Charts, manifests and commits as files. */
export async function openVersionSource(): Promise<VersionSource> {
  const { openVersionSource: open } = await import('../adapters/version-source/open-version-source.ts')
  return open(onShutdown)
}

/** Takes the snapshots of runs. */
export async function openSnapshotTaker(cluster: Cluster): Promise<SnapshotTaker> {
  const [{ snapshotTaker }, { readSnapshot }, { randomBytes }] = await Promise.all([
    import('../domain/operator/apply/snapshot-taker.ts'),
    import('../adapters/snapshot/read-snapshot.ts'),
    import('node:crypto'),
  ])
  return snapshotTaker({
    cluster,
    clock: systemClock,
    create: createSnapshot,
    read: readSnapshot,
    salt: () => randomBytes(16).toString('hex'),
    toolVersion: VERSION,
  })
}

/** What versions of the operator are read with: the user's helm, and files. */
export async function openTargetPorts(): Promise<TargetPorts> {
  const { openHelm } = await import('../adapters/helm/open-helm.ts')
  return { helm: openHelm(), sources: await openVersionSource() }
}

/** The files of Kubernetes objects behind a path: a file, a directory, `-`. */
export async function findObjectFiles(path: string): Promise<readonly ObjectText[]> {
  const { findObjectFiles: find } = await import('../adapters/object-files/find.ts')
  return await find(path)
}

/** What is kept of applications that a rollout saw. */
export async function openOutcomeRecord(directory: string): Promise<OutcomeRecord> {
  const { recordFiles } = await import('../adapters/outcome-record/record-files.ts')
  return recordFiles(directory)
}

/** YuniKorn's REST API at an address. */
export async function openSchedulerApi(options: {
  address: URL
  ca: string | undefined
  timeout: number
}): Promise<SchedulerApi> {
  const { openSchedulerApi: open } = await import('../adapters/yunikorn/rest-api.ts')
  return open(options)
}

/** The spool of a directory; one process at a time has it. */
export async function openSpool(options: {
  directory: string
  sinks: readonly string[]
  segmentBytes: number
  segmentMs: number
  mostBytes: number
}): Promise<EventSpool> {
  const { openSpool: open } = await import('../adapters/event-files/open-spool.ts')
  return await open({ ...options, now: () => systemClock.now() })
}

/** How places that keep events are reached, beside their names. */
export interface SinkAccess {
  s3: StoreOptions & { encryption: string | undefined; kmsKey: string | undefined }
  kafka: KafkaAccess
}

/** A place that keeps collected events of a cluster. */
export async function openSink(target: SinkTarget, cluster: string, access: SinkAccess): Promise<EventSink> {
  const { objectName } = await import('../domain/usage/collect/object-name.ts')
  const nameOf = (segment: SegmentName): string => objectName(cluster, segment)
  if (target.kind === 'files') {
    const { fileSink } = await import('../adapters/event-files/file-sink.ts')
    return fileSink(target.directory, nameOf)
  }
  if (target.kind === 's3') {
    const { objectSink } = await import('../adapters/s3/object-sink.ts')
    return objectSink({ ...target, ...access.s3, nameOf })
  }
  const [{ topicSink }, { leftOutLine }] = await Promise.all([
    import('../adapters/kafka/topic-sink.ts'),
    import('../domain/usage/collect/lines.ts'),
  ])
  return topicSink({ ...target, ...access.kafka, leftOut: leftOutLine })
}

/** Serves texts over HTTP; see the adapter. */
export async function serveStatus(
  host: string,
  port: number,
  answer: (path: string) => { status: number; body: string } | undefined,
): Promise<{ address: string; close: () => void }> {
  const { serveStatus: serve } = await import('../adapters/status-server/serve-status.ts')
  return await serve(host, port, answer)
}
