/** Windows of time: they follow each other without a gap, in every zone, whatever clocks do. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkZone, isoTime, parseMoment, WINDOWS, windowsOver } from '../../../src/domain/usage/windows.ts'

const ns = (time: string): bigint => BigInt(Date.parse(time)) * 1_000_000n
const ZONES = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Sao_Paulo'],
  ...['Africa/Cairo', 'America/Havana', 'Asia/Kathmandu', 'Pacific/Apia', 'Antarctica/Troll'],
]
const LONGEST_HOURS = { hour: 1, day: 49, week: 7 * 24 + 25, month: 31 * 24 + 25 } as const

describe('windows', () => {
  it('cover what they are asked to, each where the one before ends, none longer than its name', () => {
    const asked = fc.record({
      begin: fc.integer({ min: Date.parse('2001-10-01'), max: Date.parse('2040-01-01') }),
      hours: fc.integer({ min: 0, max: 1500 }),
      size: fc.constantFrom(...WINDOWS),
      zone: fc.constantFrom(...ZONES),
    })
    fc.assert(
      fc.property(asked, ({ begin, hours, size, zone }) => {
        const from = BigInt(begin) * 1_000_000n
        const to = from + BigInt(hours) * 3_600_000_000_000n
        const windows = windowsOver(from, to, size, zone)
        expect(windows[0]!.from).toBeLessThanOrEqual(from)
        expect(windows.at(-1)!.to).toBeGreaterThan(to)
        for (const [index, window] of windows.entries()) {
          if (index > 0) expect(window.from).toBe(windows[index - 1]!.to)
          expect(window.to).toBeGreaterThan(window.from)
          expect((window.to - window.from) / 3_600_000_000_000n).toBeLessThanOrEqual(BigInt(LONGEST_HOURS[size]))
        }
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['Europe/Berlin', 'day', '2026-10-24T23:00:00Z', '2026-10-24T22:00:00.000Z', 25],
    ['Europe/Berlin', 'day', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00.000Z', 23],
    ['America/New_York', 'week', '2026-11-01T12:00:00Z', '2026-10-26T04:00:00.000Z', 169],
    ['UTC', 'month', '2028-02-10T00:00:00Z', '2028-02-01T00:00:00.000Z', 29 * 24],
    ['Asia/Kolkata', 'hour', '2026-01-01T00:10:00Z', '2025-12-31T23:30:00.000Z', 1],
    ['Africa/Cairo', 'day', '2026-04-24T12:00:00Z', '2026-04-23T22:00:00.000Z', 23],
  ] as const)('in %s of one %s follow the clocks there (%s)', (zone, size, at, begin, hours) => {
    const [window] = windowsOver(ns(at), ns(at), size, zone)
    expect(isoTime(window!.from)).toBe(begin)
    expect(Number(window!.to - window!.from) / 3.6e12).toBe(hours)
  })

  it('where clocks go back by half an hour, still come to an end', () => {
    const windows = windowsOver(ns('2026-04-04T13:00:00Z'), ns('2026-04-04T17:00:00Z'), 'hour', 'Australia/Lord_Howe')
    expect(windows.length).toBeLessThan(8)
  })

  it('are refused when there would be far too many', () => {
    expect(() => windowsOver(0n, ns('2026-01-01'), 'hour', 'UTC')).toThrow(/more than 200000 windows of one hour/)
  })
})

describe('moments', () => {
  it.each([
    ['2026-11-01', 'UTC', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01', 'Europe/Berlin', '2026-10-31T23:00:00.000Z'],
    ['2026-11-01T03:00:00+05:30', 'Europe/Berlin', '2026-10-31T21:30:00.000Z'],
    ['2026-11-01T03:00:00.123456789Z', 'UTC', '2026-11-01T03:00:00.123Z'],
    ['2026-W45', 'UTC', '2026-11-02T00:00:00.000Z'],
  ])('%s in %s is %s', (text, zone, expected) => {
    expect(isoTime(parseMoment('--from', text, zone))).toBe(expected)
  })

  it.each(['', 'yesterday', '10:00', '2026-02-30', '2026-13-01', '1969-12-31', '2263-01-01', '99999'])(
    '%j is none: what is today or does not fit 64 bits is refused',
    (text) => {
      expect(() => parseMoment('--to', text, 'UTC')).toThrow(/--to: .* is no time/)
    },
  )

  it('need a zone that is known', () => {
    expect(ZONES.map(checkZone)).toEqual(ZONES)
    for (const zone of ['', 'Mars', 'Europe/Berlin; DROP TABLE', '+99:00'])
      expect(() => checkZone(zone)).toThrow(/not known/)
  })
})
