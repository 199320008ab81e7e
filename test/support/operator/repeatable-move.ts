/** A cluster that is moved and taken back again and again, and what must be as before each time. */
import type { Cluster } from '../../../src/ports/cluster.ts'
import type { TestCluster } from '../lab/cluster.ts'
import { openLab } from '../lab/open.ts'
import { clusterState } from './cluster-state.ts'
import { APPLICATIONS, installOld, JOBS, makeApplication } from './scenario.ts'

export interface RepeatableMove {
  /** The cluster, with the old version installed at the first call. */
  open: () => Promise<Cluster>
  /** Makes a half-submitted application, unless there is one that nobody has adopted yet. */
  makeHalfSubmitted: () => Promise<void>
}

export function repeatableMove(lab: () => TestCluster): RepeatableMove {
  let isInstalled = false
  let halfSubmitted = 0
  const makeHalfSubmitted = async (): Promise<void> => {
    const cluster = await openLab(lab())
    const live = await cluster.get({ type: APPLICATIONS, namespace: JOBS, name: `half-submitted-${halfSubmitted}` })
    if (live !== undefined && live.status === undefined) return
    halfSubmitted += 1
    await makeApplication(cluster, `half-submitted-${halfSubmitted}`, '', true)
  }
  return {
    open: async () => {
      const cluster = await openLab(lab())
      if (!isInstalled) {
        await installOld(lab(), cluster)
        await makeHalfSubmitted()
      }
      isInstalled = true
      return cluster
    },
    makeHalfSubmitted,
  }
}

/** But for half-submitted applications: what was adopted stays so, its driver lives, whichever version runs. */
export async function stateBesideAdopted(cluster: Cluster): Promise<Record<string, unknown>> {
  const state = await clusterState(cluster)
  return Object.fromEntries(Object.entries(state).filter(([name]) => !/^sparkapplications.*half-submitted/.test(name)))
}
