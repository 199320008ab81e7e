/** What the commands about applications share: which are meant, how long to wait, and how changes are told. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { SparkopsError } from '../domain/errors.ts'
import { newRunId } from '../domain/plan/run-id.ts'
import { parseDuration } from '../domain/usage/duration.ts'
import type { Scope } from '../domain/app/read.ts'
import type { WaitRow } from '../domain/app/wait.ts'
import type { Clock } from '../ports/clock.ts'
import type { ClusterReader } from '../ports/cluster.ts'
import { finishByOneself } from './shutdown.ts'

export const selectorFlag = Flags.string({
  char: 'l',
  summary: 'only those with these labels',
  helpValue: 'SELECTOR',
})

export const timeoutFlag = Flags.string({
  summary: 'how long to wait, such as 90s or 2h; 0s waits for ever',
  default: '1h',
  helpValue: 'TIME',
})

/** Milliseconds; undefined for ever. */
export function timeoutOf(text: string): number | undefined {
  const milliseconds = Number(parseDuration('--timeout', text) / 1_000_000n)
  return milliseconds === 0 ? undefined : milliseconds
}

/** The namespaces that flags ask for: all, one, or the context's own. */
export function scopeOf(
  reader: ClusterReader,
  flags: { namespace?: string | undefined; 'all-namespaces'?: boolean; selector?: string | undefined },
): Scope {
  const namespace = flags['all-namespaces'] ? undefined : (flags.namespace ?? reader.identity.namespace)
  return { namespace, labelSelector: flags.selector }
}

/** One line about a change: `jobs/etl RUNNING`, with why it does not get on. */
export function changeText({ namespace, name, state, failure }: WaitRow): string {
  return `${namespace}/${name} ${state}${failure === null ? '' : `: ${failure.reason}`}`
}

/** Waits; rejects when the signal aborts. */
export function sleeper(signal: AbortSignal): (milliseconds: number) => Promise<void> {
  return async (milliseconds) => await sleep(milliseconds, undefined, { signal })
}

/** A name for what is made together. */
export function newRun(clock: Clock): string {
  return newRunId(clock.now(), randomBytes(3).toString('hex'))
}

/** `--rate`: a positive number, such as 5 or 0.5. */
export function rateOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const rate = Number(text)
  if (Number.isFinite(rate) && rate > 0 && rate <= 1000) return rate
  throw new SparkopsError({
    code: 'SO_USAGE',
    message: `--rate ${text} is no rate`,
    why: 'it is how many submissions begin in a second: a number above 0, at most 1000',
    hint: 'for example --rate 5, or --rate 0.5 for one every two seconds',
    exit: 'usage',
  })
}

/** Work that leaves something running when it is interrupted: Ctrl-C then says what goes on, and how to follow it. */
export async function tellingWhatGoesOn<T>(signal: AbortSignal, work: () => Promise<T>, hint: string): Promise<T> {
  const finished = finishByOneself()
  try {
    return await work()
  } catch (error) {
    if (!signal.aborted) throw error
    throw new SparkopsError({
      code: 'SO_INTERRUPTED',
      message: 'interrupted; what was submitted goes on',
      why: 'Ctrl-C, or the system asked it to end',
      hint,
      exit: 'interrupted',
    })
  } finally {
    finished()
  }
}
