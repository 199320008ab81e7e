/** Types of Kubernetes itself that the verbs read and write. */
import type { ResourceType } from '../../../ports/cluster.ts'

export const POD_TYPE: ResourceType = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true }
export const SECRET_TYPE: ResourceType = { ...POD_TYPE, resource: 'secrets', kind: 'Secret' }
export const SERVICE_ACCOUNT_TYPE: ResourceType = { ...POD_TYPE, resource: 'serviceaccounts', kind: 'ServiceAccount' }

export const SUBJECT_REVIEW_TYPE: ResourceType = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
}
