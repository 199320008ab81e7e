/** Writes expectations: from pods, all that they ask for; from an application, what its webhook would have patched. */
import { API_VERSION } from '../../document.ts'
import { foldEnvironment } from '../environment.ts'
import { type JsonMap, isMap, mapsAt, textAt } from '../json.ts'
import { isWithin } from '../path.ts'
import { MASK, type Role } from '../rows.ts'
import { IDENTITY_RULES } from '../rules/identity-rules.ts'
import { NOISE_RULES } from '../rules/noise-rules.ts'
import { treeOfObject, shapesOf } from '../shapes.ts'
import { type SparkPod, standardContainer } from '../spark-pod.ts'
import type { Place } from '../tree.ts'
import { type SpecTruth, rolesOf } from '../verify-spec.ts'
import { effectsOf } from '../webhook/effects.ts'
import { enforce } from '../webhook/enforce.ts'

export interface PodExpectationDocument {
  apiVersion: typeof API_VERSION
  kind: 'PodExpectation'
  select: { role: Role; labels?: Record<string, string> }
  expect: JsonMap
}

/** What pods of the same application must be like: one for each role, of its first shape. Run identity is left out. */
export function expectationsFromPods(pods: readonly SparkPod[]): PodExpectationDocument[] {
  return shapesOf(pods)
    .filter(({ number }) => number === 1)
    .map(({ role, pods: [pod] }) => ({
      apiVersion: API_VERSION,
      kind: 'PodExpectation',
      select: { role },
      expect: partial(pod!),
    }))
}

function partial(pod: SparkPod): JsonMap {
  const expect = kept(treeOfObject({ ...pod, mainContainer: undefined }, pod.object), pod.object)
  return isMap(expect) ? expect : {}
}

/** The pod's own values, without noise and without what names the run. */
function kept(place: Place, pod: JsonMap): unknown {
  if (place.raw === undefined || place.noise !== undefined || isNoise(place.path)) return undefined
  if (place.path === 'apiVersion' || place.path === 'kind') return undefined
  if (place.node.kind === 'leaf') return isIdentity(place.path) ? undefined : unmasked(place.raw)
  if (place.path.endsWith('.env') && Array.isArray(place.raw)) return keptEnvironment(place, place.raw as unknown[])
  if (Array.isArray(place.raw)) return keptList(place, pod)
  const entries = [...place.node.children.values()].flatMap((child) => {
    const value = kept(child, pod)
    const name = child.pointer
      .slice(child.pointer.lastIndexOf('/') + 1)
      .replaceAll('~1', '/')
      .replaceAll('~0', '~')
    return value === undefined ? [] : [[name, value] as const]
  })
  return entries.length === 0 && Object.keys(place.raw as object).length > 0 ? undefined : Object.fromEntries(entries)
}

function keptList(place: Place, pod: JsonMap): unknown {
  if (place.node.kind !== 'branch') return place.raw
  const items = [...place.node.children.values()].map((child) => kept(child, pod)).filter((item) => item !== undefined)
  return items.length === 0 ? undefined : items
}

/** Options come numbered by chance: each is expected without its number, by nobody's name. */
function keptEnvironment(place: Place, env: readonly unknown[]): unknown {
  const entries = foldEnvironment(env).filter(({ name }) => !isIdentity(`${place.path}[name=${name}].value`))
  return entries.length === 0 ? undefined : entries.map(({ entry }) => unmasked(entry))
}

/** Of what a capture masked, no more is expected than that there is a value. */
function unmasked(value: unknown): unknown {
  if (typeof value === 'string') return value.includes(MASK) ? { $any: true } : value
  if (Array.isArray(value)) return value.map(unmasked)
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unmasked(one)])) : value
}

function isNoise(path: string): boolean {
  return NOISE_RULES.some((rule) => rule.exactly === undefined && path !== '' && isWithin(path, rule.path))
}

function isIdentity(path: string): boolean {
  return IDENTITY_RULES.some((rule) => isWithin(path, rule.path))
}

/** What the webhook of a version would have patched, as an expectation for each role it patches. */
export function expectationsFromSpec(truth: SpecTruth): PodExpectationDocument[] {
  return rolesOf(truth.application).flatMap((role) => {
    const { effects, refused } = effectsOf({ ...truth, role, isSpark2: false })
    if (refused !== undefined || effects.length === 0) return []
    const name = standardContainer(role)
    const { pod } = enforce({ spec: { containers: [{ name }] } }, effects, 0)
    for (const owner of mapsAt(pod, 'metadata', 'ownerReferences'))
      if (textAt(owner, 'uid') === undefined) delete owner['uid']
    return [{ apiVersion: API_VERSION, kind: 'PodExpectation' as const, select: { role }, expect: pod }]
  })
}
