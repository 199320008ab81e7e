/** Snapshots for runs, by the same means as `operator snapshot`. Secrets stay names and hashes. */
import type { Clock } from '../../../ports/clock.ts'
import type { Cluster, ClusterReader } from '../../../ports/cluster.ts'
import type { SnapshotTaker } from '../../../ports/snapshot-taker.ts'
import type { SnapshotWriter } from '../../../ports/snapshot.ts'
import { SparkopsError } from '../../errors.ts'
import { takeSnapshot } from '../../snapshot/take-snapshot.ts'

export interface SnapshotMeans {
  cluster: Cluster
  clock: Clock
  create: (directory: string) => Promise<SnapshotWriter>
  read: (directory: string) => Promise<ClusterReader>
  salt: () => string
  toolVersion: string
}

export function snapshotTaker({ cluster, clock, create, read, salt, toolVersion }: SnapshotMeans): SnapshotTaker {
  return {
    take: async ({ directory, tell, signal }) => {
      const report = await takeSnapshot({
        cluster,
        writer: await create(directory),
        clock,
        salt: salt(),
        toolVersion,
        includeSecrets: false,
        signal,
        report: ({ phase, count = 0 }) => tell(`${phase}, ${count} objects`),
      })
      const notAllowed = report.missing.flatMap(({ group, resource, why }) =>
        why === 'not allowed' ? [`${group}/${resource}`] : [],
      )
      return { directory, objects: report.items.reduce((sum, { objects }) => sum + objects, 0), notAllowed }
    },
    verify: async (directory) => {
      try {
        await read(directory)
        return undefined
      } catch (error) {
        if (error instanceof SparkopsError) return error.message
        throw error
      }
    },
  }
}
