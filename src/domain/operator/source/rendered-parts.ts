/** Parts of a rendered target that are more than objects. */
import type { KubeObject } from '../../../ports/cluster.ts'
import type { CrdReading } from '../schema/crd.ts'

export interface Definition {
  object: KubeObject
  reading: CrdReading
  /** `crds`: Helm installs it once and never again. `templates`: Helm owns it, and would delete it with the release. */
  from: 'crds' | 'templates' | 'manifests'
}

export interface Hook {
  object: KubeObject
  /** `pre-install`, `pre-upgrade`, … */
  events: readonly string[]
  weight: number
  /** `before-hook-creation`, … */
  deletePolicy: readonly string[]
}
