/** Which jobs are run again: by name, by labels, or by the schedules that make them. */
import type { Cluster, KubeObject } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { SPARK_GROUP } from '../../operator/discover/kinds.ts'
import { isMap, mapAt } from '../../pods/json.ts'
import { COPY_OF } from '../labels.ts'
import { applicationType, keyOf, type Scope } from '../read.ts'
import { pickNamed } from '../delete.ts'

export interface Choice {
  scope: Scope
  names: readonly string[]
  schedules: readonly string[]
  /** Beyond so many nothing is planned. */
  most: number
  signal: AbortSignal
}

/** Of several runs of one schedule the newest stands for all; copies are never copied. */
export async function chooseOriginals(cluster: Cluster, choice: Choice): Promise<KubeObject[]> {
  const { scope, names, schedules, most } = choice
  const fromSchedules = schedules.length === 0 ? [] : await templatesOf(cluster, choice)
  const wantsApplications = names.length > 0 || schedules.length === 0
  const applications = wantsApplications ? await applicationsOf(cluster, choice) : []
  const chosen = [...fromSchedules, ...applications]
  if (chosen.length <= most) return chosen
  throw new SparkopsError({
    code: 'SO_TOO_MANY_COPIES',
    message: `${chosen.length} applications were chosen; at most ${most} are copied`,
    why: `so that a wide selector does not fill the cluster${scope.namespace === undefined ? '' : ` from ${scope.namespace}`}`,
    hint: `choose fewer, or raise it: --most ${chosen.length}`,
    exit: 'usage',
  })
}

async function applicationsOf(cluster: Cluster, { scope, names, signal }: Choice): Promise<KubeObject[]> {
  const type = await applicationType({ findType: (query) => cluster.findType(query), unseen: [] })
  const { items } = await cluster.list(type, { namespace: scope.namespace, labelSelector: scope.labelSelector, signal })
  if (names.length > 0) return pickNamed(items, names, scope.namespace ?? '')
  const newest = new Map<string, KubeObject>()
  for (const item of items) {
    if (item.metadata.labels?.[COPY_OF] !== undefined) continue
    const parent = item.metadata.ownerReferences?.find(({ kind }) => kind === 'ScheduledSparkApplication')?.uid
    const key = parent ?? keyOf(item.metadata.namespace, item.metadata.name)
    const other = newest.get(key)
    if (other === undefined || (other.metadata.creationTimestamp ?? '') < (item.metadata.creationTimestamp ?? ''))
      newest.set(key, item)
  }
  return [...newest.values()]
}

/** The template of a schedule is the job as it will run next. */
async function templatesOf(cluster: Cluster, { scope, schedules, signal }: Choice): Promise<KubeObject[]> {
  const type = await cluster.findType({ group: SPARK_GROUP, kind: 'ScheduledSparkApplication' })
  const items = type === undefined ? [] : (await cluster.list(type, { namespace: scope.namespace, signal })).items
  return schedules.map((name) => {
    const schedule = items.find(({ metadata }) => metadata.name === name)
    const template = schedule && mapAt(schedule, 'spec').template
    if (schedule !== undefined && isMap(template)) return { ...schedule, spec: template }
    throw new SparkopsError({
      code: 'SO_NO_SCHEDULE',
      message: `there is no ScheduledSparkApplication ${scope.namespace ?? ''}/${name}`,
      why: type === undefined ? 'the cluster does not know the kind' : 'it was never there, or it is gone',
      hint: '-n names another namespace',
    })
  })
}
