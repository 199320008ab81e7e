/** What the commands that carry out operator moves share: flags, the session, progress, and a Ctrl-C that finishes. */
import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Args, Flags } from '@oclif/core'
import { fingerprintsNow } from '../domain/operator/apply/fingerprints.ts'
import type { OperatorReceipt } from '../domain/operator/apply/receipt.ts'
import { requireObjectsForeseen } from '../domain/operator/apply/foreseen.ts'
import { requireTakenUp } from '../domain/operator/apply/left-behind.ts'
import { planWayBack } from '../domain/operator/apply/run-choice.ts'
import { beginRun, goOn, type OperatorSession, type RunPurpose } from '../domain/operator/apply/session.ts'
import { OPERATOR_VERBS } from '../domain/operator/apply/verbs.ts'
import { type ExitName, SparkopsError } from '../domain/errors.ts'
import { isSevere, refuseBlocked, refuseUnacknowledged, unacknowledged } from '../domain/plan/gates.ts'
import type { Plan, Step } from '../domain/plan/plan.ts'
import { PLAN_BYTES_MAX, readPlan } from '../domain/plan/read-plan.ts'
import { requireCluster, requireFresh } from '../domain/plan/stale.ts'
import type { OpenRun, StoredRun } from '../ports/journal.ts'
import { operatorReceiptView, undoPlanView } from '../ui/operator-run-view.ts'
import { BaseCommand } from './base-command.ts'
import { consentFlags } from './consent.ts'
import { type KubeFlags, kubeFlags } from './kube-flags.ts'
import { finishByOneself, onShutdown } from './shutdown.ts'
import { openCluster, openHelmOf, openRunStore, openSnapshotTaker, openVersionSource, systemClock } from './wiring.ts'

export const runFlags = {
  ...kubeFlags,
  ...consentFlags,
  accept: Flags.string({
    summary: 'a finding to acknowledge, or a point of no return to pass, by its id; may be repeated',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ID',
    helpGroup: 'CONSENT',
  }),
}

/** The run that a command is about, where the newest one is what people mean. */
export const runArgument = Args.string({
  description: 'a run, the beginning of its name, or "last"',
  default: 'last',
  ignoreStdin: true,
})

/** Of the commands that take a run back. */
export const wayBackFlags = {
  ...runFlags,
  crds: Flags.option({
    summary: 'raised CRDs keep their schema, or get back the one before',
    options: ['keep', 'restore'] as const,
    default: 'keep' as const,
    helpValue: 'WHAT',
  })(),
  'dry-run': Flags.boolean({ summary: 'show the steps of the way back, and change nothing' }),
}

/** How a command can end that carries steps out. */
const RUN_EXIT_CODES = [
  'findings',
  'auth',
  'stale',
  'partial',
  'inconclusive',
  'pending',
  'data',
  'unreachable',
] as const

export interface RunFlags extends KubeFlags {
  yes: boolean
  confirm?: string | undefined
  accept?: string[] | undefined
}

/** Waits; rejects when the signal aborts. */
export function pauseUntil(signal: AbortSignal): (milliseconds: number) => Promise<void> {
  return async (milliseconds) => await sleep(milliseconds, undefined, { signal })
}

const HEARTBEAT_MS = 30_000

export abstract class OperatorRunCommand extends BaseCommand {
  static override exitCodes: readonly ExitName[] = RUN_EXIT_CODES

  /** Opens what a run needs. */
  protected async openSession(flags: RunFlags): Promise<OperatorSession> {
    const cluster = await openCluster(flags)
    const accepted = new Set(flags.accept)
    return {
      cluster,
      helm: await openHelmOf(flags),
      sources: await openVersionSource(),
      snapshots: await openSnapshotTaker(cluster),
      store: await openRunStore(),
      clock: systemClock,
      sleep: pauseUntil(this.signal),
      signal: this.signal,
      report: () => undefined,
      mayPass: (step) => this.mayPass(step, accepted),
      process: { host: hostname(), pid: process.pid, random: () => randomBytes(3).toString('hex') },
    }
  }

