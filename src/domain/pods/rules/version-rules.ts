/**
 * What another Spark version does otherwise, so that a difference between images says why it is there. A rule holds
 * between two pods of which one is older than `since` and the other is not. Seen on the pods that Spark 3.1.3, 3.3.4,
 * 3.5.7, 4.0.1 and 4.1.0 made of the same submission, and read in the sources of spark-kubernetes.
 */
import type { PodRule } from './rule.ts'

export interface VersionRule extends PodRule {
  class: 'version'
  role?: 'driver' | 'executor'
  /** The first Spark version that does it; undefined: any two versions differ in it. */
  since?: string
  /** `equivalent`: nothing that Kubernetes acts on. `explained`: it stays a difference, with its reason. */
  as: 'equivalent' | 'explained'
}

const CONTAINER = 'spec.containers[*]'

function since(
  id: string,
  version: string | undefined,
  as: VersionRule['as'],
  path: string,
  why: string,
  role?: VersionRule['role'],
): VersionRule {
  return {
    id,
    class: 'version',
    path,
    as,
    why,
    rule: version === undefined ? 'differs between any two Spark versions' : `only from Spark ${version} on`,
    source: 'recorded pods of Spark 3.1.3 to 4.1.0; apache/spark resource-managers/kubernetes',
    ...(version !== undefined && { since: version }),
    ...(role !== undefined && { role }),
  }
}

const JAVA_OPTION = `${CONTAINER}.env[name=SPARK_JAVA_OPT_*]`

export const VERSION_RULES: readonly VersionRule[] = [
  since('S01', undefined, 'equivalent', 'metadata.labels["spark-version"]', 'the label names the version'),
  since(
    'S02',
    '3.3',
    'equivalent',
    'metadata.labels["spark-app-name"]',
    'Spark labels pods with the application’s name',
  ),
  since(
    'S03',
    '3.3',
    'equivalent',
    `${CONTAINER}.env[name=SPARK_EXECUTOR_POD_NAME]`,
    'executors are told their pod’s name',
    'executor',
  ),
  ...[
    '--add-opens=*',
    '--add-modules=*',
    '--enable-native-access=*',
    '-XX:+IgnoreUnrecognizedVMOptions',
    '-Djdk.reflect.useDirectMethodHandle=*',
    '-Djava.net.preferIPv6Addresses=*',
    '-Dio.netty.*',
    '-Dsun.io.serialization.*',
  ].map((option, index) =>
    since(
      `S${index + 4 < 10 ? '0' : ''}${index + 4}`,
      undefined,
      'equivalent',
      `${JAVA_OPTION}[${option}]`,
      'Spark opens the modules of the Java it supports (JavaModuleOptions)',
      'executor',
    ),
  ),
  since(
    'S20',
    '3.4',
    'explained',
    `${CONTAINER}.ports[*]`,
    'before, Spark dropped the ports of an executor’s template (SPARK-39546)',
    'executor',
  ),
  since(
    'S21',
    '3.3',
    'explained',
    'spec.nodeSelector',
    'before, spark.kubernetes.driver.node.selector and .executor.node.selector were ignored; a template works in all versions',
  ),
  since(
    'S22',
    '3.3',
    'explained',
    'spec.schedulerName',
    'before, spark.kubernetes.scheduler.name and .driver.scheduler.name were ignored; a template works in all versions',
  ),
  since(
    'S23',
    '3.4',
    'explained',
    `${CONTAINER}.env[name=HADOOP_CONF_DIR]`,
    'before, spark.kubernetes.hadoop.configMapName reached drivers only',
    'executor',
  ),
  since(
    'S24',
    '3.4',
    'explained',
    `${CONTAINER}.volumeMounts[mountPath=/opt/hadoop/conf]`,
    'before, spark.kubernetes.hadoop.configMapName reached drivers only',
    'executor',
  ),
  since(
    'S25',
    '3.4',
    'explained',
    'spec.volumes[name=hadoop-properties]',
    'before, spark.kubernetes.hadoop.configMapName reached drivers only',
    'executor',
  ),
  since(
    'S26',
    '4.0',
    'explained',
    'spec.volumes[*].hostPath.type',
    'before, options.type of a hostPath volume was ignored',
  ),
  since(
    'S27',
    '4.0',
    'explained',
    `${CONTAINER}.volumeMounts[*].subPathExpr`,
    'before, mount.subPathExpr of a volume was ignored',
  ),
  since(
    'S28',
    '4.1',
    'explained',
    'spec.terminationGracePeriodSeconds',
    'Spark writes spark.kubernetes.executor.terminationGracePeriodSeconds (30 s) over the template',
    'executor',
  ),
  since(
    'S29',
    '4.1',
    'explained',
    `${CONTAINER}.ports[containerPort=15002,*]`,
    'the driver offers Spark Connect',
    'driver',
  ),
]

/** Labels that only the operator sets and that nothing selects by. */
export const OPERATOR_RULES: readonly PodRule[] = [
  {
    id: 'P01',
    class: 'version',
    path: 'metadata.labels["sparkoperator.k8s.io/mutated-by-spark-operator"]',
    rule: 'the label may be there or not',
    why: 'the operator sets it on pods without a template, from v2.1.0 on; no webhook and no controller selects by it',
    source: 'kubeflow/spark-operator submission.go, charts/spark-operator-chart',
  },
]
