/** How a version of the operator is named and rendered: what every command has that takes one. */
import { Args, Flags } from '@oclif/core'
import type { TargetRequest } from '../domain/operator/source/load-target.ts'
import { SparkopsError } from '../domain/errors.ts'

const helpGroup = 'VERSION'

/** The words for what a version may be. */
export const SOURCE_DESCRIPTION =
  'a chart (directory or .tgz), a directory of rendered manifests, oci://HOST/CHART[@VERSION], ' +
  'REPOSITORY/CHART[@VERSION], or git:REPOSITORY@REF[:DIRECTORY]'

export const sourceArg = Args.string({ description: SOURCE_DESCRIPTION, ignoreStdin: true })

export const targetFlags = {
  values: Flags.string({
    char: 'f',
    summary: 'values for the chart; a later file wins',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'FILE',
    helpGroup,
  }),
  set: Flags.string({
    summary: 'a value for the chart; wins over files',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'KEY=VALUE',
    helpGroup,
  }),
  'release-name': Flags.string({
    summary: 'name of the Helm release that it is rendered for',
    default: 'spark-operator',
    helpValue: 'NAME',
    helpGroup,
  }),
  'kube-version': Flags.string({
    summary: "the Kubernetes that it is rendered for, such as 1.31; helm's own notion by default",
    helpValue: 'VERSION',
    helpGroup,
  }),
}

/** The values of the flags above. */
export interface TargetFlags {
  values?: string[] | undefined
  set?: string[] | undefined
  'release-name': string
  'kube-version'?: string | undefined
}

/** What is to be loaded, from a source and the flags. */
export function targetRequest(source: string, flags: TargetFlags, namespace: string): TargetRequest {
  for (const set of flags.set ?? []) if (!/^[^=\s]+=/.test(set)) throw noSet()
  return {
    source,
    values: { files: flags.values ?? [], sets: flags.set ?? [] },
    release: { name: flags['release-name'], namespace },
    kubeVersion: flags['kube-version'],
  }
}

/** Does not repeat what was given: it may be a secret that slipped in front of its key. */
function noSet(): SparkopsError {
  return new SparkopsError({
    code: 'SO_USAGE',
    message: '--set needs a key and a value',
    why: 'one of them is not of the form KEY=VALUE',
    hint: 'such as --set webhook.enable=true',
    exit: 'usage',
  })
}
