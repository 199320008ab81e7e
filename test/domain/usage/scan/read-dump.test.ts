/** Bytes into lines: ends of lines, values over several lines, broken and cut ones, and what is no dump. */
import { describe, expect, it } from 'vitest'
import { FactWriter } from '../../../../src/domain/usage/facts.ts'
import { DumpScanner } from '../../../../src/domain/usage/scan/dump-scanner.ts'
import { Names } from '../../../../src/domain/usage/scan/names.ts'
import { type DumpReading, readDump } from '../../../../src/domain/usage/scan/read-dump.ts'
import { Sources } from '../../../../src/domain/usage/scan/sources.ts'
import { StreamLane } from '../../../../src/domain/usage/scan/stream-lane.ts'
import { input, recordedLines } from '../../../support/usage/ledgers.ts'

interface Read extends DumpReading {
  events: number
  pages: number
}

async function read(content: string | Buffer, lenient = false, chunk?: number): Promise<Read> {
  const sink = { facts: () => undefined, names: () => undefined }
  const scanner = new DumpScanner(
    {
      writer: new FactWriter(sink),
      names: new Names(sink),
      lane: new StreamLane(sink, true),
      sources: new Sources(),
      snapshot: () => undefined,
    },
    { cluster: '', file: 'f', wantUsers: false, continued: false },
  )
  const chunks = input('f', content, chunk).open(() => undefined)
  const reading = await readDump(chunks, scanner, { file: 'f', lenient, continued: false, onBytes: () => undefined })
  return { ...reading, events: scanner.counts.events, pages: scanner.counts.pages }
}

const PAGES = recordedLines('test/fixtures/recordings/restart/batch.jsonl.gz').slice(0, 6)
const EVENTS = recordedLines('examples/restart/stream.jsonl.gz').slice(0, 30)
const PAGE_EVENTS = (await read(PAGES.join('\n'))).events
/** As `python -m json.tool` and jq 1.7 print it: numbers as they came. */
const pretty = (line: string, indent: number | string = 2): string =>
  JSON.stringify(JSON.parse(line.replaceAll(/:(\d{19})/g, ':"#$1"')), null, indent).replaceAll(/"#(\d+)"/g, '$1')

describe('the lines of a dump', () => {
  it.each([1, 2, 7, 100, 4096])('do not depend on how the bytes come: %i at a time', async (chunk) => {
    const text = `${PAGES.slice(0, 2).join('\n')}\n${EVENTS.join('\r\n')}\r\n`
    expect(await read(text, false, chunk)).toEqual(await read(text))
    expect(await read(text, false, chunk)).toMatchObject({ lines: 32, cutBytes: 0, foreign: undefined })
  })

  it('may be blank, end as on Windows, begin with a byte order mark, and lack the last end', async () => {
    const bare = EVENTS.length - 1
    expect((await read(EVENTS.join('\n'))).events).toBe(bare)
    expect((await read(`\ufeff${EVENTS.join('\r\n')}\r\n`)).events).toBe(bare)
    expect((await read(`\n \t\n${EVENTS.join('\n\n')}\n\r\n`)).events).toBe(bare)
  })
})

