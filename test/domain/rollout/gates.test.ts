/** Gates: what each says, in which state, and that nothing unseen is ever taken for good. */
import { describe, expect, it } from 'vitest'
import { DEFAULT_GATES, type GateSettings } from '../../../src/domain/rollout/file/rollout.ts'
import { evaluateGates, judgeOutcomes, verdictOf } from '../../../src/domain/rollout/gates/evaluate.ts'
import type { GateEvidence, GateResult } from '../../../src/domain/rollout/gates/gate.ts'
import type { Outcome } from '../../../src/domain/rollout/observe/outcome.ts'
import { usageFiguresOf } from '../../../src/domain/rollout/gates/usage-figures.ts'
import { changeOf, type Counter, type Vitals } from '../../../src/domain/rollout/observe/vitals.ts'
import { makeMonths } from '../../support/rollout/months.ts'

const WORLD = { seed: 5, operatorRate: 0, factor: 1, daysBefore: 28, finishedSince: 400, perDay: 100, missed: 0 }
const counter = (sources: Record<string, number>, rest: Partial<Counter> = {}): Counter => ({
  sources,
  newSource: 'counts',
  unseen: null,
  nothing: null,
  ...rest,
})
const vitals = (restarts: Counter, rest: Partial<Vitals['counters']> = {}): Vitals => ({
  at: '2026-07-01T00:00:00Z',
  counters: {
    operatorRestarts: restarts,
    leaderChanges: counter({}, { nothing: 'leader election is off' }),
    reconcileErrors: counter({ pod: 1 }),
    webhookRefusals: counter({ api: 4 }),
    apiThrottling: counter({ api: 2 }),
    ...rest,
  },
})

function evidence(change: Partial<GateEvidence> = {}, settings: Partial<GateSettings> = {}): GateEvidence {
  const { before, since, startedAt } = makeMonths(WORLD)
  const same = vitals(counter({ 'pod a': 0 }))
  const sorted = change.since ?? judgeOutcomes(before, since)
  return {
    now: startedAt + 8 * 86_400_000,
    startedAt,
    soakMs: 7 * 86_400_000,
    settings: { ...DEFAULT_GATES, usage: null, ...settings },
    before,
    leftovers: [],
    unseen: [],
    vitals: { atStart: same, now: same },
    usage: null,
    ...change,
    since: sorted,
  }
}

const gateOf = (gates: readonly GateResult[], name: string): GateResult => gates.find(({ gate }) => gate === name)!
const ask = (name: string, change: Partial<GateEvidence> = {}, settings: Partial<GateSettings> = {}): GateResult =>
  gateOf(evaluateGates(evidence(change, settings)), name)

function failed(origin: 'operator' | 'job' | 'undecided', change: Partial<Outcome> = {}): Outcome {
  const { since } = makeMonths(WORLD)
  const cause = { rule: 'F01', class: 'webhook' as const, origin, reason: 'the webhook was down', evidence: [] }
  return { ...since[0]!, uid: 'x', name: 'etl-1', completed: false, cause, ...change }
}

