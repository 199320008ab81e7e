/**
 * What Spark makes of an application's pod template and of those keys of sparkConf that a conversion writes: a second
 * telling of Basic*FeatureStep, MountVolumesFeatureStep and KubernetesDriverBuilder, held against recorded pods.
 */
import { type JsonMap, at, cloneJson, isMap, mapAt, mapsAt, scalarText, textAt } from '../../../src/domain/pods/json.ts'
import type { Role } from '../../../src/domain/pods/rows.ts'
import { isAtLeast } from '../../../src/domain/pods/versions.ts'

export function nameOfMain(role: Role): string {
  return `spark-kubernetes-${role}`
}

/** The pod that Spark makes without any template: what the application asks for by fields that need no webhook. */
export function bodyOf(application: JsonMap, role: Role, spark: readonly number[]): JsonMap {
  const spec = mapAt(application, 'spec')
  const conf = mapAt(spec, 'sparkConf')
  const selectors = ['spark.kubernetes.node.selector.']
  const isRoleKnown = isAtLeast(spark, [3, 3, 0])
  if (isRoleKnown) selectors.push(`spark.kubernetes.${role}.node.selector.`)
  const schedulerName =
    (isRoleKnown || role === 'executor' ? textAt(conf, `spark.kubernetes.${role}.scheduler.name`) : undefined) ??
    (isRoleKnown ? textAt(conf, 'spark.kubernetes.scheduler.name') : undefined)
  const grace = textAt(conf, 'spark.kubernetes.executor.terminationGracePeriodSeconds')
  const isGraceWritten = role === 'executor' && isAtLeast(spark, [4, 1, 0])
  const environment = [
    { name: 'SPARK_USER', value: 'root' },
    { name: 'SPARK_APPLICATION_ID', value: 'spark-1' },
    ...Object.entries(mapAt(spec, role, 'envVars')).map(([name, value]) => ({ name, value })),
    ...below(conf, role === 'driver' ? 'spark.kubernetes.driverEnv.' : 'spark.executorEnv.').map(([name, value]) => ({
      name,
      value,
    })),
    ...below(conf, `spark.kubernetes.${role}.secretKeyRef.`).map(([name, value]) => {
      const [secret = '', key = ''] = scalarText(value).split(':')
      return { name, valueFrom: { secretKeyRef: { name: secret, key } } }
    }),
    { name: 'SPARK_CONF_DIR', value: '/opt/spark/conf' },
  ]
  const { volumes, mounts } = confVolumes(conf, role, spark)
  const hadoop = textAt(conf, 'spark.kubernetes.hadoop.configMapName')
  if (hadoop !== undefined) environment.push({ name: 'HADOOP_CONF_DIR', value: '/opt/hadoop/conf' })
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `etl-${role}`,
      namespace: 'jobs',
      labels: { 'spark-role': role, 'spark-app-selector': 'spark-1' },
    },
    spec: {
      restartPolicy: 'Never',
      nodeSelector: Object.fromEntries(selectors.flatMap((prefix) => below(conf, prefix))),
      ...(schedulerName !== undefined && { schedulerName }),
      ...(isGraceWritten && { terminationGracePeriodSeconds: Number((grace ?? '30s').replace('s', '')) }),
      volumes,
      containers: [
        {
          name: nameOfMain(role),
          image: 'spark',
          env: environment,
          volumeMounts: mounts,
          ports: [{ name: 'blockmanager', containerPort: 7079, protocol: 'TCP' }],
          resources: { requests: { cpu: '1', memory: '1408Mi' }, limits: { memory: '1408Mi' } },
          ...(role === 'executor' &&
            conf['spark.decommission.enabled'] === 'true' && {
              lifecycle: { preStop: { exec: { command: ['/opt/decom.sh'] } } },
            }),
        },
      ],
    },
  }
}

/** The pod that Spark makes of its own part and a template. */
export function withTemplate(body: JsonMap, template: unknown, role: Role, spark: readonly number[]): JsonMap {
  if (!isMap(template)) return body
  const pod = cloneJson(body)
  const own = mapsAt(pod, 'spec', 'containers').find(({ name }) => name === nameOfMain(role))!
  const others = mapsAt(template, 'spec', 'containers').filter(({ name }) => name !== nameOfMain(role))
  const main = mapsAt(template, 'spec', 'containers').find(({ name }) => name === nameOfMain(role)) ?? {}
  // Before 3.4 executors had `withPorts`, which replaces (SPARK-39546).
  const isWithPorts = role === 'executor' && !isAtLeast(spark, [3, 4, 0])
  const merged: JsonMap = {
    ...main,
    ...own,
    env: joined(main, own, 'env'),
    volumeMounts: joined(main, own, 'volumeMounts'),
    ports: isWithPorts ? own['ports'] : joined(main, own, 'ports'),
    resources: {
      requests: { ...mapAt(main, 'resources', 'requests'), ...mapAt(own, 'resources', 'requests') },
      limits: { ...mapAt(main, 'resources', 'limits'), ...mapAt(own, 'resources', 'limits') },
    },
  }
  const templateSpec = mapAt(template, 'spec')
  const podSpec = mapAt(pod, 'spec')
  for (const key of ['labels', 'annotations', 'ownerReferences'])
    if (at(template, 'metadata', key) !== undefined)
      mapAt(pod, 'metadata')[key] = Array.isArray(at(template, 'metadata', key))
        ? [...mapsAt(template, 'metadata', key), ...mapsAt(pod, 'metadata', key)]
        : { ...mapAt(template, 'metadata', key), ...mapAt(pod, 'metadata', key) }
  pod['spec'] = {
    ...templateSpec,
    ...podSpec,
    volumes: joined(templateSpec, podSpec, 'volumes'),
    nodeSelector: { ...mapAt(templateSpec, 'nodeSelector'), ...mapAt(podSpec, 'nodeSelector') },
    containers: [...others, merged],
  }
  return pod
}

function joined(first: JsonMap, second: JsonMap, list: string): unknown[] {
  return [...mapsAt(first, list), ...mapsAt(second, list)]
}

function below(conf: JsonMap, prefix: string): [string, unknown][] {
  return Object.entries(conf).flatMap(([key, value]): [string, unknown][] =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
  )
}

function confVolumes(conf: JsonMap, role: Role, spark: readonly number[]): { volumes: JsonMap[]; mounts: JsonMap[] } {
  const found = new Map<string, { type: string; mount: JsonMap; options: JsonMap }>()
  for (const [key, value] of below(conf, `spark.kubernetes.${role}.volumes.`)) {
    const [type = '', name = '', part = '', field = ''] = key.split('.')
    const one = found.get(name) ?? { type, mount: {}, options: {} }
    one[part as 'mount' | 'options'][field] = value
    found.set(name, one)
  }
  const volumes = [...found].map(([name, { type, options }]) => {
    if (type === 'hostPath' && !isAtLeast(spark, [4, 0, 0]))
      return { name, hostPath: { path: options['path'], type: '' } }
    return { name, [type]: options }
  })
  const mounts = [...found].map(([name, { mount }]) => ({
    name,
    mountPath: mount['path'],
    ...(mount['subPath'] !== undefined && { subPath: mount['subPath'] }),
    readOnly: mount['readOnly'] === 'true',
  }))
  return { volumes, mounts }
}
