/** The user's helm behind the port. Every name that comes from outside stands after `--` or behind `=`. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SparkopsError } from '../../domain/errors.ts'
import type {
  ChartReference,
  ChartValues,
  Helm,
  ReleaseName,
  ReleaseRevision,
  RollbackRequest,
  TemplateRequest,
  UpgradeRequest,
} from '../../ports/helm.ts'
import { askHelm, helmFailed, type HelmPlace, runHelm } from './run-helm.ts'

export interface HelmOptions {
  program?: string
  kubeconfig?: string | undefined
  context?: string | undefined
  /** Whom to act as, and as a member of which groups. */
  as?: string | undefined
  asGroups?: readonly string[] | undefined
  environment?: Readonly<Record<string, string>>
}

/** OCI registries without a switch, and `helm pull` of them: 3.8. */
const OLDEST = [3, 8] as const
const HISTORY = 256

/** Helm for the cluster that the options, or the user's own settings, name. Nothing is run yet. */
export function openHelm(options: HelmOptions = {}): Helm {
  const { program = 'helm', kubeconfig, context, as, asGroups = [], environment = {} } = options
  const place: HelmPlace = { program, kubeconfig, context, as, asGroups, environment }
  return {
    version: () => askVersion(place),
    describe: async (chart, signal) => {
      const show = (what: string) =>
        runHelm(place, {
          args: ['show', what, ...versionFlag(chart), '--', chart.reference],
          doing: `read the chart ${chart.reference}`,
          signal,
        })
      // One after the other: each may fetch the chart, and helm's cache does not like two at once.
      return { chart: await show('chart'), values: await show('values') }
    },
    template: (request) => template(place, request),
    pull: (chart, directory, signal) => pull(place, chart, directory, signal),
    history: (release, signal) => history(place, release, signal),
    get: async (release, revision, signal) => {
      const read = (what: string, ...flags: string[]) =>
        runHelm(place, {
          args: ['get', what, ...inNamespace(release), ...revisionFlag(revision), ...flags, '--', release.name],
          doing: `read the release ${nameOf(release)}`,
          signal,
        })
      const values = JSON.parse((await read('values', '--output=json')) || 'null') as Record<string, unknown> | null
      return { values: values ?? {}, manifest: await read('manifest'), hooks: await read('hooks') }
    },
    upgrade: (request) => upgrade(place, request),
    rollback: (request) => rollback(place, request),
    uninstall: async (release, { noHooks, timeoutSeconds, signal }) => {
      await runHelm(place, {
        args: [
          'uninstall',
          ...inNamespace(release),
          ...hookFlag(noHooks),
          `--timeout=${timeoutSeconds}s`,
          '--',
          release.name,
        ],
        doing: `uninstall the release ${nameOf(release)}`,
        signal,
      })
    },
  }
}

async function askVersion(place: HelmPlace): Promise<string> {
  const told = await runHelm(place, { args: ['version', '--template={{.Version}}'], doing: 'tell its version' })
  const [, major = '0', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(told.trim()) ?? []
  const version = told.trim().replace(/^v/, '')
  if (Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])) return version
  throw new SparkopsError({
    code: 'SO_HELM_TOO_OLD',
    message: `helm ${version || '(of unknown version)'} is too old`,
    why: `it must be ${OLDEST.join('.')} or newer`,
    hint: 'install a newer helm: https://helm.sh/docs/intro/install',
  })
}

async function template(place: HelmPlace, request: TemplateRequest): Promise<string> {
  const { chart, release, values, kubeVersion, isUpgrade, signal } = request
  const given = valueFlags(values)
  return await runHelm(place, {
    args: [
      'template',
      ...inNamespace(release),
      ...versionFlag(chart),
      '--include-crds',
      '--skip-tests',
      ...(kubeVersion === undefined ? [] : [`--kube-version=${kubeVersion}`]),
      ...(isUpgrade === true ? ['--is-upgrade'] : []),
      ...given.flags,
      '--',
      release.name,
      chart.reference,
    ],
    doing: `render the chart ${chart.reference}`,
    input: given.input,
    hidden: given.hidden,
    signal,
  })
}

async function pull(place: HelmPlace, chart: ChartReference, directory: string, signal?: AbortSignal): Promise<string> {
  const doing = `fetch the chart ${chart.reference}`
  await runHelm(place, {
    args: ['pull', ...versionFlag(chart), `--destination=${directory}`, '--', chart.reference],
    doing,
    signal,
  })
  const archive = (await readdir(directory)).find((file) => file.endsWith('.tgz'))
  if (archive === undefined) throw helmFailed({ args: [], doing }, 'it fetched nothing')
  return join(directory, archive)
}

