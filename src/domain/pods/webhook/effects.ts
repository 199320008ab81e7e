/**
 * What the operator's mutating webhook does to a pod, as data: one row for each of its functions, in the order that it
 * calls them, with the versions in which a row does something else than it says. Read from kubeflow/spark-operator:
 * pkg/webhook/patch.go (1.x), internal/webhook/sparkpod_defaulter.go (2.x).
 */
import { type JsonMap, at, isMap, mapAt, mapsAt, scalarText, textAt } from '../json.ts'
import type { Role } from '../rows.ts'
import { isAtLeast } from '../versions.ts'
import { kubernetesMemory } from './java-memory.ts'
import type { OperatorVersion } from './operator-versions.ts'

/** Spark's own container: its name is known only once there is a pod. */
export const MAIN = Symbol('main container')

export type Step = string | typeof MAIN

export type Change =
  /** Adds to a list; an item of equal keys is replaced, and without keys an equal item is left. `end`: always last. */
  | { do: 'append'; to: readonly Step[]; item: unknown; keys: readonly string[] | 'end' }
  /** Adds a container unless one of that name and image is there. */
  | { do: 'container'; to: readonly Step[]; item: JsonMap }
  | { do: 'set'; to: readonly Step[]; value: unknown }

export interface Effect {
  /** The field of the application that asks for it. */
  field: string
  change: Change
}

export interface EffectQuestion {
  application: JsonMap
  role: Role
  operator: OperatorVersion
  /** Without the defects of that version. */
  isIdeal: boolean
  /** Whether Spark calls the executor's container `executor`, as 2.4 did. */
  isSpark2: boolean
}

export interface Effects {
  effects: Effect[]
  /** The webhook of that version refuses the pod. */
  refused?: string
  /** Defects of that version that changed something here. */
  defects: string[]
}

interface Asked extends EffectQuestion {
  /** `spec` and `spec.driver` or `spec.executor`. */
  spec: JsonMap
  own: JsonMap
  defects: string[]
  refuse: (why: string) => void
}

const POD_SPEC: readonly Step[] = ['spec']
const CONTAINER: readonly Step[] = ['spec', 'containers', MAIN]
const ORDER_1 =
  'owner volumes configMaps sparkConfigMap hadoopConfigMap prometheus tolerations sidecars initContainers hostNetwork nodeSelector dnsConfig env envFrom hostAliases ports priorityClassName schedulerName affinity podSecurityContext securityContext gpu terminationGracePeriodSeconds lifecycle shareProcessNamespace'
const ORDER_2 =
  'owner env envFrom hadoopConfigMap sparkConfigMap configMaps volumes ports hostNetwork hostAliases initContainers sidecars dnsConfig priorityClassName schedulerName nodeSelector affinity tolerations memoryLimit gpu prometheus securityContext podSecurityContext terminationGracePeriodSeconds lifecycle shareProcessNamespace'

/** The volume that the webhook makes of a ConfigMap's name. */
export function configMapVolume(name: string): string {
  return `${name}-vol`.slice(0, 63)
}

/** All that the webhook of a version does to a pod of a role. */
export function effectsOf(question: EffectQuestion): Effects {
  const answer: Effects = { effects: [], defects: [] }
  const spec = mapAt(question.application, 'spec')
  const asked: Asked = {
    ...question,
    spec,
    own: mapAt(spec, question.role),
    defects: answer.defects,
    refuse: (why) => (answer.refused ??= why),
  }
  const order = isVersion2(question.operator) ? ORDER_2 : ORDER_1
  answer.effects = order.split(' ').flatMap((name) => EFFECTS[name]!(asked))
  return answer
}

function isVersion2({ parts }: OperatorVersion): boolean {
  return isAtLeast(parts, [2, 0, 0])
}

