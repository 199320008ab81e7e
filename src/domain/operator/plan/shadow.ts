/**
 * Asks the API server itself what it would make of objects under a schema that is not in force: a definition with this
 * schema in a group of our own, dry-run creations of copies in it, and the definition is deleted again. Nothing that
 * belongs to anybody else is written, and no object is stored.
 */
import { randomBytes } from 'node:crypto'
import type { Cluster, KubeObject, ResourceType } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { isRefusal, KubeStatusError } from '../../kube-error.ts'
import { CRD } from '../discover/kinds.ts'
import { listAt, textAt } from '../discover/json.ts'
import type { Schema } from '../schema/structural.ts'

const GROUP_SUFFIX = 'shadow.sparkops.dev'
const LABEL = 'sparkops.dev/shadow'
const READY_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 250
/** A plan takes minutes at most; what is older was left by one that was killed. */
const LEFTOVER_AFTER_MS = 3_600_000

/** What the API server said of one object. */
export interface ServerVerdict {
  /** Paths of fields that it does not know, as it writes them. */
  unknown: readonly string[]
  /** Why it would refuse the object apart from unknown fields: `spec.x: Required value`. */
  refusals: readonly string[]
  /** What it would store and give back; undefined where it refused. */
  readBack: KubeObject | undefined
}

/** A schema that the server serves under another name. */
export interface Shadow {
  ask(object: KubeObject): Promise<ServerVerdict>
}

export interface ShadowOptions {
  /** For its name: `SparkApplication`. */
  kind: string
  schema: Schema
  signal: AbortSignal | undefined
  sleep: (milliseconds: number) => Promise<void>
  /** Told how to remove what was made, for a process that is being ended; gives what takes that back. */
  onHeld: OnHeld
}

/** Registers what must go when the process ends; gives the end of that. */
export type OnHeld = (remove: () => Promise<void>) => () => void

/** Runs `work` while the shadow is there. It is deleted in any case, also after Ctrl-C. */
export async function withShadow<T>(
  cluster: Cluster,
  options: ShadowOptions,
  work: (shadow: Shadow) => Promise<T>,
): Promise<T> {
  const type = shadowType()
  const { object } = await cluster.create(CRD, shadowDefinition(type, options), { signal: options.signal })
  // Without the signal: what was made must go whatever has happened.
  const remove = async () => {
    await cluster.delete({ type: CRD, name: object.metadata.name }, { preconditions: uidOf(object) })
  }
  const forget = options.onHeld(remove)
  try {
    await untilServed(cluster, type, options)
    return await work({ ask: (asked) => askServer(cluster, type, asked, options.signal) })
  } finally {
    // In this order: an ending process waits for what is registered, and for nothing else.
    await remove()
    forget()
  }
}

/** Definitions that a plan left behind which was killed: ours by group and label, and older than any plan takes. */
export function leftoverShadows(definitions: readonly KubeObject[], now: number): KubeObject[] {
  return definitions.filter(
    ({ metadata }) =>
      metadata.labels?.[LABEL] === 'true' &&
      metadata.name.endsWith(`.${GROUP_SUFFIX}`) &&
      now - Date.parse(metadata.creationTimestamp ?? '') > LEFTOVER_AFTER_MS,
  )
}

function uidOf({ metadata }: KubeObject): { uid?: string } {
  return metadata.uid === undefined ? {} : { uid: metadata.uid }
}

/** Names of its own, so that nobody's `kubectl get sparkapplications` becomes ambiguous meanwhile. */
function shadowType(): ResourceType {
  const id = randomBytes(5).toString('hex')
  return {
    group: `s${id}.${GROUP_SUFFIX}`,
    version: 'v1',
    resource: `shadow${id}s`,
    kind: `Shadow${id}`,
    namespaced: true,
  }
}

function shadowDefinition(type: ResourceType, { kind, schema }: ShadowOptions): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${type.resource}.${type.group}`,
      labels: { [LABEL]: 'true' },
      annotations: { 'sparkops.dev/shadow-of': kind },
    },
    spec: {
      group: type.group,
      scope: 'Namespaced',
      names: {
        kind: type.kind,
        plural: type.resource,
        singular: type.kind.toLowerCase(),
        listKind: `${type.kind}List`,
      },
      // No status subresource: the status is judged with the rest.
      versions: [{ name: type.version, served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  }
}

/** Established is said before every path answers; then creations are 404 for a moment. */
async function untilServed(cluster: Cluster, type: ResourceType, { signal, sleep }: ShadowOptions): Promise<void> {
  const name = `${type.resource}.${type.group}`
  for (let waited = 0; waited < READY_WITHIN_MS; waited += LOOK_EVERY_MS) {
    signal?.throwIfAborted()
    const definition = await cluster.get({ type: CRD, name }, signal)
    if (conditionOf(definition, 'NamesAccepted') === 'False') break
    if (conditionOf(definition, 'Established') === 'True' && (await answers(cluster, type, signal))) return
    await sleep(LOOK_EVERY_MS)
  }
  throw new SparkopsError({
    code: 'SO_SHADOW_NOT_SERVED',
    message: `the API server did not serve the temporary definition ${name}`,
    why: `it was not established within ${READY_WITHIN_MS / 1000} s`,
    hint: 'try again, or plan without it: --offline',
    exit: 'unreachable',
  })
}

async function answers(cluster: Cluster, type: ResourceType, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await cluster.list(type, { namespace: 'default', signal })
    return true
  } catch (error) {
    if (error instanceof KubeStatusError && [404, 429, 503].includes(error.status.code)) return false
    throw error
  }
}

function conditionOf(definition: KubeObject | undefined, type: string): string | undefined {
  const conditions = listAt(definition, 'status', 'conditions')
  return textAt(
    conditions.find((condition) => textAt(condition, 'type') === type),
    'status',
  )
}

async function askServer(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
  signal: AbortSignal | undefined,
): Promise<ServerVerdict> {
  const { namespace, name } = object.metadata
  const copy: KubeObject = {
    ...object,
    apiVersion: `${type.group}/${type.version}`,
    kind: type.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  }
  const strict = await tryCreate(cluster, type, copy, 'Strict', signal)
  if (!(strict instanceof KubeStatusError)) return { unknown: [], refusals: [], readBack: strict }
  const unknown = unknownFields(strict.status.message)
  // Decoding comes before validation: what it would say of the values is heard only when unknown fields are let pass.
  const second = unknown.length === 0 ? strict : await tryCreate(cluster, type, copy, 'Ignore', signal)
  if (!(second instanceof KubeStatusError)) return { unknown, refusals: [], readBack: second }
  return { unknown, refusals: reasons(second), readBack: undefined }
}

async function tryCreate(
  cluster: Cluster,
  type: ResourceType,
  object: KubeObject,
  fieldValidation: 'Strict' | 'Ignore',
  signal: AbortSignal | undefined,
): Promise<KubeObject | KubeStatusError> {
  try {
    return (await cluster.create(type, object, { dryRun: true, fieldValidation, signal })).object
  } catch (error) {
    // Anything else (no right, a server in trouble) is no verdict on the object.
    if (isRefusal(error, 'Invalid', 'BadRequest')) return error
    throw error
  }
}

/** `strict decoding error: unknown field "spec.a", unknown field "spec.b[0].c"`. */
function unknownFields(message: string): string[] {
  const found = [...message.matchAll(/unknown field "((?:[^"\\]|\\.)*)"/g)].map(([, path]) => path!)
  return [...new Set(found)].sort()
}

function reasons({ status }: KubeStatusError): string[] {
  const causes = status.causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
  return causes.length > 0 ? causes : [status.message]
}
