/**
 * Who set each field of a pod. The API server writes down owners before mutating admission runs, so a place that nobody
 * owns was put there by admission; plugins of Kubernetes are told from webhooks by ADMISSION_RULES. What a webhook put
 * in place of a value that was the submitter's leaves no trace: such places are named, never guessed.
 */
import { canonicalJson } from '../canonical-json.ts'
import { type JsonMap, at, mapsAt, textAt } from './json.ts'
import { managersOf, ownersAt } from './managed-fields.ts'
import { isWithin } from './path.ts'
import { quantityOf } from './quantity.ts'
import type { Provenance } from './rows.ts'
import {
  ADMISSION_RULES,
  type AdmissionRule,
  OPEN_METADATA,
  REPLACED_RULES,
  type ReplacedRule,
} from './rules/admission-rules.ts'
import { NOISE_RULES } from './rules/noise-rules.ts'
import type { Place } from './tree.ts'

export const NO_MANAGED_FIELDS =
  'the pod carries no managedFields; kubectl leaves them out without --show-managed-fields'

/** Who set the place. */
export function provenanceOf(pod: JsonMap, place: Pick<Place, 'path' | 'pointer' | 'raw'>): Provenance {
  const managers = managersOf(pod)
  if (managers === undefined) return { by: 'unknown', detail: NO_MANAGED_FIELDS }
  const owners = ownersAt(managers, pod, place.pointer)
  const creator = owners.find(({ isCreator }) => isCreator)
  const rule = ADMISSION_RULES.find((one) => covers(one, place, pod))
  // The default tolerations are appended to a list that may be owned whole.
  if (rule !== undefined && (owners.length === 0 || rule.when === 'default-toleration'))
    return { by: 'admission', detail: `${rule.plugin} (${rule.id})` }
  if (creator !== undefined)
    return { by: 'submitter', detail: `${creator.manager}${creator.asWhole ? ', as a whole' : ''}` }
  if (owners[0] !== undefined) return { by: 'later', detail: `${owners[0].manager} (${owners[0].operation})` }
  return { by: 'webhook', detail: 'no manager owns it: a mutating webhook put it there' }
}

/** Who set a place and all in it: what the submitter sent empty may have been filled by others. */
export function provenanceWithin(pod: JsonMap, place: Place): Provenance {
  const whole = provenanceOf(pod, place)
  if (whole.by === 'later' || whole.by === 'unknown') return whole
  const inner = notFromSubmitter(pod, place)
  return inner.find(({ provenance }) => provenance.by === 'webhook')?.provenance ?? inner[0]?.provenance ?? whole
}

export interface Unowned {
  place: Place
  provenance: Provenance
}

/** The topmost places of a pod that its submitter does not own, with who put them there. */
export function notFromSubmitter(pod: JsonMap, tree: Place): Unowned[] {
  const found: Unowned[] = []
  const visit = (place: Place): void => {
    if (place.raw === undefined || place.noise?.side === 'either') return
    const provenance = place.path === '' ? undefined : provenanceOf(pod, place)
    const children = place.node.kind === 'branch' ? [...place.node.children.values()] : []
    if (
      provenance === undefined ||
      provenance.by === 'submitter' ||
      (Array.isArray(place.raw) && isMixed(provenance, children, pod))
    )
      children.forEach(visit)
    else found.push({ place, provenance })
  }
  visit(tree)
  return found.filter(({ place }) => !IDENTITY_FIELDS.has(place.path))
}

/** Of an object itself, not asked for by anybody. */
const IDENTITY_FIELDS: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata.name',
  'metadata.namespace',
  'metadata',
])

/** A list that nobody owns may hold a plugin's items beside a webhook's: then each is told by itself. */
function isMixed({ by }: Provenance, children: readonly Place[], pod: JsonMap): boolean {
  return by === 'webhook' && children.some((child) => provenanceOf(pod, child).by === 'admission')
}

export interface Replaceable {
  place: Place
  rule: ReplacedRule
}

/** Places that a webhook may have changed without a trace, and whose value does not already say that none did. */
export function replaceable(pod: JsonMap, tree: Place): Replaceable[] {
  const found: Replaceable[] = []
  const visit = (place: Place): void => {
    if (place.raw === undefined || place.noise !== undefined) return
    const rule = REPLACED_RULES.find((one) => isWithin(place.path, one.path))
    if (rule !== undefined) {
      if (!isInnocent(pod, place, rule)) found.push({ place, rule })
    } else if (place.node.kind === 'branch') for (const child of place.node.children.values()) visit(child)
  }
  visit(tree)
  return found
}

function isInnocent(pod: JsonMap, place: Place, rule: ReplacedRule): boolean {
  if (rule.innocent !== undefined) return canonicalJson(place.raw) === canonicalJson(rule.innocent)
  if (rule.id === 'R14') return !place.rules.includes('X01')
  if (rule.twin !== undefined) {
    const twin = at(valueAt(pod, place.pointer.split('/').slice(1, -2)), rule.twin, 'memory')
    return twin !== undefined && quantityOf(twin) === quantityOf(place.raw)
  }
  const provenance = provenanceOf(pod, place)
  // What nobody owns is told apart by notFromSubmitter, part by part.
  if (provenance.by !== 'submitter') return true
  return place.node.kind === 'branch' && [...place.node.children.values()].every(({ noise }) => noise !== undefined)
}

function valueAt(pod: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>(
    (node, step) => (Array.isArray(node) ? (node as unknown[])[Number(step)] : at(node, step)),
    pod,
  )
}

function covers(rule: AdmissionRule, { path, raw }: Pick<Place, 'path' | 'raw'>, pod: JsonMap): boolean {
  if (!isWithin(path, rule.path)) return false
  if (rule.path === 'metadata') return !OPEN_METADATA.some((open) => isWithin(path, open))
  switch (rule.when) {
    case 'limit-ranger-says-so':
      return limitRangerSays(pod, path)
    case 'runtime-class':
      return textAt(pod, 'spec', 'runtimeClassName') !== undefined
    case 'default-toleration':
      return DEFAULT_TOLERATIONS.some((item) => canonicalJson(item) === canonicalJson(raw))
    default:
      return true
  }
}

const DEFAULT_TOLERATIONS = NOISE_RULES.flatMap(({ exactly }) => exactly ?? [])

/** `LimitRanger plugin set: cpu request for container sidecar; cpu limit for init container fetch`. */
function limitRangerSays(pod: JsonMap, path: string): boolean {
  const text = textAt(pod, 'metadata', 'annotations', 'kubernetes.io/limit-ranger')
  const match =
    /^spec\.(containers|initContainers)\[name=(.+?)\]\.resources(?:\.(limits|requests)(?:\.(.+)|\["(.+)"\])?)?$/.exec(
      path,
    )
  if (text === undefined || match === null) return false
  const [, list, container, part, plain, quoted] = match
  const names = list === 'containers' ? `container ${realName(pod, container!)}` : `init container ${container!}`
  const kind = part === undefined ? '' : part === 'limits' ? 'limit' : 'request'
  const resource = plain ?? quoted ?? ''
  return text
    .slice(text.indexOf(':') + 1)
    .split(';')
    .some((one) => one.trim().endsWith(`for ${names}`) && one.includes(kind) && one.trim().startsWith(resource))
}

/** The path may carry the usual name of the main container where the pod has another. */
function realName(pod: JsonMap, name: string): string {
  const names = mapsAt(pod, 'spec', 'containers').map((container) => textAt(container, 'name'))
  return names.includes(name) || names.length !== 1 ? name : (names[0] ?? name)
}
