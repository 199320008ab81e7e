/** Charts of a repository, as the objects that they put into a cluster under their own default values. */
import type { Oid } from './git.ts'

export interface ChartRenderer {
  /** What renders, as `helm 3.22.0`; throws where there is nothing that can. */
  program(): Promise<string>
  /**
   * Renders the chart that a tree holds, definitions of custom resources left out. One stream of YAML documents, each
   * begun by `---` and `# Source: CHART/templates/…`. Throws where the chart cannot be rendered by itself.
   */
  render(chart: Oid): Promise<string>
  /** Removes what was laid out on disk. */
  close(): Promise<void>
}
