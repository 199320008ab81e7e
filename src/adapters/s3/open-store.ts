/** A client of a store that speaks S3. */
import { S3Client } from '@aws-sdk/client-s3'

export interface StoreOptions {
  /** Of a compatible store, whose buckets are addressed by path; undefined for AWS itself. */
  endpoint: string | undefined
  /** Of the shared configuration; what `AWS_PROFILE` says unless given. */
  profile: string | undefined
}

const REQUEST_MS = 60_000
const CONNECT_MS = 10_000

/** Region, credentials and profile come from the SDK's own chain. */
export function openStore({ endpoint, profile }: StoreOptions): S3Client {
  // The SDK warns of old Nodes on standard error; which ones are supported is for us to say.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  return new S3Client({
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // Compatible stores of some age refuse checksums that they did not ask for.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { requestTimeout: REQUEST_MS, connectionTimeout: CONNECT_MS },
  })
}