describe('a value over several lines', () => {
  it.each([2, 4, '\t'])('is read as if it were one (indent %j)', async (indent) => {
    const text = PAGES.map((line) => `${pretty(line, indent)}\n`).join('')
    expect(await read(text)).toMatchObject({ events: PAGE_EVENTS, pages: 6, lines: 6, cutBytes: 0 })
    expect(await read(text.trimEnd(), false, 99)).toMatchObject({ events: PAGE_EVENTS, pages: 6, cutBytes: 0 })
    expect(await read(text.replaceAll('\n', '\r\n'))).toMatchObject({ events: PAGE_EVENTS, pages: 6 })
  })

  it('may stand between others that are on one line', async () => {
    const text = [PAGES[0], pretty(PAGES[1]!), ...PAGES.slice(2), ''].join('\n')
    expect(await read(text)).toMatchObject({ events: PAGE_EVENTS, pages: 6 })
  })

  it('keeps the white space, brackets and escapes of its texts', async () => {
    const line = EVENTS.at(-1)!.replace(/"objectID":"[^"]*"/, '"objectID":"a  {[\\"\\\\ ,"')
    expect(await read(`${pretty(line)}\n`)).toMatchObject({ events: 1, lines: 1 })
  })

  it('is told as cut off when the file ends in its middle', async () => {
    const text = PAGES.map((line) => `${pretty(line)}\n`).join('')
    const cut = await read(text.slice(0, -40))
    expect(cut).toMatchObject({ pages: 5 })
    expect(cut.cutBytes).toBeGreaterThan(100)
  })

  it('is a broken line when another begins before it ends, and swallows nothing', async () => {
    const lines = pretty(PAGES[0]!).split('\n')
    const text = [...EVENTS.slice(0, 3), ...lines.slice(0, 9), ...EVENTS.slice(1), ''].join('\n')
    await expect(read(text)).rejects.toMatchObject({ exit: 'data', message: expect.stringContaining('f:4:') as string })
    expect(await read(text, true)).toMatchObject({ events: EVENTS.length + 1, brokenCount: 1, broken: [{ line: 4 }] })
  })
})

describe('a list of events in one value', () => {
  it('is read one by one, on one line or on several', async () => {
    const events = EVENTS.slice(1)
    const list = `[${events.join(',')}]`
    expect(await read(list)).toMatchObject({ events: events.length, cutBytes: 0 })
    expect(await read(`${pretty(list)}\n`)).toMatchObject({ events: events.length })
    expect(await read(`[\n${events.join(',\n')}\n]\n`)).toMatchObject({ events: events.length })
  })

  it('names the item that is none of ours', async () => {
    const text = `${EVENTS[1]!}\n[${EVENTS[1]!},{"a":1}]\n`
    await expect(read(text)).rejects.toMatchObject({ why: expect.stringContaining('[1]') as string })
  })
})

describe('a broken line', () => {
  const broken = [...EVENTS.slice(0, 9), '{"type":2,"objectID":"x', ...EVENTS.slice(9), ''].join('\n')

  it('ends the reading, with its number', async () => {
    await expect(read(broken)).rejects.toMatchObject({
      exit: 'data',
      message: expect.stringContaining('f:10:') as string,
    })
  })

  it('is left out, counted and listed by lenient reading; beyond a hundred only counted', async () => {
    expect(await read(broken, true)).toMatchObject({ brokenCount: 1, broken: [{ file: 'f', line: 10 }] })
    const many = [EVENTS[1], ...Array.from({ length: 150 }, (_, index) => `{"broken":${index}}`), ''].join('\n')
    const reading = await read(many, true)
    expect([reading.brokenCount, reading.broken.length, reading.events]).toEqual([150, 100, 1])
  })

  it('may be the first: the file is a dump all the same', async () => {
    const beheaded = `${EVENTS.join('\n').slice(30)}\n`
    await expect(read(beheaded)).rejects.toMatchObject({ message: expect.stringContaining('f:1:') as string })
    expect(await read(beheaded, true)).toMatchObject({ brokenCount: 1, foreign: undefined, events: EVENTS.length - 1 })
  })

  it('is not what a joined line can hide: an event cut off with the next one behind it', async () => {
    for (const cut of [40, 60, 90, 130]) {
      const joined = EVENTS.filter((line) => line.length > cut).map((line) => line.slice(0, cut) + EVENTS[3]!)
      for (const line of joined) {
        const reading = await read(`${EVENTS[1]!}\n${line}\n`, true)
        expect([reading.events, reading.brokenCount], line).toEqual([1, 1])
      }
    }
  })
})

describe('values joined in one line', () => {
  it('are read one by one when each is whole, as Firehose joins them', async () => {
    const reading = await read(`${EVENTS.join('')}\n`)
    expect([reading.events, reading.brokenCount]).toEqual([EVENTS.length - 1, 0])
  })
})

describe('the last line without an end', () => {
  it('is left out and told when it was cut off anywhere', async () => {
    const text = EVENTS.slice(0, 5).join('\n')
    const start = text.lastIndexOf('\n') + 1
    for (let end = start + 1; end < text.length; end++) {
      expect(await read(text.slice(0, end))).toMatchObject({ events: 3, cutBytes: end - start })
    }
  })

  it('is an error when it is whole, but wrong', async () => {
    const wrong = `${EVENTS.join('\n')}\n${EVENTS[1]!.replace(/"type":\d/, '"type":77')}`
    await expect(read(wrong)).rejects.toMatchObject({ why: expect.stringContaining('type') as string })
  })
})

describe('what is no dump', () => {
  it.each([
    ['CSV', 'app,user,vcore\na,b,1\nc,d,2\n'],
    ['a line of text', 'hello'],
    ['the JSON of another program', '{"name":"sparkops","version":"0.1.0"}\n'],
    ['the JSON of another program, printed', pretty('{"name":"sparkops","files":["bin",{"a":1}]}')],
    ['a list of numbers', '[1,2,3]'],
    ['zeros', Buffer.alloc(5000)],
    ['UTF-16', Buffer.from(EVENTS.join('\n'), 'utf16le')],
  ])('is told by its first line: %s', async (_what, content) => {
    const { foreign, events, cutBytes } = await read(content)
    expect([events, cutBytes]).toEqual([0, 0])
    expect(foreign).toMatch(/not/)
  })

  it('is not read to its end', async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index}`).join('\n')
    const reading = await read(lines, false, 1000)
    expect(reading.foreign).toMatch(/^not JSON/)
  })

  it('holds nothing when it is empty', async () => {
    expect(await read('')).toMatchObject({ lines: 0, cutBytes: 0, foreign: undefined })
  })
})
