/** --as and --as-group, and what the kubeconfig says of the same: headers that the API server checks against RBAC. */
import { SparkopsError } from '../../domain/errors.ts'
import type { UserEntry } from './kubeconfig.ts'

export interface Impersonation {
  headers: Record<string, string | string[]>
}

export interface ImpersonationAsked {
  as?: string | undefined
  asGroups?: readonly string[] | undefined
}

/** The headers; a flag replaces what the kubeconfig says of the same. */
export function impersonationOf(entry: UserEntry, asked: ImpersonationAsked): Impersonation {
  const user = asked.as ?? entry.as
  const groups = asked.asGroups?.length ? asked.asGroups : (entry['as-groups'] ?? [])
  const uid = entry['as-uid']
  const extra = Object.entries(entry['as-user-extra'] ?? {})
  if (!user) {
    if (groups.length === 0 && !uid && extra.length === 0) return { headers: {} }
    throw new SparkopsError({
      code: 'SO_USAGE',
      message: 'a group to act as needs a user to act as',
      why: 'Kubernetes impersonates groups only together with a user',
      hint: 'add --as USER',
      exit: 'usage',
    })
  }
  const headers: Impersonation['headers'] = { 'impersonate-user': headerText(user) }
  // One header a group: joined by commas they would be one group of a strange name.
  if (groups.length > 0) headers['impersonate-group'] = groups.map(headerText)
  if (uid) headers['impersonate-uid'] = headerText(uid)
  for (const [key, values] of extra) headers[`impersonate-extra-${encodeURIComponent(key)}`] = values.map(headerText)
  return { headers }
}

/** Header values are bytes; Node takes them as latin1, the API server reads UTF-8. */
function headerText(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1')
  // eslint-disable-next-line no-control-regex -- what would end the header and begin another
  if (!/[\u0000-\u001f\u007f]/.test(bytes)) return bytes
  throw new SparkopsError({
    code: 'SO_USAGE',
    message: 'a name to act as holds a character that cannot be sent',
    hint: 'see --as and --as-group',
    exit: 'usage',
  })
}
