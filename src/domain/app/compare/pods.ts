/** The pods of two runs, held against each other by the rules of `pods diff`. */
import { SparkopsError } from '../../errors.ts'
import type { AcceptList, Acceptance } from '../../pods/accept.ts'
import { diffPods, type PodDiff } from '../../pods/diff-pods.ts'
import { at } from '../../pods/json.ts'
import type { PodSet } from '../../pods/pod-set.ts'

/** The image is what the comparison is about. */
export const IMAGE_ACCEPTED: readonly Acceptance[] = [
  { path: 'spec.containers[*].image', reason: 'the image is what is compared', where: 'app compare' },
]

/** Undefined where a side has no pods: an outcome can be compared without them. */
export async function comparePodSets(
  control: () => Promise<PodSet>,
  candidate: () => Promise<PodSet>,
  accept: AcceptList,
): Promise<PodDiff | undefined> {
  try {
    const [expected, actual] = [await control(), await candidate()]
    const diff = diffPods({ expected, actual, accept, omit: ['same', 'equivalent', 'noise'] })
    return diff.exit === 'ok' ? withUnseenRoles(diff, actual) : diff
  } catch (error) {
    if (error instanceof SparkopsError && error.code === 'SO_NO_PODS') return undefined
    throw error
  }
}

/** A role that neither side has is not compared, and what is not compared is not proven. */
function withUnseenRoles(diff: PodDiff, { applications }: PodSet): PodDiff {
  const wantsExecutors = applications.some(({ object }) => at(object, 'spec', 'executor', 'instances') !== 0)
  const roles = wantsExecutors ? (['driver', 'executor'] as const) : (['driver'] as const)
  const unseen = roles
    .filter((role) => diff.shapes.every((shape) => shape.role !== role))
    .map((role) => `no ${role} on either side`)
  return unseen.length === 0 ? diff : { ...diff, exit: 'inconclusive', unseen: [...diff.unseen, ...unseen] }
}
