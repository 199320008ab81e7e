/** Objects as clusters have them, made short: what a test does not name is as a small, sound installation has it. */
import { gzipSync } from 'node:zlib'
import type { KubeObject } from '../../../src/ports/cluster.ts'

type Meta = Partial<KubeObject['metadata']>

/** Any object. */
export function object(apiVersion: string, kind: string, name: string, rest: Record<string, unknown> = {}): KubeObject {
  const { namespace, metadata, ...fields } = rest as { namespace?: string; metadata?: Meta }
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: `uid-${kind}-${namespace ?? ''}-${name}`,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...metadata,
    },
    ...fields,
  }
}

export interface ApplicationOptions {
  namespace?: string
  state?: string
  spec?: Record<string, unknown>
  status?: Record<string, unknown>
  metadata?: Meta
}

/** A SparkApplication; running unless said otherwise. */
export function application(name: string, options: ApplicationOptions = {}): KubeObject {
  const { namespace = 'jobs', state = 'RUNNING', spec = {}, status = {}, metadata = {} } = options
  return object('sparkoperator.k8s.io/v1beta2', 'SparkApplication', name, {
    namespace,
    metadata: { generation: 1, resourceVersion: '1', ...metadata },
    spec: {
      type: 'Scala',
      mode: 'cluster',
      mainApplicationFile: 'local:///app.jar',
      sparkVersion: '3.5.0',
      driver: { cores: 1 },
      executor: { cores: 1, instances: 2 },
      restartPolicy: { type: 'Never' },
      ...spec,
    },
    ...(state === ''
      ? { status: Object.keys(status).length === 0 ? undefined : status }
      : {
          status: {
            applicationState: { state },
            driverInfo: { podName: `${name}-driver` },
            submissionID: `sub-${name}`,
            executionAttempts: 1,
            submissionAttempts: 1,
            ...status,
          },
        }),
  })
}

export interface PodOptions {
  namespace?: string
  phase?: string
  role?: 'driver' | 'executor'
  submissionId?: string
  owned?: boolean
  metadata?: Meta
  serviceAccount?: string
}

/** A pod of an application; a driver unless said otherwise. */
export function sparkPod(application: string, options: PodOptions = {}): KubeObject {
  const { namespace = 'jobs', phase = 'Running', role = 'driver', submissionId = `sub-${application}` } = options
  const name = role === 'driver' ? `${application}-driver` : `${application}-exec-1`
  return object('v1', 'Pod', name, {
    namespace,
    metadata: {
      labels: {
        'sparkoperator.k8s.io/app-name': application,
        'sparkoperator.k8s.io/launched-by-spark-operator': 'true',
        'sparkoperator.k8s.io/submission-id': submissionId,
        'spark-role': role,
      },
      creationTimestamp: '2026-01-01T00:01:00Z',
      ...((options.owned ?? true)
        ? {
            ownerReferences: [
              {
                apiVersion: 'sparkoperator.k8s.io/v1beta2',
                kind: 'SparkApplication',
                name: application,
                uid: `uid-SparkApplication-${namespace}-${application}`,
              },
            ],
          }
        : {}),
      ...options.metadata,
    },
    spec: { serviceAccountName: options.serviceAccount ?? 'spark' },
    status: { phase, containerStatuses: [{ name: 'spark', restartCount: 0 }] },
  })
}

export interface OperatorOptions {
  namespace?: string
  name?: string
  image?: string
  args?: string[]
  release?: string | undefined
  replicas?: number
  ready?: number
  metadata?: Meta
  waiting?: string
}

export const ARGS_1X = [
  '-v=2',
  '-logtostderr',
  '-namespace=jobs',
  '-enable-ui-service=true',
  '-controller-threads=10',
  '-enable-webhook=true',
  '-webhook-svc-namespace=spark-operator',
  '-webhook-port=8080',
  '-webhook-svc-name=spark-operator-webhook',
  '-webhook-config-name=spark-operator-webhook-config',
  '-label-selector-filter=',
]

