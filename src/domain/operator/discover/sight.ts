/**
 * Reads a cluster with the rights one has, and keeps account of what could not be seen: an answer from half a cluster
 * must say so, and must not be taken for a clean bill of health.
 */
import type {
  ClusterReader,
  KubeObject,
  ListOptions,
  ObjectKey,
  ResourceType,
  TypeQuery,
} from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import { KubeStatusError } from '../../kube-error.ts'

/** Something that was asked for and not shown. */
export interface Unseen {
  /** What was asked: `secrets in namespace spark`. */
  what: string
  why: string
}

export class Sight {
  readonly reader: ClusterReader
  private readonly signal: AbortSignal | undefined
  private readonly missing = new Map<string, Unseen>()

  constructor(reader: ClusterReader, signal?: AbortSignal) {
    this.reader = reader
    this.signal = signal
  }

  /** What could not be seen, each once, in the order of names. */
  get unseen(): Unseen[] {
    return [...this.missing.values()].sort((a, b) => (a.what < b.what ? -1 : 1))
  }

  /** Whether every list of this type that was asked for was shown. */
  couldList(type: ResourceType, namespace?: string): boolean {
    return !this.missing.has(describe(type, namespace))
  }

  /** Whether this object was shown, or shown to be absent. */
  couldGet(key: ObjectKey): boolean {
    return !this.missing.has(describeKey(key))
  }

  /** Takes account of something that could not be seen for another reason than a refusal. */
  miss(what: string, why: string): void {
    if (!this.missing.has(what)) this.missing.set(what, { what, why })
  }

  /** All objects of a type; none, and an entry in `unseen`, where this login may not list them. */
  async list(type: ResourceType, options: ListOptions = {}): Promise<KubeObject[]> {
    const items: KubeObject[] = []
    for await (const object of this.each(type, options)) items.push(object)
    return items
  }

  /** The same, one by one: memory holds a page. */
  async *each(type: ResourceType, options: ListOptions = {}): AsyncGenerator<KubeObject> {
    this.signal?.throwIfAborted()
    try {
      yield* this.reader.listEach(type, { ...options, signal: options.signal ?? this.signal })
    } catch (error) {
      this.account(error, describe(type, options.namespace))
    }
  }

  /** One object; undefined where there is none, or, with an entry in `unseen`, where it may not be read. */
  async get(key: ObjectKey): Promise<KubeObject | undefined> {
    try {
      return await this.reader.get(key, this.signal)
    } catch (error) {
      this.account(error, describeKey(key))
      return undefined
    }
  }

  /** The type as it is served; undefined where it is not, or, with an entry in `unseen`, where a snapshot lacks it. */
  async findType(query: TypeQuery): Promise<ResourceType | undefined> {
    try {
      return await this.reader.findType(query)
    } catch (error) {
      this.account(error, `${query.resource ?? query.kind ?? ''}${query.group === '' ? '' : `.${query.group}`}`)
      return undefined
    }
  }

  private account(error: unknown, what: string): void {
    const why = whyUnseen(error)
    if (why === undefined) throw error
    this.miss(what, why)
  }
}

function describeKey({ type, namespace, name }: ObjectKey): string {
  return `${type.resource}/${namespace === undefined ? '' : `${namespace}/`}${name}`
}

function describe(type: ResourceType, namespace?: string): string {
  const resource = type.group === '' ? type.resource : `${type.resource}.${type.group}`
  return namespace === undefined ? resource : `${resource} in namespace ${namespace}`
}

/** Refusals and gaps of a snapshot are accounted for; all else (an unreachable server, a defect) ends the command. */
function whyUnseen(error: unknown): string | undefined {
  if (error instanceof KubeStatusError) {
    if (error.status.code === 403) return 'this login may not read it'
    // A kind the server does not serve has no objects to see; only what is asked by a fixed path ends here.
    return error.status.code === 404 ? 'the server does not serve it' : undefined
  }
  return error instanceof SparkopsError && error.code === 'SO_NOT_IN_SNAPSHOT' ? error.why : undefined
}