  /** A plan of a file, checked, for this cluster, and still fresh. */
  protected async readFreshPlan(file: string, session: OperatorSession): Promise<Plan> {
    const plan = readPlan(await readText(file), file, new Set(OPERATOR_VERBS.keys()))
    const { cluster, helm, sources } = session
    requireCluster(plan, cluster.identity)
    refuseBlocked(plan)
    await requireFresh(plan, fingerprintsNow(plan, { cluster, helm, sources, signal: this.signal }))
    await requireObjectsForeseen(plan, { cluster, signal: this.signal })
    await requireTakenUp(plan, { cluster, signal: this.signal })
    return plan
  }

  /** Asks, then begins a run of a plan and carries it to its end. */
  protected async begin(
    plan: Plan,
    session: OperatorSession,
    flags: RunFlags,
    { question, ...purpose }: RunPurpose & { question: string },
  ): Promise<OperatorReceipt> {
    refuseBlocked(plan)
    refuseUnacknowledged(unacknowledged(plan, new Set(flags.accept)))
    const severe = isSevere(plan) || purpose.takesOver !== undefined
    await this.consent({ question, severe, name: nameOf(session) }, flags)
    return await this.carry(await beginRun(session, plan, purpose), plan, session)
  }

  /** Shows the way back from a run, or goes it. `asks` puts it as a question, given where and in how many steps. */
  protected async takeBack(
    stored: StoredRun,
    session: OperatorSession,
    flags: RunFlags & { crds: 'keep' | 'restore'; 'dry-run': boolean },
    { purpose, asks }: { purpose: string; asks: (plan: Plan) => string },
  ): Promise<void> {
    const onHeld = flags['dry-run'] ? undefined : onShutdown
    const plan = await planWayBack(stored, session, { lowerCrds: flags.crds === 'restore', onHeld })
    if (flags['dry-run']) {
      await this.present(plan, undoPlanView)
      return
    }
    const receipt = await this.begin(plan, session, flags, { purpose, undoes: stored.id, question: asks(plan) })
    await this.present(receipt, operatorReceiptView)
  }

  /** Carries a run on to its end, telling how it goes. At Ctrl-C it ends by itself, after the request in flight. */
  protected async carry(run: OpenRun, plan: Plan, session: OperatorSession): Promise<OperatorReceipt> {
    const progress = this.runProgress(plan.steps.length)
    const heartbeat = setInterval(() => progress.heartbeat(), HEARTBEAT_MS)
    const finished = finishByOneself()
    this.note(`run ${run.id}; its journal is in ${run.directory}`)
    try {
      return await goOn({ ...session, report: (news) => progress.report(news) }, run, plan)
    } finally {
      clearInterval(heartbeat)
      progress.clear()
      finished()
    }
  }

  private async mayPass({ id, pointOfNoReturn = '' }: Step, accepted: ReadonlySet<string>): Promise<boolean> {
    if (accepted.has(id)) return true
    return await this.answer(`There is no way back from here: ${pointOfNoReturn}. Type ${id} to go on: `, id)
  }
}

function nameOf({ cluster: { identity } }: OperatorSession): string {
  return identity.context ?? identity.server
}

/** Never more of a file than a plan can have. */
async function readText(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r')
    try {
      const { size } = await handle.stat()
      if (size > PLAN_BYTES_MAX) throw new Error(`it is larger than ${PLAN_BYTES_MAX >> 20} MiB`)
      return await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new SparkopsError({
      code: 'SO_PLAN_UNREADABLE',
      message: `cannot read ${file}`,
      why: (error as Error).message,
      hint: 'make a plan with: sparkops operator plan … -o json',
      exit: 'data',
      cause: error,
    })
  }
}