/** The Deployment of an operator of 1.x and its pod, with its account and its rights. */
export function operator1x(options: OperatorOptions = {}): KubeObject[] {
  const { namespace = 'spark-operator', name = 'spark-operator', replicas = 1 } = options
  const { ready = replicas, image = 'ghcr.io/googlecloudplatform/spark-operator:v1beta2-1.3.8-3.1.1' } = options
  const labels = { 'app.kubernetes.io/name': 'spark-operator', 'app.kubernetes.io/instance': name }
  const helm = {
    'meta.helm.sh/release-name': options.release ?? name,
    'meta.helm.sh/release-namespace': namespace,
  }
  const deployment = object('apps/v1', 'Deployment', name, {
    namespace,
    metadata: {
      labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: 'release' in options && options.release === undefined ? {} : helm,
      ...options.metadata,
    },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          containers: [{ name: 'spark-operator', image, args: options.args ?? ARGS_1X }],
          volumes: [{ name: 'webhook-certs', secret: { secretName: `${name}-webhook-certs` } }],
        },
      },
    },
    status: { readyReplicas: ready },
  })
  const pods = Array.from({ length: replicas }, (_, index) =>
    object('v1', 'Pod', `${name}-${index}`, {
      namespace,
      metadata: { labels },
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'spark-operator',
            ready: ready > index,
            restartCount: 0,
            imageID: `${image}@sha256:0`,
            ...(options.waiting === undefined ? {} : { state: { waiting: { reason: options.waiting } } }),
          },
        ],
      },
    }),
  )
  return [deployment, ...pods, ...operatorRights(namespace, name)]
}

/** A service account that may do all that a controller needs. */
export function operatorRights(namespace: string, name: string): KubeObject[] {
  const all = ['*']
  return [
    object('v1', 'ServiceAccount', name, { namespace }),
    object('rbac.authorization.k8s.io/v1', 'ClusterRole', name, {
      rules: [
        { apiGroups: [''], resources: ['pods'], verbs: all },
        {
          apiGroups: [''],
          resources: ['services', 'configmaps', 'secrets'],
          verbs: ['create', 'get', 'delete', 'update'],
        },
        {
          apiGroups: ['sparkoperator.k8s.io'],
          resources: ['sparkapplications', 'sparkapplications/status', 'scheduledsparkapplications'],
          verbs: all,
        },
      ],
    }),
    object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', name, {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    }),
  ]
}

export interface ReleaseOptions {
  namespace?: string
  revision?: number
  status?: string
  chartVersion?: string
  appVersion?: string
  values?: Record<string, unknown>
  manifest?: string
  hooks?: string[]
}

/** Helm's record of a release, as it lies in a Secret. */
export function helmSecret(name: string, options: ReleaseOptions = {}): KubeObject {
  const { namespace = 'spark-operator', revision = 1, status = 'deployed' } = options
  const release = {
    name,
    namespace,
    version: revision,
    info: { status },
    chart: {
      metadata: {
        name: 'spark-operator',
        version: options.chartVersion ?? '1.1.27',
        appVersion: options.appVersion ?? 'v1beta2-1.3.8-3.1.1',
      },
      values: {},
    },
    config: options.values ?? {},
    manifest: options.manifest ?? '',
    hooks: (options.hooks ?? []).map((manifest) => ({ manifest })),
  }
  const packed = gzipSync(JSON.stringify(release)).toString('base64')
  return object('v1', 'Secret', `sh.helm.release.v1.${name}.v${revision}`, {
    namespace,
    type: 'helm.sh/release.v1',
    metadata: { labels: { owner: 'helm', name, status, version: String(revision) } },
    data: { release: Buffer.from(packed).toString('base64') },
  })
}

/** A definition of one of the operator's kinds, with a schema that lets everything be. */
export function crd(
  kind: string,
  options: { schema?: object; preserveUnknownFields?: boolean; stored?: string[] } = {},
): KubeObject {
  const plural = `${kind.toLowerCase()}s`
  const version = kind === 'SparkConnect' ? 'v1alpha1' : 'v1beta2'
  return object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `${plural}.sparkoperator.k8s.io`, {
    // Groups under k8s.io are the project's; the charts of the operator say so too.
    metadata: { annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubeflow/spark-operator/pull/1298' } },
    spec: {
      group: 'sparkoperator.k8s.io',
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      preserveUnknownFields: options.preserveUnknownFields ?? false,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: options.schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
        },
      ],
    },
    status: { storedVersions: options.stored ?? [version], conditions: [{ type: 'Established', status: 'True' }] },
  })
}

/** All three definitions. */
export function crds(): KubeObject[] {
  return ['SparkApplication', 'ScheduledSparkApplication', 'SparkConnect'].map((kind) => crd(kind))
}
