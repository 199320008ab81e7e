/** Looking for events: nothing is taken for what it is not, and nothing goes missing unmarked. */
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { openSchedulerApi } from '../../../../src/adapters/yunikorn/rest-api.ts'
import { EventPoller, type Look } from '../../../../src/domain/usage/collect/poll-events.ts'
import type { EventPosition } from '../../../../src/ports/event-spool.ts'
import { SchedulerServer } from '../../../support/usage/scheduler-server.ts'

const SIGNAL = new AbortController().signal
const opened: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of opened.splice(0)) await close()
})

async function scheduler(options: { capacity: number; responseSize?: number; count?: number }) {
  const server = await SchedulerServer.start('one', options)
  const api = openSchedulerApi({ address: new URL(server.address), ca: undefined, timeout: 2000 })
  opened.push(
    () => server.stop(),
    () => api.close(),
  )
  const poller = new EventPoller({
    ...{ api, clock: { now: () => 1_795_375_333_000 }, cluster: 'c' },
    count: options.count ?? 1000,
  })
  return { server, poller }
}

let serial = 0
function events(count: number): string[] {
  return Array.from(
    { length: count },
    () => `{"type":2,"objectID":"a\\"]${serial++}","timestampNano":1795375332387154513}`,
  )
}

/** What was held after a look: by instance and number, the event as written; and the numbers said to be gone. */
class Held {
  readonly events = new Map<string, string>()
  readonly gone = new Set<string>()
  position: EventPosition | undefined

  take(look: Look): void {
    if (look.kind !== 'page') return
    for (const line of look.lines) {
      const { instance, id } = JSON.parse(line) as { instance: string; id?: number }
      if (id !== undefined) this.events.set(`${instance} ${id}`, line.slice(line.indexOf('"event":') + 8, -1))
    }
    const { gap, after } = look
    for (let id = gap?.first ?? 1; id <= (gap?.last ?? 0); id++) this.gone.add(`${after.instance} ${id}`)
    this.position = after
  }
}

async function catchUp(poller: EventPoller, held: Held): Promise<void> {
  for (let round = 0; round < 10_000; round++) {
    const look = await poller.look(held.position, 'the ring wrapped', SIGNAL)
    held.take(look)
    if (look.kind !== 'page') throw new Error(look.why)
    if (look.behind === 0) return
  }
  throw new Error('it never catches up')
}

/** Every event that there was is held as it was written, or said to be gone. */
function expectNoLoss(server: SchedulerServer, held: Held, instances: readonly string[]): void {
  for (const instance of instances)
    for (const [id, event] of server.added.get(instance)!.entries()) {
      const key = `${instance} ${id}`
      if (held.gone.has(key)) expect(held.events.has(key)).toBe(false)
      else expect(held.events.get(key), key).toBe(event)
    }
}

