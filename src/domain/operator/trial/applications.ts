/**
 * Applications that a trial makes and sweeps. Making and sweeping look first, and act on what carries this run's label
 * alone, so that each may be done again after a kill.
 */
import type { Cluster, KubeObject, ObjectKey, ResourceType } from '../../../ports/cluster.ts'
import { labelValue, MADE_BY, RUN } from '../../app/labels.ts'
import { applicationTypeOf } from '../../app/run/context.ts'
import { SparkopsError } from '../../errors.ts'
import { isRefusal, KubeStatusError } from '../../kube-error.ts'
import { toJson } from '../../plan/json.ts'
import type { Json, Step } from '../../plan/plan.ts'
import type { Verb } from '../../plan/verb.ts'
import { NAMESPACE } from '../discover/kinds.ts'
import type { TrialContext } from './session.ts'

export interface MakePayload {
  /** Of the kind SparkApplication, as served. */
  version: string
  object: KubeObject
  run: string
  /** Milliseconds to wait before. */
  afterMs: number
}

export interface SweepPayload {
  /** Empty for a namespace. */
  version: string
  namespace: string
  name: string
  run: string
}

/** Which of what a trial made it was; in the journal. */
export interface Made {
  uid: string | null
  /** By this machine's clock, milliseconds. */
  at: number
  /** Why the server did not take it. */
  refused: string | null
}

/** The labels of everything that a trial makes: `app delete --ours` finds it by them, too. */
export function trialLabels(run: string, by: 'operator-failover' | 'operator-namespaces'): Record<string, string> {
  return { [MADE_BY]: by, [RUN]: labelValue(run) }
}

/** A refusal is a finding of the trial, not its end: what was made before must still be swept. */
export const makeApplication: Verb<TrialContext> = {
  act: async (payload, context) => toJson(await make(payload as unknown as MakePayload, context)),
}

async function make({ version, object, run, afterMs }: MakePayload, context: TrialContext): Promise<Made> {
  const { cluster, clock, sleep, signal } = context
  const type = applicationTypeOf(version)
  const found = await cluster.get(keyOf(type, object.metadata), signal)
  if (found?.metadata.labels?.[RUN] === labelValue(run)) {
    return { uid: found.metadata.uid ?? '', at: Date.parse(found.metadata.creationTimestamp ?? ''), refused: null }
  }
  if (afterMs > 0) await sleep(afterMs)
  const at = clock.now()
  try {
    const made = await cluster.create(type, object, { fieldValidation: 'Strict', signal })
    return { uid: made.object.metadata.uid ?? '', at, refused: null }
  } catch (error) {
    if (!(error instanceof KubeStatusError)) throw error
    return { uid: null, at, refused: error.why ?? error.message }
  }
}

export const makeNamespace: Verb<TrialContext> = {
  act: async (payload, { cluster, signal }) => {
    const { object, run } = payload as unknown as MakePayload
    const found = await cluster.get({ type: NAMESPACE, name: object.metadata.name }, signal)
    if (found !== undefined && found.metadata.labels?.[RUN] !== labelValue(run)) throw taken(object.metadata.name)
    if (found === undefined) await cluster.create(NAMESPACE, object, { signal })
    return null
  },
}

export const sweep: Verb<TrialContext> = {
  act: async (payload, { cluster, signal }) => {
    const { version, namespace, name, run } = payload as unknown as SweepPayload
    const type = version === '' ? NAMESPACE : applicationTypeOf(version)
    const key = version === '' ? { type, name } : { type, namespace, name }
    const found = await cluster.get(key, signal)
    if (found === undefined || found.metadata.labels?.[RUN] !== labelValue(run)) return { deleted: false }
    return { deleted: await deleteExactly(cluster, key, found, signal) }
  },
}

async function deleteExactly(
  cluster: Cluster,
  key: ObjectKey,
  found: KubeObject,
  signal: AbortSignal,
): Promise<boolean> {
  const { uid = '' } = found.metadata
  try {
    return await cluster.delete(key, { propagation: 'Background', preconditions: { uid }, signal })
  } catch (error) {
    // Somebody swept it and made another one meanwhile: that one is not ours.
    if (isRefusal(error, 'Conflict')) return false
    throw error
  }
}

/** The step that makes an application; its inverse is the one that sweeps it. */
export function makeStep(id: string, title: string, payload: MakePayload): Step {
  const { namespace = '', name } = payload.object.metadata
  const { version, run } = payload
  return {
    id,
    verb: 'make-application',
    object: `sparkapplications/${namespace}/${name}`,
    title,
    before: null,
    after: toJson(payload.object.spec),
    inverse: { verb: 'sweep', payload: { version, namespace, name, run } },
    payload: toJson(payload),
  }
}

/** The step that takes an application, or a namespace, away again. */
export function sweepStep(id: string, payload: SweepPayload): Step {
  const { version, namespace, name } = payload
  const object = version === '' ? `namespaces/${name}` : `sparkapplications/${namespace}/${name}`
  const what = version === '' ? `namespace ${name}` : `${namespace}/${name}`
  return {
    ...{ id, verb: 'sweep', object, title: `Delete ${what} again`, before: null, after: null, inverse: null },
    payload: toJson(payload),
  }
}

/** What the journal says of a step that made an application. */
export function readMade(facts: Json): Made | undefined {
  return typeof facts === 'object' && facts !== null && 'refused' in facts ? (facts as unknown as Made) : undefined
}

function keyOf(type: ResourceType, { namespace, name }: KubeObject['metadata']): ObjectKey {
  return { type, namespace, name }
}

function taken(name: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NAME_TAKEN',
    message: `namespace ${name} is there already, and it is not of this run`,
    why: 'a namespace of that name was made by somebody else',
    hint: 'name one that may be used: --outside NAMESPACE',
    exit: 'stale',
  })
}
