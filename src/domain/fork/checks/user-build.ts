/** The user's build as a check like any other: a tree that fails it stops for a person, who may correct it or accept it. */
import type { Oid } from '../../../ports/git.ts'
import type { UserBuild } from '../../../ports/user-build.ts'
import { SparkopsError } from '../../errors.ts'
import type { AfterMerge, CarryFinding, CarryRules } from '../resolve/resolver.ts'

/** The name under which it is told and accepted. */
export const EXEC = 'exec'

/** What a run was begun with: it goes on with the same. */
export interface AskedBuild {
  command: string
  when: UserBuild['when']
}

/** The rules with the build behind all other checks, where it runs for each commit. */
export function withBuild(rules: CarryRules, build: UserBuild | undefined): CarryRules {
  if (build?.when !== 'each') return rules
  const hook: AfterMerge = {
    id: EXEC,
    finish: async (_situation, tree) => ({ tree, resolutions: [], findings: [await buildTree(build, tree)] }),
  }
  return { ...rules, afterMerge: [...rules.afterMerge, hook] }
}

/** Runs it on a tree: a note that it passed, or a finding that blocks. */
export async function buildTree(build: UserBuild, tree: Oid): Promise<CarryFinding> {
  const { ok, said, milliseconds } = await build.run(tree)
  const took = `${(milliseconds / 1000).toFixed(1)} s`
  const message = ok
    ? `\u201c${build.command}\u201d passed in ${took}`
    : `\u201c${build.command}\u201d failed after ${took}: ${said}`
  return { rule: EXEC, path: '.', gate: ok ? 'note' : 'block', message }
}

/**
 * A run goes on with the build that it was begun with, given anew: what stands in a repository, and may have been
 * fetched from somebody, is never run. Throws (usage) otherwise.
 */
export function requireSameBuild(begun: AskedBuild | undefined, build: UserBuild | undefined): void {
  if (begun?.command === build?.command && begun?.when === build?.when) return
  const flags =
    begun === undefined ? 'no --exec' : `--exec '${begun.command}'${begun.when === 'last' ? ' --exec-last' : ''}`
  throw new SparkopsError({
    code: 'SO_OTHER_EXEC',
    message: `the run was begun with ${flags}`,
    why: 'it goes on with the same, and a command that a repository names is not run unless you give it',
    hint: begun === undefined ? 'leave --exec out' : `add ${flags}`,
    exit: 'usage',
  })
}
