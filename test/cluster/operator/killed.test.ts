/**
 * A run that ends in the middle: at every line of its journal, again and again, until it is through; and given up at
 * every line, back to what was before. Every line is tried in this process (mortal.ts); processes that are really
 * killed try one of each kind.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { planWayBack } from '../../../src/domain/operator/apply/run-choice.ts'
import { beginRun, goOn, type OperatorSession } from '../../../src/domain/operator/apply/session.ts'
import { OPERATOR_VERBS } from '../../../src/domain/operator/apply/verbs.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import { addUp } from '../../../src/domain/plan/run-record.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { clusterState } from '../../support/operator/cluster-state.ts'
import { atEveryLine, type Dies, untilDeath, untilItEnds } from '../../support/operator/mortal.ts'
import { sessionOf, verifyRunOf } from '../../support/operator/planned.ts'
import { APPLICATIONS, installOld, JOBS, makeApplication, planUpgrade } from '../../support/operator/scenario.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'
import { bundleSource } from '../../support/run-source.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-killed-'))
let nodes: ReturnType<typeof standInForNodes> | undefined
let isInstalled = false

beforeAll(() => {
  nodes = standInForNodes(lab())
})
afterAll(async () => {
  await nodes?.stop()
  rmSync(home, { recursive: true, force: true })
})

/** Every test leaves the cluster as it has found it. */
async function openPrepared(): Promise<Cluster> {
  const cluster = await openLab(lab())
  if (!isInstalled) {
    await installOld(lab(), cluster)
    await makeHalfSubmitted(cluster)
  }
  isInstalled = true
  return cluster
}

let halfSubmitted = 0

/** Unless there is one that nobody has adopted yet. */
async function makeHalfSubmitted(cluster: Cluster): Promise<void> {
  const key = { type: APPLICATIONS, namespace: JOBS, name: `half-submitted-${halfSubmitted}` }
  const live = await cluster.get(key)
  if (live !== undefined && live.status === undefined) return
  halfSubmitted += 1
  await makeApplication(cluster, `half-submitted-${halfSubmitted}`, '', true)
}

/** What was adopted stays so: the driver lives, whichever version runs. */
async function stateOf(cluster: Cluster): Promise<Record<string, unknown>> {
  const state = await clusterState(cluster)
  return Object.fromEntries(Object.entries(state).filter(([name]) => !/^sparkapplications.*half-submitted/.test(name)))
}

function begins(plan: Plan) {
  return async (session: OperatorSession) =>
    await goOn(session, await beginRun(session, plan, { purpose: 'operator apply', undoes: null }), plan)
}

function aborts(run: string) {
  return async (session: OperatorSession) => {
    const plan = await planWayBack((await session.store.read(run))!, session, { lowerCrds: true })
    return await goOn(session, await beginRun(session, plan, { purpose: 'operator abort', undoes: run }), plan)
  }
}

describe('a run that ends at every line of its journal', () => {
  it('ends as if it had never been stopped, and so does the way back', async () => {
    const cluster = await openPrepared()
    const session = sessionOf(lab(), cluster, join(home, 'lines'))
    const before = await stateOf(cluster)
    const plan = await planUpgrade(lab(), cluster)
    const there = await untilItEnds(session, atEveryLine().dies, begins(plan))
    // Opened, started and closed, and for each step its intent, its deed and that it is done, where there was one.
    expect(there.deaths.length).toBeGreaterThan(2 * plan.steps.length + 3)
    expect(there.deaths.filter((point) => point.startsWith('after done')).length).toBe(plan.steps.length)
    expect(addUp((await session.store.read(there.run))!.records)!.outcome).toBe('done')
    const proof = await verifyRunOf(session, there.run)
    expect(proof.items).toEqual([])
    expect(proof.outcome).toBe('ok')

    const back = await untilItEnds(session, atEveryLine().dies, aborts(there.run))
    expect(back.deaths.length).toBeGreaterThan(30)
    expect(await stateOf(cluster)).toEqual(before)
  }, 300_000)
})

describe('a run that is given up', () => {
  it('at any line goes back to what was before', async () => {
    const cluster = await openPrepared()
    const session = sessionOf(lab(), cluster, join(home, 'given-up'))
    const { steps } = await planUpgrade(lab(), cluster)
    // Done, and not said so, for each step; for one of each verb also begun and not done.
    const begun = new Map(steps.map(({ verb, id }) => [verb, `after intent ${id}`]))
    const points = steps.flatMap(({ verb, id }) => [
      ...(begun.get(verb) === `after intent ${id}` && OPERATOR_VERBS.get(verb)?.isCheck !== true
        ? [`after intent ${id}`]
        : []),
      `before done ${id}`,
    ])
    for (const point of points) {
      await makeHalfSubmitted(cluster)
      const before = await stateOf(cluster)
      const only: Dies = (one) => one === point
      const died = await untilDeath(session, only, begins(await planUpgrade(lab(), cluster)))
      expect(died).toBe(point)
      const run = (await session.store.list()).at(-1)!
      expect([point, await untilDeath(session, () => false, aborts(run))]).toEqual([point, undefined])
      expect(await stateOf(cluster), point).toEqual(before)
    }
  }, 600_000)
})

interface Ended {
  code: number | null
  signal: string | null
  stderr: string
}

describe('a process that is killed', () => {
  it('is the same as a run that ends at a line', async () => {
    const cluster = await openPrepared()
    const program = await bundleSource('test/fixtures/move/run-move.ts')
    const place = join(home, 'processes')
    mkdirSync(place)
    const before = await stateOf(cluster)
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
    const move = (words: readonly string[]): Promise<Ended> => {
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
        const { code, signal, stderr } = await move(words)
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
    expect(await stateOf(cluster)).toEqual(before)
  }, 300_000)
})
