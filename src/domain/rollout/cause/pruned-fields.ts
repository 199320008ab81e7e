/**
 * Fields that somebody applied and that the object does not have: the definition in the cluster does not know them and
 * dropped them. A definition that is older than the manifest does this without a word.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { at, fieldsAt, isFields, listAt } from '../../operator/discover/json.ts'
import type { FailureClass } from '../../app/failure/rule.ts'

export interface Pruned {
  /** `spec.driver.memoryLimit`, the topmost that is missing. */
  paths: string[]
  /** What remembers them: `sparkapplications/jobs/etl metadata.annotations[…]`. */
  where: string
}

const MEMORY = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * What is missing of an application, or of the schedule that made it, as far as `kubectl apply` left a memory; an object
 * that was edited since (its generation tells) proves nothing and is left out.
 */
export function prunedFields(application: KubeObject, schedule: KubeObject | undefined): Pruned | undefined {
  const own = memoryOf(application)
  const live = application.spec
  if (own !== undefined && application.metadata.generation === 1)
    return found(missing(fieldsAt(own, 'spec'), live), application, 'sparkapplications')
  const template = at(schedule === undefined ? undefined : memoryOf(schedule), 'spec', 'template')
  if (schedule === undefined || template === undefined || (schedule.metadata.generation ?? 1) !== 1) return undefined
  return found(missing(template, live), schedule, 'scheduledsparkapplications')
}

function found(paths: string[], { metadata }: KubeObject, resource: string): Pruned | undefined {
  if (paths.length === 0) return undefined
  const where = `${resource}/${metadata.namespace ?? ''}/${metadata.name} metadata.annotations["${MEMORY}"]`
  return { paths: paths.map((path) => `spec.${path}`), where }
}

function memoryOf({ metadata }: KubeObject): unknown {
  const text = metadata.annotations?.[MEMORY]
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Lists are compared item by item where they are of one length: dropping fields never changes that. */
function missing(applied: unknown, live: unknown, path = ''): string[] {
  if (Array.isArray(applied)) {
    const items = listAt(live)
    if (!Array.isArray(live) || items.length !== applied.length) return []
    return applied.flatMap((item, index) => missing(item, items[index], `${path}[${index}]`))
  }
  if (!isFields(applied) || !isFields(live)) return []
  return Object.entries(applied).flatMap(([name, value]) => {
    const below = path === '' ? name : `${path}.${name}`
    // What is null or empty is left out by clients and servers alike.
    if (value === null || value === undefined || (isFields(value) && Object.keys(value).length === 0)) return []
    return name in live ? missing(value, live[name], below) : [below]
  })
}

/**
 * Which fields can be why an application failed in a certain way; by the last name of their path. A failure of another
 * class is not explained by a missing field, whatever is missing: a quota that is used up has no field for it.
 */
const EXPLAINS: Partial<Record<FailureClass, RegExp>> = {
  scheduling:
    /(?:tolerations|affinity|nodeSelector|priorityClassName|template|schedulerName|batchScheduler|batchSchedulerOptions|podSecurityContext)$|\.template\b/,
  image: /(?:image|imagePullSecrets|imagePullPolicy|template)$|\.template\b/,
  webhook: /(?:securityContext|podSecurityContext|seccompProfile|template|labels|annotations)$|\.template\b/,
  'out-of-memory': /(?:memory\w*|memoryLimit|template|javaOptions|sparkConf)$|\.template\b/,
  'exit-code': /./,
  'missing-reference': /./,
  executors: /./,
  undecided: /./,
}

/** Those of the missing fields that can explain a failure of this class. */
export function explaining({ paths }: Pruned, failure: FailureClass): string[] {
  const pattern = EXPLAINS[failure]
  return pattern === undefined ? [] : paths.filter((path) => pattern.test(path))
}
