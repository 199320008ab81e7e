/** Pods of one role that are equal but for their run are one shape: eight executors are compared once. */
import { canonicalPod } from './canonical.ts'
import type { JsonMap } from './json.ts'
import type { Role } from './rows.ts'
import { type SparkPod, standardContainer } from './spark-pod.ts'
import { type Place, fingerprint } from './tree.ts'

export interface Shape {
  role: Role
  /** Counted from 1 within the role, over all applications of an answer. */
  number: number
  pods: SparkPod[]
  tree: Place
}

/** The last number given to a shape of each role. */
export type ShapeCounts = Record<Role, number>

/** The shapes of pods, drivers first, in the order that their first pods came in. */
export function shapesOf(pods: readonly SparkPod[], counts: ShapeCounts = { driver: 0, executor: 0 }): Shape[] {
  const shapes = new Map<string, Shape>()
  const inRole: ShapeCounts = { driver: 0, executor: 0 }
  for (const { role } of pods) inRole[role] += 1
  for (const pod of [...pods].sort((a, b) => (a.role === b.role ? 0 : a.role === 'driver' ? -1 : 1))) {
    const tree = treeOf(pod)
    // What is alone needs no print to be told from others.
    const print = inRole[pod.role] === 1 ? '' : fingerprint(tree)
    const known = shapes.get(`${pod.role}\n${print}`)
    if (known !== undefined) known.pods.push(pod)
    else shapes.set(`${pod.role}\n${print}`, { role: pod.role, number: ++counts[pod.role], pods: [pod], tree })
  }
  return [...shapes.values()]
}

/** The tree of a pod, its main container under the name it usually has. */
function treeOf(pod: SparkPod): Place {
  return treeOfObject(pod, pod.object)
}

/** The same for another object in the pod's place, such as the pod as it should be. */
export function treeOfObject({ mainContainer: name, role }: SparkPod, object: JsonMap): Place {
  return canonicalPod(object, name === undefined ? undefined : { name, as: standardContainer(role) })
}