describe('looking for events', () => {
  it('numbers each event as the scheduler does, and leaves its text as it was written', async () => {
    const { server, poller } = await scheduler({ capacity: 100 })
    server.add(...events(25))
    const held = new Held()
    await catchUp(poller, held)
    expectNoLoss(server, held, ['one'])
    expect(held.position).toEqual({ instance: 'one', next: 25 })
  })

  it('keeps of a page with a hole only what was asked for', async () => {
    const { server, poller } = await scheduler({ capacity: 50, count: 10 })
    const held = new Held()
    server.add(...events(311))
    await catchUp(poller, held)
    expect([...held.gone]).toHaveLength(261)
    expectNoLoss(server, held, ['one'])
  })

  it('finds out how many records a server gives at once, also where a page with a hole hides it', async () => {
    const { server, poller } = await scheduler({ capacity: 400, responseSize: 7, count: 100 })
    server.add(...events(651))
    const held = new Held()
    await catchUp(poller, held)
    expect(held.gone.size).toBe(251)
    expectNoLoss(server, held, ['one'])
  })

  it('says which events are gone when the ring has wrapped, and goes on behind them', async () => {
    const { server, poller } = await scheduler({ capacity: 20 })
    const held = new Held()
    server.add(...events(10))
    await catchUp(poller, held)
    server.add(...events(100))
    const look = await poller.look(held.position, 'the spool was full', SIGNAL)
    expect(look).toMatchObject({ gap: { first: 10, last: 89, why: 'the spool was full' }, behind: 20 })
    expect(JSON.parse((look as { lines: string[] }).lines[0]!)).toMatchObject({ marker: 'gap', first: 10, last: 89 })
  })

  it('begins anew with the first event of a scheduler that was restarted, and says so', async () => {
    const { server, poller } = await scheduler({ capacity: 100 })
    const held = new Held()
    server.add(...events(30))
    await catchUp(poller, held)
    server.restart('two')
    server.add(...events(40))
    const look = await poller.look(held.position, 'the ring wrapped', SIGNAL)
    expect(look).toMatchObject({ after: { instance: 'two', next: 0 }, restartOf: { instance: 'one', next: 30 } })
    held.take(look)
    await catchUp(poller, held)
    expectNoLoss(server, held, ['one', 'two'])
  })

  it('tells a heartbeat with the highest number, so that silence proves that nothing happened', async () => {
    const { server, poller } = await scheduler({ capacity: 100 })
    server.add(...events(3))
    const look = await poller.look(undefined, 'the ring wrapped', SIGNAL)
    expect(JSON.parse((look as { lines: string[] }).lines.at(-1)!)).toMatchObject({
      ...{ ok: true, instance: 'one', lowest: 0, highest: 2, cluster: 'c' },
    })
  })

  it.each([
    ['refuse', /socket hang up|ECONNRESET/],
    ['garbage', /no page of events/],
    ['cut', /broke off|aborted/],
    ['tracking off', /Event tracking is disabled/],
  ] as const)('stays calm when the scheduler does this: %s', async (fault, why) => {
    const { server, poller } = await scheduler({ capacity: 100 })
    server.fault = fault
    const look = await poller.look(undefined, 'the ring wrapped', SIGNAL)
    expect(look).toMatchObject({
      kind: 'silent',
      why: expect.stringMatching(why) as string,
      trackingOff: fault === 'tracking off',
    })
    expect(JSON.parse(look.lines[0]!)).toMatchObject({ ok: false })
  })

  it('never loses an event unmarked, and never gives one another number', async () => {
    const bursts = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ add: fc.nat(90), looks: fc.nat(4) }) },
        { weight: 1, arbitrary: fc.constant('restart' as const) },
      ),
      { maxLength: 25 },
    )
    const sizes = fc.record({
      capacity: fc.integer({ min: 1, max: 60 }),
      responseSize: fc.integer({ min: 1, max: 80 }),
      count: fc.integer({ min: 1, max: 80 }),
    })
    await fc.assert(
      fc.asyncProperty(sizes, bursts, async (size, steps) => {
        const { server, poller } = await scheduler(size)
        const held = new Held()
        const instances = ['one']
        const ends = new Map<string, number>()
        for (const step of steps) {
          if (step === 'restart') {
            ends.set(server.instance, held.position?.instance === server.instance ? held.position.next : 0)
            instances.push(`next ${instances.length}`)
            server.restart(instances.at(-1)!)
            continue
          }
          server.add(...events(step.add))
          for (let look = 0; look < step.looks; look++)
            held.take(await poller.look(held.position, 'the ring wrapped', SIGNAL))
        }
        await catchUp(poller, held)
        for (const instance of instances) {
          const until = ends.get(instance) ?? server.added.get(instance)!.length
          server.added.get(instance)!.splice(until)
        }
        expectNoLoss(server, held, instances)
        await opened.splice(-2)[0]!()
      }),
      { numRuns: 100 },
    )
  })
})
