/** The flags of `usage collect`, and what they say. */
import { Flags } from '@oclif/core'
import { parseSchedulerAddress, parseSize, refusedFlag } from '../domain/usage/collect/targets.ts'
import { parseDuration } from '../domain/usage/duration.ts'
import type { CollectorSettings } from './collect-command.ts'
import { s3AccessOf, s3Flags, type S3Flags } from './s3-flags.ts'
import { kafkaAccessOf, kafkaFlags, type KafkaFlags, readText } from './kafka-flags.ts'
import type { SinkAccess } from './usage-wiring.ts'

export const collectFlags = {
  cluster: Flags.string({
    summary: 'name of the cluster, written with every line',
    required: true,
    helpValue: 'NAME',
  }),
  to: Flags.string({
    summary: 'where to keep the events: files:DIR, s3://BUCKET/PREFIX, kafka://HOST:PORT,…/TOPIC',
    required: true,
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'SINK',
  }),
  spool: Flags.string({
    summary: 'directory of the local disk for what no sink has kept yet',
    required: true,
    helpValue: 'DIR',
  }),
  once: Flags.boolean({ summary: 'end when there is nothing more to take for now' }),
  yunikorn: Flags.string({
    summary: "the scheduler's REST API",
    default: 'http://localhost:9080',
    helpValue: 'URL',
    helpGroup: 'SCHEDULER',
  }),
  'yunikorn-ca': Flags.string({
    summary: 'certificate authority of an https address (PEM)',
    helpValue: 'FILE',
    helpGroup: 'SCHEDULER',
  }),
  'allow-remote': Flags.boolean({ summary: 'read a scheduler of another host', helpGroup: 'SCHEDULER' }),
  interval: Flags.string({
    summary: 'time between two looks',
    default: '1s',
    helpValue: 'TIME',
    helpGroup: 'SCHEDULER',
  }),
  batch: Flags.integer({
    summary: 'events to ask for at once',
    default: 1000,
    min: 1,
    max: 10_000,
    helpGroup: 'SCHEDULER',
  }),
  'listing-interval': Flags.string({
    summary: 'time between two listings of applications and nodes',
    default: '1m',
    helpValue: 'TIME',
    helpGroup: 'SCHEDULER',
  }),
  'segment-time': Flags.string({
    summary: 'time after which a file or an object is closed',
    default: '5m',
    helpValue: 'TIME',
    helpGroup: 'SPOOL',
  }),
  'segment-size': Flags.string({
    summary: 'size, before compression, at which a file or an object is closed',
    default: '4MiB',
    helpValue: 'SIZE',
    helpGroup: 'SPOOL',
  }),
  'spool-size': Flags.string({
    summary: 'what the spool may hold while sinks are down; then no more is taken',
    default: '1GiB',
    helpValue: 'SIZE',
    helpGroup: 'SPOOL',
  }),
  grace: Flags.string({
    summary: 'time to hand on what is left at the end',
    default: '20s',
    helpValue: 'TIME',
    helpGroup: 'SPOOL',
  }),
  ...s3Flags('SINKS'),
  's3-encryption': Flags.option({
    summary: 'encryption by the store; its own choice unless given',
    options: ['AES256', 'aws:kms', 'aws:kms:dsse'] as const,
    helpValue: 'KIND',
    helpGroup: 'SINKS',
  })(),
  's3-kms-key': Flags.string({ summary: 'key for aws:kms', helpValue: 'ID', helpGroup: 'SINKS' }),
  ...kafkaFlags('SINKS'),
  listen: Flags.string({
    summary: 'serve /healthz, /readyz and /metrics here, such as 0.0.0.0:9096',
    helpValue: 'ADDRESS',
  }),
  'log-format': Flags.option({
    summary: 'form of the log on standard error',
    options: ['text', 'json'] as const,
    default: 'text' as const,
    helpValue: 'FORM',
  })(),
}

interface CollectFlags {
  cluster: string
  spool: string
  once: boolean
  yunikorn: string
  'yunikorn-ca'?: string | undefined
  'allow-remote': boolean
  interval: string
  batch: number
  'listing-interval': string
  'segment-time': string
  'segment-size': string
  'spool-size': string
  grace: string
  listen?: string | undefined
}

/** YuniKorn shows the usage of an application for 30 s while it completes. */
const COMPLETING_MS = 10_000
const PODS_MS = 5 * 60_000

/** What the flags say; refuses what cannot be meant, before anything is opened. */
export async function settingsOf(flags: CollectFlags): Promise<Omit<CollectorSettings, 'sinks' | 'pods'>> {
  const milliseconds = (flag: keyof CollectFlags): number =>
    Number(parseDuration(`--${flag}`, String(flags[flag])) / 1_000_000n)
  const ca = flags['yunikorn-ca']
  const segmentBytes = parseSize('--segment-size', flags['segment-size'])
  const mostBytes = parseSize('--spool-size', flags['spool-size'])
  if (mostBytes < 2 * segmentBytes)
    throw refusedFlag('--spool-size', 'it must hold two segments at least', 'make it larger, or --segment-size smaller')
  if (flags.cluster === '') throw refusedFlag('--cluster', 'it is empty', 'name the cluster')
  const completing = Math.min(COMPLETING_MS, milliseconds('listing-interval'))
  return {
    name: flags.cluster,
    once: flags.once,
    address: parseSchedulerAddress(flags.yunikorn, flags['allow-remote']),
    ca: ca === undefined ? undefined : await readText('--yunikorn-ca', ca),
    interval: milliseconds('interval'),
    count: flags.batch,
    listings: { completing, listing: milliseconds('listing-interval'), pods: PODS_MS },
    grace: milliseconds('grace'),
    spool: { directory: flags.spool, segmentBytes, segmentMs: milliseconds('segment-time'), mostBytes },
    listen: flags.listen === undefined ? undefined : parseListen(flags.listen),
  }
}

interface SinkFlags extends KafkaFlags, S3Flags {
  's3-encryption'?: string | undefined
  's3-kms-key'?: string | undefined
}

/** How sinks are reached. */
export async function sinkAccessOf(flags: SinkFlags): Promise<SinkAccess> {
  return {
    s3: {
      ...s3AccessOf(flags),
      encryption: flags['s3-encryption'],
      kmsKey: flags['s3-kms-key'],
    },
    kafka: await kafkaAccessOf(flags),
  }
}

/** A log whose lines are text for people, or one JSON object each. */
export function collectorLog(
  format: 'text' | 'json',
  write: (line: string) => void,
): (level: 'info' | 'warn', message: string) => void {
  return (level, message) => {
    const time = new Date().toISOString()
    write(format === 'json' ? JSON.stringify({ time, level, message }) : `${time} ${level} ${message}`)
  }
}

function parseListen(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port > 65_535)
    throw refusedFlag('--listen', `${text} is no address`, 'for example 0.0.0.0:9096')
  return { host: bracketed ?? (plain || '0.0.0.0'), port }
}
