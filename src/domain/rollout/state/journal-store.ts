/** The state in the journal of this machine: a run of its own, whose steps are the stages of the environments. */
import type { OpenRun, RunStore, StoredRun } from '../../../ports/journal.ts'
import type { RolloutStore, StoredEntries } from '../../../ports/rollout-state.ts'
import { API_VERSION } from '../../document.ts'
import { stringifyExact } from '../../exact-json.ts'
import { toJson } from '../../plan/json.ts'
import type { Plan, Step } from '../../plan/plan.ts'
import { newRunId } from '../../plan/run-id.ts'
import { addUp, type RunEvent } from '../../plan/run-record.ts'
import { sealPlan } from '../../plan/seal.ts'
import type { Rollout } from '../file/rollout.ts'
import { checkEntries, movedMeanwhile, type RolloutEntry, stateOf } from './entries.ts'

export interface JournalOptions {
  store: RunStore
  rollout: Rollout
  now: () => number
  random: () => string
  version: string
}

const ENTRY = 'entry'

export interface JournalStore extends RolloutStore {
  /** Takes over what is written elsewhere, so that this machine's audit log is whole. */
  mirror(entries: readonly RolloutEntry[]): Promise<void>
}

/** The newest run of a rollout of that name; made when the first entry is added. A lock lets one process write. */
export function journalStore(options: JournalOptions): JournalStore {
  const { store } = options
  const read = async (): Promise<StoredEntries> => {
    const run = await findRun(options)
    return run === undefined ? { entries: [], version: '' } : await storedIn(run)
  }
  const write = async (all: (entries: readonly RolloutEntry[]) => readonly RolloutEntry[]): Promise<StoredEntries> => {
    const found = await findRun(options)
    const run = found === undefined ? await beginRun(options) : await store.open(found.id)
    try {
      const { entries } = await storedIn(run)
      const next = all(entries)
      for (const entry of missingRecords(run, entries)) await run.append(recordOf(entry))
      for (const entry of next.slice(entries.length)) await add(run, entry)
      await closeWhenOver(run, next, options.rollout)
      return { entries: next, version: String(next.length) }
    } finally {
      await run.close()
    }
  }
  return {
    place: 'the journal of this machine',
    read,
    append: async (entry, seen) =>
      await write((entries) => {
        if (String(entries.length) !== (seen.version || '0'))
          throw movedMeanwhile('the journal', entries, seen.entries.length)
        return [...entries, entry]
      }),
    settle: async () => {
      const run = await findRun(options)
      if (run === undefined) return
      const { entries } = await storedIn(run)
      const isOpen = addUp(run.records)?.outcome === null
      if (missingRecords(run, entries).length > 0 || (isOpen && isOver(entries, options.rollout)))
        await write(() => entries)
    },
    mirror: async (entries) => {
      const own = await read()
      if (own.entries.length < entries.length) await write(() => entries)
    },
  }
}

async function storedIn(run: StoredRun): Promise<StoredEntries> {
  const entries = checkEntries(await run.kept(ENTRY), run.directory)
  return { entries, version: String(entries.length) }
}

/** The entry itself first: it is what counts. The record after it is how `runs show` tells it. */
async function add(run: OpenRun, entry: RolloutEntry): Promise<void> {
  await run.keep(ENTRY, entry)
  await run.append(recordOf(entry))
}

function recordOf(entry: RolloutEntry): RunEvent {
  const step = `${entry.environment}/${entry.event === 'starting' ? 'started' : entry.event}`
  if (entry.event === 'starting') return { event: 'intent', step, attempt: 1 }
  return { event: 'done', step, observed: false, kept: null, facts: toJson({ by: entry.by, at: entry.at }) }
}

/** Each entry has one record, in the same order; a process that was killed may have written the one and not the other. */
function missingRecords({ records }: StoredRun, entries: readonly RolloutEntry[]): readonly RolloutEntry[] {
  return entries.slice(records.filter(({ event }) => event === 'intent' || event === 'done').length)
}

async function closeWhenOver(run: OpenRun, entries: readonly RolloutEntry[], rollout: Rollout): Promise<void> {
  if (isOver(entries, rollout) && addUp(run.records)?.outcome === null)
    await run.append({ event: 'closed', outcome: 'done', by: null })
}

function isOver(entries: readonly RolloutEntry[], { environments }: Rollout): boolean {
  return environments.every(({ name }) => stateOf(entries, name).stage === 'promoted')
}

function purposeOf({ name }: Rollout): string {
  return `rollout ${name}`
}

async function findRun({ store, rollout }: JournalOptions): Promise<StoredRun | undefined> {
  for (const id of (await store.list()).toReversed()) {
    // A run whose files are damaged is none of ours to judge.
    const run = await store.read(id).catch(() => undefined)
    if (run !== undefined && addUp(run.records)?.purpose === purposeOf(rollout)) return run
  }
  return undefined
}

async function beginRun({ store, rollout, now, random, version }: JournalOptions): Promise<OpenRun> {
  const plan = planOf(rollout, new Date(now()).toISOString(), version)
  const id = newRunId(now(), random())
  const run = await store.create(id, stringifyExact(plan))
  await run.append({
    event: 'opened',
    run: id,
    purpose: purposeOf(rollout),
    digest: plan.digest,
    undoes: null,
    tool: version,
  })
  return run
}

/** What `runs show` lists: the stages as steps. Nothing carries this plan out; `rollout` does, stage by stage. */
function planOf(rollout: Rollout, createdAt: string, version: string): Plan {
  const steps = rollout.environments.flatMap(({ name, context, operator }): Step[] => {
    const step = (stage: string, title: string): Step => ({
      id: `${name}/${stage}`,
      verb: `rollout-${stage}`,
      object: `environment ${name} (${context})`,
      title,
      before: null,
      after: null,
      inverse: null,
      payload: null,
    })
    return [step('started', `move the operator to ${operator.to}`), step('promoted', 'every gate holds')]
  })
  return sealPlan({
    apiVersion: API_VERSION,
    kind: 'RolloutPlan',
    schema: 1,
    tool: { name: 'sparkops', version },
    createdAt,
    target: { kind: 'cluster', id: `rollout:${rollout.name}`, name: rollout.name },
    inputs: [],
    steps,
    findings: [],
    summary: {},
  })
}

/** The ConfigMap is what counts; the journal has it, too. */
export function mirrored(shared: RolloutStore, journal: JournalStore): RolloutStore {
  return {
    place: shared.place,
    read: () => shared.read(),
    append: async (entry, seen) => {
      const written = await shared.append(entry, seen)
      await journal.mirror(written.entries)
      return written
    },
    settle: async () => {
      await journal.mirror((await shared.read()).entries)
      await journal.settle()
    },
  }
}
