/** A question about some time reads some of a dump, and answers as if it had read all of it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer } from '../../../../src/domain/usage/answer.ts'
import { buildLedger, type UsageLedger } from '../../../../src/domain/usage/ledger.ts'
import { readEnough, type ReadShare } from '../../../../src/domain/usage/pruning/read-enough.ts'
import type { Question } from '../../../../src/domain/usage/question.ts'
import { openFactStore } from '../../../../src/adapters/duckdb/fact-store.ts'
import type { DumpInput } from '../../../../src/ports/dump-source.ts'
import { answerOf, input, LEDGER_OPTIONS, QUESTION } from '../../../support/usage/ledgers.ts'
import { collect, envelopeLines, heartbeatLines, restLines } from '../../../support/usage/simulator/dumps.ts'
import { EVERYTHING, paramsOf } from '../../../support/usage/simulator/params.ts'
import { simulate, type Simulation } from '../../../support/usage/simulator/simulate.ts'
import { wall } from '../../../support/usage/simulator/time.ts'

const SECOND = 1_000_000_000n
const MARGIN = 20n * SECOND
const TIME = /"(?:recv|t)":(\d{19})/

/** Listings of all pods, as our collector keeps them, every so many seconds. */
function podLines({ pods, instances, end }: Simulation, every = 15n): string[] {
  const lines: string[] = []
  const iso = (at: bigint): string => `${new Date(Number(at / 1_000_000n)).toISOString().slice(0, 19)}Z`
  for (let t = instances[0]!.started; t < end; t += every * SECOND) {
    const items = pods
      .filter(({ created, gone }) => wall(created) <= t && (gone === null || wall(gone) > t))
      .map(({ uid, name, bound, ended, lost, node }) => {
        const hasEnded = ended !== null && !lost && wall(ended) <= t
        const phase = hasEnded ? 'Succeeded' : bound !== null && wall(bound) <= t ? 'Running' : 'Pending'
        const containerStatuses = hasEnded
          ? [{ state: { terminated: { finishedAt: iso(wall(ended)) } } }]
          : [{ state: {} }]
        return {
          metadata: { uid, name, namespace: 'n' },
          spec: { nodeName: node },
          status: { phase, containerStatuses },
        }
      })
    lines.push(
      `{"t":${t},"path":"/api/v1/pods","status":200,"body":${JSON.stringify({ kind: 'PodList', metadata: {}, items })}}`,
    )
  }
  return lines
}

/** The lines as objects of a bucket, one a minute by when they came, some later than that. */
function objectsOf(lines: readonly string[], late: (index: number) => bigint): DumpInput[] {
  const byMinute = new Map<string, string[]>()
  for (const [index, line] of lines.entries()) {
    const at = BigInt(TIME.exec(line)![1]!) + late(index)
    const iso = new Date(Number(at / 1_000_000n)).toISOString()
    const name = `s3://b/yk/${iso.slice(0, 16).replace(/[-T:]/g, '/')}/00-object`
    byMinute.set(name, [...(byMinute.get(name) ?? []), line])
  }
  return [...byMinute]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, some]) => ({ ...input(name, `${some.join('\n')}\n`), named: false, below: name.slice(8) }))
}

async function pruned(
  inputs: readonly DumpInput[],
  question: Question,
  lookback?: bigint,
): Promise<{ items: unknown; share: ReadShare }> {
  const open = async (some: readonly DumpInput[]): Promise<{ ledger: UsageLedger; close: () => Promise<void> }> => {
    const store = await openFactStore({ memory: '256MB', threads: 1 })
    try {
      return {
        ledger: await buildLedger(some, { store }, LEDGER_OPTIONS, () => undefined),
        close: () => store.close(),
      }
    } catch (error) {
      await store.close()
      throw error
    }
  }
  return await readEnough(inputs, { question, margin: MARGIN, lookback }, open, async (ledger, share) => ({
    items: (await answer(ledger, question)).items,
    share,
  }))
}

function dump(
  seed: number,
  outages: readonly { at: number; down: number }[],
  late: number,
): { inputs: DumpInput[]; begin: bigint } {
  const simulation = simulate(
    paramsOf({ seed, apps: 45, duration: 900, maxEvents: 30_000, outages, rest: true, features: EVERYTHING }),
  )
  const polls = collect(simulation, {})
  const lines = [...envelopeLines(polls), ...heartbeatLines(polls), ...restLines(simulation), ...podLines(simulation)]
  return {
    inputs: objectsOf(lines, (index) => BigInt(late === 0 ? 0 : (index * 7919) % late) * SECOND),
    begin: simulation.instances[0]!.started,
  }
}

describe('reading enough for a question', () => {
  it('answers as all of it would, wherever objects, restarts, late data and the time asked for fall', async () => {
    let less = 0
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer({ min: 1, max: 60 }),
          from: fc.integer({ min: 0, max: 850 }),
          length: fc.integer({ min: 1, max: 300 }),
          open: fc.constantFrom<'none' | 'from' | 'to'>('none', 'none', 'none', 'from', 'to'),
          outage: fc.option(
            fc.record({ at: fc.integer({ min: 60, max: 800 }), down: fc.integer({ min: 1, max: 20 }) }),
          ),
          late: fc.constantFrom(0, 15),
          by: fc.constantFrom<Question['by']>(['app'], ['queue'], ['node'], []),
        }),
        async ({ seed, from, length, open, outage, late, by }) => {
          const { inputs, begin } = dump(seed, outage === null ? [] : [outage], late)
          const question: Question = {
            ...QUESTION,
            by,
            from: open === 'from' ? undefined : begin + BigInt(from) * SECOND,
            to: open === 'to' ? undefined : begin + BigInt(from + length) * SECOND,
          }
          const { items, share } = await pruned(inputs, question)
          expect(items).toEqual((await answerOf(inputs, question)).items)
          if (share.read < share.of) less++
        },
      ),
      { numRuns: Number(process.env['SPARKOPS_RUNS'] ?? 15), seed: 7 },
    )
    expect(less).toBeGreaterThan(2)
  }, 600_000)
})
