/**
 * What changed from release to release beyond the schema: facts of the operator's code and charts that objects alone do
 * not show. A row holds from its version on, until the next row of the same trait. A new fact is a new row.
 *
 * Versions older than the first row of a trait have no known value.
 */
import { compareVersions } from './version-order.ts'

export interface ReleaseTraits {
  /** One process with a self-registering webhook; or controller and webhook apart. */
  generation: '1.x' | '2.x'
  /** What the chart's CRDs are written in. Under v1beta1 unknown fields are kept, also after a later apply as v1. */
  crdApi: 'v1beta1' | 'v1'
  /** Whether the CRD is too long for client-side `kubectl apply` (262,144 bytes of annotation). */
  crdTooLongForApply: boolean
  /** The Kubernetes minor version below which it runs: newer servers no longer have the APIs it calls. */
  kubernetesBelow: string | undefined
  /** The oldest Kubernetes that the chart's README names. */
  kubernetesAtLeast: string
  /** Who makes the operator's ServiceAccount, ClusterRole and binding: Helm hooks, or the release. */
  operatorRbac: 'hooks' | 'release' | 'release, per component'
  /**
   * Who makes the webhook's certificate. The keys of the Secret (`server-cert.pem`) are the same in all; `tls.crt` is
   * what 2.x calls its file (webhook-cert-name), and cert-manager its key.
   */
  webhookCertificate: 'hook job' | 'operator'
  /** `self`: the configuration appears at start and goes on SIGTERM; `chart`: it stays while the webhook is down. */
  webhookRegistration: 'self' | 'chart'
  webhookByDefault: boolean
  /** Which namespaces the chart makes it watch when nothing is said. */
  namespacesByDefault: 'all' | "the release's own" | 'default'
  /** The value key that names the namespaces of jobs. */
  namespacesKey: string
  /** What leader election locks. */
  lock: 'ConfigMap and Lease' | 'Lease'
  /** `mode`, `restartPolicy`, intervals: filled in memory at each sync, or by the webhook when an object is written. */
  defaultsBy: 'controller' | 'webhook'
  /** What an empty `concurrencyPolicy` of a ScheduledSparkApplication does at the second run. */
  emptyConcurrencyPolicy: 'runs' | 'never runs again'
  /** Whether it knows `spec.suspend` and the states SUSPENDING, SUSPENDED, RESUMING. */
  suspend: boolean
  /** Its defaulting webhook takes out fields that the operator's types do not have. */
  webhookDropsUnknownFields: boolean
  /** Names it refuses, also on update. */
  applicationNames: 'any' | 'DNS-1035 label'
  /** Keys of `sparkConf` that its webhook accepts. */
  sparkConfKeys: 'any' | 'validated'
  /** Whether the controller leaves applications alone that lack the labels of `-label-selector-filter`. */
  labelFilter: 'none' | 'controller' | 'webhook only'
  /** Whether it exits when the CRD of SparkConnect is missing. */
  needsSparkConnect: boolean
  /** Who makes the driver pod belong to its application: the webhook (none without it), or the submission. */
  driverOwnerBy: 'webhook' | 'submission'
  /** Whether the chart can write its CRDs itself, by a hook that is off by default. */
  crdHook: boolean
}

export type TraitName = keyof ReleaseTraits

type TraitRow = {
  [Name in TraitName]: { trait: Name; from: string; value: ReleaseTraits[Name]; source: string }
}[TraitName]

const MAIN_2 = '0dc641bd, #2072'
const HOOKS_OUT = '5ce3dbac, #2016'

