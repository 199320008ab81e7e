/** What commands share that carry out a plan of applications: the session, progress, and a Ctrl-C that finishes. */
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { chooseRun } from '../domain/app/run/choose-run.ts'
import { type ApplicationReceipt, type AppSession, resumeAppRun } from '../domain/app/run/session.ts'
import { type ExitName, SparkopsError } from '../domain/errors.ts'
import { planOf } from '../domain/runs/run-summary.ts'
import type { Cluster } from '../ports/cluster.ts'
import { appReceiptView } from '../ui/app/run-view.ts'
import { sleeper } from './app-flags.ts'
import { BaseCommand } from './base-command.ts'
import { finishByOneself } from './shutdown.ts'
import { openRunStore } from './wiring.ts'

export abstract class AppRunCommand extends BaseCommand {
  static override exitCodes: readonly ExitName[] = ['findings', 'partial', 'stale', 'data', 'auth', 'unreachable']

  protected async session(cluster: Cluster): Promise<AppSession> {
    return {
      cluster,
      store: await openRunStore(),
      sleep: sleeper(this.signal),
      signal: this.signal,
      report: () => undefined,
      process: { host: hostname(), pid: process.pid },
    }
  }

  /** Carries a run on, telling how it goes. At Ctrl-C it ends by itself, after the request in flight. */
  protected async carry(
    session: AppSession,
    steps: number,
    run: (session: AppSession) => Promise<ApplicationReceipt>,
  ): Promise<ApplicationReceipt> {
    const progress = this.runProgress(steps)
    const finished = finishByOneself()
    try {
      return await run({ ...session, report: (news) => progress.report(news) })
    } finally {
      progress.clear()
      finished()
    }
  }

  /** Goes on with a run of this purpose, and tells what it did. */
  protected async resume(session: AppSession, asked: string, purpose: string): Promise<void> {
    const stored = await chooseRun(session.store, asked, purpose)
    const steps = planOf(stored)?.steps.length ?? 0
    await this.present(await this.carry(session, steps, (open) => resumeAppRun(open, stored)), appReceiptView)
  }

  protected async readText(file: string): Promise<string> {
    try {
      return await readFile(file, 'utf8')
    } catch (error) {
      throw new SparkopsError({
        code: 'SO_UNREADABLE',
        message: `cannot read ${file}`,
        why: (error as Error).message,
        hint: 'give the file that the plan was saved to with -o json',
        exit: 'data',
        cause: error,
      })
    }
  }
}
