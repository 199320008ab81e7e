/**
 * Conflicts in go.mod and go.sum. go.mod is merged by requirement; go.sum is never merged: it is upstream's until
 * `go mod tidy` (../generated/tidy.ts) has written the one that belongs to the merged go.mod.
 */
import { mergeGoMod } from './go-mod.ts'
import { bytesOf, textOf } from './lines.ts'
import type { Conflict, Decision, Resolver } from './resolver.ts'

/** `canTidy` says whether `go mod tidy` may and can run here, or why not. */
export function goModResolver(canTidy: () => Promise<true | string>): Resolver {
  return {
    id: 'go-mod',
    resolve: async (conflict, { profile }) => {
      if (/(^|\/)go\.(sum|work\.sum)$/.test(conflict.path)) return goSum(conflict, await canTidy())
      if (!/(^|\/)go\.mod$/.test(conflict.path)) return undefined
      return goMod(conflict, profile.goVersion)
    },
  }
}

async function goMod(conflict: Conflict, go: string | undefined): Promise<Decision | undefined> {
  const sides = await Promise.all((['base', 'ours', 'theirs'] as const).map(async (side) => conflict.read(side)))
  const [base, ours, theirs] = sides.map((bytes) => (bytes === undefined ? undefined : textOf(bytes)))
  if (base === undefined || ours === undefined || theirs === undefined) return undefined
  const merged = mergeGoMod({ base, ours, theirs }, go)
  if (merged === undefined) return { kind: 'undecided', why: 'go.mod has a line that is not understood', hints: [] }
  if (merged.text === undefined)
    return { kind: 'undecided', why: 'the company pinned what upstream raised', hints: merged.left }
  return {
    kind: 'resolved',
    content: bytesOf(merged.text),
    rule: 'go-mod',
    ruleVersion: 1,
    class: 'auto',
    confidence: 'rule',
    evidence: merged.notes.join('; ') || 'both sides ask for the same',
  }
}

function goSum(conflict: Conflict, tidy: true | string): Decision | undefined {
  if (conflict.ours === undefined) return undefined
  if (tidy !== true) {
    return { kind: 'undecided', why: `go.sum is written by go mod tidy alone, and ${tidy}`, hints: ['go mod tidy'] }
  }
  return {
    kind: 'resolved',
    content: { oid: conflict.ours.oid },
    rule: 'go-sum',
    ruleVersion: 1,
    class: 'regenerated',
    confidence: 'rule',
    evidence: "upstream's go.sum, which go mod tidy completes for the merged go.mod",
  }
}