const EFFECTS: Readonly<Record<string, (asked: Asked) => Effect[]>> = {
  owner({ application, role, operator }) {
    if (role !== 'driver') return []
    const item = {
      apiVersion: 'sparkoperator.k8s.io/v1beta2',
      kind: 'SparkApplication',
      name: textAt(application, 'metadata', 'name') ?? '',
      uid: textAt(application, 'metadata', 'uid') ?? '',
      controller: true,
      ...(isVersion2(operator) && { blockOwnerDeletion: true }),
    }
    return [append('metadata.name', ['metadata', 'ownerReferences'], item, ['kind', 'name'])]
  },
  volumes({ spec, own, role }) {
    const volumes = new Map(mapsAt(spec, 'volumes').map((volume) => [textAt(volume, 'name') ?? '', volume]))
    const added = new Set<string>()
    return mapsAt(own, 'volumeMounts').flatMap((mount, index) => {
      const name = textAt(mount, 'name') ?? ''
      // Spark mounts these itself, from the conf that the operator makes of them.
      if (name.startsWith('spark-local-dir-') || !volumes.has(name)) return []
      const volume = added.has(name)
        ? []
        : [append(`volumes[name=${name}]`, [...POD_SPEC, 'volumes'], volumes.get(name), ['name'])]
      added.add(name)
      return [...volume, mountEffect(`${role}.volumeMounts[${index}]`, mount)]
    })
  },
  configMaps: ({ own, role }) =>
    mapsAt(own, 'configMaps').flatMap((entry, index) => {
      const name = textAt(entry, 'name') ?? ''
      return configMap(`${role}.configMaps[${index}]`, name, configMapVolume(name), textAt(entry, 'path') ?? '')
    }),
  sparkConfigMap: ({ spec }) =>
    confDirectory('sparkConfigMap', spec, 'spark-configmap-volume', '/etc/spark/conf', 'SPARK_CONF_DIR'),
  hadoopConfigMap: ({ spec }) =>
    confDirectory('hadoopConfigMap', spec, 'hadoop-configmap-volume', '/etc/hadoop/conf', 'HADOOP_CONF_DIR'),
  prometheus({ application, spec, role }) {
    const prometheus = at(spec, 'monitoring', 'prometheus')
    const isExposed =
      at(spec, 'monitoring', role === 'driver' ? 'exposeDriverMetrics' : 'exposeExecutorMetrics') === true
    const hasFiles =
      textAt(spec, 'monitoring', 'metricsPropertiesFile') !== undefined &&
      textAt(prometheus, 'configFile') !== undefined
    if (!isMap(prometheus) || !isExposed || hasFiles) return []
    const name = `${textAt(application, 'metadata', 'name') ?? ''}-prom-conf`
    const port = {
      name: textAt(prometheus, 'portName') ?? 'jmx-exporter',
      containerPort: prometheus['port'] ?? 8090,
      protocol: 'TCP',
    }
    return [
      ...configMap('monitoring.prometheus', name, `${name}-vol`, '/etc/metrics/conf'),
      append('monitoring.prometheus.port', [...CONTAINER, 'ports'], port, ['containerPort', 'protocol']),
    ]
  },
  env(asked) {
    const { own, role, spec, operator, isIdeal, defects } = asked
    const isSkipped =
      role === 'executor' &&
      isVersion2(operator) &&
      !isAtLeast(operator.parts, [2, 3, 0]) &&
      mapsAt(spec, 'driver', 'env').length === 0
    if (isSkipped && !isIdeal && mapsAt(own, 'env').length > 0) {
      defects.push('before v2.3.0 the executor’s env is left out where the driver has none')
      return []
    }
    // Never replaced: the kubelet takes the last of a name, so that a later entry is what the webhook wants seen.
    return each(asked, 'env', [...CONTAINER, 'env'], 'end')
  },
  envFrom: (asked) => each(asked, 'envFrom', [...CONTAINER, 'envFrom'], []),
  ports: (asked) => each(asked, 'ports', [...CONTAINER, 'ports'], ['containerPort', 'protocol']),
  hostAliases: (asked) => each(asked, 'hostAliases', [...POD_SPEC, 'hostAliases'], ['ip']),
  tolerations: (asked) => each(asked, 'tolerations', [...POD_SPEC, 'tolerations'], []),
  sidecars: (asked) => containers(asked, 'sidecars', 'containers'),
  initContainers: (asked) => containers(asked, 'initContainers', 'initContainers'),
  hostNetwork({ own, role }) {
    if (own['hostNetwork'] !== true) return []
    return [
      set(`${role}.hostNetwork`, [...POD_SPEC, 'hostNetwork'], true),
      set(`${role}.hostNetwork`, [...POD_SPEC, 'dnsPolicy'], 'ClusterFirstWithHostNet'),
    ]
  },
  nodeSelector({ own, role, operator }) {
    const selector = mapAt(own, 'nodeSelector')
    if (Object.keys(selector).length === 0) return []
    const to = [...POD_SPEC, 'nodeSelector']
    // 1.x puts its map in place of the pod's; 2.x adds key by key.
    if (!isVersion2(operator)) return [set(`${role}.nodeSelector`, to, selector)]
    return Object.entries(selector).map(([key, value]) => set(`${role}.nodeSelector`, [...to, key], value))
  },
  priorityClassName({ spec, own, role, operator }) {
    const isOwn = isVersion2(operator)
    const name = isOwn ? textAt(own, 'priorityClassName') : textAt(spec, 'batchSchedulerOptions', 'priorityClassName')
    const field = isOwn ? `${role}.priorityClassName` : 'batchSchedulerOptions.priorityClassName'
    return name === undefined ? [] : [set(field, [...POD_SPEC, 'priorityClassName'], name)]
  },
  schedulerName({ spec, own, role }) {
    const isBatch = spec['batchScheduler'] !== undefined && spec['batchScheduler'] !== null
    const name = isBatch ? textAt(spec, 'batchScheduler') : textAt(own, 'schedulerName')
    return name === undefined
      ? []
      : [set(isBatch ? 'batchScheduler' : `${role}.schedulerName`, [...POD_SPEC, 'schedulerName'], name)]
  },
  memoryLimit({ own, role, operator, refuse }) {
    const limit = at(own, 'memoryLimit')
    if (limit === undefined || limit === null || !isAtLeast(operator.parts, [2, 2, 0])) return []
    const memory = kubernetesMemory(scalarText(limit))
    if (memory === undefined) refuse(`failed to parse memory limit ${scalarText(limit)}`)
    return memory === undefined
      ? []
      : [set(`${role}.memoryLimit`, [...CONTAINER, 'resources', 'limits', 'memory'], memory)]
  },
  gpu({ own, role }) {
    const [name, quantity] = [textAt(own, 'gpu', 'name'), Number(at(own, 'gpu', 'quantity') ?? 0)]
    if (name === undefined || !(quantity > 0)) return []
    return [set(`${role}.gpu`, [...CONTAINER, 'resources', 'limits', name], String(quantity))]
  },
  securityContext(asked) {
    const { role, spec, operator, isIdeal, defects } = asked
    const effects = whole(asked, 'securityContext', [...CONTAINER, 'securityContext'])
    const isBroken = role === 'executor' && isVersion2(operator) && !isAtLeast(operator.parts, [2, 1, 0])
    if (isIdeal || !isBroken || effects.length === 0 || isMap(at(spec, 'driver', 'securityContext'))) return effects
    defects.push('before v2.1.0 the executor’s securityContext is left out where the driver has none')
    return []
  },
  lifecycle(asked) {
    const effects = whole(asked, 'lifecycle', [...CONTAINER, 'lifecycle'])
    if (asked.isIdeal || asked.role === 'driver' || effects.length === 0) return effects
    return executorLifecycle(asked) ? effects : []
  },
  affinity: (asked) => whole(asked, 'affinity', [...POD_SPEC, 'affinity']),
  dnsConfig: (asked) => whole(asked, 'dnsConfig', [...POD_SPEC, 'dnsConfig']),
  podSecurityContext: (asked) => whole(asked, 'podSecurityContext', [...POD_SPEC, 'securityContext']),
  terminationGracePeriodSeconds: (asked) =>
    whole(asked, 'terminationGracePeriodSeconds', [...POD_SPEC, 'terminationGracePeriodSeconds']),
  shareProcessNamespace: (asked) =>
    asked.own['shareProcessNamespace'] === true
      ? whole(asked, 'shareProcessNamespace', [...POD_SPEC, 'shareProcessNamespace'])
      : [],
}

