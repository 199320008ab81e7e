/** A fork's report in the form that was asked for. */
import type { ForkFeatures } from '../../domain/fork/features/document.ts'
import type { ShownProof } from '../../domain/fork/features/read-proof.ts'
import { featuresMarkdown } from './features-markdown.ts'
import { featuresPage } from './features-page.ts'
import { sanitizeJson } from '../sanitize.ts'

export type ReportFormat = 'html' | 'markdown' | 'json'

export function renderForkReport(format: ReportFormat, features: ForkFeatures, proof?: ShownProof): string {
  if (format === 'markdown') return featuresMarkdown(features, proof)
  if (format === 'html') return featuresPage(features, proof)
  const document = { apiVersion: features.apiVersion, kind: 'ForkReport', proof: proof ?? null, features }
  return `${sanitizeJson(JSON.stringify(document, undefined, 2))}\n`
}
