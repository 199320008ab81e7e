/**
 * The verdict on every live object under the definitions to come: foretold offline for each, and told by the API server
 * for one object of every shape. Where the two disagree, that is a finding of its own: then nothing is foretold.
 */
import type { Cluster, KubeObject, ResourceType } from '../../../ports/cluster.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { KubeStatusError } from '../../kube-error.ts'
import { digestOf } from '../../plan/json.ts'
import { nameOf } from '../discover/kinds.ts'
import type { Sight } from '../discover/sight.ts'
import type { Violation } from '../schema/validate.ts'
import { type Foretold, foreteller, type ObjectClass, type SchemaInForce } from './foretell.ts'
import { shaper } from './shape.ts'
import { type OnHeld, type ServerVerdict, type Shadow, withShadow } from './shadow.ts'

export interface ObjectVerdict {
  namespace: string
  name: string
  uid: string
  generation: number
  class: ObjectClass
  pruned: readonly string[]
  lost: readonly string[]
  unknown: readonly string[]
  defaulted: readonly string[]
  violations: readonly Violation[]
  /** Digests of the spec as it is, and as it will be read. */
  spec: string
  predicted: string
  /** Values are written down that one version assumes and the other does not. */
  filled: boolean
}

export interface Judgement {
  type: ResourceType
  verdicts: ObjectVerdict[]
  /** How many shapes there were, and how many of them the API server was asked about. */
  shapes: number
  asked: number
  /** Why the API server was not asked; undefined where it was. */
  notAsked: string | undefined
  /** Where it said other than foretold, by object. */
  disagreements: { object: string; foretold: string; said: string }[]
  /** Rules that nobody checked, because the API server was not asked. */
  unchecked: readonly string[]
  /** Of the objects seen, in no order: uid, generation and spec of each. */
  fingerprint: string
}

export interface JudgeOptions {
  sight: Sight
  type: ResourceType
  now: SchemaInForce
  then: SchemaInForce
  /** What is written into an object before it is read under the schema to come; the same object where nothing is. */
  prepare: (object: KubeObject) => KubeObject
  /** Whom to ask; otherwise why nobody is. */
  server: Cluster | typeof OFFLINE | typeof DEFINITION_STAYS
  signal: AbortSignal | undefined
  sleep: (milliseconds: number) => Promise<void>
  onHeld: OnHeld
  report: ReportProgress | undefined
}

/** Why the API server is not asked: it was not wanted, or there is nothing that it could say. */
export const OFFLINE = 'offline'
export const DEFINITION_STAYS = 'the definition stays as it is'

/** Questions in flight at once: enough to hide the way there, few enough for API Priority and Fairness. */
const AT_ONCE = 8

/** Judges all objects of a kind; reads each once, and holds one object of every shape. */
export async function judgeObjects(options: JudgeOptions): Promise<Judgement> {
  const { sight, type, now, then, report } = options
  const { foretell, unchecked } = foreteller(now, then)
  const shapeOf = then.schema === undefined ? digestOf : shaper(then.schema)
  const verdicts: ObjectVerdict[] = []
  const samples = new Map<string, { object: KubeObject; foretold: Foretold }>()
  for await (const raw of sight.each(type)) {
    const live = { ...raw, apiVersion: `${type.group}/${type.version}`, kind: type.kind }
    const object = options.prepare(live)
    const foretold = foretell(object)
    verdicts.push(verdictOf(live, foretold, object !== live))
    const shape = shapeOf(object)
    if (!samples.has(shape)) samples.set(shape, { object, foretold })
    report?.({ phase: `judging ${type.resource}`, count: verdicts.length, noun: 'object' })
  }
  verdicts.sort((a, b) => (nameOf({ metadata: a }) < nameOf({ metadata: b }) ? -1 : 1))
  const answer = await askAbout([...samples.values()], options)
  return {
    type,
    verdicts,
    shapes: samples.size,
    ...answer,
    unchecked: answer.notAsked === undefined ? [] : unchecked,
    fingerprint: digestOf(verdicts.map(({ uid, generation, spec }) => [uid, generation, spec])),
  }
}

