/**
 * What `fork report` says of a sync, beside upstream's features: which commits of the company came through, how, and
 * what a person had to decide. Whoever knows a sync writes this document; it is read here and nothing is worked out
 * from it.
 */
import { SparkopsError } from '../../errors.ts'
import { API_VERSION } from '../../document.ts'

/** How a commit came through, from untouched to decided by a person; or what became of it. */
export const OUTCOMES = [
  'identical',
  'context',
  'rewritten',
  'regenerated',
  'auto',
  'human',
  'folded',
  'dropped',
  'pending',
] as const
export type SyncOutcome = (typeof OUTCOMES)[number]

export interface SyncedCommit {
  commit: string
  /** Null where there is none: folded, dropped, or not yet carried. */
  newCommit: string | null
  subject: string
  author: string
  outcome: SyncOutcome
  /** In one sentence: the rules, or the evidence for a drop. */
  why: string
  /** Files that conflicted, with who was met there and how it was settled. */
  conflicts: { path: string; class: string; settledBy: string; culprit: string | null }[]
}

export interface ForkSyncSummary {
  apiVersion: typeof API_VERSION
  kind: 'ForkSyncSummary'
  /** The upstream commit or ref before and after. */
  base: string
  onto: string
  /** `not-verified` where `fork verify` has not run on this result. */
  verdict: 'passed' | 'failed' | 'not-verified'
  problems: string[]
  commits: SyncedCommit[]
}

/** Reads the document; throws (data) naming the field that is not as it must be. */
export function parseSyncSummary(file: string, text: string): ForkSyncSummary {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch (error) {
    throw malformed(file, 'it is no JSON', error)
  }
  const document = asRecord(file, 'the document', found)
  if (document.kind !== 'ForkSyncSummary') throw malformed(file, 'kind is not ForkSyncSummary')
  const verdict = (['passed', 'failed', 'not-verified'] as const).find((one) => one === document.verdict)
  if (verdict === undefined) throw malformed(file, 'verdict is none of passed, failed, not-verified')
  return {
    apiVersion: API_VERSION,
    kind: 'ForkSyncSummary',
    base: asText(file, 'base', document.base),
    onto: asText(file, 'onto', document.onto),
    verdict,
    problems: asList(file, 'problems', document.problems).map((one, index) => asText(file, `problems[${index}]`, one)),
    commits: asList(file, 'commits', document.commits).map((one, index) => commitOf(file, `commits[${index}]`, one)),
  }
}

function commitOf(file: string, at: string, value: unknown): SyncedCommit {
  const commit = asRecord(file, at, value)
  const outcome = OUTCOMES.find((one) => one === commit.outcome)
  if (outcome === undefined) throw malformed(file, `${at}.outcome is none of ${OUTCOMES.join(', ')}`)
  return {
    commit: asText(file, `${at}.commit`, commit.commit),
    newCommit: commit.newCommit === null ? null : asText(file, `${at}.newCommit`, commit.newCommit),
    subject: asText(file, `${at}.subject`, commit.subject),
    author: asText(file, `${at}.author`, commit.author),
    outcome,
    why: asText(file, `${at}.why`, commit.why),
    conflicts: asList(file, `${at}.conflicts`, commit.conflicts).map((one, index) => {
      const conflict = asRecord(file, `${at}.conflicts[${index}]`, one)
      const field = (name: string): string => asText(file, `${at}.conflicts[${index}].${name}`, conflict[name])
      const culprit = conflict.culprit === null ? null : field('culprit')
      return { path: field('path'), class: field('class'), settledBy: field('settledBy'), culprit }
    }),
  }
}

function asRecord(file: string, at: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw malformed(file, `${at} is no object`)
}

function asList(file: string, at: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  throw malformed(file, `${at} is no list`)
}

function asText(file: string, at: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw malformed(file, `${at} is no text`)
}

function malformed(file: string, why: string, cause?: unknown): SparkopsError {
  return new SparkopsError({
    code: 'SO_BAD_SYNC_SUMMARY',
    message: `${file} is no summary of a sync: ${why}`,
    why: 'the report shows what docs/schemas/fork-sync-summary.schema.json describes',
    hint: 'leave --sync out, or give the file that the sync wrote',
    exit: 'data',
    cause,
  })
}
