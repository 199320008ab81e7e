/** What is told of a report that was written, and the report itself as a document. */
import { API_VERSION } from '../../document.ts'
import type { ForkFeatures } from './document.ts'
import type { ShownProof } from './read-proof.ts'

export interface ForkReportFile {
  apiVersion: typeof API_VERSION
  kind: 'ForkReportFile'
  path: string
  bytes: number
  format: string
  from: string
  to: string
  breaking: number
  defaults: number
  features: number
  undecided: number
  /** Null where no proof was given. */
  verdict: ShownProof['verdict'] | null
}

export function describeForkReport(
  { from, to, summary, features }: ForkFeatures,
  proof: ShownProof | undefined,
  file: { path: string; bytes: number; format: string },
): ForkReportFile {
  const asked = features.filter(({ kind }) => kind !== 'fix' && kind !== 'other')
  return {
    apiVersion: API_VERSION,
    kind: 'ForkReportFile',
    ...file,
    from: from.ref,
    to: to.ref,
    breaking: summary.breaking,
    defaults: summary.default,
    features: summary.feature,
    undecided: asked.filter(({ decision }) => decision.answer === null).length,
    verdict: proof?.verdict ?? null,
  }
}
