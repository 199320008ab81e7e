/**
 * A model of a cluster for the executor's own invariants: names with values, and steps that set them. It stands for no
 * API server; what verbs do to a real one is tested in test/cluster.
 */
import fc from 'fast-check'
import { API_VERSION } from '../../../src/domain/document.ts'
import type { Json, Plan, Step } from '../../../src/domain/plan/plan.ts'
import { type RunEvent, type RunRecord, readRecords } from '../../../src/domain/plan/run-record.ts'
import { sealPlan } from '../../../src/domain/plan/seal.ts'
import type { Look, Verb, Verbs } from '../../../src/domain/plan/verb.ts'
import type { OpenRun } from '../../../src/ports/journal.ts'

export type World = Map<string, string>

interface SetPayload {
  name: string
  value: string | null
  before: string | null
}

export interface ModelContext {
  world: World
}

/** Sets a name to a value, or takes it away (null). */
const set: Verb<ModelContext> = {
  look: (payload, { world }) => Promise.resolve(lookAt(payload as unknown as SetPayload, world)),
  act: (payload, { world }) => {
    const { name, value } = payload as unknown as SetPayload
    if (value === null) world.delete(name)
    else world.set(name, value)
    return Promise.resolve({ name })
  },
  holds: (payload) => (payload as unknown as SetPayload).name,
}

function lookAt({ name, value, before }: SetPayload, world: World): Look {
  const now = world.get(name) ?? null
  if (now === value) return { state: 'done' }
  return now === before ? { state: 'ready' } : { state: 'drifted', why: `${name} is ${now}` }
}

export const VERBS: Verbs<ModelContext> = new Map([['set', set]])

/** A world and changes of it that fit: each one's `before` is what the ones before it left. */
export const worldAndPlan: fc.Arbitrary<{ world: World; plan: Plan }> = fc
  .record({
    world: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('0', '1', '2')),
    changes: fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.option(fc.constantFrom('3', '4', '5'))),
      {
        minLength: 1,
        maxLength: 8,
      },
    ),
  })
  .map(({ world, changes }) => {
    const start: World = new Map(Object.entries(world))
    const now = new Map(start)
    const steps: Step[] = []
    for (const [index, [name, value]] of changes.entries()) {
      const before = now.get(name) ?? null
      if (before === value) continue
      steps.push(setStep(index, { name, value, before }))
      if (value === null) now.delete(name)
      else now.set(name, value)
    }
    return { world: start, plan: planOf(steps) }
  })

function setStep(index: number, payload: SetPayload): Step {
  const { name, value, before } = payload
  return {
    id: `set/${index}`,
    verb: 'set',
    object: name,
    title: `set ${name}`,
    before,
    after: value,
    inverse: { verb: 'set', payload: { name, value: before, before: value } },
    payload: payload as unknown as Json,
  }
}

/** A plan of these steps. */
export function planOf(steps: readonly Step[]): Plan {
  return sealPlan({
    apiVersion: API_VERSION,
    kind: 'OperatorPlan',
    schema: 1,
    tool: { name: 'sparkops', version: '0.1.0' },
    createdAt: '2026-01-01T00:00:00Z',
    target: { kind: 'cluster', id: 'uid', name: 'model' },
    inputs: [],
    steps,
    findings: [],
    summary: {},
  })
}

/** A journal in memory. `onLine` is called after each line and may throw, as a machine that dies would. */
export function memoryRun(
  text = '',
  onLine: (text: string) => void = () => undefined,
): OpenRun & { text: () => string } {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const records: RunRecord[] = readRecords(whole, 'journal')
  const kept = new Map<string, unknown[]>()
  let written = whole
  return {
    id: '20260101T000000Z-000000',
    directory: '/nowhere',
    plan: '',
    records,
    torn: false,
    bytes: 0,
    openBy: undefined,
    kept: (name) => Promise.resolve(kept.get(name) ?? []),
    record: () => Promise.resolve(),
    keep: (name, value) => Promise.resolve(void kept.set(name, [...(kept.get(name) ?? []), value])),
    append: (event: RunEvent) => {
      const record: RunRecord = { at: '2026-01-01T00:00:00Z', ...event }
      written += `${JSON.stringify(record)}\n`
      records.push(record)
      onLine(written)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
    text: () => written,
  }
}
