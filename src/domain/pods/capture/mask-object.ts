/**
 * An object as a capture keeps it: values that are called secret are masked wherever people put them, in variables,
 * Spark's configuration, arguments, and texts of ConfigMaps. What only refers to a Secret stays: it names what a pod
 * needs, and tells nothing.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { type JsonMap, isMap } from '../json.ts'
import { MASK, isSecretName, maskedInside } from '../rows.ts'

/** Maps whose keys people choose: Spark properties and variables. */
const FREE_MAPS = new Set(['sparkConf', 'hadoopConf', 'envVars', 'data'])
/** `spark.kubernetes.driver.secretKeyRef.PASSWORD=name:key` and `….secrets.name=/path`: names and paths. */
const REFERENCE = /^(?:spark\.kubernetes\.(?:driver|executor)\.(?:secretKeyRef|secrets)\.|secretName$)/
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const WORD =
  '(?:pass(?:word|wd|phrase)|secret|token|credential|api[._-]?key|access[._-]?key|private[._-]?key|authorization)'

const TEXT_FORMS: readonly (readonly [find: RegExp, by: string])[] = [
  // Hadoop's XML.
  [new RegExp(`(<name>[^<]*${WORD}[^<]*</name>\\s*<value>)[^<]+`, 'gi'), `$1${MASK}`],
  // A variable in the YAML of a pod template.
  [
    new RegExp(`(name:[ \\t]*["']?[\\w.-]*${WORD}[\\w.-]*["']?[ \\t]*\\n[ \\t]*value:[ \\t]*)[^\\n]+`, 'gi'),
    `$1${MASK}`,
  ],
  [new RegExp(`("[^"\\n]*${WORD}[^"\\n]*"\\s*:\\s*)"(?:[^"\\\\\\n]|\\\\.)*"`, 'gi'), `$1"${MASK}"`],
]
/** `name=value`, `name: value`, and `name value` as spark-defaults.conf may have it. */
const LINE = /^([ \t]*(?:export[ \t]+)?["']?([\w.-]+)["']?(?:[ \t]*[=:][ \t]*|[ \t]+))(?=[^ \t])(.+)$/gm
/** `--password hunter2`. */
const OPTION = /^--?([\w.-]+)$/

/** The object with its secrets masked; the given one is not changed. */
export function maskObject(object: KubeObject): KubeObject {
  const masked = maskMap(object) as KubeObject
  return object.kind === 'ConfigMap' && 'binaryData' in masked
    ? { ...masked, binaryData: maskAll(object['binaryData']) }
    : masked
}

function maskMap(map: JsonMap): JsonMap {
  const isEntry = typeof map['name'] === 'string' && typeof map['value'] === 'string'
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => {
      if (isEntry && name === 'value' && isSecretName(map['name'] as string)) return [name, MASK]
      if (name === LAST_APPLIED) return [name, MASK]
      return [name, FREE_MAPS.has(name) && isMap(value) ? maskFree(value) : mask(value)]
    }),
  )
}

function mask(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value)
  if (Array.isArray(value)) return value.map((item, index) => maskItem(item, (value as unknown[])[index - 1]))
  return isMap(value) ? maskMap(value) : value
}

function maskItem(item: unknown, before: unknown): unknown {
  const option = typeof before === 'string' ? OPTION.exec(before)?.[1] : undefined
  const isValue = typeof item === 'string' && !item.startsWith('-')
  return option !== undefined && isValue && isSecretName(option) ? MASK : mask(item)
}

function maskFree(map: JsonMap): JsonMap {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) =>
      typeof value === 'string' && isSecretName(name) && !REFERENCE.test(name) && !value.includes('\n')
        ? [name, MASK]
        : [name, mask(value)],
    ),
  )
}

function maskAll(value: unknown): unknown {
  return isMap(value) ? Object.fromEntries(Object.keys(value).map((name) => [name, MASK])) : value
}

function maskText(text: string): string {
  const inside = maskedInside(text)
  if (!text.includes('\n') && !text.includes('<')) return inside
  const byForm = TEXT_FORMS.reduce((masked, [find, by]) => masked.replace(find, by), inside)
  return byForm.replace(LINE, (line: string, head: string, name: string, value: string) =>
    isSecretName(name) && !REFERENCE.test(name) && !/^["']?[[{]?$/.test(value) ? `${head}${MASK}` : line,
  )
}
