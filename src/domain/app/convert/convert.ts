/**
 * Turns an application that relies on the operator's mutating webhook into one that does not, for one version of the
 * operator. What the webhook would have done comes from `effectsOf`; each of it is decided by the rules, put into the
 * pod template, sparkConf or nowhere, and taken out of where it stood. What cannot be carried stays, and is told.
 */
import { canonicalJson } from '../../canonical-json.ts'
import { type JsonMap, at, cloneJson, isMap, mapAt, mapsAt, textAt } from '../../pods/json.ts'
import type { Role } from '../../pods/rows.ts'
import { standardContainer } from '../../pods/spark-pod.ts'
import { isAtLeast } from '../../pods/versions.ts'
import { type Effect, effectsOf } from '../../pods/webhook/effects.ts'
import { enforce } from '../../pods/webhook/enforce.ts'
import { ROLES, specPath } from '../schema/check-application.ts'
import type { Conversion, ConversionQuestion, ConversionRow, FieldPath, Move, TemplateFile } from './conversion.ts'
import {
  type Decision,
  type TemplatePlace,
  decideRole,
  environmentName,
  keptBy,
  sidecarVolumes,
  sparkOf,
  templateFileKey,
  templatePlace,
} from './decide.ts'
import { executorsWithoutConf, fillDefaults } from './defaults.ts'
import { formatPath, pathOfField, pathOfPointer, removePaths } from './paths.ts'
import { conversionRule } from './rules.ts'

interface Work {
  question: ConversionQuestion
  /** Where the spec of the application is in the object. */
  prefix: FieldPath
  before: JsonMap
  after: JsonMap
  rows: ConversionRow[]
  moves: Move[]
  gone: FieldPath[]
  templates: TemplateFile[]
  notes: string[]
}

interface RolePlan {
  role: Role
  place: TemplatePlace
  decisions: Decision[]
}

/** The converted application, and what became of each field. The object of the question is not changed. */
export function convertApplication(question: ConversionQuestion): Conversion {
  const object = cloneJson(question.object)
  const prefix = specPath(object)
  const before = cloneJson(mapAt(object, ...prefix))
  const after = mapAt(object, ...prefix)
  const work: Work = { question, prefix, before, after, rows: [], moves: [], gone: [], templates: [], notes: [] }
  for (const { path } of fillDefaults(after, question.operator.parts)) tellFilled(work, path)
  const plans = ROLES.map((role) => planRole(work, role))
  keepWhole(plans)
  for (const plan of plans) applyRole(work, plan)
  keepNumberOfExecutors(work)
  removeMoved(work)
  warnOfBoth(work, plans)
  const { rows, moves, templates, notes } = work
  return { object, rows: unique(rows), moves, templates, notes: [...new Set(notes)] }
}

function tellFilled({ rows, prefix }: Work, path: readonly string[]): void {
  const { id, why } = conversionRule('filled')
  rows.push({ field: formatPath([...prefix, ...path]), outcome: 'filled', rule: id, reason: why })
}

function planRole(work: Work, role: Role): RolePlan {
  const { question, before } = work
  const place = templatePlace(question, role, before)
  const effects = effectsOfRole(work, role)
  const isNameUnknown = work.prefix.length > 1 || textAt(question.object, 'metadata', 'name') === undefined
  return { role, place, decisions: decideRole({ question, role, spec: before, place, effects, isNameUnknown }) }
}

/** What the webhook would do; what only an ideal one would do is told, and stays. */
function effectsOfRole({ question, before, prefix, rows, notes }: Work, role: Role): Effect[] {
  const { operator, isIdeal, jobSpark, object } = question
  const application = { metadata: object['metadata'], spec: before }
  const asked = { application, role, operator, isSpark2: !isAtLeast(jobSpark, [3, 0, 0]) }
  const real = effectsOf({ ...asked, isIdeal })
  const ideal = effectsOf({ ...asked, isIdeal: true })
  if (real.refused !== undefined) {
    const also = ideal.refused === undefined ? '; it is carried as it was meant' : ''
    notes.push(`${role}: the webhook of ${operator.name} refuses these pods (${real.refused})${also}`)
    return ideal.effects
  }
  const carried = new Set(real.effects.map(({ field }) => field))
  const { id, why } = conversionRule('ignored')
  for (const { field } of ideal.effects)
    if (!carried.has(field))
      rows.push({
        field: formatPath(pathOfField(prefix, before, field)),
        role,
        outcome: 'stays',
        rule: id,
        reason: why,
      })
  return real.effects
}

