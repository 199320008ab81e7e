/** Flags of every command that reads a cluster, with kubectl's names and meaning; and a snapshot in its place. */
import { Flags } from '@oclif/core'

const helpGroup = 'CLUSTER'

/** Where to look, and as whom. */
export const kubeFlags = {
  context: Flags.string({ summary: 'context of the kubeconfig', helpValue: 'NAME', helpGroup }),
  kubeconfig: Flags.string({ summary: 'kubeconfig file', helpValue: 'FILE', helpGroup }),
  as: Flags.string({ summary: 'user to act as', helpValue: 'USER', helpGroup }),
  'as-group': Flags.string({
    summary: 'group to act as; may be repeated',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'GROUP',
    helpGroup,
  }),
  'request-timeout': Flags.string({
    summary: 'how long one request may take, such as 30s or 2m; 0 for the default',
    default: '0',
    helpValue: 'TIME',
    helpGroup,
  }),
}

/** For commands that read, and so can read a snapshot instead. */
export const snapshotFlag = Flags.string({
  summary: 'read this snapshot directory instead of a cluster (see operator snapshot)',
  exclusive: ['context', 'kubeconfig', 'as', 'as-group'],
  helpValue: 'DIR',
  helpGroup,
})

/** For commands that look into one namespace unless told otherwise. */
export const namespaceFlags = {
  namespace: Flags.string({
    char: 'n',
    summary: "namespace; the context's own by default",
    helpValue: 'NAME',
    helpGroup,
  }),
  'all-namespaces': Flags.boolean({ char: 'A', summary: 'all namespaces', helpGroup }),
}

/** The values of the flags above, as far as a command has them. */
export interface KubeFlags {
  context?: string | undefined
  kubeconfig?: string | undefined
  as?: string | undefined
  'as-group'?: string[] | undefined
  'request-timeout'?: string | undefined
  namespace?: string | undefined
  snapshot?: string | undefined
}
