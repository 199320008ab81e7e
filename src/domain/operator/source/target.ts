/**
 * A version of the operator as it would be installed: what is rendered, what it does, and which known release it is
 * like. All of it is read from what is given; a release that nobody knows works like one that everybody does.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { ReleaseName } from '../../../ports/helm.ts'
import { sparkGroups } from '../discover/groups.ts'
import { effectiveBehaviour, type OperatorBehaviour } from '../behaviour/behaviour.ts'
import { matchSchemas, type SchemaMatch } from '../releases/find-release.ts'
import { type Traits, traitsOf } from '../releases/traits.ts'
import { versionFromText } from '../releases/version-order.ts'
import { isCrd, readCrd } from '../schema/crd.ts'
import type { Definition, Hook } from './rendered-parts.ts'
import { seenTraits } from './seen-traits.ts'

export interface TargetOrigin {
  /** As it was given. */
  given: string
  kind: 'chart' | 'archive' | 'remote' | 'git' | 'manifests'
  /** Names the same chart again, for `withChart`; helm alone does not understand `git:…`. Undefined for manifests. */
  reference: string | undefined
  /** Of the files that it was read from: another content is another version. */
  digest: string
  commit: string | undefined
}

export interface TargetChart {
  name: string
  version: string
  appVersion: string
  /** The chart's own values, beneath those that were given. */
  values: Readonly<Record<string, unknown>>
}

export interface RenderedTarget {
  origin: TargetOrigin
  /** Undefined for manifests. */
  chart: TargetChart | undefined
  release: ReleaseName
  /** Neither definitions nor hooks. */
  objects: readonly KubeObject[]
  definitions: readonly Definition[]
  hooks: readonly Hook[]
  /** Every operator that would run. */
  behaviours: readonly OperatorBehaviour[]
  /** Which known schemas the definitions have. */
  schemas: readonly SchemaMatch[]
  /** `2.5.2`; undefined where neither image nor chart tells. */
  version: string | undefined
  /** What tells the version: `image tag`, `appVersion`, `label`. */
  versionFrom: string | undefined
  /** What can be seen in what is rendered. */
  seen: Traits
  /** The same, and where nothing is seen, what is known of the version. */
  traits: Traits
}

const HOOK = 'helm.sh/hook'

export interface TargetParts {
  origin: TargetOrigin
  chart: TargetChart | undefined
  release: ReleaseName
  /** As rendered, hooks and templated definitions among them. */
  rendered: readonly KubeObject[]
  /** Of the chart's `crds/`. */
  shipped: readonly KubeObject[]
}

/** Puts a target together out of what was rendered. */
export function readTarget({ origin, chart, release, rendered, shipped }: TargetParts): RenderedTarget {
  const isHook = (object: KubeObject) => chart !== undefined && object.metadata.annotations?.[HOOK] !== undefined
  const objects = rendered.filter((object) => !isHook(object) && !isCrd(object))
  const hooks = rendered.filter(isHook).map(readHook)
  const templated = chart === undefined ? ('manifests' as const) : ('templates' as const)
  const all = [
    ...shipped.filter(isCrd).map((object) => define(object, 'crds')),
    ...rendered.filter((object) => isCrd(object) && !isHook(object)).map((object) => define(object, templated)),
  ]
  const groups = sparkGroups(all.map(({ object }) => object))
  const definitions = all.filter(({ reading }) => groups.includes(reading.group))
  const behaviours = effectiveBehaviour(objects, release.namespace)
  const told = versionOf(behaviours, chart)
  const seen = seenTraits({ objects, hooks, definitions, behaviours })
  return {
    origin,
    chart,
    release,
    objects,
    definitions,
    hooks,
    behaviours,
    schemas: definitions.flatMap(({ reading }) => matchSchemas(reading)),
    version: told?.version,
    versionFrom: told?.from,
    seen,
    traits: { ...(told === undefined ? {} : traitsOf(told.version)), ...seen },
  }
}

function define(object: KubeObject, from: Definition['from']): Definition {
  return { object, reading: readCrd(object), from }
}

function readHook(object: KubeObject): Hook {
  const annotations = object.metadata.annotations ?? {}
  const list = (key: string) => (annotations[key] ?? '').split(',').flatMap((entry) => entry.trim() || [])
  return {
    object,
    events: list(HOOK),
    weight: Number(annotations['helm.sh/hook-weight'] ?? 0) || 0,
    deletePolicy: list('helm.sh/hook-delete-policy'),
  }
}

/** What runs is the image; what the chart says of itself comes after it. */
function versionOf(
  behaviours: readonly OperatorBehaviour[],
  chart: TargetChart | undefined,
): { version: string; from: string } | undefined {
  const [image] = behaviours.flatMap(({ controller }) => versionFromText(tagOf(controller.image)) ?? [])
  if (image !== undefined) return { version: image, from: 'image tag' }
  const app = versionFromText(chart?.appVersion ?? '')
  return app === undefined ? undefined : { version: app, from: 'appVersion' }
}

function tagOf(image: string): string {
  const [path = ''] = image.split('@')
  const colon = path.lastIndexOf(':')
  return colon > path.lastIndexOf('/') ? path.slice(colon + 1) : ''
}
