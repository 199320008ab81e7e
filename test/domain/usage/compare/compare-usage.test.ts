/** Single causes, each on a dump of a few allocations. */
import { describe, expect, it } from 'vitest'
import { SparkopsError } from '../../../../src/domain/errors.ts'
import { input, inputs } from '../../../support/usage/ledgers.ts'
import { compared } from './compare-texts.ts'
import { smallDump, summaryLine, uid } from './small-dump.ts'

const EXECUTOR = { vcore: 1000n, memory: 1024n, pods: 1n }

describe('a comparison', () => {
  it('is equal when the whole seconds of every allocation add up to the report', async () => {
    const dump = smallDump([
      {
        name: 'app',
        over: 100,
        allocations: [
          { key: uid(1), from: 10, to: 20.5, resources: EXECUTOR },
          { key: uid(2), from: 10, to: 30.75, resources: EXECUTOR },
        ],
      },
    ])
    const log = [summaryLine('app', 100, { used: { vcore: 30_000, memory: 30_720, pods: 30 } })]
    const { items } = await compared(inputs(dump), inputs(log))
    expect(items).toMatchObject([{ verdict: 'equal', cause: 'none', onEdge: 0, rounding: [] }])
  })

  it('is reconciled by the allocation on a rounding edge, in either direction', async () => {
    const allocations = [
      { key: uid(1), from: 10, to: 20.001, resources: EXECUTOR },
      { key: uid(2), from: 10, to: 29.998, resources: { ...EXECUTOR, vcore: 500n } },
      { key: uid(3), from: 10, to: 30.5, resources: EXECUTOR },
    ]
    const dump = smallDump([{ name: 'app', over: 100, allocations }])
    const log = [summaryLine('app', 100, { used: { vcore: 39_000, memory: 49 * 1024, pods: 49 } })]
    const { items } = await compared(inputs(dump), inputs(log))
    expect(items).toMatchObject([
      {
        verdict: 'reconciled',
        cause: 'rounding',
        rounding: [
          { allocation: uid(1), seconds: -1 },
          { allocation: uid(2), seconds: 1 },
        ],
      },
    ])
  })

  it('is ambiguous, and no finding, when either of two equal allocations on an edge would do', async () => {
    const on = (n: number): { key: string; from: number; to: number; resources: typeof EXECUTOR } => ({
      key: uid(n),
      from: 10,
      to: 20.001,
      resources: EXECUTOR,
    })
    const dump = smallDump([{ name: 'app', over: 100, allocations: [on(1), on(2)] }])
    const log = [summaryLine('app', 100, { used: { vcore: 19_000, memory: 19 * 1024, pods: 19 } })]
    const { items, summary } = await compared(inputs(dump), inputs(log))
    expect(items).toMatchObject([{ verdict: 'ambiguous', choices: 2 }])
    expect(summary).toMatchObject({ ambiguous: 1, unexplained: 0 })
  })

  it('is different when a second is missing that lies on no edge, and equal again with a wider one', async () => {
    const dump = smallDump([
      { name: 'app', over: 100, allocations: [{ key: uid(1), from: 10, to: 20.009, resources: EXECUTOR }] },
    ])
    const log = [summaryLine('app', 100, { used: { vcore: 9000, memory: 9 * 1024, pods: 9 } })]
    const strict = await compared(inputs(dump), inputs(log))
    expect(strict.items).toMatchObject([
      { verdict: 'different', cause: 'unexplained', difference: { used: { pods: -1n } } },
    ])
    expect(strict.summary).toMatchObject({ unexplained: 1, findings: ['app'] })
    const wide = await compared(inputs(dump), inputs(log), { epsilon: 10_000_000n })
    expect(wide.items).toMatchObject([{ verdict: 'reconciled' }])
  })

  it('explains sums beyond 64 bits, and reproduces them when asked', async () => {
    const huge = { memory: 2n ** 50n, pods: 1n }
    const dump = smallDump([
      { name: 'app', over: 9500, allocations: [{ key: uid(1), from: 10, to: 9010.5, resources: huge }] },
    ])
    const truth = 2n ** 50n * 9000n
    const log = [summaryLine('app', 9500, { used: { memory: BigInt.asIntN(64, truth), pods: 9000 } })]
    const plain = await compared(inputs(dump), inputs(log))
    expect(plain.items).toMatchObject([{ verdict: 'explained', cause: 'overflow', ours: { used: { memory: truth } } }])
    const wrapped = await compared(inputs(dump), inputs(log), { wrap: true })
    expect(wrapped.items).toMatchObject([{ verdict: 'equal', ours: { used: { memory: BigInt.asIntN(64, truth) } } }])
    expect(wrapped.items[0]!.ours).toEqual(wrapped.items[0]!.theirs)
  })

  it('is different, with their numbers, for an application that the dump does not know', async () => {
    const dump = smallDump([
      { name: 'app', over: 100, allocations: [{ key: uid(1), from: 10, to: 20.5, resources: EXECUTOR }] },
    ])
    const log = [summaryLine('other', 100, { used: { vcore: 5 } })]
    const { items, summary, withoutSummary } = await compared(inputs(dump), inputs(log))
    expect(items).toMatchObject([
      {
        application: 'other',
        verdict: 'different',
        cause: 'unknown-application',
        ours: null,
        theirs: { used: { vcore: 5n } },
      },
    ])
    expect(items[0]!.why).toBe('the dump knows no run of it that ended then')
    expect(summary.unexplained).toBe(1)
    expect(withoutSummary).toMatchObject([{ application: 'app', reason: 'missing' }])
  })

  it('says of an application it does not know when the dump does not cover its time', async () => {
    const dump = smallDump([{ name: 'app', allocations: [{ key: uid(1), from: 10, resources: EXECUTOR }] }])
    const { items } = await compared(inputs(dump), inputs([summaryLine('other', 20_000, { used: { vcore: 5 } })]))
    expect(items).toMatchObject([{ verdict: 'different', why: 'not in the dump, which does not cover that time' }])
  })

  it('tells two runs under one id apart by when they ended', async () => {
    const run = (n: number, from: number, over: number, seconds: number) => ({
      name: 'again',
      over,
      allocations: [{ key: uid(n), from, to: from + seconds + 0.5, resources: EXECUTOR }],
    })
    const dump = smallDump([run(1, 10, 100, 20), run(2, 210, 300, 30)])
    const sums = (seconds: number) => ({ used: { vcore: seconds * 1000, memory: seconds * 1024, pods: seconds } })
    const log = [summaryLine('again', 300, sums(30)), summaryLine('again', 100, sums(20))]
    const { summary } = await compared(inputs(dump), inputs(log))
    expect(summary).toMatchObject({ total: 2, equal: 2, withoutSummary: {} })
  })

  it('explains what the dump does not hold, but only if it adds to what it holds', async () => {
    const dump = smallDump([
      {
        name: 'app',
        over: 100,
        allocations: [
          { key: uid(1), from: 10, to: 40.5, resources: EXECUTOR },
          { key: uid(2), from: 12, to: 60.5, resources: EXECUTOR },
        ],
      },
    ])
    // The collector came late: the beginning of the first allocation and of the application was not seen.
    const late = dump.filter((line) => Number(/"timestampNano":(\d{10})/.exec(line)?.[1]) >= 1_795_375_011)
    const sums = (seconds: number) => ({ used: { vcore: seconds * 1000, memory: seconds * 1024, pods: seconds } })
    const whole = await compared(inputs(late), inputs([summaryLine('app', 100, sums(78))]))
    expect(whole.items).toMatchObject([{ verdict: 'explained', cause: 'outside-dump' }])
    const less = await compared(inputs(late), inputs([summaryLine('app', 100, sums(40))]))
    expect(less.items).toMatchObject([{ verdict: 'different' }])
  })

  it('says when there is nothing to compare with', async () => {
    const dump = inputs(smallDump([{ name: 'app', allocations: [{ key: uid(1), from: 1, resources: EXECUTOR }] }]))
    await expect(compared(dump, [])).rejects.toMatchObject({ code: 'SO_NOTHING_TO_COMPARE', exit: 'data' })
    await expect(compared(dump, [input('empty.log', '')])).rejects.toMatchObject({
      code: 'SO_NO_SUMMARY',
      exit: 'data',
    })
  })
})

