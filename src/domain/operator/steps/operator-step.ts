/** Steps with typed payloads: what the constructors of this folder give, and what executors take. */
import { createHash } from 'node:crypto'
import type { ObjectKey } from '../../../ports/cluster.ts'
import { toJson } from '../../plan/json.ts'
import type { Json, Step } from '../../plan/plan.ts'
import type { OperatorVerb, StepPayloads } from './payloads.ts'

/** A step of an operator move before it is turned into plain JSON. */
export interface StepInit<V extends OperatorVerb> {
  id: string
  verb: V
  object: string
  title: string
  before: unknown
  after: unknown
  inverse: Inverse | null
  pointOfNoReturn?: string
  payload: StepPayloads[V]
}

/** What undoes a step: one of the same verbs. */
export type Inverse = { [V in OperatorVerb]: { verb: V; payload: StepPayloads[V] } }[OperatorVerb]

/** A step as plans hold it. */
export function operatorStep<V extends OperatorVerb>(init: StepInit<V>): Step {
  const { id, verb, object, title, before, after, inverse, pointOfNoReturn, payload } = init
  return {
    id,
    verb,
    object,
    title,
    before: toJson(before),
    after: toJson(after),
    inverse: inverse === null ? null : { verb: inverse.verb, payload: toJson(inverse.payload) },
    ...(pointOfNoReturn === undefined ? {} : { pointOfNoReturn }),
    payload: toJson(payload),
  }
}

/** An undoing that is one of the same verbs. */
export function inverseOf<V extends OperatorVerb>(verb: V, payload: StepPayloads[V]): Inverse {
  return { verb, payload } as Inverse
}

/** How people read an object: `deployments/spark-operator/controller`, `clusterroles/spark-operator`. */
export function objectName({ type, namespace, name }: ObjectKey): string {
  return [type.resource, ...(namespace === undefined ? [] : [namespace]), name].join('/')
}

/**
 * An id that is safe in file names, from words and a name of the cluster. Names may hold what files may not (RBAC names
 * have colons); those that had to be changed get a short hash, so that two never meet.
 */
export function stepId(...words: readonly string[]): string {
  return words.map(safeWord).join('/')
}

const SAFE = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/
const LONGEST = 120

function safeWord(word: string): string {
  if (SAFE.test(word) && word.length <= LONGEST && !word.includes('..')) return word
  const kept = word
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST - 9)
  const hash = createHash('sha256').update(word).digest('hex').slice(0, 8)
  return kept === '' ? hash : `${kept}-${hash}`
}

/** A value of a merge patch as JSON. */
export function mergeBody(body: unknown): { readonly [field: string]: Json } {
  return toJson(body) as { readonly [field: string]: Json }
}
