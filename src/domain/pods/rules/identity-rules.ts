/**
 * What differs between two runs of the same thing: ids, generated names and hashes. Each is replaced by a name in
 * `${…}` on both sides; what is left must be equal. Sources: spark-kubernetes of 3.1 to 4.1, kubeflow/spark-operator.
 */
import type { PodRule } from './rule.ts'

export interface IdentityRule extends PodRule {
  class: 'identity'
  /** What is replaced in a text there: groups are kept by `$1`. */
  replace: readonly (readonly [find: RegExp, by: string])[]
}

const SPARK = 'spark-kubernetes KubernetesConf, KubernetesUtils.uniqueID'

function identity(
  id: string,
  path: string,
  replace: IdentityRule['replace'],
  rule: string,
  why: string,
  source = SPARK,
): IdentityRule {
  return { id, class: 'identity', path, replace, rule, why, source }
}

const CONTAINER = 'spec.*ontainers[*]'
const WHOLE = /^.+$/s
/** A resource prefix of Spark: the application's name, and 16 hexadecimal digits of chance and time. */
const PREFIXED = /^.*-[0-9a-f]{16}(?=-)/s

/** What Spark calls an application in cluster mode: `spark-` and a UUID without dashes. */
const GENERATED_ID = [[/(?<![a-z0-9])spark-[0-9a-f]{32}(?![0-9a-f])/g, '${app.id}']] as const

