import { describe, expect, it } from 'vitest'
import { type ProgressMode, describeProgress, progressLine, progressMode } from '../../src/ui/progress.ts'

function recording(mode: ProgressMode): {
  at: (now: number, bytesDone: number, phase?: string) => void
  written: string[]
  clear: () => void
} {
  let now = 0
  const written: string[] = []
  const line = progressLine({ mode, clock: { now: () => now }, write: (text) => written.push(text), width: () => 80 })
  return {
    at: (time, bytesDone, phase = 'reading') => {
      now = time
      line.report({ phase, bytesDone, bytesTotal: 1000 })
    },
    written,
    clear: () => line.clear(),
  }
}

describe('progress', () => {
  it('suits the stream', () => {
    const mode = (question: Partial<Parameters<typeof progressMode>[0]>): ProgressMode =>
      progressMode({ quiet: false, asked: undefined, isTTY: false, env: {}, ...question })
    expect(mode({ isTTY: true })).toBe('line')
    expect(mode({ isTTY: true, env: { TERM: 'dumb' } })).toBe('silent')
    expect(mode({})).toBe('silent')
    expect(mode({ env: { CI: 'true' } })).toBe(30_000)
    expect(mode({ asked: true, env: { CI: 'true' } })).toBe(10_000)
    expect(mode({ asked: false, isTTY: true })).toBe('silent')
    expect(mode({ quiet: true, asked: true, isTTY: true })).toBe('silent')
  })

  it('redraws one line ten times a second at most, and takes it away', () => {
    const { at, written, clear } = recording('line')
    at(1000, 1)
    at(1050, 2)
    at(1100, 3)
    expect(written).toEqual(['\r\u001b[Kreading 1 B of 1000 B (0%)', '\r\u001b[Kreading 3 B of 1000 B (0%)'])
    clear()
    clear()
    expect(written.slice(2)).toEqual(['\r\u001b[K'])
  })

  it('writes whole lines with their time where there is no terminal, none at the start', () => {
    const { at, written, clear } = recording(10_000)
    for (let now = 0; now <= 25_000; now += 1000) at(now, now / 50)
    clear()
    expect(written).toEqual([
      '1970-01-01T00:00:10.000Z reading 200 B of 1000 B (20%), 20 B/s, 40s left\n',
      '1970-01-01T00:00:20.000Z reading 400 B of 1000 B (40%), 20 B/s, 30s left\n',
    ])
  })

  it('says bytes, rate, events and time left', () => {
    const reading = { phase: 'reading', bytesDone: 2 ** 30, bytesTotal: 2 ** 32, count: 4_000_000, noun: 'events' }
    expect(describeProgress(reading, 10_000)).toBe(
      'reading 1.0 GiB of 4.0 GiB (25%), 102 MiB/s, 4,000,000 events, 400,000/s, 30s left',
    )
    expect(describeProgress({ phase: 'sorting' }, 10_000)).toBe('sorting')
  })
})
