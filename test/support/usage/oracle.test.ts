// The oracle against the real scheduler's recordings and against the simulator's truth.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { againstTruth, type Claim } from './oracle/against-truth.ts'
import { type Evidence } from './oracle/events.ts'
import { type JudgedLifetime, type Kind, oracle, type OracleAnswer } from './oracle/oracle.ts'
import {
  connectionsOf,
  evidence,
  readEnvelopes,
  readHeartbeats,
  readActive,
  readPodList,
  readStreams,
} from './oracle/parse.ts'
import { collect, envelopeLines, heartbeatLines, restLines, streamConnections } from './simulator/dumps.ts'
import { cutAtByte, dropIds, duplicate, shuffled, splitIntoFiles } from './simulator/faults.ts'
import { randomParams, type SimulationParams } from './simulator/params.ts'
import { podList } from './simulator/pods.ts'
import { simulate, type Simulation } from './simulator/simulate.ts'
import { seededRandom } from './simulator/random.ts'

const SECOND = 1_000_000_000n
const SEEDS = 60

function recorded(path: string): string[] {
  const text = gunzipSync(readFileSync(new URL(`../../../${path}.gz`, import.meta.url))).toString('utf8')
  return text.split('\n').filter((line) => line !== '')
}

function recording(name: 'steady' | 'restart'): Evidence {
  const stream = recorded(`examples/${name}/stream.jsonl`).join('\n')
  return evidence(readStreams(connectionsOf(`${stream}\n`)), {
    heartbeats: readHeartbeats(recorded(`examples/${name}/heartbeat.jsonl`)),
  })
}

/** One of YuniKorn's own summaries, instance types collapsed. */
interface Reported {
  readonly app: string
  readonly finish: bigint
  readonly usage: ReadonlyMap<string, bigint>
}

function reported(name: 'steady' | 'restart'): Reported[] {
  const fields: readonly (readonly [string, Kind])[] = [
    ['ResourceUsage', 'used'],
    ['PreemptedResource', 'preempted'],
    ['PlaceholderResource', 'placeholder'],
  ]
  return recorded(`examples/${name}/summaries.log`).map((line) => {
    const usage = new Map<string, bigint>()
    for (const [field, kind] of fields) {
      const text = new RegExp(`${field}: TrackedResource\\{([^}]*)\\}`).exec(line)![1]!
      for (const [, resource, value] of text.matchAll(/[^:,]*:([^=,]+)=(\d+)/g)) {
        const id = `${kind} ${resource!}`
        usage.set(id, (usage.get(id) ?? 0n) + BigInt(value!))
      }
    }
    const finish = BigInt(/FinishTime: (\d+)/.exec(line)![1]!) * 1_000_000n
    return { app: /ApplicationID: ([^,]+)/.exec(line)![1]!, finish, usage }
  })
}

/** Applications whose exact part is not what YuniKorn logged, incarnations in the order of their summaries. */
function differing(answer: OracleAnswer, summaries: readonly Reported[]): string[] {
  const seen = new Map<string, number>()
  return summaries.flatMap(({ app, usage }) => {
    const own = answer.items.filter((item) => item.app === app)
    const numbers = [...new Set(own.map(({ incarnation }) => incarnation))].sort((a, b) => a - b)
    const turn = seen.get(app) ?? 0
    seen.set(app, turn + 1)
    const ours = new Map(
      own
        .filter(({ incarnation, lower }) => incarnation === numbers[turn] && lower > 0n)
        .map(({ kind, resource, lower }) => [`${kind} ${resource}`, lower]),
    )
    const theirs = [...usage].filter(([, value]) => value > 0n)
    return theirs.length === ours.size && theirs.every(([id, value]) => ours.get(id) === value) ? [] : [app]
  })
}

describe('the oracle on recordings of the real scheduler', () => {
  it('computes every summary of a scheduler that never went down, but the one on a rounding edge', () => {
    const summaries = reported('steady')
    expect(summaries.length).toBe(191)
    expect(differing(oracle(recording('steady')), summaries)).toEqual(['spark-0127-gang'])
  })

  it('computes every summary of each process around a restart from what that process did', () => {
    const { instances } = recording('restart')
    const summaries = reported('restart')
    const restarted = instances[1]!.stretches[0]!.events[0]!.t
    const [before, after] = instances.map((instance) => oracle(evidence([instance])))
    expect(
      differing(
        before!,
        summaries.filter(({ finish }) => finish < restarted),
      ),
    ).toEqual([])
    expect(
      differing(
        after!,
        summaries.filter(({ finish }) => finish >= restarted),
      ),
    ).toEqual([])
  })

  it('follows 31 survivors in one piece and bounds 38 ghosts around their true ends', () => {
    const seen = recording('restart')
    const { ghosts, lifetimes } = oracle(seen)
    const [before, after] = seen.instances.map(({ stretches }) => stretches[0]!.events)
    const outage = after![0]!.t - before!.at(-1)!.t
    expect(lifetimes.filter(({ recovered, start }) => recovered && start < after![0]!.t).length).toBe(31)
    const unseen = ghosts.filter(({ instance }) => instance === 0)
    expect(unseen.length).toBe(38)
    const ends = trueEnds()
    for (const { key, from, to } of unseen) {
      expect(ends.get(key)! >= from && ends.get(key)! <= to!).toBe(true)
      expect(to! - from <= outage + 4n * SECOND).toBe(true)
    }
  })
})

