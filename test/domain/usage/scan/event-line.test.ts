/** The quick reader of events against a plain one: the same meaning, or refused, never silently another. */
import fc from 'fast-check'
import { LosslessNumber, parse } from 'lossless-json'
import { describe, expect, it } from 'vitest'
import { EventSpans, readEventLine } from '../../../../src/domain/usage/scan/event-line.ts'
import { canonicalEvent, LineError, parseJson } from '../../../../src/domain/usage/scan/json-event.ts'
import { recordedLines } from '../../../support/usage/ledgers.ts'

interface Meaning {
  type: string
  change: string
  detail: string
  at: string
  object: string
  message: string
  reference: string
  resources: [string, string][]
}

/** What the spans say, as latin1 text is read. */
function quick(line: string, spans: EventSpans): Meaning {
  const text = (from: number, to: number): string =>
    from < 0 ? '' : (JSON.parse(`"${Buffer.from(line.slice(from, to), 'latin1').toString('utf8')}"`) as string)
  const resource = spans.resourceFrom < 0 ? '{}' : line.slice(spans.resourceFrom, spans.resourceTo)
  return {
    type: String(spans.type),
    change: String(spans.change),
    detail: String(spans.detail),
    at: String(BigInt(spans.seconds) * 1_000_000_000n + BigInt(spans.nanos)),
    object: text(spans.objectFrom, spans.objectTo),
    message: text(spans.messageFrom, spans.messageTo),
    reference: text(spans.referenceFrom, spans.referenceTo),
    resources: resourcesOf(parse(Buffer.from(resource, 'latin1').toString('utf8'))),
  }
}

/** What a reader of JSON that rounds no number says. */
function plain(line: string): Meaning {
  const event = parse(Buffer.from(line, 'latin1').toString('utf8')) as Record<string, unknown>
  const resource = (event['resource'] ?? {}) as { resources?: unknown }
  return {
    type: textOf(event['type']),
    change: textOf(event['eventChangeType'] ?? '0'),
    detail: textOf(event['eventChangeDetail'] ?? '0'),
    at: textOf(event['timestampNano']),
    object: textOf(event['objectID'] ?? ''),
    message: textOf(event['message'] ?? ''),
    reference: textOf(event['referenceID'] ?? ''),
    resources: resourcesOf(resource.resources ?? {}),
  }
}

function resourcesOf(map: unknown): [string, string][] {
  return Object.entries(map as Record<string, { value?: unknown }>).map(([name, { value }]) => [
    name,
    textOf(value ?? '0'),
  ])
}

function textOf(value: unknown): string {
  if (value instanceof LosslessNumber) return value.value
  return typeof value === 'string' ? value : `not a text: ${JSON.stringify(value)}`
}

function read(line: string): Meaning | undefined {
  const spans = new EventSpans()
  return readEventLine(line, 0, line.length, spans) ? quick(line, spans) : undefined
}

