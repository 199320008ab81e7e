/** Starting an environment: what is known before is kept, the operator moved by its own plan and journal, then recorded. */
import { dirname, resolve } from 'node:path'
import { requireOpen } from '../domain/operator/apply/run-choice.ts'
import { beginRun, type OperatorSession, planOfRun } from '../domain/operator/apply/session.ts'
import { planOperator } from '../domain/operator/plan/plan-operator.ts'
import { Sight } from '../domain/operator/discover/sight.ts'
import { isSevere, refuseBlocked, refuseUnacknowledged, unacknowledged } from '../domain/plan/gates.ts'
import type { Plan } from '../domain/plan/plan.ts'
import type { Environment } from '../domain/rollout/file/rollout.ts'
import { takeStock } from '../domain/rollout/look.ts'
import { readVitals } from '../domain/rollout/observe/read-vitals.ts'
import { purposeOf, runOfStart, versionsOf } from '../domain/rollout/start.ts'
import { type RolloutEntry, stateOf } from '../domain/rollout/state/entries.ts'
import { requireStartable } from '../domain/rollout/stages.ts'
import type { ReportProgress } from '../ports/progress.ts'
import { planQuestion } from './operator-flags.ts'
import { type OpenRollout, RolloutCommand, type StartFlags } from './rollout-command.ts'
import { openTargetPorts } from './wiring.ts'

export interface StartQuestion {
  open: OpenRollout
  environment: Environment
  flags: StartFlags & { plan?: string | undefined; 'dry-run': boolean }
  report: ReportProgress
}

export abstract class RolloutStartCommand extends RolloutCommand {
  /** The plan of the move: made now, or as it was saved and reviewed. */
  protected async planOfStart({ environment, flags, report }: StartQuestion, session: OperatorSession): Promise<Plan> {
    if (flags.plan !== undefined) return await this.readFreshPlan(flags.plan, session)
    const { cluster } = session
    const beside = (path: string): string => resolve(dirname(flags.file), path)
    const { to, values, id } = environment.operator
    const question = await planQuestion(
      {
        ...{ to, from: 'auto', operator: id ?? undefined, values: values.map(beside) },
        ...{ 'reset-values': false, crd: 'auto', revert: false, offline: false, ack: flags.accept },
      },
      { reader: cluster, live: cluster },
    )
    const ports = await openTargetPorts()
    const plan = await planOperator({ ...question, ports, now: this.clock.now(), signal: this.signal, report })
    if (!flags['dry-run']) refuseBlocked(plan)
    return plan
  }

  /** Moves the operator, or goes on with a move that was ended half-way, and records the start. */
  protected async start(question: StartQuestion): Promise<void> {
    const { open, environment, flags } = question
    const { store, rollout } = open
    await store.settle()
    const seen = await store.read()
    requireStartable(rollout, environment, seen.entries)
    const session = await this.openSession(this.runFlagsOf(flags, environment))
    await this.keepBaseline(question, session)
    const { stage, last } = stateOf(seen.entries, environment.name)
    const purpose = purposeOf(rollout.name, environment.name)
    const begun =
      stage === 'starting' && last !== null ? await runOfStart(session.store, { purpose, since: last.at }) : undefined
    if (begun !== undefined) {
      const plan = planOfRun(begun.run)
      if (!begun.isDone) {
        await requireOpen(begun.run, session)
        await this.consent(
          {
            question: `Go on with ${begun.run.id}, which moves ${environment.name}`,
            severe: false,
            name: environment.context,
          },
          flags,
        )
        await this.carry(await session.store.open(begun.run.id), plan, session)
      }
      await this.recordStart(question, session, { run: begun.run.id, plan })
      return
    }
    const plan = await this.planOfStart(question, session)
    refuseUnacknowledged(unacknowledged(plan, new Set(flags.accept)))
    const steps = plan.steps.length
    const asked = `Move the operator of ${environment.name} to ${environment.operator.to} in ${steps} steps`
    await this.consent({ question: asked, severe: isSevere(plan), name: environment.context }, flags)
    await store.append(this.entry(open, environment, { event: 'starting' }), seen)
    const run = steps === 0 ? null : await beginRun(session, plan, { purpose, undoes: null })
    if (run !== null) await this.carry(run, plan, session)
    await this.recordStart(question, session, { run: run?.id ?? null, plan })
  }

  /** What finished before is seen now or never: the cluster forgets it. */
  private async keepBaseline({ open, environment }: StartQuestion, { cluster }: OperatorSession): Promise<void> {
    const sight = new Sight(cluster, this.signal)
    const { outcomes } = await takeStock(sight, { record: open.record, environment, now: this.clock.now() })
    this.note(`${outcomes.length} finished applications of before are kept in ${open.record.place}`)
  }

  private async recordStart(
    { open, environment }: StartQuestion,
    { cluster }: OperatorSession,
    { run, plan }: { run: string | null; plan: Plan },
  ): Promise<void> {
    const sight = new Sight(cluster, this.signal)
    const vitals = await readVitals(sight, cluster, { operator: environment.operator.id, now: this.clock.now() })
    const started = { event: 'started' as const, run, version: versionsOf(plan), vitals }
    await open.store.append(this.entry(open, environment, started), await open.store.read())
  }

  private entry<E extends { event: RolloutEntry['event'] }>(
    { by }: OpenRollout,
    { name }: Environment,
    what: E,
  ): E & { environment: string; at: string; by: string } {
    return { ...what, environment: name, at: new Date(this.clock.now()).toISOString(), by }
  }
}
