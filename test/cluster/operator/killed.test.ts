/**
 * A run that ends in the middle: at every line of its journal, again and again, until it is through. Every line is
 * tried in this process (mortal.ts); processes that are really killed try one of each kind.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { addUp } from '../../../src/domain/plan/run-record.ts'
import { needs } from '../../support/capabilities.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { begins, takesBack } from '../../support/operator/lives.ts'
import { atEveryLine, untilItEnds } from '../../support/operator/mortal.ts'
import { sessionOf, verifyRunOf } from '../../support/operator/planned.ts'
import { repeatableMove, stateBesideAdopted } from '../../support/operator/repeatable-move.ts'
import { planUpgrade } from '../../support/operator/scenario.ts'
import { useOperatorHome } from '../../support/operator/use-operator-home.ts'
import { bundleSource } from '../../support/run-source.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = useOperatorHome(lab, 'sparkops-killed')
const move = repeatableMove(lab)

describe('a run that ends at every line of its journal', () => {
  it('ends as if it had never been stopped, and so does the way back', async () => {
    const cluster = await move.open()
    const session = sessionOf(lab(), cluster, join(home, 'lines'))
    const before = await stateBesideAdopted(cluster)
    const plan = await planUpgrade(lab(), cluster)
    const there = await untilItEnds(session, atEveryLine().dies, begins(plan))
    // Opened, started and closed, and for each step its intent, its deed and that it is done, where there was one.
    expect(there.deaths.length).toBeGreaterThan(2 * plan.steps.length + 3)
    expect(there.deaths.filter((point) => point.startsWith('after done')).length).toBe(plan.steps.length)
    expect(addUp((await session.store.read(there.run))!.records)!.outcome).toBe('done')
    const proof = await verifyRunOf(session, there.run)
    expect(proof.items).toEqual([])
    expect(proof.outcome).toBe('ok')

    const back = await untilItEnds(session, atEveryLine().dies, takesBack(there.run, 'operator abort'))
    expect(back.deaths.length).toBeGreaterThan(30)
    expect(await stateBesideAdopted(cluster)).toEqual(before)
  }, 300_000)
})

interface Ended {
  code: number | null
  signal: string | null
  stderr: string
}

describe('a process that is killed', () => {
  it('is the same as a run that ends at a line', async () => {
    const cluster = await move.open()
    const program = await bundleSource('test/fixtures/move/run-move.ts')
    const place = join(home, 'processes')
    mkdirSync(place)
    const before = await stateBesideAdopted(cluster)
    const points = [
      'after opened',
      'after started',
      'after intent snapshot/take',
      'before done crds/raise-sparkapplications',
      'before done install/helm',
      'after done fence/lift',
      'before closed',
      'before done undo/install/helm',
      'after intent undo/stop/deployments/spark-operator/spark-operator',
    ]
    const runMove = (words: readonly string[]): Promise<Ended> => {
      const own = { HELM: lab().helmPath, RUNS: join(place, 'runs'), DEATHS: join(place, 'deaths') }
      const env = { ...lab().environment, ...own, DIE_AT: points.join('\n') }
      return new Promise((resolve) => {
        const child = execFile(process.execPath, [program, ...words], { env }, (_error, _stdout, stderr) => {
          resolve({ code: child.exitCode, signal: child.signalCode, stderr })
        })
      })
    }
    const { store } = sessionOf(lab(), cluster, join(place, 'runs'))
    const untilItIsThrough = async (first: readonly string[]): Promise<string> => {
      for (let words = first; ;) {
        const { code, signal, stderr } = await runMove(words)
        const run = (await store.list()).at(-1)!
        if (signal !== 'SIGKILL') {
          expect([code, stderr]).toEqual([0, ''])
          return run
        }
        words = ['resume', run]
      }
    }
    const plan = join(place, 'plan.json')
    writeFileSync(plan, JSON.stringify(await planUpgrade(lab(), cluster)))
    const there = await untilItIsThrough(['apply', plan])
    expect(addUp((await store.read(there))!.records)!.outcome).toBe('done')
    await untilItIsThrough(['abort', there])
    expect(readFileSync(join(place, 'deaths'), 'utf8').trim().split('\n')).toEqual(points)
    expect(await stateBesideAdopted(cluster)).toEqual(before)
  }, 300_000)
})
