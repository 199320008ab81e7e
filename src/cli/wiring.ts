/**
 * Where ports meet adapters: each factory imports its adapter only when it is called, so that a command pays for what
 * it uses and no more. Commands get adapters from here and from nowhere else.
 */
import type { TargetPorts } from '../domain/operator/source/locate-chart.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster, ClusterReader } from '../ports/cluster.ts'
import type { ClusterAccess } from '../ports/cluster-access.ts'
import type { LocalPorts } from '../ports/local-ports.ts'
import type { RunStore } from '../ports/journal.ts'
import type { Helm } from '../ports/helm.ts'
import type { SnapshotWriter } from '../ports/snapshot.ts'
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
