/** The name by which YuniKorn knows an application, so that its events can be told to belong to it. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { textAt } from '../../operator/discover/json.ts'

const CANONICAL = 'yunikorn.apache.org/app-id'
const LABELS = ['applicationId', 'spark-app-selector']

/**
 * As k8shim reads it of a pod (pkg/common/utils/utils.go, GetApplicationIDFromPod): of the driver, or where that is gone,
 * of what the application wants its driver to be, and last the id that Spark gave itself. Null where nothing says it.
 */
export function schedulerIdOf(application: KubeObject, driver: KubeObject | undefined): string | null {
  const at = driver === undefined ? (['spec', 'driver'] as const) : (['metadata'] as const)
  const of = driver ?? application
  const label = (key: string): string | undefined => textAt(of, ...at, 'labels', key) || undefined
  return (
    label(CANONICAL) ??
    (textAt(of, ...at, 'annotations', CANONICAL) || undefined) ??
    LABELS.map(label).find((id) => id !== undefined) ??
    (textAt(application, 'status', 'sparkApplicationId') || null)
  )
}
