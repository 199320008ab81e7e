/**
 * Generated files: upstream's are taken, and generated anew in the very commit that needs them.
 *
 * A company that edits generated files by hand, without what they are generated from, is not followed blindly: what it
 * added must be in what the generator writes, or a person decides.
 */
import type { FileVersion, Oid } from '../../../ports/git.ts'
import type { GeneratorRow } from '../profiles/knowledge.ts'
import { pathClassOf } from '../resolve/deletion.ts'
import { matchesAny } from '../resolve/glob.ts'
import { textOf } from '../resolve/lines.ts'
import type {
  AfterMerge,
  AfterMergeResult,
  CarryFinding,
  CarrySituation,
  Conflict,
  Decision,
  MergedSituation,
  Resolution,
  Resolver,
} from '../resolve/resolver.ts'
import { changedLines, linesMissing } from '../upstreamed/changed-lines.ts'
import type { Generators, Written } from './generators.ts'

/** Conflicts in files that a generator writes. */
export function generatedResolver(generators: Generators): Resolver {
  return {
    id: 'generated',
    resolve: async (conflict, situation) => {
      const row = generators.rowOf(conflict.path)
      if (row !== undefined) return await decide(conflict, situation, row, generators)
      if (pathClassOf(conflict.path, situation.profile) !== 'generated') return undefined
      return { kind: 'undecided', why: 'a generated file, and no generator of it is known here', hints: [] }
    },
  }
}

async function decide(
  conflict: Conflict,
  situation: MergedSituation,
  row: GeneratorRow,
  generators: Generators,
): Promise<Decision> {
  const readiness = await generators.readiness(row, situation)
  const hints = [`${row.tool.command.replace(/^.*\//, '')} ${row.calls[0]!.join(' ')}`]
  if (!readiness.ready) return { kind: 'undecided', why: `a generated file, and ${readiness.why}`, hints }
  const { path, ours } = conflict
  const confidence = generators.isForetold ? 'assisted' : 'proven'
  const done = { rule: `generated/${row.id}`, ruleVersion: 1, class: 'regenerated', confidence } as const
  if (ours === undefined) {
    return {
      kind: 'resolved',
      content: 'deleted',
      ...done,
      evidence: `${path} is generated, and upstream generates it no longer`,
    }
  }
  if (!(await touchesInputs(situation, row))) {
    const isFollowed = generators.isForetold && (await changedBefore(situation, row))
    const missing = isFollowed ? [] : await missingFrom(situation, path, textOf((await conflict.read('ours'))!) ?? '')
    if (missing.length > 0) {
      return {
        kind: 'undecided',
        why: 'a generated file that the commit edits without what it is generated from',
        hints: missing.slice(0, 3),
      }
    }
    return {
      kind: 'resolved',
      content: { oid: ours.oid },
      ...done,
      evidence: `${row.id} wrote it already in an earlier commit`,
    }
  }
  return {
    kind: 'resolved',
    content: { oid: ours.oid },
    ...done,
    evidence: `upstream's, which ${row.id} generates anew in this commit`,
  }
}

/** After the merge: every generator whose sources the commit changed runs, also where the merge was clean. */
export function regenerate(generators: Generators): AfterMerge {
  return {
    id: 'generated',
    finish: async (situation, tree, { assumed }) => {
      const result: Required<{ -readonly [K in keyof AfterMergeResult]: AfterMergeResult[K] }> = {
        tree,
        resolutions: [],
        findings: [],
      }
      for (const row of generators.rows) {
        const inputs = await touchesInputs(situation, row)
        if (!inputs) continue
        const findings: CarryFinding[] = []
        const resolutions: Resolution[] = []
        const told = { path: inputs, rule: `generated/${row.id}` }
        const readiness = await generators.readiness(row, situation)
        const blocked = [...assumed].some((path) => matchesAny(path, row.inputs))
        if (!readiness.ready || blocked) {
          const why = readiness.ready ? 'its sources are in conflict' : readiness.why
          findings.push({ ...told, gate: 'note', message: `not generated anew: ${why}` })
        } else if (generators.isForetold) resolutions.push(foretold(row, inputs))
        else {
          const ran = await generators.run(row, result.tree, situation)
          if ('why' in ran) findings.push({ ...told, gate: 'block', message: ran.why })
          else {
            result.tree = await apply(situation, result.tree, ran.written)
            resolutions.push(...describe(row, ran.written))
            findings.push(...(await lost(situation, result.tree, row)))
          }
        }
        result.resolutions = [...result.resolutions, ...resolutions]
        result.findings = [...result.findings, ...findings.filter(({ path }) => !assumed.has(path))]
      }
      return result
    },
  }
}

