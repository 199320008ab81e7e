/** What belongs to captured pods without being one: the ConfigMaps that they name, Services and events. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { type JsonMap, at, mapAt, mapsAt, textAt } from '../json.ts'

const APP_NAME = 'sparkoperator.k8s.io/app-name'

/** Names of the ConfigMaps that a pod mounts or reads variables from. */
export function configMapsOf(pod: KubeObject): string[] {
  const containers = [...mapsAt(pod, 'spec', 'containers'), ...mapsAt(pod, 'spec', 'initContainers')]
  const names = [
    ...mapsAt(pod, 'spec', 'volumes').flatMap(volumeNames),
    ...containers.flatMap((container) => [
      ...mapsAt(container, 'envFrom').map((one) => textAt(one, 'configMapRef', 'name')),
      ...mapsAt(container, 'env').map((one) => textAt(one, 'valueFrom', 'configMapKeyRef', 'name')),
    ]),
  ]
  return [...new Set(names.filter((name) => name !== undefined))]
}

/** Names of the ConfigMaps that a SparkApplication itself names. */
export function configMapsOfApplication(application: KubeObject): string[] {
  const spec = mapAt(application, 'spec')
  const names = [
    ...['sparkConfigMap', 'hadoopConfigMap'].map((field) => textAt(spec, field)),
    ...['driver', 'executor'].flatMap((role) => mapsAt(spec, role, 'configMaps').map((one) => textAt(one, 'name'))),
  ]
  return [...new Set(names.filter((name) => name !== undefined))]
}

function volumeNames(volume: JsonMap): (string | undefined)[] {
  return [
    textAt(volume, 'configMap', 'name'),
    ...mapsAt(volume, 'projected', 'sources').map((source) => textAt(source, 'configMap', 'name')),
  ]
}

/** The application that a Service is of by its labels; Spark's own has none but its owner. */
export function applicationOfService(service: KubeObject): string | undefined {
  return textAt(service, 'metadata', 'labels', APP_NAME) ?? textAt(service, 'spec', 'selector', APP_NAME)
}

/** Uids of the owners of an object. */
export function ownersOf(object: KubeObject): string[] {
  return mapsAt(object, 'metadata', 'ownerReferences').flatMap((owner) => textAt(owner, 'uid') ?? [])
}

/** Uid of what an event is about. */
export function subjectOf(event: KubeObject): string | undefined {
  return textAt(at(event, 'involvedObject'), 'uid')
}
