/**
 * Carries one commit's change onto another tree: is it upstream already, rewrite, merge, resolve, finish. Gives a tree,
 * a reason to leave the commit out, or the list of what a person must decide. Writes objects and nothing else, so that
 * the same inputs give the same outcome in a plan, in a sync and in the proof afterwards.
 */
import type { ConflictedFile, FileVersion, MergeMessage, ObjectWriter, Oid } from '../../../ports/git.ts'
import type {
  CarryFinding,
  CarryRules,
  CarrySituation,
  Conflict,
  Decision,
  MergedSituation,
  Resolution,
} from '../resolve/resolver.ts'
import type { OpenConflict } from './open-conflict.ts'
import { assumeCompanySide } from './take-side.ts'

export type CarryOutcome =
  | {
      kind: 'carried'
      tree: Oid
      resolutions: readonly Resolution[]
      findings: readonly CarryFinding[]
      /** Conflicts that a plan assumed away; never in a sync. */
      assumed: readonly OpenConflict[]
    }
  | { kind: 'dropped'; rule: string; ruleVersion: number; evidence: string; commits: readonly Oid[] }
  | {
      kind: 'stopped'
      /** With markers in what is open. */
      tree: Oid
      open: readonly OpenConflict[]
      resolutions: readonly Resolution[]
      findings: readonly CarryFinding[]
      baseTree: Oid
      theirsTree: Oid
    }

export interface CarryOptions {
  /** Go on past conflicts, taking the company's side of what is open: for plans alone. */
  assume: boolean
  /** Three trees to merge instead of the commit's own: for merges. */
  sides?: { baseTree: Oid; theirsTree: Oid; conflicts: readonly ConflictedFile[] } | undefined
  /** Keep it though it changes nothing: for merges, whose parents are their point. */
  keepEmpty?: boolean | undefined
  /** Do not ask whether upstream has it: for the proof of a commit that was carried. */
  skipDetectors?: boolean | undefined
}

/** Carries the situation's commit onto its tree. */
export async function carryTree(
  situation: CarrySituation,
  rules: CarryRules,
  options: CarryOptions,
): Promise<CarryOutcome> {
  const { commit, git, onto } = situation
  const changesNothing = commit.tree === commit.parentTree && options.sides === undefined
  if (changesNothing) return { kind: 'carried', tree: onto, resolutions: [], findings: [], assumed: [] }
  if (options.skipDetectors !== true) {
    const dropped = await askDetectors(situation, rules)
    if (dropped !== undefined) return dropped
  }
  const rewritten = await rewriteTrees(situation, rules, options)
  const merged = await git.mergeTrees({ base: rewritten.baseTree, ours: onto, theirs: rewritten.theirsTree })
  const conflicts = joinConflicts(
    merged.conflicts,
    await stillConflicted(git, options.sides?.conflicts, onto, merged.tree),
  )
  const full: MergedSituation = { ...situation, ...rewritten, conflicts }
  const settled = await settleConflicts(full, rules, merged.messages)
  let tree = await git.editTree(merged.tree, settled.edits)
  const resolutions = [...rewritten.resolutions, ...settled.resolutions]
  if (settled.open.length > 0 && !options.assume) {
    const { baseTree, theirsTree } = rewritten
    return { kind: 'stopped', tree, open: settled.open, resolutions, findings: [], baseTree, theirsTree }
  }
  tree = await assumeCompanySide(git, tree, settled.open)
  const finished = await finishTree(full, rules, tree, resolutions, new Set(settled.open.map(({ path }) => path)))
  if (finished.tree === onto && settled.open.length === 0 && options.keepEmpty !== true)
    return supersededBy(finished.resolutions)
  if (!options.assume && finished.findings.some(({ gate }) => gate === 'block')) {
    return { kind: 'stopped', ...finished, open: [], baseTree: rewritten.baseTree, theirsTree: rewritten.theirsTree }
  }
  return { kind: 'carried', ...finished, assumed: settled.open }
}

/** Runs what comes after a merge on a tree without conflicts, such as one that a person has finished. */
export async function finishTree(
  situation: MergedSituation,
  rules: CarryRules,
  tree: Oid,
  resolutions: readonly Resolution[],
  assumed: ReadonlySet<string>,
): Promise<{ tree: Oid; resolutions: readonly Resolution[]; findings: readonly CarryFinding[] }> {
  let at = { tree, resolutions, findings: [] as readonly CarryFinding[] }
  for (const hook of rules.afterMerge) {
    situation.signal.throwIfAborted()
    const next = await hook.finish(situation, at.tree, { resolutions: at.resolutions, assumed })
    at = {
      tree: next.tree,
      resolutions: [...at.resolutions, ...next.resolutions],
      findings: [...at.findings, ...next.findings],
    }
  }
  return at
}

async function askDetectors(
  situation: CarrySituation,
  rules: CarryRules,
): Promise<Extract<CarryOutcome, { kind: 'dropped' }> | undefined> {
  for (const detector of rules.detectors) {
    situation.signal.throwIfAborted()
    const verdict = await detector.detect(situation)
    if (verdict?.kind !== 'upstream') continue
    const { rule, ruleVersion, evidence, commits } = verdict
    return { kind: 'dropped', rule, ruleVersion, evidence, commits }
  }
  return undefined
}

