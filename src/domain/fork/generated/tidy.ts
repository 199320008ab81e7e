/**
 * `go mod tidy` in the commit that needs it: after go.mod was merged, or when the company's code needs a module that
 * upstream no longer asks for. go.sum is what tidy writes, never a union of two.
 */
import type { FileVersion, Oid } from '../../../ports/git.ts'
import type { Toolchain } from '../../../ports/toolchain.ts'
import { goImports } from '../go/go-source.ts'
import { readGoMod } from '../resolve/go-mod.ts'
import { bytesOf, textOf } from '../resolve/lines.ts'
import type { AfterMerge, CarryContext, CarryFinding, MergedSituation, Resolution } from '../resolve/resolver.ts'

/** The name by which a profile allows it. */
export const TIDY = 'go-mod-tidy'
const TIMEOUT_MS = 10 * 60_000

/** Whether tidy may and can run, or why not. */
export async function canTidy(allowed: readonly string[], toolchain: Toolchain | undefined): Promise<true | string> {
  if (!allowed.includes(TIDY)) return `the profile does not name ${TIDY} among the generators that may run`
  if (toolchain === undefined) return 'no program may run here'
  return (await toolchain.goVersion()) === undefined ? 'there is no Go on this machine' : true
}

/** The hook. */
export function tidyModule(toolchain: Toolchain | undefined, isForetold = false): AfterMerge {
  return {
    id: TIDY,
    finish: async (situation, tree, { assumed }) => {
      const needed = await addRequirements(situation, tree)
      const touched = await touchesModule(situation)
      if (!touched && needed.added.length === 0) return { tree, resolutions: [], findings: [] }
      const allowed = await canTidy(situation.profile.generators, toolchain)
      if (allowed !== true || assumed.has('go.mod') || assumed.has('go.sum')) {
        const message = `not tidied: ${allowed === true ? 'go.mod or go.sum is in conflict' : allowed}`
        const finding: CarryFinding = { rule: TIDY, path: 'go.mod', gate: 'note', message }
        return { tree: needed.tree, resolutions: needed.resolutions, findings: [finding] }
      }
      if (isForetold) {
        const evidence = 'a sync runs go mod tidy here; not run in a plan'
        const foretold = { ...resolution('go.sum', evidence, 'regenerated'), confidence: 'assisted' as const }
        return { tree: needed.tree, resolutions: [...needed.resolutions, foretold], findings: [] }
      }
      return tidy(situation, needed, toolchain!)
    },
  }
}

interface Needed {
  tree: Oid
  added: readonly string[]
  resolutions: readonly Resolution[]
}

async function tidy(
  situation: MergedSituation,
  needed: Needed,
  toolchain: Toolchain,
): Promise<Awaited<ReturnType<AfterMerge['finish']>>> {
  const { git } = situation
  const result = await toolchain.run(needed.tree, {
    program: 'go',
    arguments: ['mod', 'tidy', '-e'],
    timeoutMs: TIMEOUT_MS,
  })
  if (!result.ok) {
    const finding: CarryFinding = {
      rule: TIDY,
      path: 'go.sum',
      gate: 'block',
      message: `go mod tidy failed: ${result.why}`,
    }
    return { tree: needed.tree, resolutions: needed.resolutions, findings: [finding] }
  }
  const edits = new Map<string, FileVersion | null>()
  for (const path of ['go.mod', 'go.sum']) {
    const bytes = result.changes.get(path)
    if (bytes !== undefined && bytes !== null) edits.set(path, { mode: '100644', oid: await git.writeBlob(bytes) })
  }
  const tree = edits.size === 0 ? needed.tree : await git.editTree(needed.tree, edits)
  const done = [...edits.keys()].map((path) =>
    resolution(path, 'written by go mod tidy for the merged go.mod', 'regenerated'),
  )
  return { tree, resolutions: [...needed.resolutions, ...done], findings: await lowered(situation, needed.tree, tree) }
}

/** Tidy must not undo what was merged: a version below the one that was settled is told. */
async function lowered({ git }: CarryContext, before: Oid, after: Oid): Promise<CarryFinding[]> {
  const [was, is] = [await goModOf(git, before), await goModOf(git, after)]
  if (was === undefined || is === undefined) return []
  const gone = [...was.replaces.keys()].filter((what) => !is.replaces.has(what))
  return gone.map((what) => ({ rule: TIDY, path: 'go.mod', gate: 'block', message: `tidy took away replace ${what}` }))
}

async function touchesModule({ git, baseTree, theirsTree, onto }: MergedSituation): Promise<boolean> {
  if ((await git.find(onto, 'go.mod')) === undefined) return false
  return (await git.diff(baseTree, theirsTree)).some(({ path }) => path === 'go.mod' || path === 'go.sum')
}

/** Requirements of the company's go.mod that its code needs and the target's go.mod has no longer. */
async function addRequirements(situation: MergedSituation, tree: Oid): Promise<Needed> {
  const { git, onto, commit } = situation
  const [now, company] = [await goModOf(git, tree), await goModOf(git, commit.tree)]
  if (now === undefined || company === undefined) return { tree, added: [], resolutions: [] }
  const modules = [now.module, ...now.requires.keys()]
  const added = new Map<string, string>()
  for (const { path, after, before } of await git.diff(onto, tree)) {
    if (!path.endsWith('.go') || after === undefined) continue
    const had = new Set(
      goImports(textOf(before === undefined ? new Uint8Array() : await git.readBlob(before.oid)) ?? '').map(
        (one) => one.path,
      ),
    )
    for (const one of goImports(textOf(await git.readBlob(after.oid)) ?? '')) {
      const known = had.has(one.path) || modules.some((name) => provides(name, one.path))
      const owner = known
        ? undefined
        : [...company.requires.keys()].filter((name) => provides(name, one.path)).sort((a, b) => b.length - a.length)[0]
      if (owner !== undefined) added.set(owner, company.requires.get(owner)!.version)
    }
  }
  const entry = await git.find(tree, 'go.mod')
  if (added.size === 0 || entry === undefined) return { tree, added: [], resolutions: [] }
  const lines = [...added].map(([name, version]) => `\nrequire ${name} ${version}\n`)
  const text = (textOf(await git.readBlob(entry.oid)) ?? '') + lines.join('')
  const edited = await git.editTree(
    tree,
    new Map([['go.mod', { mode: entry.mode, oid: await git.writeBlob(bytesOf(text)) }]]),
  )
  const names = [...added].map((one) => one.join(' '))
  const why = `the company's code needs ${names.join(', ')}, which upstream no longer requires`
  return { tree: edited, added: names, resolutions: [resolution('go.mod', why, 'auto')] }
}

function provides(module: string, imported: string): boolean {
  return imported === module || imported.startsWith(`${module}/`)
}

async function goModOf(git: CarryContext['git'], tree: Oid): Promise<ReturnType<typeof readGoMod>> {
  const found = await git.find(tree, 'go.mod')
  return found === undefined ? undefined : readGoMod(textOf(await git.readBlob(found.oid)) ?? '')
}

function resolution(path: string, evidence: string, kind: 'auto' | 'regenerated'): Resolution {
  return { path, class: kind, rule: TIDY, ruleVersion: 1, confidence: kind === 'auto' ? 'rule' : 'proven', evidence }
}
