/**
 * A probe: an application that shows by its status whether somebody takes it up, and that cannot run. It is suspended
 * where the operator knows that (2.4 and newer); it fails validation where that is done first (1.x); and in every case
 * its service account does not exist, so that the API server makes no pod of it.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import type { Discovery } from '../discover/discover.ts'
import { at, listAt } from '../discover/json.ts'
import { trialLabels } from './applications.ts'

/** On what cannot run. */
export const PROBE = 'sparkops.dev/probe'
/** There is none of this name; a name of ours, so that nobody makes one by chance. */
const NO_ACCOUNT = 'sparkops-probe-that-must-not-run'

/** The probe for one namespace. `knowsSuspend`: the definition has `spec.suspend`. */
export function probeApplication(
  { namespace, name }: { namespace: string; name: string },
  {
    by,
    run,
    version,
    generation,
    knowsSuspend,
    labels,
  }: {
    by: 'operator-failover' | 'operator-namespaces'
    run: string
    version: string
    generation: '1.x' | '2.x'
    knowsSuspend: boolean
    labels: Record<string, string>
  },
): KubeObject {
  const invalid = { nodeSelector: { 'sparkops.dev/probe': 'never' } }
  const isInvalid = generation === '1.x'
  return {
    apiVersion: `sparkoperator.k8s.io/${version}`,
    kind: 'SparkApplication',
    metadata: { name, namespace, labels: { ...labels, ...trialLabels(run, by), [PROBE]: 'true' } },
    spec: {
      ...{ type: 'Scala', mode: 'cluster', sparkVersion: '3.5.0', image: 'sparkops.invalid/probe' },
      ...{ mainClass: 'Probe', mainApplicationFile: 'local:///probe.jar', restartPolicy: { type: 'Never' } },
      ...(knowsSuspend ? { suspend: true } : {}),
      ...(isInvalid ? invalid : {}),
      driver: { cores: 1, memory: '512m', serviceAccount: NO_ACCOUNT, ...(isInvalid ? invalid : {}) },
      executor: { cores: 1, memory: '512m', instances: 1 },
    },
  }
}

/** 1.x may take up only what has certain labels: those that can be given are. */
export function labelsFor(behaviour: OperatorBehaviour): Record<string, string> {
  if (behaviour.generation === '2.x') return {}
  const pairs = [...behaviour.labelSelector.matchAll(/(?:^|,)\s*([\w./-]+)==?([\w.-]+)\s*(?=,|$)/g)]
  return Object.fromEntries(pairs.map(([, key, value]) => [key!, value!]))
}

/** The definition as it is served; an older operator under it ignores the field, and the probe cannot run all the same. */
export function knowsSuspend({ crds }: Discovery, version: string): boolean {
  const crd = crds.own.find(({ reading }) => reading.kind === 'SparkApplication')
  const served = listAt(crd?.object, 'spec', 'versions').find((one) => at(one, 'name') === version)
  const path = ['schema', 'openAPIV3Schema', 'properties', 'spec', 'properties', 'suspend']
  return at(served, ...path) !== undefined
}
