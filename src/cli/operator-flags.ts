/** What commands share that plan moves of the operator: the target, values, decisions, and how they end. */
import { Flags } from '@oclif/core'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CrdWish } from '../domain/operator/plan/crd-moves.ts'
import type { PlanQuestion } from '../domain/operator/plan/plan-operator.ts'
import { readMap } from '../domain/operator/source/documents.ts'
import { SparkopsError } from '../domain/errors.ts'
import type { Cluster, ClusterReader } from '../ports/cluster.ts'
import { VERSION } from './manifest.ts'
import { onShutdown } from './shutdown.ts'
import { SOURCE_DESCRIPTION } from './target-flags.ts'

const helpGroup = 'PLAN'

/** Forks may have their kinds in a group of their own. */
export const groupFlag = Flags.string({
  summary: 'API group of its kinds, where there are several',
  helpValue: 'GROUP',
})

export const planFlags = {
  to: Flags.string({ summary: `where to: ${SOURCE_DESCRIPTION}`, required: true, helpValue: 'SOURCE', helpGroup }),
  from: Flags.string({
    summary: 'which version is there, where nothing tells it; or the manifests that it was installed from',
    default: 'auto',
    helpValue: 'VERSION|SOURCE',
    helpGroup,
  }),
  group: groupFlag,
  operator: Flags.string({ summary: 'which operator, where there are several', helpValue: 'NS/NAME', helpGroup }),
  values: Flags.string({
    char: 'f',
    summary: 'values over those of the release; may be repeated, later files win',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FILE',
    helpGroup,
  }),
  'reset-values': Flags.boolean({ summary: 'leave the values of the release out', helpGroup }),
  crd: Flags.option({
    summary: 'what happens to the definitions; by default they are raised, and kept on the way back',
    options: ['auto', 'keep', 'raise', 'lower'] as const,
    default: 'auto' as const,
    helpValue: 'HOW',
    helpGroup,
  })(),
  revert: Flags.boolean({ summary: 'the move is a way back, whatever the versions say', helpGroup }),
  offline: Flags.boolean({ summary: 'judge objects without a temporary definition in the cluster', helpGroup }),
  ack: Flags.string({
    summary: 'a finding that you have read and accept; may be repeated',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ID',
    helpGroup,
  }),
}

export interface PlanFlags {
  to: string
  from: string
  group?: string | undefined
  operator?: string | undefined
  values?: string[] | undefined
  'reset-values': boolean
  crd: CrdWish
  revert: boolean
  offline: boolean
  ack?: string[] | undefined
}

/** What the domain is asked, but for what the command itself has. */
export async function planQuestion(
  flags: PlanFlags,
  opened: { reader: ClusterReader; live: Cluster | undefined },
): Promise<Omit<PlanQuestion, 'ports' | 'now' | 'signal' | 'report'>> {
  return {
    reader: opened.reader,
    server: flags.offline ? undefined : opened.live,
    to: flags.to,
    from: flags.from,
    group: flags.group,
    operator: flags.operator,
    values: await Promise.all((flags.values ?? []).map(readValues)),
    resetValues: flags['reset-values'],
    crd: flags.crd,
    isBack: flags.revert,
    acknowledged: flags.ack ?? [],
    tool: { version: VERSION },
    sleep: async (milliseconds) => {
      await sleep(milliseconds)
    },
    onHeld: onShutdown,
  }
}

async function readValues(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new SparkopsError({
      code: 'SO_VALUES_UNREADABLE',
      message: `the values in ${path} cannot be read`,
      why: error instanceof Error ? error.message : String(error),
      hint: 'name a file of YAML',
      exit: 'data',
    })
  })
  return readMap(text, path)
}
