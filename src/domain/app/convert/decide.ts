/** Decides, for each thing that the webhook did to a pod, what carries it once the webhook is gone. */
import { type JsonMap, at, isMap, mapAt, mapsAt, scalarText, textAt } from '../../pods/json.ts'
import type { Role } from '../../pods/rows.ts'
import { impossibleAt } from '../../pods/rules/impossible-rules.ts'
import { standardContainer } from '../../pods/spark-pod.ts'
import { isAtLeast } from '../../pods/versions.ts'
import { type Effect, MAIN } from '../../pods/webhook/effects.ts'
import { ENVIRONMENT_KEYS, confFor } from './conf.ts'
import type { ConversionQuestion, ConversionRow } from './conversion.ts'
import { type ConversionRule, type ConversionRuleName, WORKAROUNDS, conversionRule } from './rules.ts'

export interface Decision {
  effect: Effect
  by: 'template' | 'file' | 'conf' | 'operator' | 'none'
  /** Keys of sparkConf, for `conf`. */
  keys?: Readonly<Record<string, string>>
  row: Omit<ConversionRow, 'field' | 'outcome' | 'role'>
}

/** Where a role's pod template can stand; `why` names the rule that forbids one. */
export type TemplatePlace =
  | { by: 'template' }
  /** `isThere`: sparkConf names it already, so that what it says is not known here. */
  | { by: 'file'; uri: string; name: string; isThere: boolean }
  | { by: 'none'; why: ConversionRuleName }

/** What the controller or a scheduler's plugin reads too: it stays in the application wherever else it goes. */
const READ_BY_CONTROLLER = /^(batchScheduler$|batchSchedulerOptions\.|monitoring\.)/
const READ_BY_YUNIKORN = /^(driver|executor)\.(nodeSelector|tolerations|affinity)\b/

/** The rule by which a field stays in the application; undefined for what only the webhook read. */
export function keptBy(field: string, spec: JsonMap): 'controller' | 'scheduler' | undefined {
  if (READ_BY_CONTROLLER.test(field)) return 'controller'
  return READ_BY_YUNIKORN.test(field) && textAt(spec, 'batchScheduler') === 'yunikorn' ? 'scheduler' : undefined
}

export interface RoleQuestion {
  question: ConversionQuestion
  role: Role
  /** The application as it was. */
  spec: JsonMap
  place: TemplatePlace
  effects: readonly Effect[]
  /** Whether pods are named after a run whose name nobody knows yet. */
  isNameUnknown: boolean
}

/** The key of sparkConf that names a role's pod template file. */
export function templateFileKey(role: Role): string {
  return `spark.kubernetes.${role}.podTemplateFile`
}

/** The Spark that makes the pods of a role. */
export function sparkOf({ operator, jobSpark }: ConversionQuestion, role: Role): readonly number[] {
  if (role === 'executor') return jobSpark
  return operator.spark.split('.').map(Number)
}

/** Decides all effects of a role, in their order. */
export function decideRole(asked: RoleQuestion): Decision[] {
  const left = new Set<string>()
  return asked.effects.map((effect) => {
    const decision = decide(effect, asked, left)
    const name = environmentName(effect)
    if (name !== undefined && decision.by === 'none') left.add(name)
    return decision
  })
}

