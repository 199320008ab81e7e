/** Units and rounding: exact integers, bounds never rounded inward. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amounts } from '../../../src/domain/usage/sums.ts'
import { convert, decimalText, divide, UNIT_SYSTEMS, unitOf } from '../../../src/domain/usage/units.ts'

const big = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })
const positive = fc.bigInt({ min: 1n, max: 10n ** 15n })

describe('units', () => {
  it.each([
    ['vcore', ['mcore-s', 'vcore-s', 'core-h'], [1n, 1000n, 3_600_000n]],
    ['memory', ['B-s', 'MB-s', 'GiB-h'], [1n, 1n << 20n, 3600n << 30n]],
    ['ephemeral-storage', ['B-s', 'MB-s', 'GiB-h'], [1n, 1n << 20n, 3600n << 30n]],
    ['hugepages-2Mi', ['B-s', 'MB-s', 'GiB-h'], [1n, 1n << 20n, 3600n << 30n]],
    ['nvidia.com/gpu', ['nvidia.com/gpu-s', 'nvidia.com/gpu-s', 'GPU-h'], [1n, 1n, 3600n]],
    [
      'nvidia.com/gpu-memory',
      ['nvidia.com/gpu-memory-s', 'nvidia.com/gpu-memory-s', 'nvidia.com/gpu-memory-h'],
      [1n, 1n, 3600n],
    ],
    ['pods', ['pods-s', 'pods-s', 'pods-h'], [1n, 1n, 3600n]],
  ])('of %s are %j', (resource, names, divisors) => {
    const units = UNIT_SYSTEMS.map((system) => unitOf(resource, system))
    expect(units.map(({ name }) => name)).toEqual(names)
    expect(units.map(({ divisor }) => divisor)).toEqual(divisors)
  })
})

describe('rounding', () => {
  it('down, up and to the nearest brackets the quotient, whatever the sign', () => {
    fc.assert(
      fc.property(big, positive, (numerator, denominator) => {
        const [down, up, near] = (['down', 'up', 'nearest'] as const).map((way) => divide(numerator, denominator, way))
        expect(down! * denominator).toBeLessThanOrEqual(numerator)
        expect(up! * denominator).toBeGreaterThanOrEqual(numerator)
        expect(up! - down!).toBe(numerator % denominator === 0n ? 0n : 1n)
        expect([down, up]).toContain(near)
        const [below, above] = [numerator - down! * denominator, up! * denominator - numerator]
        expect(near).toBe(below < above ? down : up)
      }),
    )
  })

  it('keeps integers whole and decimals as they are, as text where a double would round them', () => {
    expect(convert(2n ** 70n, 1n, 'down')).toBe(2n ** 70n)
    expect(convert(1500n, 1000n, 'down')).toBe(1.5)
    expect(convert(10n ** 30n + 1n, 1000n, 'up')).toBe('1000000000000000000000000000.001')
    expect([convert(1n, 3n, 'down'), convert(1n, 3n, 'up'), convert(2n, 3n, 'nearest')]).toEqual([
      0.333333, 0.333334, 0.666667,
    ])
    expect(['0', '12', '-1234567', '1000000'].map((text) => decimalText(BigInt(text), 6))).toEqual([
      '0',
      '0.000012',
      '-1.234567',
      '1',
    ])
  })

  it('never moves a bound inward, and leaves equal bounds equal', () => {
    const native = fc.bigInt({ min: 0n, max: 10n ** 30n })
    const resource = fc.constantFrom('vcore', 'memory', 'nvidia.com/gpu', 'pods')
    fc.assert(
      fc.property(native, native, resource, fc.constantFrom(...UNIT_SYSTEMS), (a, b, name, system) => {
        const [lower, upper] = a < b ? [a, b] : [b, a]
        const { divisor } = unitOf(name, system)
        const scaled = (amount: unknown): bigint => {
          const [whole, fraction = ''] = String(amount).split('.')
          return BigInt(whole!) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
        }
        const shown = amounts({ resource: name, lower, upper, exact: lower }, system)
        if (lower === upper) return expect([shown.lower, shown.status]).toEqual([shown.upper, 'exact'])
        expect(shown.status).toBe('bounded')
        expect(scaled(shown.lower) * divisor).toBeLessThanOrEqual(lower * 1_000_000n)
        expect(scaled(shown.upper) * divisor).toBeGreaterThanOrEqual(upper * 1_000_000n)
      }),
    )
  })
})
