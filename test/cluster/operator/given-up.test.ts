/** `operator abort` of a run that ended in the middle, from every line that its journal may end with. */
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
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-given-up')
const move = repeatableMove(lab)

describe('a run that is given up', () => {
  it('at any line goes back to what was before', async () => {
    const cluster = await move.open()
    const session = sessionOf(lab(), cluster, home)
    const tried = new Set<Point>()
    // Each run comes one line further than the one before, until one comes to its end.
    for (;;) {
      await move.makeHalfSubmitted()
      const before = await stateBesideAdopted(cluster)
      const point = await untilDeath(
        session,
        (one) => isLine(one) && !tried.has(one) && tried.add(one).has(one),
        begins(await planUpgrade(lab(), cluster)),
      )
      const run = (await session.store.list()).at(-1)!
      expect([point, await untilDeath(session, () => false, takesBack(run, 'operator abort'))]).toEqual([
        point,
        undefined,
      ])
      expect(await stateBesideAdopted(cluster), point).toEqual(before)
      if (point === undefined) break
    }
    const { steps } = await planUpgrade(lab(), cluster)
    for (const { id } of steps)
      for (const line of [`before done ${id}`, `after done ${id}`]) expect(tried).toContain(line)
    expect(tried.size).toBeGreaterThan(2 * steps.length)
  }, 900_000)
})
