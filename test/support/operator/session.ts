/** A session of an operator run in a test: everything real. */
import { openVersionSource } from '../../../src/adapters/version-source/open-version-source.ts'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openHelm } from '../../../src/adapters/helm/open-helm.ts'
import { runDirectories } from '../../../src/adapters/journal/run-directories.ts'
import { readSnapshot } from '../../../src/adapters/snapshot/read-snapshot.ts'
import { writeSnapshot } from '../../../src/adapters/snapshot/write-snapshot.ts'
import type { OperatorSession } from '../../../src/domain/operator/apply/session.ts'
import { snapshotTaker } from '../../../src/domain/operator/apply/snapshot-taker.ts'
import { isRunId } from '../../../src/domain/plan/run-id.ts'
import { readRecords } from '../../../src/domain/plan/run-record.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'

export interface SessionPlace {
  kubeconfig: string
  helm: string
  environment: Record<string, string>
  /** Where runs are kept. */
  root: string
}

const LONGEST_PAUSE_MS = 100

/** Opens one over a cluster. */
export function sessionOn(cluster: Cluster, { kubeconfig, helm, environment, root }: SessionPlace): OperatorSession {
  const clock = { now: () => Date.now() }
  const { signal } = new AbortController()
  return {
    cluster,
    helm: openHelm({ program: helm, kubeconfig, environment }),
    sources: openVersionSource(() => () => undefined),
    snapshots: snapshotTaker({
      cluster,
      clock,
      create: writeSnapshot,
      read: readSnapshot,
      salt: () => randomBytes(16).toString('hex'),
      toolVersion: '0.1.0',
    }),
    store: runDirectories({ root, clock, readRecords, isRunId }),
    clock,
    // Looks again sooner than people would want it: nothing here is far away.
    sleep: async (milliseconds) => await sleep(Math.min(milliseconds, LONGEST_PAUSE_MS), undefined, { signal }),
    signal,
    report: () => undefined,
    mayPass: () => Promise.resolve(false),
    process: { host: 'test', pid: process.pid, random: () => randomBytes(3).toString('hex') },
  }
}
