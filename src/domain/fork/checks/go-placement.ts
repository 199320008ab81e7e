/**
 * A clean merge may put a company's lines into the wrong declaration: upstream copied a struct, and its end looks like the
 * end of the one that the company's field was added to. Git sees lines; here the file is merged by declaration instead, and
 * where that cannot be done a person is asked.
 */
import type { FileVersion, ObjectReader, Oid } from '../../../ports/git.ts'
import { mergeBlocks } from '../resolve/blocks.ts'
import { goDeclarations } from '../resolve/go-blocks.ts'
import { bytesOf, textOf } from '../resolve/lines.ts'
import type { AfterMerge, CarryFinding, Resolution } from '../resolve/resolver.ts'

const RULE = 'go-placement'

/** The hook; it looks only at what git merged by itself. */
export function goPlacement(): AfterMerge {
  return {
    id: RULE,
    finish: async ({ git, onto, baseTree, theirsTree }, tree, { resolutions, assumed }) => {
      const settled = new Set(resolutions.filter((one) => one.class !== 'rewritten').map(({ path }) => path))
      const edits = new Map<string, FileVersion>()
      const done: Resolution[] = []
      const findings: CarryFinding[] = []
      for (const { path, before, after } of await git.diff(onto, tree)) {
        if (!path.endsWith('.go') || before === undefined || after === undefined) continue
        if (settled.has(path) || assumed.has(path)) continue
        const read = async (where: Oid): Promise<string | undefined> => await goText(git, where, path)
        const [base, theirs] = [await read(baseTree), await read(theirsTree)]
        // A file that the commit does not change has none of its lines: what differs in it a person put there.
        if (base === theirs) continue
        const [ours, merged] = [await read(onto), await read(tree)]
        if (base === undefined || theirs === undefined || ours === undefined || merged === undefined) continue
        const stray = strayDeclarations({ base, theirs, ours, merged })
        if (stray.length === 0) continue
        const text = mergeBlocks({ path, base, ours, theirs }, goDeclarations, [])?.text
        const where = `git put the company's lines into ${stray.join(', ')}, which its commit does not change`
        if (text === undefined || strayDeclarations({ base, theirs, ours, merged: text }).length > 0)
          findings.push({ rule: RULE, path, gate: 'block', message: where })
        else {
          edits.set(path, { mode: after.mode, oid: await git.writeBlob(bytesOf(text)) })
          done.push(resolution(path, `${where}: merged by declaration`))
        }
      }
      return { tree: edits.size === 0 ? tree : await git.editTree(tree, edits), resolutions: done, findings }
    },
  }
}

/** Functions and types that the merge changed, and the company's commit did not. */
function strayDeclarations(sides: { base: string; theirs: string; ours: string; merged: string }): string[] {
  const meant = changed(sides.base, sides.theirs)
  const made = changed(sides.ours, sides.merged)
  if (meant === undefined || made === undefined) return []
  return [...made].filter((key) => /^(?:func|type) /.test(key) && !meant.has(key))
}

function changed(before: string, after: string): Set<string> | undefined {
  const [old, now] = [goDeclarations.split(before), goDeclarations.split(after)]
  if (old === undefined || now === undefined) return undefined
  const texts = new Map(old.map(({ key, text }) => [key, text.trim()]))
  const kept = new Set(now.map(({ key }) => key))
  const gone = old.filter(({ key }) => !kept.has(key))
  return new Set([...now.filter(({ key, text }) => texts.get(key) !== text.trim()), ...gone].map(({ key }) => key))
}

async function goText(git: ObjectReader, tree: Oid, path: string): Promise<string | undefined> {
  const found = await git.find(tree, path)
  return found?.mode.startsWith('100') === true ? textOf(await git.readBlob(found.oid)) : undefined
}

function resolution(path: string, evidence: string): Resolution {
  return { path, class: 'auto', rule: RULE, ruleVersion: 1, confidence: 'rule', evidence }
}