/** Whether the company changed what it is generated from in an earlier commit, so that a generator has written it. */
async function changedBefore({ git, oldBase, commit }: MergedSituation, row: GeneratorRow): Promise<boolean> {
  const changes = await git.diff(await git.treeOf(oldBase), commit.parentTree)
  return changes.some(({ path }) => matchesAny(path, row.inputs) && !matchesAny(path, row.outputs))
}

function foretold(row: GeneratorRow, path: string): Resolution {
  const evidence = `a sync generates anew what ${row.id} writes, if that first writes the clean target as upstream has it; not run in a plan`
  return { path, class: 'regenerated', rule: `generated/${row.id}`, ruleVersion: 1, confidence: 'assisted', evidence }
}

/** The first input of a generator that the commit changes. */
async function touchesInputs(
  { git, baseTree, theirsTree }: MergedSituation,
  row: GeneratorRow,
): Promise<string | undefined> {
  const changes = await git.diff(baseTree, theirsTree)
  return changes.find(({ path }) => matchesAny(path, row.inputs) && !matchesAny(path, row.outputs))?.path
}

async function apply({ git }: CarrySituation, tree: Oid, written: Written): Promise<Oid> {
  const edits = new Map<string, FileVersion | null>()
  for (const [path, bytes] of written) {
    const mode = (await git.find(tree, path))?.mode ?? '100644'
    edits.set(path, bytes === null ? null : { mode, oid: await git.writeBlob(bytes) })
  }
  return edits.size === 0 ? tree : git.editTree(tree, edits)
}

function describe(row: GeneratorRow, written: Written): Resolution[] {
  return [...written.keys()].map((path) => ({
    path,
    class: 'regenerated',
    rule: `generated/${row.id}`,
    ruleVersion: 1,
    confidence: 'proven',
    evidence: `written by ${row.id}, which writes the clean target as upstream has it`,
  }))
}

/** Keys and declarations that the company had in generated files, and the generator did not write. */
async function lost(situation: MergedSituation, tree: Oid, row: GeneratorRow): Promise<CarryFinding[]> {
  const { git, baseTree, theirsTree } = situation
  const findings: CarryFinding[] = []
  for (const { path } of await git.diff(baseTree, theirsTree)) {
    const found = matchesAny(path, row.outputs) && /\.(ya?ml|go)$/.test(path) ? await git.find(tree, path) : undefined
    const text = found === undefined ? undefined : textOf(await git.readBlob(found.oid))
    const missing = text === undefined ? [] : await missingFrom(situation, path, text)
    if (missing.length === 0) continue
    const message = `the generator does not write what the company has here: ${missing.slice(0, 3).join(' ⏎ ')}`
    findings.push({ rule: `generated/${row.id}`, path, gate: 'block', message })
  }
  return findings
}

async function missingFrom(
  { git, baseTree, theirsTree }: MergedSituation,
  path: string,
  text: string,
): Promise<string[]> {
  const patch = await git.patch(baseTree, theirsTree, { paths: [path], context: 0 })
  const there = text.split('\n').map((line) => line.trim())
  return linesMissing(changedLines(patch).added, there).filter(
    (line) => /^[\w-]+:(\s|$)|^[^#/]*[({]$/.test(line) && !/^description:/.test(line),
  )
}

/** A rule that keeps off generated files: what is not generated anew is a person's, however well its lines would merge. */
export function exceptGenerated(rule: Resolver, generators: Generators): Resolver {
  return {
    id: rule.id,
    resolve: async (conflict, situation) => {
      const isGenerated = pathClassOf(conflict.path, situation.profile) === 'generated'
      if (isGenerated || generators.rowOf(conflict.path) !== undefined) return undefined
      return await rule.resolve(conflict, situation)
    },
  }
}
