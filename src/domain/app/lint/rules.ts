/** What `app lint` knows, as data: what is wrong, since when, why, and what to do. A new rule is a new row and a check. */
import { type LintRule, rule } from './rule.ts'
import { TEMPLATE_RULES } from './template-rules.ts'

const CRD = 'charts/spark-operator-chart/crds'
const DEFAULTER = 'spark-operator internal/webhook/sparkapplication_defaulter.go'
const VALIDATOR = 'spark-operator internal/webhook/sparkapplication_validator.go'
const POD_WEBHOOK = 'spark-operator internal/webhook/sparkpod_defaulter.go'
const SUBMISSION = 'spark-operator internal/controller/sparkapplication/submission.go'
const SPARK = 'apache/spark resource-managers/kubernetes/core'

export const LINT_RULES = {
  unknown: rule(
    'AL01',
    'error',
    'no operator has the field',
    'the API server takes it out without a word, unless validation is strict',
    CRD,
    'correct its name or its place',
  ),
  pruned: rule(
    'AL02',
    'error',
    'the operator’s definition does not have the field yet',
    'the API server takes it out without a word: it has no effect',
    CRD,
    'move the operator, or say it another way (`app convert` does)',
  ),
  type: rule(
    'AL03',
    'error',
    'the value is of another type',
    'the API server refuses the object',
    CRD,
    'put texts in quotes, and numbers and true or false out of them',
  ),
  missing: rule('AL04', 'error', 'a required field is missing', 'the API server refuses the object', CRD, 'add it'),
  value: rule(
    'AL05',
    'error',
    'the value is not one that there is',
    'the API server refuses the object',
    CRD,
    'take one of the values named',
  ),
  ...TEMPLATE_RULES,
  deniedKey: rule(
    'AL30',
    'error',
    'the operator refuses this key of sparkConf',
    'its webhook validates keys from v2.5.2 on',
    'spark-operator internal/webhook/sparkconf_validator.go, #3043',
    'use the field of the application',
  ),
  templateFileIgnored: rule(
    'AL31',
    'error',
    'the operator’s own pod template takes the place of this file',
    'it gives its key after those of sparkConf: always from v2.4.0 on, else where there is a `template`',
    `${SUBMISSION}; #2793`,
    'put what the file says into spec.<role>.template',
  ),
  keyTooNew: rule(
    'AL32',
    'warning',
    'this Spark ignores the key',
    'keys of one role came later than those of both',
    `${SPARK} Config.scala`,
    'use the pod template',
  ),
  name: rule(
    'AL33',
    'error',
    'the operator refuses the name',
    'from v2.4.0 on it has to be a DNS-1035 label',
    `${VALIDATOR} validateName, #2711`,
    'begin with a letter; lower case, digits and dashes, at most 63',
  ),
  selectors: rule(
    'AL34',
    'error',
    'node selectors stand on two levels',
    'the operator refuses the application',
    `${VALIDATOR}; controller.go (1.x)`,
    'keep those of the roles',
  ),
  refused: rule(
    'AL35',
    'error',
    'the webhook refuses the pods',
    'they are never created',
    POD_WEBHOOK,
    'correct the value, move the operator, or convert',
  ),
  defect: rule(
    'AL36',
    'warning',
    'a defect of that version leaves something out',
    'the pods are without it',
    POD_WEBHOOK,
    'move the operator, or convert with --ideal',
  ),
  priorityMoved: rule(
    'AL37',
    'warning',
    'batchSchedulerOptions.priorityClassName no longer reaches pods',
    'in 2.x only driver.priorityClassName and executor.priorityClassName do',
    POD_WEBHOOK,
    'set it for the roles',
  ),
  schedulerIgnored: rule(
    'AL38',
    'warning',
    'schedulerName is ignored',
    'batchScheduler comes before it',
    `${POD_WEBHOOK} addSchedulerName`,
    'leave one of them',
  ),
  mountWithoutVolume: rule(
    'AL39',
    'warning',
    'no volume has this name',
    'the webhook leaves the mount out without a word',
    `${POD_WEBHOOK} addVolumes`,
    'add the volume, or correct the name',
  ),
  unusedVolume: rule(
    'AL40',
    'warning',
    'nothing of Spark’s own containers mounts the volume',
    'the webhook does not add it',
    `${POD_WEBHOOK} addVolumes`,
    'mount it, or leave it out',
  ),
  sidecarVolume: rule(
    'AL41',
    'error',
    'only a sidecar or init container mounts the volume',
    'the webhook does not add it, and the API server refuses the pod',
    `${POD_WEBHOOK} addVolumes`,
    'mount it in Spark’s container too, or use a template',
  ),
  volumeName: rule(
    'AL43',
    'error',
    'the volume would have a name that Kubernetes refuses',
    'the name of a volume is a DNS label; that of a ConfigMap may have dots, and the operator makes one of the other',
    `${POD_WEBHOOK} addConfigMaps; Kubernetes ValidateVolumes`,
    'name the ConfigMap without dots, or mount it by a volume of the template',
  ),
  concurrency: rule(
    'AL42',
    'error',
    'without a concurrencyPolicy the schedule runs once',
    '2.x starts nothing under an empty policy after the first run',
    'spark-operator shouldStartNextRun',
    'say concurrencyPolicy: Allow',
  ),
  onlyWebhook: rule(
    'AL50',
    'error',
    'only the webhook carries this out',
    'without it the pods are without it',
    POD_WEBHOOK,
    'run app convert',
  ),
  onlyDefaulter: rule(
    'AL51',
    'error',
    'only the webhook fills this in',
    'without it spark-submit fails, or restarts and executors are others',
    DEFAULTER,
    'write it out (`app convert` does)',
  ),
} as const satisfies Record<string, LintRule>

export type LintRuleName = keyof typeof LINT_RULES