describe('gates', () => {
  it('all hold after a week in which nothing went wrong, and each says so in words', () => {
    const gates = evaluateGates(evidence())
    expect(gates.map(({ gate, state }) => [gate, state]).filter(([, state]) => state !== 'holds')).toEqual([
      ['usage', 'off'],
    ])
    expect(verdictOf(gates)).toBe('open')
    for (const { reason } of gates) expect(reason).toMatch(/^[A-Z0-9t].{10,}/)
  })

  it('wait for time and for applications', () => {
    const early = evidence({ now: makeMonths(WORLD).startedAt + 3_600_000, since: [] })
    const gates = evaluateGates(early)
    expect(gateOf(gates, 'soak')).toMatchObject({
      state: 'waits',
      reason: expect.stringContaining('6 d 23 h are left') as unknown,
    })
    expect(gateOf(gates, 'completed').state).toBe('waits')
    expect(gateOf(gates, 'operatorFailureRate').state).toBe('waits')
    expect(verdictOf(gates)).toBe('waiting')
  })

  it('are unseen, never held, where nothing was there to look at', () => {
    const gates = evaluateGates(
      evidence(
        { before: [], vitals: { atStart: null, now: null }, unseen: ['pods in namespace jobs'] },
        { usage: { within: 0.2 } },
      ),
    )
    const held = gates.filter(({ state }) => state === 'holds').map(({ gate }) => gate)
    expect(held.sort()).toEqual(['completed', 'operatorFailures', 'soak'])
    expect(verdictOf(gates)).toBe('unseen')
  })

  it('halt where failures by the operator come twice as often as before', () => {
    const world = { ...WORLD, operatorRate: 0.06, factor: 2, finishedSince: 800, daysBefore: 84 }
    const { before, since } = makeMonths(world)
    const rate = ask('operatorFailureRate', { before, since: judgeOutcomes(before, since) })
    expect(rate).toMatchObject({ state: 'fails', halts: true })
    expect(rate.reason).toMatch(/\d+ of 800 are failures caused by the operator; as before the start, \d+\.\d would be/)
  })

  it('count a failure by the operator unless the job failed so before', () => {
    const { before, since } = makeMonths(WORLD)
    const one = failed('operator')
    const news = judgeOutcomes(before, [...since, one])
    expect(ask('operatorFailures', { since: news })).toMatchObject({
      state: 'fails',
      halts: false,
      reason: expect.stringContaining('The first: jobs/etl-1, the webhook was down') as unknown,
    })
    const again = [...before, failed('operator')]
    expect(ask('operatorFailures', { before: again, since: judgeOutcomes(again, [...since, one]) })).toMatchObject({
      state: 'holds',
      reason: expect.stringContaining('1 more failed so before') as unknown,
    })
  })

  it('do not decide where nobody can say who caused a failure that is new', () => {
    const { before, since } = makeMonths(WORLD)
    const found = ask('operatorFailures', { since: judgeOutcomes(before, [...since, failed('undecided')]) })
    expect(found).toMatchObject({
      state: 'unseen',
      reason: expect.stringContaining('the operator may have') as unknown,
    })
  })

  it('leave out of rates what a schedule keeps, and say how many', () => {
    const { before, since } = makeMonths(WORLD)
    const kept = before.map((one) => ({ ...one, counts: false }))
    const found = ask('failureRate', { before: kept, since: judgeOutcomes(kept, since) })
    expect(found).toMatchObject({ state: 'unseen', reason: expect.stringContaining('2') as unknown })
    expect(found.reason).toMatch(/are left out/)
  })

  it('find slower submissions only where that is no chance', () => {
    const { before, since } = makeMonths(WORLD)
    const slow = (count: number) =>
      judgeOutcomes(before, since).map((one, index) => (index < count ? { ...one, latencyMs: 120_000 } : one))
    expect(ask('submissionLatency', { since: slow(1).slice(0, 20) }).state).not.toBe('fails')
    expect(ask('submissionLatency', { since: slow(300) }).state).toBe('fails')
    expect(ask('submissionLatency', { since: slow(0).slice(0, 5) }).state).toBe('waits')
    const gone = before.map((one) => ({ ...one, latencyMs: null }))
    expect(ask('submissionLatency', { before: gone }).state).toBe('unseen')
  })

  it('halt for two drivers of one application; what waits for the cluster is told and not counted', () => {
    const leftover = { object: 'jobs/etl', reason: 'two drivers' }
    expect(ask('leftovers', { leftovers: [{ kind: 'duplicate', origin: 'operator', ...leftover }] })).toMatchObject({
      state: 'fails',
      halts: true,
    })
    expect(ask('leftovers', { leftovers: [{ kind: 'stuck', origin: 'platform', ...leftover }] })).toMatchObject({
      state: 'holds',
      reason: expect.stringContaining('1 wait for the cluster') as unknown,
    })
    expect(ask('leftovers', { leftovers: [{ kind: 'stuck', origin: 'undecided', ...leftover }] }).state).toBe('fails')
  })

  describe('of usage', () => {
    const [before, since] = [makeMonths(WORLD), makeMonths({ ...WORLD, seed: 6 })].map(({ since: all }, half) =>
      all.map((one) => ({ ...one, schedulerId: `spark-${half}-${one.uid}` })),
    ) as [Outcome[], Outcome[]]
    const completed = since.filter((one) => one.completed).length
    type Use = { lower: number; upper: number | null }
    /** What a dump makes of it: a job's applications used as much as its name is long, and since then as `of` says. */
    const judge = (of: (usual: number) => Use, told: readonly Outcome[] = [...before, ...since]): GateResult => {
      const useOf = ({ job, schedulerId }: Outcome): Use => {
        const usual = 100 * job.length ** 3
        return schedulerId!.startsWith('spark-1-') ? of(usual) : { lower: usual, upper: usual }
      }
      const applications = new Map(
        told.map((one) => [one.schedulerId!, new Map([['vcore', { ...useOf(one), unit: 'core-s' }]])]),
      )
      const dump = { period: { from: '2026-06-01T00:00:00Z', to: '2026-07-01T00:00:00Z' }, applications }
      const usage = usageFiguresOf(before, since, dump, ['vcore'])
      return ask('usage', { before, since: judgeOutcomes(before, since), usage }, { usage: { within: 0.2 } })
    }

    it('compares each application with its own job, within what events leave open', () => {
      const states = [
        judge((usual) => ({ lower: usual * 1.1, upper: usual * 1.15 })),
        judge((usual) => ({ lower: usual * 1.3, upper: usual * 1.4 })),
        judge((usual) => ({ lower: usual * 0.5, upper: usual * 0.6 })),
        judge((usual) => ({ lower: usual * 1.1, upper: usual * 1.4 })),
      ].map(({ state, reason }) => [state, reason])
      expect(states).toEqual([
        ['holds', 'Applications use 1.10 to 1.15 times the vcore that their jobs did. The band is 20 %.'],
        ['fails', 'Applications use 1.30 to 1.40 times the vcore that their jobs did. The band is 20 %.'],
        ['fails', 'Applications use 0.50 to 0.60 times the vcore that their jobs did. The band is 20 %.'],
        ['unseen', expect.stringContaining('the bounds leave open') as unknown],
      ])
    })

    it('is not misled by other jobs than before', () => {
      const long = since.filter(({ job }) => job.length > 'jobs/schedule/job-9'.length)
      expect(judge((usual) => ({ lower: usual, upper: usual }), [...before, ...long]).reason).toContain(
        'use 1.00 times',
      )
    })

    it('is not known where the dump is not of the time since the start, or not of that before it', () => {
      const same = (usual: number): Use => ({ lower: usual, upper: usual })
      const few = judge(same, [...before, ...since.slice(0, 100)])
      expect([few.state, few.reason]).toEqual([
        'unseen',
        expect.stringMatching(
          new RegExp(
            `^Not known: The dump, from 2026-06-01.* to 2026-07-01.*, tells all of \\d+ of the ${completed} that`,
          ),
        ),
      ])
      expect(judge(same, since)).toMatchObject({
        state: 'unseen',
        reason: expect.stringContaining('before the start') as unknown,
      })
      // Those whose end events do not hold are not told.
      expect(judge((usual) => ({ lower: usual, upper: null })).state).toBe('unseen')
    })

    it('waits for applications, and leaves out those whose name others have, too', () => {
      const shared = since.map((one) => ({ ...one, schedulerId: 'nightly' }))
      const dump = { period: { from: '', to: '' }, applications: new Map([['nightly', new Map()]]) }
      expect(usageFiguresOf(before, shared, dump, ['vcore']).since.told).toBe(0)
      const usage = usageFiguresOf(before, since.slice(0, 5), dump, ['vcore'])
      expect(ask('usage', { usage }, { usage: { within: 0.2 } })).toMatchObject({
        state: 'waits',
        reason: expect.stringMatching(/^\d applications have completed since the start; 20 are needed/) as unknown,
      })
    })
  })

  it('are accepted by name, one by one', () => {
    const gates = evaluateGates(evidence({}, { usage: { within: 0.2 } }))
    expect(verdictOf(gates)).toBe('unseen')
    expect(verdictOf(gates, new Set(['usage']))).toBe('open')
  })
})

describe('counters of the operator', () => {
  it('count what came since the start, also of processes that began anew and of pods that are new', () => {
    expect(changeOf(counter({ a: 2 }), counter({ a: 5 }))).toEqual({ count: 3 })
    expect(changeOf(counter({ a: 9 }), counter({ a: 1 }))).toEqual({ count: 1 })
    expect(changeOf(counter({ a: 9 }), counter({ b: 2 }))).toEqual({ count: 2 })
  })

  it('are not known where another API server answers, or where they could not be read', () => {
    const api = counter({ b: 2 }, { newSource: 'unknown' })
    expect(changeOf(counter({ a: 9 }), api)).toMatchObject({ unseen: expect.stringContaining('b answered') as unknown })
    expect(changeOf(undefined, counter({}))).toMatchObject({ unseen: expect.anything() as unknown })
    expect(changeOf(counter({}), counter({}, { unseen: 'forbidden' }))).toEqual({ unseen: 'forbidden' })
  })
})
