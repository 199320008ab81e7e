/** What `usage submit` tells. */
import type { API_VERSION } from '../../document.ts'
import type { JsonMap } from '../../pods/json.ts'

export interface UsageJob {
  apiVersion: typeof API_VERSION
  kind: 'UsageJob'
  store: string
  /** Where the application looks for its program. */
  program: string
  application: JsonMap
  /** Files written here. */
  files: string[]
  /** Null when nothing was submitted. */
  submitted: { namespace: string; name: string; run: string } | null
}
