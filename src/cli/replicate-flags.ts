/** The flags that say what is replicated, and how the copies differ. */
import { Flags } from '@oclif/core'
import { SparkopsError } from '../domain/errors.ts'
import type { CopyWishes } from '../domain/app/replicate/identity.ts'
import { parseDuration } from '../domain/usage/duration.ts'

const many = { multiple: true, multipleNonGreedy: true } as const
const helpGroup = 'COPIES'

export const replicateFlags = {
  schedule: Flags.string({ summary: 'the job of a schedule, as it would run next', helpValue: 'NAME', ...many }),
  'dry-run': Flags.boolean({ summary: 'show the plan, and create nothing' }),
  plan: Flags.string({ summary: 'carry out a saved plan', helpValue: 'FILE', exclusive: ['resume', 'dry-run'] }),
  resume: Flags.string({ summary: 'go on with a run: its name, or last', helpValue: 'RUN' }),
  image: Flags.string({ summary: 'the image of driver and executors', helpValue: 'IMAGE', helpGroup }),
  'spark-version': Flags.string({ summary: 'the Spark in that image', helpValue: 'VERSION', helpGroup }),
  'to-namespace': Flags.string({
    summary: 'where the copies run; where the original is, by default',
    helpValue: 'NAME',
    helpGroup,
  }),
  queue: Flags.string({ summary: 'the queue of the copies', helpValue: 'NAME', helpGroup }),
  label: Flags.string({
    summary: 'a label of the copies, such as one that another operator looks for',
    helpValue: 'K=V',
    helpGroup,
    ...many,
  }),
  map: Flags.string({
    summary: 'write below one address to another instead',
    helpValue: 'FROM=TO',
    helpGroup,
    ...many,
  }),
  'allow-write': Flags.string({
    summary: 'let copies write below this address as the originals do; or all',
    helpValue: 'ADDRESS',
    helpGroup,
    ...many,
  }),
  ttl: Flags.string({ summary: 'how long an ended copy stays', default: '1d', helpValue: 'TIME', helpGroup }),
  'at-once': Flags.integer({
    summary: 'how many copies are under way at once',
    default: 1,
    min: 1,
    max: 100,
    helpGroup,
  }),
  most: Flags.integer({ summary: 'refuse to copy more than this', default: 20, min: 1, max: 1000, helpGroup }),
}

export interface ReplicateFlags {
  image?: string | undefined
  'spark-version'?: string | undefined
  'to-namespace'?: string | undefined
  queue?: string | undefined
  label?: string[] | undefined
  ttl: string
}

/** What the flags ask of each copy. */
export function wishesOf(flags: ReplicateFlags, run: string): CopyWishes {
  return {
    run,
    image: flags.image,
    sparkVersion: flags['spark-version'],
    namespace: flags['to-namespace'],
    queue: flags.queue,
    labels: Object.fromEntries(
      (flags.label ?? []).map((text) => splitAt(text, text.indexOf('='), '--label', 'KEY=VALUE')),
    ),
    timeToLive: Number(parseDuration('--ttl', flags.ttl) / 1_000_000_000n),
  }
}

/** `FROM=TO`; an address may hold `=`, so the one that counts stands before the second address. */
export function mapsOf(texts: readonly string[] | undefined): (readonly [string, string])[] {
  return (texts ?? []).map((text) =>
    splitAt(text, text.search(/=(?=(?:jdbc:)?[a-z][\w+.-]*:\/\/|\/)/i), '--map', 's3://a=s3://b'),
  )
}

function splitAt(text: string, at: number, flag: string, form: string): readonly [string, string] {
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw new SparkopsError({
    code: 'SO_USAGE',
    message: `${flag} ${text} cannot be used`,
    why: `it is not of the form ${form}`,
    hint: `for example ${flag} ${form}`,
    exit: 'usage',
  })
}
