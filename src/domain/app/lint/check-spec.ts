/** Traps of an application’s own fields, by the version of the operator. */
import { at, mapAt, mapsAt, scalarText, textAt } from '../../pods/json.ts'
import { isAtLeast } from '../../pods/versions.ts'
import { configMapVolume, effectsOf } from '../../pods/webhook/effects.ts'
import { convertApplication } from '../convert/convert.ts'
import { sparkOf, templateFileKey } from '../convert/decide.ts'
import { ROLES } from '../schema/check-application.ts'
import type { Asked, Found } from './finding.ts'

const BY_IMAGE = 'use spec.image, driver.image or executor.image'
const BY_ACCOUNT = 'use driver.serviceAccount or executor.serviceAccount'
const BY_OPERATOR = 'leave it out: the operator sees to it'
/** sparkconf_validator.go of v2.5.2. */
const DENIED: Readonly<Record<string, string>> = {
  'spark.kubernetes.container.image': BY_IMAGE,
  'spark.kubernetes.driver.container.image': BY_IMAGE,
  'spark.kubernetes.executor.container.image': BY_IMAGE,
  'spark.kubernetes.authenticate.driver.serviceAccountName': BY_ACCOUNT,
  'spark.kubernetes.authenticate.executor.serviceAccountName': BY_ACCOUNT,
  'spark.kubernetes.authenticate.oauthTokenFile': BY_OPERATOR,
  'spark.kubernetes.authenticate.oauthToken': BY_OPERATOR,
  'spark.kubernetes.authenticate.driver.oauthTokenFile': BY_OPERATOR,
  'spark.kubernetes.authenticate.driver.oauthToken': BY_OPERATOR,
  'spark.kubernetes.authenticate.executor.oauthTokenFile': BY_OPERATOR,
  'spark.kubernetes.authenticate.executor.oauthToken': BY_OPERATOR,
  'spark.master': BY_OPERATOR,
  'spark.kubernetes.driver.master': BY_OPERATOR,
}

/** All traps that do not lie in a template. */
export function checkSpec(asked: Asked): Found[] {
  return [
    ...checkConf(asked),
    ...checkObject(asked),
    ...checkVolumes(asked),
    ...checkVolumeNames(asked),
    ...checkWebhook(asked),
  ]
}

function checkConf(asked: Asked): Found[] {
  const { spec, prefix, operator, object, jobSpark } = asked
  const found: Found[] = []
  for (const [key, value] of Object.entries(mapAt(spec, 'sparkConf'))) {
    const path = [...prefix, 'sparkConf', key]
    const fix = DENIED[key]
    const namespace = textAt(object, 'metadata', 'namespace')
    const isElsewhere =
      key === 'spark.kubernetes.namespace' && namespace !== undefined && scalarText(value) !== namespace
    if (isAtLeast(operator.parts, [2, 5, 2]) && (fix !== undefined || isElsewhere))
      found.push({ rule: 'deniedKey', path, what: key, ...(fix !== undefined && { fix }) })
    for (const role of ROLES) {
      const hasTemplate = at(spec, role, 'template') !== undefined && isAtLeast(operator.parts, [2, 1, 0])
      if (key === templateFileKey(role) && (isAtLeast(operator.parts, [2, 4, 0]) || hasTemplate))
        found.push({ rule: 'templateFileIgnored', path, what: key })
      const spark =
        jobSpark === undefined
          ? undefined
          : sparkOf({ operator, jobSpark, object, isIdeal: false, templatesAt: undefined }, role)
      const isRoleKey =
        key.startsWith(`spark.kubernetes.${role}.node.selector.`) ||
        (role === 'driver' && key === 'spark.kubernetes.driver.scheduler.name')
      if (isRoleKey && spark !== undefined && !isAtLeast(spark, [3, 3, 0]))
        found.push({
          rule: 'keyTooNew',
          path,
          what: `Spark ${spark.join('.')} makes the ${role}; the key came with 3.3`,
        })
    }
  }
  return found
}

function checkObject({ object, spec, prefix, operator }: Asked): Found[] {
  const found: Found[] = []
  const name = textAt(object, 'metadata', 'name')
  const isSchedule = prefix.length > 1
  if (
    !isSchedule &&
    name !== undefined &&
    isAtLeast(operator.parts, [2, 4, 0]) &&
    !/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)
  )
    found.push({ rule: 'name', path: ['metadata', 'name'], what: JSON.stringify(name) })
  if (isSchedule && isAtLeast(operator.parts, [2, 0, 0]) && textAt(object, 'spec', 'concurrencyPolicy') === undefined)
    found.push({ rule: 'concurrency', path: ['spec', 'concurrencyPolicy'], what: 'it is not there' })
  for (const role of ROLES) {
    const isBoth = at(spec, 'nodeSelector') !== undefined && at(spec, role, 'nodeSelector') !== undefined
    if (isBoth)
      found.push({ rule: 'selectors', path: [...prefix, role, 'nodeSelector'], what: 'spec.nodeSelector is there too' })
    const scheduler = textAt(spec, role, 'schedulerName')
    if (scheduler !== undefined && textAt(spec, 'batchScheduler') !== undefined)
      found.push({ rule: 'schedulerIgnored', path: [...prefix, role, 'schedulerName'], what: scheduler })
  }
  const priority = textAt(spec, 'batchSchedulerOptions', 'priorityClassName')
  const isForPods = ROLES.some(
    (role) =>
      textAt(spec, role, 'priorityClassName') === undefined &&
      at(spec, role, 'template', 'spec', 'priorityClassName') === undefined,
  )
  // Volcano reads it for its PodGroup.
  if (
    priority !== undefined &&
    isAtLeast(operator.parts, [2, 0, 0]) &&
    isForPods &&
    textAt(spec, 'batchScheduler') !== 'volcano'
  )
    found.push({
      rule: 'priorityMoved',
      path: [...prefix, 'batchSchedulerOptions', 'priorityClassName'],
      what: priority,
    })
  return found
}