function trueEnds(): Map<string, bigint> {
  const ended = recorded('test/fixtures/recordings/restart/truth.jsonl').filter((line) =>
    line.includes('"ev":"pod_ended"'),
  )
  return new Map(
    ended.map((line) => [/"UID":"([^"]+)"/.exec(line)![1]!, BigInt(/"Ended":(\d+)/.exec(line)![1]!)] as const),
  )
}

function claims(lifetimes: readonly JudgedLifetime[]): Claim[] {
  return lifetimes.map(({ key, start, lower, upper, state }) => ({
    key,
    start,
    lower,
    upper,
    exact: state === 'closed',
  }))
}

/** Violations over many seeds of a way to see a simulation. */
function violations(
  see: (simulation: Simulation) => Evidence,
  first = 1,
  changes: Partial<SimulationParams> = {},
): string[] {
  const found: string[] = []
  for (let seed = first; seed < first + SEEDS; seed++) {
    const simulation = simulate({ ...randomParams(seed), ...changes })
    const { compared, edges, violations } = againstTruth(simulation, claims(oracle(see(simulation)).lifetimes))
    found.push(...violations)
    if (edges > compared / 5) found.push(`seed ${seed}: ${edges} of ${compared} on an edge`)
  }
  return found
}

describe('the oracle on simulations', () => {
  it('keeps lower <= truth <= upper on streams', () => {
    const see = (simulation: Simulation): Evidence =>
      evidence(readStreams(streamConnections(simulation)), {
        heartbeats: readHeartbeats(heartbeatLines(collect(simulation))),
      })
    expect(violations(see)).toEqual([])
  })

  it('keeps lower <= truth <= upper on polls that miss the last moments before a crash', () => {
    const see = (simulation: Simulation): Evidence => {
      const polls = collect(simulation, { poll: 2 })
      return evidence(readEnvelopes(envelopeLines(polls)), { heartbeats: readHeartbeats(heartbeatLines(polls)) })
    }
    expect(violations(see, 100)).toEqual([])
  })

  it('keeps lower <= truth <= upper with lists of pods, those of lost nodes among them', () => {
    const see = (simulation: Simulation): Evidence => {
      const moments = [...simulation.instances.slice(1).map(({ started }) => started + SECOND / 2n), simulation.end]
      const pods = moments.map((t) => readPodList(podList(simulation, t), t))
      return evidence(readEnvelopes(envelopeLines(collect(simulation))), { pods })
    }
    expect(violations(see, 200)).toEqual([])
  })

  it('keeps lower <= truth <= upper when parts are lost, doubled and shuffled', () => {
    const see = (simulation: Simulation): Evidence => {
      const { seed } = simulation.params
      const random = seededRandom(seed)
      let lines = envelopeLines(collect(simulation))
      for (let i = 0; i < 3; i++) {
        const { uuid, records } = random.pick(simulation.instances)
        const first = random.int(0, records.length)
        lines = dropIds(lines, uuid, first, first + random.int(1, 200))
      }
      const files = shuffled(splitIntoFiles(duplicate(lines, 0.1, seed), 5, seed), seed)
      return evidence(readEnvelopes(files.flat()))
    }
    expect(violations(see, 300)).toEqual([])
  })

  it('keeps lower <= truth <= upper on a stream cut at any byte, with REST snapshots', () => {
    const see = (simulation: Simulation): Evidence => {
      const { seed } = simulation.params
      const connections = streamConnections(simulation)
      const last = connections.pop()!
      connections.push(cutAtByte(last, seededRandom(seed).int(0, last.length)))
      return evidence(readStreams(connections), { active: readActive(restLines(simulation)) })
    }
    expect(violations(see, 400, { rest: true })).toEqual([])
  })

  it('keeps the sums of 1.4, whose allocations change their names at a restart', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const simulation = simulate(randomParams(seed, '1.4'))
      const polls = collect(simulation, { poll: 0.05 })
      const lines = envelopeLines(polls)
      const answer = oracle(evidence(readEnvelopes(lines), { heartbeats: readHeartbeats(heartbeatLines(polls)) }))
      expect(brokenSums(simulation, answer, lines.join('\n'))).toEqual([])
    }
  })
})

/** Equal allocations of an application cannot be told apart in 1.4: their sums are compared. */
function brokenSums({ truth, end, params }: Simulation, { lifetimes }: OracleAnswer, dump: string): string[] {
  const groups = new Map<string, { lower: bigint; upper: bigint | null; true: bigint; count: bigint }>()
  const group = (app: string, resource: Iterable<readonly [string, bigint]>): string => {
    const id = JSON.stringify([app, [...resource].map(([name, value]) => `${name}=${value}`).sort()])
    if (!groups.has(id)) groups.set(id, { lower: 0n, upper: 0n, true: 0n, count: 0n })
    return id
  }
  for (const { app, resource, lower, upper } of lifetimes) {
    const sum = groups.get(group(app, resource))!
    sum.lower += lower
    sum.upper = sum.upper === null || upper === null ? null : sum.upper + upper
  }
  for (const { app, resource, references, start, end: ended } of truth) {
    if (!references.some((name) => dump.includes(name))) continue
    const amounts = Object.entries(resource).map(([name, value]) => [name, BigInt(value)] as const)
    const sum = groups.get(group(app, amounts))!
    sum.true += ((ended ?? end) - start) / SECOND
    sum.count++
  }
  return [...groups]
    .filter(([, { lower, upper, true: t, count }]) => lower > t + count || (upper !== null && upper < t - count))
    .map(([id, { lower, upper, true: t }]) => `seed ${params.seed} ${id}: [${lower}, ${upper ?? 'open'}] but ${t}`)
}
