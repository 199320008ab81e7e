/** The promise of the gates, on months with known truth: what bench/rollout prints in full, in small. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_GATES } from '../../../src/domain/rollout/file/rollout.ts'
import { judgeOutcomes } from '../../../src/domain/rollout/gates/evaluate.ts'
import { rateGates } from '../../../src/domain/rollout/gates/rates.ts'
import { makeMonths } from '../../support/rollout/months.ts'

interface Alarm {
  finished: number
  failed: number
}

function alarmsOf(seed: number, factor: number): Alarm[] {
  const world = { operatorRate: 0.06, daysBefore: 84, finishedSince: 1000, perDay: 120, missed: 0.03 }
  const { before, since, startedAt } = makeMonths({ seed, factor, ...world })
  const gates = rateGates({
    ...{
      now: startedAt,
      startedAt,
      soakMs: 0,
      settings: DEFAULT_GATES,
      before,
      leftovers: [],
      unseen: [],
      usage: null,
    },
    since: judgeOutcomes(before, since),
    vitals: { atStart: null, now: null },
  })
  return gates.flatMap(({ figures }) => (figures['alarm'] as Alarm | null) ?? [])
}

const seeds = Array.from({ length: 40 }, (_, index) => 100 + index)

describe('a rollout on simulated months', () => {
  it('is halted within 30 failures by the operator or 500 applications where these have doubled', () => {
    const inTime = seeds.filter((seed) =>
      alarmsOf(seed, 2).some(({ finished, failed }) => failed <= 30 || finished <= 500),
    )
    expect(inTime.length).toBeGreaterThanOrEqual(36)
  })

  it('is left alone where nothing changed', () => {
    expect(seeds.filter((seed) => alarmsOf(seed, 1).length > 0).length).toBeLessThanOrEqual(1)
  })
})
