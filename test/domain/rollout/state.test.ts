/** The state of a rollout: what may follow what, who wins of two, and what a killed process leaves. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordFiles } from '../../../src/adapters/outcome-record/record-files.ts'
import { runDirectories } from '../../../src/adapters/journal/run-directories.ts'
import { appendFileSync } from 'node:fs'
import { isRunId } from '../../../src/domain/plan/run-id.ts'
import { readRecords } from '../../../src/domain/plan/run-record.ts'
import { readRollout } from '../../../src/domain/rollout/file/read-rollout.ts'
import { configMapStore } from '../../../src/domain/rollout/state/config-map-store.ts'
import { type RolloutEntry, stateOf } from '../../../src/domain/rollout/state/entries.ts'
import { journalStore } from '../../../src/domain/rollout/state/journal-store.ts'
import { currentEnvironment, requireSoaking, requireStartable } from '../../../src/domain/rollout/stages.ts'
import { watchGates } from '../../../src/domain/rollout/watch.ts'
import type { RolloutReport } from '../../../src/domain/rollout/report.ts'
import { KubeStatusError } from '../../../src/domain/kube-error.ts'
import type { Cluster, KubeObject } from '../../../src/ports/cluster.ts'
import { makeMonths } from '../../support/rollout/months.ts'

const rollout = readRollout(
  'rollout.yaml',
  `apiVersion: sparkops/v1
kind: Rollout
name: two
operator: {to: chart}
environments:
  - {name: dev, context: dev, namespaces: [jobs], soak: 1h}
  - {name: prod, context: prod, namespaces: [jobs], soak: 1h}
`,
)
const [dev, prod] = rollout.environments as [(typeof rollout.environments)[0], (typeof rollout.environments)[0]]
const vitals = { at: '', counters: {} as never }
const entry = (
  event: 'starting' | 'started' | 'promoted' | 'halted',
  environment = 'dev',
  by = 'ada',
): RolloutEntry => ({
  environment,
  by,
  at: '2026-07-01T00:00:00Z',
  ...(event === 'started'
    ? { event, run: 'r', version: { from: '1', to: '2' }, vitals }
    : event === 'promoted'
      ? { event, evidence: [], accepted: [] }
      : event === 'halted'
        ? { event, why: 'w', evidence: [] }
        : { event }),
})

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sparkops-rollout-'))
})
afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

const journal = (random = 'abcdef') =>
  journalStore({
    store: runDirectories({ root: home, clock: { now: () => Date.now() }, readRecords, isRunId }),
    rollout,
    now: () => Date.parse('2026-07-01T00:00:00Z'),
    random: () => random,
    version: '0.1.0',
  })

describe('the stages of a rollout', () => {
  it('follow each other in order: an environment starts only when those before it are promoted', () => {
    expect(() => requireStartable(rollout, prod, [])).toThrow(/prod is not to be started yet/)
    requireStartable(rollout, dev, [])
    // A start that was ended half-way may be tried again.
    requireStartable(rollout, dev, [entry('starting')])
    expect(() => requireStartable(rollout, dev, [entry('started')])).toThrow(/was started already/)
    const promoted = [entry('starting'), entry('started'), entry('promoted')]
    requireStartable(rollout, prod, promoted)
    expect(currentEnvironment(rollout, promoted)?.name).toBe('prod')
    expect(() => requireSoaking(dev, promoted)).toThrow(/dev is not being watched/)
    expect(stateOf([...promoted, entry('started', 'prod'), entry('halted', 'prod')], 'prod').stage).toBe('halted')
  })
})

describe('what counts as since a start', () => {
  it('begins with the move itself, of the start that counts: an application that it killed did not fail before', () => {
    const at = (hour: number, event: 'starting' | 'started' | 'halted'): RolloutEntry => ({
      ...entry(event),
      at: `2026-07-01T0${hour}:00:00Z`,
    })
    const first = [at(1, 'starting'), at(2, 'started')]
    expect(stateOf(first, 'dev').movedFrom).toBe('2026-07-01T01:00:00Z')
    const again = [...first, at(3, 'halted'), at(4, 'starting')]
    expect(stateOf(again, 'dev').movedFrom).toBe('2026-07-01T01:00:00Z')
    expect(stateOf([...again, at(5, 'started')], 'dev').movedFrom).toBe('2026-07-01T04:00:00Z')
    expect(stateOf([], 'dev').movedFrom).toBeNull()
  })
})

describe('the state in the journal', () => {
  it('lasts, is listed as a run, and is read back in order', async () => {
    const store = journal()
    let seen = await store.read()
    for (const event of ['starting', 'started', 'promoted'] as const) seen = await store.append(entry(event), seen)
    expect((await journal().read()).entries.map(({ event }) => event)).toEqual(['starting', 'started', 'promoted'])
  })

  it('lets one of two win who read the same, and tells the other who was faster', async () => {
    const first = await journal().append(entry('started'), await journal().read())
    const seen = await journal().read()
    expect(seen.version).toBe(first.version)
    await journal().append(entry('promoted', 'dev', 'grace'), seen)
    await expect(journal().append(entry('promoted', 'dev', 'ada'), seen)).rejects.toMatchObject({
      exit: 'stale',
      why: expect.stringContaining('promoted dev by grace') as unknown,
    })
  })

  it('ends with the last promotion, and not before', async () => {
    const store = journal()
    let seen = await store.read()
    for (const name of ['dev', 'prod'])
      for (const event of ['started', 'promoted'] as const) seen = await store.append(entry(event, name), seen)
    const [id] = await runDirectories({ root: home, clock: { now: () => 0 }, readRecords, isRunId }).list()
    const run = await runDirectories({ root: home, clock: { now: () => 0 }, readRecords, isRunId }).read(id!)
    expect(run!.records.at(-1)).toMatchObject({ event: 'closed', outcome: 'done' })
  })
})

describe('the state in a ConfigMap', () => {
  /** What the API server does with versions of one object. */
  function oneObject(): Pick<Cluster, 'get' | 'create' | 'replace'> {
    let stored: KubeObject | undefined
    let version = 0
    const write = (object: KubeObject) => {
      stored = { ...object, metadata: { ...object.metadata, resourceVersion: String((version += 1)) } }
      return Promise.resolve({ object: stored, warnings: [] })
    }
    const refuse = (reason: string) =>
      Promise.reject(new KubeStatusError('write', { code: 409, reason, message: reason, causes: [] }))
    return {
      get: () => Promise.resolve(stored),
      create: (_type, object) => (stored === undefined ? write(object) : refuse('AlreadyExists')),
      replace: (_type, object) =>
        object.metadata.resourceVersion === stored?.metadata.resourceVersion ? write(object) : refuse('Conflict'),
    }
  }
  const place = { namespace: 'ops', name: 'state', rollout: 'two' }

  it('lets one of two win, whether the map is new or not', async () => {
    const cluster = oneObject()
    const empty = await configMapStore(cluster, place).read()
    const first = await configMapStore(cluster, place).append(entry('started'), empty)
    await expect(configMapStore(cluster, place).append(entry('started'), empty)).rejects.toMatchObject({
      code: 'SO_ROLLOUT_MOVED',
      exit: 'stale',
    })
    const [one, other] = await Promise.allSettled([
      configMapStore(cluster, place).append(entry('promoted', 'dev', 'ada'), first),
      configMapStore(cluster, place).append(entry('promoted', 'dev', 'grace'), first),
    ])
    expect([one.status, other.status].sort()).toEqual(['fulfilled', 'rejected'])
    expect((await configMapStore(cluster, place).read()).entries).toHaveLength(2)
  })

  it('is refused where it holds another rollout, or something else', async () => {
    const cluster = oneObject()
    await configMapStore(cluster, place).append(entry('started'), { entries: [], version: '' })
    await expect(configMapStore(cluster, { ...place, rollout: 'three' }).read()).rejects.toMatchObject({ exit: 'data' })
    const object = (await cluster.get(undefined as never))!
    await cluster.replace(undefined as never, {
      ...object,
      data: { 'rollout.json': '{"rollout":"two","entries":[{}]}' },
    })
    await expect(configMapStore(cluster, place).read()).rejects.toMatchObject({ code: 'SO_ROLLOUT_STATE' })
  })
})

