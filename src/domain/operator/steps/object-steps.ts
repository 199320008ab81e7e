/** Steps on single objects: ownership, marks, what must be there beforehand, what must be gone. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'
import type { Json, Step } from '../../plan/plan.ts'
import { wordsOf } from './guard-steps.ts'
import { inverseOf, mergeBody, objectName, operatorStep, stepId } from './operator-step.ts'
import type { PullImagePayload } from './payloads.ts'

/** Helm's marks of ownership: what it looks for before it takes an object into a release. */
export interface HelmOwner {
  release: string
  namespace: string
}

/** A3: an object passes into a Helm release, or (null) out of it, without being deleted and made anew. */
export function repairOwnership(key: ObjectKey, live: KubeObject, owner: HelmOwner | null): Step {
  const title =
    owner === null
      ? 'Take it out of the Helm release, so that the release does not delete it'
      : `Give it to the Helm release ${owner.namespace}/${owner.release}, which refuses what it does not own`
  return patchMetadata(stepId('own', ...wordsOf(key)), key, live, title, {
    annotations: {
      'meta.helm.sh/release-name': owner?.release ?? null,
      'meta.helm.sh/release-namespace': owner?.namespace ?? null,
    },
    labels: { 'app.kubernetes.io/managed-by': owner === null ? null : 'Helm' },
  })
}

/** A3: Helm leaves the object when a release no longer has it. */
export function keepObject(key: ObjectKey, live: KubeObject): Step {
  const title = 'Mark it to be kept: Helm would delete it with what runs by it'
  return patchMetadata(stepId('keep', ...wordsOf(key)), key, live, title, {
    annotations: { 'helm.sh/resource-policy': 'keep' },
  })
}

/** A13: takes the mark away again. */
export function unkeepObject(key: ObjectKey, uid: string): Step {
  return patchObject({
    id: stepId('unkeep', ...wordsOf(key)),
    key,
    uid,
    title: 'Take the mark away that kept it',
    merge: mergeBody({ metadata: { annotations: { 'helm.sh/resource-policy': null } } }),
    before: mergeBody({ metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } } }),
  })
}

function patchMetadata(
  id: string,
  key: ObjectKey,
  live: KubeObject,
  title: string,
  change: Partial<Record<'annotations' | 'labels', Record<string, string | null>>>,
): Step {
  const before = Object.fromEntries(
    Object.entries(change).map(([field, entries]) => [
      field,
      Object.fromEntries(
        Object.keys(entries).map((name) => [name, live.metadata[field as 'annotations' | 'labels']?.[name] ?? null]),
      ),
    ]),
  )
  return patchObject({
    id,
    key,
    uid: live.metadata.uid ?? '',
    title,
    merge: mergeBody({ metadata: change }),
    before: mergeBody({ metadata: before }),
  })
}

export interface PatchInit {
  id: string
  key: ObjectKey
  uid: string
  title: string
  merge: { readonly [field: string]: Json }
  before: { readonly [field: string]: Json }
}

/** Any fields of any one object. `before` names the same fields; null where there was none. */
export function patchObject({ id, key, uid, title, merge, before }: PatchInit): Step {
  return operatorStep({
    id,
    verb: 'patch',
    object: objectName(key),
    title,
    before,
    after: merge,
    inverse: inverseOf('patch', { key, uid, merge: before, before: merge }),
    payload: { key, uid, merge, before },
  })
}

/** A4: the image is on its node, or the run ends before anything has stopped. */
export function pullImage(id: string, payload: PullImagePayload, image: string): Step {
  return operatorStep({
    id: stepId('pull', id),
    verb: 'pull-image',
    object: image,
    title: 'Pull the image, so that a missing one is known before anything stops',
    before: null,
    after: null,
    inverse: null,
    payload,
  })
}
