/**
 * A run that is killed: by SIGKILL after every line of its journal, again and again, until it is through; and given up
 * in the middle of a step of each kind that changes something, back to what was before.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect } from 'vitest'
import { runDirectories } from '../../../src/adapters/journal/run-directories.ts'
import { verifyStoredRun } from '../../../src/domain/operator/apply/verify-report.ts'
import { OPERATOR_VERBS } from '../../../src/domain/operator/apply/verbs.ts'
import type { Plan } from '../../../src/domain/plan/plan.ts'
import { isRunId } from '../../../src/domain/plan/run-id.ts'
import { addUp, readRecords } from '../../../src/domain/plan/run-record.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import type { TestCluster } from '../../support/lab/cluster.ts'
import { openLab } from '../../support/lab/open.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { clusterState } from '../../support/operator/cluster-state.ts'
import { installOld, makeApplication, planUpgrade } from '../../support/operator/scenario.ts'
import { standInForNodes } from '../../support/operator/stand-in.ts'
import { bundleSource } from '../../support/run-source.ts'

const { it } = needs('lab')
const home = mkdtempSync(join(tmpdir(), 'sparkops-killed-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

interface Ended {
  code: number | null
  signal: string | null
  stderr: string
}

interface Place {
  lab: TestCluster
  program: string
  directory: string
  /** Steps of which one of each kind also dies between the deed and its line. */
  kinds: readonly string[]
}

/** One process of a run; DIE_AT as the fixture has it. */
function move({ lab, program, directory, kinds }: Place, words: readonly string[], dieAt = ''): Promise<Ended> {
  const env = {
    ...lab.environment,
    HELM: lab.helmPath,
    RUNS: join(directory, 'runs'),
    DEATHS: dieAt === 'never' ? '' : join(directory, 'deaths'),
    DIE_AT: dieAt,
    DIE_BEFORE: kinds.flatMap((id) => [id, `undo/${id}`]).join(' '),
  }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...words], { env }, (_error, _stdout, stderr) => {
      resolve({ code: child.exitCode, signal: child.signalCode, stderr })
    })
  })
}

function storeIn(directory: string) {
  return runDirectories({ root: join(directory, 'runs'), clock: { now: () => 0 }, readRecords, isRunId })
}

/** Starts the same run again and again until it ends by itself; gives how often it died. */
async function untilItEnds(
  place: Place,
  first: readonly string[],
  dieAt = '',
): Promise<{ deaths: number; run: string }> {
  let words = first
  const store = storeIn(place.directory)
  const before = (await store.list()).at(-1)
  for (let deaths = 0; ; deaths += 1) {
    const { code, signal, stderr } = await move(place, words, dieAt)
    const run = (await store.list()).at(-1)!
    if (signal !== 'SIGKILL') {
      expect([code, stderr]).toEqual([0, ''])
      return { deaths, run }
    }
    const stored = run === before ? undefined : await store.read(run)
    // Dead before its first line was on the disk, it has done nothing and is begun anew.
    const progress = stored && addUp(stored.records)
    // Dead after its last line, there is nothing left to do.
    if (progress?.outcome === 'done') return { deaths: deaths + 1, run }
    if (progress) words = ['resume', run]
    if (deaths > 300) throw new Error('it dies for ever')
  }
}

async function prepare(lab: TestCluster, directory: string): Promise<{ cluster: Cluster; place: Place; plan: string }> {
  const cluster = await openLab(lab)
  await installOld(lab, cluster)
  await makeApplication(cluster, 'half-submitted', '', true)
  const plan = join(home, `${directory}.json`)
  const planned = await planUpgrade(lab, cluster)
  writeFileSync(plan, JSON.stringify(planned))
  const program = await bundleSource('test/fixtures/move/run-move.ts')
  const place = { lab, program, directory: mkdtempSync(join(home, directory)), kinds: lastOfEachKind(planned) }
  return { cluster, plan, place }
}

/** Steps that change something, the last of each verb: what precedes it is done by then. */
function lastOfEachKind({ steps }: Plan): string[] {
  const changing = steps.filter(({ verb }) => OPERATOR_VERBS.get(verb)?.isCheck !== true)
  return [...new Map(changing.map(({ verb, id }) => [verb, id])).values()]
}

describe('a run that is killed at every line of its journal', () => {
  const lab = useCluster()

  it('ends as if it had never been, and so does the way back', async () => {
    const nodes = standInForNodes(lab())
    const { cluster, plan, place } = await prepare(lab(), 'lines')
    const before = await clusterState(cluster)
    const there = await untilItEnds(place, ['apply', plan])
    const deaths = readFileSync(join(place.directory, 'deaths'), 'utf8').trim().split('\n')
    expect(deaths.length).toBe(there.deaths)
    expect(deaths.length).toBeGreaterThan(45)
    const stored = (await storeIn(place.directory).read(there.run))!
    expect(addUp(stored.records)!.outcome).toBe('done')
    const session = { cluster, clock: { now: () => Date.now() }, sleep: () => Promise.resolve(), tell: () => undefined }
    const { signal } = new AbortController()
    const proof = await verifyStoredRun(stored, { ...session, signal, graceSeconds: 0, all: false })
    expect(proof.items).toEqual([])
    expect(proof.outcome).toBe('ok')

    rmSync(join(place.directory, 'deaths'))
    const back = await untilItEnds(place, ['abort', there.run])
    expect(back.deaths).toBeGreaterThan(30)
    const after = await clusterState(cluster)
    expect(withoutAdoption(after)).toEqual(withoutAdoption(before))
    await nodes.stop()
  }, 900_000)
})

/** What was adopted stays so: the driver lives, whichever version runs. */
function withoutAdoption(state: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(state).filter(([name]) => !name.endsWith('/half-submitted')))
}

describe('a run that is given up', () => {
  const lab = useCluster()

  it('in a step of any kind goes back to what was before', async () => {
    const nodes = standInForNodes(lab())
    const { cluster, place } = await prepare(lab(), 'steps')
    const before = await clusterState(cluster)
    const store = storeIn(place.directory)
    expect(place.kinds.length).toBeGreaterThan(10)
    for (const id of place.kinds) {
      const fresh = join(place.directory, 'plan.json')
      writeFileSync(fresh, JSON.stringify(await planUpgrade(lab(), cluster)))
      rmSync(join(place.directory, 'deaths'), { force: true })
      const { signal } = await move(place, ['apply', fresh], `before done ${id}`)
      expect(signal, id).toBe('SIGKILL')
      const run = (await store.list()).at(-1)!
      const back = await move(place, ['abort', run], 'never')
      expect([id, back.code, back.stderr]).toEqual([id, 0, ''])
      expect(withoutAdoption(await clusterState(cluster)), id).toEqual(withoutAdoption(before))
    }
    await nodes.stop()
  }, 900_000)
})
