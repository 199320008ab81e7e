/** `usage collect` against a server that behaves as YuniKorn does: whatever happens, nothing is lost unmarked. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cleanEnvironment, PROGRAM, runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'
import { expectNoUnmarkedLoss as expectNoLossOf, readLines } from '../support/usage/collected.ts'
import { temporaryDirectory, writer as dumpWriter } from '../support/usage/dump-files.ts'
import { recordedLines } from '../support/usage/ledgers.ts'
import { SchedulerServer } from '../support/usage/scheduler-server.ts'

const EVENT_TIME = 1_795_375_332_387_154_513n

let scheduler: SchedulerServer
let serial = 0
const root = temporaryDirectory()
let place: string
let children: ChildProcess[] = []

beforeEach(async () => {
  place = join(root, `${++serial}`)
  mkdirSync(place)
  scheduler = await SchedulerServer.start('first', { capacity: 5000 })
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  await scheduler.stop()
})

/** The command with flags that most tests want, and others; what is given twice counts as given here. */
function words(...extra: string[]): string[] {
  const flags = {
    ...{ '--cluster': 'c', '--yunikorn': scheduler.address, '--interval': '20ms', '--spool': join(place, 'spool') },
    '--to': `files:${join(place, 'kept')}`,
  }
  const usual = Object.entries(flags).filter(([flag]) => !extra.includes(flag))
  return ['usage', 'collect', ...usual.flat(), ...extra]
}

function start(...extra: string[]): ChildProcess & { said: () => string } {
  const child = spawn(process.execPath, [PROGRAM, ...words(...extra)], {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.resume()
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  children.push(child)
  return Object.assign(child, { said: () => said })
}

async function stop(child: ChildProcess, signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<number | null> {
  const ended = once(child, 'exit')
  child.kill(signal)
  return (await ended)[0] as number | null
}

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let wait = 0; wait < 1000; wait++) {
    if (holds()) return
    await sleep(10)
  }
  throw new Error(`it never came to this: ${what}`)
}

function someEvents(count: number): string[] {
  return Array.from({ length: count }, () => {
    const number = ++serial
    return `{"type":2,"objectID":"app-${number}","timestampNano":${EVENT_TIME + BigInt(number)},"eventChangeType":2,"eventChangeDetail":203,"resource":{}}`
  })
}

function keptFiles(): string[] {
  const below = (directory: string): string[] =>
    readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
      const path = join(directory, entry.name)
      return entry.isDirectory() ? below(path) : [path]
    })
  return below(join(place, 'kept'))
}

function keptLines(): ReturnType<typeof readLines> {
  return keptFiles().flatMap((path) => readLines(gunzipSync(readFileSync(path)).toString()))
}

const expectNoUnmarkedLoss = (): number => expectNoLossOf(scheduler.added, keptLines())