describe('the log of a scheduler', () => {
  const dump = smallDump([
    { name: 'app', over: 100, allocations: [{ key: uid(1), from: 10, to: 20.5, resources: EXECUTOR }] },
  ])
  const good = summaryLine('app', 100, { used: { vcore: 10_000, memory: 10_240, pods: 10 } })

  it('may be cut off in its last line, which is left out and told', async () => {
    const { summary } = await compared(inputs(dump), [input('s.log', `${good}\n${good.slice(0, 300)}`)])
    expect(summary).toMatchObject({ total: 1, equal: 1, input: { cut: ['s.log'] } })
  })

  it('is refused with file and line when a summary in it is broken, unless told to be lenient', async () => {
    const broken = `other\n${good.replace('vcore=', 'vcore~')}\n${good}\n`
    const error = await compared(inputs(dump), [input('s.log', broken)]).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(SparkopsError)
    expect(error).toMatchObject({ code: 'SO_BROKEN_SUMMARY', exit: 'data' })
    expect((error as SparkopsError).message).toContain('s.log:2')
    const { summary } = await compared(inputs(dump), [input('s.log', broken)], { lenient: true })
    expect(summary).toMatchObject({ equal: 1, input: { brokenCount: 1, broken: [{ file: 's.log', line: 2 }] } })
  })

  it('may have line ends of Windows, and come in chunks of any size', async () => {
    const { summary } = await compared(inputs(dump), [input('s.log', `first\r\n${good}\r\nlast\r\n`, 7)])
    expect(summary).toMatchObject({ total: 1, equal: 1 })
  })
})
