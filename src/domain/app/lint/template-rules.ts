/** What `app lint` knows of pod templates, as data. */
import { rule } from './rule.ts'

const CRD = 'charts/spark-operator-chart/crds'
const VALIDATOR = 'spark-operator internal/webhook/sparkapplication_validator.go'
const POD_WEBHOOK = 'spark-operator internal/webhook/sparkpod_defaulter.go'
const SUBMISSION = 'spark-operator internal/controller/sparkapplication/submission.go'
const SPARK = 'apache/spark resource-managers/kubernetes/core'

export const TEMPLATE_RULES = {
  templateUnknown: rule(
    'AL10',
    'error',
    'a pod template has no such field',
    'the definition does not look into `template`: the operator drops what Kubernetes’ core/v1 does not have',
    `${CRD}, x-kubernetes-preserve-unknown-fields; ${SUBMISSION} WriteObjectToFile`,
    'correct its name or its place, as in a Pod',
  ),
  templateType: rule(
    'AL11',
    'error',
    'a value of a pod template is of another type',
    'the definition does not look into `template`: the operator cannot read the application',
    SUBMISSION,
    'give it as in a Pod',
  ),
  templateDuplicate: rule(
    'AL12',
    'error',
    'a list of a pod template names something twice',
    'the API server refuses the pod',
    'Kubernetes ValidatePodSpec',
    'leave one of them',
  ),
  templateSpark2: rule(
    'AL13',
    'error',
    'pod templates need Spark 3',
    'the operator’s webhook refuses the application, and Spark 2.4 knows no templates',
    `${VALIDATOR} validateSparkVersion`,
    'move to Spark 3, or leave the template out',
  ),
  templateContainer: rule(
    'AL14',
    'warning',
    'no container of the template is called as Spark’s',
    'the operator names spark-kubernetes-<role>; Spark then takes the first container for its own',
    `${SUBMISSION} driverPodTemplateOption; ${SPARK} KubernetesUtils.selectSparkContainer`,
    'call Spark’s container so',
  ),
  templateOverwritten: rule(
    'AL15',
    'warning',
    'Spark overwrites this field of a template',
    'it has no effect',
    `${SPARK} Basic*FeatureStep`,
    'set it by the field of the application, or leave it out',
  ),
  templateEnvironment: rule(
    'AL16',
    'warning',
    'Spark sets this variable itself, after the template’s',
    'the kubelet takes the last',
    `${SPARK} Basic*FeatureStep`,
    'use another name',
  ),
  templateArguments: rule(
    'AL17',
    'error',
    'arguments of the template come before Spark’s',
    'the entrypoint of the image takes the first for its command',
    `${SPARK} BasicDriverFeatureStep`,
    'leave args out',
  ),
  templatePriority: rule(
    'AL18',
    'error',
    'a pod may not say its priority',
    'admission refuses the pod unless it is its class’s own',
    'Kubernetes Priority admission plugin',
    'name a priorityClassName',
  ),
  templateNamespace: rule(
    'AL19',
    'warning',
    'the template names another namespace',
    'older Spark fails to submit, newer replaces it',
    `${SPARK} KubernetesClientApplication`,
    'leave it out',
  ),
  executorPorts: rule(
    'AL20',
    'warning',
    'ports of an executor’s template are dropped',
    'Spark before 3.4 replaces them (SPARK-39546)',
    'SPARK-39546',
    'move the job to Spark 3.4',
  ),
  executorGrace: rule(
    'AL21',
    'warning',
    'Spark 4.1 overwrites the grace period of executors',
    'with 30 s, or what its key says',
    `${SPARK} BasicExecutorFeatureStep 4.1`,
    'set spark.kubernetes.executor.terminationGracePeriodSeconds',
  ),
  executorHook: rule(
    'AL22',
    'warning',
    'with decommissioning, Spark puts its own hook in the place of lifecycle',
    'the hook of the template never runs',
    `${SPARK} BasicExecutorFeatureStep`,
    'put it into the image’s script, or switch decommissioning off',
  ),
  webhookTwice: rule(
    'AL23',
    'warning',
    'the template and the application both add this volume',
    'while the webhook is on, the API server refuses the pod',
    POD_WEBHOOK,
    'take it out of the application (`app convert` does)',
  ),
  yunikornTemplate: rule(
    'AL24',
    'warning',
    'YuniKorn’s plugin does not see what stands in the template alone',
    'placeholders of the task groups are made without it, and may not fit where the pods go',
    'spark-operator internal/scheduler/yunikorn/scheduler.go',
    'set it in the application too',
  ),
}
