/**
 * A plan: what a command would change, as data. It is printed, saved, reviewed, and then carried out exactly.
 *
 * Deterministic: the same inputs give the same plan but for `createdAt`, which the digest leaves out.
 */
import type { Document } from '../document.ts'

/** JSON without surprises; a step's payload must survive being written to a file. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

export interface Plan extends Document {
  /** The version of this shape. */
  schema: 1
  tool: { name: 'sparkops'; version: string }
  /** RFC 3339, UTC. */
  createdAt: string
  /** What is changed: the cluster's uid, the repository's first commit. Carrying it out elsewhere is refused. */
  target: PlanTarget
  /** What the plan was made from. When one no longer holds, the plan is stale (exit 5). */
  inputs: readonly Fingerprint[]
  steps: readonly Step[]
  findings: readonly Finding[]
  summary: { readonly [key: string]: Json }
  /** SHA-256 of the plan's canonical JSON without `createdAt` and `digest`. */
  digest: string
}

export interface PlanTarget {
  kind: 'cluster' | 'repository'
  /** Identity that survives renames: see `ClusterIdentity.uid`. */
  id: string
  /** How people call it: a context's name, a path. */
  name: string
}

export interface Fingerprint {
  /** What it is of: `crd/sparkapplications.sparkoperator.k8s.io`. */
  of: string
  /** A hash, a resourceVersion, an oid. */
  value: string
}

/** One change, small enough to be done or not done. */
export interface Step {
  /** Stable within the plan, safe in file names: `crds/raise-sparkapplications`. */
  id: string
  /** What is done: `replace`, `scale`, `delete`, … Each verb has one executor. */
  verb: string
  /** What it is done to, as people read it: `deployments/spark-operator/controller`. */
  object: string
  /** One line: what and why. */
  title: string
  before: Json
  after: Json
  /** What undoes it; null when nothing needs to or nothing can. */
  inverse: { verb: string; payload: Json } | null
  /** Beyond this step, going back loses something; consent is asked for it by name. */
  pointOfNoReturn?: string
  payload: Json
}

/** Something a person should know before the plan is carried out. */
export interface Finding {
  /** Of the rule: `OP-NAMESPACE-UNWATCHED`. */
  id: string
  direction: 'forward' | 'back' | 'both'
  title: string
  detail: string
  /** Names of what is concerned: `default/etl-nightly`. */
  objects: readonly string[]
  consequence: 'kill' | 'strand' | 'lose' | 'resubmit' | 'note'
  /** `block`: not carried out; `ack`: only when acknowledged by id; `auto`: a step takes care of it. */
  gate: 'block' | 'ack' | 'auto'
  fix: string
  /** Where the rule comes from. */
  source: string
}
