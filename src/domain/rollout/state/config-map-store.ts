/** The state in a ConfigMap, so that others, and CI, go on where somebody began. */
import type { Cluster, KubeObject } from '../../../ports/cluster.ts'
import type { RolloutStore, StoredEntries } from '../../../ports/rollout-state.ts'
import { API_VERSION } from '../../document.ts'
import { SparkopsError } from '../../errors.ts'
import { isRefusal } from '../../kube-error.ts'
import { textAt } from '../../operator/discover/json.ts'
import { CONFIG_MAP } from '../../operator/discover/kinds.ts'
import { checkEntries, movedMeanwhile } from './entries.ts'

const KEY = 'rollout.json'

/** `resourceVersion` guards every write: the API server refuses the second of two. */
export function configMapStore(
  cluster: Pick<Cluster, 'get' | 'create' | 'replace'>,
  { namespace, name, rollout }: { namespace: string; name: string; rollout: string },
): RolloutStore {
  const place = `ConfigMap ${namespace}/${name}`
  const read = async (): Promise<StoredEntries & { object: KubeObject | undefined }> => {
    const object = await cluster.get({ type: CONFIG_MAP, namespace, name })
    if (object === undefined) return { object, entries: [], version: '' }
    return { object, entries: entriesOf(object, place, rollout), version: object.metadata.resourceVersion ?? '' }
  }
  return {
    place,
    read,
    // One object, written in one piece.
    settle: () => Promise.resolve(),
    append: async (entry, seen) => {
      const { object, entries, version } = await read()
      if (version !== seen.version) throw movedMeanwhile(place, entries, seen.entries.length)
      const all = [...entries, entry]
      const text = `${JSON.stringify({ apiVersion: API_VERSION, kind: 'RolloutState', rollout, entries: all }, null, 1)}\n`
      try {
        const { object: written } = await (object === undefined
          ? cluster.create(CONFIG_MAP, newMap(namespace, name, rollout, text))
          : cluster.replace(CONFIG_MAP, { ...object, data: { [KEY]: text } }))
        return { entries: all, version: written.metadata.resourceVersion ?? '' }
      } catch (error) {
        if (!isRefusal(error, 'Conflict', 'AlreadyExists')) throw error
        throw movedMeanwhile(place, (await read()).entries, seen.entries.length)
      }
    },
  }
}

function newMap(namespace: string, name: string, rollout: string, text: string): KubeObject {
  const labels = { 'app.kubernetes.io/managed-by': 'sparkops', 'sparkops.dev/rollout': rollout }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels }, data: { [KEY]: text } }
}

function entriesOf(object: KubeObject, place: string, rollout: string): StoredEntries['entries'] {
  let value: { rollout?: unknown; entries?: unknown }
  try {
    value = JSON.parse(textAt(object, 'data', KEY) ?? '') as typeof value
  } catch {
    return checkEntries(undefined, place)
  }
  if (value.rollout === rollout) return checkEntries(value.entries, place)
  throw new SparkopsError({
    code: 'SO_ROLLOUT_STATE',
    message: `${place} holds another rollout: ${String(value.rollout)}`,
    why: `this one is called ${rollout}`,
    hint: 'give state.configMap.name in the rollout file',
    exit: 'data',
  })
}
