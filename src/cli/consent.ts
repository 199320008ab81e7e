/**
 * Consent to a change, the same for every command: on a terminal a question, elsewhere flags; never a guess.
 *
 * `--yes` answers what a yes answers. What is severe (no way back, something can be lost) needs the name of what is
 * changed, typed or as `--confirm=NAME`, so that a habit or a copied line cannot hit the wrong cluster.
 */
import { createInterface } from 'node:readline/promises'
import { Flags } from '@oclif/core'
import { SparkopsError } from '../domain/errors.ts'
import { sanitize } from '../ui/sanitize.ts'

export const consentFlags = {
  yes: Flags.boolean({ char: 'y', summary: 'go on without asking', helpGroup: 'CONSENT' }),
  confirm: Flags.string({
    summary: 'the name of what is changed, for what cannot be taken back: a context',
    helpValue: 'NAME',
    helpGroup: 'CONSENT',
  }),
}

export interface ConsentQuestion {
  /** What is about to be done, as a question: `Carry out 41 steps on cluster prod`. */
  question: string
  severe: boolean
  /** What must be typed where it is severe. */
  name: string
}

export interface ConsentAnswers {
  yes: boolean
  confirm?: string | undefined
}

/** Where questions are asked; undefined where nobody can answer. */
export interface Terminal {
  ask: (prompt: string) => Promise<string>
}

/** Returns when there is consent; throws otherwise: 64 without a terminal and flags, 1 where a person says no. */
export async function requireConsent(
  question: ConsentQuestion,
  { yes, confirm }: ConsentAnswers,
  terminal: Terminal | undefined,
): Promise<void> {
  const { severe, name } = question
  if (confirm !== undefined && confirm !== name) throw wrongName(confirm, name)
  if (severe ? confirm === name && (yes || terminal !== undefined) : yes) return
  if (terminal === undefined) throw notAsked(question, { yes, confirm })
  const text = `${sanitize(question.question)}?`
  const isGiven = severe
    ? (await terminal.ask(`${text} Type ${sanitize(name)} to go on: `)).trim() === name
    : /^y(es)?$/i.test((await terminal.ask(`${text} [y/N] `)).trim())
  if (!isGiven) throw declined()
}

/** A terminal that a person sits at: both what they read and what they type. */
export function personAt(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  signal: AbortSignal,
): Terminal | undefined {
  if (!input.isTTY || !output.isTTY) return undefined
  return {
    ask: async (prompt) => {
      const lines = createInterface({ input, output })
      try {
        return await lines.question(prompt, { signal })
      } finally {
        lines.close()
      }
    },
  }
}

function wrongName(confirm: string, name: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_WRONG_CONFIRMATION',
    message: `--confirm says ${confirm}, but this is ${name}`,
    why: 'it must name what is changed, so that nothing happens to another',
    hint: `look which cluster is meant; if it is this one: --confirm=${name}`,
    exit: 'usage',
  })
}

function notAsked({ question, severe, name }: ConsentQuestion, { yes }: ConsentAnswers): SparkopsError {
  const missing = [...(yes ? [] : ['--yes']), ...(severe ? [`--confirm=${name}`] : [])]
  return new SparkopsError({
    code: 'SO_NO_CONSENT',
    message: `no consent: ${question}`,
    why: 'there is no terminal to ask at',
    hint: `add ${missing.join(' ')} once you have read what it will do`,
    exit: 'usage',
  })
}

function declined(): SparkopsError {
  return new SparkopsError({
    code: 'SO_DECLINED',
    message: 'nothing was changed',
    why: 'the question was not answered with yes',
  })
}
