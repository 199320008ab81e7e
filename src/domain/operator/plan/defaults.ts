/**
 * Values that one version assumes in memory and another wants written: rows of data, and what an object looks like when
 * they are filled in. The step that fills them in reads the same rows.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { sameJson } from '../../plan/json.ts'
import type { Json } from '../../plan/plan.ts'
import { isFields } from '../discover/json.ts'
import type { DefaultRule } from '../steps/payloads.ts'

/**
 * SetSparkApplicationDefaults of 1.x (pkg/apis/sparkoperator.k8s.io/v1beta2/defaults.go): assumed at every sync. Its
 * cores and memory are Spark's own as well, and need not be written.
 */
function assumedBy1x(prefix: readonly string[]): DefaultRule[] {
  const type = [...prefix, 'restartPolicy', 'type']
  const retries = { path: type, in: ['OnFailure', 'Always'] }
  return [
    { path: [...prefix, 'mode'], value: 'cluster', when: [], why: '1.x takes an absent mode for cluster' },
    { path: type, value: 'Never', when: [], why: '1.x takes an absent policy for Never' },
    ...['onFailureRetryInterval', 'onSubmissionFailureRetryInterval'].map((field) => ({
      path: [...prefix, 'restartPolicy', field],
      value: 5,
      when: [retries],
      why: '1.x waits 5 s where nothing is said; 2.x never retries',
    })),
    {
      path: [...prefix, 'executor', 'instances'],
      value: 1,
      when: [
        { path: [...prefix, 'sparkConf', 'spark.executor.instances'], in: [null] },
        { path: [...prefix, 'dynamicAllocation', 'enabled'], in: [null, false] },
      ],
      why: '1.x takes an absent number of executors for 1; Spark, which 2.x leaves it to, for 2',
    },
  ]
}

export const APPLICATION_DEFAULTS: readonly DefaultRule[] = assumedBy1x(['spec'])

export const SCHEDULE_DEFAULTS: readonly DefaultRule[] = [
  {
    path: ['spec', 'concurrencyPolicy'],
    value: 'Allow',
    when: [],
    why: '1.x takes an absent policy for Allow; 2.x starts nothing under it',
  },
  ...assumedBy1x(['spec', 'template']),
]

/** States whose objects are left as they are: their run is over, and a changed spec is a reason to run again. */
export const UNTOUCHED_STATES: readonly string[] = ['COMPLETED', 'FAILED']

/** The object with what the rules fill in; the same object where nothing is missing. */
export function withDefaults(object: KubeObject, rules: readonly DefaultRule[]): KubeObject {
  let filled: KubeObject = object
  for (const { path, value, when } of rules) {
    if (!when.every((has) => has.in.some((one) => sameJson(one, valueAt(filled, has.path) ?? null)))) continue
    const parent = valueAt(filled, path.slice(0, -1))
    if ((valueAt(filled, path) ?? '') !== '' || (parent !== undefined && !isFields(parent))) continue
    filled = put(filled, path, value) as KubeObject
  }
  return filled
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isFields(inner) ? inner[name] : undefined), value)
}

function put(value: unknown, [name, ...rest]: readonly string[], filled: Json): unknown {
  if (name === undefined) return filled
  const fields = isFields(value) ? value : {}
  return { ...fields, [name]: put(fields[name], rest, filled) }
}