function decide(effect: Effect, asked: RoleQuestion, left: ReadonlySet<string>): Decision {
  const { question, role, spec, place, isNameUnknown } = asked
  const { operator } = question
  if (effect.field === 'metadata.name') {
    return isAtLeast(operator.parts, [2, 4, 0])
      ? { effect, by: 'operator', row: told('owner') }
      : none(effect, conversionRule('ownerLost'))
  }
  const spark = sparkOf(question, role)
  const isGracePeriod =
    role === 'executor' && effect.field === 'executor.terminationGracePeriodSeconds' && isAtLeast(spark, [4, 1, 0])
  if (isGracePeriod && effect.change.do === 'set') {
    const keys = { 'spark.kubernetes.executor.terminationGracePeriodSeconds': `${scalarText(effect.change.value)}s` }
    return { effect, by: 'conf', keys, row: told('gracePeriod') }
  }
  if (isNameUnknown && effect.field.startsWith('monitoring.') && !effect.field.endsWith('.port'))
    return none(effect, conversionRule('runName'))
  const impossible = impossibleAt(placeOf(effect, role), {
    role,
    spark,
    operator: operator.parts,
    sparkConf: mapAt(spec, 'sparkConf'),
  })
  if (impossible !== undefined && impossible.path !== 'spec') {
    const isOther = impossible.id.startsWith('U1') && impossible.id !== 'U10'
    const workaround = WORKAROUNDS[isOther ? 'env' : impossible.id]
    return none(effect, { ...impossible, severity: 'lost', ...(workaround !== undefined && { workaround }) })
  }
  if (place.by === 'file' && place.isThere && keptBy(effect.field, spec) === undefined)
    return none(effect, conversionRule('ownTemplate'))
  if (place.by !== 'none') {
    const obstacle = environmentObstacle(effect, asked, left) ?? (isSetByConf(effect, asked) ? 'confWins' : undefined)
    if (obstacle !== undefined) return none(effect, conversionRule(obstacle))
    return { effect, by: place.by, row: told(isMerged(effect, asked) ? 'lostDefault' : place.by) }
  }
  const carrier = confFor(effect, { role, spark, jobSpark: question.jobSpark, spec, effects: asked.effects })
  if (carrier === undefined || refersToSpark(effect, asked, left)) return none(effect, conversionRule(place.why))
  return { effect, by: 'conf', keys: carrier.keys, row: told(isMerged(effect, asked) ? 'lostDefault' : carrier.rule) }
}

/** A variable that Spark sets again after the template's, or that refers to one which comes after it. */
function environmentObstacle(
  effect: Effect,
  asked: RoleQuestion,
  left: ReadonlySet<string>,
): ConversionRuleName | undefined {
  const name = environmentName(effect)
  if (name === undefined || effect.change.do !== 'append') return undefined
  const own = confEnvironment(asked).get(name)
  const isSame = own !== undefined && own === textAt(effect.change.item, 'value')
  if (confEnvironment(asked).has(name) && !isSame) return 'confWins'
  return refersToSpark(effect, asked, left) ? 'reference' : undefined
}

/** Whether a variable's value refers to one that Spark sets, or to one that could not be carried. */
function refersToSpark(effect: Effect, asked: RoleQuestion, left: ReadonlySet<string>): boolean {
  if (environmentName(effect) === undefined || effect.change.do !== 'append') return false
  const value = textAt(effect.change.item, 'value') ?? ''
  const later = confEnvironment(asked)
  return [...value.matchAll(/(\$*)\$\(([A-Za-z_][\w.-]*)\)/g)].some(
    ([, escapes = '', name = '']) =>
      escapes.length % 2 === 0 && (left.has(name) || later.has(name) || isSparks(name, asked)),
  )
}

function isSparks(name: string, { question, role, spec }: RoleQuestion): boolean {
  const path = `spec.containers[name=${standardContainer(role)}].env[name=${name}]`
  const spark = sparkOf(question, role)
  const sparkConf = mapAt(spec, 'sparkConf')
  return impossibleAt(path, { role, spark, operator: question.operator.parts, sparkConf })?.id.startsWith('U1') === true
}

/** The variables that Spark sets from the application's other fields and keys: names, and values where they are plain. */
function confEnvironment({ spec, role }: RoleQuestion): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>()
  for (const [key, value] of Object.entries(mapAt(spec, 'sparkConf')))
    if (key.startsWith(ENVIRONMENT_KEYS[role])) found.set(key.slice(ENVIRONMENT_KEYS[role].length), scalarText(value))
    else if (key.startsWith(`spark.kubernetes.${role}.secretKeyRef.`))
      found.set(key.split('.').slice(4).join('.'), undefined)
  for (const [name, value] of Object.entries(mapAt(spec, role, 'envVars'))) found.set(name, scalarText(value))
  for (const name of Object.keys(mapAt(spec, role, 'envSecretKeyRefs'))) found.set(name, undefined)
  return found
}

/** Whether a key of Spark overrides what a template would say, with another value. */
function isSetByConf({ field, change }: Effect, { spec, role }: RoleQuestion): boolean {
  if (change.do !== 'set') return false
  const conf = (key: string): string | undefined => textAt(spec, 'sparkConf', key)
  if (field === 'batchScheduler' || field.endsWith('.schedulerName')) {
    const names = [conf('spark.kubernetes.scheduler.name'), conf(`spark.kubernetes.${role}.scheduler.name`)]
    return names.some((name) => name !== undefined && name !== scalarText(change.value))
  }
  if (!field.endsWith('.nodeSelector')) return false
  const selector = isMap(change.value) ? change.value : { [String(change.to.at(-1))]: change.value }
  return Object.entries(selector).some(([label, value]) =>
    [
      textAt(spec, 'nodeSelector', label),
      conf(`spark.kubernetes.node.selector.${label}`),
      conf(`spark.kubernetes.${role}.node.selector.${label}`),
    ].some((other) => other !== undefined && other !== scalarText(value)),
  )
}

