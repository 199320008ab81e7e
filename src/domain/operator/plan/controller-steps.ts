/** The steps that take the old controller down and bring the new one up, and what is kept out in between. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import { POD_LABELS } from '../discover/driver-pods.ts'
import { DEPLOYMENT } from '../discover/kinds.ts'
import { quiesce, startController, stopController } from '../steps/guard-steps.ts'
import type { Move } from './move.ts'
import { scopeOf, scopesOf } from './others.ts'

/** A submission takes seconds, on a slow operator a minute; where users submit all the time, it never is quiet. */
const QUIET_SECONDS = 120
const STALL_SECONDS = 60

/** Who is kept out between two versions: both controllers. */
export function fenceOf({ installation, behaviour, target, discovery }: Move, namespace: string) {
  const now = installation?.controller
  const accounts = [
    ...(now === undefined ? [] : [now.serviceAccount]),
    ...(behaviour === undefined
      ? []
      : [{ namespace: behaviour.controller.namespace, name: behaviour.controller.serviceAccount }]),
  ]
  const users = accounts.map((account) => `system:serviceaccount:${account.namespace}:${account.name}`)
  const pods = [
    ...(now === undefined ? [] : [{ deployment: now.object.metadata.name, labels: selectorOf(now.object) }]),
    ...(behaviour === undefined
      ? []
      : [{ deployment: behaviour.controller.name, labels: podLabelsOf(target.objects, behaviour.controller.name) }]),
  ].flatMap(({ deployment, labels }) => (labels === undefined ? [] : [{ deployment, labels }]))
  return { namespace, users: [...new Set(users)].sort(), controllerPods: pods, groups: [discovery.group] }
}

function podLabelsOf(objects: Move['target']['objects'], name: string): Record<string, string> | undefined {
  const workload = objects.find((object) => object.kind === 'Deployment' && object.metadata.name === name)
  return workload && selectorOf(workload)
}

function selectorOf({ spec }: KubeObject): Record<string, string> | undefined {
  const { selector } = (spec ?? {}) as { selector?: { matchLabels?: Record<string, string> } }
  return selector?.matchLabels
}

/** A Deployment by name. */
export function deploymentKey({ namespace, name }: { namespace: string; name: string }): ObjectKey {
  return { type: DEPLOYMENT, namespace, name }
}

/** None where nothing is stopped. */
export function quietSteps({ installation, discovery, others }: Move, stops: readonly Step[]): Step[] {
  const type = discovery.kinds.application
  const { controller, behaviour } = installation ?? {}
  if (type === undefined || controller === undefined || stops.length === 0) return []
  const { namespace = '' } = controller.object.metadata
  return [
    quiesce({
      type,
      labels: POD_LABELS,
      controllers: [{ namespace, selector: selectorOf(controller.object) ?? {} }],
      scope: behaviour === undefined ? null : scopeOf(behaviour),
      ...scopesOf(others),
      timeoutSeconds: QUIET_SECONDS,
      stallSeconds: STALL_SECONDS,
      whenTimedOut: 'proceed',
    }),
  ]
}

/** The controller that runs, down to zero. */
export function stopsOf({ installation }: Move, { timeoutSeconds }: { timeoutSeconds: number }): Step[] {
  const { controller, behaviour } = installation ?? {}
  if (controller?.object.kind !== 'Deployment' || controller.replicas.wanted === 0) return []
  const { namespace = '', name } = controller.object.metadata
  const leader = behaviour?.leader
  const locks =
    leader?.enabled === true ? [{ key: lockKey(leader.namespace, leader.name), kind: 'lease' as const }] : []
  return [
    stopController({
      deployment: deploymentKey({ namespace, name }),
      before: controller.replicas.wanted,
      selector: selectorOf(controller.object) ?? {},
      locks,
      timeoutSeconds,
    }),
  ]
}

function lockKey(namespace: string, name: string): ObjectKey {
  const type = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases', kind: 'Lease', namespaced: true }
  return { type, namespace, name }
}

/** The controller of the target, up. */
export function startsOf({ behaviour, target }: Move, { timeoutSeconds }: { timeoutSeconds: number }): Step[] {
  if (behaviour?.controller.kind !== 'Deployment') return []
  const { namespace, name, replicas } = behaviour.controller
  return [
    startController({
      deployment: deploymentKey({ namespace, name }),
      replicas,
      selector: podLabelsOf(target.objects, name) ?? {},
      locks: [],
      timeoutSeconds,
    }),
  ]
}