/** Both trees as the rules rewrite them; also what the proof compares with. */
export async function rewriteTrees(
  situation: CarrySituation,
  rules: CarryRules,
  options: Pick<CarryOptions, 'sides'> = {},
): Promise<{ baseTree: Oid; theirsTree: Oid; resolutions: readonly Resolution[] }> {
  const { commit } = situation
  let trees = options.sides ?? { baseTree: commit.parentTree, theirsTree: commit.tree }
  const resolutions: Resolution[] = []
  for (const hook of rules.beforeMerge) {
    situation.signal.throwIfAborted()
    const next = await hook.rewrite(situation, { baseTree: trees.baseTree, theirsTree: trees.theirsTree })
    if (next === undefined) continue
    trees = { ...trees, ...next }
    resolutions.push(...next.resolutions)
  }
  return { baseTree: trees.baseTree, theirsTree: trees.theirsTree, resolutions }
}

async function settleConflicts(
  situation: MergedSituation,
  rules: CarryRules,
  messages: readonly MergeMessage[],
): Promise<{ edits: Map<string, FileVersion | null>; resolutions: Resolution[]; open: OpenConflict[] }> {
  const edits = new Map<string, FileVersion | null>()
  const resolutions: Resolution[] = []
  const open: OpenConflict[] = []
  for (const file of situation.conflicts) {
    situation.signal.throwIfAborted()
    const told = messages.filter(({ paths }) => paths.includes(file.path))
    const conflict = readableConflict(situation, file, told)
    const { decision, undecided } = await askResolvers(conflict, situation, rules)
    if (decision === undefined) {
      const type = told.find((message) => message.type.startsWith('CONFLICT'))?.type ?? 'CONFLICT'
      const why = undecided.map((one) => one.why)
      open.push({ ...file, type, why, hints: undecided.flatMap((one) => one.hints) })
      continue
    }
    for (const [path, version] of await editsOf(situation.git, file, decision)) edits.set(path, version)
    const { class: changeClass, rule, ruleVersion, confidence, evidence } = decision
    resolutions.push({ path: file.path, class: changeClass, rule, ruleVersion, confidence, evidence })
  }
  return { edits, resolutions, open }
}

type Resolved = Extract<Decision, { kind: 'resolved' }>
type Undecided = Extract<Decision, { kind: 'undecided' }>

async function askResolvers(
  conflict: Conflict,
  situation: MergedSituation,
  rules: CarryRules,
): Promise<{ decision: Resolved | undefined; undecided: Undecided[] }> {
  const undecided: Undecided[] = []
  for (const resolver of rules.resolvers) {
    const decision = await resolver.resolve(conflict, situation)
    if (decision?.kind === 'resolved') return { decision, undecided }
    if (decision !== undefined) undecided.push(decision)
  }
  return { decision: undefined, undecided }
}

async function editsOf(
  git: ObjectWriter,
  file: ConflictedFile,
  decision: Resolved,
): Promise<Map<string, FileVersion | null>> {
  const version = async (
    content: Resolved['content'],
    mode: FileVersion['mode'] | undefined,
  ): Promise<FileVersion | null> => {
    if (content === 'deleted') return null
    const oid = 'oid' in content ? content.oid : await git.writeBlob(content)
    return { mode: mode ?? (file.ours ?? file.theirs)?.mode ?? '100644', oid }
  }
  const edits = new Map([[file.path, await version(decision.content, decision.mode)]])
  for (const [path, other] of decision.alsoChanges ?? []) {
    edits.set(path, await version(other.content, other.mode))
  }
  return edits
}

function readableConflict({ git }: MergedSituation, file: ConflictedFile, messages: readonly MergeMessage[]): Conflict {
  return {
    ...file,
    messages,
    read: async (side) => {
      const version = file[side]
      return version === undefined || version.mode === '160000' ? undefined : await git.readBlob(version.oid)
    },
  }
}

/** Conflicts of the new parents' own merge that are still there after the old resolution was laid over it. */
async function stillConflicted(
  git: CarrySituation['git'],
  before: readonly ConflictedFile[] | undefined,
  onto: Oid,
  after: Oid,
): Promise<ConflictedFile[]> {
  const open: ConflictedFile[] = []
  for (const file of before ?? []) {
    const [was, is] = [await git.find(onto, file.path), await git.find(after, file.path)]
    if (was?.oid === is?.oid && was?.mode === is?.mode) open.push(file)
  }
  return open
}

function joinConflicts(one: readonly ConflictedFile[], other: readonly ConflictedFile[]): ConflictedFile[] {
  const known = new Set(one.map(({ path }) => path))
  return [...one, ...other.filter(({ path }) => !known.has(path))]
}

function supersededBy(resolutions: readonly Resolution[]): CarryOutcome {
  const byHand = resolutions.filter((one) => one.class === 'human').map(({ evidence }) => evidence)
  if (byHand.length > 0) {
    const evidence = `as it was resolved by hand, nothing of its change is left: ${byHand.join('; ')}`
    return { kind: 'dropped', rule: 'resolved-to-nothing', ruleVersion: 1, evidence, commits: [] }
  }
  const rules = [...new Set(resolutions.map(({ rule }) => rule))]
  const how = rules.length === 0 ? 'the merge is clean' : `after ${rules.join(', ')}`
  return {
    kind: 'dropped',
    rule: 'superseded',
    ruleVersion: 1,
    evidence: `nothing of its change is left to add to the new base: ${how}`,
    commits: [],
  }
}