/** A field that both roles have in common, or that is several keys, goes as a whole or stays as a whole. */
function keepWhole(plans: readonly RolePlan[]): void {
  const all = plans.flatMap(({ decisions }) => decisions)
  const groups = [
    ...['sparkConfigMap', 'hadoopConfigMap'].map((field) => all.filter(({ effect }) => effect.field === field)),
    ...ROLES.map((role) => all.filter(({ effect }) => effect.field === `${role}.nodeSelector`)),
  ]
  for (const group of groups) {
    const obstacle = group.find(({ by, effect }) => by === 'none' && environmentName(effect) === undefined)
    for (const decision of group) if (obstacle !== undefined) Object.assign(decision, { by: 'none', row: obstacle.row })
  }
}

function applyRole(work: Work, { role, place, decisions }: RolePlan): void {
  for (const decision of decisions) {
    if (decision.by === 'none' || decision.by === 'operator') tell(work, role, decision)
    if (decision.by === 'conf') applyConf(work, role, decision)
  }
  const carried = decisions.filter(({ by }) => by === 'template' || by === 'file')
  if (carried.length === 0 || place.by === 'none') return
  if (place.by === 'file' && place.isThere)
    for (const decision of carried) tell(work, role, decision, `${place.uri}, which was not looked into`)
  else applyTemplate(work, role, place, carried)
}

function applyConf(work: Work, role: Role, decision: Decision): void {
  const conf = mapAt(work.after, 'sparkConf')
  for (const [key, value] of Object.entries(decision.keys ?? {})) conf[key] = value
  work.after['sparkConf'] = conf
  tell(
    work,
    role,
    decision,
    `${formatPath([...work.prefix, 'sparkConf'])}: ${Object.keys(decision.keys ?? {}).join(', ')}`,
  )
  take(work, decision)
  const [key] = Object.keys(decision.keys ?? {})
  if (key !== undefined) work.moves.push({ from: fromOf(work, decision), to: [...work.prefix, 'sparkConf', key] })
}

function applyTemplate(work: Work, role: Role, place: TemplatePlace, carried: readonly Decision[]): void {
  const template = cloneJson(mapAt(work.before, role, 'template'))
  const containers = mapsAt(template, 'spec', 'containers')
  const named = containers.findIndex(({ name }) => name === standardContainer(role))
  if (containers.length === 0)
    template['spec'] = { ...mapAt(template, 'spec'), containers: [{ name: standardContainer(role) }] }
  // Spark takes the first one where none has the name that the operator gives.
  const main = Math.max(named, 0)
  const sidecars = sidecarEffects(work, role, enforceAll(template, carried, main))
  const all = [
    ...carried,
    ...sidecars.map((effect): Decision => ({ effect, by: carried[0]!.by, row: { rule: 'C10' } })),
  ]
  const { pod, pointers } = enforce(
    template,
    all.map(({ effect }) => effect),
    main,
  )
  const isMoved = mapsAt(pod, 'spec', 'containers').length > 1 && mapsAt(work.before, role, 'sidecars').length > 0
  if (place.by === 'file') {
    const conf = mapAt(work.after, 'sparkConf')
    conf[templateFileKey(role)] = place.uri
    conf[`spark.kubernetes.${role}.podTemplateContainerName`] = standardContainer(role)
    work.after['sparkConf'] = conf
    work.templates.push({ role, uri: place.uri, name: place.name, pod: { apiVersion: 'v1', kind: 'Pod', ...pod } })
  } else if (
    canonicalJson(pod) !== canonicalJson(mapAt(work.before, role, 'template')) ||
    !isMap(at(work.before, role, 'template'))
  )
    work.after[role] = { ...mapAt(work.after, role), template: pod }
  for (const [index, decision] of all.entries()) {
    const within = pathOfPointer(pod, pointers[index]!)
    const to = [...work.prefix, role, 'template', ...within]
    tell(work, role, decision, place.by === 'file' ? `${place.uri}: ${formatPath(within)}` : formatPath(to))
    if (place.by !== 'file') work.moves.push({ from: fromOf(work, decision), to })
    take(work, decision)
  }
  if (isMoved) {
    const { id, why, severity, workaround } = conversionRule('containerOrder')
    const field = formatPath([...work.prefix, role, 'sidecars'])
    work.rows.push({
      field,
      role,
      outcome: place.by as 'template',
      rule: id,
      reason: why,
      severity: severity!,
      workaround: workaround!,
    })
  }
}

