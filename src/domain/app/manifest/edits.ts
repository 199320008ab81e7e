/** Changes of a text by place. */
import { type YAMLMap, type YAMLSeq, isMap, isSeq } from 'yaml'

export interface Edit {
  from: number
  to: number
  text: string
}

/** The text with all edits in it; they must not overlap. What is inserted at one place comes in the order given. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let done = 0
  const inOrder = edits.map((edit, index) => ({ edit, index }))
  inOrder.sort((a, b) => a.edit.from - b.edit.from || a.edit.to - b.edit.to || a.index - b.index)
  for (const { edit } of inOrder) {
    result += text.slice(done, Math.max(edit.from, done)) + edit.text
    done = Math.max(done, edit.to)
  }
  return result + text.slice(done)
}

/** Whether a node is a map or list that has its items on lines of their own. */
export function isBlock(node: unknown): node is YAMLMap | YAMLSeq {
  return (isMap(node) || isSeq(node)) && node.flow !== true
}

/** Where the line of an offset begins. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** The comment lines that stand right above a line, as deep as it. */
export function commentsAbove(text: string, start: number): { from: number; lines: string[] } {
  const from = lineStart(text, start)
  const indent = text.slice(from, start)
  const lines: string[] = []
  let at = from
  while (at > 0) {
    const above = lineStart(text, at - 1)
    const line = text.slice(above, at - 1)
    if (!line.startsWith(`${indent}#`)) break
    lines.unshift(line.slice(indent.length + 1))
    at = above
  }
  return { from: at, lines }
}

/** Cuts whole lines out, with the comments above; undefined where something else stands on the first line. */
export function cutOf(text: string, first: { range?: readonly number[] | null }, end: number): Edit | undefined {
  const start = first.range?.[0]
  if (start === undefined) return undefined
  if (!/^[ ]*$/.test(text.slice(lineStart(text, start), start))) return undefined
  return { from: commentsAbove(text, start).from, to: end, text: '' }
}
