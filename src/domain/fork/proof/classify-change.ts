/** What became of a commit's change: the strictest class that can be shown to hold, with what shows it. */
import { carryCommit, type CarryProgress } from '../carry/carry-commit.ts'
import { type CarryOutcome, finishTree, rewriteTrees } from '../carry/carry-tree.ts'
import type { CarryContext, CarryFinding, CarryRules, Resolution, ResolutionClass } from '../resolve/resolver.ts'
import type { SeriesCommit } from '../series/collect-series.ts'
import { loosest } from '../sync/run-report.ts'
import { compareChanges, interdiff, type Trees } from './compare-change.ts'

export interface ClassifiedChange {
  class: 'identical' | 'context' | ResolutionClass
  evidence: string
  rules: string[]
  /** Paths whose change is not identical. */
  paths: string[]
  /** Empty for what is identical but for context. */
  interdiff: string
  findings: readonly CarryFinding[]
}

/** Classifies a pair. Asks the rules again only where the patches themselves do not settle it. */
export async function classifyChange(
  { context, rules }: { context: CarryContext; rules: CarryRules },
  progress: CarryProgress,
  old: SeriesCommit,
  made: SeriesCommit,
): Promise<ClassifiedChange> {
  const { git } = context
  const oldTrees: Trees = { before: old.parentTree, after: old.tree }
  const newTrees: Trees = { before: made.parentTree, after: made.tree }
  const none = { rules: [], paths: [], interdiff: '', findings: [] }
  const plain = await compareChanges(git, oldTrees, newTrees)
  if (plain.result === 'identical')
    return { ...none, class: 'identical', evidence: 'the same lines in the same context' }
  if (plain.result === 'context') return { ...none, class: 'context', evidence: 'the same lines in another context' }
  const differing = { paths: plain.paths, interdiff: await interdiff(git, oldTrees, newTrees, plain.paths) }

  const situation = { ...context, commit: old, onto: made.parentTree }
  const rewritten = await rewriteTrees(situation, rules)
  if (rewritten.resolutions.length > 0) {
    const trees = { before: rewritten.baseTree, after: rewritten.theirsTree }
    const again = await compareChanges(git, trees, newTrees)
    const names = ruleNames(rewritten.resolutions)
    const evidence = `the same lines after ${names.join(', ')}`
    if (again.result !== 'different') return { ...none, ...differing, class: 'rewritten', evidence, rules: names }
  }

  const { outcome } = await carryCommit(context, rules, progress, old, { assume: false })
  if (outcome.kind === 'carried' && outcome.tree === made.tree) {
    const names = ruleNames(outcome.resolutions)
    const how = loosest(outcome.resolutions)
    const evidence = how === 'clean' ? 'git’s own merge gives this tree' : `carried again by rule, it gives this tree`
    return {
      ...differing,
      class: how === 'clean' ? 'context' : how,
      evidence,
      rules: names,
      findings: outcome.findings,
    }
  }
  return await changedByHand({ context, rules }, old, made, { ...differing, outcome })
}

async function changedByHand(
  { context, rules }: { context: CarryContext; rules: CarryRules },
  old: SeriesCommit,
  made: SeriesCommit,
  seen: { paths: string[]; interdiff: string; outcome: CarryOutcome },
): Promise<ClassifiedChange> {
  const situation = { ...context, commit: old, onto: made.parentTree }
  const { baseTree, theirsTree } = await rewriteTrees(situation, rules)
  const full = { ...situation, baseTree, theirsTree, conflicts: [] }
  const done = await resolutionsBehind(context, seen.outcome, made)
  const { findings } = await finishTree(full, rules, made.tree, done, new Set())
  const conflicted = seen.outcome.kind === 'stopped' ? seen.outcome.open.map(({ path }) => path) : []
  const known =
    conflicted.length === 0 ? 'carried again, it gives another tree' : `in conflict: ${conflicted.join(', ')}`
  return { class: 'human', evidence: known, rules: [], paths: seen.paths, interdiff: seen.interdiff, findings }
}

/**
 * What rules did where they stopped, and what a person made of the rest: whatever differs from what carrying again gives.
 * Checks of what git merged by itself do not ask about that, as they did not when it was resolved.
 */
async function resolutionsBehind(
  { git }: CarryContext,
  outcome: CarryOutcome,
  made: SeriesCommit,
): Promise<Resolution[]> {
  if (outcome.kind === 'dropped') return []
  const differing = (await git.diff(outcome.tree, made.tree)).map(({ path }) => path)
  const open = outcome.kind === 'stopped' ? outcome.open.map(({ path }) => path) : []
  const byHand = [...new Set([...open, ...differing])].map((path): Resolution => {
    const how = { class: 'human' as const, rule: 'by-hand', ruleVersion: 1, confidence: 'assisted' as const }
    return { path, ...how, evidence: 'it is not what carrying again gives' }
  })
  return [...(outcome.kind === 'stopped' ? outcome.resolutions : []), ...byHand]
}

function ruleNames(resolutions: readonly { rule: string }[]): string[] {
  return [...new Set(resolutions.map(({ rule }) => rule))]
}
