/** Makefiles by target and variable, Markdown by section: where the order of the parts carries no meaning. */
import type { Block, BlockGrammar } from './blocks.ts'
import { blocksByLine, uniqueKeys } from './blocks.ts'
import { splitLines } from './lines.ts'
import { branchesOf } from './yaml-tree.ts'

/** Makefiles: targets with their recipes and comments, variables, and whole conditionals and definitions. */
export const makeTargets: BlockGrammar = {
  rule: 'make-targets',
  noun: 'target',
  split: splitMakefile,
  // The first target is what `make` alone builds, and a variable may be read above where it stands.
  isFree: (block) => block.key.startsWith('target ') || block.key.startsWith('var '),
}

/** Markdown by heading. A company's new section goes below the one it stood below. */
export const markdownSections: BlockGrammar = {
  rule: 'markdown-sections',
  noun: 'section',
  split: splitMarkdown,
  isFree: (block) => block.key !== 'preface',
}

/** Helm's helpers by definition, each with the comment above it. */
export const helmDefinitions: BlockGrammar = {
  rule: 'helm-definitions',
  noun: 'definition',
  split: splitHelpers,
  isFree: (block) => block.key.startsWith('define '),
}

function splitHelpers(text: string): Block[] | undefined {
  const blocks: { key: string; text: string }[] = [{ key: 'head', text: '' }]
  let pending = ''
  let open = 0
  let comment = false
  for (const line of splitLines(text)) {
    const name = open === 0 && !comment ? /^\{\{-?\s*define\s+"([^"]+)"/.exec(line)?.[1] : undefined
    if (name !== undefined) blocks.push({ key: `define ${name}`, text: pending + line })
    else if (open > 0) blocks.at(-1)!.text += line
    else pending += line
    if (open > 0 || name !== undefined) pending = ''
    else {
      comment = comment ? !/\*\/\s*-?\}\}/.test(line) : /\{\{-?\s*\/\*/.test(line) && !/\*\/\s*-?\}\}/.test(line)
      if (!comment && !/^\s*$|\*\/\s*-?\}\}/.test(line)) return undefined
    }
    open = Math.max(0, open + (open > 0 || name !== undefined ? branchesOf(line) : 0))
  }
  blocks.at(-1)!.text += pending
  return open > 0 ? undefined : uniqueKeys(blocks.filter((block) => block.text !== ''))
}

function splitMakefile(text: string): Block[] | undefined {
  const blocks: { key: string; text: string }[] = [{ key: 'head', text: '' }]
  let pending = ''
  let nested = 0
  for (const line of splitLines(text)) {
    const opens = /^\s*(ifeq|ifneq|ifdef|ifndef|define)\b/.test(line)
    const closes = /^\s*(endif|endef)\b/.test(line)
    const continues = blocks.at(-1)!.text.endsWith('\\\n') && pending === ''
    const key = opens ? `block ${line.trim()}` : makeKey(line)
    if (nested > 0 || continues || closes || line.startsWith('\t')) blocks.at(-1)!.text += pending + line
    else if (/^\s*($|#)|^\.PHONY:/.test(line)) pending += line
    else if (key === undefined) return undefined
    else blocks.push({ key, text: pending + line })
    if (nested > 0 || continues || closes || line.startsWith('\t') || key !== undefined) {
      if (!/^\s*($|#)|^\.PHONY:/.test(line) || nested > 0) pending = ''
    }
    nested = Math.max(0, nested + (opens ? 1 : 0) - (closes ? 1 : 0))
  }
  blocks.at(-1)!.text += pending
  return nested > 0 ? undefined : uniqueKeys(blocks.filter((block) => block.text !== ''))
}

function makeKey(line: string): string | undefined {
  const variable = /^(?:export\s+|override\s+)*([\w.-]+)\s*(?:[:?+!]?=|::=)/.exec(line)
  if (variable !== null) return `var ${variable[1]!}`
  const target = /^([^\s:=#][^:=#]*?)\s*::?(?!=)/.exec(line)
  if (target !== null) return `target ${target[1]!}`
  return /^-?(include|export|unexport|vpath)\b/.test(line) ? `line ${line.trim()}` : undefined
}

function splitMarkdown(text: string): Block[] {
  const path: (string | undefined)[] = []
  let fence = ''
  return blocksByLine(text, 'preface', (line) => {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (mark !== undefined) fence = fence === '' ? mark[0]! : mark[0] === fence ? '' : fence
    const heading = fence === '' ? /^(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line.replace(/\r?\n$/, '')) : null
    if (heading === null) return undefined
    path.length = heading[1]!.length - 1
    path.push(heading[2])
    return path.filter((title) => title !== undefined).join(' › ')
  })
}
