/** `app delete`: which applications go, as a plan. */
import type { ClusterIdentity, KubeObject } from '../../ports/cluster.ts'
import { API_VERSION } from '../document.ts'
import { SparkopsError } from '../errors.ts'
import { applicationFrom, TERMINAL_STATES } from '../operator/discover/applications.ts'
import { textAt } from '../operator/discover/json.ts'
import { toJson } from '../plan/json.ts'
import type { Finding, Plan, Step } from '../plan/plan.ts'
import { sealPlan } from '../plan/seal.ts'
import { MADE_BY } from './labels.ts'
import { keyOf } from './read.ts'

export interface DeletionQuestion {
  applications: readonly KubeObject[]
  identity: ClusterIdentity
  toolVersion: string
  now: number
}

/** A finding, and so the consent for what is severe, for each that runs and was not made by this program. */
export function planDeletion({ applications, identity, toolVersion, now }: DeletionQuestion): Plan {
  const running = applications.filter((object) => isUnderWay(object) && object.metadata.labels?.[MADE_BY] === undefined)
  return sealPlan({
    apiVersion: API_VERSION,
    kind: 'ApplicationDeletionPlan',
    schema: 1,
    tool: { name: 'sparkops', version: toolVersion },
    createdAt: new Date(now).toISOString(),
    target: { kind: 'cluster', id: identity.uid, name: identity.context ?? identity.server },
    inputs: applications.map(({ metadata }) => ({
      of: `sparkapplications/${keyOf(metadata.namespace, metadata.name)}`,
      value: metadata.uid ?? '',
    })),
    steps: applications.map(deletionStep),
    findings: running.length === 0 ? [] : [endsJobs(running)],
    summary: { applications: applications.length, running: applications.filter(isUnderWay).length },
  })
}

/** Picks by name; throws (exit 1) for a name that is not there. */
export function pickNamed(found: readonly KubeObject[], names: readonly string[], namespace: string): KubeObject[] {
  return names.map((name) => {
    const object = found.find(({ metadata }) => metadata.name === name)
    if (object !== undefined) return object
    throw new SparkopsError({
      code: 'SO_NO_APPLICATION',
      message: `there is no SparkApplication ${namespace}/${name}; nothing was deleted`,
      why: 'it was never there, or it is gone',
      hint: 'sparkops app list shows those of a namespace',
    })
  })
}

function deletionStep(object: KubeObject, index: number): Step {
  const { namespace = '', name, uid = '' } = object.metadata
  const state = applicationFrom(object).state || 'NEW'
  return {
    id: `delete/${String(index + 1).padStart(4, '0')}`,
    verb: 'delete-application',
    object: `sparkapplications/${namespace}/${name}`,
    title: `Delete ${namespace}/${name} (${state})`,
    before: toJson({ state, uid, madeBy: object.metadata.labels?.[MADE_BY] ?? null }),
    after: null,
    inverse: null,
    payload: { version: object.apiVersion.split('/')[1]!, namespace, name, uid },
  }
}

function endsJobs(running: readonly KubeObject[]): Finding {
  return {
    id: 'APP-DELETE-RUNNING',
    direction: 'forward',
    title: 'running jobs end, and they were not made by sparkops',
    detail: 'their drivers and executors are deleted with them; what they had computed is lost',
    objects: running.map(({ metadata }) => keyOf(metadata.namespace, metadata.name)),
    consequence: 'kill',
    gate: 'ack',
    fix: 'wait until they have ended: sparkops app wait',
    source: 'Kubernetes garbage collection of owned pods',
  }
}

function isUnderWay(object: KubeObject): boolean {
  return !TERMINAL_STATES.has(textAt(object, 'status', 'applicationState', 'state') ?? '')
}
