/** What the executor promises, whatever the plan: done once, resumable from any byte, and undone to where it began. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SparkopsError } from '../../../src/domain/errors.ts'
import { carryOut } from '../../../src/domain/plan/carry-out.ts'
import type { Plan, Step } from '../../../src/domain/plan/plan.ts'
import { addUp } from '../../../src/domain/plan/run-record.ts'
import { undoSteps } from '../../../src/domain/plan/undo.ts'
import type { RunNews, Verb, Verbs } from '../../../src/domain/plan/verb.ts'
import type { OpenRun } from '../../../src/ports/journal.ts'
import { memoryRun, type ModelContext, planOf, VERBS, type World, worldAndPlan } from './model.ts'

interface Overrides {
  verbs?: Verbs<ModelContext>
  signal?: AbortSignal
  mayPass?: (step: Step) => Promise<boolean>
  keepDrifted?: boolean
  report?: (news: RunNews) => void
}

async function run(plan: Plan, world: World, journal: OpenRun, overrides: Overrides = {}) {
  if (journal.records.length === 0) {
    const { digest } = plan
    await journal.append({ event: 'opened', run: journal.id, purpose: 'operator', digest, undoes: null, tool: '0.1.0' })
  }
  return await carryOut({
    plan,
    run: journal,
    verbs: VERBS,
    contextOf: () => ({ world }),
    signal: new AbortController().signal,
    report: () => undefined,
    mayPass: () => Promise.resolve(false),
    keepDrifted: false,
    howToGoOn: 'sparkops operator resume RUN',
    beforeEnd: () => Promise.resolve(),
    ...overrides,
  })
}

async function failureOf(promise: Promise<unknown>): Promise<SparkopsError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(SparkopsError)
  return error as SparkopsError
}

describe('carrying out a plan', () => {
  it('does nothing a second time: whoever resumes a run that is done writes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(worldAndPlan, async ({ world, plan }) => {
        const journal = memoryRun()
        await run(plan, world, journal)
        const [end, text] = [new Map(world), journal.text()]
        const again = memoryRun(text)
        await run(plan, world, again)
        expect(world).toEqual(end)
        expect(again.records.filter(({ event }) => event === 'intent')).toHaveLength(
          journal.records.filter(({ event }) => event === 'intent').length,
        )
      }),
    )
  })

  it('ends in the same state from a journal that was cut off at any byte', async () => {
    await fc.assert(
      fc.asyncProperty(worldAndPlan, fc.nat(), fc.boolean(), async ({ world, plan }, at, inFlightDone) => {
        const worlds: { bytes: number; world: World }[] = []
        const journal = memoryRun('', (text) => worlds.push({ bytes: text.length, world: new Map(world) }))
        await run(plan, world, journal)
        const text = journal.text()
        const cut = at % (text.length + 1)
        // Every whole line was on the disk before what follows it, so the world is at most one act ahead.
        const before = worlds.findLast(({ bytes }) => bytes <= cut)
        const next = worlds.find(({ bytes }) => bytes > cut)
        if (before === undefined) return
        const survivor = new Map((inFlightDone ? (next ?? before) : before).world)
        await run(plan, survivor, memoryRun(text.slice(0, cut)))
        expect(survivor).toEqual(world)
      }),
      { numRuns: 300 },
    )
  })

  it('taken back, from any line on, leaves everything as it was', async () => {
    await fc.assert(
      fc.asyncProperty(worldAndPlan, fc.nat(), async ({ world, plan }, at) => {
        const start = new Map(world)
        const dieAt = at % (2 * plan.steps.length + 2)
        let lines = 0
        const journal = memoryRun('', () => {
          lines += 1
          if (lines > dieAt) throw new Error('the machine died')
        })
        await run(plan, world, journal).catch(() => undefined)
        const progress = addUp(journal.records)!
        const undo = planOf(undoSteps(plan, progress).steps)
        await run(undo, world, memoryRun(), { keepDrifted: true })
        expect(world).toEqual(start)
      }),
      { numRuns: 300 },
    )
  })

  it('stops, and writes nothing, where somebody changed what the plan saw', async () => {
    const plan = planOf([set('a', '0', '1'), set('b', '0', '1')])
    const world = new Map([
      ['a', '0'],
      ['b', 'somebody'],
    ])
    const error = await failureOf(run(plan, world, memoryRun()))
    expect(error).toMatchObject({ code: 'SO_DRIFTED', exit: 'partial' })
    expect(error.message).toContain('step 2 of 2')
    expect(error.hint).toContain('sparkops operator resume RUN')
    expect(world.get('b')).toBe('somebody')
  })

  it('keeps what somebody changed when a run is taken back, and says so', async () => {
    const plan = planOf([set('a', '0', '1')])
    const world = new Map([['a', '0']])
    const journal = memoryRun()
    await run(plan, world, journal)
    world.set('a', 'somebody')
    const news: RunNews[] = []
    const undo = planOf(undoSteps(plan, addUp(journal.records)!).steps)
    await run(undo, world, memoryRun(), { keepDrifted: true, report: (one) => news.push(one) })
    expect(world.get('a')).toBe('somebody')
    expect(news).toContainEqual(expect.objectContaining({ kind: 'done', kept: 'a is somebody' }))
  })

  it('does again what was done and is undone since, when it is resumed', async () => {
    const plan = planOf([set('a', '0', '1'), set('b', '0', '1')])
    const world = new Map([
      ['a', '0'],
      ['b', '0'],
    ])
    const journal = memoryRun()
    const stopBefore = refusing('b')
    await failureOf(run(plan, world, journal, { verbs: stopBefore }))
    world.set('a', '0')
    await run(plan, world, memoryRun(journal.text()))
    expect([...world.values()]).toEqual(['1', '1'])
  })

  it('looks again at its checks where something before them had to be done again', async () => {
    let checked = 0
    const check: Verb<ModelContext> = { isCheck: true, act: () => Promise.resolve((checked += 1)) }
    const verbs = new Map([...VERBS, ['check', check] as const, ['refuse', refuse] as const])
    const plan = planOf([set('a', '0', '1'), { ...set('c', null, null), verb: 'check' }, refusal])
    const world = new Map([['a', '0']])
    const journal = memoryRun()
    await failureOf(run(plan, world, journal, { verbs }))
    await failureOf(run(plan, world, memoryRun(journal.text()), { verbs }))
    expect(checked).toBe(1)
    world.set('a', '0')
    await failureOf(run(plan, world, memoryRun(journal.text()), { verbs }))
    expect(checked).toBe(2)
  })

  it('asks before a point of no return, waits without consent (8), and asks only once', async () => {
    const plan = planOf([{ ...set('a', '0', '1'), pointOfNoReturn: 'a is lost' }])
    const world = new Map([['a', '0']])
    const journal = memoryRun()
    const error = await failureOf(run(plan, world, journal))
    expect(error).toMatchObject({ exit: 'pending', why: 'a is lost' })
    expect(error.hint).toContain('--accept set/a')
    expect(world.get('a')).toBe('0')
    const asked: string[] = []
    const mayPass = (step: Step): Promise<boolean> => Promise.resolve(asked.push(step.id) > 0)
    await run(plan, world, memoryRun(journal.text()), { mayPass })
    expect([asked, world.get('a')]).toEqual([['set/a'], '1'])
  })

  it('pauses between two steps at Ctrl-C (130) and says how to go on', async () => {
    const abort = new AbortController()
    const plan = planOf([set('a', '0', '1'), set('b', '0', '1')])
    const world = new Map([
      ['a', '0'],
      ['b', '0'],
    ])
    const journal = memoryRun()
    const error = await failureOf(
      run(plan, world, journal, { signal: abort.signal, report: ({ kind }) => kind === 'done' && abort.abort() }),
    )
    expect(error).toMatchObject({ exit: 'interrupted', hint: 'to go on: sparkops operator resume RUN' })
    expect([...world.values()]).toEqual(['1', '0'])
    expect(journal.records.at(-1)).toMatchObject({ event: 'paused' })
    await run(plan, world, memoryRun(journal.text()))
    expect([...world.values()]).toEqual(['1', '1'])
  })

  it('says what a failure says where nothing was changed yet, and "partial" (6) where something was', async () => {
    const world = new Map([['a', '0']])
    expect((await failureOf(run(planOf([refusal]), world, memoryRun(), { verbs: refusing() }))).exit).toBe('auth')
    const both = planOf([set('a', '0', '1'), refusal])
    expect((await failureOf(run(both, world, memoryRun(), { verbs: refusing() }))).exit).toBe('partial')
  })
})

function set(name: string, before: string | null, value: string | null): Step {
  const payload = { name, value, before }
  const inverse = { verb: 'set', payload: { name, value: before, before: value } }
  return { id: `set/${name}`, verb: 'set', object: name, title: `set ${name}`, before, after: value, inverse, payload }
}

const refusal: Step = { ...set('r', null, null), id: 'refuse', verb: 'refuse', inverse: null }

const refuse: Verb<ModelContext> = {
  isCheck: true,
  act: () =>
    Promise.reject(new SparkopsError({ code: 'SO_KUBE_STATUS', message: 'Forbidden', why: 'no right', exit: 'auth' })),
}

/** The model's verbs, and one that fails; `set` fails for this name. */
function refusing(name?: string): Verbs<ModelContext> {
  const set = VERBS.get('set')!
  const fails: Verb<ModelContext> = {
    ...set,
    act: (payload, context) =>
      (payload as { name: string }).name === name ? refuse.act(payload, context) : set.act(payload, context),
  }
  return new Map([
    ['set', fails],
    ['refuse', refuse],
  ])
}
