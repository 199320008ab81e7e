/** Steps on applications and their CRDs: adoption, defaults, schemas, stored versions, gates, verification. */
import { digestOf } from '../../plan/json.ts'
import type { Step } from '../../plan/plan.ts'
import { inverseOf, operatorStep, stepId } from './operator-step.ts'
import type { AdoptPayload, CanaryPayload, FillDefaultsPayload, GateReturnPayload, VerifyPayload } from './payloads.ts'
import type { GateObjectsPayload, MigrateStoredVersionPayload, ReplaceCrdPayload } from './definition-payloads.ts'

/** A7: the status learns of a driver that lives. Undoing a move adopts as well: a controller is stopped then too. */
export function adoptApplications(payload: AdoptPayload): Step {
  return operatorStep({
    id: stepId('adopt', payload.type.resource),
    verb: 'adopt',
    object: payload.type.resource,
    title: 'Write the status of applications whose driver runs though their status does not know it',
    before: { halfSubmitted: payload.seen },
    after: { halfSubmitted: [] },
    inverse: inverseOf('adopt', payload),
    payload,
  })
}

/** A8: values that one version assumes and the other does not are written down. */
export function fillDefaults(payload: FillDefaultsPayload): Step {
  const id = stepId('defaults', payload.type.resource)
  return operatorStep({
    id,
    verb: 'fill-defaults',
    object: payload.type.resource,
    title: 'Write down the values that the other version would not assume by itself',
    before: { without: payload.seen },
    after: payload.rules.map(({ path, value }) => ({ [path.join('.')]: value })),
    inverse: inverseOf('restore-specs', { type: payload.type, ofStep: id }),
    payload,
  })
}

/** A9: the CRD. `keep` makes no step. */
export function replaceCrd(payload: ReplaceCrdPayload): Step {
  const id = stepId('crds', `${payload.decision}-${payload.type.resource}`)
  return operatorStep({
    id,
    verb: 'replace-crd',
    object: `customresourcedefinitions/${payload.name}`,
    title:
      payload.decision === 'raise'
        ? 'Replace the CRD by the newer schema, without deleting it'
        : 'Replace the CRD by the older schema; nothing is lost while no controller writes',
    before: { spec: payload.beforeSpec },
    after: { spec: digestOf(payload.crd.spec) },
    inverse: inverseOf('restore-crd', {
      name: payload.name,
      type: payload.type,
      ofStep: id,
      timeoutSeconds: payload.timeoutSeconds,
    }),
    payload,
  })
}

/** A9: no object is stored in the old version any more. Harmless, so nothing undoes it. */
export function migrateStoredVersion(payload: MigrateStoredVersionPayload): Step {
  return operatorStep({
    id: stepId('crds', `migrate-${payload.type.resource}`),
    verb: 'migrate-stored-version',
    object: `customresourcedefinitions/${payload.crd}`,
    title: `Write every object once, so that all are stored as ${payload.storedVersions.join(', ')}`,
    before: { storedVersions: payload.before },
    after: { storedVersions: payload.storedVersions },
    inverse: null,
    payload,
  })
}

/** Gate 1. */
export function gateObjects(payload: GateObjectsPayload): Step {
  return operatorStep({
    id: 'gate/objects',
    verb: 'gate-objects',
    object: payload.types.map(({ type }) => type.resource).join(','),
    title: 'Read every object back and compare it with what the plan foretold; put the CRDs back if it differs',
    before: null,
    after: null,
    inverse: null,
    payload,
  })
}

/** Gate 2: only where a lowered CRD prunes something that means something. */
export function gateReturn(payload: GateReturnPayload): Step {
  const paths = payload.lost.map(({ path }) => path)
  return operatorStep({
    id: 'gate/return',
    verb: 'gate-return',
    object: 'applications',
    title: 'Last chance to go back without loss',
    before: null,
    after: null,
    inverse: null,
    pointOfNoReturn: `the first write to an application ends these fields for good: ${paths.join(', ')}`,
    payload,
  })
}

/** A11. */
export function canary(payload: CanaryPayload): Step {
  const { namespace = '', name } = payload.application.metadata
  return operatorStep({
    id: 'canary/run',
    verb: 'canary',
    object: `${payload.type.resource}/${namespace}/${name}`,
    title: 'Submit a tiny application and see that the controller takes it up',
    before: null,
    after: null,
    inverse: null,
    payload,
  })
}

/** A12. */
export function verifyApplications(payload: VerifyPayload): Step {
  return operatorStep({
    id: 'verify/applications',
    verb: 'verify',
    object: payload.types.map((type) => type.resource).join(','),
    title: `Watch for ${payload.graceSeconds} s, then prove that nothing was lost, restarted or altered`,
    before: null,
    after: null,
    inverse: null,
    payload,
  })
}
