/** A fork's report in the form that was asked for. */
import type { ForkFeatures } from '../../domain/fork/features/document.ts'
import type { ForkSyncSummary } from '../../domain/fork/features/sync-summary.ts'
import { featuresMarkdown } from './features-markdown.ts'
import { featuresPage } from './features-page.ts'
import { sanitizeJson } from '../sanitize.ts'

export type ReportFormat = 'html' | 'markdown' | 'json'

export function renderForkReport(format: ReportFormat, features: ForkFeatures, sync?: ForkSyncSummary): string {
  if (format === 'markdown') return featuresMarkdown(features, sync)
  if (format === 'html') return featuresPage(features, sync)
  const document = { apiVersion: features.apiVersion, kind: 'ForkReport', sync: sync ?? null, features }
  return `${sanitizeJson(JSON.stringify(document, undefined, 2))}\n`
}
