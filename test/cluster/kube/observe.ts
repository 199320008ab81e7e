/** Collects what a watch tells, and waits for what should come. */
import { expect, onTestFinished } from 'vitest'
import type { Cluster, ListOptions, ResourceType, WatchEvent } from '../../../src/ports/cluster.ts'

export interface Observation {
  /** Every event so far, in words. */
  all: string[]
  troubles: string[]
  /** Waits for an event after the one that was waited for last. */
  until(words: string): Promise<void>
  /** Waits until the watch has met trouble so often. */
  trouble(times: number): Promise<void>
  /** Resolves or rejects as the watch ends. */
  end: Promise<void>
  stop(): Promise<void>
}

const WITHIN = { timeout: 25_000, interval: 20 }

export function observe(
  cluster: Cluster,
  type: ResourceType,
  options: ListOptions,
  told: (event: WatchEvent) => string,
): Observation {
  const abort = new AbortController()
  const all: string[] = []
  const troubles: string[] = []
  let waited = 0
  const read = async (): Promise<void> => {
    const onTrouble = (trouble: string): number => troubles.push(trouble)
    for await (const event of cluster.watch(type, { ...options, signal: abort.signal, onTrouble }))
      all.push(told(event))
  }
  const end = read()
  // A test that expects no end would otherwise hear of it as nobody's error.
  end.catch(() => undefined)
  onTestFinished(() => abort.abort())
  return {
    all,
    troubles,
    end,
    until: async (words) => {
      await Promise.race([
        expect.poll(() => all.indexOf(words, waited), { ...WITHIN, message: `waiting for ${words}` }).not.toBe(-1),
        end.then(() => Promise.reject(new Error('the watch ended'))),
      ])
      waited = all.indexOf(words, waited) + 1
    },
    trouble: (times) => expect.poll(() => troubles.length, WITHIN).toBeGreaterThanOrEqual(times),
    stop: async () => {
      abort.abort()
      await end
    },
  }
}
