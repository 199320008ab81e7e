/** All runs, the newest first. */
import type { RunStore } from '../../ports/journal.ts'
import { API_VERSION, type Document } from '../document.ts'
import { SparkopsError } from '../errors.ts'
import { type RunSummary, summarizeRun, unreadableRun } from './run-summary.ts'

export interface RunList extends Document {
  kind: 'RunList'
  items: RunSummary[]
  summary: { total: number; open: number; bytes: number }
}

/** Lists runs; one that cannot be read is listed as such and hides no other. */
export async function listRuns(store: RunStore): Promise<RunList> {
  const items: RunSummary[] = []
  for (const id of (await store.list()).reverse()) {
    const summary = await summaryOf(store, id)
    if (summary) items.push(summary)
  }
  return {
    apiVersion: API_VERSION,
    kind: 'RunList',
    items,
    summary: {
      total: items.length,
      open: items.filter(({ state }) => state === 'open' || state === 'running').length,
      bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
    },
  }
}

async function summaryOf(store: RunStore, id: string): Promise<RunSummary | undefined> {
  try {
    const stored = await store.read(id)
    return stored && summarizeRun(stored)
  } catch (error) {
    if (error instanceof SparkopsError) return unreadableRun(id, error.message)
    throw error
  }
}
