// The simulator is itself a claim about YuniKorn: these tests hold it to what was recorded from the real one.
import { describe, expect, it } from 'vitest'
import {
  batchLines,
  collect,
  envelopeLines,
  heartbeatLines,
  streamConnections,
  summaryLines,
} from './simulator/dumps.ts'
import { NOTHING, paramsOf, randomParams } from './simulator/params.ts'
import { podList } from './simulator/pods.ts'
import { simulate, type Simulation } from './simulator/simulate.ts'
import { parseEvent, parseExactly } from './oracle/parse.ts'
import { type SeenEvent } from './oracle/events.ts'
import { VERSIONS } from './simulator/versions.ts'

const SECOND = 1_000_000_000n

function eventsOf(simulation: Simulation): SeenEvent[][] {
  return simulation.instances.map(({ records }) => records.map(({ line }) => parseEvent(parseExactly(line))))
}

function isAdd({ type, change, detail }: SeenEvent): boolean {
  return type === 2 && change === 2 && detail === 200
}

describe('a simulation', () => {
  it('is the same, byte for byte, for the same seed', () => {
    const dumpOf = (): string => streamConnections(simulate(randomParams(11, '1.8'))).join('')
    expect(dumpOf()).toBe(dumpOf())
  })

  it('writes events in the field order of encoding/json, with nothing that is zero', () => {
    const record =
      /^\{"type":[1-5],"objectID":"[^"]+"(,"message":"[^"]+")?,"timestampNano":17953\d{14}(,"eventChangeType":[1-3])?(,"eventChangeDetail":[1-6]\d\d)?(,"referenceID":"[^"]+")?,"resource":\{("resources":\{("[^"]+":\{("value":-?[1-9]\d*)?\},?)+\})?\}\}$/
    const { instances } = simulate(randomParams(12, '1.9'))
    const odd = instances.flatMap(({ records }) =>
      records.filter(({ line }) => !record.test(line)).map(({ line }) => line),
    )
    expect(odd).toEqual([])
  })

  it('begins every process with the root queue at id 0 and numbers without a hole', () => {
    for (const { records } of simulate(randomParams(13, '1.8')).instances) {
      if (records.length === 0) continue
      expect(records[0]!.line).toMatch(
        /^\{"type":4,"objectID":"root","timestampNano":\d{19},"eventChangeType":2,"resource":\{\}\}$/,
      )
      expect(records.map(({ id }) => id)).toEqual(records.map((_, i) => i))
    }
  })

  it('orders events around an allocation as the real core does: node, user, application', () => {
    for (const events of eventsOf(simulate(randomParams(14, '1.8')))) {
      for (const [i, event] of events.entries()) {
        if (!isAdd(event)) continue
        const before = events.slice(Math.max(0, i - 6), i)
        const user = before.findLastIndex(({ type, change, detail }) => type === 5 && change === 2 && detail === 603)
        expect(user).toBeGreaterThanOrEqual(0)
        expect([...before[user]!.resource].sort()).toEqual([...event.resource].sort())
      }
    }
  })

  it('tells the end of an allocation after its user and before its node and its ask', () => {
    for (const events of eventsOf(simulate({ ...randomParams(15, '1.8'), outages: [] }))) {
      for (const [i, event] of events.entries()) {
        if (event.type !== 2 || event.change !== 3 || event.detail !== 501) continue
        const near = events.slice(i - 4, i + 4).filter((other) => other.reference === event.reference)
        expect(near.map(({ type, detail }) => [type, detail])).toEqual([
          [2, 501],
          [3, 303],
          [2, 100],
        ])
      }
    }
  })

  it('recovers what runs two to four seconds after a process began, without an ask', () => {
    const delays: number[] = []
    for (let seed = 20; seed < 30; seed++) {
      const [, after] = eventsOf(simulate(paramsOf({ seed, apps: 30, outages: [{ at: 60, down: 5 }] })))
      const asked = new Set(
        after!.filter(({ detail, change }) => detail === 201 && change === 2).map((e) => e.reference),
      )
      const first = after!.find((event) => isAdd(event) && !asked.has(event.reference))
      if (first !== undefined) delays.push(Number(first.t - after![0]!.t) / 1e9)
    }
    expect(delays.length).toBeGreaterThan(5)
    expect(Math.min(...delays)).toBeGreaterThan(2)
    expect(Math.max(...delays)).toBeLessThan(4.5)
  })

  it('shows every allocation of the truth as long as a process lived to tell it', () => {
    for (let seed = 30; seed < 40; seed++) {
      const simulation = simulate(randomParams(seed, '1.8'))
      const added = new Set(
        eventsOf(simulation)
          .flat()
          .filter(isAdd)
          .map(({ reference }) => reference),
      )
      for (const { references, start, instances } of simulation.truth) {
        const { died } = simulation.instances[instances[0]!]!
        // What was decided in the last moments before a crash had no time to be read.
        if ((died ?? simulation.end) - start < 50_000_000n) continue
        expect(references.some((name) => added.has(name))).toBe(true)
      }
    }
  })

  it('logs summaries that are the truth, truncated per allocation', () => {
    const simulation = simulate(
      paramsOf({ seed: 41, version: '1.8', features: { ...NOTHING, gangs: 0.4, edges: 0.5 } }),
    )
    expect(simulation.summaries.length).toBeGreaterThan(5)
    for (const { summary } of simulation.summaries) {
      const own = simulation.truth.filter(({ app, end }) => app === summary.applicationId && end !== null)
      const used = own.filter(({ placeholder }) => !placeholder)
      const expected = used.reduce((sum, t) => sum + BigInt(t.resource['vcore']!) * ((t.end! - t.start) / SECOND), 0n)
      expect(summary.usage.used.get('UNKNOWN')?.get('vcore') ?? 0n).toBe(expected)
    }
  })

  it.each(['1.4', '1.5', '1.6', '1.8', '1.9'] as const)('names allocations as %s does', (version) => {
    const simulation = simulate(paramsOf({ seed: 42, version, outages: [{ at: 60, down: 3 }] }))
    const [first] = eventsOf(simulation)
    const uids = new Set(simulation.pods.map(({ uid }) => uid))
    const names = first!.filter(isAdd).map(({ reference }) => reference)
    const { reference, users } = VERSIONS[version]
    expect(names.every((name) => uids.has(name))).toBe(reference === 'uid')
    expect(names.every((name) => uids.has(name.replace(/-0$/, '')))).toBe(reference !== 'uuid')
    expect(first!.some(({ type }) => type === 5)).toBe(users)
  })

  it('logs summaries in the form of its version', () => {
    const lineOf = (version: '1.4' | '1.8'): string => summaryLines(simulate(paramsOf({ seed: 43, version })))[0]!
    expect(lineOf('1.8')).toMatch(
      /\tYK_APP_SUMMARY: \{ApplicationID: [^,]+, SubmissionTime: \d{13}, StartTime: \d{13}, FinishTime: \d{13}, User: [^,]+, Queue: [^,]+, State: (Completed|Failed), RmID: mycluster, ResourceUsage: TrackedResource\{.*\}, PreemptedResource: TrackedResource\{.*\}, PlaceholderResource: TrackedResource\{.*\}\}$/,
    )
    expect(lineOf('1.4')).toMatch(
      /\tYK_APP_SUMMARY:\t\{"appID": "[^"]+", "submissionTime": \d{13}, .*"resourceUsage": \{.*\}, "preemptedResource": \{.*\}\}$/,
    )
  })
})

