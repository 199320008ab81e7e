/** Traps of pod templates: what Spark overwrites, sets again or reads in another way than people expect. */
import { type JsonMap, at, isMap, mapAt, mapsAt, scalarText, textAt } from '../../pods/json.ts'
import type { Role } from '../../pods/rows.ts'
import { impossibleAt } from '../../pods/rules/impossible-rules.ts'
import { type FieldType, fieldType } from '../../pods/schema.ts'
import { standardContainer } from '../../pods/spark-pod.ts'
import { isAtLeast } from '../../pods/versions.ts'
import type { FieldPath } from '../convert/conversion.ts'
import { valueAt } from '../convert/paths.ts'
import { ROLES } from '../schema/check-application.ts'
import type { Asked, Found } from './finding.ts'

/** Below the template; `main`: the container that Spark takes. */
const OVERWRITTEN = ['metadata.name', 'spec.restartPolicy', 'spec.hostname']
const OVERWRITTEN_IN_MAIN = ['image', 'resources.requests.cpu', 'resources.requests.memory', 'resources.limits.memory']

/** All traps of the templates of both roles. */
export function checkTemplates(asked: Asked): Found[] {
  return ROLES.flatMap((role) => {
    const template = at(asked.spec, role, 'template')
    return isMap(template) ? checkTemplate(asked, role, template, [...asked.prefix, role, 'template']) : []
  })
}

function checkTemplate(asked: Asked, role: Role, template: JsonMap, path: FieldPath): Found[] {
  const { spec, jobSpark, object } = asked
  const found: Found[] = []
  const put = (rule: Found['rule'], below: FieldPath, what: string): void =>
    void found.push({ rule, path: [...path, ...below], what })
  const containers = mapsAt(template, 'spec', 'containers')
  const named = containers.findIndex(({ name }) => name === standardContainer(role))
  const main = containers[Math.max(named, 0)]
  const mainPath: FieldPath = ['spec', 'containers', Math.max(named, 0)]
  if (jobSpark !== undefined && !isAtLeast(jobSpark, [3, 0, 0]))
    put('templateSpark2', [], `sparkVersion is ${jobSpark.join('.')}`)
  if (containers.length > 0 && named === -1)
    put(
      'templateContainer',
      ['spec', 'containers', 0, 'name'],
      `it is ${JSON.stringify(textAt(main, 'name') ?? '')}, not ${standardContainer(role)}`,
    )
  for (const field of OVERWRITTEN)
    if (valueAt(template, field.split('.')) !== undefined) put('templateOverwritten', field.split('.'), field)
  for (const field of OVERWRITTEN_IN_MAIN)
    if (valueAt(main, field.split('.')) !== undefined)
      put('templateOverwritten', [...mainPath, ...field.split('.')], field)
  if (mapsList(main, 'args')) put('templateArguments', [...mainPath, 'args'], 'the command line would begin with them')
  if (at(template, 'spec', 'priority') !== undefined)
    put('templatePriority', ['spec', 'priority'], 'it stands in the template')
  const namespace = textAt(template, 'metadata', 'namespace')
  if (namespace !== undefined && namespace !== textAt(object, 'metadata', 'namespace'))
    put('templateNamespace', ['metadata', 'namespace'], `it is ${namespace}`)
  for (const [index, entry] of mapsAt(main, 'env').entries()) {
    const name = textAt(entry, 'name') ?? ''
    const where = `spec.containers[name=${standardContainer(role)}].env[name=${name}]`
    const circumstances = { role, spark: jobSpark, operator: asked.operator.parts, sparkConf: mapAt(spec, 'sparkConf') }
    if (impossibleAt(where, circumstances)?.id.startsWith('U1') === true)
      put('templateEnvironment', [...mainPath, 'env', index], name)
  }
  if (role === 'executor') found.push(...checkExecutor(asked, template, main, path, mainPath))
  found.push(
    ...duplicates(mapAt(template, 'spec'), { kind: 'struct', name: 'PodSpec', atomic: false }, [...path, 'spec']),
  )
  found.push(...againstSpec(asked, role, template, main, path, mainPath))
  return found
}