function checkVolumes({ spec, prefix }: Asked): Found[] {
  const found: Found[] = []
  const volumes = mapsAt(spec, 'volumes').map((volume) => textAt(volume, 'name') ?? '')
  const mounts = ROLES.flatMap((role) =>
    mapsAt(spec, role, 'volumeMounts').map((mount, index) => ({ role, index, name: textAt(mount, 'name') ?? '' })),
  )
  for (const { role, index, name } of mounts)
    if (!volumes.includes(name))
      found.push({ rule: 'mountWithoutVolume', path: [...prefix, role, 'volumeMounts', index], what: name })
  const bySidecars = ROLES.flatMap((role) =>
    ['sidecars', 'initContainers'].flatMap((list) =>
      mapsAt(spec, role, list).flatMap((one) =>
        mapsAt(one, 'volumeMounts').map((mount) => ({ role, name: textAt(mount, 'name') ?? '' })),
      ),
    ),
  )
  for (const [index, name] of volumes.entries()) {
    const others = bySidecars.filter(
      (one) => one.name === name && !mounts.some((mount) => mount.role === one.role && mount.name === name),
    )
    if (others.length > 0)
      found.push({ rule: 'sidecarVolume', path: [...prefix, 'volumes', index], what: `${name} (${others[0]!.role})` })
    else if (!mounts.some((mount) => mount.name === name))
      found.push({ rule: 'unusedVolume', path: [...prefix, 'volumes', index], what: name })
  }
  return found
}

/** Whoever makes the pods, the webhook or a template that has the same names, their volumes are named like this. */
function checkVolumeNames({ spec, prefix }: Asked): Found[] {
  const volumes = mapsAt(spec, 'volumes').map((volume, index) => ({
    path: [...prefix, 'volumes', index, 'name'],
    name: textAt(volume, 'name') ?? '',
  }))
  const configMaps = ROLES.flatMap((role) =>
    mapsAt(spec, role, 'configMaps').map((entry, index) => ({
      path: [...prefix, role, 'configMaps', index, 'name'],
      name: configMapVolume(textAt(entry, 'name') ?? 'unnamed'),
    })),
  )
  return [...volumes, ...configMaps]
    .filter(({ name }) => name !== '' && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    .map(({ path, name }) => ({ rule: 'volumeName', path, what: JSON.stringify(name) }))
}

/** Its defects while it is on; all that depends on it when it is off. */
function checkWebhook({ object, spec, operator, jobSpark, prefix, withoutWebhook }: Asked): Found[] {
  const spark = jobSpark ?? [3, 0, 0]
  if (withoutWebhook) {
    const question = { object, operator, jobSpark: spark, isIdeal: true, templatesAt: undefined }
    return convertApplication(question).rows.flatMap(({ field, role, outcome, rule, reason, to }): Found[] => {
      const path = pathOf(field)
      if (outcome === 'filled') return [{ rule: 'onlyDefaulter', path, what: field }]
      const isThere = to !== undefined && to === alreadyAt(object, to)
      if (outcome === 'operator' || outcome === 'stays' || rule === 'C11' || isThere) return []
      return [
        {
          rule: 'onlyWebhook',
          path,
          what: `${role ?? ''}: ${field}`,
          ...(outcome === 'impossible' && reason !== undefined && { fix: reason }),
        },
      ]
    })
  }
  return ROLES.flatMap((role): Found[] => {
    const asked = {
      application: { metadata: object['metadata'], spec },
      role,
      operator,
      isIdeal: false,
      isSpark2: spark[0]! < 3,
    }
    const { refused, defects } = effectsOf(asked)
    const path = [...prefix, role]
    if (refused !== undefined)
      return [
        {
          rule: 'refused',
          path: refused.includes('memory') ? [...path, 'memoryLimit'] : [...path, 'lifecycle'],
          what: refused,
        },
      ]
    return defects.map((what) => ({
      rule: 'defect',
      path: [
        ...path,
        what.includes('env ') ? 'env' : what.includes('securityContext') ? 'securityContext' : 'lifecycle',
      ],
      what,
    }))
  })
}

/** The place itself where the application has something there already. */
function alreadyAt(object: unknown, to: string): string | undefined {
  const found = pathOf(to).reduce<unknown>(
    (node, part) =>
      typeof part === 'number' ? (Array.isArray(node) ? (node as unknown[])[part] : undefined) : at(node, part),
    object,
  )
  return found === undefined ? undefined : to
}

/** `spec.a["b.c"][0]` as its parts. */
function pathOf(text: string): (string | number)[] {
  return [...text.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, name]) =>
    quoted !== undefined ? (JSON.parse(`"${quoted}"`) as string) : index !== undefined ? Number(index) : name!,
  )
}
