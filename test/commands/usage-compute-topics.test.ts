/** Dumps in a real Kafka: each topic gives the very bill of the plain dump, and what cannot be read is told. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it as always, vi } from 'vitest'
import { needs } from '../support/capabilities.ts'
import { createAuthority } from '../support/lab/certificates.ts'
import { runCli, type RunResult } from '../support/run.ts'
import { CuttingProxy } from '../support/usage/cutting-proxy.ts'
import { someEnvelopes, temporaryDirectory, writer } from '../support/usage/dump-files.ts'
import { KafkaBroker } from '../support/usage/kafka-broker.ts'
import { SchedulerServer } from '../support/usage/scheduler-server.ts'

const directory = temporaryDirectory()
const write = writer(directory)
const lines = someEnvelopes()
const half = lines.length >> 1
/** When messages were sent. */
const NOON = Date.UTC(2026, 10, 22, 12)
let bill = ''
let halfBill = ''

async function compute(source: string, ...extra: string[]): Promise<RunResult> {
  return await runCli(['usage', 'compute', source, '--by', 'app', '-o', 'csv', ...extra])
}

async function billOf(source: string, ...extra: string[]): Promise<string> {
  const { code, stdout, stderr } = await compute(source, ...extra)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
}

const text = (all: readonly string[]): string => `${all.join('\n')}\n`
const send = (topic: string, partition: number, value: string, time: number | '-' = '-'): string =>
  `send ${topic} ${partition} ${time} key ${value}`

beforeAll(async () => {
  bill = await billOf(write('plain.ndjson', text(lines)))
  halfBill = await billOf(write('half.ndjson', text(lines.slice(half))))
  expect(halfBill).not.toBe(bill)
})

const { it } = needs('kafka')
// Each test starts a Java producer and the command several times.
vi.setConfig({ testTimeout: 120_000 })

