/** Applications that use the webhook in any combination, for properties. */
import fc from 'fast-check'
import type { JsonMap } from '../../../src/domain/pods/json.ts'

export const OPERATORS = ['1.3.8', '1.6.2', '2.0.2', '2.1.1', '2.5.2'] as const
export const JOB_SPARKS = ['2.4.8', '3.1.3', '3.3.4', '3.5.7', '4.0.1', '4.1.0'] as const

const VOLUMES: readonly JsonMap[] = [
  { name: 'claim', persistentVolumeClaim: { claimName: 'claim' } },
  { name: 'host', hostPath: { path: '/mnt/host' } },
  { name: 'typed', hostPath: { path: '/mnt/typed', type: 'Directory' } },
  { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
  { name: 'nfs', nfs: { server: 'nfs.example', path: '/exports' } },
  { name: 'settings', configMap: { name: 'settings' } },
  { name: 'spark-local-dir-1', emptyDir: {} },
]
const NAMES = VOLUMES.map(({ name }) => String(name))
const label = fc.constantFrom('pool', 'zone', 'team')
const word = fc.constantFrom('a', 'b', 'c')

const mounts = fc
  .subarray([...NAMES, 'unknown'], { minLength: 0 })
  .chain((names) => fc.tuple(...names.map((name) => mountsOf(name))))
  .map((lists) => lists.flat())

function mountsOf(name: string): fc.Arbitrary<JsonMap[]> {
  return fc
    .array(
      fc.record({ readOnly: fc.boolean(), subPath: word, mountPropagation: fc.constant('None') }, { requiredKeys: [] }),
      {
        minLength: 1,
        maxLength: 2,
      },
    )
    .map((list) => list.map((mount, index) => ({ name, mountPath: `/mnt/${name}/${index}`, ...mount })))
}

const env = fc.uniqueArray(
  fc.oneof(
    fc.record({ name: fc.constantFrom('TZ', 'LANG', 'LEGACY', 'SPARK_USER', 'SPARK_CONF_DIR'), value: word }),
    fc.record({
      name: fc.constant('HOME_OF'),
      value: fc.constantFrom('$(TZ)/x', '$(SPARK_USER)/x', '$(LEGACY)', '$$(TZ)'),
    }),
    fc.constant({ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }),
    fc.constant({ name: 'PASS', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }),
  ),
  { selector: ({ name }) => name, maxLength: 5 },
)

const toleration = fc.record({
  key: word,
  operator: fc.constant('Exists'),
  effect: fc.constantFrom('NoSchedule', 'NoExecute'),
})

const role = fc.record(
  {
    cores: fc.constant(1),
    memory: fc.constant('1g'),
    memoryLimit: fc.constantFrom('3g', '3Gi'),
    volumeMounts: mounts,
    env,
    envFrom: fc.uniqueArray(word, { maxLength: 2 }).map((names) => names.map((name) => ({ configMapRef: { name } }))),
    envVars: fc.dictionary(fc.constantFrom('LEGACY', 'OTHER'), word, { maxKeys: 2 }),
    ports: fc
      .uniqueArray(fc.integer({ min: 5000, max: 5003 }), { maxLength: 2 })
      .map((ports) => ports.map((containerPort) => ({ name: `p${containerPort}`, containerPort, protocol: 'TCP' }))),
    hostAliases: fc
      .uniqueArray(word, { maxLength: 2 })
      .map((names) => names.map((name, index) => ({ ip: `10.0.0.${index + 1}`, hostnames: [name] }))),
    initContainers: fc.constant([{ name: 'fetch', image: 'busybox:1' }]),
    sidecars: fc.constantFrom(
      [{ name: 'log', image: 'log:1' }],
      [{ name: 'log', image: 'log:1', volumeMounts: [{ name: 'memory', mountPath: '/shared' }] }],
    ),
    hostNetwork: fc.boolean(),
    dnsConfig: fc.constant({ nameservers: ['10.0.0.53'] }),
    terminationGracePeriodSeconds: fc.integer({ min: 0, max: 90 }),
    shareProcessNamespace: fc.boolean(),
    priorityClassName: word,
    schedulerName: word,
    nodeSelector: fc.dictionary(label, word, { maxKeys: 2 }),
    affinity: word.map((key) => ({
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: key, labelSelector: { matchLabels: { a: key } } },
        ],
      },
    })),
    tolerations: fc.array(toleration, { maxLength: 3 }),
    gpu: fc.constant({ name: 'nvidia.com/gpu', quantity: 2 }),
    securityContext: fc.constant({ allowPrivilegeEscalation: false }),
    podSecurityContext: fc.constant({ runAsUser: 185 }),
    lifecycle: fc.constant({ preStop: { exec: { command: ['sleep', '5'] } } }),
    configMaps: fc
      .uniqueArray(word, { maxLength: 2 })
      .map((names) => names.map((name) => ({ name, path: `/etc/${name}` }))),
  },
  { requiredKeys: [] },
)

/** SparkApplications; `kind` says which roles and what else they have. */
export const anyApplication: fc.Arbitrary<JsonMap> = fc
  .record({
    roles: fc.record({ driver: role, executor: role }),
    more: fc.record(
      {
        mode: fc.constant('cluster'),
        restartPolicy: fc.constantFrom(
          { type: 'Never' },
          { type: 'Always' },
          { type: 'OnFailure', onFailureRetries: 2 },
        ),
        batchScheduler: fc.constantFrom('yunikorn', 'volcano'),
        batchSchedulerOptions: fc.constant({ queue: 'root.a', priorityClassName: 'batch' }),
        sparkConfigMap: fc.constant('spark-conf'),
        hadoopConfigMap: fc.constant('hadoop-conf'),
        monitoring: fc.constant({
          exposeDriverMetrics: true,
          exposeExecutorMetrics: true,
          prometheus: { jmxExporterJar: '/jmx.jar', port: 8090 },
        }),
        sparkConf: fc.record(
          {
            'spark.decommission.enabled': fc.constant('true'),
            'spark.kubernetes.driverEnv.TZ': word,
            'spark.kubernetes.scheduler.name': word,
            'spark.kubernetes.node.selector.pool': word,
            'spark.dynamicAllocation.enabled': fc.constantFrom('true', 'false'),
          },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
    sparkVersion: fc.constantFrom(...JOB_SPARKS),
  })
  .map(({ roles, more, sparkVersion }) => ({
    apiVersion: 'sparkoperator.k8s.io/v1beta2',
    kind: 'SparkApplication',
    metadata: { name: 'etl', namespace: 'jobs' },
    spec: {
      type: 'Python',
      sparkVersion,
      mainApplicationFile: 'local:///etl.py',
      volumes: VOLUMES.map((one) => ({ ...one })),
      ...more,
      ...roles,
    },
  }))
