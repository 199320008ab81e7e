/** What a collector did, when it ends. */
import { API_VERSION, type Document } from '../../document.ts'
import type { EventSpool } from '../../../ports/event-spool.ts'
import type { CollectorStatus } from './collector-status.ts'

export interface CollectionReport extends Document {
  kind: 'CollectionReport'
  cluster: string
  /** The scheduler's process and the number of its next event; null when none ever answered. */
  instance: string | null
  next: number | null
  events: number
  snapshots: number
  restarts: number
  /** Stretches of events that the scheduler no longer had, and how many they were. */
  gaps: number
  missing: number
  sinks: {
    name: string
    pieces: number
    /** Before compression. */
    bytes: number
    failures: number
    /** Bytes in the spool that it has not kept. */
    left: number
    trouble: string | null
  }[]
}

/** Sums up a collector's status. */
export function reportCollection(cluster: string, status: CollectorStatus, spool: EventSpool): CollectionReport {
  const { position, events, snapshots, restarts, gaps, missing } = status
  return {
    apiVersion: API_VERSION,
    kind: 'CollectionReport',
    cluster,
    instance: position?.instance ?? null,
    next: position?.next ?? null,
    ...{ events, snapshots, restarts, gaps, missing },
    sinks: status.sinks.map(({ name, pieces, bytes, failures, trouble }) => ({
      ...{ name, pieces, bytes, failures },
      left: spool.backlog(name),
      trouble: trouble ?? null,
    })),
  }
}
