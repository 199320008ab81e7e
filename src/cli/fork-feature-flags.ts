/** What `fork features` and `fork report` ask alike, and how they get from flags to features. */
import { readFile } from 'node:fs/promises'
import { Flags } from '@oclif/core'
import { askFeatures } from '../domain/fork/features/ask-features.ts'
import { extendDecisions } from '../domain/fork/features/decisions.ts'
import type { ForkFeatures } from '../domain/fork/features/document.ts'
import { SparkopsError } from '../domain/errors.ts'
import type { ProfileName } from '../domain/fork/profile/profile.ts'
import type { Clock } from '../ports/clock.ts'
import type { ReportProgress } from '../ports/progress.ts'
import { forkFlags, forkQuestion, withFork } from './fork-flags.ts'
import { writeFileWhole } from './output.ts'
import { openChartRenderer } from './fork-wiring.ts'

export const featureFlags = {
  ...forkFlags,
  from: Flags.string({
    summary: 'the upstream ref to compare from; where the fork stands unless given',
    helpValue: 'REF',
  }),
  to: Flags.string({
    summary: 'the upstream ref to compare with; its newest release unless given',
    helpValue: 'REF',
  }),
  changelog: Flags.string({
    summary: 'the newest upstream ref: its CHANGELOG tells more than that of --to (upstream’s branch, else --to)',
    helpValue: 'REF',
  }),
  'upstream-only': Flags.boolean({ summary: 'leave the fork’s own patches out', exclusive: ['company', 'base'] }),
  decisions: Flags.string({ summary: 'file with what was decided on each entry', helpValue: 'FILE' }),
  render: Flags.boolean({
    summary: 'render charts with helm, where it is here; --no-render reads their templates as text',
    default: true,
    allowNo: true,
  }),
  'save-decisions': Flags.boolean({
    summary: 'add new entries to the file of --decisions, which need not exist yet',
    dependsOn: ['decisions'],
  }),
}

export interface FeatureFlags {
  directory: string
  company?: string | undefined
  base?: string | undefined
  profile?: ProfileName | undefined
  from?: string | undefined
  to?: string | undefined
  changelog?: string | undefined
  'upstream-only': boolean
  decisions?: string | undefined
  'save-decisions': boolean
  render: boolean
}

export interface FeatureContext {
  clock: Clock
  report: ReportProgress
  signal: AbortSignal
  note: (text: string) => void
}

/** Lists the features, with decisions read and, if asked for, saved. */
export async function featuresOf(flags: FeatureFlags, context: FeatureContext): Promise<ForkFeatures> {
  const { decisions: file, 'save-decisions': isSaved } = flags
  const text = file === undefined ? undefined : await readIfThere(file)
  if (file !== undefined && text === undefined && !isSaved) throw noDecisions(file)
  const { features, unusedDecisions } = await withFork(
    flags,
    context,
    { keepObjects: false, lock: false },
    async ({ git }) => {
      const { profile } = await forkQuestion(git, flags)
      const renderer = flags.render ? await openChartRenderer(git, context.signal) : undefined
      const request = {
        git,
        profile,
        from: flags.from,
        to: flags.to,
        changelog: flags.changelog,
        company: flags['upstream-only'] ? null : flags.company,
        base: flags.base,
        decisions: file === undefined || text === undefined ? undefined : { file, text },
        report: (done: number) => context.report({ phase: 'reading upstream', count: done, noun: 'commits' }),
        renderer,
        signal: context.signal,
      }
      return await askFeatures(request).finally(() => renderer?.close())
    },
  )
  if (unusedDecisions.length > 0) {
    context.note(`${unusedDecisions.length} decisions are on work that is not in this range; they stay in the file`)
  }
  if (isSaved && file !== undefined) await save(file, text, features)
  return features
}

async function save(file: string, text: string | undefined, { features }: ForkFeatures): Promise<void> {
  const asked = features.filter(({ kind }) => kind !== 'other' && kind !== 'fix')
  const extended = extendDecisions(file, text, asked)
  if (extended !== text) await writeFileWhole(file, [extended])
}

async function readIfThere(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(file, error)
  })
}

/** A file's text; throws (data) where it cannot be read. */
export async function readText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(file, error)
  })
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
