/** What must hold on recordings of the real YuniKorn core: every report is equal, or exactly explained. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { readSummaryLine } from '../../../../src/domain/usage/compare/summary-line.ts'
import { input, inputs, recordedLines } from '../../../support/usage/ledgers.ts'
import { type Compared, compared } from './compare-texts.ts'

function recording(name: string): { stream: string[]; summaries: string[] } {
  return {
    stream: recordedLines(`examples/${name}/stream.jsonl.gz`),
    summaries: recordedLines(`examples/${name}/summaries.log.gz`),
  }
}

describe('the recording without a restart', () => {
  const { stream, summaries } = recording('steady')
  let result: Compared
  beforeAll(async () => {
    result = await compared(inputs(stream), inputs(summaries))
  })

  it('equals all 191 reports, but for one second on a rounding edge and one driver taken for a placeholder', () => {
    expect(result.summary).toMatchObject({ total: 191, equal: 189, reconciled: 2, unexplained: 0 })
    const others = result.items.filter((item) => item.verdict !== 'equal')
    expect(others.map(({ application, cause, rounding, moved }) => ({ application, cause, rounding, moved }))).toEqual([
      {
        application: 'spark-0028-gang',
        cause: 'kind-split',
        rounding: [],
        moved: [{ allocation: '360f8d5f-dcf6-75c3-70de-043735c323f5', from: 'placeholder', to: 'used' }],
      },
      {
        application: 'spark-0127-gang',
        cause: 'rounding',
        rounding: [{ allocation: 'b56eb79d-214d-7bbc-4a99-c5141f89b883', kind: 'used', seconds: -1 }],
        moved: [],
      },
    ])
  })

  it('needs no rounding where no allocation is flagged as on an edge', () => {
    expect(result.items.filter((item) => item.rounding.length > 0 && item.onEdge === 0)).toEqual([])
    expect(result.items.filter((item) => item.onEdge === 0 && item.verdict !== 'equal').length).toBeLessThanOrEqual(1)
  })

  it('shows the same sums on both sides where it says equal', () => {
    for (const item of result.items.filter((one) => one.verdict === 'equal')) {
      expect(item.theirs).toEqual(item.ours)
      expect(item.forgottenPercent).toBeNull()
    }
  })

  it('tells of every application without a report why it has none', () => {
    expect(result.summary.withoutSummary).toEqual({
      'never-running': 10,
      'still-running': 10,
      removed: 3,
      rejected: 2,
    })
    expect(result.withoutSummary).toHaveLength(25)
  })

  it('says different of every report in which one number is another', async () => {
    const change = fc.array(
      fc.record({ number: fc.nat(), by: fc.bigInt({ min: 1n, max: 10n ** 15n }), down: fc.boolean() }),
      { minLength: summaries.length, maxLength: summaries.length },
    )
    await fc.assert(
      fc.asyncProperty(change, async (changes) => {
        const changed = summaries.map((line, n) => withOneNumberChanged(line, changes[n]!))
        const { items, summary } = await compared(inputs(stream), inputs(changed))
        expect(items.filter((item) => item.verdict !== 'different').map((item) => item.application)).toEqual([])
        expect(summary.unexplained).toBe(summaries.length)
      }),
      { numRuns: 4 },
    )
  })

  it('gives the same answer whatever the order of the log, with lines twice and other lines between', async () => {
    const log = [...summaries, ...summaries.slice(0, 50)].reverse().flatMap((line) => ['2026\tINFO\tother line', line])
    const again = await compared(inputs(stream), [input('scheduler.log', `${log.join('\n')}\n`, 4099)])
    const withoutPlace = (items: Compared['items']): unknown => items.map((item) => ({ ...item, place: '' }))
    expect(withoutPlace(again.items)).toEqual(withoutPlace(result.items))
  })
})

describe('the recording with a restart', () => {
  const { stream, summaries } = recording('restart')
  let result: Compared
  beforeAll(async () => {
    result = await compared(inputs(stream), inputs(summaries))
  })

  it('equals or explains all 146 reports, each for the span that its scheduler saw', () => {
    expect(result.summary).toMatchObject({ total: 146, equal: 127, explained: 19, unexplained: 0 })
    for (const item of result.items.filter((one) => one.verdict === 'explained')) {
      expect(item.cause).toBe('restart')
      if (item.moved.length === 0 && item.rounding.length === 0) expect(item.theirs).toEqual(item.oursOwnSpan)
    }
  })

  it('tells for every application that lived through the restart what part of it was forgotten', () => {
    const forgotten = result.items.filter((item) => item.forgottenPercent !== null)
    expect(forgotten).toHaveLength(19)
    expect(result.summary.forgotten).toMatchObject({ applications: 19, worst: { application: 'long-0' } })
    for (const item of forgotten) {
      expect(item.forgottenPercent).toBeGreaterThanOrEqual(0)
      expect(item.forgottenPercent).toBeLessThan(100)
      if (item.oursUpper === undefined) expect(item.forgottenPercentUpper! - item.forgottenPercent!).toBeLessThan(0.02)
    }
    const longest = forgotten.filter((item) => item.application.startsWith('long-'))
    expect(longest.map((item) => item.forgottenPercent! > 80)).toEqual([true, true, true, true, true])
  })

  it('counts what died with the scheduler apart', () => {
    expect(result.summary.withoutSummary).toMatchObject({ 'died-with-scheduler': 24, removed: 3, rejected: 1 })
    expect(result.summary.withoutSummary.missing).toBeUndefined()
  })

  it('says different of a report after the restart that claims to have seen the time before it', async () => {
    const line = summaries.find((one) => one.includes('ApplicationID: long-0,'))!
    const whole = result.items.find((item) => item.application === 'long-0')!.ours!.used['vcore']!
    const own = readSummaryLine(line)!.usage.used.get('vcore')!
    const claimed = line.replace(/vcore=(\d+)/, (_, amount: string) => `vcore=${BigInt(amount) + whole - own}`)
    const { items } = await compared(inputs(stream), inputs([claimed]))
    expect(items).toMatchObject([{ verdict: 'different', application: 'long-0' }])
  })
})

/** Changes one amount; where nothing was used at all there is none to change, so one is added. */
function withOneNumberChanged(
  line: string,
  { number, by, down }: { number: number; by: bigint; down: boolean },
): string {
  const count = line.match(/=(\d+)/g)?.length ?? 0
  if (count === 0)
    return line.replace('ResourceUsage: TrackedResource{', `ResourceUsage: TrackedResource{UNKNOWN:vcore=${by}`)
  let seen = 0
  return line.replace(/=(\d+)/g, (_, amount: string) => {
    const hit = seen++ === number % count
    return `=${hit ? BigInt(amount) + (down ? -by : by) : amount}`
  })
}
