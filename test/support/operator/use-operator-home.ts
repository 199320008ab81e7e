/** What tests of moves have beside a cluster: a directory for journals, and somebody who does what nodes would do. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { TestCluster } from '../lab/cluster.ts'
import { standInForNodes } from './stand-in.ts'

/** The directory; it and the stand-in go when the tests of the file have ended. */
export function useOperatorHome(lab: () => TestCluster, name: string): string {
  const home = mkdtempSync(join(tmpdir(), `${name}-`))
  let nodes: ReturnType<typeof standInForNodes> | undefined
  beforeAll(() => {
    nodes = standInForNodes(lab())
  })
  afterAll(async () => {
    await nodes?.stop()
    rmSync(home, { recursive: true, force: true })
  })
  return home
}
