/** Facts about fields of applications that decide what a move does to their pods. A new fact is a new entry. */

/**
 * Fields of `spec.executor` that reach pods through the webhook alone: spark-submit has no setting for them (pkg/webhook/
 * patch.go of 1.6.2, internal/webhook/sparkpod_defaulter.go of 2.5.2).
 */
export const WEBHOOK_FIELDS: readonly string[] = [
  'volumeMounts',
  'tolerations',
  'affinity',
  'env',
  'envFrom',
  'configMaps',
  'sidecars',
  'initContainers',
  'securityContext',
  'podSecurityContext',
  'dnsConfig',
  'hostNetwork',
  'hostAliases',
  'shareProcessNamespace',
  'gpu',
  'schedulerName',
  'lifecycle',
  'terminationGracePeriodSeconds',
  'priorityClassName',
]

/** The same of `spec` itself. */
export const WEBHOOK_SPEC_FIELDS: readonly string[] = ['volumes', 'sparkConfigMap', 'hadoopConfigMap']

/** Keys of `sparkConf` that the webhook refuses from 2.5.2 on (internal/webhook/sparkconf_validator.go). */
export const REFUSED_CONF: ReadonlySet<string> = new Set([
  'spark.master',
  'spark.kubernetes.driver.master',
  'spark.kubernetes.container.image',
  'spark.kubernetes.driver.container.image',
  'spark.kubernetes.executor.container.image',
  'spark.kubernetes.authenticate.driver.serviceAccountName',
  'spark.kubernetes.authenticate.executor.serviceAccountName',
  'spark.kubernetes.authenticate.oauthTokenFile',
  'spark.kubernetes.authenticate.oauthToken',
  'spark.kubernetes.authenticate.driver.oauthTokenFile',
  'spark.kubernetes.authenticate.driver.oauthToken',
  'spark.kubernetes.authenticate.executor.oauthTokenFile',
  'spark.kubernetes.authenticate.executor.oauthToken',
])