export const TRAITS: readonly TraitRow[] = [
  { trait: 'generation', from: '0.5.0', value: '1.x', source: 'main.go' },
  { trait: 'generation', from: '2.0.0-rc.0', value: '2.x', source: MAIN_2 },
  { trait: 'crdApi', from: '0.5.0', value: 'v1beta1', source: 'manifest/' },
  { trait: 'crdApi', from: '1.3.0', value: 'v1', source: 'chart 1.1.4, 5c87fccd' },
  { trait: 'crdTooLongForApply', from: '0.5.0', value: false, source: 'size of the definitions' },
  { trait: 'crdTooLongForApply', from: '1.6.2', value: true, source: '779ea3de, #2046; reported in #2151, #2386' },
  {
    trait: 'kubernetesBelow',
    from: '0.5.0',
    value: '1.22',
    source: 'apiextensions and admissionregistration v1beta1, gone in Kubernetes 1.22',
  },
  { trait: 'kubernetesBelow', from: '1.3.2', value: undefined, source: '#1375, d04160e2 (#1413)' },
  { trait: 'kubernetesAtLeast', from: '1.2.2', value: '1.13', source: 'charts/spark-operator-chart/README.md' },
  { trait: 'kubernetesAtLeast', from: '1.3.0', value: '1.16', source: 'charts/spark-operator-chart/README.md' },
  { trait: 'operatorRbac', from: '1.2.2', value: 'release', source: 'templates/rbac.yaml, charts up to 1.0.7' },
  { trait: 'operatorRbac', from: '1.2.3', value: 'hooks', source: '9788c1e3, #1155; chart 1.0.8 already' },
  { trait: 'operatorRbac', from: '1.6.0', value: 'release', source: HOOKS_OUT },
  { trait: 'operatorRbac', from: '2.0.0-rc.0', value: 'release, per component', source: MAIN_2 },
  { trait: 'webhookCertificate', from: '1.2.2', value: 'hook job', source: 'templates/webhook-init-job.yaml' },
  { trait: 'webhookCertificate', from: '1.6.0', value: 'operator', source: HOOKS_OUT },
  { trait: 'webhookRegistration', from: '0.5.0', value: 'self', source: 'pkg/webhook/webhook.go, selfRegistration' },
  { trait: 'webhookRegistration', from: '2.0.0-rc.0', value: 'chart', source: MAIN_2 },
  { trait: 'webhookByDefault', from: '1.2.2', value: false, source: 'values.yaml, webhook.enable' },
  { trait: 'webhookByDefault', from: '2.0.0-rc.0', value: true, source: MAIN_2 },
  { trait: 'namespacesByDefault', from: '1.2.2', value: 'all', source: 'values.yaml, sparkJobNamespace: ""' },
  {
    trait: 'namespacesByDefault',
    from: '1.4.0',
    value: "the release's own",
    source: '835281d4, #1955; charts 1.2.2 to 1.2.12, reported in #1999',
  },
  { trait: 'namespacesByDefault', from: '1.4.5', value: 'all', source: 'chart 1.2.13, 8fc40582, #1989' },
  { trait: 'namespacesByDefault', from: '2.0.0-rc.0', value: 'default', source: `${MAIN_2}: spark.jobNamespaces` },
  { trait: 'namespacesKey', from: '1.2.2', value: 'sparkJobNamespace', source: 'values.yaml' },
  { trait: 'namespacesKey', from: '1.4.0', value: 'sparkJobNamespaces', source: '835281d4, #1955' },
  { trait: 'namespacesKey', from: '2.0.0-rc.0', value: 'spark.jobNamespaces', source: MAIN_2 },
  { trait: 'lock', from: '1.1.0', value: 'ConfigMap and Lease', source: 'main.go, ConfigMapsLeasesResourceLock' },
  { trait: 'lock', from: '1.4.3', value: 'Lease', source: 'main.go at e9dbdfb9, LeaseLock' },
  {
    trait: 'defaultsBy',
    from: '1.0.0',
    value: 'controller',
    source: 'SetSparkApplicationDefaults in syncSparkApplication',
  },
  { trait: 'defaultsBy', from: '2.0.0-rc.0', value: 'webhook', source: `${MAIN_2}: SparkApplicationDefaulter` },
  { trait: 'emptyConcurrencyPolicy', from: '1.0.0', value: 'runs', source: 'shouldStartNextRun' },
  {
    trait: 'emptyConcurrencyPolicy',
    from: '2.0.0-rc.0',
    value: 'never runs again',
    source: `${MAIN_2}: shouldStartNextRun`,
  },
  { trait: 'suspend', from: '1.0.0', value: false, source: 'api types' },
  { trait: 'suspend', from: '2.4.0-rc.0', value: true, source: 'd376e4d4, #2387' },
  { trait: 'webhookDropsUnknownFields', from: '1.0.0', value: false, source: 'it mutates pods only' },
  {
    trait: 'webhookDropsUnknownFields',
    from: '2.0.0-rc.0',
    value: true,
    source: 'controller-runtime 0.17.5 in go.mod; controller-runtime#2982',
  },
  { trait: 'webhookDropsUnknownFields', from: '2.1.1', value: false, source: 'controller-runtime 0.20.1 in go.mod' },
  { trait: 'applicationNames', from: '1.0.0', value: 'any', source: 'no validation of names' },
  { trait: 'applicationNames', from: '2.4.0', value: 'DNS-1035 label', source: '7e5f12c9, #2711' },
  { trait: 'sparkConfKeys', from: '1.0.0', value: 'any', source: 'no validation of keys' },
  { trait: 'sparkConfKeys', from: '2.5.2', value: 'validated', source: 'faa362a2, #3043' },
  { trait: 'labelFilter', from: '1.1.0', value: 'none', source: 'main.go' },
  { trait: 'labelFilter', from: '1.2.0', value: 'controller', source: 'main.go, label-selector-filter' },
  { trait: 'labelFilter', from: '2.0.0-rc.0', value: 'webhook only', source: `${MAIN_2}: cmd/operator` },
  { trait: 'needsSparkConnect', from: '1.0.0', value: false, source: 'no such kind' },
  { trait: 'needsSparkConnect', from: '2.3.0-rc.0', value: true, source: 'cmd/operator/controller/start.go' },
  { trait: 'driverOwnerBy', from: '1.0.0', value: 'webhook', source: 'pkg/webhook/patch.go, addOwnerReference' },
  { trait: 'driverOwnerBy', from: '2.4.0-rc.0', value: 'submission', source: 'd9a1ef9c, #2670; #2492' },
  { trait: 'crdHook', from: '1.2.2', value: false, source: 'no such template' },
  { trait: 'crdHook', from: '2.3.0-rc.0', value: true, source: 'a154f1d6, #2371; repaired in 2.4.0 (#2663)' },
]

export type Traits = { readonly [Name in TraitName]?: ReleaseTraits[Name] }

/** What is known of a version; empty for a version that cannot be ordered. Forks have the traits of their base. */
export function traitsOf(version: string): Traits {
  return Object.fromEntries(
    TRAITS.filter(({ from }) => (compareVersions(version, from) ?? -1) >= 0)
      .sort((a, b) => compareVersions(a.from, b.from)!)
      .map(({ trait, value }) => [trait, value]),
  )
}
