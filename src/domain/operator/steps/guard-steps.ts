/** Steps that make a move safe and end it: lock, guard, snapshot, quiesce, stop and start, fence, receipt. */
import type { ObjectKey } from '../../../ports/cluster.ts'
import type { Step } from '../../plan/plan.ts'
import { inverseOf, objectName, operatorStep, stepId } from './operator-step.ts'
import type { PolicyPayload, QuiescePayload, ScalePayload, SnapshotPayload } from './payloads.ts'
import { crdGuard, controllerFence, type FenceOptions, POLICY_FLOOR } from './policies.ts'

export const LOCK_NAME = 'sparkops-operator'
const LOCK_SECONDS = 60

/** A0: one run at a time. */
export function holdLock(namespace: string): Step {
  const payload = { namespace, name: LOCK_NAME, durationSeconds: LOCK_SECONDS }
  return operatorStep({
    id: 'lock/hold',
    verb: 'hold-lock',
    object: `leases/${namespace}/${LOCK_NAME}`,
    title: 'Hold the lock, so that nobody else moves this operator',
    before: 'free',
    after: 'held by this run',
    inverse: inverseOf('release-lock', payload),
    payload,
  })
}

/** The last step but the receipt. */
export function releaseLock(namespace: string): Step {
  return operatorStep({
    id: 'lock/release',
    verb: 'release-lock',
    object: `leases/${namespace}/${LOCK_NAME}`,
    title: 'Release the lock',
    before: 'held by this run',
    after: 'free',
    inverse: null,
    payload: { namespace, name: LOCK_NAME, durationSeconds: LOCK_SECONDS },
  })
}

/** A1: while the run is open nobody can delete the CRDs. On clusters without such policies it is told and skipped. */
export function guardCrds(options: { crds: readonly string[]; namespace: string; serverMinor: number }): Step {
  if (options.serverMinor < POLICY_FLOOR) return untold('guard/crds', 'deletion of the CRDs cannot be denied')
  const payload = crdGuard(options)
  return policyStep('guard/crds', 'put-policy', payload, 'Deny that anybody deletes the CRDs while this run is open')
}

export function unguardCrds(options: { crds: readonly string[]; namespace: string; serverMinor: number }): Step[] {
  if (options.serverMinor < POLICY_FLOOR) return []
  return [policyStep('guard/remove', 'remove-policy', crdGuard(options), 'Allow again that CRDs are deleted')]
}

/** A5: after the old controllers are gone. */
export function fenceControllers(options: FenceOptions & { serverMinor: number }): Step {
  if (options.serverMinor < POLICY_FLOOR) return untold('fence/put', 'controllers cannot be kept out between versions')
  return policyStep(
    'fence/put',
    'put-policy',
    controllerFence(options),
    'Keep every controller out until the target is ready',
  )
}

/** A10: before the new controllers are started. */
export function liftFence(options: FenceOptions & { serverMinor: number }): Step[] {
  if (options.serverMinor < POLICY_FLOOR) return []
  return [policyStep('fence/lift', 'remove-policy', controllerFence(options), 'Let the controllers in again')]
}

function policyStep(id: string, verb: 'put-policy' | 'remove-policy', payload: PolicyPayload, title: string): Step {
  const [before, after] = verb === 'put-policy' ? ['absent', 'acting'] : ['acting', 'absent']
  return operatorStep({
    id,
    verb,
    object: `validatingadmissionpolicies/${payload.policy.metadata.name}`,
    title,
    before,
    after,
    inverse: inverseOf(verb === 'put-policy' ? 'remove-policy' : 'put-policy', payload),
    payload,
  })
}

function untold(id: string, what: string): Step {
  const message = `${what}: this needs Kubernetes 1.${POLICY_FLOOR}; see to it that nobody does it meanwhile`
  return operatorStep({
    id,
    verb: 'tell',
    object: 'cluster',
    title: message,
    before: null,
    after: null,
    inverse: null,
    payload: { message },
  })
}

/** A2: under the wider schema, before anything is changed. */
export function takeSnapshot(payload: SnapshotPayload): Step {
  return operatorStep({
    id: 'snapshot/take',
    verb: 'take-snapshot',
    object: 'snapshot',
    title: 'Copy every application, CRD and object of the operator to a snapshot, and read it back',
    before: null,
    after: null,
    inverse: null,
    payload,
  })
}

/** A5. */
export function quiesce(payload: QuiescePayload): Step {
  return operatorStep({
    id: 'quiesce/wait',
    verb: 'quiesce',
    object: payload.type.resource,
    title: `Wait up to ${payload.timeoutSeconds} s until no application is in the middle of being submitted`,
    before: null,
    after: null,
    inverse: null,
    payload,
  })
}

/** A5: a controller to zero, until its pods are gone and it leads no more. */
export function stopController(payload: Omit<ScalePayload, 'replicas'>): Step {
  return scaleStep('stop', { ...payload, replicas: 0 }, 'Stop the controller and wait until it is gone')
}

/** A10: a controller up, until its pods are ready. */
export function startController(payload: Omit<ScalePayload, 'before'>): Step {
  return scaleStep('start', { ...payload, before: 0 }, 'Start the controller')
}

function scaleStep(word: 'stop' | 'start', payload: ScalePayload, title: string): Step {
  const { deployment, replicas, before } = payload
  return operatorStep({
    id: stepId(word, ...wordsOf(deployment)),
    verb: 'scale',
    object: objectName(deployment),
    title,
    before: { replicas: before },
    after: { replicas },
    inverse: inverseOf('scale', { ...payload, replicas: before, before: replicas }),
    payload,
  })
}

/** The last step: what was done, for people and for `revert`. */
export function writeReceipt(from: string, to: string): Step {
  return operatorStep({
    id: 'receipt/write',
    verb: 'write-receipt',
    object: 'receipt',
    title: 'Write the receipt',
    before: null,
    after: null,
    inverse: null,
    payload: { from, to },
  })
}

/** Words for an id from an object's key. */
export function wordsOf({ type, namespace, name }: ObjectKey): string[] {
  return [type.resource, ...(namespace === undefined ? [] : [namespace]), name]
}
