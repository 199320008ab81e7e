/**
 * What belongs to operators rather than to the jobs they run: found by what workloads start, before a snapshot is taken,
 * so that it holds what `operator status` and `operator plan` look at.
 */
import type { ClusterReader, KubeObject } from '../../ports/cluster.ts'
import { effectiveBehaviour } from '../operator/behaviour/behaviour.ts'
import { Sight } from '../operator/discover/sight.ts'
import { MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS } from '../operator/discover/kinds.ts'
import { concerns, serviceOf } from '../operator/discover/webhooks.ts'
import { findWorkloads } from '../operator/discover/workloads.ts'
import { at, isFields, listAt } from '../operator/discover/json.ts'

/** Where an object is. */
export interface Place {
  namespace: string
  name: string
}

export interface OperatorParts {
  /** Workloads that run an operator or its webhook. */
  workloads: readonly KubeObject[]
  /** Where these are, and what follows. */
  namespaces: readonly string[]
  /** Their pods. */
  pods: readonly { namespace: string; labelSelector: string }[]
  /** What webhooks are called by. */
  services: readonly Place[]
  /** What leaders are elected by. */
  locks: readonly Place[]
  /** What holds the certificates of webhooks. */
  secrets: readonly Place[]
}

/** Looks for operators. What the login may not read has no parts; the snapshot itself says what that is. */
export async function findOperatorParts(
  reader: ClusterReader,
  { groups, signal }: { groups: readonly string[]; signal?: AbortSignal | undefined },
): Promise<OperatorParts> {
  const sight = new Sight(reader, signal)
  const found = await findWorkloads(sight, { writers: new Set() })
  const workloads = found.map(({ object }) => object)
  const places = [...new Set(workloads.map(({ metadata }) => metadata.namespace ?? ''))]
  const behaviours = places.flatMap((place) => {
    const there = workloads.filter(({ metadata }) => metadata.namespace === place)
    return effectiveBehaviour(there, place)
  })
  const webhooks = behaviours.flatMap(({ webhook }) => webhook ?? [])
  const scope = {
    services: new Set(webhooks.map(({ service }) => `${service.namespace}/${service.name}`)),
    configurations: new Set(webhooks.flatMap(({ configurations }) => configurations)),
  }
  const called: Place[] = []
  for (const type of [MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS]) {
    for await (const object of sight.each(type)) {
      if (!groups.some((group) => concerns(object, { ...scope, group }))) continue
      called.push(...listAt(object, 'webhooks').flatMap((webhook) => serviceOf(webhook) ?? []))
    }
  }
  const services = once([...webhooks.map(({ service }) => service), ...called])
  const locks = once(behaviours.flatMap(({ leader }) => (leader.enabled ? [leader] : [])))
  const secrets = once(webhooks.map(({ secret }) => secret))
  const namespaces = [...services, ...locks, ...secrets].map(({ namespace }) => namespace)
  return {
    workloads,
    namespaces: [...new Set([...places, ...namespaces])].sort(),
    pods: workloads.flatMap(podsOf),
    services,
    locks,
    secrets,
  }
}

function podsOf(workload: KubeObject): OperatorParts['pods'] {
  const labels = at(workload, 'spec', 'selector', 'matchLabels')
  const pairs = isFields(labels) ? Object.entries(labels) : []
  if (pairs.length === 0) return []
  const labelSelector = pairs.map(([key, value]) => `${key}=${String(value)}`).join(',')
  return [{ namespace: workload.metadata.namespace ?? '', labelSelector }]
}

function once(places: readonly Place[]): Place[] {
  const byName = new Map(places.map(({ namespace, name }) => [`${namespace}/${name}`, { namespace, name }]))
  return [...byName.keys()].sort().map((id) => byName.get(id)!)
}
