// REST answers of one moment, as the recordings hold them: `{t,path,status,body}`, one JSON a line.
// Source: webservice handlers; field order as recorded from 1.8.0. resourceHistory is right only while COMPLETING.
import { type Allocation, type CoreApp, type CoreNode } from './core.ts'
import { flatJson, plus, type Quantities } from './quantities.ts'
import { type Scheduler } from './scheduler.ts'
import { type Nanos, SECOND, wall, wallMillis } from './time.ts'
import { trackedJson } from './tracker.ts'

export interface RestSnapshot {
  readonly t: bigint
  readonly path: string
  readonly status: number
  /** The answer's body, JSON. */
  readonly body: string
}

const PARTITION = '/ws/v1/partition/default'

export function captureRest(scheduler: Scheduler, what: 'completing' | 'active'): RestSnapshot[] {
  const { core, log } = scheduler
  const t = wall(log.now)
  const apps = [...core.apps.values()]
  const answer = (path: string, items: readonly string[]): RestSnapshot => ({
    t,
    path: `${PARTITION}${path}`,
    status: 200,
    body: `[${items.join(',')}]`,
  })
  if (what === 'completing') {
    const completing = apps.filter(({ state }) => state === 'Completing')
    return [answer('/applications/active?status=completing', completing.map(appJson))]
  }
  return [
    answer('/applications/active', apps.map(appJson)),
    answer(
      '/nodes',
      [...core.nodes.values()].map((node) => nodeJson(node, apps)),
    ),
  ]
}

export function restLine({ t, path, status, body }: RestSnapshot): string {
  return `{"body":${body},"path":${JSON.stringify(path)},"status":${status},"t":${t}}`
}

function appJson(app: CoreApp): string {
  const allocations = [...app.allocations.values()]
  const used = sum(allocations)
  const fields = [
    `"applicationID":${JSON.stringify(app.id)}`,
    ...(allocations.length > 0 ? [`"usedResource":${flatJson(used)}`] : []),
    '"partition":"default"',
    `"queueName":${JSON.stringify(app.queue)}`,
    `"submissionTime":${wall(app.submission)}`,
    ...(allocations.length > 0
      ? [`"allocations":[${allocations.map((allocation) => allocationJson(app, allocation)).join(',')}]`]
      : []),
    `"applicationState":"${app.state}"`,
    `"user":${JSON.stringify(app.user)}`,
    `"groups":${JSON.stringify(app.groups)}`,
    ...(app.stateLog.length > 0
      ? [
          `"stateLog":[${app.stateLog.map(({ at, state }) => `{"time":${wall(at)},"applicationState":"${state}"}`).join(',')}]`,
        ]
      : []),
    '"maxRequestPriority":-2147483648',
    `"startTime":${app.start === null ? -62135596800000 : wallMillis(app.start)}`,
    `"resourceHistory":${historyJson(app)}`,
  ]
  return `{${fields.join(',')}}`
}

function historyJson({ usage }: CoreApp): string {
  const parts = [
    ['resourceUsage', usage.used],
    ['preemptedResource', usage.preempted],
    ['placeholderResource', usage.placeholder],
  ] as const
  return `{${parts
    .filter(([, tracked]) => tracked.size > 0)
    .map(([name, tracked]) => `"${name}":${trackedJson(tracked)}`)
    .join(',')}}`
}

function allocationJson(app: CoreApp, { pod, node, resource, placeholder }: Allocation): string {
  const created = wholeSeconds(pod.created)
  const tags =
    `{"creationTime":"${created / 1_000_000_000n}","kubernetes.io/meta/namespace":"spark",` +
    `"kubernetes.io/meta/podName":${JSON.stringify(pod.name)}}`
  const fields = [
    `"allocationKey":"${pod.uid}"`,
    `"allocationTags":${tags}`,
    `"requestTime":${created}`,
    `"allocationTime":${created}`,
    `"resource":${flatJson(resource)}`,
    '"priority":"0"',
    `"nodeId":${JSON.stringify(node)}`,
    `"applicationId":${JSON.stringify(app.id)}`,
    ...(placeholder ? ['"placeholder":true'] : []),
    ...(pod.taskGroup === '' ? [] : [`"taskGroupName":"${pod.taskGroup}"`]),
    ...(pod.role === 'driver' ? ['"originator":true'] : []),
  ]
  return `{${fields.join(',')}}`
}

function nodeJson({ node, schedulable, available }: CoreNode, apps: readonly CoreApp[]): string {
  const here = apps.flatMap((app) =>
    [...app.allocations.values()].filter((allocation) => allocation.node === node.name).map((a) => [app, a] as const),
  )
  const attributes = [
    `"si/hostname":"${node.name}"`,
    ...(node.instanceType === '' ? [] : [`"si/instance-type":"${node.instanceType}"`]),
    '"si/node-partition":"[mycluster]default"',
    '"si/rackname":"/rack-default"',
  ]
  const fields = [
    `"nodeID":"${node.name}"`,
    `"hostName":"${node.name}"`,
    '"rackName":"/rack-default"',
    `"attributes":{${attributes.join(',')}}`,
    `"capacity":${flatJson(node.capacity)}`,
    `"allocated":${flatJson(sum(here.map(([, allocation]) => allocation)))}`,
    `"available":${flatJson(available)}`,
    `"allocations":[${here.map(([app, allocation]) => allocationJson(app, allocation)).join(',')}]`,
    `"schedulable":${schedulable}`,
    '"isReserved":false',
  ]
  return `{${fields.join(',')}}`
}

function sum(allocations: readonly Allocation[]): Quantities {
  return allocations.reduce<Quantities>((total, { resource }) => plus(total, resource), {})
}

/** Kubernetes keeps creation times in whole seconds. */
function wholeSeconds(t: Nanos): bigint {
  return wall(Math.floor(t / SECOND) * SECOND)
}
