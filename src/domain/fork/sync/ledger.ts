/**
 * The ledger of a run: what was begun, prepared, done, left to a person and taken back, one JSON line each, in order.
 * Nothing is ever changed in it. The state of a run is what its lines add up to, checked against the refs.
 */
import type { FileVersion, Oid } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import type { OpenConflict } from '../carry/open-conflict.ts'
import type { ForkProfile } from '../profile/profile.ts'
import type { AskedBuild } from '../checks/user-build.ts'
import type { CarryFinding, Resolution } from '../resolve/resolver.ts'

export interface StartEntry {
  kind: 'start'
  at: string
  version: number
  id: string
  start: Oid
  /** The tip of the fork before tidying, where it was tidied. */
  untidied?: Oid
  branch: string | null
  base: { oid: Oid; name: string; how: string; isUnrelated: boolean }
  onto: { oid: Oid; name: string }
  /** Of upstream, not in the base. */
  upstream: readonly Oid[]
  /** `Name <email> seconds zone`: the same for the whole run, so that doing a step again makes the same commit. */
  committer: string
  profile: ForkProfile
  /** The user's build, told so that the run goes on with the same; never run from here. */
  exec?: AskedBuild
  /** New commits are signed; told so that the run goes on alike. */
  sign?: true
  series: readonly { oid: Oid; sources: readonly Oid[] }[]
  /** Commits that tidying left out: each with why. */
  tidied: readonly { oid: Oid; rule: string; evidence: string; into: Oid | null }[]
}

export interface StepEntry {
  kind: 'prepared'
  at: string
  number: number
  old: Oid
  action: 'carried' | 'dropped' | 'skipped'
  made: Oid | null
  parents: readonly Oid[]
  tipBefore: Oid
  tipAfter: Oid
  treeBefore: Oid
  tree: Oid
  rule?: string
  evidence?: string
  commits?: readonly Oid[]
  resolutions: readonly Resolution[]
  findings: readonly CarryFinding[]
}

export interface StoppedEntry {
  kind: 'stopped'
  at: string
  number: number
  old: Oid
  parents: readonly Oid[]
  onto: Oid
  tree: Oid
  baseTree: Oid
  theirsTree: Oid
  open: readonly OpenConflict[]
  resolutions: readonly Resolution[]
  findings: readonly CarryFinding[]
}

export type LedgerEntry =
  | StartEntry
  | StepEntry
  | StoppedEntry
  | { kind: 'done'; at: string; number: number }
  | { kind: 'settled'; at: string; number: number; path: string; how: string; version: FileVersion | null }
  | { kind: 'undone'; at: string; to: number; tipBefore: Oid; tipAfter: Oid }
  | { kind: 'checked'; at: string; tip: Oid; finding: CarryFinding }
  | { kind: 'aborted'; at: string; archive: string }
  | { kind: 'finished'; at: string; tip: Oid }

export interface RunState {
  id: string
  start: StartEntry
  /** Steps whose refs are set, in order. */
  steps: readonly StepEntry[]
  /** Prepared, and perhaps not done: the refs decide. */
  pending: StepEntry | undefined
  /** An undo whose refs may not be set yet. */
  undoing: Extract<LedgerEntry, { kind: 'undone' }> | undefined
  stopped: StoppedEntry | undefined
  /** What a person settled at the stop at hand. */
  settled: readonly Extract<LedgerEntry, { kind: 'settled' }>[]
  /** What the build said of a finished series that did not pass it. */
  failedBuild: CarryFinding | undefined
  status: 'running' | 'stopped' | 'finished' | 'aborted'
  /** Tip after the last step that is done. */
  tip: Oid
}

/** Adds up the lines of a ledger. */
export function readRun(id: string, lines: readonly string[]): RunState {
  const entries = lines.map((line, index) => parseEntry(id, line, index + 1))
  const [first] = entries
  if (first?.kind !== 'start') throw damaged(id, 1, 'it does not begin with the start of a run')
  if (first.version !== 1) throw damaged(id, 1, 'it was written by another version of sparkops')
  let state: RunState = {
    id,
    start: first,
    steps: [],
    pending: undefined,
    undoing: undefined,
    stopped: undefined,
    settled: [],
    failedBuild: undefined,
    status: 'running',
    tip: first.onto.oid,
  }
  for (const entry of entries.slice(1)) state = addEntry(state, entry)
  return state
}

/** The state after one more line. */
export function addEntry(state: RunState, entry: LedgerEntry): RunState {
  switch (entry.kind) {
    case 'start':
      return state
    case 'prepared':
      return { ...state, pending: entry }
    case 'done':
      return withPendingDone(state)
    case 'stopped':
      return { ...state, stopped: entry, settled: [], status: 'stopped' }
    case 'settled':
      return { ...state, settled: [...state.settled, entry] }
    case 'undone': {
      const steps = state.steps.filter(({ number }) => number <= entry.to)
      const cleared = { pending: undefined, stopped: undefined, settled: [], status: 'running' as const }
      return { ...state, ...cleared, steps, tip: entry.tipAfter, undoing: entry, failedBuild: undefined }
    }
    case 'checked':
      return { ...state, failedBuild: entry.finding.gate === 'block' ? entry.finding : undefined }
    case 'aborted':
      return { ...state, status: 'aborted' }
    case 'finished':
      return { ...state, status: 'finished', tip: entry.tip }
  }
}

function withPendingDone(state: RunState): RunState {
  const { pending } = state
  if (pending === undefined) return { ...state, undoing: undefined }
  return {
    ...state,
    steps: [...state.steps, pending],
    pending: undefined,
    undoing: undefined,
    stopped: undefined,
    settled: [],
    status: 'running',
    tip: pending.tipAfter,
  }
}

/** A line of the ledger. */
export function formatEntry(entry: LedgerEntry): string {
  return JSON.stringify(entry)
}

function parseEntry(id: string, line: string, number: number): LedgerEntry {
  try {
    const entry = JSON.parse(line) as LedgerEntry
    if (typeof entry.kind === 'string') return entry
  } catch {
    // Told below, with its place.
  }
  throw damaged(id, number, 'the line is not one of a ledger')
}

function damaged(id: string, line: number, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_LEDGER_DAMAGED',
    message: `the ledger of ${id} cannot be read at line ${line}`,
    why,
    hint: `a copy is kept in git: git cat-file blob refs/sparkops/fork/${id}/ledger`,
    exit: 'data',
  })
}
