/** What no manifest can bring back once the webhook is gone, and why; so that nobody searches for it. */
import { type JsonMap, scalarText } from '../json.ts'
import { isWithin } from '../path.ts'
import { isAtLeast, versionOf } from '../versions.ts'
import type { PodRule } from './rule.ts'

export interface ImpossibleRule extends PodRule {
  class: 'impossible'
  role?: 'driver' | 'executor'
  /** The Spark of the role's pods from which it is possible. */
  sparkFrom?: string
  /** The operator from which it is possible. */
  operatorFrom?: string
  /** Holds only with this in the application's sparkConf. */
  conf?: readonly [key: string, value: string]
}

const CONTAINER = 'spec.containers[*]'
const SOURCE = 'recorded pods of Spark 3.1.3 to 4.1.0; spark-kubernetes Basic*FeatureStep, *FeatureSteps'

function impossible(id: string, path: string, why: string, more: Partial<ImpossibleRule> = {}): ImpossibleRule {
  return { id, class: 'impossible', path, rule: 'not possible without the webhook', why, source: SOURCE, ...more }
}

/** Names that Spark itself sets, after the template’s: its value is the last, and the last counts. */
const SPARK_SETS = [
  'SPARK_CONF_DIR',
  'SPARK_USER',
  'SPARK_LOCAL_DIRS',
  'SPARK_APPLICATION_ID',
  'SPARK_DRIVER_*',
  'SPARK_EXECUTOR_*',
  'SPARK_RESOURCE_PROFILE_ID',
  'SPARK_JAVA_OPT_*',
]

export const IMPOSSIBLE_RULES: readonly ImpossibleRule[] = [
  impossible(
    'U01',
    `${CONTAINER}.resources.limits.memory`,
    'Spark writes the request as the limit over any template; only a feature step of one’s own, or a larger memoryOverhead, changes it',
  ),
  ...SPARK_SETS.map((name, index) =>
    impossible(
      `U1${index}`,
      `${CONTAINER}.env[name=${name}]`,
      'Spark sets this name itself, after those of the template, and the last counts; the webhook came after Spark',
    ),
  ),
  impossible(
    'U20',
    `${CONTAINER}.lifecycle`,
    'with decommissioning, Spark puts its own hook in place of the template’s',
    {
      role: 'executor',
      conf: ['spark.decommission.enabled', 'true'],
    },
  ),
  impossible(
    'U21',
    `${CONTAINER}.ports`,
    'before Spark 3.4 the ports of an executor’s template are dropped (SPARK-39546)',
    { role: 'executor', sparkFrom: '3.4' },
  ),
  impossible(
    'U22',
    'metadata.ownerReferences',
    'the uid is not known in a manifest; the operator writes the reference itself from v2.4.0 on',
    {
      role: 'driver',
      operatorFrom: '2.4.0',
    },
  ),
  impossible('U23', 'spec', 'Spark before 3.0 has no pod templates', { sparkFrom: '3.0' }),
]

/** What decides whether a place of a pod can be had without the webhook. */
export interface ImpossibleCircumstances {
  role: 'driver' | 'executor'
  /** The Spark that makes the role's pods; undefined where it is not known. */
  spark: readonly number[] | undefined
  operator: readonly number[]
  sparkConf: JsonMap
}

/** The rule by which a place cannot be had; undefined where it can. `spec` as a whole stands for pod templates. */
export function impossibleAt(path: string, circumstances: ImpossibleCircumstances): ImpossibleRule | undefined {
  return IMPOSSIBLE_RULES.find((rule) => isWithin(path, rule.path) && holds(rule, circumstances))
}

function holds(rule: ImpossibleRule, { role, spark, operator, sparkConf }: ImpossibleCircumstances): boolean {
  if (rule.role !== undefined && rule.role !== role) return false
  if (rule.conf !== undefined && scalarText(sparkConf[rule.conf[0]]) !== rule.conf[1]) return false
  if (rule.operatorFrom !== undefined && isAtLeast(operator, versionOf(rule.operatorFrom)!)) return false
  return rule.sparkFrom === undefined || (spark !== undefined && !isAtLeast(spark, versionOf(rule.sparkFrom)!))
}
