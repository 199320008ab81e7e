/** `operator failover`: what would be done, as a plan; and everything that speaks against doing it. */
import type { Cluster, KubeObject } from '../../../ports/cluster.ts'
import { API_VERSION } from '../../document.ts'
import { toJson } from '../../plan/json.ts'
import type { Finding, Plan, Step } from '../../plan/plan.ts'
import { sealPlan } from '../../plan/seal.ts'
import { TERMINAL_STATES } from '../discover/applications.ts'
import type { Discovery } from '../discover/discover.ts'
import { takesUp, watches } from '../discover/watching.ts'
import { makeStep, sweepStep } from '../trial/applications.ts'
import type { Hindrance, Leadership } from './leader.ts'
import type { LockObject } from './locks.ts'
import type { FailoverSubject, FailoverWay } from './report.ts'
import { BEGIN_STEP, NEXT_STEP, REMOVE_STEP } from './verbs.ts'
import type { WatchScope } from './watch.ts'

export interface FailoverWish {
  way: Exclude<FailoverWay, 'observed'>
  run: string
  /** Test applications; the last, which cannot run, is made once the next leader has the lock. */
  tests: readonly KubeObject[]
  /** Over how long the first half is made before the leader goes. */
  leadMs: number
  timeoutMs: number
  settleMs: number
  toolVersion: string
  now: number
}

/** A plan that says why it must not be carried out. */
export function refusedPlan(
  { cluster: { identity }, ...made }: { cluster: Pick<Cluster, 'identity'>; toolVersion: string; now: number },
  hindrances: readonly Hindrance[],
): Plan {
  return planOf(identity, made, [], hindrances.map(blockOf), {})
}

export function planFailover(
  cluster: Pick<Cluster, 'identity'>,
  discovery: Discovery,
  leadership: Leadership,
  wish: FailoverWish,
): Plan {
  const subject = subjectOf(cluster, leadership, wish.way)
  const scope = watchScope(discovery, leadership, wish.run)
  const findings = [...runningFindings(discovery, leadership), ...overlapFinding(leadership)]
  const summary = {
    question: `Take the leader ${subject.leader.pod} away`,
    way: wish.way,
    operator: subject.operator.id,
    leader: subject.leader.pod,
    standbys: leadership.standbys,
    lock: `${subject.lock.form} ${subject.lock.namespace}/${subject.lock.name}`,
    tests: wish.tests.length,
  }
  const steps = stepsOf(subject, scope, leadership, wish)
  return planOf(cluster.identity, wish, steps, findings, summary)
}

function planOf(
  identity: Cluster['identity'],
  { toolVersion, now }: { toolVersion: string; now: number },
  steps: Step[],
  findings: Finding[],
  summary: Plan['summary'],
): Plan {
  return sealPlan({
    apiVersion: API_VERSION,
    kind: 'FailoverPlan',
    schema: 1,
    tool: { name: 'sparkops', version: toolVersion },
    createdAt: new Date(now).toISOString(),
    target: { kind: 'cluster', id: identity.uid, name: identity.context ?? identity.server },
    inputs: [{ of: 'cluster', value: identity.uid }],
    ...{ steps, findings, summary },
  })
}

/** What it is about, for plan and report. */
export function subjectOf(
  { identity }: Pick<Cluster, 'identity'>,
  { installation, behaviour, lock, holder, leader, timing }: Leadership,
  way: FailoverWay,
): FailoverSubject {
  const { namespace, name } = behaviour.leader
  return {
    way,
    cluster: { id: identity.uid, name: identity.context ?? identity.server },
    operator: {
      id: installation.id,
      version: installation.version.value ?? null,
      generation: behaviour.generation,
      replicas: installation.controller?.replicas.wanted ?? 0,
    },
    lock: { form: lock.map(({ kind }) => kind).join(' and '), namespace, name, durationSeconds: timing.lease },
    leader: { holder, pod: leader.name, uid: leader.uid },
  }
}