export const IDENTITY_RULES: readonly IdentityRule[] = [
  identity(
    'I01',
    'metadata.name',
    [[WHOLE, '${pod.name}']],
    'the pod’s own name',
    'made from the application’s name, a hash and a number',
  ),
  identity(
    'I02',
    'metadata.generateName',
    [[WHOLE, '${pod.name}']],
    'the pod’s own name',
    'the set that makes the pods names them',
  ),
  identity(
    'I03',
    'spec.hostname',
    [[/^(?:.*-exec-\d+|spark-[sd]-[0-9a-f]{8,}.*)$/s, '${pod.name}']],
    'the last 63 characters of the pod’s name',
    'Spark names the host of an executor after its pod',
  ),
  identity(
    'I04',
    'spec.subdomain',
    [[WHOLE, '${pod.subdomain}']],
    'the service of the set that made the pod',
    'named after the application',
  ),
  identity(
    'I05',
    'metadata.labels["spark-app-selector"]',
    [[WHOLE, '${app.id}']],
    'the application’s id',
    'a new one for every run',
  ),
  identity(
    'I06',
    'metadata.labels["spark-app-name"]',
    [[WHOLE, '${app.sparkName}']],
    'the application’s name',
    'it tells the run, not what the pod may do',
  ),
  identity(
    'I07',
    'metadata.labels["spark-exec-id"]',
    [[WHOLE, '${executor.id}']],
    'the executor’s number',
    'executors are counted',
  ),
  identity(
    'I08',
    'metadata.labels["sparkoperator.k8s.io/app-name"]',
    [[WHOLE, '${app.name}']],
    'the SparkApplication’s name',
    'it tells the run',
    'kubeflow/spark-operator pkg/common',
  ),
  identity(
    'I09',
    'metadata.labels["sparkoperator.k8s.io/submission-id"]',
    [[WHOLE, '${submission.id}']],
    'the submission’s id',
    'a new one for every attempt',
    'kubeflow/spark-operator pkg/common',
  ),
  identity(
    'I10',
    'metadata.labels["*scheduled-app-name"]',
    [[WHOLE, '${schedule.name}']],
    'the schedule’s name',
    'it tells the run',
    'kubeflow/spark-operator pkg/common',
  ),
  identity(
    'I11',
    'metadata.ownerReferences[*].uid',
    [[WHOLE, '${owner.uid}']],
    'the owner’s uid',
    'a new one for every object',
  ),
  identity(
    'I12',
    'metadata.ownerReferences[kind=SparkApplication,*].name',
    [[WHOLE, '${app.name}']],
    'the owner’s name',
    'it tells the run',
    'kubeflow/spark-operator pkg/common',
  ),
  identity(
    'I13',
    'metadata.ownerReferences[kind=Pod,*].name',
    [[WHOLE, '${driver.name}']],
    'the driver’s name',
    'it tells the run',
  ),
  identity(
    'I14',
    'metadata.ownerReferences[kind=*Set,*].name',
    [[WHOLE, '${owner.name}']],
    'the owner’s name',
    'it tells the run',
  ),
  identity(
    'I15',
    'metadata.labels',
    GENERATED_ID,
    'the application’s id within a label',
    'spark.kubernetes.<role>.label.* may ask for {{APP_ID}}, as YuniKorn’s applicationId does',
    'spark-kubernetes KubernetesConf, docs/running-on-kubernetes.md',
  ),
  identity(
    'I16',
    'metadata.annotations',
    GENERATED_ID,
    'the application’s id within an annotation',
    'Volcano’s group-name and YuniKorn’s app-id are made of it',
    'spark-kubernetes VolcanoFeatureStep, docs/running-on-kubernetes.md',
  ),
  identity(
    'I20',
    'spec.volumes[*].configMap.name',
    [
      [/^(spark-(?:drv|exec|driver|executor))-[0-9a-f]{16}-(.+)$/s, '$1-${hash}-$2'],
      [PREFIXED, '${app.prefix}'],
      [/^.*-prom-conf$/s, '${app.name}-prom-conf'],
    ],
    'names with a hash',
    'ConfigMaps that Spark and the operator make for one run',
  ),
  identity(
    'I21',
    'spec.volumes[*].secret.secretName',
    [[PREFIXED, '${app.prefix}']],
    'names with a hash',
    'Secrets that Spark makes for one run',
  ),
  identity(
    'I22',
    'spec.volumes[*].persistentVolumeClaim.claimName',
    [[/^.*-(?:exec-\d+|driver)-pvc-\d+$/s, '${pod.name}-pvc-${index}']],
    'claims made on demand',
    'named after the pod; their numbers follow the order of a hash map',
    'spark-kubernetes MountVolumesFeatureStep',
  ),
  identity(
    'I23',
    'spec.volumes[name=*].name',
    [[/^.*-prom-conf-vol$/s, '${app.name}-prom-conf-vol']],
    'the volume of the metrics configuration',
    'named after the application',
    'kubeflow/spark-operator sparkpod_defaulter.go',
  ),
  identity(
    'I24',
    `${CONTAINER}.volumeMounts[*].name`,
    [[/^.*-prom-conf-vol$/s, '${app.name}-prom-conf-vol']],
    'the volume of the metrics configuration',
    'named after the application',
    'kubeflow/spark-operator sparkpod_defaulter.go',
  ),
  identity(
    'I25',
    `${CONTAINER}.volumeMounts[*].mountPath`,
    [[/^\/var\/data\/spark-[0-9a-f-]{36}$/, '/var/data/spark-${uuid}']],
    'the scratch directory',
    'Spark makes one for every run',
    'spark-kubernetes LocalDirsFeatureStep',
  ),
  identity(
    'I26',
    `${CONTAINER}.volumeMounts[mountPath=/var/run/secrets/kubernetes.io/serviceaccount].name`,
    [[/^(?:kube-api-access|.+-token)-[bcdfghjklmnpqrstvwxz2456789]{5}$/, '${token.volume}']],
    'the volume of the service account’s token',
    'admission names it anew for every pod',
    'kubernetes plugin/pkg/admission/serviceaccount',
  ),
  identity(
    'I30',
    `${CONTAINER}.env[name=SPARK_LOCAL_DIRS].value`,
    [[/(^|,)\/var\/data\/spark-[0-9a-f-]{36}(?=,|$)/g, '$1/var/data/spark-${uuid}']],
    'the scratch directory',
    'Spark makes one for every run',
    'spark-kubernetes LocalDirsFeatureStep',
  ),
  identity(
    'I31',
    `${CONTAINER}.env[name=SPARK_APPLICATION_ID].value`,
    [[WHOLE, '${app.id}']],
    'the application’s id',
    'a new one for every run',
  ),
  identity(
    'I32',
    `${CONTAINER}.env[name=SPARK_EXECUTOR_ID].value`,
    [[WHOLE, '${executor.id}']],
    'the executor’s number',
    'executors are counted',
  ),
  identity(
    'I33',
    `${CONTAINER}.env[name=SPARK_DRIVER_URL].value`,
    [[/@.+$/s, '@${driver.address}']],
    'where the driver listens',
    'the name of its service holds a hash; from 4.1 it may be an address',
  ),
  identity(
    'I34',
    `${CONTAINER}.env[name=SPARK_JAVA_OPT_*].value`,
    [
      [/^(-Dspark\.driver\.(?:blockManager\.)?port)=\d+$/, '$1=${driver.port}'],
      [/^(-Dspark\.driver\.host)=.+$/s, '$1=${driver.address}'],
    ],
    'where the driver listens',
    'handed to executors with every run; the driver’s own ports are compared on the driver',
  ),
  identity(
    'I35',
    `${CONTAINER}.args`,
    [[/^\["driver","--properties-file",.*?"--class",/s, '["driver","--class",']],
    'where the properties file lies',
    'Spark’s own plumbing',
    'spark-kubernetes DriverCommandFeatureStep',
  ),
  identity(
    'I36',
    `${CONTAINER}.args`,
    [[/spark-upload-[0-9a-f-]{36}/g, 'spark-upload-${uuid}']],
    'where submitted files were uploaded',
    'a new directory for every run',
    'spark-kubernetes KubernetesUtils.uploadFileUri',
  ),
]
