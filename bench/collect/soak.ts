/**
 * A collector under load for some minutes, while every minute the scheduler is restarted or the collector is killed, in
 * turn. Tells memory, lag and losses.
 *
 *   node scripts/run-ts.mjs bench/collect/soak.ts [--minutes 10] [--rate 1000]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createGunzip } from 'node:zlib'
import { SchedulerServer } from '../../test/support/usage/scheduler-server.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, rate: { type: 'string', default: '1000' } },
})
const minutes = Number(values.minutes)
const rate = Number(values.rate)
const TICK_MS = 20
/** As examples/collector/Dockerfile has them. */
const SETTINGS = { NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=1', MALLOC_ARENA_MAX: '2' }
/** YuniKorn's own default. */
const RING = 100_000
const PROGRAM = join(process.cwd(), 'bin/run.js')

const place = mkdtempSync(join(tmpdir(), 'sparkops-soak-'))
const scheduler = await SchedulerServer.start('instance-0', { capacity: RING })
const collectors: { child: ChildProcess; metrics: string }[] = []
const samples: { second: number; rssKiB: number; lag: number }[] = []
let made = 0

process.on('exit', () => {
  for (const { child } of collectors) child.kill('SIGKILL')
  rmSync(place, { recursive: true, force: true })
})

function event(): string {
  const number = made++
  const [time, uid] = [1_795_375_332_387_154_513n + BigInt(number) * 1_000_000n, number.toString(16).padStart(12, '0')]
  const resources = '{"memory":{"value":2147483648},"pods":{"value":1},"vcore":{"value":1000}}'
  return `{"type":2,"objectID":"application-${number % 977}","timestampNano":${time},"eventChangeType":2,"eventChangeDetail":200,"referenceID":"11111111-2222-3333-4444-${uid}","resource":{"resources":${resources}}}`
}

/** What a cluster of some size answers: 200 applications of 20 allocations, 300 nodes. */
function serveListings(): void {
  const allocation = (app: number, one: number): object => ({
    ...{ allocationKey: `key-${app}-${one}-${made}`, nodeId: `node-${one}`, placeholder: false, priority: '0' },
    allocationTags: { 'kubernetes.io/meta/namespace': 'spark', 'kubernetes.io/meta/podName': `pod-${app}-${one}` },
    resource: { memory: 2_147_483_648, vcore: 1000, pods: 1 },
  })
  const applications = Array.from({ length: 200 }, (_, app) => ({
    ...{ applicationID: `application-${app}`, queueName: 'root.a', user: 'u', applicationState: 'Running' },
    allocations: Array.from({ length: 20 }, (_, one) => allocation(app, one)),
  }))
  const nodes = Array.from({ length: 300 }, (_, node) => ({ nodeID: `node-${node}`, capacity: { vcore: 64_000 } }))
  scheduler.serve('/ws/v1/partitions', '[{"name":"default"}]')
  scheduler.serve('/ws/v1/partition/default/applications/active?status=completing', '[]')
  scheduler.serve('/ws/v1/partition/default/applications/active', JSON.stringify(applications))
  scheduler.serve('/ws/v1/partition/default/nodes', JSON.stringify(nodes))
}

async function startCollector(): Promise<void> {
  const words = [
    'usage',
    'collect',
    '--cluster',
    'soak',
    '--yunikorn',
    scheduler.address,
    '--spool',
    join(place, 'spool'),
  ]
  const child = spawn(
    process.execPath,
    [PROGRAM, ...words, '--to', `files:${join(place, 'kept')}`, '--listen', '127.0.0.1:0', '--segment-time', '30s'],
    { env: { ...process.env, ...SETTINGS }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const collector = { child, metrics: '' }
  collectors.push(collector)
  while (collector.metrics === '') {
    await sleep(50)
    const address = /metrics are at (\S+)/.exec(said)?.[1]
    if (address !== undefined) collector.metrics = `${address}/metrics`
    if (child.exitCode !== null) throw new Error(said)
  }
}

async function sample(second: number): Promise<void> {
  const { child, metrics } = collectors.at(-1)!
  try {
    const text = await (await fetch(metrics, { signal: AbortSignal.timeout(2000) })).text()
    const lag = Number(/^sparkops_collect_lag_events (\S+)$/m.exec(text)?.[1])
    const rssKiB = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])
    samples.push({ second, rssKiB, lag })
  } catch {
    // It is being killed or begins: the next second tells.
  }
}

async function stop(signal: NodeJS.Signals): Promise<void> {
  const { child } = collectors.at(-1)!
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** Takes note of an event that was kept (1), or of those that a marker names (2). */
function note(line: string, held: ReadonlyMap<string, Uint8Array>): void {
  const [, instance, id] = /^\{"v":1,"cluster":"soak","instance":"([^"]+)","id":(\d+)/.exec(line) ?? []
  if (instance !== undefined) held.get(instance)![Number(id)] = 1
  if (!line.includes('"marker":"gap"')) return
  const gap = JSON.parse(line) as { instance: string; first: number; last: number }
  for (let at = gap.first; at <= gap.last; at++) held.get(gap.instance)![at] ||= 2
}

/** How many events are in the files, in none though an instance still lived (a loss), or were never told. */
async function account(): Promise<{ kept: number; marked: number; lost: number; untold: number }> {
  const held = new Map<string, Uint8Array>()
  for (const [instance, events] of scheduler.added) held.set(instance, new Uint8Array(events.length))
  const files = readdirSync(join(place, 'kept'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  for (const file of files) {
    const bytes = createReadStream(join(file.parentPath, file.name)).pipe(createGunzip())
    for await (const line of createInterface({ input: bytes })) note(line, held)
  }
  const sum = { kept: 0, marked: 0, lost: 0, untold: 0 }
  for (const [instance, marks] of held) {
    const last = marks.lastIndexOf(1)
    for (const [id, mark] of marks.entries()) {
      if (mark === 1) sum.kept++
      else if (mark === 2) sum.marked++
      // What a process that died had not been asked for by then, nobody can know.
      else if (id > last && instance !== scheduler.instance) sum.untold++
      else sum.lost++
    }
  }
  return sum
}

serveListings()
await startCollector()
const begun = Date.now()
let due = 0
for (let second = 0; second < minutes * 60;) {
  const elapsed = (Date.now() - begun) / 1000
  const wanted = Math.floor(elapsed * rate)
  scheduler.add(...Array.from({ length: wanted - due }, event))
  due = wanted
  if (elapsed >= second + 1) {
    second = Math.floor(elapsed)
    if (second % 10 === 0) serveListings()
    if (second % 120 === 60) {
      await stop('SIGKILL')
      await startCollector()
    } else if (second % 120 === 0) scheduler.restart(`instance-${second}`)
    void sample(second)
  }
  await sleep(TICK_MS)
}
await sleep(3000)
await stop('SIGTERM')
const sums = await account()
const quarter = samples.length >> 2
const rss = (some: typeof samples): number => Math.round(Math.max(...some.map((one) => one.rssKiB)) / 1024)
const lags = samples.map(({ lag }) => lag).sort((a, b) => a - b)
console.log(
  `${made} events in ${minutes} minutes; kept ${sums.kept}, marked ${sums.marked}, lost ${sums.lost}, untold ${sums.untold}`,
)
console.log(
  `RSS at most, by quarters: ${[0, 1, 2, 3].map((one) => `${rss(samples.slice(one * quarter, (one + 1) * quarter))} MiB`).join(', ')}`,
)
console.log(
  `lag of ${RING}: median ${lags[lags.length >> 1]}, 99 % ${lags[Math.floor(lags.length * 0.99)]}, most ${lags.at(-1)}`,
)
await scheduler.stop()
process.exit(sums.lost === 0 ? 0 : 1)