/** Where to look: what this operator takes up, and its own pods. */
export function watchScope(
  discovery: Discovery,
  { installation, behaviour, lock }: Leadership,
  run: string,
): WatchScope {
  const { namespaces } = behaviour
  const named = namespaces.all ? null : watchedNames(discovery, behaviour)
  const selector = (installation.controller?.object.spec as { selector?: { matchLabels?: object } } | undefined)
    ?.selector
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${String(value)}`)
  return {
    version: discovery.kinds.application?.version ?? 'v1beta2',
    namespaces: discovery.namespace === undefined ? named : [discovery.namespace],
    labelSelector: behaviour.generation === '1.x' ? behaviour.labelSelector : '',
    run,
    lock: lock.map(({ kind, namespace, name }) => ({ kind, namespace, name })),
    operator: {
      namespace: installation.namespace,
      selector: labels.join(','),
      schedules: discovery.kinds.scheduled !== undefined,
    },
  }
}

/** Names that are told, and those whose labels are selected now. */
function watchedNames({ namespaces: labels }: Discovery, behaviour: Leadership['behaviour']): string[] {
  const selected = [...(labels?.keys() ?? [])].filter((name) => watches(behaviour, name, labels) === true)
  return [...new Set([...behaviour.namespaces.names, ...selected])].sort()
}

function stepsOf(
  subject: FailoverSubject,
  scope: WatchScope,
  { lock }: Leadership,
  { way, run, tests, leadMs, timeoutMs, settleMs }: FailoverWish,
): Step[] {
  const { version } = scope
  const first = Math.ceil((tests.length - 1) / 2)
  const last = tests.length - 1
  const make = (object: KubeObject, index: number, when: string, afterMs = 0): Step => {
    const title = `Submit ${object.metadata.namespace ?? ''}/${object.metadata.name} ${when}`
    return makeStep(`apps/${String(index + 1).padStart(3, '0')}`, title, { version, object, run, afterMs })
  }
  const between = first === 0 ? 0 : Math.round(leadMs / first)
  const waiting = { scope, timeoutMs, holder: subject.leader.holder }
  const proof = { scope, subject, settleMs, timeoutMs }
  const cut = {
    lock: lock.map(({ kind, namespace, name }) => ({ kind, namespace, name })),
    holder: subject.leader.holder,
    by: `sparkops/${run}`,
  }
  return [
    step(BEGIN_STEP, 'watch', 'applications, drivers, schedules, the lock', 'Begin to watch, and keep what is there', {
      scope,
    }),
    ...tests.slice(0, first).map((one, index) => make(one, index, 'before the leader goes', between)),
    removal(subject, way, cut),
    ...tests.slice(first, Math.max(last, 0)).map((one, index) => make(one, first + index, 'while nobody leads')),
    step(NEXT_STEP, 'await-leader', cut.lock.map(lockName).join(', '), 'Wait for the next leader', waiting),
    ...tests.slice(Math.max(last, 0)).map((one) => make(one, last, 'once it leads')),
    step('leader/works', 'await-reconcile', subject.operator.id, 'Wait until it is seen to work', waiting),
    step('watch/settle', 'settle', 'applications', `Look on for ${settleMs / 1000} s`, proof),
    step('prove', 'prove', 'applications', 'Judge every application by its uid', proof),
    ...(way === 'cut'
      ? [
          step(
            'lock/release',
            'release-lock',
            cut.lock.map(lockName).join(', '),
            'Let the lock go where nobody took it over',
            cut,
          ),
        ]
      : []),
    ...tests.map((one, index) =>
      sweepStep(`sweep/${String(index + 1).padStart(3, '0')}`, {
        version,
        namespace: one.metadata.namespace ?? '',
        name: one.metadata.name,
        run,
      }),
    ),
  ]
}

function removal(
  subject: FailoverSubject,
  way: FailoverWish['way'],
  cut: { lock: Pick<LockObject, 'kind' | 'namespace' | 'name'>[]; by: string },
): Step {
  const { pod } = subject.leader
  const object = `pods/${subject.operator.id.split('/')[0]!}/${pod}`
  switch (way) {
    case 'graceful':
      return step(REMOVE_STEP, 'remove-pod', object, `Delete the leader, ${pod}, and let it end in its own time`, {
        subject,
        gracePeriodSeconds: null,
      })
    case 'kill':
      return step(REMOVE_STEP, 'remove-pod', object, `Delete the leader, ${pod}, with no time to end`, {
        subject,
        gracePeriodSeconds: 0,
      })
    case 'cut':
      return step(
        REMOVE_STEP,
        'cut-renewal',
        cut.lock.map(lockName).join(', '),
        `Put ${cut.by} into the lock, so that ${pod} cannot renew it`,
        cut,
      )
  }
}

function lockName({ kind, namespace, name }: Pick<LockObject, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace}/${name}`
}

function step(id: string, verb: string, object: string, title: string, payload: object): Step {
  return { id, verb, object, title, before: null, after: null, inverse: null, payload: toJson(payload) }
}

function blockOf({ id, title, detail, objects, fix }: Hindrance): Finding {
  return {
    ...{ id, direction: 'forward', title, detail, objects, consequence: 'note', gate: 'block', fix },
    source: 'what a failover needs',
  }
}

/** Whether anything can be hurt at all: with it, consent is more than a yes. */
function runningFindings({ cases, namespaces }: Discovery, { behaviour }: Leadership): Finding[] {
  const running = cases.filter(
    ({ application }) =>
      !TERMINAL_STATES.has(application.state) && takesUp(behaviour, application, namespaces) !== false,
  )
  if (running.length === 0) return []
  const objects = running.map(({ application: { namespace, name } }) => `${namespace}/${name}`)
  return [
    {
      ...{ id: 'FO-RUNNING', direction: 'forward', objects },
      title: 'applications of others are under way',
      detail:
        'an operator that works leaves them alone; one that does not is what this is to find out. What is being ' +
        'submitted in that very moment may be submitted again, and its first driver deleted (2.x, OnFailure and Always)',
      ...{
        consequence: 'resubmit',
        gate: 'ack',
        fix: 'do it where nothing runs that matters, or watch only: --observe',
      },
      source: 'kubeflow/spark-operator#2788; seen with 2.5.2',
    },
  ]
}

/**
 * A leader that cannot renew stops at most a retry and a renew deadline after its last renewal (leaderelection.go,
 * renew); another may lead a lease after it.
 */
function overlapFinding({ timing: { lease, renewDeadline, retry }, installation }: Leadership): Finding[] {
  const seconds = renewDeadline + retry - lease
  if (!(seconds > 0)) return []
  return [
    {
      ...{ id: 'FO-OVERLAP', direction: 'forward', objects: [installation.id] },
      title: `two may lead for up to ${seconds} s`,
      detail: `a leader that cannot renew goes on for up to ${retry} s and ${renewDeadline} s; the next may begin after ${lease} s`,
      ...{ consequence: 'note', gate: 'auto', fix: 'a shorter --leader-election-renew-deadline' },
      source: 'client-go tools/leaderelection',
    },
  ]
}
