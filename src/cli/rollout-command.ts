/** What the commands of a rollout share: the file, the state, the record, clusters by environment, and reports. */
import { Flags } from '@oclif/core'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type ExitName, SparkopsError } from '../domain/errors.ts'
import { configMapName, readRollout } from '../domain/rollout/file/read-rollout.ts'
import type { ConfigMapPlace, Environment, Rollout } from '../domain/rollout/file/rollout.ts'
import type { GateName } from '../domain/rollout/gates/gate.ts'
import { lookAt } from '../domain/rollout/look.ts'
import type { RolloutReport } from '../domain/rollout/report.ts'
import { configMapStore } from '../domain/rollout/state/config-map-store.ts'
import { journalStore, mirrored } from '../domain/rollout/state/journal-store.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { OutcomeRecord } from '../ports/outcome-record.ts'
import type { RolloutStore } from '../ports/rollout-state.ts'
import { rolloutMarkdown } from '../ui/rollout/report-markdown.ts'
import { rolloutPage } from '../ui/rollout/report-page.ts'
import { type KubeFlags, kubeFlags } from './kube-flags.ts'
import { VERSION } from './manifest.ts'
import { OperatorRunCommand, type RunFlags } from './operator-run-command.ts'
import { writeFileWhole } from './output.ts'
import { readDumpUsage, type UsageDumpFlags } from './rollout-usage.ts'
import { openCluster, openOutcomeRecord, openRunStore, systemClock } from './wiring.ts'

const { context: _context, ...clusterFlags } = kubeFlags
const helpGroup = 'ROLLOUT'

/** The context of a cluster is said by the rollout file, not by a flag. */
export const rolloutFlags = {
  ...clusterFlags,
  file: Flags.string({ char: 'f', summary: 'the rollout file', default: 'rollout.yaml', helpValue: 'FILE', helpGroup }),
  state: Flags.string({
    summary: 'where the state lives: journal, configmap or configmap/NAMESPACE; else as the file says',
    helpValue: 'WHERE',
    helpGroup,
  }),
  by: Flags.string({ summary: 'who does it, as it is recorded; USER@HOST by default', helpValue: 'NAME', helpGroup }),
  report: Flags.string({
    summary: 'write the report of the environment into this directory, as HTML and Markdown',
    helpValue: 'DIR',
    helpGroup,
  }),
}

export interface RolloutFlags extends KubeFlags {
  file: string
  state?: string | undefined
  by?: string | undefined
  report?: string | undefined
}

export interface OpenRollout {
  rollout: Rollout
  store: RolloutStore
  record: OutcomeRecord
  by: string
}

/** Chart of operators that say nothing of where they are. */
const OPERATOR_NAMESPACE = 'spark-operator'

export abstract class RolloutCommand extends OperatorRunCommand {
  static override exitCodes: readonly ExitName[] = [
    'findings',
    'auth',
    'stale',
    'inconclusive',
    'pending',
    'data',
    'unreachable',
  ]

  /** Reads the file and opens the state. Nothing is asked of a cluster but where the state is in one. */
  protected async openRollout(flags: RolloutFlags): Promise<OpenRollout> {
    const rollout = readRollout(flags.file, await textOf(flags.file))
    const journal = journalStore({
      store: await openRunStore(),
      rollout,
      now: () => systemClock.now(),
      random: () => randomBytes(3).toString('hex'),
      version: VERSION,
    })
    const place = placeOf(rollout, flags.state)
    const store =
      place === null
        ? journal
        : mirrored(
            configMapStore(await this.clusterOf(place.context ?? rollout.environments[0]!.context, flags), {
              ...place,
              rollout: rollout.name,
            }),
            journal,
          )
    const record = await openOutcomeRecord(resolve(dirname(flags.file), rollout.record))
    return { rollout, store, record, by: flags.by ?? `${userInfo().username}@${hostname()}` }
  }

  protected async clusterOf(context: string, flags: RolloutFlags): Promise<Cluster> {
    return await openCluster({ ...flags, context })
  }

  /** Flags as the commands of the operator take them, for the cluster of an environment. */
  protected runFlagsOf<F extends RolloutFlags>(flags: F, { context }: Environment): F & { context: string } {
    return { ...flags, context }
  }

  /** One look at an environment, and its report as files where that was asked for. */
  protected async look(
    { rollout, store, record }: OpenRollout,
    environment: Environment,
    flags: RolloutFlags & UsageDumpFlags,
    accepted: readonly GateName[] = [],
  ): Promise<{ report: RolloutReport; seen: Awaited<ReturnType<RolloutStore['read']>> }> {
    const seen = await store.read()
    const cluster = await this.clusterOf(environment.context, flags)
    const dump = await readDumpUsage(flags)
    const report = await lookAt({
      ...{ cluster, record, rollout, environment, dump },
      entries: seen.entries,
      now: this.clock.now(),
      signal: this.signal,
      accepted: new Set(accepted),
    })
    await this.writeReport(report, flags)
    return { report, seen }
  }

  protected async writeReport(report: RolloutReport, flags: RolloutFlags): Promise<void> {
    if (flags.report === undefined) return
    const path = join(flags.report, `${report.rollout}-${report.environment}`)
    await mkdir(flags.report, { recursive: true })
    await writeFileWhole(`${path}.html`, [rolloutPage(report)], { mode: 0o600 })
    await writeFileWhole(`${path}.md`, [rolloutMarkdown(report)], { mode: 0o600 })
    this.note(`wrote ${path}.html and ${path}.md`)
  }
}

export type StartFlags = RolloutFlags & RunFlags

function placeOf(rollout: Rollout, asked: string | undefined): ConfigMapPlace | null {
  if (asked === undefined) return rollout.configMap
  if (asked === 'journal') return null
  const match = /^configmap(?:\/([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?))?$/.exec(asked)
  if (match === null) {
    throw new SparkopsError({
      code: 'SO_USAGE',
      message: `--state ${asked}: there is no such place`,
      why: 'the state lives in the journal or in a ConfigMap',
      hint: '--state journal, --state configmap or --state configmap/NAMESPACE',
      exit: 'usage',
    })
  }
  const own = rollout.configMap ?? { context: null, namespace: OPERATOR_NAMESPACE, name: configMapName(rollout.name) }
  return { ...own, namespace: match[1] ?? own.namespace }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new SparkopsError({
      code: 'SO_ROLLOUT_FILE',
      message: `cannot read ${file}`,
      why: (error as Error).message,
      hint: 'write one with: sparkops rollout init; or name it with --file',
      exit: 'data',
      cause: error,
    })
  }
}
