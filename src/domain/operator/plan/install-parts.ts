/** What the installing step carries: keys of rendered objects, what is held at zero, and what is copied before. */
import type { ObjectKey, ResourceType } from '../../../ports/cluster.ts'
import type { Counterpart } from '../discover/live-objects.ts'
import {
  CLUSTER_ROLE,
  CLUSTER_ROLE_BINDING,
  DEPLOYMENT,
  MUTATING_WEBHOOKS,
  SECRET,
  SERVICE_ACCOUNT,
  VALIDATING_WEBHOOKS,
} from '../discover/kinds.ts'
import type { ChartSource } from '../steps/install-payloads.ts'
import type { Move } from './move.ts'
import { idOf } from './ownership.ts'

/** By Helm, or by applying what was rendered. */
export type InstallChoice =
  | { kind: 'helm'; chart: ChartSource; values: unknown }
  | { kind: 'manifests'; rendered: readonly Counterpart[]; owned: readonly Counterpart[] }

/** The Deployments of controllers that the target would start. */
export function holdsOf({ behaviour }: Move): ObjectKey[] {
  if (behaviour?.controller.kind !== 'Deployment') return []
  const { namespace, name } = behaviour.controller
  return [{ type: DEPLOYMENT, namespace, name }]
}

/** What is installed now, by name: copied before anything changes. */
export function installKeys({ installation, discovery }: Move): ObjectKey[] {
  if (installation === undefined) return []
  const { release, behaviour, workloads } = installation
  const account = installation.controller?.serviceAccount
  const keys: ObjectKey[] = [
    ...workloads
      .filter(({ object }) => object.kind === 'Deployment')
      .map(({ object }) => key(DEPLOYMENT, object.metadata.name, object.metadata.namespace)),
    ...(account === undefined ? [] : [key(SERVICE_ACCOUNT, account.name, account.namespace)]),
    ...(account === undefined ? [] : bindingsOf(discovery.rights.bindings(account))),
    ...(release === undefined
      ? []
      : [key(SECRET, `sh.helm.release.v1.${release.name}.v${release.revision}`, release.namespace)]),
    ...(behaviour?.webhook === undefined
      ? []
      : [key(SECRET, behaviour.webhook.secret.name, behaviour.webhook.secret.namespace)]),
    ...discovery.webhooks.map(({ kind, name }) =>
      key(kind.startsWith('Mutating') ? MUTATING_WEBHOOKS : VALIDATING_WEBHOOKS, name),
    ),
  ]
  return [...new Map(keys.map((one) => [idOf(one), one])).values()]
}

/** Cluster-wide ones by their usual pairing; those of namespaces go with the release's record. */
function bindingsOf(bindings: readonly string[]): ObjectKey[] {
  const names = bindings.flatMap((binding) => /^ClusterRoleBinding (.+)$/.exec(binding)?.[1] ?? [])
  return names.flatMap((name) => [key(CLUSTER_ROLE_BINDING, name), key(CLUSTER_ROLE, name)])
}

function key(type: ResourceType, name: string, namespace?: string): ObjectKey {
  return { type, name, ...(namespace === undefined ? {} : { namespace }) }
}

/** The arguments of the container that runs this image. */
export function argumentsOf(pod: Readonly<Record<string, unknown>>, image: string): string[] {
  const containers = Array.isArray(pod.containers) ? (pod.containers as { image?: string; args?: string[] }[]) : []
  return containers.find((container) => container.image === image)?.args ?? []
}

/** What a controller must be allowed where it watches. */
export function accessOf(scope: { all: boolean; names: readonly string[] }, group: string) {
  const places = scope.all || scope.names.length === 0 ? [undefined] : scope.names
  return places.flatMap((namespace) => [
    { verb: 'watch', group, resource: 'sparkapplications', ...(namespace === undefined ? {} : { namespace }) },
    {
      verb: 'update',
      group,
      resource: 'sparkapplications',
      subresource: 'status',
      ...(namespace === undefined ? {} : { namespace }),
    },
    { verb: 'create', group: '', resource: 'pods', ...(namespace === undefined ? {} : { namespace }) },
  ])
}
