// What is packed into a store says what the dumps say, to the integer, however they are spread over runs.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer } from '../../../../src/domain/usage/answer.ts'
import { listGhosts } from '../../../../src/domain/usage/ghosts.ts'
import { type UsageLedger } from '../../../../src/domain/usage/ledger.ts'
import type { DumpInput } from '../../../../src/ports/dump-source.ts'
import { QUESTION, withLedger } from '../../../support/usage/ledgers.ts'
import {
  batchLines,
  collect,
  envelopeLines,
  heartbeatLines,
  restLines,
  streamConnections,
} from '../../../support/usage/simulator/dumps.ts'
import { randomParams } from '../../../support/usage/simulator/params.ts'
import { simulate } from '../../../support/usage/simulator/simulate.ts'
import { compactInto, object, withDirectory, withStoredLedger } from '../../../support/usage/stores.ts'

/** All that the commands about usage say of a ledger, but for what is local to the reading. */
async function everything(ledger: UsageLedger): Promise<unknown> {
  const by = ['app', 'incarnation', 'queue', 'user', 'group', 'node', 'instanceType', 'namespace', 'cluster'] as const
  const whole = await answer(ledger, { ...QUESTION, by: [...by] })
  const hourly = await answer(ledger, { ...QUESTION, by: ['queue'], window: 'hour' })
  const idle = await answer(ledger, { ...QUESTION, by: ['node'], idle: true })
  const ghosts = await listGhosts(ledger, { withOpen: true })
  const sortedGhosts = ghosts.items.map((item) => JSON.stringify(item)).sort()
  return { whole, hourly, idle: idle.items, ghosts: { ...ghosts, items: sortedGhosts } }
}

async function computed(objects: readonly DumpInput[]): Promise<unknown> {
  return await withLedger(objects, everything, { wantUsers: true })
}

async function stored(runs: readonly (readonly DumpInput[])[], batchBytes?: number): Promise<unknown> {
  return await withDirectory(async (directory) => {
    for (const run of runs) await compactInto(directory, run, batchBytes === undefined ? {} : { batchBytes })
    return await withStoredLedger(directory, everything)
  })
}

/** Lines cut into objects at the places named, in the order of their names. */
function cut(name: string, lines: readonly string[], places: readonly number[]): DumpInput[] {
  const ends = [...new Set(places.map((place) => Math.floor(place * lines.length)))].sort((a, b) => a - b)
  return [...ends, lines.length]
    .map((end, index) => lines.slice(ends[index - 1] ?? 0, end))
    .map((part, index) =>
      object(`${name}-${String(index).padStart(3, '0')}.jsonl`, part.map((one) => `${one}\n`).join('')),
    )
}

describe('a store', () => {
  it('says what the dumps say, for every form of dump and any way to spread it over runs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 400 }),
        fc.constantFrom('stream', 'envelope', 'batch'),
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 5 }),
        fc.array(fc.nat({ max: 4 }), { minLength: 12, maxLength: 12 }),
        async (seed, form, places, assignment) => {
          const simulation = simulate(randomParams(seed))
          const polls = collect(simulation, { count: 400, capacity: 3000 })
          const events =
            form === 'stream'
              ? streamConnections(simulation).map((text, index) => object(`stream-${index}.jsonl`, text))
              : cut('events', form === 'batch' ? batchLines(polls) : envelopeLines(polls), places)
          fc.pre(events.length > 0)
          const objects = [
            ...events,
            ...cut('heartbeat', heartbeatLines(polls), places.slice(0, 1)),
            ...cut('rest', restLines(simulation), places.slice(1, 2)),
          ].filter(({ bytes }) => bytes! > 0)
          const runs = [0, 1, 2, 3, 4]
            .map((run) => objects.filter((_, index) => assignment[index % assignment.length] === run))
            .filter((run) => run.length > 0)
          const plain = [...objects].sort((a, b) => (a.name < b.name ? -1 : 1))
          expect(await stored(runs)).toEqual(await computed(plain))
        },
      ),
      { numRuns: 10 },
    )
  })
})
