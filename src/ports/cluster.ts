/**
 * A Kubernetes cluster, or a recording of one.
 *
 * Objects travel as they are on the wire: plain JSON, nothing typed away, so that what is read can be written back
 * without loss. Integers beyond 2^53 are `bigint` (src/domain/exact-json.ts writes them). Names are the API's own.
 */

/** Any Kubernetes object. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  managedFields?: ManagedFieldsEntry[]
  finalizers?: string[]
  [field: string]: unknown
}

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ManagedFieldsEntry {
  manager?: string
  operation?: string
  apiVersion?: string
  time?: string
  subresource?: string
  fieldsV1?: unknown
}

/** A kind of object as the API serves it: enough to make its path. */
export interface ResourceType {
  /** Empty for the core group. */
  group: string
  version: string
  /** The plural, lower-case name in paths: `pods`. */
  resource: string
  kind: string
  namespaced: boolean
}

/** One object of a cluster. */
export interface ObjectKey {
  type: ResourceType
  /** Absent for what has no namespace. */
  namespace?: string | undefined
  name: string
}

export interface ListOptions {
  /** All namespaces unless given. */
  namespace?: string | undefined
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
  /** Names, labels, owners and the like alone: little to send where objects are large, and nothing secret in it. */
  metadataOnly?: boolean | undefined
  signal?: AbortSignal | undefined
}

/** A consistent list: every page is of one resource version. */
export interface ObjectList {
  resourceVersion: string
  items: KubeObject[]
}

/** What can be asked of a cluster and of its snapshot alike. Nothing here writes. */
export interface ClusterReader {
  readonly identity: ClusterIdentity
  /** The object, or undefined where there is none (404). */
  get(key: ObjectKey, signal?: AbortSignal): Promise<KubeObject | undefined>
  /**
   * All objects of a type, in pages behind the scenes and yet of one moment: where the server forgets that moment
   * half-way (410), the list begins again. Throws where it cannot be had whole.
   */
  list(type: ResourceType, options?: ListOptions): Promise<ObjectList>
  /**
   * The same, object by object, so that memory holds one page only. After a 410 the rest comes as of a later moment;
   * no object is told twice, and none is missed that was there all the time.
   */
  listEach(type: ResourceType, options?: ListOptions): AsyncIterable<KubeObject>
  /**
   * The type as this cluster serves it, by group and kind or plural name; in the version that the server prefers unless
   * one is named. Undefined where it is not served.
   */
  findType(query: TypeQuery): Promise<ResourceType | undefined>
  /** The server's `/version`. */
  serverVersion(): Promise<ServerVersion>
}

export interface TypeQuery {
  group: string
  version?: string | undefined
  kind?: string | undefined
  resource?: string | undefined
}

export interface ClusterIdentity {
  /**
   * The uid of the namespace kube-system: what makes a cluster that cluster. Where the login may not read it,
   * `address:` and a hash of the server's address and authority: stable for one login, and equal to no uid.
   */
  uid: string
  /** The kubeconfig's context; undefined for a snapshot or inside a pod. */
  context: string | undefined
  /** Where it is: the server's address, or the snapshot's directory. */
  server: string
  /** The namespace that commands use unless told. */
  namespace: string
}

export interface ServerVersion {
  major: number
  minor: number
  gitVersion: string
}

export interface WriteOptions {
  /** Validated and admitted by the server, and stored nowhere. */
  dryRun?: boolean | undefined
  /** How unknown and repeated fields are met; `Strict` refuses them. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined
  fieldManager?: string | undefined
  subresource?: 'status' | 'scale' | undefined
  signal?: AbortSignal | undefined
}

/** What the server answered to a write, with what it warned of. */
export interface Written {
  object: KubeObject
  warnings: string[]
}

export type Patch =
  | { type: 'merge'; body: unknown }
  | { type: 'json'; body: readonly unknown[] }
  /** Server-side apply; `force` takes fields over from their managers. */
  | { type: 'apply'; body: KubeObject; force: boolean }

export interface DeleteOptions {
  propagation?: 'Foreground' | 'Background' | 'Orphan' | undefined
  gracePeriodSeconds?: number | undefined
  /** Refuses (409) unless it is still this object. */
  preconditions?: { uid?: string; resourceVersion?: string } | undefined
  dryRun?: boolean | undefined
  signal?: AbortSignal | undefined
}

export interface WatchOptions extends ListOptions {
  signal: AbortSignal
  /** Told each time the connection is lost or refused, before the pause. */
  onTrouble?: ((trouble: string) => void) | undefined
}

export type WatchEvent =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: KubeObject }
  /**
   * Everything up to this version has been told; `initial` after the first list. `afterGap`: after another list, because
   * the server had forgotten what came before (410): what came and went meanwhile was never told.
   */
  | { type: 'SYNCED'; resourceVersion: string; initial: boolean; afterGap: boolean }

/** May this login do that? One question of a SelfSubjectAccessReview. */
export interface AccessQuestion {
  verb: string
  group: string
  resource: string
  subresource?: string | undefined
  namespace?: string | undefined
  name?: string | undefined
}

/**
 * A live cluster. The server's refusals are `KubeStatusError`, lost connections `KubeUnreachableError`
 * (src/domain/kube-error.ts). What cannot do harm twice is tried again by itself, for a minute, or until the first
 * answer ever for a moment only; 429 waits as the server asks. A write whose answer got lost is never sent again.
 */
export interface Cluster extends ClusterReader {
  create(type: ResourceType, object: KubeObject, options?: WriteOptions): Promise<Written>
  /** PUT; the object's own resourceVersion, where it has one, must still be the stored one. */
  replace(type: ResourceType, object: KubeObject, options?: WriteOptions): Promise<Written>
  patch(key: ObjectKey, patch: Patch, options?: WriteOptions): Promise<Written>
  /** True when it was there. */
  delete(key: ObjectKey, options?: DeleteOptions): Promise<boolean>
  /**
   * List, then every change, without a gap, until `signal` aborts, which ends it without an error: reconnects by itself
   * with growing pauses, and lists again after 410, telling what changed meanwhile as ADDED, MODIFIED and DELETED (of
   * what went away in such a gap, the last state that was seen). Throws what no patience mends: 401, 403, a type that
   * is not served, and a server that could not be reached for the first list.
   */
  watch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent>
  mayI(question: AccessQuestion): Promise<boolean>
  /** A path as it is, for what is no object: `/healthz`, `/metrics`. */
  raw(path: string, signal?: AbortSignal): Promise<string>
  /** The lines of a container's log. */
  logs(pod: ObjectKey, options: LogOptions): AsyncIterable<string>
  /**
   * A connection to a port of a pod, as if from within it: of `localhost` there, as kubectl port-forward makes them.
   * That nothing listens is told only when it is read from: `SO_PORT_CLOSED`, with the kubelet's own words.
   */
  connect(pod: ObjectKey, port: number, signal: AbortSignal): Promise<ByteChannel>
  close(): Promise<void>
}

/** Bytes both ways. */
export interface ByteChannel {
  /** What the other side sends, until the connection is over; read once. Throws where it broke. */
  readonly incoming: AsyncIterable<Uint8Array>
  /** Resolves when there is room for more. */
  send(bytes: Uint8Array): Promise<void>
  /** Ends both ways. */
  close(): void
}

export interface LogOptions {
  container?: string | undefined
  follow?: boolean | undefined
  previous?: boolean | undefined
  tailLines?: number | undefined
  sinceTime?: string | undefined
  signal?: AbortSignal | undefined
}
