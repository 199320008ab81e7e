/** When an object was written, by the names that connectors give. */
import { describe, expect, it } from 'vitest'
import { timeOfName } from '../../../../src/domain/usage/pruning/name-time.ts'

function told(name: string, below = name): string | undefined {
  const time = timeOfName(name, below)
  const iso = (at: bigint): string => new Date(Number(at / 1_000_000n)).toISOString().slice(0, 16)
  return time === undefined ? undefined : `${time.series} ${iso(time.from)} ${iso(time.to)}`
}

describe('the time in an object’s name', () => {
  it.each([
    ['our collector', 'e/cluster=c/dt=2026-11-22/i-1.ndjson.gz', 'e/cluster=c 2026-11-22T00:00 2026-11-23T00:00'],
    [
      'Confluent’s time partitioner',
      'topics/yk/year=2026/month=11/day=22/hour=07/yk+0+1.json',
      'topics/yk 2026-11-22T07:00 2026-11-22T08:00',
    ],
    ['by the day', 'topics/yk/year=2026/month=2/day=28/yk+0+1.json', 'topics/yk 2026-02-28T00:00 2026-03-01T00:00'],
    ['by the month', 'topics/yk/year=2026/month=12/yk+0+1.json', 'topics/yk 2026-12-01T00:00 2027-01-01T00:00'],
    ['Secor', 's/yk/dt=2026-11-22/hr=23/1_0_0001.gz', 's/yk 2026-11-22T23:00 2026-11-23T00:00'],
    ['Vector', 'v/date=2026-11-22/1795375332-uuid.log.gz', 'v 2026-11-22T00:00 2026-11-23T00:00'],
    [
      'Fluent Bit',
      'fluent-bit-logs/yk/2026/11/22/07/09/30-abc',
      'fluent-bit-logs/yk 2026-11-22T07:09 2026-11-22T07:10',
    ],
    ['Firehose', 'f/2026/11/22/07/stream-1-2026-11-22-07-00-00-uuid', 'f 2026-11-22T07:00 2026-11-22T08:00'],
    ['Flink', 'f/2026-11-22--07/part-uid-0', 'f 2026-11-22T07:00 2026-11-22T08:00'],
    ['a date without strokes', 'x/dt=20261122/a', 'x 2026-11-22T00:00 2026-11-23T00:00'],
  ])('is that of %s', (_, name, expected) => {
    expect(told(name)).toBe(expected)
  })

  it.each([
    'plain/events.ndjson',
    'topics/yk/partition=0/yk+0+0000000001.json',
    'x/dt=2026-02-30/a',
    'x/2026/13/01/a',
    'x/year=2026/a',
    '2026-11-22.ndjson',
  ])('is none in %s', (name) => {
    expect(told(name)).toBeUndefined()
  })

  it('is not that of a directory which the user named, unless it is labelled', () => {
    expect(told('backup/2026-11-22/a/events.ndjson', 'a/events.ndjson')).toBeUndefined()
    expect(told('events/dt=2026-11-22/a/b.gz', 'a/b.gz')).toContain('2026-11-22T00:00')
  })
})
