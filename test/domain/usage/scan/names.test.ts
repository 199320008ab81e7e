/** Names and times in two halves of 32 bits: nothing is rounded, and what differs stays apart. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bigIntToWide, type Name, type Wide, type WideKey, wideToBigInt } from '../../../../src/domain/usage/facts.ts'
import { uidOfKey } from '../../../../src/domain/usage/outside/pod-list.ts'
import { nanosInto } from '../../../../src/domain/usage/scan/event-facts.ts'
import { hashInto, Names } from '../../../../src/domain/usage/scan/names.ts'

function namesWith(handed: Name[]): Names {
  return new Names({ facts: () => undefined, names: (names) => handed.push(...names) })
}

const keyOf = (names: Names, text: string): WideKey => {
  const key = { hi1: 0, lo1: 0, hi2: 0, lo2: 0 }
  names.key(key, text, 0, text.length)
  return key
}
const halves = ({ hi1, lo1, hi2, lo2 }: WideKey): [bigint, bigint] => [
  wideToBigInt({ hi: hi1, lo: lo1 }),
  wideToBigInt({ hi: hi2, lo: lo2 }),
]

describe('a time in two halves', () => {
  it('is the exact number of nanoseconds, for every second of 64 bits', () => {
    const second = fc.oneof(
      fc.integer({ min: 0, max: 9_223_372_035 }),
      fc.constantFrom(0, 1, 65_535, 65_536, 4_294_967, 4_294_968, 9_223_372_035),
    )
    const nano = fc.oneof(fc.integer({ min: 0, max: 999_999_999 }), fc.constantFrom(0, 999_999_999))
    fc.assert(
      fc.property(second, nano, (seconds, nanos) => {
        const wide: Wide = { hi: 0, lo: 0 }
        nanosInto(wide, seconds, nanos)
        expect(wideToBigInt(wide)).toBe(BigInt(seconds) * 1_000_000_000n + BigInt(nanos))
      }),
      { numRuns: 3000 },
    )
  })

  it('goes to halves and back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(wideToBigInt(bigIntToWide(value))).toBe(value)
      }),
    )
  })
})

describe('the key of an allocation', () => {
  it('is its 128 bits where it is a UUID, and says it again', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const handed: Name[] = []
        const names = namesWith(handed)
        expect(uidOfKey(...halves(keyOf(names, uuid)))).toBe(uuid)
        names.flush()
        expect(handed).toEqual([])
      }),
    )
  })

  it.each([
    'ABCDEF00-1111-2222-3333-444444444444',
    'abcdef00-1111-2222-3333-44444444444g',
    'driver-1',
    '',
    'abcdef00_1111-2222-3333-444444444444',
  ])('that is none (%j) is a hash, and its text is handed on', (text) => {
    const handed: Name[] = []
    const names = namesWith(handed)
    const [k1] = halves(keyOf(names, text))
    names.flush()
    expect(handed).toMatchObject([{ hash: k1, text }])
  })
})

describe('names', () => {
  it('are handed on once, as UTF-8, with their hash', () => {
    const handed: Name[] = []
    const names = namesWith(handed)
    const out: Wide = { hi: 0, lo: 0 }
    for (const text of ['root.q', 'größe-名', 'root.q', 'größe-名']) {
      const bytes = Buffer.from(text, 'utf8').toString('latin1')
      names.intern(out, 0, bytes, 0, bytes.length)
    }
    names.flush()
    expect(handed.map(({ text }) => text)).toEqual(['root.q', 'größe-名'])
    expect(handed[1]!.hash).toBe(wideToBigInt(out))
  })

  it('are hashed by what they are, not by where they stand', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, text, behind) => {
        const [alone, inside]: [Wide, Wide] = [
          { hi: 0, lo: 0 },
          { hi: 0, lo: 0 },
        ]
        hashInto(alone, text, 0, text.length, 3)
        hashInto(inside, before + text + behind, before.length, before.length + text.length, 3)
        expect(inside).toEqual(alone)
      }),
    )
  })

  it('of a hundred thousand kinds have a hundred thousand hashes', () => {
    const hashes = new Set<bigint>()
    const out: Wide = { hi: 0, lo: 0 }
    for (let index = 0; index < 100_000; index++) {
      const text = `spark-${index.toString(36)}-exec-${index % 97}`
      hashInto(out, text, 0, text.length, 0)
      hashes.add(wideToBigInt(out))
    }
    expect(hashes.size).toBe(100_000)
  })
})
