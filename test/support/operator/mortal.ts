/**
 * Runs that end at a line of their journal as by SIGKILL, but in this process, so that every line of a long run can be
 * tried: from that line on nothing more of the run is executed, no `finally`, no clean-up, nothing that is written to
 * the journal or to the cluster. What a process takes with it when it dies, its lock on the run and its watches, goes.
 */
import { expect } from 'vitest'
import type { RunEvent } from '../../../src/domain/plan/run-record.ts'
import { addUp } from '../../../src/domain/plan/run-record.ts'
import type { OperatorSession } from '../../../src/domain/operator/apply/session.ts'
import { goOn, planOfRun } from '../../../src/domain/operator/apply/session.ts'
import type { OpenRun } from '../../../src/ports/journal.ts'

/** `after done lock/hold`; `before` means that what the line says is so already, and nobody has written it down. */
export type Point = string

/** Whether to die at a point. */
export type Dies = (point: Point) => boolean

/** Dies once at every point that it comes to; `reached` says at which it did. */
export function atEveryLine(): { dies: Dies; reached: Set<Point> } {
  const reached = new Set<Point>()
  const dies = (point: Point): boolean => {
    if (reached.has(point) || !isLine(point)) return false
    reached.add(point)
    return true
  }
  return { dies, reached }
}

/** After every line, and before those that say that something was done. */
export function isLine(point: Point): boolean {
  return point.startsWith('after ') || point.startsWith('before done ')
}

/** Works with a session until the work ends or dies; gives the point at which it did. */
export async function untilDeath(
  session: OperatorSession,
  dies: Dies,
  work: (mortal: OperatorSession) => Promise<unknown>,
): Promise<Point | undefined> {
  const end = new AbortController()
  let dead: (point: Point) => void = () => undefined
  const death = new Promise<Point>((resolve) => {
    dead = resolve
  })
  const open: OpenRun[] = []
  const mortal = (run: OpenRun): OpenRun => {
    open.push(run)
    const visit = async (point: Point): Promise<void> => {
      if (!dies(point)) return
      for (const one of open) await one.close()
      dead(point)
      await new Promise(() => undefined)
    }
    const append = async (event: RunEvent): Promise<void> => {
      const line = `${event.event} ${'step' in event ? event.step : ''}`.trim()
      await visit(`before ${line}`)
      await run.append(event)
      await visit(`after ${line}`)
    }
    // The run's own lists go on living in it.
    return { ...run, append }
  }
  const { store } = session
  const mortalStore = {
    ...store,
    create: async (id: string, plan: string) => mortal(await store.create(id, plan)),
    open: async (id: string) => mortal(await store.open(id)),
  }
  const working = work({ ...session, store: mortalStore, signal: end.signal }).then(() => undefined)
  const point = await Promise.race([working, death])
  // Only of one that is dead: its watches would go on otherwise.
  if (point !== undefined) end.abort()
  return point
}

/**
 * Begins something and, whenever it dies, goes on with it in another life, until it ends by itself. Gives the run, and
 * the points at which it died.
 */
export async function untilItEnds(
  session: OperatorSession,
  dies: Dies,
  begin: (mortal: OperatorSession) => Promise<unknown>,
): Promise<{ run: string; deaths: Point[] }> {
  const before = (await session.store.list()).at(-1)
  const deaths: Point[] = []
  let work = begin
  for (;;) {
    const point = await untilDeath(session, dies, work)
    const run = (await session.store.list()).at(-1)!
    if (point === undefined) return { run, deaths }
    deaths.push(point)
    expect(deaths.length).toBeLessThan(400)
    const stored = run === before ? undefined : await session.store.read(run)
    // Dead before its first line was on the disk, it has done nothing and is begun anew.
    const progress = stored && addUp(stored.records)
    // Dead after its last line, there is nothing left to do.
    if (progress?.outcome === 'done') return { run, deaths }
    if (progress) work = async (mortal) => await goOn(mortal, await mortal.store.open(run), planOfRun(stored))
  }
}
