/** The flags that say how a store that speaks S3 is reached, to write to it and to read it. */
import { Flags } from '@oclif/core'
import { refusedFlag } from '../domain/usage/collect/targets.ts'

/** The flags, in a group of the help. */
export function s3Flags(helpGroup: string) {
  return {
    's3-endpoint': Flags.string({ summary: 'a store that speaks S3, other than AWS', helpValue: 'URL', helpGroup }),
    's3-profile': Flags.string({
      summary: 'profile of the AWS configuration, for s3://; AWS_PROFILE unless given',
      helpValue: 'NAME',
      helpGroup,
    }),
  }
}

/** The values of the flags above. */
export interface S3Flags {
  's3-endpoint'?: string | undefined
  's3-profile'?: string | undefined
}

/** How the store is reached; all else the SDK finds by itself. */
export function s3AccessOf(flags: S3Flags): { endpoint: string | undefined; profile: string | undefined } {
  const { 's3-endpoint': endpoint, 's3-profile': profile } = flags
  if (endpoint !== undefined && !(/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)))
    throw refusedFlag('--s3-endpoint', `${endpoint} is no address`, 'give it as https://store.example.com')
  return { endpoint, profile }
}