/** Whether Spark would add selectors to a map that the webhook of 1.x put in place of all others. */
function isMerged({ field, change }: Effect, { spec, role }: RoleQuestion): boolean {
  if (change.do !== 'set' || !field.endsWith('.nodeSelector') || !isMap(change.value)) return false
  const wanted = change.value
  const prefixes = ['spark.kubernetes.node.selector.', `spark.kubernetes.${role}.node.selector.`]
  const others = [
    ...Object.keys(mapAt(spec, 'nodeSelector')),
    ...Object.keys(mapAt(spec, 'sparkConf')).flatMap((key) =>
      prefixes.filter((prefix) => key.startsWith(prefix)).map((prefix) => key.slice(prefix.length)),
    ),
  ]
  return others.some((label) => !Object.hasOwn(wanted, label))
}

/** The name of a variable, for effects on the environment. */
export function environmentName({ change }: Effect): string | undefined {
  return change.do === 'append' && change.to.at(-1) === 'env' ? textAt(change.item, 'name') : undefined
}

/** The place of an effect in a pod, as rules name places. */
function placeOf({ change }: Effect, role: Role): string {
  const path = change.to
    .map((step) => (step === MAIN ? `[name=${standardContainer(role)}]` : `.${step}`))
    .join('')
    .slice(1)
  if (change.do === 'set') return path
  return `${path}[name=${textAt(change.item, 'name') ?? ''}]`
}

function none(effect: Effect, rule: ConversionRule): Decision {
  const { id, why, severity, workaround } = rule
  const row = { rule: id, reason: why, ...(severity && { severity }), ...(workaround && { workaround }) }
  return { effect, by: 'none', row }
}

function told(name: ConversionRuleName): Decision['row'] {
  const { id, why, severity, workaround } = conversionRule(name)
  return { rule: id, ...(severity && { severity, reason: why }), ...(workaround && { workaround }) }
}

/** Where the template of a role can stand. */
export function templatePlace(question: ConversionQuestion, role: Role, spec: JsonMap): TemplatePlace {
  const { operator, jobSpark, templatesAt, object } = question
  const own = textAt(spec, 'sparkConf', templateFileKey(role))
  const isSpark2 = !isAtLeast(jobSpark, [3, 0, 0])
  if (isAtLeast(operator.parts, [2, 1, 0])) {
    // The operator refuses any template then, the driver's too, though its own Spark makes the driver.
    if (isSpark2) return { by: 'none', why: 'oldSpark' }
    const isOverridden = !isAtLeast(operator.parts, [2, 4, 0]) && own !== undefined
    return isOverridden && !isMap(at(spec, role, 'template')) ? { by: 'none', why: 'ownTemplate' } : { by: 'template' }
  }
  if (isSpark2 && role === 'executor') return { by: 'none', why: 'oldSpark' }
  if (templatesAt === undefined) return { by: 'none', why: own === undefined ? 'noTemplate' : 'ownTemplate' }
  const name = `${textAt(object, 'metadata', 'name') ?? 'application'}-${role}.yaml`
  const uri = `${templatesAt.replace(/\/+$/, '')}/${name}`
  if (own !== undefined && own !== uri) return { by: 'none', why: 'ownTemplate' }
  return { by: 'file', uri, name, isThere: own === uri }
}

/** The volumes that the other containers of a role mount and that nothing puts into the pod. */
export function sidecarVolumes(spec: JsonMap, role: Role, podSpec: JsonMap): JsonMap[] {
  const there = new Set(mapsAt(podSpec, 'volumes').map(({ name }) => name))
  const wanted = new Set(
    ['containers', 'initContainers']
      .flatMap((list) => mapsAt(podSpec, list))
      .flatMap((container) => mapsAt(container, 'volumeMounts').map((mount) => textAt(mount, 'name') ?? '')),
  )
  return mapsAt(spec, 'volumes').filter((volume) => {
    const name = textAt(volume, 'name') ?? ''
    return wanted.has(name) && !there.has(name) && !name.startsWith('spark-local-dir-')
  })
}