async function history(place: HelmPlace, release: ReleaseName, signal?: AbortSignal): Promise<ReleaseRevision[]> {
  const call = {
    args: ['history', ...inNamespace(release), `--max=${HISTORY}`, '--output=json', '--', release.name],
    doing: `read the history of the release ${nameOf(release)}`,
    signal,
  }
  const { code, stdout, stderr } = await askHelm(place, call)
  if (code !== 0 && /release: not found/.test(stderr)) return []
  if (code !== 0) throw helmFailed(call, stderr)
  return (JSON.parse(stdout) as Record<string, unknown>[]).map(revisionFrom).sort((a, b) => a.revision - b.revision)
}

async function upgrade(place: HelmPlace, request: UpgradeRequest): Promise<ReleaseRevision> {
  const { release, chart, values, install, noHooks, timeoutSeconds, dryRun, signal } = request
  const given = valueFlags(values)
  await runHelm(place, {
    args: [
      'upgrade',
      ...inNamespace(release),
      ...versionFlag(chart),
      // What was given before must not mix with what the plan has: it may be of another chart.
      '--reset-values',
      '--skip-crds',
      ...(install ? ['--install'] : []),
      ...hookFlag(noHooks),
      ...(dryRun === true ? ['--dry-run=server'] : []),
      `--timeout=${timeoutSeconds}s`,
      ...given.flags,
      '--',
      release.name,
      chart.reference,
    ],
    doing: `upgrade the release ${nameOf(release)}`,
    input: given.input,
    hidden: given.hidden,
    signal,
  })
  return await newest(place, release, signal)
}

async function rollback(place: HelmPlace, request: RollbackRequest): Promise<ReleaseRevision> {
  const { release, revision, noHooks, timeoutSeconds, signal } = request
  await runHelm(place, {
    args: [
      'rollback',
      ...inNamespace(release),
      ...hookFlag(noHooks),
      `--timeout=${timeoutSeconds}s`,
      '--',
      release.name,
      String(revision),
    ],
    doing: `roll the release ${nameOf(release)} back to revision ${revision}`,
    signal,
  })
  return await newest(place, release, signal)
}

async function newest(place: HelmPlace, release: ReleaseName, signal?: AbortSignal): Promise<ReleaseRevision> {
  const last = (await history(place, release, signal)).at(-1)
  // After a dry run of an installation there is none.
  return last ?? { revision: 0, status: 'none', chart: '', appVersion: '', updated: '', description: '' }
}

function revisionFrom(row: Record<string, unknown>): ReleaseRevision {
  const text = (key: string) => (typeof row[key] === 'string' ? row[key] : '')
  return {
    revision: Number(row['revision']),
    status: text('status'),
    chart: text('chart'),
    appVersion: text('app_version'),
    updated: text('updated'),
    description: text('description'),
  }
}

function valueFlags({ files, sets, object }: ChartValues): { flags: string[]; input?: string; hidden: string[] } {
  const flags = [
    // Helm reads `-` from standard input; files and sets given after it win over it.
    ...(object === undefined ? [] : ['--values=-']),
    ...files.map((file) => `--values=${file}`),
    ...sets.map((set) => `--set=${set}`),
  ]
  const hidden = [...sets.map((set) => set.slice(set.indexOf('=') + 1)).filter(isTelling), ...leavesOf(object)]
  return object === undefined ? { flags, hidden } : { flags, hidden, input: JSON.stringify(object) }
}

function leavesOf(value: unknown): string[] {
  if (typeof value === 'string') return isTelling(value) ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : []
}

/** Whether a text may be a secret; to leave out the shortest would make what helm says unreadable. */
function isTelling(text: string): boolean {
  return text.length > 4 && !['false', 'default'].includes(text)
}

function versionFlag({ version }: ChartReference): string[] {
  return version === undefined ? [] : [`--version=${version}`]
}

function revisionFlag(revision: number | undefined): string[] {
  return revision === undefined ? [] : [`--revision=${revision}`]
}

function inNamespace({ namespace }: ReleaseName): string[] {
  return [`--namespace=${namespace}`]
}

function hookFlag(noHooks: boolean): string[] {
  return noHooks ? ['--no-hooks'] : []
}

function nameOf({ name, namespace }: ReleaseName): string {
  return `${namespace}/${name}`
}