const recorded = ['examples/steady/stream.jsonl.gz', 'examples/restart/stream.jsonl.gz'].map((path) =>
  recordedLines(path).filter((line) => line.startsWith('{"type"')),
)
const LINES = recorded.flat().map((line) => Buffer.from(line, 'utf8').toString('latin1'))
/** One line of every form: type, change, detail, and which fields it has. */
const FORMS = [
  ...new Map(LINES.map((line) => [line.replace(/"[^"]*":\{"value":\d+\}|[0-9a-z-]{8,}/g, ''), line])).values(),
]

describe('the quick reader of events', () => {
  it('reads every event of the recordings, and says what a plain reader says', () => {
    expect(LINES.length).toBeGreaterThan(20_000)
    for (const line of LINES) expect(read(line)).toEqual(plain(line))
  })

  it('says the same of an event whatever its way: as it came, or rewritten from other JSON', () => {
    for (const line of LINES.slice(0, 3000)) {
      const value = JSON.parse(line.replace(/"timestampNano":(\d+)/, '"timestampNano":"$1"')) as Record<string, never>
      const otherwise = JSON.stringify(Object.fromEntries(Object.entries(value).reverse()), null, 1)
      expect(canonicalEvent(parseJson(otherwise) as never)).toBe(line)
    }
  })

  it('never reads a damaged event as another than it is', () => {
    const at = fc.nat({ max: 400 })
    const byte = fc.oneof(
      fc.constantFrom(...'0123456789-+.eE"\\{}[],: \t\nu/'.split('')),
      fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)),
    )
    const damage = fc.oneof(
      fc.record({ at, remove: fc.constant(1), insert: byte }),
      fc.record({ at, remove: fc.constant(0), insert: byte }),
      fc.record({ at, remove: fc.nat({ max: 20 }), insert: fc.constant('') }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...FORMS), fc.array(damage, { minLength: 1, maxLength: 2 }), (line, damages) => {
        const broken = damages.reduce((text, { at: place, remove, insert }) => {
          const where = place % (text.length + 1)
          return text.slice(0, where) + insert + text.slice(where + remove)
        }, line)
        const found = read(broken)
        if (found !== undefined) expect(found).toEqual(plain(broken))
      }),
      { numRuns: 6000 },
    )
  })

  it.each([
    ['a time beyond 64 bits', /"timestampNano":\d+/, '"timestampNano":9223372036854775808'],
    ['a time of 20 digits', /"timestampNano":\d+/, '"timestampNano":17953757608052391641'],
    ['a time of zero', /"timestampNano":\d+/, '"timestampNano":0'],
    ['a time as a decimal', /"timestampNano":(\d+)/, '"timestampNano":$1.5'],
    ['a time as a power', /"timestampNano":\d+/, '"timestampNano":1e18'],
    ['a quantity with a leading zero', /"value":(\d+)/, '"value":0$1'],
    ['a quantity below zero', /"value":(\d+)/, '"value":-$1'],
    ['a quantity with decimals', /"value":(\d+)/, '"value":$1.5'],
    ['a quantity as a power', /"value":\d+/, '"value":1e3'],
    ['a quantity beyond 64 bits', /"value":\d+/, '"value":9223372036854775808'],
    ['a resource named twice', /"memory":\{"value":(\d+)\}/, '"memory":{"value":1},"memory":{"value":$1}'],
    ['an escape that JSON does not have', /"objectID":"/, '"objectID":"\\q'],
    ['half an escape', /"objectID":"/, '"objectID":"\\u00'],
    ['a control character in a name', /"memory"/, '"mem\tory"'],
    ['a type of ten', /"type":2/, '"type":10'],
  ])('leaves %s to the reader that names what is wrong, which refuses it', (_what, form, instead) => {
    const line = LINES.find((one) => one.startsWith('{"type":2,') && one.includes('"value"'))!
    const broken = line.replace(form, instead)
    expect(broken).not.toBe(line)
    expect(read(broken)).toBeUndefined()
    expect(() => canonicalEvent(parseJson(broken) as never)).toThrow(LineError)
  })

  it('leaves resources out of order to the other reader, so that equal resources are equal texts', () => {
    const event = (resources: string): string =>
      `{"type":2,"objectID":"a","timestampNano":1795375760805239164,"resource":{"resources":{${resources}}}}`
    const sorted = event('"memory":{"value":1},"vcore":{"value":2}')
    const turned = event('"vcore":{"value":2},"memory":{"value":1}')
    expect(read(sorted)).toBeDefined()
    expect(read(turned)).toBeUndefined()
    expect(canonicalEvent(parseJson(turned) as never)).toBe(sorted)
  })

  it('takes escapes in names for the characters they stand for', () => {
    const event = (name: string): string =>
      `{"type":2,"objectID":"${name}","timestampNano":1795375760805239164,"resource":{}}`
    expect(read(event('a\\u003cb\\"c\\\\d\\/e'))?.object).toBe('a<b"c\\d/e')
    const umlaut = Buffer.from(event('grün'), 'utf8').toString('latin1')
    expect(read(umlaut)?.object).toBe('grün')
  })
})
