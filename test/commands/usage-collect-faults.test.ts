/** `usage collect` when sinks, disks and clocks fail: afterwards all that was served is kept, or marked by its number. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it as always, vi } from 'vitest'
import { openSpool } from '../../src/adapters/event-files/open-spool.ts'
import { openSchedulerApi } from '../../src/adapters/yunikorn/rest-api.ts'
import { collectEvents } from '../../src/domain/usage/collect/collect-events.ts'
import { CollectorStatus } from '../../src/domain/usage/collect/collector-status.ts'
import type { EventSink } from '../../src/ports/event-sink.ts'
import { needs } from '../support/capabilities.ts'
import { cleanEnvironment, PROGRAM, runCli } from '../support/run.ts'
import { expectNoUnmarkedLoss, readLines } from '../support/usage/collected.ts'
import { CuttingProxy } from '../support/usage/cutting-proxy.ts'
import { temporaryDirectory } from '../support/usage/dump-files.ts'
import { KafkaBroker } from '../support/usage/kafka-broker.ts'
import { ObjectStore, STORE_LOGIN, StoreFront, type StoreFault } from '../support/usage/object-store.ts'
import { SchedulerServer } from '../support/usage/scheduler-server.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })
const root = temporaryDirectory()
let scheduler: SchedulerServer
let place: string
let serial = 0
let child: ChildProcess | undefined

beforeEach(async () => {
  place = join(root, `${++serial}`)
  mkdirSync(place)
  scheduler = await SchedulerServer.start('first', { capacity: 3000 })
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await scheduler.stop()
})

function someEvents(count: number): string[] {
  return Array.from({ length: count }, () => {
    const number = ++serial
    return `{"type":2,"objectID":"app-${number}","timestampNano":${1_795_375_332_387_154_513n + BigInt(number)}}`
  })
}

/** The command of the running test. */
let words: string[] = []

/** Starts a collector; gives what it has said on standard error so far. */
function start(...extra: string[]): () => string {
  const usual = ['--cluster', 'c', '--yunikorn', scheduler.address, '--interval', '20ms', '--segment-size', '10kB']
  words = ['usage', 'collect', ...usual, '--spool-size', '500kB', '--grace', '60s', ...extra]
  const started = spawn(process.execPath, [PROGRAM, ...words], {
    env: cleanEnvironment(STORE_LOGIN),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  child = started
  let said = ''
  started.stderr.on('data', (text: Buffer) => (said += text.toString()))
  return () => said
}

/** Stops the collector, and has it take what is still there when it is started again. */
async function finish(): Promise<void> {
  const ended = once(child!, 'exit')
  child!.kill('SIGTERM')
  expect((await ended)[0]).toBe(0)
  expect(await runCli([...words, '--once'], { env: STORE_LOGIN })).toMatchObject({ code: 0 })
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let wait = 0; wait < 6000; wait++) {
    if (holds()) return
    await sleep(10)
  }
  throw new Error(`it never came to this: ${what}`)
}

const spool = (): string[] => ['--spool', join(place, 'spool')]

function filesBelow(directory: string): ReturnType<typeof readLines> {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => readLines(gunzipSync(readFileSync(join(entry.parentPath, entry.name))).toString()))
}

describe('a store that fails', () => {
  const { it } = needs('moto')
  let store: ObjectStore
  beforeAll(async () => {
    if (it !== always) return
    store = await ObjectStore.start()
    await store.createBucket('events')
  })
  afterAll(async () => {
    if (it === always) await store.stop()
  })

  async function keptBelow(prefix: string): Promise<ReturnType<typeof readLines>> {
    const keys = (await store.keys('events')).filter((key) => key.startsWith(`${prefix}/`))
    const bodies = await Promise.all(keys.map((key) => store.read('events', key)))
    return bodies.flatMap((body) => readLines(gunzipSync(body).toString()))
  }

  it.each<StoreFault>(['garbage', 'reset', 'slow down'])('loses nothing by answers that are %s', async (fault) => {
    const front = await StoreFront.start(store.endpoint)
    front.fault = fault
    const prefix = fault.replace(' ', '-')
    const said = start(...spool(), '--to', `s3://events/${prefix}`, '--s3-endpoint', front.endpoint)
    scheduler.add(...someEvents(500))
    await until(() => front.failed > 1, 'failures')
    if (fault !== 'slow down') await until(() => said().includes('did not keep'), 'a warning')
    scheduler.add(...someEvents(500))
    front.fault = undefined
    await finish()
    front.stop()
    expect(expectNoUnmarkedLoss(scheduler.added, await keptBelow(prefix))).toBe(0)
  })

  it('keeps taking events while a store is slow, and marks what a full spool made it miss', async () => {
    const front = await StoreFront.start(store.endpoint)
    front.delay = 300
    const said = start(...spool(), '--to', 's3://events/slow', '--s3-endpoint', front.endpoint)
    const adding = setInterval(() => scheduler.add(...someEvents(60)), 5)
    await until(() => said().includes('the spool is full'), 'a full spool')
    const wrapped = scheduler.lowest
    await until(() => scheduler.lowest > wrapped + 3500, 'a wrapped ring')
    clearInterval(adding)
    front.delay = 0
    await until(() => said().includes('are gone'), 'a gap')
    await finish()
    front.stop()
    expect(expectNoUnmarkedLoss(scheduler.added, await keptBelow('slow'))).toBeGreaterThan(0)
  })
})