/** Whether that version reaches the executor's container: up to v2.1.0 it looks for one called `executor`. */
function executorLifecycle({ operator, isSpark2, defects, refuse }: Asked): boolean {
  if (!isAtLeast(operator.parts, [1, 4, 0])) {
    defects.push('before 1.4.0 only the driver gets its lifecycle')
    return false
  }
  if (isSpark2 || isAtLeast(operator.parts, [2, 1, 1])) return true
  if (isAtLeast(operator.parts, [2, 0, 1])) refuse('Spark container executor not found')
  else defects.push('up to v2.0.0 the executor’s lifecycle is left out: it looks for a container called executor')
  return false
}

function append(field: string, to: readonly Step[], item: unknown, keys: readonly string[] | 'end'): Effect {
  return { field, change: { do: 'append', to, item, keys } }
}

function set(field: string, to: readonly Step[], value: unknown): Effect {
  return { field, change: { do: 'set', to, value } }
}

function each({ own, role }: Asked, field: string, to: readonly Step[], keys: readonly string[] | 'end'): Effect[] {
  return mapsAt(own, field).map((item, index) => append(`${role}.${field}[${index}]`, to, item, keys))
}

function containers({ own, role }: Asked, field: string, list: string): Effect[] {
  return mapsAt(own, field).map((item, index) => ({
    field: `${role}.${field}[${index}]`,
    change: { do: 'container', to: [...POD_SPEC, list], item },
  }))
}

function whole({ own, role }: Asked, field: string, to: readonly Step[]): Effect[] {
  const value = own[field]
  return value === undefined || value === null ? [] : [set(`${role}.${field}`, to, value)]
}

function configMap(field: string, name: string, volume: string, mountPath: string): Effect[] {
  return [
    append(field, [...POD_SPEC, 'volumes'], { name: volume, configMap: { name } }, ['name']),
    mountEffect(field, { name: volume, mountPath, readOnly: true }),
  ]
}

function mountEffect(field: string, mount: JsonMap): Effect {
  return append(field, [...CONTAINER, 'volumeMounts'], mount, ['mountPath'])
}

function confDirectory(field: string, spec: JsonMap, volume: string, directory: string, variable: string): Effect[] {
  const name = textAt(spec, field)
  if (name === undefined) return []
  const entry = { name: variable, value: directory }
  return [...configMap(field, name, volume, directory), append(field, [...CONTAINER, 'env'], entry, 'end')]
}
