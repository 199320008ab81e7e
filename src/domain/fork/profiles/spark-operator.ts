/**
 * The Spark Operator, from GoogleCloudPlatform/spark-on-k8s-operator to kubeflow/spark-operator v2.
 *
 * Version 2 rewrote what it moved (9034cc4e: 307 files, line likeness 0.15 to 0.45), so that no rename detection finds
 * these: they were read from the two trees.
 */
import type { DirectorySuccessor, FileSuccessor, UpstreamKnowledge } from './knowledge.ts'
import type { ValueMove } from '../resolve/yaml-merge.ts'

const V2 = '2.0.0 (9034cc4e, #2072)'
const DOCS = 'v1beta2-1.6.2 (779ea3de, #2046)'
const CHART = 'charts/spark-operator-chart'

const DIRECTORIES: readonly DirectorySuccessor[] = [
  { from: 'pkg/apis/sparkoperator.k8s.io/v1beta1', to: 'api/v1beta1', source: V2 },
  { from: 'pkg/apis/sparkoperator.k8s.io/v1beta2', to: 'api/v1beta2', source: V2 },
  { from: 'pkg/controller', to: 'internal/controller', source: V2 },
  { from: 'pkg/webhook', to: 'internal/webhook', source: V2 },
  { from: 'pkg/batchscheduler/interface', to: 'internal/scheduler', source: V2 },
  { from: 'pkg/batchscheduler/volcano', to: 'internal/scheduler/volcano', source: V2 },
  { from: 'pkg/batchscheduler', to: 'internal/scheduler', source: V2 },
  { from: 'pkg/config', to: 'pkg/common', source: V2 },
  { from: 'manifest/crds', to: 'config/crd/bases', source: DOCS },
  { from: 'hack/api-docs/api-docs-template', to: 'hack/api-docs/template', source: DOCS },
  { from: `${CHART}/tests`, to: `${CHART}/tests/controller`, source: V2 },
]

const TYPES = (version: string): FileSuccessor => ({
  from: `pkg/apis/sparkoperator.k8s.io/${version}/types.go`,
  to: [`api/${version}/sparkapplication_types.go`, `api/${version}/scheduledsparkapplication_types.go`],
  source: V2,
})
const SUBMISSION = 'internal/controller/sparkapplication/submission.go'
const COMMON = ['spark', 'constants', 'prometheus', 'metrics', 'event', 'volcano'].map(
  (file) => `pkg/common/${file}.go`,
)
const template = (from: string, ...to: readonly string[]): FileSuccessor => ({
  from: `${CHART}/templates/${from}.yaml`,
  to: to.map((file) => `${CHART}/templates/${file}.yaml`),
  source: V2,
})

const FILES: readonly FileSuccessor[] = [
  TYPES('v1beta1'),
  TYPES('v1beta2'),
  {
    from: 'pkg/controller/sparkapplication/sparkapp_metrics.go',
    to: ['internal/metrics/sparkapplication_metrics.go', 'internal/metrics/sparkpod_metrics.go'],
    source: V2,
  },
  { from: 'pkg/controller/sparkapplication/sparkapp_util.go', to: ['pkg/util/sparkapplication.go'], source: V2 },
  {
    from: 'pkg/controller/sparkapplication/sparkui.go',
    to: ['internal/controller/sparkapplication/web_ui.go'],
    source: V2,
  },
  {
    from: 'pkg/controller/sparkapplication/sparkui_test.go',
    to: ['internal/controller/sparkapplication/web_ui_test.go'],
    source: V2,
  },
  {
    from: 'pkg/controller/sparkapplication/spark_pod_eventhandler.go',
    to: ['internal/controller/sparkapplication/event_handler.go'],
    source: V2,
  },
  {
    from: 'pkg/controller/scheduledsparkapplication/controller_util.go',
    to: ['internal/controller/scheduledsparkapplication/controller.go'],
    source: V2,
  },
  { from: 'pkg/webhook/patch.go', to: ['internal/webhook/sparkpod_defaulter.go'], source: V2 },
  { from: 'pkg/webhook/patch_test.go', to: ['internal/webhook/sparkpod_defaulter_test.go'], source: V2 },
  { from: 'pkg/webhook/certs.go', to: ['pkg/certificate/certificate.go'], source: V2 },
  {
    from: 'pkg/webhook/resourceusage/enforcer.go',
    to: ['internal/webhook/resourcequota.go'],
    source: V2,
  },
  { from: 'pkg/batchscheduler/scheduler_manager.go', to: ['internal/scheduler/registry.go'], source: V2 },
  { from: 'pkg/batchscheduler/interface/interface.go', to: ['internal/scheduler/scheduler.go'], source: V2 },
  {
    from: 'pkg/batchscheduler/volcano/volcano_scheduler.go',
    to: ['internal/scheduler/volcano/scheduler.go'],
    source: V2,
  },
  {
    from: 'pkg/batchscheduler/volcano/volcano_scheduler_test.go',
    to: ['internal/scheduler/volcano/scheduler_test.go'],
    source: V2,
  },
  { from: 'pkg/config/constants.go', to: COMMON, source: V2 },
  { from: 'pkg/config/config.go', to: [SUBMISSION], source: V2 },
  { from: 'pkg/config/secret.go', to: [SUBMISSION], source: V2 },
  { from: 'main.go', to: ['cmd/operator/controller/start.go', 'cmd/operator/webhook/start.go'], source: V2 },
  template('deployment', 'controller/deployment', 'webhook/deployment'),
  template('rbac', 'controller/rbac', 'webhook/rbac'),
  template('serviceaccount', 'controller/serviceaccount', 'webhook/serviceaccount'),
  template('poddisruptionbudget', 'controller/poddisruptionbudget'),
  template('spark-rbac', 'spark/rbac'),
  template('spark-serviceaccount', 'spark/serviceaccount'),
  template('prometheus-podmonitor', 'prometheus/podmonitor'),
  template('webhook-service', 'webhook/service'),
  { from: 'hack/custom-boilerplate.go.txt', to: ['hack/boilerplate.go.txt'], source: DOCS },
  { from: 'hack/api-docs/api-docs-config.json', to: ['hack/api-docs/config.json'], source: DOCS },
  { from: 'docs/who-is-using.md', to: ['ADOPTERS.md'], source: '16cd35a0 (#2047)' },
  { from: '.github/workflows/main.yaml', to: ['.github/workflows/integration.yaml'], source: V2 },
]

