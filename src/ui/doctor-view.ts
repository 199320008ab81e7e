/** The doctor's report for people. */
import type { DoctorReport, GroupFinding, ProgramFinding } from '../domain/doctor/diagnose.ts'
import type { ClusterFinding, RightFinding } from '../domain/doctor/diagnose-cluster.ts'
import { formatBytes, plural } from './format.ts'
import { sanitize } from './sanitize.ts'
import { type Column, table } from './table.ts'
import type { Block, View, ViewOptions } from './view.ts'

export const doctorView: View<DoctorReport> = {
  *blocks(report, options): Generator<Block> {
    yield machineLine(report)
    yield ''
    yield table(groupColumns(options), report.groups)
    yield ''
    yield table(PROGRAM_COLUMNS, report.programs)
    yield ''
    yield clusterLine(report.cluster)
    if (report.cluster !== null && report.cluster.rights.length > 0) {
      yield ''
      yield table(rightColumns(options), report.cluster.rights)
    }
  },
  names: (report) => report.groups.filter((group) => group.works).map((group) => group.group),
}

function machineLine({ node, machine, engine }: DoctorReport): string {
  const limit =
    machine.memoryLimitBytes === null ? '' : ` (this process may use ${formatBytes(machine.memoryLimitBytes)})`
  return [
    `Node ${node.version}${node.supported ? '' : ' (not supported)'} on ${machine.platform} ${machine.architecture}`,
    plural(machine.processors, 'processor'),
    `${formatBytes(machine.memoryBytes)} of memory${limit}`,
    engine.version === null ? 'no query engine' : `DuckDB ${engine.version.replace(/^v/, '')}`,
  ].join(', ')
}

function clusterLine(cluster: ClusterFinding | null): string {
  if (cluster === null) return 'No cluster is named: there is no kubeconfig, and this is no pod of a cluster.'
  const { context, server, version, failure } = cluster
  const where = [context === null ? '' : `context ${context}`, server === null ? '' : `at ${server}`].filter(Boolean)
  const what = version === null ? '' : `Kubernetes ${version.replace(/^v/, '')}`
  const parts = [where.join(' '), what, failure === null ? '' : `cannot be used: ${failure}`]
  return sanitize(`Cluster: ${parts.filter(Boolean).join(', ')}`)
}

function rightColumns({ style }: ViewOptions): Column<RightFinding>[] {
  return [
    { header: 'this login may', value: ({ right }) => right },
    {
      header: 'allowed',
      value: ({ allowed }) => {
        if (allowed === null) return 'not known'
        return allowed
          ? { text: `${style.glyphs.ok} yes`, tone: 'green' }
          : { text: `${style.glyphs.warn} no`, tone: 'yellow' }
      },
      shrink: 'never',
    },
    { header: 'used for', value: ({ usedFor }) => usedFor },
  ]
}

function groupColumns({ style }: ViewOptions): Column<GroupFinding>[] {
  return [
    { header: 'commands', value: (finding) => finding.group, shrink: 'never' },
    {
      header: 'works',
      value: ({ works }) =>
        works ? { text: `${style.glyphs.ok} yes`, tone: 'green' } : { text: `${style.glyphs.fail} no`, tone: 'red' },
      shrink: 'never',
    },
    { header: 'why', value: (finding) => finding.why },
  ]
}

const PROGRAM_COLUMNS: readonly Column<ProgramFinding>[] = [
  { header: 'program', value: (program) => program.name, shrink: 'never' },
  { header: 'version', value: (program) => program.version ?? (program.found ? 'unknown' : 'not found') },
  { header: 'used for', value: (program) => program.usedFor },
  { header: 'path', value: (program) => program.path, wide: true },
]
