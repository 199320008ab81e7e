/** What an application names and needs to find in its namespace. */
import type { ResourceType } from '../../../ports/cluster.ts'
import type { Sight } from '../../operator/discover/sight.ts'
import { CONFIG_MAP, SECRET, SERVICE_ACCOUNT } from '../../operator/discover/kinds.ts'
import { type JsonMap, mapAt, mapsAt, textAt } from '../../pods/json.ts'

const CLAIM: ResourceType = { ...CONFIG_MAP, resource: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' }
const PRIORITY: ResourceType = {
  group: 'scheduling.k8s.io',
  version: 'v1',
  resource: 'priorityclasses',
  kind: 'PriorityClass',
  namespaced: false,
}

export interface Reference {
  type: ResourceType
  name: string
  /** The field that names it. */
  from: string
}

/** All that is named, each once. Optional ones are left out: their absence stops nothing. */
export function referencesOf(spec: JsonMap): Reference[] {
  const found = new Map<string, Reference>()
  const add = (type: ResourceType, name: string | undefined, from: string): void => {
    if (name !== undefined && !found.has(`${type.resource}/${name}`))
      found.set(`${type.resource}/${name}`, { type, name, from })
  }
  add(CONFIG_MAP, textAt(spec, 'sparkConfigMap'), 'spec.sparkConfigMap')
  add(CONFIG_MAP, textAt(spec, 'hadoopConfigMap'), 'spec.hadoopConfigMap')
  for (const name of Array.isArray(spec.imagePullSecrets) ? spec.imagePullSecrets : [])
    add(SECRET, typeof name === 'string' ? name : textAt(name, 'name'), 'spec.imagePullSecrets')
  addVolumes(mapsAt(spec, 'volumes'), 'spec.volumes', add)
  for (const role of ['driver', 'executor']) {
    const at = `spec.${role}`
    const part = mapAt(spec, role)
    add(
      SERVICE_ACCOUNT,
      textAt(part, 'serviceAccount') ?? textAt(part, 'template', 'spec', 'serviceAccountName'),
      `${at}.serviceAccount`,
    )
    add(
      PRIORITY,
      textAt(part, 'priorityClassName') ?? textAt(part, 'template', 'spec', 'priorityClassName'),
      `${at}.priorityClassName`,
    )
    for (const one of mapsAt(part, 'configMaps')) add(CONFIG_MAP, textAt(one, 'name'), `${at}.configMaps`)
    for (const one of mapsAt(part, 'secrets')) add(SECRET, textAt(one, 'name'), `${at}.secrets`)
    for (const one of Object.values(mapAt(part, 'envSecretKeyRefs')))
      add(SECRET, textAt(one, 'name'), `${at}.envSecretKeyRefs`)
    for (const container of [
      part,
      ...mapsAt(part, 'template', 'spec', 'containers'),
      ...mapsAt(part, 'sidecars'),
      ...mapsAt(part, 'initContainers'),
    ])
      addVariables(container, at, add)
    addVolumes(mapsAt(part, 'template', 'spec', 'volumes'), `${at}.template.spec.volumes`, add)
  }
  return [...found.values()]
}

type Add = (type: ResourceType, name: string | undefined, from: string) => void

function addVariables(container: JsonMap, at: string, add: Add): void {
  for (const one of [
    ...mapsAt(container, 'env').map((variable) => mapAt(variable, 'valueFrom')),
    ...mapsAt(container, 'envFrom'),
  ]) {
    for (const [field, type] of [
      ['configMapKeyRef', CONFIG_MAP],
      ['configMapRef', CONFIG_MAP],
      ['secretKeyRef', SECRET],
      ['secretRef', SECRET],
    ] as const) {
      const reference = mapAt(one, field)
      if (reference.optional !== true) add(type, textAt(reference, 'name'), `${at}.env`)
    }
  }
}

function addVolumes(volumes: readonly JsonMap[], at: string, add: Add): void {
  for (const volume of volumes) {
    if (mapAt(volume, 'configMap').optional !== true) add(CONFIG_MAP, textAt(volume, 'configMap', 'name'), at)
    if (mapAt(volume, 'secret').optional !== true) add(SECRET, textAt(volume, 'secret', 'secretName'), at)
    const claim = textAt(volume, 'persistentVolumeClaim', 'claimName')
    if (claim !== 'OnDemand') add(CLAIM, claim, at)
  }
}

/** Those that are not there. What may not be read is told in the sight; contents are never asked for. */
export async function missingReferences(
  sight: Sight,
  references: readonly Reference[],
  namespace: string,
): Promise<Reference[]> {
  const missing: Reference[] = []
  for (const reference of references) {
    const { type, name } = reference
    const place = type.namespaced ? namespace : undefined
    const found = await sight.list(type, {
      namespace: place,
      fieldSelector: `metadata.name=${name}`,
      metadataOnly: true,
    })
    if (found.length === 0 && sight.couldList(type, place)) missing.push(reference)
  }
  return missing
}
