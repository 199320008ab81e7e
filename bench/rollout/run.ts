/**
 * How soon a rollout that makes the operator fail twice as many applications is halted, and how often one that changes
 * nothing is. Simulated months with known truth; everything printed comes from one seed.
 *   node scripts/run-ts.mjs bench/rollout/run.ts [--seed 1] [--runs 300] [--json]
 *
 * Told apart are the gates that halt (the two of rates), and all that failures decide: with them the one that asks for
 * no failure by the operator that its job did not have before, which stands in the way of the promotion.
 */
import { parseArgs } from 'node:util'
import { DEFAULT_GATES } from '../../src/domain/rollout/file/rollout.ts'
import { judgeOutcomes } from '../../src/domain/rollout/gates/evaluate.ts'
import type { GateEvidence } from '../../src/domain/rollout/gates/gate.ts'
import { operatorFailuresGate } from '../../src/domain/rollout/gates/plain.ts'
import { rateGates } from '../../src/domain/rollout/gates/rates.ts'
import { binomialAtLeast, exactBounds } from '../../src/domain/rollout/statistics/exact.ts'
import { targetOf } from '../../src/domain/rollout/statistics/sequential.ts'
import { makeMonths, type World } from '../../test/support/rollout/months.ts'

const RATES = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06]
/** Of an operator that failed nothing before: how many it fails since. */
const RATES_FROM_NOUGHT = [0.002, 0.005, 0.01, 0.02]
const MOST_FAILED = 30
const MOST_FINISHED = 500
const MISSED = 0.03

interface Stop {
  finished: number
  /** Failures by the operator until then, as they were recognised. */
  failed: number
}

interface Course {
  /** When a gate of rates halted it. */
  halted: Stop | undefined
  /** When the first gate of all that failures decide did not hold. */
  stopped: Stop | undefined
}

function follow(change: Pick<World, 'seed' | 'operatorRate'> & Partial<World>): Course {
  const finishedSince = Math.max(2000, 2 * targetOf({ rateBefore: change.operatorRate || 0.01, worseBy: 2 }))
  const world = { factor: 1, daysBefore: 84, finishedSince, perDay: 120, missed: MISSED, ...change }
  const { before, since, startedAt } = makeMonths(world)
  const evidence: GateEvidence = {
    now: startedAt,
    startedAt,
    soakMs: 0,
    settings: DEFAULT_GATES,
    before,
    since: judgeOutcomes(before, since),
    leftovers: [],
    unseen: [],
    vitals: { atStart: null, now: null },
    usage: null,
  }
  const stopAt = (finished: number): Stop => ({
    finished,
    failed: since.slice(0, finished).filter(({ cause }) => cause?.origin === 'operator').length,
  })
  const alarms = rateGates(evidence).flatMap(({ figures }) => (figures['alarm'] as { finished: number } | null) ?? [])
  const rates = alarms.map(({ finished }) => finished)
  const cause = firstFailing(evidence)
  const all = cause === undefined ? rates : [...rates, cause]
  return {
    halted: rates.length === 0 ? undefined : stopAt(Math.min(...rates)),
    stopped: all.length === 0 ? undefined : stopAt(Math.min(...all)),
  }
}

/** After how many applications the gate of causes fails; once it does, it stays so. */
function firstFailing(evidence: GateEvidence): number | undefined {
  const failsAfter = (count: number): boolean =>
    operatorFailuresGate({ ...evidence, since: evidence.since.slice(0, count) }).state === 'fails'
  let [low, high] = [0, evidence.since.length]
  if (!failsAfter(high)) return undefined
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (failsAfter(middle)) high = middle
    else low = middle
  }
  return high
}

