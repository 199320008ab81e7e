/** The flags of a capture, and what they ask for. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import { SparkopsError } from '../domain/errors.ts'
import type { CaptureRequest } from '../domain/pods/capture/capture-pods.ts'
import { parseDuration } from '../domain/usage/duration.ts'
import { VERSION } from './manifest.ts'
import { createCapture } from './wiring.ts'

export const captureFlags = {
  out: Flags.string({ summary: 'directory to write: new, or empty', required: true, helpValue: 'DIR' }),
  selector: Flags.string({ char: 'l', summary: 'pods with these labels, as for kubectl', helpValue: 'LABELS' }),
  until: Flags.option({
    summary: 'when to end: all executors were seen, the application ended, or Ctrl-C',
    options: ['executors', 'ended', 'stopped'] as const,
    default: 'executors' as const,
    helpValue: 'WHEN',
  })(),
  once: Flags.boolean({ summary: 'only what is there now' }),
  new: Flags.boolean({ summary: 'only what comes from now on', exclusive: ['once', 'snapshot'] }),
  count: Flags.integer({
    summary: 'wait for so many applications, where none is named',
    min: 1,
    default: 1,
    helpValue: 'N',
  }),
  timeout: Flags.string({
    summary: 'how long to wait at most, such as 30m; 0 for ever',
    default: '1h',
    helpValue: 'TIME',
  }),
  'include-secrets': Flags.boolean({ summary: 'keep values that are called secret' }),
}

interface AskedFlags {
  out: string
  selector: string | undefined
  until: 'executors' | 'ended' | 'stopped'
  once: boolean
  new: boolean
  count: number
  timeout: string
  'include-secrets': boolean
  'all-namespaces': boolean
  snapshot: string | undefined
}

type Asked = Omit<CaptureRequest, 'clock' | 'signal' | 'report' | 'onReady'>

/** What the flags ask for; `namespace` is the one that commands use unless told. The directory is made. */
export async function captureRequest(flags: AskedFlags, names: readonly string[], namespace: string): Promise<Asked> {
  if (flags['all-namespaces'] && names.length > 0)
    throw new SparkopsError({
      code: 'SO_USAGE',
      message: 'applications are named, and all namespaces are asked for',
      why: 'a name is one in its namespace',
      hint: 'give -n NAMESPACE, or -A without names',
      exit: 'usage',
    })
  const nanoseconds = flags.timeout === '0' ? 0n : parseDuration('--timeout', flags.timeout)
  return {
    writer: await createCapture(flags.out),
    sleep: (milliseconds) => sleep(milliseconds),
    scope: { names, count: flags.count, bySelector: flags.selector !== undefined },
    namespace: flags['all-namespaces'] ? undefined : namespace,
    selector: flags.selector,
    until: flags.once || flags.snapshot !== undefined ? 'once' : flags.until,
    timeoutMs: nanoseconds === 0n ? undefined : Number(nanoseconds / 1_000_000n),
    onlyNew: flags.new,
    includeSecrets: flags['include-secrets'],
    toolVersion: VERSION,
  }
}
