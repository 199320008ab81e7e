/**
 * How soon a rollout that makes the operator fail twice as many applications is halted, and how often one that changes
 * nothing is. Simulated months with known truth; everything printed comes from one seed.
 *   node scripts/run-ts.mjs bench/rollout/run.ts [--seed 1] [--runs 300] [--json]
 */
import { parseArgs } from 'node:util'
import { rateGates } from '../../src/domain/rollout/gates/rates.ts'
import { DEFAULT_GATES } from '../../src/domain/rollout/file/rollout.ts'
import { judgeOutcomes } from '../../src/domain/rollout/gates/evaluate.ts'
import { binomialAtLeast, exactBounds } from '../../src/domain/rollout/statistics/exact.ts'
import { targetOf } from '../../src/domain/rollout/statistics/sequential.ts'
import { makeMonths } from '../../test/support/rollout/months.ts'

const RATES = [0.01, 0.02, 0.03, 0.04, 0.05, 0.06]
const MOST_FAILED = 30
const MOST_FINISHED = 500
const MISSED = 0.03

interface Halt {
  finished: number
  /** Failures by the operator until then, as they were recognised. */
  failed: number
}

function halted(seed: number, operatorRate: number, factor: number): Halt | undefined {
  const finishedSince = Math.max(2000, 2 * targetOf({ rateBefore: operatorRate, worseBy: 2 }))
  const world = { seed, operatorRate, factor, daysBefore: 84, finishedSince, perDay: 120, missed: MISSED }
  const { before, since, startedAt } = makeMonths(world)
  const evidence = {
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
  const alarms = rateGates(evidence).flatMap(({ figures }) => (figures['alarm'] as { finished: number } | null) ?? [])
  if (alarms.length === 0) return undefined
  const finished = Math.min(...alarms.map((alarm) => alarm.finished))
  const failed = since.slice(0, finished).filter(({ cause }) => cause?.origin === 'operator').length
  return { finished, failed }
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

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function rowOf(rate: number, runs: number, seed: number) {
  const seeds = Array.from({ length: runs }, (_, index) => seed * 1_000_003 + index * 2)
  const same = seeds.map((one) => halted(one, rate, 1))
  const doubled = seeds.map((one) => halted(one + 1, rate, 2))
  const alarms = same.filter((one) => one !== undefined).length
  const stops = doubled.filter((one) => one !== undefined)
  const inTime = stops.filter(({ failed, finished }) => failed <= MOST_FAILED || finished <= MOST_FINISHED)
  return {
    operatorRate: rate,
    runs,
    falseAlarms: alarms / runs,
    falseAlarmsAtMost: exactBounds(alarms, runs, 0.05).upper,
    haltedInTime: inTime.length / runs,
    haltedAtAll: stops.length / runs,
    medianFailed: median(stops.map(({ failed }) => failed)),
    medianFinished: median(stops.map(({ finished }) => finished)),
    bestPossible: bestPossible(rate),
  }
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
  },
})
const rows = RATES.map((rate) => rowOf(rate, Number(values.runs), Number(values.seed)))
if (values.json) process.stdout.write(`${JSON.stringify({ seed: Number(values.seed), rows }, null, 2)}\n`)
else {
  process.stdout.write(`seed ${values.seed}, ${values.runs} rollouts a figure\n\n`)
  process.stdout.write(
    '| failures by the operator before | doubled: halted by 30 of them or 500 finished | median failed, finished | at all | one look, known rate, at best | unchanged: false alarms |\n|---|---|---|---|---|---|\n',
  )
  for (const row of rows) {
    const cells = [
      percent(row.operatorRate),
      percent(row.haltedInTime),
      `${row.medianFailed}, ${row.medianFinished}`,
      percent(row.haltedAtAll),
      percent(row.bestPossible),
      percent(row.falseAlarms),
    ]
    process.stdout.write(`| ${cells.join(' | ')} |\n`)
  }
  const [alarms, all] = [rows.reduce((sum, row) => sum + row.falseAlarms * row.runs, 0), rows.length * rows[0]!.runs]
  const { upper } = exactBounds(Math.round(alarms), all, 0.05)
  process.stdout.write(
    `\nfalse alarms over all: ${Math.round(alarms)} of ${all}, below ${percent(upper)} with 95 % confidence\n`,
  )
}
