/**
 * A company pins a module to raise it (`replace golang.org/x/text => golang.org/x/text v0.3.8`, for a CVE); upstream has
 * since raised it further. Carried on, the pin would lower what it was made to raise, and nothing would say so: it is
 * taken out, and told. A pin that lowered from the beginning was meant to, and stays.
 */
import type { ObjectReader, Oid } from '../../../ports/git.ts'
import { compareVersions, type GoMod, readGoMod } from '../resolve/go-mod.ts'
import { bytesOf, splitLines, textOf } from '../resolve/lines.ts'
import type { AfterMerge, Resolution } from '../resolve/resolver.ts'

const RULE = 'outgrown-pin'

interface Pin {
  module: string
  version: string
  raised: string
  upstream: string
}

/** The hook; before `go mod tidy`. */
export function outgrownPins(): AfterMerge {
  return {
    id: RULE,
    finish: async ({ git, baseTree, theirsTree, onto }, tree, { assumed }) => {
      const unchanged = { tree, resolutions: [], findings: [] }
      const entry = await git.find(tree, 'go.mod')
      if (entry === undefined || assumed.has('go.mod')) return unchanged
      const [base, company, upstream, now] = [
        await goModAt(git, baseTree),
        await goModAt(git, theirsTree),
        await goModAt(git, onto),
        await goModAt(git, tree),
      ]
      if (base === undefined || company === undefined || upstream === undefined || now === undefined) return unchanged
      const pins = outgrown(base, company, upstream).filter(({ module }) => now.replaces.has(module))
      if (pins.length === 0) return unchanged
      const text = withoutPins(textOf(await git.readBlob(entry.oid)) ?? '', pins)
      const version = { mode: entry.mode, oid: await git.writeBlob(bytesOf(text)) }
      const edited = await git.editTree(tree, new Map([['go.mod', version]]))
      return { tree: edited, resolutions: pins.map(resolution), findings: [] }
    },
  }
}

/** Pins that the commit brings, which raised a module once and would lower it now. */
function outgrown(base: GoMod, company: GoMod, upstream: GoMod): Pin[] {
  return [...company.replaces].flatMap(([module, to]) => {
    const [name, version] = to.split(' ')
    const [raised, now] = [base.requires.get(module)?.version, upstream.requires.get(module)?.version]
    if (base.replaces.has(module) || upstream.replaces.has(module) || name !== module) return []
    if (version === undefined || raised === undefined || now === undefined) return []
    const isOutgrown = compareVersions(version, raised) > 0 && compareVersions(now, version) >= 0
    return isOutgrown ? [{ module, version, raised, upstream: now }] : []
  })
}

/** The text without these replacements, the comments right above them, and a block that is empty then. */
function withoutPins(text: string, pins: readonly Pin[]): string {
  const kept: string[] = []
  for (const line of splitLines(text)) {
    const [, module] = /^\s*(?:replace\s+)?(\S+)\s+=>/.exec(line) ?? []
    if (module === undefined || !pins.some((pin) => pin.module === module)) kept.push(line)
    else while (/^\s*\/\//.test(kept.at(-1) ?? '')) kept.pop()
  }
  return kept
    .join('')
    .replace(/^replace \(\s*\)\n/gm, '')
    .replace(/\n{2,}$/, '\n')
}

async function goModAt(git: ObjectReader, tree: Oid): Promise<GoMod | undefined> {
  const found = await git.find(tree, 'go.mod')
  return found === undefined ? undefined : readGoMod(textOf(await git.readBlob(found.oid)) ?? '')
}

function resolution({ module, version, raised, upstream }: Pin): Resolution {
  const evidence = `replace ${module} => ${version} raised ${raised}; upstream requires ${upstream} now, which it would lower: not carried`
  return { path: 'go.mod', class: 'auto', rule: RULE, ruleVersion: 1, confidence: 'rule', evidence }
}
