/**
 * How fast events are collected, and computed from where they were kept, as ratios in one run: to reading the pages, to
 * consuming the topic, to computing the file.
 *
 *   node scripts/run-ts.mjs bench/collect/throughput.ts [--events 200000] [--rounds 3]
 */
import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { KafkaBroker } from '../../test/support/usage/kafka-broker.ts'
import { ObjectStore, STORE_LOGIN } from '../../test/support/usage/object-store.ts'
import { SchedulerServer } from '../../test/support/usage/scheduler-server.ts'
import { measure } from '../usage/measure.mjs'

const { values } = parseArgs({
  options: { events: { type: 'string', default: '200000' }, rounds: { type: 'string', default: '3' } },
})
const place = mkdtempSync(join(tmpdir(), 'sparkops-throughput-'))
Object.assign(process.env, STORE_LOGIN)

/** Events as YuniKorn's ring has them, all of one process. */
async function events(): Promise<string[]> {
  const dump = ['bench/usage/generate.mjs', '--events', values.events, '--restarts', '0', '--duplicates', '0']
  execFileSync(process.execPath, [...dump, '--forms', 'stream', '--dir', join(place, 'made')], { stdio: 'ignore' })
  const files = readdirSync(join(place, 'made'), { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const file of files.filter((one) => one.isFile() && /stream/.test(join(one.parentPath, one.name))))
    for await (const line of createInterface({ input: createReadStream(join(file.parentPath, file.name)) }))
      if (line.startsWith('{"type"')) found.push(line)
  return found
}

let serial = 0
async function time(command: readonly string[]): Promise<number> {
  const { wall, code, stderr } = await measure([...command], join(place, 'out'), join(place, 'report'))
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
  return wall
}

const run = async (...words: string[]): Promise<number> => await time([process.execPath, 'bin/run.js', ...words])

async function main(broker: KafkaBroker, store: ObjectStore): Promise<void> {
  const lines = await events()
  const scheduler = await SchedulerServer.start('bench', { capacity: lines.length })
  for (const line of lines) scheduler.add(line)
  await store.createBucket('bench')
  const pages = join(place, 'pages.mjs')
  writeFileSync(
    pages,
    `for (let at = 0; at < ${lines.length}; at += 1000)
       await (await fetch('${scheduler.address}/ws/v1/events/batch?count=1000&start=' + at)).arrayBuffer()`,
  )
  const collect = async (...to: string[]): Promise<number> => {
    const spool = join(place, `spool-${++serial}`)
    const words = ['usage', 'collect', '--cluster', 'c', '--yunikorn', scheduler.address, '--once', '--grace', '600s']
    return await run(...words, '--spool', spool, '--spool-size', '8GB', ...to)
  }
  const compute = async (...from: string[]): Promise<number> =>
    await run('usage', 'compute', '--by', 'app', '-o', 'csv', ...from)
  const at = ['--s3-endpoint', store.endpoint]
  const rounds: Record<string, number>[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const topic = `bench-${round}`
    await broker.createTopic(topic, 1)
    const kept = join(place, `kept-${round}`)
    rounds.push({
      'read the pages': await time([process.execPath, pages]),
      'collect to files': await collect('--to', `files:${kept}`),
      'collect to S3': await collect('--to', `s3://bench/${round}`, ...at),
      'collect to Kafka': await collect('--to', `kafka://${broker.address}/${topic}`),
      'consume the topic': await time([process.execPath, 'bench/collect/consume.mjs', broker.address, topic]),
      'compute from files': await compute(kept),
      'compute from S3': await compute(`s3://bench/${round}/`, ...at),
      'compute from Kafka': await compute(`kafka://${broker.address}/${topic}`),
    })
  }
  const median = (name: string): number => rounds.map((one) => one[name]!).sort((a, b) => a - b)[rounds.length >> 1]!
  const ratio = (name: string, to: string): string => {
    const all = rounds.map((one) => one[name]! / one[to]!).sort((a, b) => a - b)
    return `${all[all.length >> 1]!.toFixed(2)} x ${to}`
  }
  console.log(`${lines.length} events, ${rounds.length} rounds, medians`)
  for (const name of Object.keys(rounds[0]!)) {
    const against = name.startsWith('collect')
      ? ['read the pages']
      : name.startsWith('compute') && !name.endsWith('files')
        ? ['compute from files', ...(name.endsWith('Kafka') ? ['consume the topic'] : [])]
        : []
    const rate = Math.round(lines.length / median(name) / 1000)
    console.log(
      `${name.padEnd(20)} ${median(name).toFixed(1)} s, ${rate},000/s  ${against.map((to) => ratio(name, to)).join(', ')}`,
    )
  }
  await scheduler.stop()
}

const broker = await KafkaBroker.start()
const store = await ObjectStore.start()
try {
  await main(broker, store)
} finally {
  await broker.stop()
  await store.stop()
  rmSync(place, { recursive: true, force: true })
}
process.exit(0)
