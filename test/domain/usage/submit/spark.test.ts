// The job of `usage submit` on a real Spark: the store that it writes gives the answer that the dumps give, to the integer.
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it as always } from 'vitest'
import { directoryStore } from '../../../../src/adapters/usage-store/directory.ts'
import { findInputs } from '../../../../src/adapters/dump-files/inputs.ts'
import { openFactStore } from '../../../../src/adapters/duckdb/fact-store.ts'
import { answer } from '../../../../src/domain/usage/answer.ts'
import { listGhosts } from '../../../../src/domain/usage/ghosts.ts'
import { buildLedger, type UsageLedger } from '../../../../src/domain/usage/ledger.ts'
import type { JsonMap } from '../../../../src/domain/pods/json.ts'
import { buildLedgerOfStore } from '../../../../src/domain/usage/store/contents.ts'
import { applicationText, type JobOptions, usageApplication } from '../../../../src/domain/usage/submit/application.ts'
import { jobScript } from '../../../../src/domain/usage/submit/job-script.ts'
import { capabilityPath, needs } from '../../../support/capabilities.ts'
import { ROOT } from '../../../support/run.ts'
import { temporaryDirectory } from '../../../support/usage/dump-files.ts'
import { LEDGER_OPTIONS, QUESTION } from '../../../support/usage/ledgers.ts'
import { compactInto } from '../../../support/usage/stores.ts'
import {
  batchLines,
  collect,
  envelopeLines,
  heartbeatLines,
  restLines,
  streamConnections,
} from '../../../support/usage/simulator/dumps.ts'
import { randomParams } from '../../../support/usage/simulator/params.ts'
import { simulate } from '../../../support/usage/simulator/simulate.ts'

const { it } = needs('pyspark', 'java')
const root = temporaryDirectory()
const OPTIONS = { ...LEDGER_OPTIONS, cluster: 'demo', wantUsers: true }

const LOCAL = ['--master', 'local[2]', '--driver-memory', '2g', '--driver-java-options', '-XX:TieredStopAtLevel=1']
/** Small jobs: what Spark compiles for large ones takes longer than they do. */
const SMALL = {
  'spark.ui.enabled': 'false',
  'spark.sql.shuffle.partitions': '2',
  'spark.sql.codegen.wholeStage': 'false',
}

/** What the operator makes of an application: `spark-submit` with its configuration, its program and its arguments. */
function runJob(application: JsonMap): { code: number | null; stdout: string; stderr: string } {
  const {
    sparkConf,
    mainApplicationFile,
    arguments: words,
  } = application.spec as {
    sparkConf: Record<string, string>
    mainApplicationFile: string
    arguments: string[]
  }
  const python = capabilityPath('pyspark')!
  const where = 'import os, pyspark; print(os.path.dirname(pyspark.__file__))'
  const home = execFileSync(python, ['-c', where], { encoding: 'utf8' }).trim()
  const env = { ...process.env, SPARK_HOME: home, PYSPARK_PYTHON: python, SPARK_LOCAL_IP: '127.0.0.1', TZ: 'UTC' }
  const conf = Object.entries(sparkConf).flatMap(([name, value]) => ['--conf', `${name}=${value}`])
  const submit = join(home, 'bin', 'spark-submit')
  const { status, stdout, stderr } = spawnSync(submit, [...LOCAL, ...conf, mainApplicationFile, ...words], {
    env,
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr }
}

/** Both recordings, and simulated clusters in several forms and versions. */
function dumps(): string {
  const directory = join(root, 'dumps')
  mkdirSync(directory)
  for (const recording of ['steady', 'restart'])
    for (const file of ['stream', 'heartbeat'])
      copyFileSync(
        join(ROOT, 'examples', recording, `${file}.jsonl.gz`),
        join(directory, `${recording}-${file}.jsonl.gz`),
      )
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(directory, `${name}.jsonl`), lines.map((line) => `${line}\n`).join(''))
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const simulation = simulate(randomParams(seed))
    const polls = collect(simulation)
    const streams = streamConnections(simulation)
    if (seed % 2 === 1) write(`sim${seed}-events`, envelopeLines(polls, `c${seed}`))
    else if (streams.length > 0)
      write(
        `sim${seed}-stream`,
        streams.flatMap((text) => text.trimEnd().split('\n')),
      )
    write(`sim${seed}-heartbeat`, heartbeatLines(polls))
    write(`sim${seed}-rest`, restLines(simulation))
  }
  for (const seed of [7, 8, 9]) {
    const simulation = simulate(randomParams(seed))
    const polls = collect(simulation, { count: 400, capacity: 3000 })
    const pages = batchLines(polls)
    // Pages go on from file to file.
    const half = pages.length >> 1
    if (seed > 7)
      for (const part of [0, 1]) write(`sim${seed}-pages-${part}`, pages.slice(part * half, part ? undefined : half))
    else
      write(
        `sim${seed}-wrapped`,
        envelopeLines(polls, `c${seed}`).map((line, index) => CONNECTORS[index % CONNECTORS.length]!(line)),
      )
    write(
      `sim${seed}-heartbeat`,
      heartbeatLines(polls).map((line) => JSON.stringify({ message: line, topic: 't' })),
    )
  }
  // Hadoop's file systems know of milliseconds; buckets have whole seconds.
  for (const name of readdirSync(directory)) utimesSync(join(directory, name), WRITTEN_AT, WRITTEN_AT)
  return directory
}

