/** `usage compute` as a user runs it: any mixture of inputs, wrong questions, outputs that fail, names that bite. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { UsageList } from '../../src/domain/usage/answer.ts'
import { capabilityPath } from '../support/capabilities.ts'
import { type RunOptions, type RunResult, runCli, runShell } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'
import { envelope, event, oneLife, someStream, temporaryDirectory, writer } from '../support/usage/dump-files.ts'
import { recordedLines } from '../support/usage/ledgers.ts'

const directory = temporaryDirectory()
const write = writer(directory)
const compute = (words: readonly string[], options?: RunOptions): Promise<RunResult> =>
  runCli(['usage', 'compute', ...words], options)
const lines = (all: readonly string[]): string => `${all.join('\n')}\n`
const small = write('small.jsonl', lines(oneLife()))

async function listOf(words: readonly string[], options?: RunOptions): Promise<UsageList> {
  const { code, stdout, stderr } = await compute([...words, '--json'], options)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as UsageList
}

describe('the answer', () => {
  it('has the shape that docs/schemas promises, in all its variants', async () => {
    const prices = write('prices.yaml', 'currency: EUR\nrates: {vcore: 0.04, memory: 0.005}\n')
    const variants = [
      ['examples/restart', '--by', 'queue'],
      ['examples/restart', '--window', 'hour', '--prices', prices],
      ['examples/steady', '--idle', '--by', 'node', '--unit', 'hours', '--top', '2'],
      [small, '--unit', 'yarn'],
    ]
    for (const words of variants) expectMatchesSchema('usage-list', await listOf(words))
  })

  it('is what a small life used: two cores and a GiB for ten seconds', async () => {
    const { items } = await listOf([small])
    expect(items.map(({ resource, unit, lower, upper, status }) => [resource, unit, lower, upper, status])).toEqual([
      ['memory', 'B-s', 10 * 2 ** 30, 10 * 2 ** 30, 'exact'],
      ['vcore', 'mcore-s', 20_000, 20_000, 'exact'],
    ])
  })

  it('rounds no integer: 19 digits times seconds come as text', async () => {
    const file = write('huge.jsonl', lines(oneLife('huge', '{"memory":{"value":9223372036854775807}}')))
    const { items } = await listOf([file])
    expect(items).toMatchObject([{ lower: '92233720368547758070', upper: '92233720368547758070' }])
  })
})

describe('any mixture of inputs', () => {
  const stream = someStream(1200)
  const head = stream[0]!
  const events = stream.slice(1)
  const uuid = /"InstanceUUID":"([^"]+)"/.exec(head)![1]!
  const envelopes = events.map((line, id) => envelope(id, line, uuid))
  const page = (from: number, to: number): string =>
    `{"InstanceUUID":"${uuid}","LowestID":0,"HighestID":${to - 1},"EventRecords":[${events.slice(from, to).join(',')}]}`
  const restart = recordedLines('test/fixtures/recordings/restart/rest.jsonl.gz').slice(0, 8)
  const beats = recordedLines('examples/restart/heartbeat.jsonl.gz').slice(0, 12)
  const expected = compute([write('whole.jsonl', lines(stream)), '-o', 'csv'])

  it('in one file gives what the events give alone: stream, pages, envelopes, heartbeats and snapshots', async () => {
    const mixed = [
      beats[0]!,
      page(0, 300),
      ...envelopes.slice(200, 700),
      ...beats.slice(1),
      ...stream,
      ...restart,
      page(0, 900),
    ]
    const { code, stdout, stderr } = await compute([write('mixed.jsonl', lines(mixed)), '-o', 'csv'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe((await expected).stdout)
  })

  it('in several files, in any order, compressed or not, twice or not, from patterns and standard input', async () => {
    const parts = join(directory, 'parts')
    mkdirSync(parts)
    const put = writer(parts)
    put('3.jsonl', lines(envelopes.slice(0, 500)))
    put('1.jsonl.gz', gzipSync(lines(envelopes.slice(400, 800))))
    put('2.json', lines([page(0, 250)]))
    const rest = lines(envelopes.slice(700))
    const zstd = capabilityPath('zstd')
    put('0.zst', zstd === undefined ? rest : execFileSync(zstd, ['-c'], { input: rest }))
    const ways = [[parts], [join(parts, '*')], [join(parts, '[0-3].*'), parts, join(parts, '3.jsonl')]]
    for (const words of ways) {
      const { code, stdout, stderr } = await compute([...words, '-o', 'csv'])
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toBe((await expected).stdout)
    }
    const piped = await compute(['-', '-o', 'csv'], { stdin: gzipSync(lines(envelopes)) })
    expect([piped.code, piped.stdout]).toEqual([0, (await expected).stdout])
  })
})

describe('a question that cannot be asked', () => {
  it.each([
    [['--by', 'colour'], /--by: colour/],
    [['--by', 'app,app'], /twice/],
    [['--window', 'minute'], /--window=minute/],
    [['--unit', 'miles'], /--unit=miles/],
    [['--kind', 'idle'], /--kind: idle/],
    [['--time-zone', 'Mars/Base'], /--time-zone: Mars\/Base/],
    [['--from', 'yesterday'], /--from: yesterday is no time/],
    [['--from', '10:00'], /--from: 10:00 is no time/],
    [['--to', '9999-12-31'], /--to: 9999-12-31 is no time/],
    [['--from', '0001-01-01', '--window', 'hour'], /--from: 0001-01-01 is no time/],
    [['--from', '2026-11-23', '--to', '2026-11-22'], /--from and --to/],
    [['--from', '2027-01-01', '--to', '2027-01-01'], /--from and --to/],
    [['--from', '1971-01-01', '--window', 'hour'], /more than 200000 windows/],
    [['--top', '0'], /--top/],
    [['--idle', '--by', 'app'], /--idle/],
    [['--informer-latency', 'soon'], /--informer-latency: soon/],
    [['-o', 'parquet', '--unit', 'hours'], /parquet/],
    [[], /missing|required|DUMP/i],
  ])('is refused with exit 64: %j', async (words, told) => {
    const { code, stdout, stderr } = await compute(words.length === 0 ? [] : [small, ...words])
    expect([code, stdout], stderr).toEqual([64, ''])
    expect(stderr).toMatch(told)
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3)
  })

  it.each([
    ['a sheet that is none', '- 1\n', /the sheet/],
    ['a currency that is none', 'currency: euro\n', /currency/],
    ['a rate below zero', 'currency: EUR\nrates: {vcore: -1}\n', /rates\.vcore/],
    ['a rate that is no number', 'currency: EUR\ninstanceTypes: {m5: {memory: cheap}}\n', /instanceTypes\.m5\.memory/],
    ['a field that is not known', 'currency: EUR\nrate: {vcore: 1}\n', /rate of the price sheet/],
    ['a step that is no number', 'currency: EUR\nroundUpSeconds: 1.5\n', /roundUpSeconds/],
    ['a kind that is not known', 'currency: EUR\nkinds: [idle]\n', /kinds/],
    ['YAML that is broken', 'currency: EUR\nrates: {vcore: [\n', /line \d+/],
  ])('%s is told with its field', async (what, sheet, told) => {
    const prices = write(`${what.replaceAll(' ', '-')}.yaml`, sheet)
    const { code, stdout, stderr } = await compute([small, '--prices', prices])
    expect([code, stdout]).toEqual([65, ''])
    expect(stderr).toContain(prices)
    expect(stderr).toMatch(told)
  })

  it('evidence that is none is told with its file', async () => {
    for (const [name, text] of [
      ['empty.json', ''],
      ['none.json', '{"items":[]}'],
      ['other.json', '[1]'],
      ['text.json', 'pods'],
    ] as const) {
      const { code, stdout, stderr } = await compute([small, '--pods', write(name, text)])
      expect([code, stdout, stderr.includes(name)], stderr).toEqual([65, '', true])
    }
    const log = await compute([small, '--spark-events', small])
    expect([log.code, log.stdout]).toEqual([65, ''])
  })
})

describe('an output that fails', () => {
  it('on a full disk ends with 1 and names it', async () => {
    const { code, stderr } = await runShell(`sparkops usage compute '${small}' --json > /dev/full`)
    expect(code).toBe(1)
    expect(stderr).toMatch(/standard output|stdout/)
    expect(stderr).toMatch(/full|no space/i)
  })

  it('as a file is named, and nothing is left behind', async () => {
    for (const form of ['csv', 'parquet', 'table']) {
      const file = join(directory, 'missing', `out.${form}`)
      const { code, stdout, stderr } = await compute([small, '-o', form, '--file', file])
      expect([code, stdout], stderr).toEqual([1, ''])
      expect(stderr).toContain(file)
      expect(existsSync(join(directory, 'missing'))).toBe(false)
    }
  })

  it('to a reader that goes away is no failure', async () => {
    const script = `sparkops usage compute examples/restart --window hour -o csv | head -1; echo \${PIPESTATUS[0]}`
    const { stdout, stderr } = await runShell(script)
    expect(stdout.split('\n').slice(1)).toEqual(['0', ''])
    expect(stderr).toBe('')
  })
})

describe('names that bite', () => {
  const names = [
    'a\u001b[31mred',
    'b\u0000nul',
    'b\u0000other',
    '\u202eright',
    'quo"te\\back',
    'ümläut-名',
    '<b>&',
    '=1+1',
    '__proto__',
    "o'clock",
  ]
  const file = write('names.jsonl', lines([oneLife()[0]!, ...names.flatMap((name) => oneLife(name).slice(1))]))

  it('are shown on a terminal, never obeyed, and come through JSON as they are', async () => {
    const table = await compute([file])
    expect(table.code).toBe(0)
    for (const mark of ['\u001b', '\u0000', '\u202e']) expect(table.stdout).not.toContain(mark)
    expect(table.stdout).toContain('a\\x1b[31mred')
    const { items } = await listOf([file])
    expect([...new Set(items.map((item) => item.by['app']))].sort()).toEqual([...names].sort())
  })

  it('are one name however they are escaped', async () => {
    const life = oneLife('a<b>&"ü')
    const escaped = (line: string): string =>
      line.replaceAll('<', '\\u003c').replaceAll('>', '\\u003E').replaceAll('&', '\\u0026').replaceAll('ü', '\\u00fc')
    const spaced = (line: string): string => line.replace('{"type":', '{ "type": ')
    const dump = life.map((line, index) => (index % 2 === 0 ? escaped(line) : index % 3 === 0 ? spaced(line) : line))
    const { items } = await listOf([write('escaped.jsonl', lines(dump)), '--by', 'app,queue'])
    expect(items).toMatchObject([{ by: { app: 'a<b>&"ü', queue: 'root.q' }, status: 'exact' }, { status: 'exact' }])
  })

  it('may be a resource', async () => {
    const resource = '{"we\\"ird.com/gp\\u003cu":{"value":1}}'
    const { items } = await listOf([write('resource.jsonl', lines(oneLife('r', resource)))])
    expect(items).toMatchObject([{ resource: 'we"ird.com/gp<u', lower: 10 }])
  })

  it('cannot break out of a question', async () => {
    const { items } = await listOf([small, '--by', `label:a'b"c\\d`, '--resource', "vcore' OR 1=1"])
    expect(items).toEqual([])
  })
})

describe('standard error', () => {
  it('tells of a scheduler whose events are of no use', async () => {
    const file = write('queues.jsonl', lines([event(0, { type: 4, objectID: 'root', change: 2 })]))
    const { code, stdout } = await compute([file])
    expect([code, stdout.includes('Nothing was used')]).toEqual([0, true])
  })

  it('names no file by a control sequence', async () => {
    const { stderr } = await compute([join(directory, 'x\u001b[2Jy')])
    expect(stderr).not.toContain('\u001b')
  })
})
