/** From what was asked to a plan that can be carried out, or to an observation that can begin. Reads only. */
import type { Clock } from '../../../ports/clock.ts'
import type { Cluster, KubeObject } from '../../../ports/cluster.ts'
import { prepareApplications } from '../../app/submit/prepare.ts'
import { validateApplication } from '../../app/submit/validate.ts'
import { SparkopsError } from '../../errors.ts'
import { refuseBlocked } from '../../plan/gates.ts'
import type { Plan } from '../../plan/plan.ts'
import type { ReadObject } from '../../pods/read-objects.ts'
import { type Discovery, discover } from '../discover/discover.ts'
import { Sight } from '../discover/sight.ts'
import { takesUp } from '../discover/watching.ts'
import { knowsSuspend, labelsFor, probeApplication } from '../trial/probe.ts'
import { trialLabels } from '../trial/applications.ts'
import { chooseInstallation, findLeadership, type Hindrance, type Leadership } from './leader.ts'
import { type FailoverWish, planFailover, refusedPlan, subjectOf, watchScope } from './plan-failover.ts'
import { requireRights, whyNotTaken } from './rights.ts'
import type { FailoverSubject } from './report.ts'
import type { WatchScope } from './watch.ts'

export interface FailoverQuestion extends Omit<FailoverWish, 'tests' | 'now'> {
  cluster: Cluster
  clock: Clock
  sleep: (milliseconds: number) => Promise<void>
  signal: AbortSignal
  operator: string | undefined
  /** Only this namespace is looked at. */
  namespace: string | undefined
  /** How many test applications, of what file. */
  apps: number
  file: ReadObject | undefined
}

/** The plan; one with what stands against it (`block`) where it cannot be done. Throws exit 4 and 65. */
export async function prepareFailover(question: FailoverQuestion): Promise<Plan> {
  const { cluster, clock, toolVersion } = question
  const found = await lookForLeader(question)
  if (Array.isArray(found)) return refusedPlan({ cluster, toolVersion, now: clock.now() }, found)
  const { discovery, leadership } = found
  const tests = await testApplications(question, discovery, leadership)
  const plan = planFailover(cluster, discovery, leadership, { ...question, tests, now: clock.now() })
  await requireRights(cluster, plan, watchScope(discovery, leadership, question.run))
  return plan
}

/** What an observer looks at. Throws exit 3 where there is no failover to wait for, exit 4 without the rights. */
export async function prepareObservation(
  question: Omit<FailoverQuestion, 'way' | 'apps' | 'file'>,
): Promise<{ scope: WatchScope; subject: FailoverSubject }> {
  const { cluster, clock, toolVersion } = question
  const found = await lookForLeader(question)
  const now = clock.now()
  if (Array.isArray(found)) {
    refuseBlocked(refusedPlan({ cluster, toolVersion, now }, found))
    throw new Error('a hindrance did not block')
  }
  const { discovery, leadership } = found
  const scope = watchScope(discovery, leadership, '')
  await requireRights(cluster, refusedPlan({ cluster, toolVersion, now }, []), scope)
  return { scope, subject: subjectOf(cluster, leadership, 'observed') }
}

async function lookForLeader(
  question: Pick<FailoverQuestion, 'cluster' | 'clock' | 'sleep' | 'signal' | 'operator' | 'namespace'>,
): Promise<{ discovery: Discovery; leadership: Leadership } | Hindrance[]> {
  const { cluster, clock, sleep, signal, operator, namespace } = question
  const sight = new Sight(cluster, signal)
  const discovery = await discover(cluster, { namespace, now: clock.now(), sight, signal })
  const installation = chooseInstallation(discovery, operator)
  if ('title' in installation) return [installation]
  const leadership = await findLeadership(discovery, installation, { sight, sleep, now: () => clock.now() })
  return Array.isArray(leadership) ? leadership : { discovery, leadership }
}

/** As many as asked for; and one that cannot run, to be made when the next leader has the lock: it shows that it works. */
async function testApplications(
  question: FailoverQuestion,
  discovery: Discovery,
  leadership: Leadership,
): Promise<KubeObject[]> {
  const tests = await copiesOf(question, discovery, leadership)
  const { cluster, namespace, run } = question
  const { behaviour } = leadership
  const version = discovery.kinds.application?.version
  const places = [namespace, tests[0]?.metadata.namespace, cluster.identity.namespace, ...behaviour.namespaces.names]
  const labels = labelsFor(behaviour)
  const place = places.find(
    (one) => one !== undefined && takesUp(behaviour, { namespace: one, labels }, discovery.namespaces) === true,
  )
  if (version === undefined || place === undefined) return tests
  const options = { by: 'operator-failover', run, version, generation: behaviour.generation, labels } as const
  const named = { namespace: place, name: `sparkops-works-${run.slice(-6)}` }
  return [...tests, probeApplication(named, { ...options, knowsSuspend: knowsSuspend(discovery, version) })]
}

async function copiesOf(
  { cluster, signal, apps, file, run, namespace }: FailoverQuestion,
  discovery: Discovery,
  leadership: Leadership,
): Promise<KubeObject[]> {
  const type = discovery.kinds.application
  if (file === undefined || apps === 0 || type === undefined) return []
  const prepared = prepareApplications(file, {
    ...{ set: [], image: undefined, nameSuffix: `-fo-${run.slice(-6)}`, namespace },
    ...{ defaultNamespace: cluster.identity.namespace, count: apps, run },
  })
  const tests = prepared.map(({ metadata, ...rest }) => ({
    ...rest,
    metadata: { ...metadata, labels: { ...metadata.labels, ...trialLabels(run, 'operator-failover') } },
  })) as KubeObject[]
  const why = whyNotTaken(discovery, leadership, tests[0]!)
  if (why !== undefined) throw notTaken(file.from, why)
  await validateApplication(cluster, type, tests[0]!, { from: file.from, signal })
  return tests
}

function notTaken(from: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_TEST_NOT_WATCHED',
    message: `${from}: this operator would not take such an application up`,
    why,
    hint: 'give a namespace that it watches with -n; sparkops operator namespaces shows them',
    exit: 'data',
  })
}