describe('a dump in a topic', () => {
  let broker: KafkaBroker
  let proxy: CuttingProxy
  let at: string
  beforeAll(async () => {
    if (it !== always) return
    proxy = await CuttingProxy.start()
    broker = await KafkaBroker.start({ advertised: `127.0.0.1:${proxy.port}` })
    proxy.target = Number(broker.address.split(':')[1])
    at = `kafka://127.0.0.1:${proxy.port}`
  }, 120_000)
  afterAll(async () => {
    if (it !== always) return
    proxy.stop()
    await broker.stop()
  })

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'gives the bill of the file, compressed as Kafka’s own producer does it: %s',
    async (compression) => {
      const topic = `c-${compression}`
      await broker.createTopic(topic, 3)
      await broker.produce(
        lines.map((line, index) => send(topic, index % 3, line)),
        { 'compression.type': compression, 'linger.ms': '50' },
      )
      expect(await billOf(`${at}/${topic}`)).toBe(bill)
    },
  )

  it('reads from a time, up to a time, or some partitions by offset', async () => {
    await broker.createTopic('ranges', 2)
    await broker.produce([
      ...lines.slice(0, half).map((line) => send('ranges', 0, line, NOON)),
      ...lines.slice(half).map((line) => send('ranges', 1, line, NOON + 1000)),
    ])
    expect(await billOf(`${at}/ranges`)).toBe(bill)
    expect(await billOf(`${at}/ranges?from=2026-11-22T12:00:00.500Z`)).toBe(halfBill)
    expect(await billOf(`${at}/ranges?from=2026-11-22T13:00:00.5%2B01:00`)).toBe(halfBill)
    expect(await billOf(`${at}/ranges?partition=1`)).toBe(halfBill)
    const early = await billOf(write('early.ndjson', text(lines.slice(0, half))))
    expect(await billOf(`${at}/ranges?to=2026-11-22T12:00:01Z`)).toBe(early)
    const some = await billOf(write('some.ndjson', text(lines.slice(200, half - 100))))
    expect(await billOf(`${at}/ranges?partition=0&from=200&to=${half - 100}`)).toBe(some)
  })

  it('leaves unread the messages that lie apart from the time asked for', async () => {
    // June is older than what a topic keeps by default: the broker would remove it at any moment.
    await broker.createTopic('months', 2, { 'retention.ms': '-1' })
    await broker.produce([
      send('months', 0, '{"odd":1}', Date.UTC(2026, 5, 1)),
      send('months', 1, '{"odd":1}', Date.UTC(2026, 5, 1)),
      ...lines.map((line) => send('months', 0, line, NOON)),
      send('months', 0, '{"odd":1}', Date.UTC(2027, 5, 1)),
    ])
    const window = ['--from', '2026-11-22T00:00:00Z', '--to', '2026-11-22T19:23:30Z', '--late', '10h']
    const whole = await billOf(write('window.ndjson', text(lines)), ...window)
    const { code, stdout } = await compute(`${at}/months`, ...window, '--lookback', '1h', '--lenient')
    expect([code, stdout]).toEqual([0, whole])
    expect((await compute(`${at}/months`, ...window)).stderr).toContain('/months?partition=0:0: this line')
  })

  it('leaves out what a transaction took back, what has no value, and the marks of transactions', async () => {
    await broker.createTopic('transactions', 1)
    const junk = (count: number): string[] => Array.from({ length: count }, () => send('transactions', 0, '{"no":1}'))
    const third = Math.floor(lines.length / 3)
    const part = (from: number, to?: number): string[] =>
      lines.slice(from, to).map((line) => send('transactions', 0, line))
    const script = [
      ...['begin', ...part(0, third), 'commit', 'begin', ...junk(50), 'abort', 'begin', ...junk(3), 'abort'],
      ...['begin', ...part(third), send('transactions', 0, '-'), 'commit', 'begin', ...junk(1), 'abort'],
    ]
    await broker.produce(script, { 'transactional.id': 'one' })
    expect(await billOf(`${at}/transactions`)).toBe(bill)
  })

  it('reads a topic that is compacted, holes and all', async () => {
    const settings = {
      'cleanup.policy': 'compact',
      'segment.ms': '100',
      'min.cleanable.dirty.ratio': '0.01',
      'max.compaction.lag.ms': '100',
      'delete.retention.ms': '100',
    }
    await broker.createTopic('compacted', 1, settings)
    const keyed = (line: string, index: number): string => `send compacted 0 - k${index} ${line}`
    await broker.produce([
      ...Array.from({ length: 300 }, (_, index) => `send compacted 0 - old${index % 7} {"no":${index}}`),
      ...lines.map(keyed),
      ...Array.from({ length: 7 }, (_, index) => `send compacted 0 - old${index} -`),
    ])
    // Compaction leaves the newest segment alone, so something must come behind it.
    for (let attempt = 0; ; attempt++) {
      await broker.produce(['send compacted 0 - old0 -'])
      const { code, stdout, stderr } = await compute(`${at}/compacted`)
      if (code === 0) {
        expect(stdout).toBe(bill)
        break
      }
      expect(stderr).toContain('this line of the dump cannot be read')
      expect(attempt).toBeLessThan(40)
    }
  })

  it('goes on where it was when connections are cut', async () => {
    await broker.createTopic('cut', 2)
    await broker.produce(
      lines.map((line, index) => send('cut', index % 2, line)),
      { 'batch.size': '20000' },
    )
    proxy.cutAfter = 60_000
    try {
      expect(await billOf(`${at}/cut`)).toBe(bill)
      expect(proxy.cuts).toBeGreaterThan(1)
    } finally {
      proxy.cutAfter = undefined
    }
  })

  it('names the message that is no event of ours by its offset', async () => {
    await broker.createTopic('odd', 1)
    await broker.produce([...lines.slice(0, 40), '-', '{"odd":1}'].map((line) => send('odd', 0, line)))
    const { code, stderr } = await compute(`${at}/odd`)
    expect(code).toBe(65)
    expect(stderr).toContain('/odd?partition=0:41: this line of the dump cannot be read.')
    expect(await compute(`${at}/odd`, '--lenient')).toMatchObject({ code: 0 })
  })

  it.each([
    ['nowhere', 65, /knows? no topic of that name/],
    ['ranges?partition=7', 65, /has no partition 7/],
    ['ranges?partition=0&from=999999', 65, /Offset 999999 is not kept: there are 0 to/],
    ['ranges?from=2027-01-01', 65, /no file is there to read/],
    ['ranges?since=2027-01-01', 64, /since is not known/],
    ['ranges?from=12', 64, /they need one partition/],
    ['a topic', 64, /names no topic/],
  ])('says of %s in three lines what is wrong', async (topic, expected, why) => {
    const { code, stdout, stderr } = await compute(`${at}/${topic}`)
    expect(code).toBe(expected)
    expect(stdout).toBe('')
    expect(stderr).toMatch(why)
    expect(stderr.trimEnd().split('\n')).toHaveLength(3)
  })
})

