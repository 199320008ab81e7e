/**
 * Where runs are kept: one directory each, with the plan, the journal, and what was saved before it was changed.
 *
 * What a run holds never leaves the machine: directories are the user's alone.
 */
import type { RunEvent, RunRecord } from '../domain/plan/run-record.ts'

export interface RunStore {
  /** Ids of all runs, the oldest first. */
  list(): Promise<string[]>
  /** Reads a run; undefined where there is none of that name. Takes no lock. */
  read(id: string): Promise<StoredRun | undefined>
  /** Makes a run and opens it. */
  create(id: string, plan: string): Promise<OpenRun>
  /** Opens a run to go on with it; throws (exit 5) while another process has it open. */
  open(id: string): Promise<OpenRun>
  /** Removes a run with everything in it; throws while a process has it open. */
  remove(id: string): Promise<void>
}

export interface StoredRun {
  id: string
  directory: string
  /** The plan as it was saved; empty where the machine died before it was. */
  plan: string
  records: RunRecord[]
  /** The last line was cut off. */
  torn: boolean
  bytes: number
  /** The process that has it open now. */
  openBy: { host: string; pid: number } | undefined
  /** What was kept under a name, the earliest first. */
  kept(name: string): Promise<unknown[]>
}

export interface OpenRun extends StoredRun {
  /** On the disk when it returns. */
  append(event: RunEvent): Promise<void>
  /** Saves a value, on the disk when it returns; an earlier one of that name stays too. */
  keep(name: string, value: unknown): Promise<void>
  /** Appends a line to `NAME.ndjson` beside the journal: evidence, which nothing is decided by. */
  record(name: string, value: unknown): Promise<void>
  close(): Promise<void>
}
