/**
 * Pods by themselves: whether anything in them came from a mutating webhook. Places that nobody owns did, or came from a
 * plugin of Kubernetes; places that a webhook may have changed without a trace are settled by the application where it
 * is at hand, and else said to be undecided.
 */
import { canonicalJson } from '../canonical-json.ts'
import { type JsonMap, mapAt } from './json.ts'
import { managersOf } from './managed-fields.ts'
import { NO_MANAGED_FIELDS, notFromSubmitter, replaceable } from './provenance.ts'
import { type FieldRow, type Provenance, type Role, shown } from './rows.ts'
import { type Shape, treeOfObject } from './shapes.ts'
import type { SparkPod } from './spark-pod.ts'
import type { Place } from './tree.ts'
import { effectsOf } from './webhook/effects.ts'
import { DEFAULT_CLASS } from './rules/admission-rules.ts'
import { OPERATORS, operatorVersion } from './webhook/operator-versions.ts'

/** The rows of one shape: what came from a webhook is different, what cannot be told is undecided. */
export function verifyProvenance(
  shape: Shape,
  application: JsonMap | undefined,
): { rows: FieldRow[]; unseen: string[] } {
  const { role, number: shapeNumber } = shape
  const rows: FieldRow[] = []
  const unseen: string[] = []
  for (const pod of shape.pods) {
    if (managersOf(pod.object) === undefined) {
      unseen.push(`${pod.role} ${pod.name}: ${NO_MANAGED_FIELDS}`)
      continue
    }
    rows.push(...podRows(pod, application).map((row) => ({ role, shape: shapeNumber, ...row })))
  }
  const known = new Map(rows.map((row) => [`${row.path}\n${row.verdict}\n${row.provenance?.by ?? ''}`, row]))
  return { rows: [...known.values()], unseen }
}

function podRows(pod: SparkPod, application: JsonMap | undefined): Omit<FieldRow, 'role' | 'shape'>[] {
  const tree = treeOfObject(pod, pod.object)
  const added = notFromSubmitter(pod.object, tree).map(({ place, provenance }) => ({
    path: place.path,
    pointer: place.pointer,
    actual: shown(place.path, place.raw),
    ...(provenance.by === 'webhook' && place.path === DEFAULT_CLASS.path
      ? classVerdict(pod, application, provenance)
      : { verdict: provenance.by === 'webhook' ? ('extra' as const) : ('same' as const), provenance }),
  }))
  const changed = withoutTrace(pod, (place) =>
    application === undefined ? undefined : settle(pod, place, application),
  )
  return [...added, ...changed]
}

/** A priority class that nobody owns: the webhook's where the application asks it for one, else the cluster's default. */
function classVerdict(
  pod: SparkPod,
  application: JsonMap | undefined,
  provenance: Provenance,
): Pick<FieldRow, 'verdict' | 'rule' | 'reason' | 'provenance'> {
  const rule = DEFAULT_CLASS.id
  if (application === undefined) return { verdict: 'undecided', rule, reason: DEFAULT_CLASS.why }
  if (isAskedFor(pod, DEFAULT_CLASS.path, application)) return { verdict: 'extra', provenance }
  return {
    verdict: 'same',
    provenance: { by: 'admission', detail: `Priority, by the cluster’s default class (${rule})` },
  }
}

/**
 * Places of a stored pod that a webhook may have changed without a trace: undecided, unless something else says why none
 * did.
 */
export function withoutTrace(
  pod: SparkPod,
  settledBy: (place: Place) => string | undefined,
): (Omit<FieldRow, 'role' | 'shape'> & { pointer: string })[] {
  return replaceable(pod.object, treeOfObject(pod, pod.object)).map(({ place, rule }) => {
    const settled = settledBy(place)
    return {
      path: place.path,
      pointer: place.pointer,
      actual: shown(place.path, place.raw),
      verdict: settled === undefined ? ('undecided' as const) : ('same' as const),
      rule: rule.id,
      reason: settled ?? `managedFields cannot tell: ${rule.why}`,
    }
  })
}

/** Why the value cannot be the operator's webhook's, from the application; undefined where that cannot be said. */
function settle(pod: SparkPod, place: Place, application: JsonMap): string | undefined {
  const byTemplate = settledByTemplate(pod, place, application)
  if (byTemplate !== undefined) return byTemplate
  return isAskedFor(pod, place.path, application) ? undefined : NOT_ASKED
}

const NOT_ASKED = 'the application asks the operator’s webhook for nothing there'

/** Whether the webhook of any version would write there. */
function isAskedFor({ role }: SparkPod, path: string, application: JsonMap): boolean {
  return OPERATORS.some(([versions]) => asksFor(role, path, application, versions.split(' ').at(-1)!))
}

/** Says so where the template of the application asks for the very value. */
export function settledByTemplate(pod: SparkPod, place: Place, application: JsonMap): string | undefined {
  const asked = placeIn(templateTree(pod, application), place.path)
  return asked !== undefined && sameText(asked, place) ? `spec.${pod.role}.template asks for the same` : undefined
}

/** Whether the webhook of a version would write at or below the place. */
function asksFor(role: Role, path: string, application: JsonMap, version: string): boolean {
  const { effects } = effectsOf({
    application,
    role,
    operator: operatorVersion(version),
    isIdeal: true,
    isSpark2: false,
  })
  return effects.some(({ change }) => {
    const steps = change.to.filter((step) => typeof step === 'string')
    const last = steps.at(-1) ?? ''
    const name = path.replace(/\[[^\]]*\]/g, '')
    return (
      name === steps.join('.') ||
      name.startsWith(`${steps.join('.')}.`) ||
      (steps.join('.').startsWith(`${name}.`) && last !== '')
    )
  })
}

function templateTree(pod: SparkPod, application: JsonMap): Place {
  const template = mapAt(application, 'spec', pod.role, 'template')
  return treeOfObject(pod, { apiVersion: 'v1', kind: 'Pod', ...template })
}

function placeIn(tree: Place, path: string): Place | undefined {
  if (tree.path === path) return tree
  if (tree.node.kind === 'leaf') return undefined
  for (const child of tree.node.children.values()) {
    const found = path.startsWith(child.path) ? placeIn(child, path) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

/** Equal values, leaving out what admission adds to every pod. */
function sameText(a: Place, b: Place): boolean {
  const textOf = (place: Place): unknown =>
    place.node.kind === 'leaf'
      ? place.node.value
      : [...place.node.children.values()]
          .filter(({ noise }) => noise === undefined)
          .map((child) => [child.path, textOf(child)])
  return canonicalJson(textOf(a)) === canonicalJson(textOf(b))
}
