/** What a SparkApplication says of itself that a capture waits for. */
import { type JsonMap, at, mapAt, scalarText, textAt } from '../json.ts'

/** The states that the operator never leaves by itself (api/v1beta2, ApplicationStateType). */
const ENDED = new Set(['COMPLETED', 'FAILED'])

/** Its state, such as RUNNING; undefined before the operator took it up. */
export function stateOf(application: JsonMap): string | undefined {
  return textAt(application, 'status', 'applicationState', 'state')
}

/** Whether it has come to its end, retries included. */
export function hasEnded(application: JsonMap): boolean {
  return ENDED.has(stateOf(application) ?? '')
}

/**
 * How many executors it asks for to begin with; undefined where it does not say. With dynamic allocation Spark begins
 * with the largest of three (Utils.getDynamicAllocationInitialExecutors).
 */
export function executorsAsked(application: JsonMap): number | undefined {
  const spec = mapAt(application, 'spec')
  const dynamic = mapAt(spec, 'dynamicAllocation')
  const conf = (key: string): unknown => mapAt(spec, 'sparkConf')[`spark.${key}`]
  const instances = count(at(spec, 'executor', 'instances')) ?? count(conf('executor.instances'))
  const isDynamic = dynamic['enabled'] === true || scalarText(conf('dynamicAllocation.enabled')) === 'true'
  if (!isDynamic) return instances
  return Math.max(
    instances ?? 0,
    count(dynamic['initialExecutors']) ?? count(conf('dynamicAllocation.initialExecutors')) ?? 0,
    count(dynamic['minExecutors']) ?? count(conf('dynamicAllocation.minExecutors')) ?? 0,
  )
}

/** Whether executors may come although none was asked for to begin with. */
export function mayScale(application: JsonMap): boolean {
  const spec = mapAt(application, 'spec')
  const conf = mapAt(spec, 'sparkConf')['spark.dynamicAllocation.enabled']
  return at(spec, 'dynamicAllocation', 'enabled') === true || scalarText(conf) === 'true'
}

/** Names of the executors' pods that the operator has counted, of the latest attempt. */
export function executorsNamed(application: JsonMap): string[] {
  return Object.keys(mapAt(application, 'status', 'executorState'))
}

function count(value: unknown): number | undefined {
  const text = scalarText(value)
  return /^\d+$/.test(text) ? Number(text) : undefined
}
