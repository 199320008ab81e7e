/** The fast way for runs of plain events against the careful one: the same facts, the same names, the same refusals. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BATCH_ROWS, type FactBatch, type FactSink, FactWriter } from '../../../../src/domain/usage/facts.ts'
import { DumpScanner } from '../../../../src/domain/usage/scan/dump-scanner.ts'
import { Names } from '../../../../src/domain/usage/scan/names.ts'
import { readDump } from '../../../../src/domain/usage/scan/read-dump.ts'
import { Sources } from '../../../../src/domain/usage/scan/sources.ts'
import { StreamLane } from '../../../../src/domain/usage/scan/stream-lane.ts'
import { input, recordedLines } from '../../../support/usage/ledgers.ts'

interface Outcome {
  facts: string[]
  names: string[]
  reading: unknown
  counts: unknown
  sources: unknown
  earlyForm: boolean
  /** Lines that the fast way took. */
  fast: number
}

/** A lane that leaves every line to the careful way. */
class NoLane extends StreamLane {
  override load(): void {
    // Nothing is read here.
  }
  override run(from: number): ReturnType<StreamLane['run']> {
    return { lines: 0, earliest: 0n, latest: 0n, at: from }
  }
}

class CountingLane extends StreamLane {
  lines = 0
  override run(...args: Parameters<StreamLane['run']>): ReturnType<StreamLane['run']> {
    const run = super.run(...args)
    this.lines += run.lines
    return run
  }
}

async function scan(text: string, way: 'fast' | 'careful', wantUsers = true, chunk?: number): Promise<Outcome> {
  const facts: string[] = []
  const names = new Set<string>()
  const sink: FactSink = {
    facts: (batch) => facts.push(...rows(batch)),
    names: (found) => {
      for (const { kind, hash, text: name } of found) names.add(`${kind} ${hash} ${name}`)
    },
  }
  const counting = new CountingLane(sink, wantUsers)
  const lane = way === 'fast' ? counting : new NoLane(sink, wantUsers)
  const writer = new FactWriter(sink)
  const interned = new Names(sink)
  const sources = new Sources()
  const ports = { writer, names: interned, lane, sources, snapshot: () => undefined }
  const scanner = new DumpScanner(ports, { cluster: '', file: 'f', wantUsers, continued: false })
  const chunks = input('f', Buffer.from(text, 'latin1'), chunk).open(() => undefined)
  const options = { file: 'f', lenient: true, continued: false, onBytes: () => undefined }
  const reading = await readDump(chunks, scanner, options)
  scanner.end()
  writer.flush()
  interned.flush()
  lane.flush()
  // The fast way also hands on resources of facts that have none; what counts is that every fact finds its texts.
  const hashes = new Set(facts.flatMap((fact) => fact.split(' ')))
  const found = [...names].filter((name) => hashes.has(name.split(' ')[1]!))
  return {
    ...{ facts: facts.sort(), names: found.sort(), reading, counts: scanner.counts },
    ...{ sources: sources.records(), earlyForm: scanner.earlyForm, fast: counting.lines },
  }
}

function rows({ rows: count, src, code, ts, obj, k1, k2, res }: FactBatch): string[] {
  const columns = [src, code, ts, obj, k1, k2, res]
  return Array.from({ length: count }, (_, row) => columns.map((column) => String(column[row])).join(' '))
}

async function expectAgreement(text: string, wantUsers = true, chunk?: number): Promise<Outcome> {
  const fast = await scan(text, 'fast', wantUsers, chunk)
  const careful = await scan(text, 'careful', wantUsers, chunk)
  expect({ ...fast, fast: 0 }).toEqual(careful)
  return fast
}

const LINES = ['examples/steady/stream.jsonl.gz', 'examples/restart/stream.jsonl.gz']
  .flatMap(recordedLines)
  .map((line) => Buffer.from(line, 'utf8').toString('latin1'))
const EVENTS = LINES.filter((line) => line.startsWith('{"type"'))
/** One line of every form: type, change, detail, and which fields it has. */
const FORMS = [
  ...new Map(EVENTS.map((line) => [line.replace(/"[^"]*":\{"value":\d+\}|[0-9a-z-]{8,}/g, ''), line])).values(),
]

describe('runs of plain events', () => {
  it.each([true, false])('are read as the careful way reads them, with users: %s', async (wantUsers) => {
    const { fast } = await expectAgreement(`${LINES.join('\n')}\n`, wantUsers)
    expect(fast).toBeGreaterThan(0.9 * EVENTS.length)
  })

  it('do not depend on how the bytes come', async () => {
    const text = `${LINES.slice(0, 2000).join('\n')}\n`
    const whole = await scan(text, 'fast')
    for (const chunk of [37, 1000, 65536])
      expect({ ...(await scan(text, 'fast', true, chunk)), fast: 0 }).toEqual({ ...whole, fast: 0 })
  })

  it('go on over more facts and names than are held at once', async () => {
    const line = EVENTS.find((one) => one.includes('"eventChangeDetail":200'))!
    const many = Array.from({ length: BATCH_ROWS * 2 + 5 }, (_, index) =>
      line.replace(/"objectID":"[^"]*"/, `"objectID":"app-${index}-${'x'.repeat(index % 50)}"`),
    )
    const { fast, facts } = await expectAgreement(`${many.join('\n')}\n`)
    expect(facts).toHaveLength(many.length)
    expect(fast).toBeGreaterThan(0.99 * many.length)
  })

  it('leave a line that is longer than all names held at once to the careful way', async () => {
    const line = EVENTS.find((one) => one.includes('"eventChangeDetail":200'))!
    const long = line.replace(/"objectID":"[^"]*"/, `"objectID":"${'a'.repeat(300_000)}"`)
    const { facts } = await expectAgreement(`${[line, long, line].join('\n')}\n`)
    expect(new Set(facts).size).toBe(2)
  })

  it('never take a damaged line for what it is not', async () => {
    const at = fc.nat({ max: 400 })
    const byte = fc.oneof(
      fc.constantFrom(...'0123456789-+.eE"\\{}[],: \t\nu/'.split('')),
      fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('{"type":2', '\\"', '\\u0041', '"message":"m",', '-17', 'é'),
    )
    const damage = fc.oneof(
      fc.record({ at, remove: fc.nat({ max: 1 }), insert: byte }),
      fc.record({ at, remove: fc.nat({ max: 20 }), insert: fc.constant('') }),
    )
    const line = fc.tuple(fc.constantFrom(...FORMS), fc.array(damage, { maxLength: 2 })).map(([form, damages]) =>
      damages.reduce((text, { at: place, remove, insert }) => {
        const where = place % (text.length + 1)
        return text.slice(0, where) + insert + text.slice(where + remove)
      }, form),
    )
    const ends = fc.constantFrom('\n', '\n', '\r\n', '\n\n')
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(line, ends), { minLength: 1, maxLength: 12 }), async (lines) => {
        await expectAgreement(`${EVENTS[0]!}\n${lines.flat().join('')}`)
      }),
      { numRuns: 600 },
    )
  })
})
