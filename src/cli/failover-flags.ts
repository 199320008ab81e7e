/** Flags of `operator failover`: how the leader goes, what is submitted meanwhile, and how long it is looked at. */
import { Flags } from '@oclif/core'
import { readApplication } from '../domain/app/submit/prepare.ts'
import { SparkopsError } from '../domain/errors.ts'
import type { FailoverWish } from '../domain/operator/failover/plan-failover.ts'
import type { ReadObject } from '../domain/pods/read-objects.ts'
import { parseDuration } from '../domain/usage/duration.ts'
import { VERSION } from './manifest.ts'
import { findObjectFiles } from './wiring.ts'

const helpGroup = 'FAILOVER'

export const failoverFlags = {
  operator: Flags.string({ summary: 'which operator, where there are several', helpValue: 'NS/NAME', helpGroup }),
  namespace: Flags.string({
    char: 'n',
    summary: 'look at this namespace only, and submit there; all that it watches by default',
    helpValue: 'NAME',
    helpGroup,
  }),
  by: Flags.option({
    summary: 'how the leader goes: its pod deleted, deleted at once, or its renewal refused',
    options: ['graceful', 'kill', 'cut'] as const,
    default: 'graceful' as const,
    helpValue: 'HOW',
    helpGroup,
  })(),
  observe: Flags.boolean({
    summary: 'take nobody away; wait for a failover and judge it',
    exclusive: ['by', 'apps', 'file', 'dry-run'],
    helpGroup,
  }),
  apps: Flags.integer({ summary: 'how many test applications to submit', default: 0, min: 0, max: 200, helpGroup }),
  file: Flags.string({ summary: 'the SparkApplication that they are copies of', helpValue: 'FILE', helpGroup }),
  lead: Flags.string({
    summary: 'over how long the first half is submitted before the leader goes',
    default: '5s',
    helpValue: 'TIME',
    helpGroup,
  }),
  timeout: Flags.string({
    summary: 'how long to wait for the next leader; 3m, or 1h with --observe',
    helpValue: 'TIME',
    helpGroup,
  }),
  settle: Flags.string({
    summary: 'how long to look on once it works',
    default: '1m',
    helpValue: 'TIME',
    helpGroup,
  }),
  report: Flags.string({
    summary: 'also write a page: HTML or Markdown, by what the name ends in',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FILE',
    helpGroup,
  }),
  resume: Flags.string({
    summary: 'go on with a run, or show again what it found: its name, or last',
    exclusive: ['observe', 'apps', 'file', 'dry-run'],
    helpValue: 'RUN',
    helpGroup,
  }),
}

interface WishFlags {
  by: FailoverWish['way']
  lead: string
  timeout?: string | undefined
  settle: string
}

/** What flags ask for. */
export function failoverWish(flags: WishFlags, run: string): Omit<FailoverWish, 'tests' | 'now'> {
  return {
    way: flags.by,
    run,
    leadMs: milliseconds('--lead', flags.lead),
    timeoutMs: milliseconds('--timeout', flags.timeout ?? '3m'),
    settleMs: milliseconds('--settle', flags.settle),
    toolVersion: VERSION,
  }
}

function milliseconds(flag: string, text: string): number {
  return Number(parseDuration(flag, text) / 1_000_000n)
}

/** The file of test applications; both flags or neither. */
export async function fileOf({
  apps,
  file,
}: {
  apps: number
  file?: string | undefined
}): Promise<ReadObject | undefined> {
  if (apps > 0 === (file !== undefined)) {
    return file === undefined ? undefined : await readApplication(await findObjectFiles(file), file)
  }
  throw new SparkopsError({
    code: 'SO_USAGE',
    message: file === undefined ? `--apps ${apps} needs --file` : '--file needs --apps',
    why: 'test applications are copies of one that can run in this cluster: only you know its image and account',
    hint: 'such as --apps 10 --file pi.yaml',
    exit: 'usage',
  })
}
