/** What the commands about pods share: reading pods, applications and acceptance files. */
import { Flags } from '@oclif/core'
import { type AcceptList, readAcceptance } from '../domain/pods/accept.ts'
import type { FieldRow, Verdict } from '../domain/pods/rows.ts'
import { type PodSet, readPodSet } from '../domain/pods/pod-set.ts'
import { parseDocuments } from '../domain/pods/read-objects.ts'
import { SparkopsError } from '../domain/errors.ts'
import type { Clock } from '../ports/clock.ts'
import { findObjectFiles } from './wiring.ts'

export const acceptFlag = Flags.string({
  summary: 'differences accepted beforehand, each with a reason',
  helpValue: 'FILE',
  multiple: true,
})

export const showFlag = Flags.option({
  summary: 'what to list: what counts, also what rules made equal, or all',
  options: ['findings', 'equivalent', 'all'] as const,
  default: 'findings' as const,
  helpValue: 'WHAT',
})()

/** The pods behind a path. */
export async function readPods(path: string): Promise<PodSet> {
  return await readPodSet(path, await findObjectFiles(path))
}

/** The documents of files, each with its place. */
export async function readDocuments(paths: readonly string[]): Promise<{ document: unknown; where: string }[]> {
  const found: { document: unknown; where: string }[] = []
  for (const path of paths)
    for (const file of await findObjectFiles(path)) {
      const documents = parseDocuments(await file.text(), file.name).filter((one) => one !== null && one !== undefined)
      for (const [index, document] of documents.entries())
        found.push({ document, where: documents.length === 1 ? file.name : `${file.name}, document ${index + 1}` })
    }
  return found
}

/** The acceptance files, and today by the clock. */
export async function readAcceptList(paths: readonly string[] | undefined, clock: Clock): Promise<AcceptList> {
  const documents = await readDocuments(paths ?? [])
  return {
    entries: documents.flatMap(({ document, where }) => readAcceptance(document, where)),
    today: new Date(clock.now()).toISOString().slice(0, 10),
  }
}

/** Verdicts that are counted and not listed. */
export const HIDDEN: Readonly<Record<'findings' | 'equivalent' | 'all', readonly Verdict[]>> = {
  findings: ['same', 'equivalent', 'noise'],
  equivalent: ['same', 'noise'],
  all: [],
}

/** The rows that are to be listed; programs get what people asked for. */
export function listed<A extends { fields: FieldRow[] }>(answer: A, show: 'findings' | 'equivalent' | 'all'): A {
  return { ...answer, fields: answer.fields.filter(({ verdict }) => !HIDDEN[show].includes(verdict)) }
}

/** Refuses two standard inputs: the second would find nothing left to read. */
export function refuseTwoInputs(paths: readonly (string | undefined)[]): void {
  if (paths.filter((path) => path === '-').length < 2) return
  throw new SparkopsError({
    code: 'SO_USAGE',
    message: 'standard input was asked for twice',
    why: 'it can be read once',
    hint: 'give one of them as a file',
    exit: 'usage',
  })
}
