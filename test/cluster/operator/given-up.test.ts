/** `operator abort` of a run that ended in the middle, from every line that its journal may end with. */
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { begins, takesBack } from '../../support/operator/lives.ts'
import { isLine, type Point, untilDeath } from '../../support/operator/mortal.ts'
import { sessionOf } from '../../support/operator/planned.ts'
import { repeatableMove, stateBesideAdopted } from '../../support/operator/repeatable-move.ts'
import { planUpgrade } from '../../support/operator/scenario.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'

const { it } = needs('lab')
/** Most of each try is waiting: several clusters share the lines between them. */
const CLUSTERS = [0, 1, 2].map((part) => {
  const lab = useCluster()
  return { part, lab, home: useOperatorHome(lab, 'sparkops-given-up'), move: repeatableMove(lab) }
})

/** Each run comes to the next line of this part, until one comes to its end. Gives the lines at which one was given up. */
async function giveUpAtLines({ part, lab, home, move }: (typeof CLUSTERS)[number]): Promise<Set<Point>> {
  const cluster = await move.open()
  const session = sessionOf(lab(), cluster, join(home, 'runs'))
  const tried = new Set<Point>()
  for (;;) {
    await move.makeHalfSubmitted()
    const before = await stateBesideAdopted(cluster)
    let line = -1
    const dies = (one: Point): boolean => {
      if (!isLine(one)) return false
      line += 1
      return line % CLUSTERS.length === part && !tried.has(one)
    }
    const point = await untilDeath(session, dies, begins(await planUpgrade(lab(), cluster)))
    const run = (await session.store.list()).at(-1)!
    const back = await untilDeath(session, () => false, takesBack(run, 'operator abort'))
    expect([point, back]).toEqual([point, undefined])
    expect(await stateBesideAdopted(cluster), point).toEqual(before)
    if (point === undefined) return tried
    tried.add(point)
  }
}

describe('a run that is given up', () => {
  it('at any line goes back to what was before', async () => {
    const tried = await Promise.all(CLUSTERS.map((one) => giveUpAtLines(one)))
    const lines = tried.flatMap((some) => [...some])
    const [{ lab, move }] = CLUSTERS as [(typeof CLUSTERS)[number]]
    const { steps } = await planUpgrade(lab(), await move.open())
    for (const { id } of steps)
      for (const line of [`before done ${id}`, `after done ${id}`]) expect(lines).toContain(line)
    expect(lines.length).toBeGreaterThan(3 * steps.length)
  }, 900_000)
})
