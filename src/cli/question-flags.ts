/** The flags that make up a question about usage, and their reading. */
import { readFile } from 'node:fs/promises'
import { Flags } from '@oclif/core'
import { SparkopsError } from '../domain/errors.ts'
import { parseDuration } from '../domain/usage/duration.ts'
import { type PriceSheet, parsePriceSheet } from '../domain/usage/prices.ts'
import type { ReadEnoughOptions } from '../domain/usage/pruning/read-enough.ts'
import { parseDimensions, parseKinds, type Question } from '../domain/usage/question.ts'
import { UNIT_SYSTEMS, type UnitSystem } from '../domain/usage/units.ts'
import { checkZone, parseMoment, WINDOWS, type WindowSize } from '../domain/usage/windows.ts'

export const questionFlags = {
  by: Flags.string({
    summary:
      'what to sum up by: app, queue, user, group, node, instanceType, namespace, cluster, incarnation, label:KEY',
    defaultHelp: () => Promise.resolve('app'),
    helpValue: 'NAMES',
  }),
  kind: Flags.string({
    summary: 'kinds of usage: used, placeholder, preempted',
    default: 'used,placeholder,preempted',
    helpValue: 'KINDS',
  }),
  resource: Flags.string({
    summary: 'resources, by name: vcore, memory, nvidia.com/gpu; all unless said',
    helpValue: 'NAMES',
  }),
  unit: Flags.option({
    summary:
      'units: native (mcore-s, B-s), yarn (vcore-s, MB-s), hours (core-h, GiB-h); tables have hours, else native',
    options: UNIT_SYSTEMS,
    helpValue: 'UNIT',
  })(),
  window: Flags.option({ summary: 'split by time', options: WINDOWS, helpValue: 'SIZE' })(),
  'time-zone': Flags.string({ summary: 'whose days and months', default: 'UTC', helpValue: 'ZONE' }),
  from: Flags.string({ summary: 'from this time on', helpValue: 'TIME' }),
  to: Flags.string({ summary: 'up to this time', helpValue: 'TIME' }),
  late: Flags.string({
    summary:
      'with --from, --to: how far an event may lie from the time in the name of its object, or of its message; ' +
      'what lies farther from the time asked for is left unread',
    default: '1d',
    helpValue: 'TIME',
    helpGroup: 'READING',
  }),
  lookback: Flags.string({
    summary:
      'with --from: nothing that lived then began earlier than so long before; else that must be shown by the dump',
    helpValue: 'TIME',
    helpGroup: 'READING',
  }),
  top: Flags.integer({ summary: 'the largest groups only, the others as one', min: 1, helpValue: 'N' }),
  idle: Flags.boolean({ summary: 'also the capacity of the nodes, and what of it nobody had' }),
  prices: Flags.string({ summary: 'price sheet (YAML or JSON): adds costs', helpValue: 'FILE' }),
  file: Flags.string({ summary: 'write to a file instead of standard output', helpValue: 'FILE' }),
}

/** The values of the flags above. */
export interface QuestionFlags {
  by?: string | undefined
  kind: string
  resource?: string | undefined
  unit?: UnitSystem | undefined
  window?: WindowSize | undefined
  'time-zone': string
  from?: string | undefined
  to?: string | undefined
  top?: number | undefined
  idle: boolean
  prices?: string | undefined
  output: string
  json: boolean
}

/** How much of a dump the question needs; undefined when it is about all time. */
export function readingOf(
  question: Question,
  flags: { late: string; lookback?: string | undefined },
): ReadEnoughOptions | undefined {
  const margin = parseDuration('--late', flags.late)
  const lookback = flags.lookback === undefined ? undefined : parseDuration('--lookback', flags.lookback)
  if (question.from === undefined && question.to === undefined) return undefined
  return { question, margin, lookback }
}

/** Reads the question; refuses what cannot be asked before anything is read. */
export async function readQuestion(flags: QuestionFlags): Promise<Question> {
  const zone = checkZone(flags['time-zone'])
  if (flags.output === 'parquet' && (flags.unit ?? 'native') !== 'native') throw onlyNative()
  const forPeople = !flags.json && (flags.output === 'table' || flags.output === 'wide')
  return {
    by: parseDimensions(flags.by ?? (flags.idle ? '' : 'app')),
    kinds: parseKinds(flags.kind),
    resources: (flags.resource ?? '').split(',').filter((name) => name !== ''),
    units: flags.unit ?? (forPeople ? 'hours' : 'native'),
    window: flags.window,
    zone,
    from: flags.from === undefined ? undefined : parseMoment('--from', flags.from, zone),
    to: flags.to === undefined ? undefined : parseMoment('--to', flags.to, zone),
    top: flags.top,
    idle: flags.idle,
    prices: flags.prices === undefined ? undefined : await readPrices(flags.prices),
  }
}

async function readPrices(file: string): Promise<PriceSheet> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new SparkopsError({
      code: 'SO_PRICES',
      message: `${file}: the price sheet cannot be read.`,
      why: String(error),
      hint: 'Check the path.',
      exit: 'data',
      cause: error,
    })
  })
  return parsePriceSheet(file, text)
}

function onlyNative(): SparkopsError {
  return new SparkopsError({
    code: 'SO_PARQUET_UNIT',
    message: '-o parquet has native units only.',
    why: 'Its amounts are integers that nothing has rounded.',
    hint: 'Leave --unit out; divide where you read the file.',
    exit: 'usage',
  })
}
