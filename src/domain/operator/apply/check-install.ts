/** What must be true of the target before it is started: it looks at the cluster, not at what was meant. */
import type { AccessQuestion } from '../../../ports/cluster.ts'
import { SparkopsError } from '../../errors.ts'
import type { Verb } from '../../plan/verb.ts'
import { objectName } from '../steps/operator-step.ts'
import type { CheckInstallPayload } from '../steps/install-payloads.ts'
import type { ApplyContext } from './context.ts'
import { checkWebhook } from './check-webhook.ts'
import { SERVICE_ACCOUNT_TYPE, SUBJECT_REVIEW_TYPE } from './well-known.ts'

export const checkInstall: Verb<ApplyContext> = {
  isCheck: true,
  act: async (payload, context) => {
    const check = payload as unknown as CheckInstallPayload
    const faults = [
      ...(await deploymentFaults(check, context)),
      ...(await accountFaults(check, context)),
      ...(check.webhook === null ? [] : await checkWebhook(check.webhook, context)),
    ]
    if (faults.length === 0) return null
    throw new SparkopsError({
      code: 'SO_INSTALL_CHECK',
      message: `the installed operator is not what was planned: ${faults[0]!}`,
      why: faults.length > 1 ? faults.slice(1).join('; ') : 'it would not work once started',
      hint: 'put it right and resume, or abort; no controller is running',
      exit: 'findings',
    })
  },
}

interface Container {
  image?: string
  args?: string[]
  command?: string[]
}

async function deploymentFaults(check: CheckInstallPayload, { cluster, signal }: ApplyContext): Promise<string[]> {
  const live = await cluster.get(check.deployment, signal)
  if (live === undefined) return [`${objectName(check.deployment)} is not there`]
  const { template } = live.spec as { template?: { spec?: { containers?: Container[]; serviceAccountName?: string } } }
  const containers = template?.spec?.containers ?? []
  const container = containers.find(({ image }) => image === check.image)
  const faults: string[] = []
  if (container === undefined) faults.push(`no container has the image ${check.image}`)
  const given = sorted(container?.args)
  const missing = check.arguments.filter((argument) => !given.includes(argument))
  const extra = given.filter((argument) => !check.arguments.includes(argument))
  if (missing.length > 0) faults.push(`arguments are missing: ${missing.join(' ')}`)
  if (extra.length > 0) faults.push(`arguments that were not planned: ${extra.join(' ')}`)
  const account = template?.spec?.serviceAccountName ?? 'default'
  if (account !== check.serviceAccount.name) faults.push(`it runs as ${account}, not ${check.serviceAccount.name}`)
  return faults
}

async function accountFaults(check: CheckInstallPayload, context: ApplyContext): Promise<string[]> {
  const { namespace, name } = check.serviceAccount
  const account = await context.cluster.get({ type: SERVICE_ACCOUNT_TYPE, namespace, name }, context.signal)
  if (account === undefined) return [`service account ${namespace}/${name} is not there`]
  const faults: string[] = []
  for (const question of check.access) {
    if (!(await mayDo(`system:serviceaccount:${namespace}:${name}`, question, context))) {
      faults.push(`${namespace}/${name} may not ${question.verb} ${question.resource}${within(question)}`)
    }
  }
  return faults
}

/** What the service account may do, asked of the server's own authorizer (SubjectAccessReview). */
async function mayDo(user: string, question: AccessQuestion, { cluster }: ApplyContext): Promise<boolean> {
  const { verb, group, resource, subresource, namespace, name } = question
  const groups = [
    'system:serviceaccounts',
    `system:serviceaccounts:${user.split(':')[2] ?? ''}`,
    'system:authenticated',
  ]
  const { object } = await cluster.create(SUBJECT_REVIEW_TYPE, {
    apiVersion: 'authorization.k8s.io/v1',
    kind: SUBJECT_REVIEW_TYPE.kind,
    metadata: { name: '' },
    spec: { user, groups, resourceAttributes: { verb, group, resource, subresource, namespace, name } },
  })
  return (object.status as { allowed?: boolean } | undefined)?.allowed === true
}

function within({ namespace }: AccessQuestion): string {
  return namespace === undefined ? ' in the cluster' : ` in ${namespace}`
}

function sorted(values: readonly string[] = []): string[] {
  return [...values].sort()
}
