/**
 * Conflicts in text files: by key in YAML, by hunk anywhere, by declaration, target or section where those are known.
 *
 * All or nothing for a file: a half-merged file goes to a person as git left it.
 */
import { mergeBlocks, type BlockGrammar } from './blocks.ts'
import { staysDeleted } from './deletion.ts'
import { bothAddedRule } from './both-added.ts'
import { goDeclarations } from './go-blocks.ts'
import { mergeText, type HunkAnswer, type HunkRule, type TextSides } from './hunk.ts'
import { anchoredRule, upstreamHasItRule } from './insertions.ts'
import { imageRule } from './image-reference.ts'
import { bytesOf, markerLines, textOf } from './lines.ts'
import type { Confidence, Decision, MergedSituation, Resolver } from './resolver.ts'
import { supersededKeys } from './template-keys.ts'
import { insertByPath } from './template-paths.ts'
import { helmDefinitions, makeTargets, markdownSections } from './text-blocks.ts'
import { blanksRule, movedLineRule, neighbourRule, tokenRule } from './token-merge.ts'
import { versionLineRule } from './version-line.ts'
import { matchesAny } from './glob.ts'
import { mergeYaml, type ValueMove } from './yaml-merge.ts'
import { duplicateKeys } from './yaml-tree.ts'
import type { ForkProfile } from '../profile/profile.ts'

const GRAMMARS: readonly { paths: RegExp; grammar: BlockGrammar }[] = [
  { paths: /\.go$/, grammar: goDeclarations },
  { paths: /(^|\/)(GNU)?[Mm]akefile$|\.mk$/, grammar: makeTargets },
  { paths: /\.(md|markdown)$/, grammar: markdownSections },
  { paths: /(^|\/)templates\/.*\.tpl$/, grammar: helmDefinitions },
]

/** What a merge of one text gave: the text, or why not. */
export interface TextOutcome {
  readonly text: string | undefined
  readonly answers: readonly HunkAnswer[]
  readonly why: string
  readonly hints: readonly string[]
}

export interface TextKnowledge {
  readonly values: readonly ValueMove[]
  readonly valuesFiles: readonly string[]
}

/** The rules about hunks, most specific first. */
export function hunkRules(profile: ForkProfile): HunkRule[] {
  const inLine = [versionLineRule(profile.versionSuffix), imageRule({ goVersion: profile.goVersion }), tokenRule]
  const beside = [neighbourRule, bothAddedRule, upstreamHasItRule, movedLineRule(inLine), anchoredRule]
  return [blanksRule, ...inLine, ...beside]
}

/** Merges a file that both sides have as text. */
export function textResolver(known: TextKnowledge): Resolver {
  return {
    id: 'text',
    resolve: async (conflict, situation) => {
      const { base, ours, theirs } = conflict
      if (ours === undefined || theirs === undefined) return undefined
      if (![base, ours, theirs].every((side) => side === undefined || side.mode.startsWith('100'))) {
        return { kind: 'undecided', why: `${conflict.path} is no plain file on every side`, hints: [] }
      }
      const [b, o, t] = await Promise.all(
        (['base', 'ours', 'theirs'] as const).map(async (side) => conflict.read(side)),
      )
      const texts = [b ?? new Uint8Array(), o!, t!].map((bytes) => textOf(bytes))
      const [before, now, wanted] = texts
      if (before === undefined || now === undefined || wanted === undefined) {
        return { kind: 'undecided', why: `${conflict.path} is no text: both sides changed it`, hints: [] }
      }
      return decide({ path: conflict.path, base: before, ours: now, theirs: wanted }, situation, known)
    },
  }
}