/** Whether there was something to ask the API server that it was not asked. */
export function isUnasked({ notAsked, verdicts }: Judgement): boolean {
  return notAsked !== undefined && notAsked !== DEFINITION_STAYS && verdicts.length > 0
}

/** Whether every object will read as it does now. */
export function isUnchanged({ verdicts }: Judgement): boolean {
  return verdicts.every(({ spec, predicted }) => spec === predicted)
}

function verdictOf(object: KubeObject, foretold: Foretold, filled: boolean): ObjectVerdict {
  const { metadata } = object
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    class: foretold.class,
    pruned: foretold.pruned,
    lost: foretold.lost,
    unknown: foretold.unknown,
    defaulted: foretold.defaulted,
    violations: foretold.violations,
    spec: digestOf(object.spec ?? null),
    predicted: foretold.predicted,
    filled,
  }
}

type Sample = { object: KubeObject; foretold: Foretold }
type Answer = Pick<Judgement, 'asked' | 'notAsked' | 'disagreements'>

async function askAbout(samples: readonly Sample[], options: JudgeOptions): Promise<Answer> {
  const { server, type, then, signal, sleep, onHeld } = options
  if (typeof server === 'string') return notAsked(server)
  if (then.schema === undefined) return notAsked('the definition to come has no schema')
  if (samples.length === 0) return { asked: 0, notAsked: undefined, disagreements: [] }
  try {
    return await withShadow(server, { kind: type.kind, schema: then.schema, signal, sleep, onHeld }, (shadow) =>
      askEach(shadow, samples, options),
    )
  } catch (error) {
    if (error instanceof KubeStatusError && error.status.code === 403) {
      return notAsked('this login may not create the temporary definition, or objects of it')
    }
    throw error
  }
}

function notAsked(why: string): Answer {
  return { asked: 0, notAsked: why, disagreements: [] }
}

async function askEach(shadow: Shadow, samples: readonly Sample[], options: JudgeOptions): Promise<Answer> {
  const disagreements: Judgement['disagreements'] = []
  let asked = 0
  const queue = samples.values()
  const worker = async () => {
    for (const { object, foretold } of queue) {
      options.signal?.throwIfAborted()
      const disagreement = compare(foretold, await shadow.ask(object))
      if (disagreement !== undefined) disagreements.push({ object: nameOf(object), ...disagreement })
      asked += 1
      options.report?.({ phase: 'asking the API server', count: asked, noun: 'shape' })
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, samples.length) }, worker))
  return { asked, notAsked: undefined, disagreements: disagreements.sort((a, b) => (a.object < b.object ? -1 : 1)) }
}

/** Compares what was foretold with what the server says: unknown fields, refusal, and the object it gives back. */
function compare(foretold: Foretold, verdict: ServerVerdict): { foretold: string; said: string } | undefined {
  const told = foretold.pruned.filter((path) => !path.startsWith('metadata'))
  if (told.join() !== verdict.unknown.join()) {
    return { foretold: `unknown: ${listed(told)}`, said: `unknown: ${listed(verdict.unknown)}` }
  }
  const isInvalid = foretold.violations.length > 0
  if (isInvalid !== verdict.refusals.length > 0) {
    const violations = foretold.violations.map(({ path, message }) => `${path} ${message}`)
    return { foretold: `refused: ${listed(violations)}`, said: `refused: ${listed(verdict.refusals)}` }
  }
  if (verdict.readBack === undefined || digestOf(verdict.readBack.spec ?? null) === foretold.predicted) return undefined
  return { foretold: 'another spec is read back', said: 'the API server gives back other values' }
}

function listed(texts: readonly string[]): string {
  if (texts.length === 0) return 'none'
  return texts.length <= 5 ? texts.join(', ') : `${texts.slice(0, 5).join(', ')} and ${texts.length - 5} more`
}