/** Chart values from 1.x to 2.0.0 (#2072), read from both values.yaml; defaults that changed are told when they clash. */
const VALUES: readonly ValueMove[] = [
  {
    from: 'image.repository',
    to: 'image.repository',
    split: { kind: 'registry', registryTo: 'image.registry' },
  },
  { from: 'imagePullSecrets', to: 'image.pullSecrets' },
  { from: 'replicaCount', to: 'controller.replicas' },
  { from: 'controllerThreads', to: 'controller.workers' },
  { from: 'logLevel', to: 'controller.logLevel' },
  { from: 'uiService.enable', to: 'controller.uiService.enable' },
  { from: 'ingressUrlFormat', to: 'controller.uiIngress.urlFormat' },
  { from: 'batchScheduler.enable', to: 'controller.batchScheduler.enable' },
  { from: 'serviceAccounts.sparkoperator.create', to: 'controller.serviceAccount.create' },
  { from: 'serviceAccounts.sparkoperator.name', to: 'controller.serviceAccount.name' },
  { from: 'serviceAccounts.sparkoperator.annotations', to: 'controller.serviceAccount.annotations' },
  { from: 'serviceAccounts.spark.create', to: 'spark.serviceAccount.create' },
  { from: 'serviceAccounts.spark.name', to: 'spark.serviceAccount.name' },
  { from: 'serviceAccounts.spark.annotations', to: 'spark.serviceAccount.annotations' },
  { from: 'rbac.annotations', to: 'controller.rbac.annotations' },
  { from: 'podLabels', to: 'controller.labels' },
  { from: 'podAnnotations', to: 'controller.annotations' },
  { from: 'volumes', to: 'controller.volumes' },
  { from: 'volumeMounts', to: 'controller.volumeMounts' },
  { from: 'nodeSelector', to: 'controller.nodeSelector' },
  { from: 'affinity', to: 'controller.affinity' },
  { from: 'tolerations', to: 'controller.tolerations' },
  { from: 'priorityClassName', to: 'controller.priorityClassName' },
  { from: 'podSecurityContext', to: 'controller.podSecurityContext' },
  { from: 'securityContext', to: 'controller.securityContext' },
  { from: 'envFrom', to: 'controller.envFrom' },
  { from: 'env', to: 'controller.env' },
  { from: 'resources', to: 'controller.resources' },
  { from: 'sidecars', to: 'controller.sidecars' },
  { from: 'podDisruptionBudget.enable', to: 'controller.podDisruptionBudget.enable' },
  { from: 'podDisruptionBudget.minAvailable', to: 'controller.podDisruptionBudget.minAvailable' },
  { from: 'sparkJobNamespaces', to: 'spark.jobNamespaces' },
  // A list since v1beta2-1.4.0 (835281d4, #1955).
  { from: 'sparkJobNamespace', to: 'sparkJobNamespaces', wrap: 'list' },
  { from: 'sparkJobNamespace', to: 'spark.jobNamespaces', wrap: 'list' },
  { from: 'webhook.timeout', to: 'webhook.timeoutSeconds' },
  { from: 'resourceQuotaEnforcement.enable', to: 'webhook.resourceQuotaEnforcement.enable' },
  { from: 'metrics.enable', to: 'prometheus.metrics.enable' },
  { from: 'metrics.port', to: 'prometheus.metrics.port' },
  { from: 'metrics.portName', to: 'prometheus.metrics.portName' },
  { from: 'metrics.endpoint', to: 'prometheus.metrics.endpoint' },
  { from: 'metrics.prefix', to: 'prometheus.metrics.prefix' },
  { from: 'podMonitor.enable', to: 'prometheus.podMonitor.create' },
  { from: 'podMonitor.labels', to: 'prometheus.podMonitor.labels' },
  { from: 'podMonitor.jobLabel', to: 'prometheus.podMonitor.jobLabel' },
  { from: 'podMonitor.podMetricsEndpoint.scheme', to: 'prometheus.podMonitor.podMetricsEndpoint.scheme' },
  { from: 'podMonitor.podMetricsEndpoint.interval', to: 'prometheus.podMonitor.podMetricsEndpoint.interval' },
]

