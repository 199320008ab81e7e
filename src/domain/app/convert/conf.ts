/** Keys of sparkConf that stand for what the webhook patched, where there is no place for a pod template. */
import { canonicalJson } from '../../canonical-json.ts'
import { type JsonMap, at, isMap, mapAt, scalarText, textAt } from '../../pods/json.ts'
import type { Role } from '../../pods/rows.ts'
import { isAtLeast } from '../../pods/versions.ts'
import type { Effect } from '../../pods/webhook/effects.ts'
import type { ConversionRuleName } from './rules.ts'

export interface ConfCarrier {
  keys: Readonly<Record<string, string>>
  rule: ConversionRuleName
}

export interface ConfQuestion {
  role: Role
  /** The Spark that makes the role's pods. */
  spark: readonly number[]
  jobSpark: readonly number[]
  /** The spec of the application. */
  spec: JsonMap
  /** All that the webhook does to the role's pods. */
  effects: readonly Effect[]
}

/** How the environment of a role is set by Spark's keys. */
export const ENVIRONMENT_KEYS: Readonly<Record<Role, string>> = {
  driver: 'spark.kubernetes.driverEnv.',
  executor: 'spark.executorEnv.',
}

/** The keys for an effect; undefined where Spark of that version has none that does the same. */
export function confFor(effect: Effect, question: ConfQuestion): ConfCarrier | undefined {
  const { field, change } = effect
  const value = change.do === 'set' ? change.value : change.item
  const name = /^(?:driver|executor)\.(\w+)/.exec(field)?.[1] ?? field
  if (name === 'env' && isMap(value)) return environment(value, question)
  if (name === 'nodeSelector') return nodeSelector(effect, question)
  if (name === 'schedulerName' || field === 'batchScheduler') return scheduler(scalarText(value), question)
  if (field === 'hadoopConfigMap') return hadoop(question)
  if (name === 'volumeMounts' || field.startsWith('volumes[')) return volume(textAt(value, 'name') ?? '', question)
  return undefined
}

function environment(entry: JsonMap, { role, spark }: ConfQuestion): ConfCarrier | undefined {
  const [name, value] = [textAt(entry, 'name') ?? '', textAt(entry, 'value')]
  // Spark substitutes ${…} in its configuration, drops what is empty, and orders names as it likes.
  if (value !== undefined)
    return /\$[{(]/.test(value) ? undefined : conf({ [`${ENVIRONMENT_KEYS[role]}${name}`]: value })
  const secret = at(entry, 'valueFrom', 'secretKeyRef')
  const [from, key] = [textAt(secret, 'name'), textAt(secret, 'key')]
  if (from === undefined || key === undefined || at(secret, 'optional') === true) return undefined
  return isAtLeast(spark, [2, 4, 0])
    ? conf({ [`spark.kubernetes.${role}.secretKeyRef.${name}`]: `${from}:${key}` })
    : undefined
}

function nodeSelector({ change }: Effect, { role, spark, spec }: ConfQuestion): ConfCarrier | undefined {
  if (change.do !== 'set') return undefined
  const key = change.to.at(-1)
  const selector = isMap(change.value) ? change.value : { [String(key)]: change.value }
  const [driver, executor] = [mapAt(spec, 'driver', 'nodeSelector'), mapAt(spec, 'executor', 'nodeSelector')]
  // Keys for one role came with 3.3; the common one also reaches the other role.
  const prefix = isAtLeast(spark, [3, 3, 0])
    ? `spark.kubernetes.${role}.node.selector.`
    : canonicalJson(driver) === canonicalJson(executor)
      ? 'spark.kubernetes.node.selector.'
      : undefined
  if (prefix === undefined) return undefined
  return conf(
    Object.fromEntries(Object.entries(selector).map(([label, value]) => [`${prefix}${label}`, scalarText(value)])),
  )
}

function scheduler(name: string, { role, spark }: ConfQuestion): ConfCarrier | undefined {
  const since = role === 'driver' ? [3, 3, 0] : [3, 0, 0]
  return isAtLeast(spark, since) ? conf({ [`spark.kubernetes.${role}.scheduler.name`]: name }) : undefined
}

/** Executors only get it from 3.4 on, and it is one key for both. */
function hadoop({ spec, jobSpark }: ConfQuestion): ConfCarrier | undefined {
  if (!isAtLeast(jobSpark, [3, 4, 0])) return undefined
  return {
    keys: { 'spark.kubernetes.hadoop.configMapName': textAt(spec, 'hadoopConfigMap') ?? '' },
    rule: 'hadoopConf',
  }
}

const VOLUME_TYPES: Readonly<Record<string, { since: readonly number[]; options: readonly string[] }>> = {
  hostPath: { since: [2, 4, 0], options: ['path', 'type'] },
  persistentVolumeClaim: { since: [2, 4, 0], options: ['claimName'] },
  emptyDir: { since: [2, 4, 0], options: ['medium', 'sizeLimit'] },
  nfs: { since: [3, 1, 0], options: ['server', 'path'] },
}
const MOUNT_FIELDS: Readonly<Record<string, string>> = { mountPath: 'path', subPath: 'subPath', readOnly: 'readOnly' }

/** Spark knows one mount of a volume, and four kinds of volumes. */
function volume(name: string, { role, spark, effects }: ConfQuestion): ConfCarrier | undefined {
  const items = effects.flatMap(({ field, change }) =>
    change.do === 'append' && isMap(change.item) && change.item['name'] === name
      ? [
          {
            isMount: field.startsWith(`${role}.volumeMounts[`),
            isVolume: field.startsWith('volumes['),
            item: change.item,
          },
        ]
      : [],
  )
  const [mount, ...moreMounts] = items.filter(({ isMount }) => isMount)
  const source = items.find(({ isVolume }) => isVolume)?.item
  if (mount === undefined || source === undefined || moreMounts.length > 0) return undefined
  const type = Object.keys(source).find((key) => key !== 'name') ?? ''
  const known = VOLUME_TYPES[type]
  if (known === undefined || !isAtLeast(spark, known.since)) return undefined
  const mountFields = Object.keys(mount.item).filter((key) => key !== 'name')
  if (mountFields.some((key) => MOUNT_FIELDS[key] === undefined)) return undefined
  if (mount.item['subPath'] !== undefined && !isAtLeast(spark, [3, 0, 0])) return undefined
  const prefix = `spark.kubernetes.${role}.volumes.${type}.${name}`
  const options = mapAt(source, type)
  const kept = known.options.filter((option) => options[option] !== undefined)
  const keys = Object.fromEntries([
    ...mountFields.map((key) => [`${prefix}.mount.${MOUNT_FIELDS[key]!}`, scalarText(mount.item[key])]),
    ...kept.map((option) => [`${prefix}.options.${option}`, scalarText(options[option])]),
  ]) as Record<string, string>
  const isTypeIgnored = textAt(options, 'type') !== undefined && !isAtLeast(spark, [4, 0, 0])
  const isChanged = isTypeIgnored || Object.keys(options).some((option) => !known.options.includes(option))
  return { keys, rule: isChanged ? 'volumeConf' : 'conf' }
}

function conf(keys: Record<string, string>): ConfCarrier {
  return { keys, rule: 'conf' }
}