describe('usage collect', () => {
  it('keeps every event with its number, and what is known beside them, and says what it did', async () => {
    scheduler.add(...someEvents(2500))
    scheduler.serve('/ws/v1/partitions', '[{"name":"default"}]')
    scheduler.serve('/ws/v1/partition/default/applications/active?status=completing', '[]')
    scheduler.serve('/ws/v1/partition/default/applications/active', '[\n{"applicationID":"a"}]')
    scheduler.serve('/ws/v1/partition/default/nodes', '[]')
    const { code, stdout, stderr } = await runCli(words('--once', '--json'))
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const report = JSON.parse(stdout) as object
    expectMatchesSchema('collection-report', report)
    expect(report).toMatchObject({ events: 2500, snapshots: 3, gaps: 0, next: 2500, sinks: [{ failures: 0, left: 0 }] })
    expect(expectNoUnmarkedLoss()).toBe(0)
    expect(keptLines().filter(({ value }) => value.path !== undefined)).toHaveLength(3)
  })

  it('leaves a dump that usage compute reads to the same bill as the scheduler’s own pages', async () => {
    const pages = recordedLines('test/fixtures/recordings/restart/batch.jsonl.gz')
    for (const [index, page] of pages.entries()) {
      const { InstanceUUID } = JSON.parse(page) as { InstanceUUID: string }
      const isNext = InstanceUUID !== scheduler.instance
      if (isNext || index % 100 === 0) expect((await runCli(words('--once'))).code).toBe(0)
      if (isNext) scheduler.restart(InstanceUUID)
      const records = page.slice(page.indexOf('"EventRecords":') + 15, -1)
      if (records !== 'null') scheduler.add(...records.slice(1, -1).split(/,(?=\{"type":)/))
    }
    expect((await runCli(words('--once'))).code).toBe(0)
    expect(expectNoUnmarkedLoss()).toBe(0)
    // Our heartbeats are of today, long after the recording: they would raise lower bounds, and rightly so.
    const events = keptLines().filter(({ value }) => value.id !== undefined)
    const write = dumpWriter(place)
    const bill = async (path: string): Promise<string> =>
      (await runCli(['usage', 'compute', path, '--by', 'app', '-o', 'csv'])).stdout
    const envelopes = write('envelopes.jsonl', events.map(({ line }) => `${line}\n`).join(''))
    expect(await bill(envelopes)).toBe(await bill(write('pages.jsonl', `${pages.join('\n')}\n`)))
  })

  it('hands on what is left when it is told to stop, and ends with 0', async () => {
    const child = start()
    scheduler.add(...someEvents(100))
    await until(() => scheduler.asked > 2, 'a second look')
    scheduler.add(...someEvents(50))
    const asked = scheduler.asked
    await until(() => scheduler.asked > asked + 1, 'one more look')
    expect(await stop(child)).toBe(0)
    expect(expectNoUnmarkedLoss()).toBe(0)
  })

  it('is killed at any moment, again and again, and loses nothing', { timeout: 600_000 }, async () => {
    const adding = setInterval(() => scheduler.add(...someEvents(1 + Math.floor(Math.random() * 40))), 5)
    for (let kill = 0; kill < Number(process.env['SPARKOPS_KILLS'] ?? 30); kill++) {
      const { asked } = scheduler
      const child = start('--segment-size', '20kB', '--spool-size', '1MB')
      await until(() => scheduler.asked > asked, 'a look')
      await sleep(Math.random() * 200)
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      if (kill % 10 === 9) scheduler.restart(`after ${kill}`)
    }
    clearInterval(adding)
    expect((await runCli(words('--once'))).code).toBe(0)
    for (const [instance, events] of scheduler.added) {
      // What an instance that is gone had not told by then, nobody can know.
      if (instance === scheduler.instance) continue
      const held = keptLines().flatMap(({ value }) =>
        value.instance === instance && value.id !== undefined ? [value.id] : [],
      )
      events.splice(Math.max(-1, ...held) + 1)
    }
    expectNoUnmarkedLoss()
    expect(keptLines().length).toBeGreaterThan(100)
  })

  it('stops taking when no sink keeps anything, and says exactly which events were lost by that', async () => {
    writeFileSync(join(place, 'kept'), 'a file where a directory should be')
    const child = start('--segment-size', '20kB', '--spool-size', '60kB')
    const adding = setInterval(() => scheduler.add(...someEvents(50)), 5)
    await until(() => child.said().includes('the spool is full'), 'a full spool')
    const { asked } = scheduler
    await until(() => scheduler.lowest > 3000, 'a wrapped ring')
    expect(scheduler.asked).toBe(asked)
    clearInterval(adding)
    expect(child.said()).toContain('kept')
    rmSync(join(place, 'kept'))
    await until(() => child.said().includes('are gone'), 'a gap')
    await until(() => scheduler.asked > asked + 8, 'some more looks')
    expect(await stop(child)).toBe(0)
    expect(expectNoUnmarkedLoss()).toBeGreaterThan(1000)
    expect(keptLines().find(({ value }) => value.marker === 'gap')?.value.why).toBe('the spool was full')
  })

  it('ends with 6 when a sink did not keep all in the time it was given, and the next start hands it on', async () => {
    scheduler.add(...someEvents(10))
    writeFileSync(join(place, 'kept'), 'a file where a directory should be')
    const { code, stdout } = await runCli(words('--once', '--grace', '300ms', '--json'))
    expect(code).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject({
      sinks: [{ pieces: 0, trouble: expect.stringContaining('kept') as string }],
    })
    rmSync(join(place, 'kept'))
    expect((await runCli(words('--once'))).code).toBe(0)
    expect(expectNoUnmarkedLoss()).toBe(0)
  })

  it('goes on through answers that are refused, cut, late or garbage', async () => {
    const child = start()
    for (const fault of ['refuse', 'garbage', 'cut', 'tracking off'] as const) {
      scheduler.fault = fault
      await sleep(100)
      scheduler.fault = undefined
      scheduler.add(...someEvents(20))
      const asked = scheduler.asked
      await until(() => scheduler.asked > asked + 2, 'an answer again')
    }
    expect(await stop(child)).toBe(0)
    expect(expectNoUnmarkedLoss()).toBe(0)
    expect(child.said()).toContain('Event tracking is disabled')
    expect(keptLines().some(({ value }) => value.ok === false)).toBe(true)
  })

  it('answers probes, and tells its lag and its losses as metrics', async () => {
    const child = start('--listen', '127.0.0.1:0')
    scheduler.add(...someEvents(30))
    await until(() => child.said().includes('metrics are at'), 'an address')
    const address = /metrics are at (\S+)/.exec(child.said())![1]!
    await until(() => scheduler.asked > 3, 'some looks')
    expect((await fetch(`${address}/healthz`)).status).toBe(200)
    expect((await fetch(`${address}/readyz`)).status).toBe(200)
    const metrics = await (await fetch(`${address}/metrics`)).text()
    expect(metrics).toContain('sparkops_collect_events_total 30\n')
    expect(metrics).toContain('sparkops_collect_lag_events 0\n')
    expect(metrics).toMatch(/sparkops_collect_sink_write_seconds_bucket\{sink="files:[^"]+",le="\+Inf"\} 0\n/)
    scheduler.fault = 'tracking off'
    await until(() => child.said().includes('tracking is disabled'), 'a warning')
    const ready = await fetch(`${address}/readyz`)
    expect([ready.status, await ready.text()]).toEqual([503, 'it answered 500: Event tracking is disabled\n'])
    expect((await fetch(`${address}/secret`)).status).toBe(404)
    scheduler.fault = undefined
    expect(await stop(child, 'SIGINT')).toBe(0)
  })

  it('tells when applications change and no event comes: the event system stands still', async () => {
    scheduler.serve('/ws/v1/partitions', '[{"name":"default"}]')
    const active = '/ws/v1/partition/default/applications/active'
    scheduler.serve(active, '[{"allocations":[{"allocationKey":"a"}]}]')
    scheduler.add(...someEvents(3))
    const child = start('--listing-interval', '50ms')
    await until(() => scheduler.asked > 8, 'some looks')
    scheduler.serve(active, '[{"allocations":[{"allocationKey":"b"}]}]')
    await until(() => child.said().includes('restart the scheduler'), 'a warning')
    expect(await stop(child)).toBe(0)
  })

  it('lets one process at a time have a spool', async () => {
    const child = start()
    await until(() => scheduler.asked > 1, 'a look')
    const { code, stderr } = await runCli(words('--once'))
    expect(code).toBe(5)
    expect(stderr).toContain('is in use by process')
    await stop(child)
  })

  it.each([
    [['--yunikorn', 'http://scheduler.yunikorn:9080'], /not on this host/],
    [['--yunikorn', 'ftp://localhost'], /no address/],
    [['--yunikorn', 'http://me:secret@localhost:9080'], /more is given/],
    [['--to', 'nfs://x'], /no place to keep events/],
    [['--spool-size', '5MB'], /two segments/],
    [['--segment-size', 'much'], /no size/],
    [['--interval', 'soon'], /no duration/],
    [['--listen', 'here'], /no address/],
    [['--cluster', ''], /empty/],
    [['--yunikorn-ca', '/nowhere/ca.pem'], /ENOENT/],
  ])('refuses %j before anything is opened', async (extra, why) => {
    const { code, stderr } = await runCli(words(...extra))
    expect(code).toBe(64)
    expect(stderr).toMatch(why)
    expect(stderr).not.toContain('secret')
    expect(() => statSync(join(place, 'spool'))).toThrow()
  })

  it('keeps files for their owner alone, below the directory whatever a scheduler calls itself', async () => {
    scheduler.restart('../../etc/\u001b[31mpasswd\n')
    scheduler.add(...someEvents(2))
    expect((await runCli(words('--once'))).code).toBe(0)
    const files = keptFiles()
    expect(files).toHaveLength(1)
    expect(files[0]).toMatch(
      /kept\/cluster=c\/dt=\d{4}-\d\d-\d\d\/%2E\.%2F\.\.%2Fetc%2F%1B%5B31mpasswd%0A-0{16}-0{7}1\.ndjson\.gz$/,
    )
    expect(statSync(files[0]!).mode & 0o777).toBe(0o600)
    expect(expectNoUnmarkedLoss()).toBe(0)
  })
})