function checkExecutor(
  { jobSpark, spec }: Asked,
  template: JsonMap,
  main: JsonMap | undefined,
  path: FieldPath,
  mainPath: FieldPath,
): Found[] {
  const found: Found[] = []
  const isBefore = (version: readonly number[]): boolean => jobSpark !== undefined && !isAtLeast(jobSpark, version)
  if (mapsAt(main, 'ports').length > 0 && isBefore([3, 4, 0]))
    found.push({
      rule: 'executorPorts',
      path: [...path, ...mainPath, 'ports'],
      what: `Spark ${jobSpark!.join('.')} makes the executors`,
    })
  const grace = at(template, 'spec', 'terminationGracePeriodSeconds')
  const key = 'spark.kubernetes.executor.terminationGracePeriodSeconds'
  if (
    grace !== undefined &&
    jobSpark !== undefined &&
    isAtLeast(jobSpark, [4, 1, 0]) &&
    textAt(spec, 'sparkConf', key) === undefined
  )
    found.push({
      rule: 'executorGrace',
      path: [...path, 'spec', 'terminationGracePeriodSeconds'],
      what: `${scalarText(grace)} becomes 30`,
    })
  if (isMap(at(main, 'lifecycle')) && scalarText(at(spec, 'sparkConf', 'spark.decommission.enabled')) === 'true')
    found.push({
      rule: 'executorHook',
      path: [...path, ...mainPath, 'lifecycle'],
      what: 'spark.decommission.enabled is true',
    })
  return found
}

/** Items of the API’s keyed lists that are there twice; of variables the last counts, and two are allowed. */
function duplicates(value: unknown, type: FieldType, path: FieldPath): Found[] {
  if (type.kind === 'struct' && isMap(value))
    return Object.entries(value).flatMap(([name, child]) =>
      duplicates(child, fieldType(type.name, name), [...path, name]),
    )
  if (type.kind !== 'list' || !Array.isArray(value)) return []
  const seen = new Set<string>()
  const isKeyed = type.list === 'map' && path.at(-1) !== 'env'
  return value.flatMap((item: unknown, index): Found[] => {
    const key = type.keys.map((name) => scalarText(at(item, name) ?? (name === 'protocol' ? 'TCP' : ''))).join(' ')
    const isTwice = isKeyed && seen.has(key)
    seen.add(key)
    const below = duplicates(item, type.of, [...path, index])
    return isTwice
      ? [{ rule: 'templateDuplicate', path: [...path, index], what: `${String(path.at(-1))}: ${key}` }, ...below]
      : below
  })
}

/** What the template and the application’s own fields say of the same thing. */
function againstSpec(
  { spec, prefix }: Asked,
  role: Role,
  template: JsonMap,
  main: JsonMap | undefined,
  path: FieldPath,
  mainPath: FieldPath,
): Found[] {
  const found: Found[] = []
  const own = mapAt(spec, role)
  const mounted = new Map(mapsAt(own, 'volumeMounts').map((mount, index) => [textAt(mount, 'name') ?? '', index]))
  for (const volume of mapsAt(template, 'spec', 'volumes')) {
    const name = textAt(volume, 'name') ?? ''
    const index = mounted.get(name)
    if (index !== undefined && mapsAt(spec, 'volumes').some((one) => one['name'] === name))
      found.push({ rule: 'webhookTwice', path: [...prefix, role, 'volumeMounts', index], what: `volume ${name}` })
  }
  const paths = new Map(mapsAt(main, 'volumeMounts').map((mount, index) => [textAt(mount, 'mountPath') ?? '', index]))
  for (const [key, value] of Object.entries(mapAt(spec, 'sparkConf'))) {
    const index = paths.get(scalarText(value))
    if (index !== undefined && key.startsWith(`spark.kubernetes.${role}.volumes.`) && key.endsWith('.mount.path'))
      found.push({
        rule: 'templateDuplicate',
        path: [...path, ...mainPath, 'volumeMounts', index],
        what: `${key} mounts at ${scalarText(value)} too`,
      })
  }
  if (textAt(spec, 'batchScheduler') === 'yunikorn')
    for (const field of ['nodeSelector', 'tolerations', 'affinity'])
      if (at(template, 'spec', field) !== undefined && own[field] === undefined)
        found.push({ rule: 'yunikornTemplate', path: [...path, 'spec', field], what: field })
  return found
}

function mapsList(value: unknown, name: string): boolean {
  const list = at(value, name)
  return Array.isArray(list) && list.length > 0
}
