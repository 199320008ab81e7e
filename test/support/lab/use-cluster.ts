/** One cluster for a test file: started before its tests, gone after them. */
import { afterAll, beforeAll, vi } from 'vitest'
import { capabilityPath } from '../capabilities.ts'
import { type ClusterOptions, startCluster, type TestCluster } from './cluster.ts'

/** Call it at the top of a file, or in a `describe`; call what it gives inside tests. */
export function useCluster(options: ClusterOptions = {}): () => TestCluster {
  // A restart of the API server takes seconds, and on a busy machine several times as long.
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })
  let cluster: TestCluster | undefined
  beforeAll(async () => {
    // Where there is no lab, the tests are skipped by needs('lab'), but hooks run all the same.
    if (capabilityPath('lab') !== undefined) cluster = await startCluster(options)
  })
  afterAll(async () => {
    await cluster?.stop()
  })
  return () => {
    if (cluster === undefined) throw new Error("no cluster: mark the tests with needs('lab')")
    return cluster
  }
}
