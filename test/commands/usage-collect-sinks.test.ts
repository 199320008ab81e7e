/** `usage collect` to a real Kafka broker and a real S3 store. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it as always } from 'vitest'
import { needs } from '../support/capabilities.ts'
import { runCli } from '../support/run.ts'
import { temporaryDirectory } from '../support/usage/dump-files.ts'
import { KafkaBroker } from '../support/usage/kafka-broker.ts'
import { ObjectStore, STORE_LOGIN } from '../support/usage/object-store.ts'
import { SchedulerServer } from '../support/usage/scheduler-server.ts'

const root = temporaryDirectory()
let scheduler: SchedulerServer
let serial = 0

beforeEach(async () => {
  scheduler = await SchedulerServer.start('first', { capacity: 5000 })
  mkdirSync(join(root, `${++serial}`))
})
afterEach(() => scheduler.stop())

function words(sink: string, ...extra: string[]): string[] {
  const spool = join(root, `${serial}`, 'spool')
  return [
    'usage',
    'collect',
    '--cluster',
    'c',
    '--yunikorn',
    scheduler.address,
    '--spool',
    spool,
    '--to',
    sink,
    '--once',
    '--json',
    ...extra,
  ]
}

function someEvents(count: number): string[] {
  return Array.from(
    { length: count },
    (_, number) =>
      `{"type":2,"objectID":"app-${number}","timestampNano":${1_795_375_332_387_154_513n + BigInt(number)}}`,
  )
}

const eventOf = (line: string): string => line.slice(line.indexOf('"event":') + 8, -1)

describe('collecting to a bucket', () => {
  const { it } = needs('moto')
  let store: ObjectStore
  beforeAll(async () => {
    store = await ObjectStore.start()
    await store.createBucket('events')
  })
  afterAll(() => store.stop())

  it('keeps each segment as one object named by its first event, encrypted as asked', async () => {
    scheduler.add(...someEvents(700))
    const access = ['--s3-endpoint', store.endpoint, '--s3-encryption', 'AES256']
    const { code, stderr } = await runCli(words('s3://events/yunikorn/', ...access), { env: STORE_LOGIN })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const keys = await store.keys('events')
    expect(keys).toEqual([
      expect.stringMatching(/^yunikorn\/cluster=c\/dt=\d{4}-\d\d-\d\d\/first-0{16}-0{7}1\.ndjson\.gz$/),
    ])
    const lines = gunzipSync(await store.read('events', keys[0]!))
      .toString()
      .trimEnd()
      .split('\n')
    expect(lines.filter((line) => line.startsWith('{"v":1')).map(eventOf)).toEqual(scheduler.added.get('first'))
    expect(await store.encryptionOf('events', keys[0]!)).toBe('AES256')
  })

  it('keeps what a store refuses in the spool, says why, and shows no secret', async () => {
    scheduler.add(...someEvents(5))
    const nowhere = words('s3://not-there', '--s3-endpoint', store.endpoint, '--grace', '500ms')
    const { code, stdout, stderr } = await runCli(nowhere, { env: STORE_LOGIN })
    expect(code).toBe(6)
    expect(stderr).toContain('NoSuchBucket (404)')
    expect(stdout + stderr).not.toContain(STORE_LOGIN.AWS_SECRET_ACCESS_KEY)
    await store.createBucket('not-there')
    expect((await runCli(nowhere, { env: STORE_LOGIN })).code).toBe(0)
    expect(await store.keys('not-there')).toHaveLength(2)
  })
})

describe('collecting to a topic', () => {
  const { it } = needs('kafka')
  let broker: KafkaBroker
  beforeAll(async () => {
    broker = await KafkaBroker.start()
  }, 120_000)
  afterAll(() => broker.stop())

  it('sends each line as a message keyed by the process of the scheduler, in order', async () => {
    await broker.createTopic('events', 3)
    scheduler.add(...someEvents(3000))
    const { code, stderr } = await runCli(words(`kafka://${broker.address}/events`))
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const messages = await broker.read('events', 3003)
    expect(new Set(messages.map(({ partition }) => partition)).size).toBe(1)
    expect(new Set(messages.map(({ key }) => key))).toEqual(new Set(['first']))
    const events = messages.filter(({ value }) => value.startsWith('{"v":1')).map(({ value }) => eventOf(value))
    expect(events).toEqual(scheduler.added.get('first'))
  })

  it('marks a listing that is larger than the topic takes, and sends all else', async () => {
    await broker.createTopic('small', 1, { 'max.message.bytes': '20000' })
    scheduler.add(...someEvents(300))
    scheduler.serve('/ws/v1/partitions', '[{"name":"default"}]')
    const noise = randomBytes(60_000).toString('base64')
    scheduler.serve('/ws/v1/partition/default/nodes', JSON.stringify([{ nodeID: noise }]))
    const { code } = await runCli(words(`kafka://${broker.address}/small`))
    expect(code).toBe(0)
    const values = (await broker.read('small', 304)).map(({ value }) => value)
    expect(values.filter((value) => value.startsWith('{"v":1'))).toHaveLength(300)
    const marker = values.find((value) => value.includes('"marker":"left-out"'))
    expect(JSON.parse(marker ?? '{}')).toMatchObject({ begins: expect.stringContaining('/nodes') as string })
  }, 30_000)

  it('waits for a broker that is down, and sends what came meanwhile when it is back', async () => {
    await broker.createTopic('down', 1)
    scheduler.add(...someEvents(10))
    const sink = `kafka://${broker.address}/down`
    await broker.kill()
    const first = await runCli(words(sink, '--grace', '2s'))
    expect(first.code).toBe(6)
    expect(first.stdout).toContain('cannot write to topic down')
    await broker.run()
    scheduler.add(...someEvents(10))
    expect((await runCli(words(sink, '--grace', '20s'))).code).toBe(0)
    const values = (await broker.read('down', 22)).map(({ value }) => value)
    expect(values.filter((value) => value.startsWith('{"v":1')).map(eventOf)).toEqual(scheduler.added.get('first'))
  }, 120_000)

  it('says that a topic is not there', async () => {
    scheduler.add(...someEvents(10))
    const { code, stdout } = await runCli(words(`kafka://${broker.address}/nowhere`, '--grace', '3s'))
    expect(code).toBe(6)
    expect(stdout).toMatch(/cannot write to topic nowhere/)
  }, 60_000)
})

describe('naming a sink', () => {
  always.each([
    ['s3://', /names no bucket/],
    ['s3://Not_A_Bucket/x', /names no bucket/],
    ['kafka://host:9092', /names no topic/],
    ['kafka://host/topic', /no HOST:PORT/],
    ['kafka://host:9092/a topic', /names no topic/],
    ['files:', /no place/],
  ])('refuses %s', async (sink, why) => {
    const { code, stderr } = await runCli(words(sink))
    expect(code).toBe(64)
    expect(stderr).toMatch(why)
  })

  always('refuses a login without its password file', async () => {
    const { code, stderr } = await runCli(words('kafka://h:1/t', '--kafka-sasl', 'plain', '--kafka-user', 'me'))
    expect(code).toBe(64)
    expect(stderr).toContain('--kafka-password-file')
  })
})
