/** The text of a kubeconfig with one context. JSON is YAML. */

export interface KubeconfigParts {
  context: string
  cluster: Record<string, unknown>
  user: Record<string, unknown>
  namespace?: string
}

export function kubeconfigText({ context, cluster, user, namespace }: KubeconfigParts): string {
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': context,
      clusters: [{ name: context, cluster }],
      users: [{ name: context, user }],
      contexts: [{ name: context, context: { cluster: context, user: context, namespace } }],
    },
    null,
    2,
  )
}
