/** What `operator failover` does beside carrying a plan out: it watches one that happens by itself, and shows reports. */
import { observeFailover } from '../domain/operator/failover/observe.ts'
import { prepareObservation } from '../domain/operator/failover/prepare.ts'
import type { FailoverReport } from '../domain/operator/failover/report.ts'
import type { TrialSession } from '../domain/operator/trial/session.ts'
import { renderFailover } from '../ui/operator/failover-page.ts'
import { failoverView } from '../ui/operator/failover-view.ts'
import { timeoutOf } from './app-flags.ts'
import { TrialCommand } from './trial-command.ts'

interface ShowFlags {
  report?: string[] | undefined
  timeout?: string | undefined
}

export abstract class FailoverCommand extends TrialCommand {
  /** Waits for a failover that nobody makes, and shows what it did. */
  protected async observe(
    session: TrialSession,
    question: Parameters<typeof prepareObservation>[0],
    flags: ShowFlags,
  ): Promise<void> {
    const looked = await prepareObservation(question)
    const timeoutMs = timeoutOf(flags.timeout ?? '1h')
    const tell = (text: string): void => this.note(text)
    tell(`watching; ${looked.subject.leader.holder} leads`)
    await this.show(await observeFailover({ ...session, ...question, ...looked, timeoutMs, tell }), flags)
  }

  /** Prints what a run kept, and writes the pages that were asked for. */
  protected async show(found: unknown, { report = [] }: ShowFlags): Promise<void> {
    const document = found as FailoverReport
    await this.writePages(report, (form) => renderFailover(form, document))
    await this.present(document, failoverView, { exit: document.exit })
  }
}
