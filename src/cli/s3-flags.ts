/** What flags say of a store that speaks S3. */
import { refusedFlag } from '../domain/usage/collect/targets.ts'

/** The value of `--s3-endpoint`. */
export function checkEndpoint(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint))) return endpoint
  throw refusedFlag('--s3-endpoint', `${endpoint} is no address`, 'give it as https://store.example.com')
}