describe('a collector of a simulation', () => {
  const simulation = simulate(paramsOf({ seed: 50, apps: 40, outages: [{ at: 70, down: 6 }] }))

  it('holds every id once, whatever the count of a page', () => {
    const ids = envelopeLines(collect(simulation, { count: 7, poll: 0.1 })).map(
      (line) => /"instance":"[^"]+","id":\d+/.exec(line)![0],
    )
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(1000)
  })

  it('reproduces the hole of a wrapped ring: the newest lap after the records asked for', () => {
    const polls = collect(simulation, { capacity: 50, count: 10, poll: 5, hole: true })
    const holed = polls.find(({ extra }) => extra.length > 0)!
    expect(holed.records.length).toBe(10)
    expect(holed.extra.at(-1)!.id).toBe(holed.highest)
    expect(holed.extra.length).toBe((holed.highest + 1) % 50)
    expect(batchLines([holed])[0]!.match(/"timestampNano"/g)!.length).toBe(10 + holed.extra.length)
  })

  it('has heartbeats that say when nobody answered', () => {
    const beats = heartbeatLines(collect(simulation))
    expect(beats.filter((beat) => beat.includes('"ok":false')).length).toBe(6)
  })

  it('can list the pods of any moment', () => {
    const list = podList(simulation, simulation.end) as {
      items: { metadata: { uid: string }; status: { phase: string } }[]
    }
    expect(list.items.length).toBeGreaterThan(0)
    expect(new Set(list.items.map(({ status }) => status.phase))).toContain('Running')
  })
})