describe('a broker that fails', () => {
  const { it } = needs('kafka')
  let broker: KafkaBroker
  let proxy: CuttingProxy
  beforeAll(async () => {
    if (it !== always) return
    proxy = await CuttingProxy.start()
    broker = await KafkaBroker.start({ advertised: `127.0.0.1:${proxy.port}` })
    proxy.target = Number(broker.address.split(':')[1])
  })
  afterAll(async () => {
    if (it !== always) return
    proxy.stop()
    await broker.stop()
  })

  it('loses nothing by a broker that answers garbage, is cut off, or dies', async () => {
    await broker.createTopic('faults', 2)
    proxy.garbage = true
    const said = start(...spool(), '--to', `kafka://127.0.0.1:${proxy.port}/faults`)
    scheduler.add(...someEvents(200))
    await until(() => said().includes('cannot write to topic faults'), 'a warning')
    proxy.garbage = false
    await until(() => said().includes('again'), 'a recovery')
    proxy.cutAfter = 400
    scheduler.add(...someEvents(200))
    await until(() => proxy.cuts > 1, 'cuts')
    proxy.cutAfter = undefined
    await broker.kill()
    scheduler.add(...someEvents(200))
    await sleep(300)
    await broker.run()
    scheduler.add(...someEvents(200))
    await finish()
    const count = await broker.count('faults')
    const text = (await broker.read('faults', count)).map(({ value }) => value).join('\n')
    expect(expectNoUnmarkedLoss(scheduler.added, readLines(text))).toBe(0)
  })
})

describe('a disk that is full', () => {
  const { it } = needs('tmpfs')
  const mounted: string[] = []
  function mount(name: string, size: string): string {
    const path = join(place, name)
    mkdirSync(path)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path])
    mounted.push(path)
    return path
  }
  afterEach(() => {
    child?.kill('SIGKILL')
    for (const path of mounted.splice(0)) execFileSync('umount', ['-l', path])
  })

  it('under the spool: nothing more is taken, and what the ring lost meanwhile is marked', async () => {
    const disk = mount('disk', '200k')
    writeFileSync(join(place, 'kept'), 'a file where a directory should be')
    const said = start('--spool', join(disk, 'spool'), '--to', `files:${join(place, 'kept')}`)
    const adding = setInterval(() => scheduler.add(...someEvents(50)), 5)
    await until(() => said().includes('the disk is full'), 'a full disk')
    const { lowest } = scheduler
    await until(() => scheduler.lowest > lowest + 3500, 'a wrapped ring')
    clearInterval(adding)
    rmSync(join(place, 'kept'))
    await until(() => said().includes('are gone'), 'a gap')
    execFileSync('mount', ['-o', 'remount,size=8m', disk])
    await finish()
    expect(expectNoUnmarkedLoss(scheduler.added, filesBelow(join(place, 'kept')))).toBeGreaterThan(0)
  })

  it('under a sink: the spool holds it until there is room', async () => {
    const disk = mount('disk', '64k')
    execFileSync('sh', ['-c', 'head -c 60000 /dev/urandom > "$1"', 'sh', join(disk, 'ballast')])
    const said = start(...spool(), '--to', `files:${join(disk, 'kept')}`)
    scheduler.add(...someEvents(1500))
    await until(() => said().includes('the disk is full'), 'a full disk')
    rmSync(join(disk, 'ballast'))
    execFileSync('mount', ['-o', 'remount,size=4m', disk])
    scheduler.add(...someEvents(100))
    await finish()
    expect(expectNoUnmarkedLoss(scheduler.added, filesBelow(join(disk, 'kept')))).toBe(0)
  })
})

describe('a clock that is set', () => {
  always('back or forward loses nothing, and neither segments nor listings wait for the old time', async () => {
    let step = 0
    const now = (): number => Date.now() + step
    const kept: string[] = []
    const sink: EventSink = {
      name: 'memory',
      unit: 'segments',
      write: async (piece) => void kept.push((await piece.read()).toString()),
      close: () => Promise.resolve(),
    }
    const opened = await openSpool({
      ...{
        directory: join(place, 'spool'),
        sinks: ['memory'],
        segmentBytes: 1 << 20,
        segmentMs: 50,
        mostBytes: 1 << 24,
      },
      ...{ now, lock: () => Promise.resolve(() => Promise.resolve()) },
    })
    const api = openSchedulerApi({ address: new URL(scheduler.address), ca: undefined, timeout: 5000 })
    scheduler.serve('/ws/v1/partitions', '[{"name":"default"}]')
    scheduler.serve('/ws/v1/partition/default/applications/active', '[]')
    const stopping = new AbortController()
    const status = new CollectorStatus(now(), ['memory'])
    const running = collectEvents(
      {
        ...{ api, spool: opened, sinks: [sink], cluster: undefined, clock: { now }, status, random: () => 0.5 },
        sleep: async (milliseconds, signal) => await sleep(milliseconds, undefined, { signal }),
        log: () => undefined,
      },
      {
        ...{ name: 'c', interval: 5, count: 1000, grace: 5000, once: false },
        listings: { completing: 60_000, listing: 60_000, pods: 60_000 },
      },
      stopping.signal,
    )
    const listings = (): number => kept.join('').split('/applications/active"').length - 1
    await until(() => listings() === 1, 'a first listing')
    for (const [round, hours] of [-1, 2, -30, 0].entries()) {
      step = hours * 3_600_000
      scheduler.add(...someEvents(50))
      const last = scheduler.added.get('first')!.at(-1)!
      await until(() => kept.join('').includes(last), 'the last event, in a segment that was closed')
      await until(() => listings() >= round + 2, 'another listing')
    }
    stopping.abort()
    await running
    api.close()
    await opened.close()
    expect(expectNoUnmarkedLoss(scheduler.added, readLines(kept.join('')))).toBe(0)
  })
})