describe('a topic behind TLS and a login', () => {
  const PASSWORD = 'hidden-password'
  let broker: KafkaBroker
  let access: (user: string, mechanism: string) => string[]
  beforeAll(async () => {
    if (it !== always) return
    const authority = await createAuthority('test')
    const { certificate, key } = await authority.issue({ commonName: 'broker', hosts: ['127.0.0.1'] })
    const users = (['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map((mechanism) => ({
      ...{ name: mechanism.toLowerCase(), password: PASSWORD, mechanism },
    }))
    broker = await KafkaBroker.start({ secure: { certificate, key, users } })
    await broker.createTopic('secret', 2)
    await broker.produce(lines.map((line, index) => send('secret', index % 2, line)))
    for (const { name } of users) await broker.allow(name, 'READ', 'secret')
    await broker.createTopic('denied', 1)
    const ca = write('ca.pem', authority.certificate)
    const password = join(directory, 'password')
    writeFileSync(password, `${PASSWORD}\n`)
    access = (user, mechanism) => [
      ...['--kafka-tls', '--kafka-ca', ca, '--kafka-sasl', mechanism],
      ...['--kafka-user', user, '--kafka-password-file', password],
    ]
  }, 120_000)
  afterAll(async () => {
    if (it === always) await broker.stop()
  })

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'])('is read by %s', async (mechanism) => {
    expect(await billOf(`kafka://${broker.secureAddress}/secret`, ...access(mechanism, mechanism))).toBe(bill)
  })

  it('is written to by a collector with the same login', async () => {
    await broker.createTopic('written', 1)
    await broker.allow('scram-sha-512', 'WRITE', 'written')
    const scheduler = await SchedulerServer.start('first', { capacity: 100 })
    const events = lines.slice(0, 50).map((line) => line.slice(line.indexOf('"event":') + 8, -1))
    scheduler.add(...events)
    const spool = ['--spool', join(directory, 'spool'), '--cluster', 'c', '--once', '--json']
    const words = ['usage', 'collect', '--yunikorn', scheduler.address, ...spool]
    const sink = ['--to', `kafka://${broker.secureAddress}/written`, ...access('scram-sha-512', 'scram-sha-512')]
    const { code, stdout, stderr } = await runCli([...words, ...sink])
    await scheduler.stop()
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).not.toContain(PASSWORD)
    // And what the looks found.
    expect(await broker.count('written')).toBeGreaterThan(50)
    await broker.allow('plain', 'READ', 'written')
    const source = `kafka://${broker.secureAddress}/written`
    const read = await runCli(['usage', 'compute', source, ...access('plain', 'plain'), '--json'])
    expect(JSON.parse(read.stdout)).toMatchObject({ summary: { events: 50 } })
  })

  it('says what is refused, and shows no password', async () => {
    const secure = `kafka://${broker.secureAddress}`
    const denied = await compute(`${secure}/denied`, ...access('plain', 'plain'))
    expect(denied.code).toBe(4)
    expect(denied.stderr).toContain('may not read it')
    const stranger = await compute(`${secure}/secret`, ...access('nobody', 'plain'))
    expect(stranger.code).toBe(4)
    expect(stranger.stderr).toContain('login was refused')
    const untrusted = await compute(`${secure}/secret`, ...access('plain', 'plain').toSpliced(1, 2))
    expect(untrusted.code).toBe(69)
    expect(untrusted.stderr).toMatch(/certificate/)
    const plain = await compute(`${secure}/secret`)
    expect(plain.code).toBe(69)
    for (const { stderr } of [denied, stranger, untrusted, plain]) {
      expect(stderr).not.toContain(PASSWORD)
      expect(stderr.trimEnd().split('\n')).toHaveLength(3)
    }
  }, 120_000)
})

describe('brokers that are not there', () => {
  always(
    'are told as unreachable',
    async () => {
      const { code, stderr } = await compute('kafka://127.0.0.1:1/topic')
      expect(code).toBe(69)
      expect(stderr).toContain('kafka://127.0.0.1:1/topic: cannot be read.')
    },
    30_000,
  )
})