function decide(file: TextSides, { profile }: MergedSituation, known: TextKnowledge): Decision {
  const outcome = mergeTextFile(file, profile, known)
  if (outcome.text === undefined) return { kind: 'undecided', why: outcome.why, hints: outcome.hints }
  const rules = [...new Set(outcome.answers.map((answer) => answer.rule))].sort()
  const order: readonly Confidence[] = ['proven', 'rule', 'assisted']
  const weakest = Math.max(0, ...outcome.answers.map((answer) => order.indexOf(answer.confidence)))
  return {
    kind: 'resolved',
    content: bytesOf(outcome.text),
    rule: rules.join('+') || 'text',
    ruleVersion: 1,
    class: 'auto',
    confidence: order[weakest]!,
    evidence: outcome.answers.map((answer) => answer.evidence).join('; '),
  }
}

/** Tries what the file's kind allows, in turn; each way settles the whole file or nothing. */
export function mergeTextFile(file: TextSides, profile: ForkProfile, known: TextKnowledge): TextOutcome {
  const gone = supersededKeys(file, known.values)
  if (gone === undefined) return mergeSides(file, profile, known)
  const rest = mergeSides({ ...file, theirs: gone.theirs }, profile, known)
  const answer = { lines: [], rule: 'template-key', confidence: 'rule' as const, evidence: gone.evidence.join('; ') }
  return { ...rest, answers: rest.text === undefined ? [] : [answer, ...rest.answers] }
}

function mergeSides(file: TextSides, profile: ForkProfile, known: TextKnowledge): TextOutcome {
  const rules = hunkRules(profile)
  const hints: string[] = []
  const yaml = /\.ya?ml$/.test(file.path)
  if (yaml) {
    const moves = matchesAny(file.path, known.valuesFiles) ? known.values : []
    const merged = mergeYaml(file, {
      moves,
      companyOwned: profile.companyOwned,
      rules,
      staysDeleted: staysDeleted(file.path, profile),
    })
    if (merged?.text !== undefined) return settled(file, merged.text, merged.answers)
    if (merged !== undefined) {
      const left = merged.left.map(({ key, why }) => `${key}: ${why}`)
      return { text: undefined, answers: [], why: `${left.length} of its keys need a person`, hints: left }
    }
  }
  const byHunk = mergeText(file, rules)
  if (byHunk.text !== undefined) return settled(file, byHunk.text, byHunk.answers)
  const grammar = GRAMMARS.find(({ paths }) => paths.test(file.path))?.grammar
  const byBlock = grammar === undefined ? undefined : mergeBlocks(file, grammar, rules)
  if (byBlock?.text !== undefined) return settled(file, byBlock.text, byBlock.answers)
  const byPath = insertByPath(file)
  if (byPath !== undefined) return settled(file, byPath.text, [byPath.answer])
  for (const { key, why } of byBlock?.left ?? []) hints.push(`${grammar!.noun} ${key}: ${why}`)
  const n = byHunk.left.length
  const why =
    n === 0
      ? 'a line that upstream moved is not there exactly once'
      : `both sides changed the same lines in ${n} ${n === 1 ? 'place' : 'places'}`
  return { text: undefined, answers: [], why, hints }
}

/** A merge that leaves something like a conflict marker, which no side had, is none. */
function settled(file: TextSides, text: string, answers: readonly HunkAnswer[]): TextOutcome {
  const had = markerLines(file.ours).length + markerLines(file.theirs).length
  if (had === 0 && markerLines(text).length > 0) {
    return { text: undefined, answers: [], why: 'the merged text has conflict markers', hints: [] }
  }
  const twice = /\.(ya?ml|tpl)$/.test(file.path) ? addedTwice(file, text) : []
  if (twice.length > 0) return { text: undefined, answers: [], why: `both sides added ${twice.join(', ')}`, hints: [] }
  return { text, answers, why: '', hints: [] }
}

/** Keys that the merged text has twice and neither side had. */
export function addedTwice({ ours, theirs }: TextSides, text: string): string[] {
  const had = [...duplicateKeys(ours), ...duplicateKeys(theirs)]
  return [...new Set(duplicateKeys(text))].filter((key) => !had.includes(key))
}
