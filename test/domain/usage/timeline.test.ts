/** Which scheduler an event belongs to, and what of each is covered: from small dumps of every form. */
import { describe, expect, it } from 'vitest'
import { envelope, event, oneLife } from '../../support/usage/dump-files.ts'
import { answerOf, inputs, withLedger } from '../../support/usage/ledgers.ts'

const life = oneLife()
const second = life.map((line) => line.replace(/Nano":1795375/, 'Nano":1795376').replaceAll('"app"', '"b"'))
const header = (uuid: string): string => `{"InstanceUUID":"${uuid}"}`
const beat = (seconds: number, highest: number, instance = 'i1'): string =>
  `{"t":${1_795_375_760n * 1_000_000_000n + BigInt(seconds) * 1_000_000_000n},"ok":true,"instance":"${instance}","lowest":0,"highest":${highest}}`

const instancesOf = async (...files: string[][]): Promise<[string, number, boolean][]> =>
  (await answerOf(inputs(...files))).summary.instances.map(({ instance, gaps, fromBeginning }) => [
    instance.replace(/@.*/, ''),
    gaps.length,
    fromBeginning,
  ])

describe('schedulers', () => {
  it('are told apart by the line that begins a stream', async () => {
    expect(await instancesOf([header('x'), ...life, header('y'), ...second])).toEqual([
      ['x', 0, true],
      ['y', 0, true],
    ])
  })

  it('are told apart by their first event where no line does, also when the first stream lost its head', async () => {
    for (const dump of [
      [...life, ...second],
      [...life.slice(2), ...second],
    ])
      expect((await instancesOf(dump)).map(([name]) => name)).toEqual(['unnamed', 'unnamed'])
  })

  it('are one in a file of pages, one of envelopes and one of the stream', async () => {
    const page = `{"InstanceUUID":"i1","LowestID":0,"HighestID":7,"EventRecords":[${life.join(',')}]}`
    const enveloped = life.map((line, id) => envelope(id, line))
    expect(await instancesOf([page], enveloped, [header('i1'), ...life])).toEqual([['i1', 0, true]])
    expect(await instancesOf(life, enveloped)).toEqual([['i1', 0, true]])
  })
})

describe('gaps', () => {
  const enveloped = life.map((line, id) => envelope(id, line))

  it('are where ids are missing, and close when another file has them', async () => {
    const holed = [...enveloped.slice(0, 3), ...enveloped.slice(5)]
    expect(await instancesOf(holed)).toEqual([['i1', 1, true]])
    expect(await instancesOf(holed, enveloped.slice(3, 5))).toEqual([['i1', 0, true]])
  })

  it('are where ids are missing also when the times on both sides are inverted by a millisecond', async () => {
    const inverted = enveloped.map((line, id) =>
      id === 6 ? line.replace(/"timestampNano":\d+/, /"timestampNano":\d+/.exec(enveloped[4]!)![0]) : line,
    )
    expect(await instancesOf([...inverted.slice(0, 5), ...inverted.slice(6)])).toEqual([['i1', 1, true]])
  })

  it('are where a stream was ended by YuniKorn', async () => {
    const end = '{"status_code":200,"message":"Event stream was closed by the producer","description":""}'
    expect(await instancesOf([header('x'), ...life.slice(0, 3), end, ...life.slice(3)])).toEqual([['x', 1, true]])
  })
})

describe('a heartbeat', () => {
  const open = life.slice(0, 6).map((line, id) => envelope(id, line))
  const least = async (...beats: string[]): Promise<unknown> =>
    (await answerOf(inputs([...open, ...beats]), { resources: ['vcore'] })).items[0]?.lower

  it('that has seen the last id held shows that nothing has ended until then, less the delay of intake', async () => {
    expect(await least()).toBe(0n)
    expect(await least(beat(23, 5))).toBe(19n * 2000n)
    expect(await least(beat(13, 5), beat(23, 5), beat(33, 6))).toBe(0n)
  })

  it('of another scheduler, or that failed, shows nothing', async () => {
    expect(await least(beat(23, 5, 'other'))).toBe(0n)
    expect(await least('{"t":1795375783000000000,"ok":false,"status":0}')).toBe(0n)
  })
})

describe('clusters', () => {
  it('are never merged, although they have the same names', async () => {
    const one = life.map((line, id) => envelope(id, line, 'i1'))
    const other = life.map((line, id) => envelope(id, line, 'i2').replace('"c1"', '"c2"'))
    const { items } = await answerOf(inputs(one, other), { by: ['cluster', 'app'], resources: ['vcore'] })
    expect(items.map(({ by, lower }) => [by['cluster'], lower])).toEqual([
      ['c1', 20_000n],
      ['c2', 20_000n],
    ])
  })

  it('are named by --cluster where the dump does not', async () => {
    const [cluster] = await withLedger(inputs(life), ({ timeline }) => timeline.clusters, { cluster: 'prod' })
    expect(cluster).toBe('prod')
  })
})

describe('an event of another partition', () => {
  it('beginning within the same second is no other scheduler', async () => {
    const again = event(0.4, { type: 4, objectID: 'root', change: 2 })
    expect(await instancesOf([life[0]!, again, ...life.slice(1)])).toHaveLength(1)
  })
})
