/** How a version is named on the command line, before anything is looked at. */
import { SparkopsError } from '../../errors.ts'

export type SourceSpec =
  /** A path on this machine: a chart, an archive, or manifests, which looking at it tells. */
  | { kind: 'path'; path: string }
  /** What only helm resolves: `oci://host/chart`, `repository/chart`. */
  | { kind: 'remote'; reference: string; version: string | undefined }
  /** A directory of a git repository at a commit; its chart is searched where no directory is given. */
  | { kind: 'git'; repository: string; ref: string; directory: string | undefined }

/**
 * Reads `./chart`, `chart-2.5.2.tgz`, `manifests/`, `oci://ghcr.io/kubeflow/charts/spark-operator@2.5.2`,
 * `spark-operator/spark-operator@2.5.2`, `git:../fork@v2.5.2`, `git:../fork@v2.5.2:charts/mine`.
 * `isThere` tells whether a path exists: a directory `a/b` comes before a repository `a` with a chart `b`.
 */
export function parseSource(text: string, isThere: (path: string) => boolean): SourceSpec {
  if (text === '') throw unreadable(text, 'it is empty')
  if (text.startsWith('git:')) return parseGit(text)
  if (!text.startsWith('oci://') && isThere(text)) return { kind: 'path', path: text }
  const [, reference = '', version] = /^(.+?)(?:@([^@/]+))?$/.exec(text) ?? []
  const isRemote = text.startsWith('oci://') || /^[\w.-]+\/[\w.-]+$/.test(reference)
  if (isRemote && !/^\.{0,2}\//.test(text)) return { kind: 'remote', reference, version }
  if (/^v?\d+\.\d+/.test(text)) throw unreadable(text, 'a number alone does not say where its chart is')
  throw unreadable(text, 'there is no such file or directory')
}

function parseGit(text: string): SourceSpec {
  const rest = text.slice('git:'.length)
  const at = rest.lastIndexOf('@')
  if (at <= 0) throw unreadable(text, 'a git source is git:REPOSITORY@REF')
  const [ref = '', ...below] = rest.slice(at + 1).split(':')
  const directory = below.length === 0 ? undefined : below.join(':').replace(/^\/+|\/+$/g, '')
  // A ref that begins with a dash would be read as an option by git.
  if (ref === '' || ref.startsWith('-')) throw unreadable(text, 'the part after @ is no ref')
  if (directory?.split('/').includes('..')) throw unreadable(text, 'the directory leaves the repository')
  return { kind: 'git', repository: rest.slice(0, at), ref, directory: directory || undefined }
}

function unreadable(text: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_SOURCE',
    message: `cannot tell which version ${JSON.stringify(text)} is`,
    why,
    hint: 'give a chart, an archive, a directory of manifests, oci://…, repository/chart, or git:REPOSITORY@REF',
    exit: 'usage',
  })
}
