/** Whether the originals of a saved plan are still as they were. */
import type { Cluster, ResourceType } from '../../../ports/cluster.ts'
import { digestOf } from '../../plan/json.ts'
import type { Plan } from '../../plan/plan.ts'
import { requireFresh } from '../../plan/stale.ts'
import { applicationTypeOf, type CopyPayload } from '../run/context.ts'

/** Throws (exit 5) where an original changed or is gone: its copy would prove nothing about it. */
export async function requireFreshOriginals(plan: Plan, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const [step] = plan.steps
  if (step === undefined) return
  const type = applicationTypeOf((step.payload as unknown as CopyPayload).version)
  const scheduled: ResourceType = { ...type, resource: 'scheduledsparkapplications', kind: 'ScheduledSparkApplication' }
  await requireFresh(plan, async (of) => {
    const [resource, namespace = '', name = ''] = of.split('/')
    const isSchedule = resource === scheduled.resource
    const found = await cluster.get({ type: isSchedule ? scheduled : type, namespace, name }, signal)
    if (found === undefined) return undefined
    return digestOf(isSchedule ? (found.spec as { template?: unknown }).template : found.spec)
  })
}
