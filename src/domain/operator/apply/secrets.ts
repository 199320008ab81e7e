/**
 * The Secret of a webhook's certificate, where both versions use one of the same name for different Services: it is
 * copied inside the cluster, so that the target makes its own and the way back finds the old one. Nothing of it is
 * written to the journal or to disk.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isRefusal } from '../../kube-error.ts'
import type { Verb } from '../../plan/verb.ts'
import type { SecretPayload } from '../steps/webhook-payloads.ts'
import type { ApplyContext } from './context.ts'

const OURS = { 'app.kubernetes.io/managed-by': 'sparkops' }

export const setSecretAside: Verb<ApplyContext> = {
  look: async (payload, { cluster, signal }) => {
    const { secret, uid } = payload as unknown as SecretPayload
    // The target may have made its own by now.
    return { state: (await cluster.get(secret, signal))?.metadata.uid === uid ? 'ready' : 'done' }
  },
  act: async (payload, { cluster, signal }) => {
    const { secret, copy, uid } = payload as unknown as SecretPayload
    const live = await cluster.get(secret, signal)
    if (live?.metadata.uid !== uid) return null
    try {
      await cluster.create(copy.type, named(copy, live, OURS))
    } catch (error) {
      if (!isRefusal(error, 'AlreadyExists')) throw error
    }
    await cluster.delete(secret, { preconditions: { uid } })
    return null
  },
}

export const bringSecretBack: Verb<ApplyContext> = {
  look: async (payload, { cluster, signal }) => {
    const { copy } = payload as unknown as SecretPayload
    return (await cluster.get(copy, signal)) === undefined ? { state: 'done' } : { state: 'ready' }
  },
  act: async (payload, { cluster, signal }) => {
    const { secret, copy } = payload as unknown as SecretPayload
    const kept = await cluster.get(copy, signal)
    if (kept === undefined) return null
    // A type of Secret cannot be changed, so that of the other version goes.
    await cluster.delete(secret)
    await cluster.create(secret.type, named(secret, kept, {}))
    await cluster.delete(copy)
    return null
  },
}

function named(
  { namespace, name }: SecretPayload['secret'],
  { apiVersion, kind, metadata, type, data }: KubeObject,
  labels: Record<string, string>,
): KubeObject {
  const { 'app.kubernetes.io/managed-by': manager, ...own } = metadata.labels ?? {}
  const kept =
    manager === undefined || manager === 'sparkops' ? own : { ...own, 'app.kubernetes.io/managed-by': manager }
  const place = namespace === undefined ? {} : { namespace }
  return { apiVersion, kind, type, data, metadata: { name, ...place, labels: { ...kept, ...labels } } }
}
