/**
 * A capture of applications' pods: a directory of objects, one a file, and capture.json, which says what they are. It is
 * written while the applications run, and can be read at any moment, also after whoever wrote it was killed.
 */
import type { KubeObject } from './cluster.ts'

/** capture.json. Of its kind there is one in the directory; until the end it says `complete: false`. */
export interface CaptureManifest {
  apiVersion: 'sparkops/v1'
  kind: 'PodCapture'
  tool: { name: 'sparkops'; version: string }
  cluster: { uid: string; context: string | null; server: string }
  /** Null for all namespaces. */
  namespace: string | null
  /** RFC 3339, UTC. */
  startedAt: string
  endedAt: string | null
  /** What it waited for: `executors`, `ended`, `stopped`; `once` for what was there at one moment. */
  until: CaptureUntil
  /** Whether everything that belongs to it is in it. Nothing is proven by one that is not. */
  complete: boolean
  /** Why it is not complete. */
  reasons: string[]
  /** Values that are called secret are masked in its files. */
  masked: boolean
  applications: CapturedApplication[]
  pods: CapturedPod[]
  /** What was asked for and could not be had, such as ConfigMaps that may not be read. */
  missing: { resource: string; why: string }[]
}

export type CaptureUntil = 'executors' | 'ended' | 'stopped' | 'once'

export interface CapturedApplication {
  namespace: string
  name: string
  /** As the SparkApplication says it, such as COMPLETED; null where there is none, or it says nothing yet. */
  state: string | null
  /** Whether a SparkApplication was seen: Spark can be submitted without the operator. */
  hasResource: boolean
  hasDriver: boolean
  /** Of the latest attempt: how many were asked for (null where nobody says) and how many were seen. */
  executorsAsked: number | null
  executorsSeen: number
  /** Submission ids, or Spark's own ids, the first attempt first. */
  attempts: string[]
}

export interface CapturedPod {
  namespace: string
  name: string
  uid: string
  role: 'driver' | 'executor'
  application: string
  attempt: string
  /** Relative to the directory: the pod as it was first seen. */
  file: string
  /** `created`: seen as it was made. `existing`: it was there already, and others may have changed it. */
  seen: 'created' | 'existing'
  /** As it was seen last. */
  phase: string
  /** Of the pod, or of its container of Spark: `OOMKilled`, `Evicted`, `ErrImagePull`. */
  reason: string | null
  exitCode: number | null
  startedAt: string | null
  finishedAt: string | null
  /** Whether it went away while it was watched. */
  deleted: boolean
}

/** Writes a capture. */
export interface CaptureWriter {
  readonly directory: string
  /** Writes the object's file, whole or not at all, in place of an earlier state of it. Gives its path below the directory. */
  put(object: KubeObject): Promise<string>
  /** Writes capture.json in place of the last one, when all that was put is written. */
  describe(manifest: CaptureManifest): Promise<void>
}
