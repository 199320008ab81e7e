/** What the commands share that try a live operator out: the session, progress, and going on after a kill. */
import { hostname } from 'node:os'
import { chooseRun } from '../domain/app/run/choose-run.ts'
import { type ExitName, SparkopsError } from '../domain/errors.ts'
import {
  beginTrial,
  resumeTrial,
  type TrialContext,
  type TrialKind,
  type TrialSession,
} from '../domain/operator/trial/session.ts'
import { isSevere, refuseBlocked } from '../domain/plan/gates.ts'
import type { Plan } from '../domain/plan/plan.ts'
import { planOf } from '../domain/runs/run-summary.ts'
import type { Cluster } from '../ports/cluster.ts'
import { sleeper } from './app-flags.ts'
import { BaseCommand } from './base-command.ts'
import { writeFileWhole } from './output.ts'
import { finishByOneself } from './shutdown.ts'
import { openRunStore, systemClock } from './wiring.ts'

export abstract class TrialCommand extends BaseCommand {
  static override exitCodes: readonly ExitName[] = [
    ...(['findings', 'auth', 'stale', 'partial', 'inconclusive', 'pending', 'data', 'unreachable'] as const),
  ]

  protected async trialSession(cluster: Cluster): Promise<TrialSession> {
    return {
      cluster,
      store: await openRunStore(),
      clock: systemClock,
      sleep: sleeper(this.signal),
      signal: this.signal,
      report: () => undefined,
      process: { host: hostname(), pid: process.pid },
    }
  }

  /** Carries a trial on, telling how it goes. At Ctrl-C it ends by itself, after the request in flight. */
  protected async carry<T>(
    session: TrialSession,
    steps: number,
    work: (session: TrialSession) => Promise<T>,
  ): Promise<T> {
    const progress = this.runProgress(steps)
    const finished = finishByOneself()
    try {
      return await work({ ...session, report: (news) => progress.report(news) })
    } finally {
      progress.clear()
      finished()
    }
  }

  /** Asks, then carries a plan out from its beginning; gives what it found. Throws (3) where the plan is blocked. */
  protected async tryOut<C extends TrialContext>(
    session: TrialSession,
    kind: TrialKind<C>,
    plan: Plan,
    answers: { yes: boolean; confirm?: string | undefined; run: string },
  ): Promise<unknown> {
    refuseBlocked(plan)
    for (const { id, title } of plan.findings) this.warning(`${title} (${id})`)
    const { name } = plan.target
    const question = `${questionOf(plan)} on ${name}`
    await this.consent({ question, severe: isSevere(plan), name }, answers)
    return await this.carry(session, plan.steps.length, (open) => beginTrial(open, kind, plan, answers.run))
  }

  /** Goes on with a run of this kind, or tells again what it found. */
  protected async goOnWith<C extends TrialContext>(
    session: TrialSession,
    kind: TrialKind<C>,
    asked: string,
  ): Promise<unknown> {
    const stored = await chooseRun(session.store, asked, kind.purpose)
    return await this.carry(session, planOf(stored)?.steps.length ?? 0, (open) => resumeTrial(open, kind, stored))
  }

  /** Writes each page that was asked for; what its name ends in says which form. */
  protected async writePages(paths: readonly string[], render: (form: 'html' | 'markdown') => string): Promise<void> {
    for (const path of paths) await writeFileWhole(path, [render(formOf(path))])
  }
}

function questionOf({ summary: { question } }: Plan): string {
  return typeof question === 'string' ? question : 'Go on'
}

/** How a command ends that only shows its plan. */
export function exitOfPlan({ findings }: Plan): ExitName {
  return findings.some(({ gate }) => gate === 'block') ? 'findings' : 'ok'
}

/** Throws (64) for a name that says no form, before anything is done. */
export function requireForms(paths: readonly string[]): void {
  for (const path of paths) formOf(path)
}

function formOf(path: string): 'html' | 'markdown' {
  if (/\.html?$/i.test(path)) return 'html'
  if (/\.(md|markdown)$/i.test(path)) return 'markdown'
  throw new SparkopsError({
    code: 'SO_USAGE',
    message: `--report ${path} says no form`,
    why: 'it is written as HTML or as Markdown, by what its name ends in',
    hint: 'such as failover.html or failover.md',
    exit: 'usage',
  })
}
