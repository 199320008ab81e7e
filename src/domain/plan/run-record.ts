/**
 * The lines of a run's journal, and what they add up to.
 *
 * `intent` is on the disk before anything is written elsewhere; `done` or `failed` follow it. A line that was cut off
 * at the end (the machine died while it was written) counts as not written.
 */
import { SparkopsError } from '../errors.ts'
import { parseExact } from '../exact-json.ts'
import type { Json } from './plan.ts'

export type RunRecord = { at: string } & RunEvent

export type RunEvent =
  /**
   * The first line. `undoes`: the run that this one takes back. `takesOver`: the run whose journal is lost, and whose
   * work this one goes on with from what it finds.
   */
  | {
      event: 'opened'
      run: string
      purpose: string
      digest: string
      undoes: string | null
      takesOver?: string
      tool: string
    }
  /** A process took the run up, for the first time or again. */
  | { event: 'started'; host: string; pid: number }
  | { event: 'intent'; step: string; attempt: number }
  /** `observed`: it was found done, and nothing was written. `kept`: why an object was left as somebody made it. */
  | { event: 'done'; step: string; observed: boolean; kept: string | null; facts: Json }
  | { event: 'failed'; step: string; code: string; message: string; why: string | null; exit: string }
  /** A step that was done and no longer is: somebody undid it. It is done again. */
  | { event: 'undone'; step: string; why: string }
  /** Consent to a point of no return, by name. */
  | { event: 'passed'; step: string }
  /** The process ended on purpose before the run's end. */
  | { event: 'paused'; reason: string }
  /** The run has ended. `superseded`: another run took it back. */
  | { event: 'closed'; outcome: RunOutcome; by: string | null }

export type RunOutcome = 'done' | 'superseded'

export type StepState = 'todo' | 'begun' | 'done' | 'failed'

export interface StepProgress {
  state: StepState
  attempts: number
  facts: Json
  kept: string | null
  observed: boolean
  error: { code: string; message: string; why: string | null; exit: string } | null
}

/** What a journal's lines add up to. */
export interface RunProgress {
  run: string
  purpose: string
  digest: string
  undoes: string | null
  takesOver: string | null
  openedAt: string
  lastAt: string
  steps: ReadonlyMap<string, StepProgress>
  passed: ReadonlySet<string>
  outcome: RunOutcome | null
  /** The run that took this one back. */
  closedBy: string | null
}

const FRESH: StepProgress = { state: 'todo', attempts: 0, facts: null, kept: null, observed: false, error: null }

/** Reads lines of a journal. A last line without its end is left out; any other fault is exit 65, with its line. */
export function readRecords(text: string, file: string): RunRecord[] {
  const lines = text.split('\n')
  lines.pop()
  return lines.map((line, index) => readRecord(line, file, index + 1))
}

function readRecord(line: string, file: string, number: number): RunRecord {
  const fault = (why: string): never => {
    throw new SparkopsError({
      code: 'SO_JOURNAL_MALFORMED',
      message: `${file}:${number}: this line of the journal cannot be read`,
      why,
      hint: 'the journal was changed by hand or the disk is damaged; the snapshot beside it is untouched',
      exit: 'data',
    })
  }
  let value: unknown
  try {
    value = parseExact(line)
  } catch (error) {
    return fault((error as Error).message)
  }
  if (typeof value !== 'object' || value === null) return fault('it is no object')
  const record = value as Record<string, unknown>
  const needed = typeof record.event === 'string' ? FIELDS[record.event as RunEvent['event']] : undefined
  if (!needed) return fault(`its event is ${JSON.stringify(record.event)}`)
  const missing = ['at', ...needed].find((field) => !(field in record))
  return missing === undefined ? (record as unknown as RunRecord) : fault(`it has no ${missing}`)
}

const FIELDS: Readonly<Record<RunEvent['event'], readonly string[]>> = {
  opened: ['run', 'purpose', 'digest'],
  started: ['host', 'pid'],
  intent: ['step', 'attempt'],
  done: ['step', 'observed', 'facts'],
  failed: ['step', 'code', 'message'],
  undone: ['step', 'why'],
  passed: ['step'],
  paused: ['reason'],
  closed: ['outcome'],
}

/** Adds lines up. Undefined for a run whose first line never reached the disk: it has done nothing. */
export function addUp(records: readonly RunRecord[]): RunProgress | undefined {
  const first = records[0]
  if (first?.event !== 'opened') return undefined
  const steps = new Map<string, StepProgress>()
  const passed = new Set<string>()
  let closed: { outcome: RunOutcome; by: string | null } | undefined
  for (const record of records) {
    if ('step' in record) {
      if (record.event === 'passed') passed.add(record.step)
      else steps.set(record.step, advance(steps.get(record.step) ?? FRESH, record))
    } else if (record.event === 'closed') closed = { outcome: record.outcome, by: record.by }
  }
  return {
    run: first.run,
    purpose: first.purpose,
    digest: first.digest,
    undoes: first.undoes,
    takesOver: first.takesOver ?? null,
    openedAt: first.at,
    lastAt: records.at(-1)!.at,
    steps,
    passed,
    outcome: closed?.outcome ?? null,
    closedBy: closed?.by ?? null,
  }
}

/** A step that no line speaks of. */
export function progressOf(progress: Pick<RunProgress, 'steps'>, step: string): StepProgress {
  return progress.steps.get(step) ?? FRESH
}

function advance(was: StepProgress, record: Extract<RunRecord, { step: string }>): StepProgress {
  switch (record.event) {
    case 'intent':
      return { ...was, state: 'begun', attempts: record.attempt, error: null }
    case 'done': {
      const { facts, kept, observed } = record
      return { ...was, state: 'done', facts: facts ?? was.facts, kept, observed, error: null }
    }
    case 'failed': {
      const { code, message, why, exit } = record
      return { ...was, state: 'failed', error: { code, message, why, exit } }
    }
    case 'undone':
      return { ...was, state: 'begun' }
    case 'passed':
      return was
  }
}
