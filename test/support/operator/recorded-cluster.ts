/** A cluster of objects that a test made: what a snapshot of them would show. It can be read and not written. */
import { selectorTest } from '../../../src/adapters/snapshot/selectors.ts'
import { KubeStatusError } from '../../../src/domain/kube-error.ts'
import type {
  ClusterReader,
  KubeObject,
  ListOptions,
  ObjectKey,
  ObjectList,
  ResourceType,
} from '../../../src/ports/cluster.ts'
import * as kinds from '../../../src/domain/operator/discover/kinds.ts'

export interface RecordedOptions {
  /** Resources that this login may not read: `secrets`. */
  forbidden?: readonly string[]
  version?: string
}

const BUILT_IN: readonly ResourceType[] = Object.values(kinds).filter(
  (value): value is ResourceType => typeof value === 'object' && 'resource' in value,
)
const NAMESPACED_UNLESS = /^(Namespace|Node|Cluster.*|.*WebhookConfiguration|CustomResourceDefinition)$/

/** Kinds that are not built in are served if a CustomResourceDefinition or an object of them is there. */
export function recordedCluster(objects: readonly KubeObject[], options: RecordedOptions = {}): ClusterReader {
  const { forbidden = [], version = 'v1.35.4' } = options
  const types = [...BUILT_IN, ...customTypes(objects)]
  const refuse = (type: ResourceType) => {
    if (!forbidden.includes(type.resource)) return
    throw new KubeStatusError(`list ${type.resource}`, { code: 403, reason: 'Forbidden', message: 'no', causes: [] })
  }
  const ofType = (type: ResourceType) =>
    objects.filter(({ apiVersion, kind }) => kind === type.kind && groupOf(apiVersion) === type.group)
  async function* listEach(type: ResourceType, query: ListOptions = {}): AsyncGenerator<KubeObject> {
    refuse(type)
    for (const object of ofType(type)) {
      if (query.namespace !== undefined && object.metadata.namespace !== query.namespace) continue
      if (!selectorTest(query.labelSelector, query.fieldSelector)(object)) continue
      yield await Promise.resolve(structuredClone(object))
    }
  }
  return {
    identity: { uid: 'cluster-uid', context: 'recorded', server: 'recorded', namespace: 'default' },
    async get({ type, namespace, name }: ObjectKey) {
      await Promise.resolve()
      refuse(type)
      const found = ofType(type).find(
        ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === (namespace ?? ''),
      )
      return found && structuredClone(found)
    },
    async list(type: ResourceType, query?: ListOptions): Promise<ObjectList> {
      const items: KubeObject[] = []
      for await (const object of listEach(type, query)) items.push(object)
      return { resourceVersion: '1', items }
    },
    listEach,
    findType: ({ group, kind, resource }) =>
      Promise.resolve(types.find((type) => type.group === group && (type.kind === kind || type.resource === resource))),
    serverVersion: () => {
      const [major, minor] = version.slice(1).split('.').map(Number) as [number, number]
      return Promise.resolve({ major, minor, gitVersion: version })
    },
  }
}

function customTypes(objects: readonly KubeObject[]): ResourceType[] {
  return objects
    .filter(({ apiVersion }) => apiVersion.includes('.') && !apiVersion.includes('.k8s.io/v1'))
    .concat(objects.filter(({ apiVersion }) => apiVersion.startsWith('sparkoperator.k8s.io/')))
    .map(({ apiVersion, kind }) => ({
      group: groupOf(apiVersion),
      version: apiVersion.split('/')[1] ?? '',
      kind,
      resource: `${kind.toLowerCase()}s`,
      namespaced: !NAMESPACED_UNLESS.test(kind),
    }))
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.split('/')[0]! : ''
}
