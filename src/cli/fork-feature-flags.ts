/** What `fork features` and `fork report` ask alike, and how they get from flags to features. */
import { readFile } from 'node:fs/promises'
import { Flags } from '@oclif/core'
import { extendDecisions } from '../domain/fork/features/decisions.ts'
import { askFeatures } from '../domain/fork/features/ask-features.ts'
import type { ForkFeatures } from '../domain/fork/features/document.ts'
import { SparkopsError } from '../domain/errors.ts'
import type { ReportProgress } from '../ports/progress.ts'
import { progressFlag } from './flags.ts'
import { writeFileWhole } from './output.ts'
import { openGit } from './wiring.ts'

export const featureFlags = {
  directory: Flags.string({ char: 'C', summary: 'where the repository is', default: '.', helpValue: 'DIR' }),
  from: Flags.string({
    summary: 'the upstream ref the fork stands on; found from --company unless given',
    helpValue: 'REF',
  }),
  to: Flags.string({ summary: 'the upstream ref to move to', required: true, helpValue: 'REF' }),
  changelog: Flags.string({
    summary: 'the newest upstream ref: its CHANGELOG tells more than that of --to',
    helpValue: 'REF',
  }),
  company: Flags.string({
    summary: 'the fork’s branch; its patches say what matters',
    default: 'HEAD',
    helpValue: 'REF',
  }),
  tags: Flags.string({ summary: 'release tags, as a glob; others are not named', helpValue: 'GLOB' }),
  decisions: Flags.string({ summary: 'file with what was decided on each entry', helpValue: 'FILE' }),
  'save-decisions': Flags.boolean({
    summary: 'add new entries to the file of --decisions, which may not exist yet',
    dependsOn: ['decisions'],
  }),
  progress: progressFlag,
}

export interface FeatureFlags {
  directory: string
  from: string | undefined
  to: string
  changelog: string | undefined
  company: string
  tags: string | undefined
  decisions: string | undefined
  'save-decisions': boolean
}

export interface FeatureContext {
  report: ReportProgress
  signal: AbortSignal
  note: (text: string) => void
}

/** Lists the features, with decisions read and, if asked for, saved. */
export async function featuresOf(flags: FeatureFlags, context: FeatureContext): Promise<ForkFeatures> {
  const text = flags.decisions === undefined ? undefined : await readIfThere(flags.decisions)
  if (flags.decisions !== undefined && text === undefined && !flags['save-decisions'])
    throw noDecisions(flags.decisions)
  const git = await openGit(flags.directory, false, context.signal)
  try {
    const { features, unusedDecisions } = await askFeatures({
      git,
      ...flags,
      tagPattern: flags.tags,
      decisions: flags.decisions === undefined || text === undefined ? undefined : { file: flags.decisions, text },
      report: (done, total) => context.report({ what: 'reading upstream', done, total, unit: 'commits' }),
      signal: context.signal,
    })
    if (unusedDecisions.length > 0) {
      context.note(`${unusedDecisions.length} decisions are on work that is not in this range; they stay in the file`)
    }
    if (flags['save-decisions']) await save(flags.decisions!, text, features)
    return features
  } finally {
    await git.close()
  }
}

async function save(file: string, text: string | undefined, { features }: ForkFeatures): Promise<void> {
  const listed = features.filter(({ kind }) => kind !== 'other' && kind !== 'fix')
  const extended = extendDecisions(file, text, listed)
  if (extended !== text) await writeFileWhole(file, [extended])
}

/** A file's text, undefined where there is none. */
async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(file, error)
  }
}

/** A file's text; throws (data) where it cannot be read. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw unreadable(file, error)
  }
}

function unreadable(file: string, error: unknown): SparkopsError {
  return new SparkopsError({
    code: 'SO_UNREADABLE',
    message: `cannot read ${file}`,
    why: error instanceof Error ? error.message : String(error),
    hint: 'give the path of a file that can be read',
    exit: 'data',
    cause: error,
  })
}

function noDecisions(file: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_NO_DECISIONS',
    message: `there is no file ${file}`,
    why: 'decisions are read from it',
    hint: 'make it with --save-decisions',
    exit: 'data',
  })
}
