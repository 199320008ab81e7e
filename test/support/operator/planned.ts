/** Plans of the product's own planner, carried out in this process on a test cluster. */
import { setTimeout as sleep } from 'node:timers/promises'
import { openHelm } from '../../../src/adapters/helm/open-helm.ts'
import { openVersionSource } from '../../../src/adapters/version-source/open-version-source.ts'
import type { OperatorReceipt } from '../../../src/domain/operator/apply/receipt.ts'
import { planWayBack } from '../../../src/domain/operator/apply/run-choice.ts'
import { beginRun, goOn, type OperatorSession, type RunPurpose } from '../../../src/domain/operator/apply/session.ts'
import { type OperatorVerification, verifyStoredRun } from '../../../src/domain/operator/apply/verify-report.ts'
import { planOperator, type PlanQuestion } from '../../../src/domain/operator/plan/plan-operator.ts'
import type { Plan, Step } from '../../../src/domain/plan/plan.ts'
import { sealPlan } from '../../../src/domain/plan/seal.ts'
import type { RunNews } from '../../../src/domain/plan/verb.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import type { TestCluster } from '../lab/cluster.ts'
import { fixtureChart, type FixtureVersion } from './fixtures.ts'
import { sessionOn } from './session.ts'

/** What `operator plan --to` makes of a cluster. */
export async function planTo(
  lab: TestCluster,
  cluster: Cluster,
  version: FixtureVersion,
  options: Partial<PlanQuestion> = {},
): Promise<Plan> {
  return await planOperator({
    reader: cluster,
    server: cluster,
    ports: {
      helm: openHelm({ program: lab.helmPath, environment: lab.environment }),
      sources: openVersionSource(() => () => undefined),
    },
    to: fixtureChart(version),
    from: 'auto',
    operator: undefined,
    values: [],
    resetValues: false,
    crd: 'auto',
    isBack: false,
    acknowledged: [],
    tool: { version: '0.0.0-test' },
    now: Date.now(),
    sleep,
    onHeld: () => () => undefined,
    ...options,
  })
}

/** What is waited for in a plan that nothing here brings about by itself. */
const WAITS: Readonly<Record<string, object>> = {
  verify: { graceSeconds: 0 },
  quiesce: { timeoutSeconds: 1, stallSeconds: 1 },
}

/** The plan, but for the minutes that it watches: nothing here happens by itself. */
export function withoutGrace(plan: Plan): Plan {
  const steps = plan.steps.map((step) => ({
    ...step,
    payload: step.verb in WAITS ? { ...(step.payload as object), ...WAITS[step.verb] } : step.payload,
  }))
  return sealPlan({ ...plan, steps })
}

/** A session on the lab; runs are kept in `root`. */
export function sessionOf(lab: TestCluster, cluster: Cluster, root: string): OperatorSession {
  const { kubeconfigPath, helmPath, environment } = lab
  return sessionOn(cluster, { kubeconfig: kubeconfigPath, helm: helmPath, environment, root })
}

/** What a test does when a step begins; it goes on while the step is carried out. */
export type Meanwhile = (step: Step) => Promise<void>

/** Carries a plan out. */
export async function carry(
  session: OperatorSession,
  plan: Plan,
  {
    undoes = null,
    takesOver,
    meanwhile,
  }: Omit<Partial<RunPurpose>, 'purpose'> & { meanwhile?: Meanwhile | undefined } = {},
): Promise<OperatorReceipt> {
  const pending: Promise<void>[] = []
  const report = (news: RunNews): void => {
    if (news.kind === 'begun' && meanwhile !== undefined) pending.push(meanwhile(news.step))
  }
  const purpose = undoes === null ? 'operator apply' : 'operator revert'
  const receipt = await goOn(
    { ...session, report },
    await beginRun(session, plan, { purpose, undoes, takesOver }),
    plan,
  )
  await Promise.all(pending)
  return receipt
}

/** Takes a run back. */
export async function takeBack(
  session: OperatorSession,
  run: string,
  { lowerCrds = false, meanwhile }: { lowerCrds?: boolean; meanwhile?: Meanwhile | undefined } = {},
): Promise<OperatorReceipt> {
  const plan = await planWayBack((await session.store.read(run))!, session, { lowerCrds })
  return await carry(session, withoutGrace(plan), { undoes: run, meanwhile })
}

/** What `operator verify RUN` finds, without waiting. */
export async function verifyRunOf(session: OperatorSession, run: string, all = false): Promise<OperatorVerification> {
  const stored = (await session.store.read(run))!
  return await verifyStoredRun(stored, { ...session, graceSeconds: 0, all, tell: () => undefined })
}
