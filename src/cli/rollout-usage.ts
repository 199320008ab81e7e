/** What applications used, from dumps of YuniKorn events, for the gate on usage. */
import { Flags } from '@oclif/core'
import type { DumpUsage, Use } from '../domain/rollout/gates/usage-figures.ts'
import { USAGE_RESOURCES } from '../domain/rollout/look.ts'
import { answer } from '../domain/usage/answer.ts'
import { withLedger } from './usage-flags.ts'

export const usageDumpFlags = {
  dump: Flags.string({
    summary: 'YuniKorn events for the gate on usage, as usage compute takes them; may be repeated',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'PATH',
    helpGroup: 'ROLLOUT',
  }),
}

export interface UsageDumpFlags {
  dump?: string[] | undefined
}

/** Every application of the dumps from its beginning to its end; null where none was given. */
export async function readDumpUsage({ dump = [] }: UsageDumpFlags): Promise<DumpUsage | null> {
  if (dump.length === 0) return null
  const flags = { lenient: false, cluster: '', memory: '512MB', 'informer-latency': '0s' }
  return await withLedger(dump, flags, { wantUsers: false, report: () => undefined }, async (ledger) => {
    const { items, summary } = await answer(ledger, {
      by: ['app'],
      kinds: ['used'],
      resources: [...USAGE_RESOURCES],
      units: 'native',
      window: undefined,
      zone: 'UTC',
      from: undefined,
      to: undefined,
      top: undefined,
      idle: false,
      prices: undefined,
    })
    const applications = new Map<string, Map<string, Use>>()
    for (const { by, resource, unit, lower, upper } of items) {
      const own = applications.get(by['app'] ?? '') ?? new Map<string, Use>()
      applications.set(by['app'] ?? '', own)
      own.set(resource, { unit, lower: Number(lower), upper: upper === null ? null : Number(upper) })
    }
    return { period: summary.period, applications }
  })
}
