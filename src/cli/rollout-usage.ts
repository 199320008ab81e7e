/** What applications used before and since a start, from dumps of YuniKorn events. */
import { Flags } from '@oclif/core'
import { answer, type UsageItem } from '../domain/usage/answer.ts'
import type { Environment, Rollout } from '../domain/rollout/file/rollout.ts'
import type { ResourceFigures, UsageFigures } from '../domain/rollout/gates/usage-figures.ts'
import { type RolloutEntry, stateOf } from '../domain/rollout/state/entries.ts'
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

const DAY_MS = 86_400_000
const NANOS_PER_MS = 1_000_000n
/** Of what applications are asked for and billed. */
const RESOURCES = ['vcore', 'memory']

/** Null where no dump was given, or nothing was started. */
export async function usageFiguresOf(
  { dump = [] }: UsageDumpFlags,
  context: { rollout: Rollout; environment: Environment; entries: readonly RolloutEntry[]; now: number },
): Promise<UsageFigures | null> {
  const { started } = stateOf(context.entries, context.environment.name)
  if (dump.length === 0 || started === null) return null
  const startedAt = Date.parse(started.at)
  const from = startedAt - context.rollout.baselineDays * DAY_MS
  const flags = { lenient: false, cluster: '', memory: '512MB', 'informer-latency': '0s' }
  const namespaces = new Set(context.environment.namespaces)
  return await withLedger(dump, flags, { wantUsers: false, report: () => undefined }, async (ledger) => {
    const ask = async (since: number, until: number): Promise<UsageItem[]> => {
      const { items } = await answer(ledger, {
        by: ['app', 'namespace'],
        kinds: ['used'],
        resources: RESOURCES,
        units: 'native',
        window: undefined,
        zone: 'UTC',
        from: BigInt(since) * NANOS_PER_MS,
        to: BigInt(until) * NANOS_PER_MS,
        top: undefined,
        idle: false,
        prices: undefined,
      })
      return items.filter(({ by }) => namespaces.has(by['namespace'] ?? ''))
    }
    const [before, since] = [await ask(from, startedAt), await ask(startedAt, context.now)]
    return { resources: RESOURCES.map((resource) => figuresOf(resource, before, since)) }
  })
}

function figuresOf(resource: string, before: readonly UsageItem[], since: readonly UsageItem[]): ResourceFigures {
  const sum = (items: readonly UsageItem[]): ResourceFigures['before'] => {
    const own = items.filter((item) => item.resource === resource)
    const isOpen = own.some(({ upper }) => upper === null)
    return {
      lower: own.reduce((total, { lower }) => total + Number(lower), 0),
      upper: isOpen ? null : own.reduce((total, { upper }) => total + Number(upper), 0),
      applications: own.length,
    }
  }
  const unit = [...before, ...since].find((item) => item.resource === resource)?.unit ?? ''
  return { resource, unit, before: sum(before), since: sum(since) }
}
