/** What the steps carry that pass a webhook from one version to the other. One of the parts of `payloads.ts`. */
import type { KubeObject, ObjectKey } from '../../../ports/cluster.ts'

/** A4. What was put there beforehand is ready. */
export interface AwaitReadyPayload {
  deployment: ObjectKey
  timeoutSeconds: number
}

/** A4. A Secret that the target makes anew, and its copy for the way back, beside it. */
export interface SecretPayload {
  secret: ObjectKey
  uid: string
  copy: ObjectKey
}

/** A6. Pods that are made from here on are noted. */
export interface WatchPodsPayload {
  selector: string
}

/**
 * A4, A6. A Service of 1.x also selects the pods of a webhook of 2.x in the same release. While both run it is led to the
 * controller's own pods, by the hash of their template.
 */
export interface PinServicePayload {
  service: ObjectKey
  /** What has been behind the Service so far, and the labels of its pods. */
  deployment: ObjectKey
  selector: { readonly [label: string]: string }
  /** Labels of the pods that must not be called by it. */
  apart: { readonly [label: string]: string }
  /** Of taking it back: only when none of those pods is left. */
  whenGone: boolean
  timeoutSeconds: number
}

/** A6. Webhook configurations pass from one version to the other. */
export interface HandOverPayload {
  /**
   * `at-once`, while no controller runs: create those of a webhook that is ready, and delete what nobody serves any
   * more. `when-registered`: wait until the started controller has registered `awaited` (1.x registers its own), then
   * delete what has answered until then.
   */
  order: 'at-once' | 'when-registered'
  create: readonly KubeObject[]
  awaited: ObjectKey | null
  /** An empty uid: whatever has the name. */
  remove: readonly { key: ObjectKey; uid: string; before: KubeObject }[]
  /** Where the CA of the webhook to be registered is: in a Secret, or in what is removed, which calls the same one. */
  authority: { secret: ObjectKey; field: string } | 'removed' | null
  /** With the installation the Service that `remove` calls becomes the other version's; absent where it does not. */
  losesService?: boolean
  /** The Service of 1.x that selects the pods of 2.x too: a way back has both beside each other. */
  shares?: PinServicePayload
  /** Pods created in the gap between two webhooks are counted by this selector. */
  podSelector: string
  timeoutSeconds: number
}

/** A10. Configurations that the installation has made, of a webhook that runs already. */
export interface TrustWebhookPayload {
  configurations: readonly ObjectKey[]
  /** Where its CA is; null where somebody else writes it (cert-manager). */
  authority: { secret: ObjectKey; field: string } | null
  timeoutSeconds: number
}
