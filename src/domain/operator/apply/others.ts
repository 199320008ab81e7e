/** What other operators take up, while a run is carried out: they run on, and it is not the run's to write. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isRefusedWith } from '../../kube-error.ts'
import { NAMESPACE } from '../discover/kinds.ts'
import { type NamespaceLabels, takesUp } from '../discover/watching.ts'
import type { WatchScope } from '../steps/payloads.ts'
import type { Reading } from './applications.ts'

/** Whether an object is another operator's, or may be where the labels that decide cannot be read. */
export async function othersTake(
  scopes: readonly WatchScope[] | undefined,
  reading: Reading,
): Promise<(object: KubeObject) => boolean> {
  if (scopes === undefined || scopes.length === 0) return () => false
  const isByLabels = scopes.some(({ namespaces }) => namespaces.selector !== null)
  const labels = isByLabels ? await labelsOfNamespaces(reading) : undefined
  return (object) => scopes.some((scope) => takesUpBy(scope, object, labels) !== false)
}

/** Whether a controller of this scope takes an object up; null where labels of namespaces would decide. */
export function takesUpBy(
  { namespaces, ...scope }: WatchScope,
  { metadata: { namespace = '', labels = {} } }: KubeObject,
  namespaceLabels?: NamespaceLabels,
): boolean | null {
  const watching = { ...scope, namespaces: { ...namespaces, selector: namespaces.selector ?? undefined } }
  return takesUp(watching, { namespace, labels }, namespaceLabels)
}

async function labelsOfNamespaces({ cluster, signal }: Reading): Promise<NamespaceLabels> {
  try {
    const { items } = await cluster.list(NAMESPACE, { signal })
    return new Map(items.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]))
  } catch (error) {
    if (isRefusedWith(error, 403)) return undefined
    throw error
  }
}
