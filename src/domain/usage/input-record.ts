// What is known of an input when it has been read, beside its facts, and of all inputs together.
import { type LineCounts } from './scan/dump-scanner.ts'
import { type BrokenLine } from './scan/read-dump.ts'
import { type SeenRecords } from './scan/scan-part.ts'
import { type Heartbeat, type SourceRecord } from './scan/sources.ts'

/** How one input was read. */
export interface InputAccount {
  file: string
  counts: LineCounts
  /** It is no dump: passed over, and why. */
  foreign: string | undefined
  cutBytes: number
  brokenCount: number
}

/** What one input told, beside its facts. */
export interface InputRecord {
  account: InputAccount
  sources: SourceRecord[]
  heartbeats: Heartbeat[]
  seen: SeenRecords
  broken: BrokenLine[]
  /** Applications begin as they do before 1.6. */
  earlyForm: boolean
  /** It was read by itself: its pages go on from no other input. */
  apart: boolean
}

/** What was read, beside the facts. */
export interface Reading {
  sources: SourceRecord[]
  heartbeats: Heartbeat[]
  seen: SeenRecords
  accounts: InputAccount[]
  broken: BrokenLine[]
  events: number
  /** Applications begin as they do before 1.6. */
  earlyForm: boolean
}

/** Nothing read yet. */
export function emptyReading(): Reading {
  return {
    ...{ sources: [], heartbeats: [], seen: nothingSeen(), accounts: [], broken: [] },
    events: 0,
    earlyForm: false,
  }
}

/** An input of which nothing has been taken yet. */
export function emptyRecord(file: string, foreign: string | undefined): InputRecord {
  const counts = { events: 0, pages: 0, heartbeats: 0, snapshots: 0, other: 0 }
  const account = { file, counts, foreign, cutBytes: 0, brokenCount: 0 }
  return { account, sources: [], heartbeats: [], seen: nothingSeen(), broken: [], earlyForm: false, apart: false }
}

/** Adds an input to what was read before it. */
export function addRecord(reading: Reading, record: InputRecord): void {
  reading.broken.push(...record.broken)
  reading.sources.push(...record.sources)
  reading.heartbeats.push(...record.heartbeats)
  reading.earlyForm ||= record.earlyForm
  addSeen(reading.seen, record.seen)
  reading.accounts.push(record.account)
  reading.events += record.account.counts.events
}

/** Adds what snapshots showed later to what they showed before. */
export function addSeen(all: SeenRecords, seen: SeenRecords): void {
  for (const [key, one] of seen.applications) {
    const known = all.applications.get(key)
    const older = known !== undefined && known.seenAt > one.seenAt
    all.applications.set(
      key,
      older ? { ...known, history: known.history ?? one.history } : { ...one, history: one.history ?? known?.history },
    )
  }
  for (const [key, one] of seen.allocations) all.allocations.set(key, one)
  for (const [key, one] of seen.nodes) all.nodes.set(key, one)
  all.listings.push(...seen.listings)
  for (const [cluster, at] of seen.listed) {
    const known = all.listed.get(cluster)
    if (known === undefined || at < known) all.listed.set(cluster, at)
  }
}

function nothingSeen(): SeenRecords {
  return { applications: new Map(), allocations: new Map(), nodes: new Map(), listings: [], listed: new Map() }
}
