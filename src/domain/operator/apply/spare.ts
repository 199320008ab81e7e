/**
 * Keeps live objects through an upgrade or a rollback that no longer has them. Helm leaves what is annotated
 * `helm.sh/resource-policy: keep` (pkg/kube/client.go, Update); the mark is taken away again as soon as Helm has ended,
 * and marks that somebody else has set stay.
 */
import type { ObjectKey } from '../../../ports/cluster.ts'
import { mergeBody } from '../steps/operator-step.ts'
import type { ApplyContext } from './context.ts'

const KEEP = 'helm.sh/resource-policy'
const OURS = 'sparkops.dev/spared'

/** Marks those that are there. */
export async function spare(keys: readonly ObjectKey[], { cluster, signal }: ApplyContext): Promise<void> {
  for (const key of keys) {
    const live = await cluster.get(key, signal)
    if (live === undefined || live.metadata.annotations?.[KEEP] !== undefined) continue
    await cluster.patch(key, { type: 'merge', body: annotations({ [KEEP]: 'keep', [OURS]: 'true' }) })
  }
}

/** Takes our marks away. */
export async function unspare(keys: readonly ObjectKey[], context: ApplyContext): Promise<void> {
  for (const key of await sparedOf(keys, context)) {
    await context.cluster.patch(key, { type: 'merge', body: annotations({ [KEEP]: null, [OURS]: null }) })
  }
}

/** Those of the objects that bear our mark. */
export async function sparedOf(
  keys: readonly ObjectKey[],
  { cluster, signal }: Pick<ApplyContext, 'cluster' | 'signal'>,
): Promise<ObjectKey[]> {
  const marked: ObjectKey[] = []
  for (const key of keys) {
    if ((await cluster.get(key, signal))?.metadata.annotations?.[OURS] !== undefined) marked.push(key)
  }
  return marked
}

function annotations(values: Record<string, string | null>) {
  return mergeBody({ metadata: { annotations: values } })
}
