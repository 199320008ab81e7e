/** What a dump can be but a good dump: each told with its file and line, and nothing on standard output. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { capabilityPath, needs } from '../support/capabilities.ts'
import { type RunOptions, type RunResult, runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'
import {
  envelope,
  event,
  oneLife,
  somePages,
  someStream,
  temporaryDirectory,
  writer,
} from '../support/usage/dump-files.ts'

const directory = temporaryDirectory()
const write = writer(directory)
const compute = (words: readonly string[], options?: RunOptions): Promise<RunResult> =>
  runCli(['usage', 'compute', ...words], options)
const lines = (all: readonly string[]): string => `${all.join('\n')}\n`
const life = oneLife()
const whole = lines(life)
/** An event that can be broken in the middle of a dump. */
const add = life[5]!

async function expectRefused(words: readonly string[], told: (string | RegExp)[], options?: RunOptions): Promise<void> {
  const { code, stdout, stderr } = await compute(words, options)
  expect([code, stdout], stderr).toEqual([65, ''])
  for (const part of told) expect(stderr).toMatch(part)
  expect(stderr.trimEnd().split('\n').length, stderr).toBeLessThanOrEqual(3)
}

describe('a dump whose writer was cut off', () => {
  it('counts up to its last whole line, and says what was left out', async () => {
    const file = write('cut.jsonl', lines(someStream(500)).slice(0, -30))
    const { code, stdout, stderr } = await compute([file, '--json'])
    expect(code).toBe(0)
    expect(stderr).toMatch(/cut\.jsonl: the last line is cut off \(\d+ bytes\) and was left out/)
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { events: 498, input: { cut: [{ file, bytes: expect.any(Number) as number }] } },
    })
  })

  it('is refused when it is compressed, since nobody knows what is missing', async () => {
    const packed = gzipSync(lines(someStream()))
    await expectRefused([write('cut.jsonl.gz', packed.subarray(0, -200))], [/cut\.jsonl\.gz: .*gzip.*damaged or cut/])
  })

  needs('zstd').it('is refused as zstd too, with the zstd command and without', async () => {
    const packed = execFileSync(capabilityPath('zstd')!, ['-c'], { input: lines(someStream()) })
    const file = write('cut.zst', packed.subarray(0, -300))
    for (const env of [{}, { PATH: '' }]) await expectRefused([file], [/cut\.zst: .*zstd.*damaged or cut/], { env })
  })
})

