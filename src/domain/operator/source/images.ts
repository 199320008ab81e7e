/**
 * Which images a version would pull, and whether they fit the arguments that they would be given. Whether they can be
 * pulled is not answered here: only the cluster's nodes, with their logins and mirrors, can tell.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import { traitsOf } from '../releases/traits.ts'
import { versionFromText } from '../releases/version-order.ts'
import { isRecord } from '../schema/structural.ts'
import type { RenderedTarget } from './target.ts'

export interface ImageName {
  /** `ghcr.io`; `docker.io` where none is said, as container runtimes take it. */
  registry: string
  /** `kubeflow/spark-operator/controller` */
  repository: string
  /** `latest` where neither tag nor digest is said. */
  tag: string | undefined
  digest: string | undefined
}

export interface ImageUse {
  image: string
  name: ImageName
  /** `Deployment spark-operator-controller`, … */
  usedBy: readonly string[]
  /** By a digest it is always the same; by a tag, whatever the registry has under it that day. */
  isPinned: boolean
}

/** Every image of a version's objects and hooks, each once, by name. */
export function imagesOf({ objects, hooks }: Pick<RenderedTarget, 'objects' | 'hooks'>): ImageUse[] {
  const users = new Map<string, string[]>()
  for (const object of [...objects, ...hooks.map((hook) => hook.object)]) {
    for (const image of imagesIn(object)) {
      users.set(image, [...(users.get(image) ?? []), `${object.kind} ${object.metadata.name}`])
    }
  }
  return [...users]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([image, usedBy]) => {
      const name = readImageName(image)
      return { image, name, usedBy, isPinned: name.digest !== undefined }
    })
}

/** Reads an image's name by the rules of the reference grammar (github.com/distribution/reference). */
export function readImageName(image: string): ImageName {
  const [path = '', digest] = image.split('@')
  const colon = path.lastIndexOf(':')
  const hasTag = colon > path.lastIndexOf('/')
  const name = hasTag ? path.slice(0, colon) : path
  const tag = hasTag ? path.slice(colon + 1) : digest === undefined ? 'latest' : undefined
  const [first = '', ...rest] = name.split('/')
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  if (isHost) return { registry: first, repository: rest.join('/'), tag, digest }
  return { registry: 'docker.io', repository: rest.length > 0 ? name : `library/${name}`, tag, digest }
}

/**
 * Whether the controller's image understands its arguments: those of 1.x and 2.x are not the same, and either exits at
 * once on the other's (kubeflow/spark-operator#2469). Undefined where the tag does not tell its version.
 */
export function fitsArguments({ controller, generation }: OperatorBehaviour): boolean | undefined {
  const version = versionFromText(readImageName(controller.image).tag ?? '')
  const made = version === undefined ? undefined : traitsOf(version).generation
  return made === undefined ? undefined : made === generation
}

function imagesIn(object: KubeObject): string[] {
  const pods = [
    object['spec'],
    at(object['spec'], 'template', 'spec'),
    at(object['spec'], 'jobTemplate', 'spec', 'template', 'spec'),
  ]
  return pods
    .filter(isRecord)
    .flatMap((pod) => [pod['containers'], pod['initContainers']])
    .flatMap((containers) => (Array.isArray(containers) ? containers.filter(isRecord) : []))
    .flatMap(({ image }) => (typeof image === 'string' ? [image] : []))
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value
  for (const key of path) current = isRecord(current) ? current[key] : undefined
  return current
}