describe('the record of what was seen', () => {
  it('goes on after half a line that a killed process left, and says which line is none', async () => {
    const { since } = makeMonths({
      seed: 1,
      operatorRate: 0,
      factor: 1,
      daysBefore: 0,
      finishedSince: 3,
      perDay: 9,
      missed: 0,
    })
    const record = recordFiles(join(home, 'record'))
    await record.append('dev', since.slice(0, 2), 1000)
    appendFileSync(join(home, 'record/dev.ndjson'), '{"outcome":{"uid":"half')
    await record.append('dev', since.slice(2), 61_000)
    expect(await recordFiles(join(home, 'record')).read('dev')).toEqual({ outcomes: since, lastLook: 61_000 })
    appendFileSync(join(home, 'record/dev.ndjson'), '{"a":1}\n')
    await expect(record.read('dev')).rejects.toMatchObject({
      exit: 'data',
      message: expect.stringMatching(/line \d/) as unknown,
    })
    expect(await record.read('prod')).toEqual({ outcomes: [], lastLook: undefined })
  })
})

describe('watching', () => {
  const report = (verdict: RolloutReport['verdict'], state = 'waits') =>
    ({ stage: 'soaking', verdict, gates: [{ gate: 'soak', state, reason: 'r' }] }) as unknown as RolloutReport

  it('looks again until the gates decide, tells what changes, and bears a cluster that is away for a while', async () => {
    const told: string[] = []
    const looks = [report('waiting'), new Error('away'), report('waiting'), report('open', 'holds'), report('open')]
    let time = 0
    const end = await watchGates({
      look: () => {
        const next = looks.shift()!
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
      },
      now: () => time,
      sleep: (ms) => Promise.resolve(void (time += ms)),
      everyMs: 1000,
      until: 60_000,
      onChange: (gate, state) => told.push(`${gate} ${state}`),
      onTrouble: (error) => told.push((error as Error).message),
    })
    expect([end.verdict, told]).toEqual(['open', ['soak waits', 'away', 'soak holds']])
  })

  it('ends undecided when the time is over, and gives up on a cluster that stays away', async () => {
    let time = 0
    const options = {
      now: () => time,
      sleep: (ms: number) => Promise.resolve(void (time += ms)),
      everyMs: 1000,
      until: 3000,
      onChange: () => undefined,
      onTrouble: () => undefined,
    }
    expect((await watchGates({ ...options, look: () => Promise.resolve(report('waiting')) })).verdict).toBe('waiting')
    await expect(watchGates({ ...options, look: () => Promise.reject(new Error('gone')) })).rejects.toThrow('gone')
  })
})
