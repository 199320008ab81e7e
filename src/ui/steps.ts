/** A narrated run: numbered steps that say what is about to be shown, and how it went. */
import type { Style } from './style.ts'

/** `► 2/5 Compare with YuniKorn's own figures`, with an empty line before it. */
export function stepHeading(step: { number: number; of: number; title: string }, style: Style): string {
  const mark = style.paint('cyan', `${style.glyphs.step} ${step.number}/${step.of}`)
  return `\n${mark} ${style.paint('bold', step.title)}`
}

/** The command a step runs, as the reader would type it. */
export function commandLine(command: string, style: Style): string {
  return style.paint('dim', `  $ ${command}`)
}

export type Outcome = 'ok' | 'fail' | 'warn' | 'wait'

const OUTCOME_TONES = { ok: 'green', fail: 'red', warn: 'yellow', wait: 'yellow' } as const

/** A sign and a sentence: `✔ 31 survivors in one piece`. */
export function outcomeLine(outcome: Outcome, sentence: string, style: Style): string {
  return `${style.paint(OUTCOME_TONES[outcome], style.glyphs[outcome])} ${sentence}`
}
