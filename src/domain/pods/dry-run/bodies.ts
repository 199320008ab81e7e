/** The two bodies of a dry run, and what the answers to them differ in. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { comparePods } from '../diff-pods.ts'
import { type JsonMap, mapAt } from '../json.ts'
import { type FieldRow, LOST } from '../rows.ts'
import { sparkPodOf } from '../spark-pod.ts'

/** The operator's webhook looks at pods with this label only: by its registration (2.x), or by itself (1.x). */
const LAUNCHED = 'sparkoperator.k8s.io/launched-by-spark-operator'
/** No pod is made, so that one name does for all. */
export const DRY_RUN_NAME = 'sparkops-dry-run'

/** The body with or without the label. */
export function labelled(body: JsonMap, namespace: string, isLaunched: boolean): KubeObject {
  const { [LAUNCHED]: _label, ...labels } = mapAt(body, 'metadata', 'labels') as Record<string, string>
  const { generateName: _generated, ...metadata } = mapAt(body, 'metadata')
  return {
    ...body,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: DRY_RUN_NAME,
      namespace,
      labels: isLaunched ? { ...labels, [LAUNCHED]: 'true' } : labels,
    },
  }
}

/** Everything that is said of the two answers, but for the label itself. */
export function rowsBetween(withLabel: KubeObject, without: KubeObject): FieldRow[] {
  const [expected, actual] = [withLabel, without].map((pod) => ({
    from: 'dry run',
    pods: [sparkPodOf(pod, 'dry run')],
  }))
  return comparePods(expected!, actual!).rows.filter(({ path }) => path !== `metadata.labels["${LAUNCHED}"]`)
}

/** What differs. */
export function openRows(withLabel: KubeObject, without: KubeObject): FieldRow[] {
  return rowsBetween(withLabel, without).filter(({ verdict }) => LOST.has(verdict) || verdict === 'extra')
}

/** Whether one path is the other, or lies in it. */
export function overlap(one: string, other: string): boolean {
  const lies = (path: string, within: string): boolean =>
    path.startsWith(within) && (path.length === within.length || /[.[]/.test(path[within.length]!))
  return lies(one, other) || lies(other, one)
}
