/**
 * Which service accounts may do what, by the roles that are bound to them. What is bound to groups (all service
 * accounts of a namespace, `system:masters`) counts too, as far as a group names service accounts.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { at, listAt, textAt, textsAt } from './json.ts'
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, nameOf, ROLE, ROLE_BINDING } from './kinds.ts'
import type { Sight } from './sight.ts'

interface Rule {
  groups: string[]
  resources: string[]
  verbs: string[]
  names: string[]
}

/** Rules that hold in one namespace, or everywhere. */
interface Grant {
  /** Undefined: in every namespace. */
  namespace: string | undefined
  /** What binds it, for people: `ClusterRoleBinding spark-operator`. */
  by: string
  /** The role it names, and whether that exists. */
  role: string
  rules: Rule[] | undefined
}

export interface Right {
  verb: string
  group: string
  /** With its subresource: `sparkapplications/status`. */
  resource: string
  /** One object; all of them unless given. */
  name?: string | undefined
}

export class Rights {
  private readonly grants: ReadonlyMap<string, readonly Grant[]>
  /** False where roles or bindings could not be read: then an answer of "no" means nothing. */
  readonly isWhole: boolean

  constructor(grants: ReadonlyMap<string, readonly Grant[]>, isWhole: boolean) {
    this.grants = grants
    this.isWhole = isWhole
  }

  /** Whether an account may do something in a namespace; null where that could not be seen. */
  may(account: { namespace: string; name: string }, right: Right, namespace: string | undefined): boolean | null {
    const granted = this.grantsOf(account).some(
      (grant) =>
        (grant.namespace === undefined || grant.namespace === namespace) &&
        (grant.rules ?? []).some((rule) => covers(rule, right)),
    )
    return granted ? true : this.isWhole ? false : null
  }

  /** Bindings of an account whose role is not there: they grant nothing. */
  dangling(account: { namespace: string; name: string }): { binding: string; role: string }[] {
    if (!this.isWhole) return []
    return this.grantsOf(account)
      .filter((grant) => grant.rules === undefined)
      .map(({ by, role }) => ({ binding: by, role }))
  }

  /** Bindings of an account, for people. */
  bindings(account: { namespace: string; name: string }): string[] {
    return [...new Set(this.grantsOf(account).map(({ by }) => by))].sort()
  }

  /**
   * Accounts, as `namespace/name`, that a rule naming the group itself lets write the status of applications. Rules
   * for every group (cluster-admin) tell nothing of what an account is for.
   */
  statusWriters(group: string): Set<string> {
    const right: Right = { verb: 'update', group, resource: 'sparkapplications/status' }
    const writers = new Set<string>()
    for (const [subject, grants] of this.grants) {
      const account = /^account:(.*)$/.exec(subject)?.[1]
      if (account === undefined) continue
      const rules = grants.flatMap((grant) => grant.rules ?? [])
      if (rules.some((rule) => rule.groups.includes(group) && covers(rule, right))) writers.add(account)
    }
    return writers
  }

  private grantsOf({ namespace, name }: { namespace: string; name: string }): Grant[] {
    const subjects = [
      `account:${namespace}/${name}`,
      `group:system:serviceaccounts:${namespace}`,
      'group:system:serviceaccounts',
      'group:system:authenticated',
    ]
    return subjects.flatMap((subject) => this.grants.get(subject) ?? [])
  }
}

/** Reads all roles and bindings of the cluster. */
export async function readRights(sight: Sight): Promise<Rights> {
  const clusterRoles = new Map((await sight.list(CLUSTER_ROLE)).map((role) => [role.metadata.name, rulesOf(role)]))
  const roles = new Map((await sight.list(ROLE)).map((role) => [nameOf(role), rulesOf(role)]))
  const grants = new Map<string, Grant[]>()
  const bindings = [
    ...(await sight.list(CLUSTER_ROLE_BINDING)).map((binding) => ({ binding, kind: 'ClusterRoleBinding' })),
    ...(await sight.list(ROLE_BINDING)).map((binding) => ({ binding, kind: 'RoleBinding' })),
  ]
  for (const { binding, kind } of bindings) {
    const namespace = kind === 'RoleBinding' ? binding.metadata.namespace : undefined
    const roleName = textAt(binding, 'roleRef', 'name') ?? ''
    const isClusterRole = textAt(binding, 'roleRef', 'kind') === 'ClusterRole'
    const rules = isClusterRole ? clusterRoles.get(roleName) : roles.get(`${namespace ?? ''}/${roleName}`)
    const role = isClusterRole ? `ClusterRole ${roleName}` : `Role ${namespace ?? ''}/${roleName}`
    const grant: Grant = { namespace, by: `${kind} ${nameOf(binding)}`, role, rules }
    for (const subject of listAt(binding, 'subjects')) {
      const id = subjectId(subject, namespace)
      if (id !== undefined) grants.set(id, [...(grants.get(id) ?? []), grant])
    }
  }
  const types = [CLUSTER_ROLE, ROLE, CLUSTER_ROLE_BINDING, ROLE_BINDING]
  return new Rights(
    grants,
    types.every((type) => sight.couldList(type)),
  )
}

function subjectId(subject: unknown, bindingNamespace: string | undefined): string | undefined {
  const kind = textAt(subject, 'kind')
  const name = textAt(subject, 'name') ?? ''
  if (kind === 'Group') return `group:${name}`
  if (kind === 'ServiceAccount') return `account:${textAt(subject, 'namespace') ?? bindingNamespace ?? ''}/${name}`
  // A service account can also be bound by its user name.
  const user = /^system:serviceaccount:([^:]+):(.+)$/.exec(name)
  return kind === 'User' && user ? `account:${user[1]!}/${user[2]!}` : undefined
}

function rulesOf(role: KubeObject): Rule[] {
  return (Array.isArray(at(role, 'rules')) ? listAt(role, 'rules') : []).map((rule) => ({
    groups: textsAt(rule, 'apiGroups'),
    resources: textsAt(rule, 'resources'),
    verbs: textsAt(rule, 'verbs'),
    names: textsAt(rule, 'resourceNames'),
  }))
}

/** A rule for certain names does not cover a right to all. */
function covers(rule: Rule, right: Right): boolean {
  return (
    (rule.names.length === 0 || (right.name !== undefined && rule.names.includes(right.name))) &&
    (rule.groups.includes('*') || rule.groups.includes(right.group)) &&
    (rule.verbs.includes('*') || rule.verbs.includes(right.verb)) &&
    rule.resources.some((resource) => resourceCovers(resource, right.resource))
  )
}

/** `*` is every resource with every subresource, `*\/status` every status (rbac/v1 PolicyRule). */
function resourceCovers(granted: string, wanted: string): boolean {
  if (granted === '*' || granted === wanted) return true
  const subresource = wanted.split('/')[1]
  return subresource !== undefined && granted === `*/${subresource}`
}
