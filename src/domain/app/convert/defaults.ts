/**
 * What the operator's webhook filled in when an application was created, by version. Without the webhook nobody does in
 * 2.x: --deploy-mode "" ends spark-submit, a missing retry interval keeps an application from ever restarting, and Spark
 * starts two executors. In 1.x the controller itself fills in, at each sync.
 */
import { type JsonMap, at, isMap, mapAt, scalarText, textAt } from '../../pods/json.ts'
import { isAtLeast } from '../../pods/versions.ts'

interface Default {
  /** Below the spec of the application. */
  path: readonly string[]
  value: unknown
  from: readonly number[]
  before?: readonly number[]
  when?: (spec: JsonMap) => boolean
  source: string
}

const V2 = [2, 0, 0]
const IN_WEBHOOK = 'internal/webhook/sparkapplication_defaulter.go'
const IN_API = 'api/v1beta2/defaults.go'
/** Before, the number of executors is only filled in where there is a sparkConf; else Spark’s own two hold. */
const CONF_NEEDED_UNTIL = [2, 2, 0]

/** In the order in which the operator fills them in. */
const DEFAULTS: readonly Default[] = [
  { path: ['type'], value: 'Scala', from: [2, 4, 0], source: IN_API },
  { path: ['mode'], value: 'cluster', from: V2, source: IN_WEBHOOK },
  { path: ['restartPolicy', 'type'], value: 'Never', from: V2, source: IN_WEBHOOK },
  {
    path: ['restartPolicy', 'onFailureRetryInterval'],
    value: 5,
    from: V2,
    when: restarts,
    source: IN_WEBHOOK,
  },
  {
    path: ['restartPolicy', 'onSubmissionFailureRetryInterval'],
    value: 5,
    from: V2,
    when: restarts,
    source: IN_WEBHOOK,
  },
  ...(['driver', 'executor'] as const).flatMap((role) =>
    // 2.1.0 to 2.3.0 leave these to Spark, whose own defaults are the same.
    (
      [
        [V2, [2, 1, 0], IN_WEBHOOK],
        [[2, 4, 0], undefined, IN_API],
      ] as const
    ).flatMap(([from, before, source]): Default[] => [
      {
        path: [role, 'cores'],
        value: 1,
        from,
        ...(before && { before }),
        when: (spec) => !hasConf(spec, `spark.${role}.cores`),
        source,
      },
      {
        path: [role, 'memory'],
        value: '1g',
        from,
        ...(before && { before }),
        when: (spec) => !hasConf(spec, `spark.${role}.memory`),
        source,
      },
    ]),
  ),
  {
    path: ['executor', 'instances'],
    value: 1,
    from: V2,
    before: CONF_NEEDED_UNTIL,
    when: (spec) =>
      isMap(spec['sparkConf']) &&
      at(spec, 'dynamicAllocation', 'enabled') !== true &&
      conf(spec, 'spark.dynamicAllocation.enabled') !== 'true' &&
      !hasConf(spec, 'spark.executor.instances'),
    source: IN_WEBHOOK,
  },
  {
    path: ['executor', 'instances'],
    value: 1,
    from: CONF_NEEDED_UNTIL,
    before: [2, 4, 0],
    when: (spec) => !isDynamic(spec, 'spark.dynamicAllocation.enabled') && !hasConf(spec, 'spark.executor.instances'),
    source: IN_WEBHOOK,
  },
  {
    path: ['executor', 'instances'],
    value: 1,
    from: [2, 4, 0],
    // It asks for the key in lower case, which nobody writes.
    when: (spec) => !isDynamic(spec, 'spark.dynamicallocation.enabled') && !hasConf(spec, 'spark.executor.instances'),
    source: IN_API,
  },
  {
    path: ['dynamicAllocation', 'shuffleTrackingEnabled'],
    value: true,
    from: [2, 2, 0],
    when: (spec) => at(spec, 'dynamicAllocation', 'enabled') === true,
    source: IN_WEBHOOK,
  },
]

export interface Filled {
  path: readonly string[]
  value: unknown
}

/** Writes into the spec what that version's webhook would have; what it wrote. */
export function fillDefaults(spec: JsonMap, operator: readonly number[]): Filled[] {
  const filled: Filled[] = []
  for (const { path, value, from, before, when } of DEFAULTS) {
    if (!isAtLeast(operator, from) || (before !== undefined && isAtLeast(operator, before))) continue
    const found = at(spec, ...path)
    if ((found !== undefined && found !== null && found !== '') || when?.(spec) === false) continue
    const holder = path.slice(0, -1).reduce<JsonMap>((map, name) => {
      const next = mapAt(map, name)
      map[name] = next
      return next
    }, spec)
    holder[path.at(-1)!] = value
    filled.push({ path, value })
  }
  return filled
}

/**
 * The number of executors to write where a conversion gives an application its first sparkConf: under operators that
 * look for one, the webhook would from then on fill in another number than holds now.
 */
export function executorsWithoutConf(spec: JsonMap, operator: readonly number[]): number | undefined {
  const isSo = isAtLeast(operator, V2) && !isAtLeast(operator, CONF_NEEDED_UNTIL)
  const isFree = at(spec, 'executor', 'instances') === undefined && at(spec, 'dynamicAllocation', 'enabled') !== true
  return isSo && isFree && !isMap(spec['sparkConf']) ? 2 : undefined
}

function restarts(spec: JsonMap): boolean {
  return textAt(spec, 'restartPolicy', 'type') !== 'Never'
}

function isDynamic(spec: JsonMap, key: string): boolean {
  const own = spec['dynamicAllocation']
  return isMap(own) ? own['enabled'] === true : conf(spec, key) === 'true'
}

function conf(spec: JsonMap, key: string): string {
  return scalarText(at(spec, 'sparkConf', key)).toLowerCase()
}

function hasConf(spec: JsonMap, key: string): boolean {
  return conf(spec, key) !== ''
}