describe('a broken line', () => {
  it.each([
    ['cut off', add.slice(0, 90), /not JSON/],
    ['garbage', 'lorem ipsum', /not JSON/],
    ["another program's", '{"level":"info","msg":"hello"}', /not an event/],
    ['an event with a quantity below zero', add.replace('2000', '-2000'), /vcore: -2000 is below zero/],
    ['an event with a quantity in powers', add.replace('2000', '1e3'), /value: not a 64-bit integer/],
    ['an event with half a quantity', add.replace('2000', '1.5'), /value: not a 64-bit integer/],
    ['an event with a quantity beyond 64 bits', add.replace('2000', '9223372036854775808'), /value: not a 64-bit/],
    [
      'an event with a time of 20 digits',
      add.replace(/Nano":\d+/, 'Nano":17953757608052391641'),
      /timestampNano: not a 64-bit/,
    ],
    [
      'an event with a time beyond 64 bits',
      add.replace(/Nano":\d+/, 'Nano":9300000000000000000'),
      /timestampNano: not a 64-bit/,
    ],
    ['an event at time 0', add.replace(/Nano":\d+/, 'Nano":0'), /timestampNano: no time/],
    ['an event in milliseconds', add.replace(/Nano":\d+/, 'Nano":1795375763000'), /timestampNano: no time/],
    ['an event whose object is a number', add.replace('"app"', '5'), /objectID: not a string/],
    ['an envelope without an instance', `{"v":1,"id":3,"event":${add}}`, /instance: missing/],
    ['an envelope with a negative id', envelope(-3, add), /id: not an event id/],
    ['an envelope of a version to come', envelope(3, add).replace('"v":1', '"v":2'), /v: envelope version 2/],
    [
      'a page whose records are none',
      '{"InstanceUUID":"i","LowestID":0,"HighestID":1,"EventRecords":[1]}',
      /EventRecords\[0\]/,
    ],
    ['a heartbeat without a time', '{"t":5,"ok":true,"instance":"i","highest":3}', /t: no time/],
  ])('in the middle is named by file, line and what is wrong: %s', async (what, line, why) => {
    const file = write(
      `broken-${what.replaceAll(/\W/g, '-')}.jsonl`,
      lines([...life.slice(0, 4), line, ...life.slice(4)]),
    )
    await expectRefused([file], [new RegExp(`broken-.*jsonl:5: `), why, /--lenient/])
  })

  it('is left out with --lenient, counted and listed', async () => {
    const file = write('lenient.jsonl', lines(life.flatMap((line, index) => [line, `{"broken":${index}}`])))
    const { code, stdout, stderr } = await compute([file, '--lenient', '--json'])
    expect(code).toBe(0)
    expect(stderr).toContain(`${file}:2: left out: not an event`)
    const { summary } = JSON.parse(stdout) as { summary: { events: number; input: object } }
    expect(summary).toMatchObject({ events: life.length, input: { brokenCount: life.length } })
    expect(summary.input).toMatchObject({ broken: life.map((_, index) => ({ file, line: 2 * index + 2 })) })
  })

  it('is one JSON object with --json', async () => {
    const file = write('json-error.jsonl', lines([...life, 'x', ...life]))
    const { code, stdout } = await compute([file, '--json'])
    expect(code).toBe(65)
    const document: unknown = JSON.parse(stdout)
    expectMatchesSchema('error', document)
    expect(document).toMatchObject({
      error: { code: 'SO_BROKEN_LINE', message: expect.stringContaining(':9:') as string },
    })
  })

  it('names the line of standard input', async () => {
    await expectRefused(['-'], [/<stdin>:9: /], { stdin: lines([...life, 'x', ...life]) })
  })
})

describe('ids', () => {
  const dump = life.map((line, id) => envelope(id, line))

  it('that go back, or come again with the same event, change nothing', async () => {
    const file = write('back.jsonl', lines([...dump.slice(4), ...dump.slice(0, 6), ...dump.toReversed()]))
    const [back, plain] = await Promise.all([
      compute([file, '-o', 'csv']),
      compute([write('forth.jsonl', lines(dump)), '-o', 'csv']),
    ])
    expect([back.code, back.stderr]).toEqual([0, ''])
    expect(back.stdout).toBe(plain.stdout)
  })
})

describe('an id with two events', () => {
  const dump = life.map((line, id) => envelope(id, line))
  const other = dump.map((line) => line.replace('2000', '4000'))

  it('is refused, in one file with its line and in two with the file', async () => {
    await expectRefused(
      [write('twice.jsonl', lines([...dump, ...other]))],
      [/twice\.jsonl:12: /, /id: 3 of i1 came before/],
    )
    const files = [write('one.jsonl', lines(dump)), write('two.jsonl', lines(other))]
    await expectRefused(files, [/two\.jsonl: event 3 of the scheduler i1/])
  })
})

describe('what is no dump', () => {
  it.each([
    ['CSV', 'app,vcore\nx,1\ny,2\n'],
    ['text', 'hello'],
    ['the JSON of another program', '{"apiVersion":"v1","kind":"List","items":[]}\n'],
    ['a JSON list', '[{"a":1},{"a":2}]'],
    ['an image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('is told by its first line when it is named: %s', async (what, content) => {
    await expectRefused(
      [write(`foreign-${what.replaceAll(' ', '-')}`, content)],
      [/foreign-\S+: this is not a dump/, /first line/],
    )
  })

  it('says so of an empty file', async () => {
    await expectRefused([write('empty.jsonl', '')], [/not one event/])
    await expectRefused([write('empty.jsonl.gz', gzipSync(''))], [/not one event/])
    await expectRefused(['-'], [/not one event/], { stdin: '' })
  })

  it('says so of a directory without dumps, and of one without files', async () => {
    const [none, other] = [join(directory, 'none'), join(directory, 'other')]
    for (const path of [none, other]) mkdirSync(path)
    writer(other)('readme.txt', 'hello\n')
    writer(other)('table.csv', 'a,b\n')
    await expectRefused([none], [/none: no file is there/])
    await expectRefused([other], [/not one event/, /2 of them are no dumps/])
  })

  it('is passed over in a directory that has dumps too, and counted', async () => {
    const mixed = join(directory, 'mixed')
    mkdirSync(mixed)
    const put = writer(mixed)
    put('dump.jsonl', whole)
    put('summaries.log', 'YK_APP_SUMMARY: {appID: x}\n')
    put('.hidden', 'x')
    symlinkSync(join(mixed, 'gone'), join(mixed, 'dangling'))
    const { code, stdout, stderr } = await compute([mixed, '--json'])
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ summary: { input: { passedOver: [join(mixed, 'summaries.log')] } } })
  })

  it('is named when it does not exist, cannot be read, or is a pattern that nothing matches', async () => {
    await expectRefused([join(directory, 'gone.jsonl')], [/gone\.jsonl: cannot be read/, /no such file/])
    await expectRefused([join(directory, '*.gone')], [/\*\.gone: no file is there/, /matches no file/])
    const locked = write('locked.jsonl', whole)
    chmodSync(locked, 0)
    // Root may read whatever it likes.
    if (process.getuid?.() !== 0) await expectRefused([locked], [/locked\.jsonl: cannot be read/, /may not be read/])
    await expectRefused([`${write('file.jsonl', whole)}/below`], [/file\.jsonl\/below: cannot be read/])
  })
})

describe('compression', () => {
  it('is seen by the content, whatever the name', async () => {
    const plain = await compute([write('plain.jsonl', lines(somePages())), '-o', 'csv'])
    const misnamed = await compute([write('gzip.zst', gzipSync(lines(somePages()))), '-o', 'csv'])
    expect([misnamed.code, misnamed.stderr]).toEqual([0, ''])
    expect(misnamed.stdout).toBe(plain.stdout)
    expect((await compute([write('plain.gz', lines(somePages())), '-o', 'csv'])).stdout).toBe(plain.stdout)
  })

  needs('zstd').it('may be zstd, read by the zstd command or without one', async () => {
    const file = write('zstd.gz', execFileSync(capabilityPath('zstd')!, ['-c'], { input: lines(somePages()) }))
    const both = await Promise.all([compute([file, '-o', 'csv']), compute([file, '-o', 'csv'], { env: { PATH: '' } })])
    const plain = await compute([write('plain-too.jsonl', lines(somePages())), '-o', 'csv'])
    for (const { code, stdout } of both) expect([code, stdout]).toEqual([0, plain.stdout])
  })

  it('that is not read is named', async () => {
    const magic = { xz: 'fd377a585a0000', bzip2: '425a6839314159', parquet: '5041523115041510', zip: '504b03041400' }
    for (const [kind, bytes] of Object.entries(magic))
      await expectRefused(
        [write(`packed.${kind}`, Buffer.from(bytes, 'hex'))],
        [new RegExp(`packed.${kind}: ${kind} is not read`)],
      )
  })

  it('that goes on in plain text behind its end is refused', async () => {
    const file = write('appended.gz', Buffer.concat([gzipSync(whole), Buffer.from(lines(oneLife('b')))]))
    await expectRefused([file], [/appended\.gz: .*gzip/])
  })

  it('may have several members', async () => {
    const file = write(
      'members.gz',
      Buffer.concat([gzipSync(whole), gzipSync(lines(oneLife('b')).slice(0, 0)), gzipSync(lines(oneLife('b')))]),
    )
    const { code, stdout } = await compute([file, '-o', 'csv'])
    expect([code, stdout.match(/^app,|^b,/gm)?.length]).toEqual([0, 5])
  })
})

describe('bytes at the edges', () => {
  it('a byte order mark, Windows line ends and blank lines change nothing', async () => {
    const plain = await compute([write('unix.jsonl', whole), '-o', 'csv'])
    const windows = await compute([write('windows.jsonl', `\ufeff${life.join('\r\n\r\n')}\r\n`), '-o', 'csv'])
    expect([windows.code, windows.stdout, windows.stderr]).toEqual([0, plain.stdout, ''])
  })

  it('a page that was printed over several lines is read', async () => {
    const records = life.map((line) => `    ${line.replaceAll(',"', ',\n      "')}`).join(',\n')
    const text = `{\n  "InstanceUUID": "i1",\n  "LowestID": 0,\n  "HighestID": 7,\n  "EventRecords": [\n${records}\n  ]\n}\n`
    const { code, stdout } = await compute([write('printed.json', text), '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { events: 8, instances: [{ instance: 'i1', fromBeginning: true }] },
    })
  })

  it('a page of 100 MB is read with a heap of 512 MB', { timeout: 60_000 }, async () => {
    const filler = event(5, { type: 1, objectID: 'x'.repeat(36), message: 'm'.repeat(300), change: 1 })
    const records = [
      ...life.slice(0, 5),
      ...Array<string>(Math.ceil(1e8 / (filler.length + 1))).fill(filler),
      ...life.slice(5),
    ]
    const page = `{"InstanceUUID":"i1","LowestID":0,"HighestID":${records.length - 1},"EventRecords":[${records.join(',')}]}`
    const file = write('giant.json', `${page}\n`)
    expect(page.length).toBeGreaterThan(1e8)
    const { code, stdout, stderr } = await compute([file, '--json'], {
      env: { NODE_OPTIONS: '--max-old-space-size=512' },
    })
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({
      summary: { events: records.length, instances: [{ fromBeginning: true }] },
    })
  })

  it('100 MB of garbage in one line are refused', { timeout: 60_000 }, async () => {
    const garbage = Buffer.alloc(1e8, 'x')
    const env = { NODE_OPTIONS: '--max-old-space-size=512' }
    await expectRefused(
      [write('garbage.jsonl', Buffer.concat([Buffer.from(whole), garbage]))],
      [/garbage\.jsonl:9: /],
      { env },
    )
    await expectRefused([write('only-garbage.jsonl', garbage)], [/not a dump/], { env })
    const list = Buffer.concat([Buffer.from(`${whole}{"a":[`), Buffer.alloc(1e8, '1,'), Buffer.from('1]}\n')])
    await expectRefused([write('list.jsonl', list)], [/list\.jsonl:9: /, /longer than 64 MiB/], { env })
  })
})
