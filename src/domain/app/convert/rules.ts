/**
 * The rules by which a conversion decides, as data: what can carry a field that the webhook used to patch, since when,
 * and what is lost on the way. Read from the sources of kubeflow/spark-operator and apache/spark that each row names,
 * and seen on recorded pods. What no manifest can bring back at all stands in pods/rules/impossible-rules.ts.
 */
import type { Severity } from './conversion.ts'

export interface ConversionRule {
  /** `C` and a number; never given to another rule. */
  id: string
  rule: string
  why: string
  source: string
  severity?: Severity
  workaround?: string
}

const SUBMISSION = 'spark-operator internal/controller/sparkapplication/submission.go'
const SPARK = 'apache/spark resource-managers/kubernetes/core'

export const CONVERSION_RULES = {
  template: {
    id: 'C01',
    rule: 'goes into spec.<role>.template',
    why: 'Spark keeps what a pod template says, and the operator passes it on from v2.1.0 with Spark 3.0 or newer',
    source: `${SUBMISSION} driverPodTemplateOption; ${SPARK} KubernetesUtils.loadPodFromTemplate`,
  },
  file: {
    id: 'C02',
    rule: 'goes into a pod template file that sparkConf names',
    why: 'operators before v2.1.0 prune `template`; spark-submit in their image reads spark.kubernetes.<role>.podTemplateFile',
    source: `spark-operator#2356; ${SPARK} Config.scala KUBERNETES_DRIVER_PODTEMPLATE_FILE`,
  },
  conf: {
    id: 'C03',
    rule: 'becomes a key of sparkConf',
    why: 'there is no place for a pod template here, and the Spark that makes the pod knows the key',
    source: `${SPARK} Config.scala`,
  },
  gracePeriod: {
    id: 'C04',
    rule: 'becomes spark.kubernetes.executor.terminationGracePeriodSeconds',
    why: 'from Spark 4.1 on that key, 30 s unless set, is written over the template',
    source: `${SPARK} BasicExecutorFeatureStep 4.1`,
  },
  owner: {
    id: 'C05',
    rule: 'the operator writes the driver’s owner itself',
    why: 'from v2.4.0 on it is in every driver template',
    source: 'spark-operator d9a1ef9c, #2670',
  },
  filled: {
    id: 'C06',
    rule: 'is written out',
    why: 'in 2.x the webhook fills it in when an application is created, and without it nobody does',
    source: 'spark-operator internal/webhook/sparkapplication_defaulter.go, api/v1beta2/defaults.go',
  },
  scheduler: {
    id: 'C07',
    rule: 'stays in the application too',
    why: 'YuniKorn’s plugin in the operator builds task groups from it, and does not look into templates',
    source: 'spark-operator internal/scheduler/yunikorn/scheduler.go',
  },
  controller: {
    id: 'C08',
    rule: 'stays in the application too',
    why: 'the controller reads it',
    source: SUBMISSION,
  },
  ignored: {
    id: 'C09',
    rule: 'stays as it is',
    why: 'that version’s webhook did not carry it out either; --ideal carries it',
    source: 'spark-operator internal/webhook/sparkpod_defaulter.go, pkg/webhook/patch.go',
  },
  sidecarVolume: {
    id: 'C10',
    rule: 'goes into the template with the container that mounts it',
    why: 'the webhook adds volumes that Spark’s own container mounts, and the API server refused the pod for want of this one',
    source: 'spark-operator sparkpod_defaulter.go addVolumes',
  },
  containerOrder: {
    id: 'C11',
    rule: 'Spark’s container comes last',
    why: 'Spark puts it behind the others of a template; `kubectl logs` and `kubectl exec` take the first',
    source: `${SPARK} KubernetesDriverBuilder, KubernetesExecutorBuilder`,
    severity: 'cosmetic',
    workaround: 'name it with kubectl -c, or annotate the template with kubectl.kubernetes.io/default-container',
  },
  noTemplate: {
    id: 'C20',
    rule: 'has no place',
    why: 'the operator has no `template` before v2.1.0, and Spark has no key for it',
    source: 'spark-operator#2356',
    severity: 'lost',
    workaround:
      'give --templates-at with a place that spark-submit in the operator can read, or move to operator v2.1.0 or newer',
  },
  oldSpark: {
    id: 'C21',
    rule: 'has no place',
    why: 'Spark before 3.0 has no pod templates and no key for it, and the operator refuses a template for it',
    source: 'spark-operator sparkapplication_validator.go validateSparkVersion',
    severity: 'lost',
    workaround: 'move the job to Spark 3, or leave the webhook on for it',
  },
  ownTemplate: {
    id: 'C22',
    rule: 'stays where it is',
    why: 'sparkConf names a pod template file of its own: another template would take its place',
    source: `${SUBMISSION}: the operator’s key comes after those of sparkConf`,
    severity: 'lost',
    workaround: 'put what that file says into spec.<role>.template, take the key out of sparkConf, and convert again',
  },
  confWins: {
    id: 'C23',
    rule: 'stays where it is',
    why: 'the application also sets it by a key of Spark, which counts more than a template; the webhook came after both',
    source: `${SPARK} BasicDriverFeatureStep, BasicExecutorFeatureStep`,
    severity: 'lost',
    workaround: 'take the other one out of envVars, envSecretKeyRefs or sparkConf, and convert again',
  },
  reference: {
    id: 'C24',
    rule: 'stays where it is',
    why: 'its value refers to a variable that Spark sets after those of the template; the kubelet resolves earlier ones only',
    source: `${SPARK} BasicExecutorFeatureStep; Kubernetes, dependent environment variables`,
    severity: 'lost',
    workaround: 'compute the value in the container, or refer to a variable of the template',
  },
  runName: {
    id: 'C25',
    rule: 'has no place',
    why: 'the operator names its ConfigMap after the run, and the name of a run is not known beforehand',
    source: 'spark-operator scheduledsparkapplication/controller.go; GetPrometheusConfigMapName',
    severity: 'lost',
    workaround:
      'set monitoring.metricsPropertiesFile and prometheus.configFile to files of a ConfigMap of your own, mounted by the template',
  },
  hadoopConf: {
    id: 'C26',
    rule: 'becomes spark.kubernetes.hadoop.configMapName',
    why: 'Spark mounts it at /opt/hadoop/conf instead of /etc/hadoop/conf, and points HADOOP_CONF_DIR there',
    source: `${SPARK} HadoopConfDriverFeatureStep`,
    severity: 'changed',
  },
  volumeConf: {
    id: 'C27',
    rule: 'becomes keys of sparkConf',
    why: 'Spark drops what its keys do not have: the type of a hostPath before 4.0, readOnly of a claim or of NFS itself',
    source: `${SPARK} KubernetesVolumeUtils, MountVolumesFeatureStep`,
    severity: 'changed',
  },
  ownerLost: {
    id: 'C28',
    rule: 'has no place',
    why: 'the uid of an application is not known in a manifest; the operator writes the reference itself from v2.4.0 on',
    source: 'spark-operator d9a1ef9c, #2670; #2492',
    severity: 'lost',
    workaround:
      'delete the driver with its application (1.x does while it runs), or patch the owner into the driver pod after it is created',
  },
  lostDefault: {
    id: 'C29',
    rule: 'stays as it is',
    why: 'the webhook replaced the whole map of node selectors; Spark merges those of sparkConf into the template’s',
    source: 'spark-operator pkg/webhook/patch.go addNodeSelectors (1.x)',
    severity: 'changed',
    workaround: 'take spark.kubernetes.node.selector.* out of sparkConf',
  },
} as const satisfies Record<string, ConversionRule>

export type ConversionRuleName = keyof typeof CONVERSION_RULES

/** A rule by its name, with what it may lack. */
export function conversionRule(name: ConversionRuleName): ConversionRule {
  return CONVERSION_RULES[name]
}

/** What a rule of impossible-rules.ts leaves to do instead. */
export const WORKAROUNDS: Readonly<Record<string, string>> = {
  U01: 'raise memoryOverhead (the request grows with it), or a feature step of your own in both images (spark.kubernetes.<role>.pod.featureSteps)',
  U10: 'name the files: -Dlog4j2.configurationFile=/etc/spark/conf/… in javaOptions, spark.* keys in sparkConf',
  U20: 'put the commands of the hook into the image, or switch spark.decommission.enabled off',
  U21: 'executors listen without a declared port; declare it from Spark 3.4 on',
  env: 'use another name: Spark sets this one itself',
}