/** What connectors put around a line. */
const CONNECTORS: ((line: string) => string)[] = [
  (line) => JSON.stringify(line),
  (line) => `{"key":"k","value":${line},"timestamp":"2026-11-22T00:00:00Z"}`,
  (line) => JSON.stringify({ key: 'k', value: line }),
  (line) => JSON.stringify({ message: line, offset: 1, topic: 't' }),
  (line) => JSON.stringify({ date: 1_795_375_332.387, payload: line }),
  (line) => JSON.stringify(JSON.stringify({ log: line, message: 'of another' })),
]

const OF_JOB: JobOptions = {
  ...{
    inputs: ['s3://yk/events/', 'hdfs://name/events'],
    store: 's3://yk/usage/',
    cluster: 'prod',
    lenient: false,
    base: undefined,
  },
  ...{ name: undefined, namespace: 'jobs', image: 'spark:py', serviceAccount: 'spark', queue: 'root.platform' },
  ...{ sparkVersion: undefined, executors: 7, s3Endpoint: undefined, script: undefined },
}

const WRITTEN_AT = 1_795_375_332

const NOWHERE = { objects: () => Promise.resolve([]), messages: () => Promise.resolve([]) }

async function answers(ledger: UsageLedger): Promise<unknown> {
  const by = ['app', 'incarnation', 'queue', 'user', 'group', 'node', 'namespace', 'cluster'] as const
  const { items, summary } = await answer(ledger, { ...QUESTION, by: [...by] })
  const ghosts = await listGhosts(ledger, { withOpen: true })
  const sorted = ghosts.items.map((item) => JSON.stringify(item)).sort()
  return { items, summary: { ...summary, input: undefined }, ghosts: sorted }
}

describe('the job of usage submit', () => {
  it('writes a store that gives the answer of the dumps to the integer', { timeout: 900_000 }, async () => {
    const directory = dumps()
    const program = join(root, 'job.py')
    writeFileSync(program, jobScript())
    const file = (path: string): string => pathToFileURL(path).href
    const places = { inputs: [file(directory)], store: file(join(root, 'store')), script: file(program) }
    const base = { spec: { sparkConf: SMALL } }
    const done = runJob(usageApplication({ ...OF_JOB, ...places, cluster: 'demo', base }, jobScript()))
    expect(done.code, done.stderr.slice(-2000)).toBe(0)
    await expectSameAnswers(directory)
  })

  it('writes a store that usage compact adds to', { timeout: 60_000 }, async () => {
    const directory = join(root, 'dumps')
    const lines = envelopeLines(collect(simulate(randomParams(10))), 'c1')
    writeFileSync(join(directory, 'sim10-events.jsonl'), lines.map((line) => `${line}\n`).join(''))
    const inputs = await findInputs([directory], NOWHERE)
    const { objects } = await compactInto(join(root, 'store'), inputs, { cluster: 'demo' })
    expect(objects).toEqual({ read: 1, known: inputs.length - 1, changed: [] })
    await expectSameAnswers(directory)
  })
})

/** The store says what the dumps say. */
async function expectSameAnswers(directory: string): Promise<void> {
  const local = await openFactStore({ memory: '512MB', threads: 2 })
  const stored = await openFactStore({ memory: '512MB', threads: 2 })
  try {
    const inputs = await findInputs([directory], NOWHERE)
    const expected = await answers(await buildLedger(inputs, { store: local }, OPTIONS, () => undefined))
    const files = directoryStore(join(root, 'store'))
    expect(await answers(await buildLedgerOfStore(files, stored, OPTIONS, () => undefined))).toEqual(expected)
  } finally {
    await local.close()
    await stored.close()
  }
}

describe('the program of usage submit', () => {
  const { it: onPython } = needs('python3')
  onPython('is Python', () => {
    const program = join(root, 'program.py')
    writeFileSync(program, jobScript())
    execFileSync(capabilityPath('python3')!, ['-m', 'py_compile', program], { stdio: 'pipe' })
  })
})

describe('the application of usage submit', () => {
  const options = OF_JOB

  always('runs the program from below the store, in the queue, with as many executors as asked', () => {
    const { spec } = usageApplication(options, jobScript()) as { spec: Record<string, unknown> }
    expect(spec['mainApplicationFile']).toMatch(/^s3a:\/\/yk\/usage\/jobs\/usage-[0-9a-f]{12}\.py$/)
    expect(spec['arguments']).toEqual([
      '--output',
      's3a://yk/usage',
      '--cluster',
      'prod',
      '--',
      's3a://yk/events/',
      'hdfs://name/events',
    ])
    expect(spec['batchSchedulerOptions']).toEqual({ queue: 'root.platform' })
    expect(spec['executor']).toMatchObject({ instances: 7 })
    expect(spec['driver']).toMatchObject({ serviceAccount: 'spark' })
  })

  always('keeps what a file says where no flag says otherwise, and names what is missing', () => {
    const base = {
      metadata: { name: 'mine' },
      spec: { image: 'own', nodeSelector: { disk: 'ssd' }, driver: { serviceAccount: 's' } },
    }
    const made = usageApplication({ ...options, base, image: undefined, serviceAccount: undefined }, 'x')
    expect(made).toMatchObject({ metadata: { name: 'mine' }, spec: { image: 'own', nodeSelector: { disk: 'ssd' } } })
    expect(applicationText(made)).toContain('name: mine')
    expect(() => usageApplication({ ...options, image: undefined }, 'x')).toThrow('image')
  })

  always('refuses a path, which means nothing on a cluster', () => {
    expect(() => usageApplication({ ...options, inputs: ['dumps/'] }, 'x')).toThrow('dumps/: a job on a cluster')
    expect(() => usageApplication({ ...options, store: '/usage' }, 'x')).toThrow('/usage: a job on a cluster')
  })
})
