/**
 * What any carried commit is held against, whatever its language: no markers, no key twice in YAML, no line of upstream's
 * lost in a file that a rule merged, no file of the company's lost on the way.
 */
import type { FileVersion, ObjectReader, Oid, TreeChange } from '../../../ports/git.ts'
import { bare, bytesOf, markerLines, splitLines, textOf } from '../resolve/lines.ts'
import type { HunkAnswer } from '../resolve/hunk.ts'
import type { AfterMerge, CarryFinding, MergedSituation, Resolution } from '../resolve/resolver.ts'
import { addedTwice, mergeTextFile, type TextKnowledge } from '../resolve/text-resolver.ts'
import { likeness } from '../resolve/token-merge.ts'
import { linesMissing } from '../upstreamed/changed-lines.ts'

/** A line of upstream's counts as kept if something at least so like it stands in the result. */
const STILL_THERE = 0.4
const SHOWN = 3

/** The hook. It mends one thing: a key that a clean merge of YAML left twice, by merging that file by key. */
export function textChecks(known: TextKnowledge): AfterMerge {
  return {
    id: 'text',
    finish: async (situation, tree, { resolutions, assumed }) => {
      const byPolicy = resolutions.filter(({ rule }) => rule.includes('delete-policy/')).map(({ path }) => path)
      const check = new TextCheck(situation, known, tree, new Set(byPolicy))
      for (const change of await situation.git.diff(situation.onto, tree)) {
        if (!assumed.has(change.path)) await check.file(change)
      }
      await check.companyFiles(assumed)
      const edits = check.mended
      const mended = edits.size === 0 ? tree : await situation.git.editTree(tree, edits)
      return { tree: mended, resolutions: check.resolutions, findings: check.findings }
    },
  }
}

class TextCheck {
  readonly findings: CarryFinding[] = []
  readonly resolutions: Resolution[] = []
  readonly mended = new Map<string, FileVersion>()
  readonly #situation: MergedSituation
  readonly #known: TextKnowledge
  readonly #tree: Oid
  /** Files that lack lines because a policy follows the company's deletion: told, not asked. */
  readonly #byPolicy: ReadonlySet<string>

  constructor(situation: MergedSituation, known: TextKnowledge, tree: Oid, byPolicy: ReadonlySet<string>) {
    this.#byPolicy = byPolicy
    this.#situation = situation
    this.#known = known
    this.#tree = tree
  }

  async file({ path, before, after }: TreeChange): Promise<void> {
    if (after === undefined || !after.mode.startsWith('100')) return
    const { git, baseTree, theirsTree, profile } = this.#situation
    const now = await readText(git, after.oid)
    if (now === undefined) return
    const [ours, theirs] = [await readText(git, before?.oid), await readAt(git, theirsTree, path)]
    if (markerLines(now).length > 0 && markerLines(ours ?? '').length + markerLines(theirs ?? '').length === 0) {
      this.#block('markers', path, `conflict markers in line ${markerLines(now)[0]!}`)
    }
    if (ours === undefined || theirs === undefined) return
    const base = (await readAt(git, baseTree, path)) ?? ''
    if (/\.(ya?ml|tpl)$/.test(path)) {
      const sides = { path, base, ours, theirs }
      const twice = addedTwice(sides, now)
      const merged = twice.length === 0 ? undefined : mergeTextFile(sides, profile, this.#known)
      if (merged?.text !== undefined) {
        this.mended.set(path, { mode: after.mode, oid: await git.writeBlob(bytesOf(merged.text)) })
        this.#mend(path, merged.answers)
      } else if (twice.length > 0)
        this.#block('duplicate-yaml-key', path, `${twice.join(', ')} stands twice: both sides added it`)
    }
    this.#lostLines(path, { base, ours, theirs, now })
  }

  /** Lines that upstream added and the result has not, unless the company itself changed or took away their like. */
  #lostLines(path: string, { base, ours, theirs, now }: Record<'base' | 'ours' | 'theirs' | 'now', string>): void {
    const added = linesMissing(plain(ours), plain(base))
    const lost = linesMissing(linesMissing(added, plain(now)), plain(theirs)).filter((line) => line.length > 3)
    if (lost.length === 0) return
    const result = linesMissing(plain(now), plain(ours))
    const gone = lost.filter(
      (line) => !result.some((one) => likeness(one, line) >= STILL_THERE || keyOf(one) === keyOf(line)),
    )
    if (gone.length === 0) return
    const message = `${gone.length} of upstream's lines are gone: ${gone.slice(0, SHOWN).join(' ⏎ ')}`
    this.findings.push({
      rule: 'lost-upstream-lines',
      path,
      gate: this.#byPolicy.has(path) ? 'note' : 'block',
      message,
    })
  }

  /** What the commit adds must be in the result, ignored by .gitignore or not. */
  async companyFiles(assumed: ReadonlySet<string>): Promise<void> {
    const { git, baseTree, theirsTree, conflicts } = this.#situation
    const settled = new Set(conflicts.map(({ path }) => path))
    for (const { path, status } of await git.diff(baseTree, theirsTree)) {
      if (status !== 'A' || assumed.has(path) || settled.has(path)) continue
      if ((await git.find(this.#tree, path)) === undefined)
        this.#block('company-files', path, 'the commit adds it, the result has it not')
    }
  }

  #block(rule: string, path: string, message: string): void {
    this.findings.push({ rule, path, gate: 'block', message })
  }

  #mend(path: string, answers: readonly HunkAnswer[]): void {
    this.resolutions.push({
      path,
      class: 'auto',
      rule: [...new Set(answers.map(({ rule }) => rule))].sort().join('+'),
      ruleVersion: 1,
      confidence: 'rule',
      evidence: `a merge by lines left a key twice; merged anew: ${answers.map(({ evidence }) => evidence).join('; ')}`,
    })
  }
}

function plain(text: string): string[] {
  return splitLines(text)
    .map((line) => bare(line).trim())
    .filter((line) => line !== '')
}

function keyOf(line: string): string {
  return /^(?:[-+*#/]\s*)*["']?[\w./-]+["']?\s*[:=]/.exec(line)?.[0] ?? line
}

async function readText(git: ObjectReader, oid: Oid | undefined): Promise<string | undefined> {
  return oid === undefined ? undefined : textOf(await git.readBlob(oid))
}

async function readAt(git: ObjectReader, tree: Oid, path: string): Promise<string | undefined> {
  const found = await git.find(tree, path)
  return found === undefined || !found.mode.startsWith('100') ? undefined : readText(git, found.oid)
}
