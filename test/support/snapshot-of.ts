/** A snapshot of a cluster, taken, written and read as the product does it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { readSnapshot } from '../../src/adapters/snapshot/read-snapshot.ts'
import { writeSnapshot } from '../../src/adapters/snapshot/write-snapshot.ts'
import { takeSnapshot } from '../../src/domain/snapshot/take-snapshot.ts'
import type { ClusterReader } from '../../src/ports/cluster.ts'

/** Gone with the test. */
export async function snapshotOf(cluster: ClusterReader): Promise<ClusterReader> {
  const parent = await mkdtemp(join(tmpdir(), 'sparkops-snapshot-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const directory = join(parent, 'snapshot')
  await takeSnapshot({
    cluster,
    writer: await writeSnapshot(directory),
    clock: { now: () => 0 },
    salt: '00',
    toolVersion: '0',
    includeSecrets: false,
    report: () => undefined,
  })
  return await readSnapshot(directory)
}