/** What the best test of all could do that looks once, after so many applications, knowing the rate exactly. */
function bestPossible(rate: number): number {
  const n = targetOf({ rateBefore: rate, worseBy: 2 })
  let at = 0
  while (binomialAtLeast(at, n, rate) > DEFAULT_GATES.failureRate!.falseAlarms) at += 1
  return binomialAtLeast(at, n, 2 * rate)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Shares of courses: how many stopped in time, and at all; and by when half of those had. */
function sumUp(stops: readonly (Stop | undefined)[]) {
  const found = stops.filter((one) => one !== undefined)
  const inTime = found.filter(({ failed, finished }) => failed <= MOST_FAILED || finished <= MOST_FINISHED)
  return {
    inTime: inTime.length / stops.length,
    atAll: found.length / stops.length,
    medianFailed: median(found.map(({ failed }) => failed)),
    medianFinished: median(found.map(({ finished }) => finished)),
  }
}

type Sums = ReturnType<typeof sumUp>

function rowOf(rate: number, runs: number, seed: number) {
  const seeds = Array.from({ length: runs }, (_, index) => seed * 1_000_003 + index * 2)
  const same = seeds.map((one) => follow({ seed: one, operatorRate: rate }))
  const doubled = seeds.map((one) => follow({ seed: one + 1, operatorRate: rate, factor: 2 }))
  return {
    operatorRate: rate,
    runs,
    bestPossible: bestPossible(rate),
    doubled: {
      halted: sumUp(doubled.map(({ halted }) => halted)),
      stopped: sumUp(doubled.map(({ stopped }) => stopped)),
    },
    unchanged: { halted: sumUp(same.map(({ halted }) => halted)), stopped: sumUp(same.map(({ stopped }) => stopped)) },
  }
}

function rowFromNought(rate: number, runs: number, seed: number) {
  const seeds = Array.from({ length: runs }, (_, index) => seed * 1_000_003 + index)
  const courses = seeds.map((one) => follow({ seed: one, operatorRate: 0, operatorRateSince: rate }))
  return {
    operatorRate: rate,
    runs,
    halted: sumUp(courses.map(({ halted }) => halted)),
    stopped: sumUp(courses.map(({ stopped }) => stopped)),
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const medianOf = ({ atAll, medianFailed, medianFinished }: Sums): string =>
  atAll === 0 ? '' : `${medianFailed}, ${medianFinished}`
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
  },
})
const [runs, seed] = [Number(values.runs), Number(values.seed)]
const rows = RATES.map((rate) => rowOf(rate, runs, seed))
const fromNought = RATES_FROM_NOUGHT.map((rate) => rowFromNought(rate, runs, seed))
const unchanged = sumUp(
  Array.from({ length: runs }, (_, index) => follow({ seed: seed * 1_000_003 + index, operatorRate: 0 }).stopped),
)
const alarms = Math.round(rows.reduce((sum, row) => sum + row.unchanged.halted.atAll * runs, 0))
const { upper } = exactBounds(alarms, rows.length * runs, 0.05)

if (values.json) {
  const falseAlarms = { found: alarms, of: rows.length * runs, atMost: upper }
  process.stdout.write(`${JSON.stringify({ seed, falseAlarms, rows, fromNought, unchanged }, null, 2)}\n`)
} else {
  const out = (text: string): void => void process.stdout.write(text)
  out(`seed ${seed}, ${runs} rollouts a figure\n\n`)
  out('| failures by the operator before | doubled: halted by 30 of them or 500 finished | median failed, finished ')
  out('| at all | one look, known rate, at best | unchanged: false alarms |\n|---|---|---|---|---|---|\n')
  for (const { operatorRate, doubled, unchanged: same, bestPossible: best } of rows) {
    const { halted } = doubled
    const shares = [percent(halted.atAll), percent(best), percent(same.halted.atAll)]
    out(line([percent(operatorRate), percent(halted.inTime), medianOf(halted), ...shares]))
  }
  out(`\nfalse alarms over all: ${alarms} of ${rows.length * runs}, below ${percent(upper)} with 95 % confidence\n\n`)
  out('| all gates that failures decide; before | doubled: one fails by 30 or 500 | median failed, finished ')
  out('| unchanged: one fails, ever |\n|---|---|---|---|\n')
  for (const { operatorRate, doubled, unchanged: same } of rows) {
    const { stopped } = doubled
    out(line([percent(operatorRate), percent(stopped.inTime), medianOf(stopped), percent(same.stopped.atAll)]))
  }
  out('\n| none before; failures by the operator since | one fails by 30 or 500 | median failed, finished ')
  out('| halted by 30 or 500 | median failed, finished |\n|---|---|---|---|---|\n')
  for (const { operatorRate, stopped, halted } of fromNought) {
    const cells = [percent(stopped.inTime), medianOf(stopped), percent(halted.inTime), medianOf(halted)]
    out(line([percent(operatorRate), ...cells]))
  }
  out(line(['0.0 %', percent(unchanged.inTime), medianOf(unchanged), '', '']))
}