function enforceAll(template: JsonMap, carried: readonly Decision[], main: number): JsonMap {
  return enforce(
    template,
    carried.map(({ effect }) => effect),
    main,
  ).pod
}

function sidecarEffects({ before }: Work, role: Role, pod: JsonMap): Effect[] {
  return sidecarVolumes(before, role, mapAt(pod, 'spec')).map((item) => ({
    field: `volumes[name=${textAt(item, 'name') ?? ''}]`,
    change: { do: 'append', to: ['spec', 'volumes'], item, keys: ['name'] },
  }))
}

function fromOf({ prefix, before }: Work, { effect }: Decision): FieldPath {
  return effect.field === 'metadata.name' ? ['metadata', 'name'] : pathOfField(prefix, before, effect.field)
}

function tell(work: Work, role: Role, decision: Decision, to?: string): void {
  const outcome = decision.by === 'none' ? 'impossible' : decision.by
  const field = formatPath(fromOf(work, decision))
  const kept = decision.by === 'none' ? undefined : keptBy(decision.effect.field, work.before)
  const reason = decision.row.reason ?? (kept && conversionRule(kept).why)
  work.rows.push({ field, role, outcome, ...(to !== undefined && { to }), ...decision.row, ...(reason && { reason }) })
}

/** Marks the field as moved, unless somebody else reads it where it is. */
function take(work: Work, decision: Decision): void {
  if (keptBy(decision.effect.field, work.before) === undefined) work.gone.push(fromOf(work, decision))
}

/** Takes out what was moved; a volume only when nothing that stays mounts it. */
function removeMoved(work: Work): void {
  const { after, prefix, gone } = work
  const isVolume = (path: FieldPath): boolean => path.length === prefix.length + 2 && path[prefix.length] === 'volumes'
  const below = (paths: FieldPath[]): FieldPath[] => paths.map((path) => path.slice(prefix.length))
  const volumes = gone.filter(isVolume)
  removePaths(after, below(gone.filter((path) => !isVolume(path))))
  const mounted = new Set(
    ROLES.flatMap((role) =>
      [mapAt(after, role), ...mapsAt(after, role, 'sidecars'), ...mapsAt(after, role, 'initContainers')].flatMap(
        (holder) => mapsAt(holder, 'volumeMounts').map(({ name }) => name),
      ),
    ),
  )
  removePaths(after, below(volumes.filter((path) => !mounted.has(at(volumeAt(work, path), 'name')))))
}

function volumeAt({ before, prefix }: Work, path: FieldPath): unknown {
  const list = before['volumes']
  return Array.isArray(list) ? list[path[prefix.length + 1] as number] : undefined
}

function keepNumberOfExecutors(work: Work): void {
  const { before, after, question } = work
  const count = isMap(after['sparkConf']) ? executorsWithoutConf(before, question.operator.parts) : undefined
  if (count === undefined) return
  after['executor'] = { ...mapAt(after, 'executor'), instances: count }
  tellFilled(work, ['executor', 'instances'])
}

/** With the webhook still on, what it adds from fields that stay is there twice. */
function warnOfBoth({ notes, question }: Work, plans: readonly RolePlan[]): void {
  const isTwice = plans.some(({ decisions }) =>
    decisions.some(({ by, effect }) => (by === 'template' || by === 'file') && effect.field.startsWith('monitoring.')),
  )
  if (isTwice)
    notes.push(
      'switch the webhook off together with this: it still reads monitoring.prometheus, would add the volume of the ' +
        'metrics configuration a second time, and the API server refuses such a pod',
    )
  const { operator, jobSpark } = question
  if (sparkOf(question, 'driver').slice(0, 2).join('.') !== jobSpark.slice(0, 2).join('.'))
    notes.push(`drivers are made by the Spark ${operator.spark} in the operator, executors by ${jobSpark.join('.')}`)
}

function unique(rows: readonly ConversionRow[]): ConversionRow[] {
  const keyOf = ({ field, role, outcome, rule }: ConversionRow): string => [field, role, outcome, rule].join('\n')
  const first = new Map<string, ConversionRow>()
  for (const row of rows) if (!first.has(keyOf(row))) first.set(keyOf(row), row)
  return [...first.values()]
}
