/** What makes an application that application, taken off or made anew in a copy. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { cloneJson, isMap, type JsonMap, mapAt } from '../../pods/json.ts'
import { COPY_OF, labelValue, MADE_BY, RUN } from '../labels.ts'
import { setImage } from '../submit/overrides.ts'

export interface CopyWishes {
  run: string
  image: string | undefined
  sparkVersion: string | undefined
  /** Where the copy runs; the original's unless given. */
  namespace: string | undefined
  queue: string | undefined
  /** Added to the copies: an operator may choose applications by label. */
  labels: Readonly<Record<string, string>>
  /** Seconds that an ended copy stays. */
  timeToLive: number
}

/**
 * Keys of sparkConf that name one run: its pods, its id, its way through an ingress. Two applications with one of them
 * the same would meet. The operator and Spark make them anew where they are absent.
 */
const RUN_KEYS = [
  'spark.kubernetes.driver.pod.name',
  'spark.kubernetes.executor.podNamePrefix',
  'spark.kubernetes.driver.resourceNamePrefix',
  'spark.kubernetes.namespace',
  'spark.app.id',
  'spark.app.name',
  'spark.ui.proxyBase',
  'spark.ui.proxyRedirectUri',
]

/** YuniKorn would take the copy for a part of the original (k8shim pkg/common/utils, GetApplicationIDFromPod). */
const APPLICATION_ID = ['applicationId', 'yunikorn.apache.org/app-id']
/** Marks by which Argo CD, Flux, Helm, kubectl and the operator know what is theirs. */
const OWNED =
  /^(?:argocd\.argoproj\.io|kustomize\.toolkit\.fluxcd\.io|helm\.toolkit\.fluxcd\.io|helm\.sh|meta\.helm\.sh|kubectl\.kubernetes\.io|sparkoperator\.k8s\.io|sparkops\.dev)\/|^app\.kubernetes\.io\/(?:instance|managed-by)$/

/** The copy, under its own name. `original` may be a SparkApplication, or one made of a schedule's template. */
export function copyOf(original: KubeObject, name: string, wishes: CopyWishes): KubeObject {
  const { metadata } = original
  const spec = cloneJson(mapAt(original, 'spec'))
  scrub(spec)
  if (wishes.image !== undefined) setImage(spec, wishes.image)
  if (wishes.sparkVersion !== undefined) spec.sparkVersion = wishes.sparkVersion
  if (wishes.queue !== undefined)
    spec.batchSchedulerOptions = { ...mapAt(spec, 'batchSchedulerOptions'), queue: wishes.queue }
  spec.restartPolicy = { type: 'Never' }
  spec.timeToLiveSeconds = wishes.timeToLive
  return {
    apiVersion: original.apiVersion,
    kind: 'SparkApplication',
    metadata: {
      name,
      namespace: wishes.namespace ?? metadata.namespace ?? '',
      labels: {
        ...unowned(metadata.labels),
        ...wishes.labels,
        [MADE_BY]: 'app-replicate',
        [RUN]: labelValue(wishes.run),
        [COPY_OF]: labelValue(metadata.name),
      },
      annotations: { ...unowned(metadata.annotations), [COPY_OF]: `${metadata.namespace ?? ''}/${metadata.name}` },
    },
    spec,
  }
}

function scrub(spec: JsonMap): void {
  for (const field of ['suspend', 'driverIngressOptions', 'failureRetries', 'retryInterval'])
    Reflect.deleteProperty(spec, field)
  const conf = spec.sparkConf
  if (isMap(conf)) for (const key of RUN_KEYS) Reflect.deleteProperty(conf, key)
  const ui = spec.sparkUIOptions
  // A host, a certificate or a node's port serves one only.
  if (isMap(ui))
    for (const field of ['ingressAnnotations', 'ingressTLS', 'servicePort', 'serviceType'])
      Reflect.deleteProperty(ui, field)
  for (const role of ['driver', 'executor']) {
    const part = spec[role]
    if (!isMap(part)) continue
    Reflect.deleteProperty(part, 'podName')
    const marks = mapAt(part, 'template', 'metadata')
    const places = [part.labels, part.annotations, marks.labels, marks.annotations].filter(isMap)
    for (const key of APPLICATION_ID) for (const map of places) Reflect.deleteProperty(map, key)
    const template = part.template
    if (isMap(template) && isMap(template.metadata)) Reflect.deleteProperty(template.metadata, 'name')
  }
}

function unowned(marks: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(marks ?? {}).filter(([key]) => !OWNED.test(key)))
}

const NAME_MAX = 63

/**
 * `<name>-rep-<tag>`, a DNS-1035 label of at most 63 characters, as operators from 2.4.0 ask for; another for each, also
 * where long names become equal by being cut.
 */
export function copyName(original: string, tag: string, taken: ReadonlySet<string>): string {
  const base = original
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .replace(/^[^a-z]/, 'x$&')
  for (let number = 1; ; number++) {
    const suffix = `-rep-${tag}${number === 1 ? '' : `-${number}`}`
    const name = `${base.slice(0, NAME_MAX - suffix.length).replace(/-+$/, '')}${suffix}`
    if (!taken.has(name)) return name
  }
}