const CONTROLLER_GEN = {
  module: 'sigs.k8s.io/controller-tools',
  command: 'sigs.k8s.io/controller-tools/cmd/controller-gen',
  // As the tags from v1beta2-1.6.2 to v2.5.2 pin it.
  versions: ['v0.15.0', 'v0.17.1'],
}
const PINNED = { path: 'Makefile', pattern: '^CONTROLLER_TOOLS_VERSION \\?= (v[0-9.]+)' }
/** x/tools v0.20.0 uses an array length that Go 1.25 refuses; what v0.15.0 writes is the same with a newer one. */
const SHIM = {
  reason: 'golang.org/x/tools before v0.24 does not compile with Go 1.25',
  requires: ['golang.org/x/tools@v0.36.0'],
}
const TYPE_SOURCES = ['api/**/*.go', 'pkg/apis/**/*.go']

export const sparkOperatorKnowledge: UpstreamKnowledge = {
  files: FILES,
  directories: DIRECTORIES,
  retired: [
    {
      path: 'hack/gencerts.sh',
      hint: 'since v1beta2-1.5.0 the operator makes its certificates itself (5ce3dbac, #2016): pkg/webhook/certs.go, in 2.x pkg/certificate',
    },
    {
      path: `${CHART}/templates/webhook-init-job.yaml`,
      hint: 'since v1beta2-1.5.0 there is no init job: the operator makes its certificates itself (5ce3dbac, #2016)',
    },
    {
      path: `${CHART}/templates/webhook-cleanup-job.yaml`,
      hint: 'since v1beta2-1.5.0 there is no clean-up job: the operator makes its certificates itself (5ce3dbac, #2016)',
    },
    { path: 'Dockerfile.rh', hint: 'gone since v1beta2-1.5.0: the one Dockerfile builds every variant' },
    { path: '.gitlab-ci.yml', hint: 'removed by 012b52ae (#2069): upstream builds on GitHub only' },
  ],
  values: VALUES,
  valuesFiles: [`${CHART}/values.yaml`, `${CHART}/ci/*.yaml`],
  generators: [
    {
      id: 'controller-gen-object',
      tool: CONTROLLER_GEN,
      shim: SHIM,
      calls: [['object:headerFile=hack/boilerplate.go.txt', 'paths=./...']],
      inputs: TYPE_SOURCES,
      outputs: ['**/zz_generated.deepcopy.go'],
      copies: [],
      pinnedIn: PINNED,
    },
    {
      id: 'controller-gen-crd',
      tool: CONTROLLER_GEN,
      shim: SHIM,
      calls: [
        ['crd', 'paths=./...', 'output:crd:artifacts:config=config/crd/bases'],
        // Since v2.1.1.
        ['crd:generateEmbeddedObjectMeta=true', 'paths=./...', 'output:crd:artifacts:config=config/crd/bases'],
      ],
      inputs: TYPE_SOURCES,
      outputs: ['config/crd/bases/*.yaml', `${CHART}/crds/*.yaml`],
      copies: [{ from: 'config/crd/bases', to: `${CHART}/crds` }],
      pinnedIn: PINNED,
    },
    {
      id: 'helm-docs',
      tool: {
        module: 'github.com/norwoodj/helm-docs',
        command: 'github.com/norwoodj/helm-docs/cmd/helm-docs',
        versions: ['v1.14.2'],
      },
      calls: [
        [`--chart-search-root=${CHART}`],
        // Since v2.0.0.
        [`--chart-search-root=${CHART}`, '--sort-values-order=file'],
      ],
      inputs: [`${CHART}/values.yaml`, `${CHART}/Chart.yaml`, `${CHART}/README.md.gotmpl`],
      outputs: [`${CHART}/README.md`],
      copies: [],
      pinnedIn: { path: 'Makefile', pattern: '^HELM_DOCS_VERSION \\?= (v[0-9.]+)' },
    },
  ],
}
