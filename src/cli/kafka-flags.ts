/** The flags that say how brokers of Kafka are reached, to write to a topic and to read one. */
import { readFile } from 'node:fs/promises'
import { Flags } from '@oclif/core'
import { refusedFlag } from '../domain/usage/collect/targets.ts'
import type { KafkaAccess } from './usage-wiring.ts'

/** The flags, in a group of the help. */

export function kafkaFlags(helpGroup: string) {
  return {
    'kafka-tls': Flags.boolean({ summary: 'speak TLS with the brokers', helpGroup }),
    'kafka-ca': Flags.string({
      summary: "certificate authority of the brokers (PEM), beside the system's",
      dependsOn: ['kafka-tls'],
      helpValue: 'FILE',
      helpGroup,
    }),
    'kafka-sasl': Flags.option({
      summary: 'login to the brokers; the password comes from --kafka-password-file',
      options: ['plain', 'scram-sha-256', 'scram-sha-512'] as const,
      dependsOn: ['kafka-user', 'kafka-password-file'],
      helpValue: 'MECHANISM',
      helpGroup,
    })(),
    'kafka-user': Flags.string({ summary: 'user of that login', helpValue: 'NAME', helpGroup }),
    'kafka-password-file': Flags.string({
      summary: 'file that holds the password of that login',
      helpValue: 'FILE',
      helpGroup,
    }),
  }
}

/** The values of the flags above. */
export interface KafkaFlags {
  'kafka-tls'?: boolean | undefined
  'kafka-ca'?: string | undefined
  'kafka-sasl'?: 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined
  'kafka-user'?: string | undefined
  'kafka-password-file'?: string | undefined
}

const MECHANISMS = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const

/** How brokers are reached. A password comes from a file alone: arguments and variables are seen by others. */
export async function kafkaAccessOf(flags: KafkaFlags): Promise<KafkaAccess> {
  const { 'kafka-ca': ca, 'kafka-sasl': mechanism, 'kafka-password-file': passwordFile } = flags
  const tls =
    flags['kafka-tls'] === true ? { ca: ca === undefined ? undefined : await readText('--kafka-ca', ca) } : undefined
  if (mechanism === undefined) return { tls, sasl: undefined }
  const password = (await readText('--kafka-password-file', passwordFile ?? '')).replace(/\r?\n$/, '')
  return { tls, sasl: { mechanism: MECHANISMS[mechanism], username: flags['kafka-user'] ?? '', password } }
}

/** The text of a file that a flag names. */
export async function readText(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw refusedFlag(flag, error instanceof Error ? error.message : String(error), 'name a file that can be read')
  }
}
