/** `operator namespaces`: the matrix from what is there, and with what probes found. */
import { API_VERSION } from '../../document.ts'
import { describeScope } from '../behaviour/namespaces.ts'
import type { Discovery } from '../discover/discover.ts'
import { ELSEWHERE, type MeantScope, type NamespaceMatrix, type Observed } from './document.ts'
import { type Facts, findDifferences, matrixExit } from './findings.ts'
import { meantByUser, meantByValues } from './meant.ts'
import { type Installed, matrixRows } from './rows.ts'

/** What a probe found; plain JSON, so that a journal can hold it. */
export interface ProbeResult {
  namespace: string
  observed: Observed
  detail: string
}

/** A matrix nobody has probed, with what is needed to judge it again. */
export interface UnprobedMatrix extends Omit<NamespaceMatrix, 'findings' | 'exit'> {
  existing: string[] | null
}

export function unprobedMatrix(
  discovery: Discovery,
  installed: Installed,
  { meant: asked, also }: { meant: string | undefined; also: readonly string[] },
): UnprobedMatrix {
  const { installation, behaviour } = installed
  const { release } = installation
  // Of a snapshot the values of a release are not there: what was meant is not known then.
  const told = release?.values === undefined ? null : meantByValues(release.values, release.chartValues)
  const meant: MeantScope | null = asked !== undefined ? meantByUser(asked) : (told ?? null)
  const { cluster: identity } = discovery
  return {
    apiVersion: API_VERSION,
    kind: 'NamespaceMatrix',
    cluster: { id: identity.uid, name: identity.context ?? identity.server },
    operator: {
      id: installation.id,
      version: installation.version.value ?? null,
      generation: behaviour.generation,
      chart: release === undefined ? null : `${release.chart.name} ${release.chart.version}`,
    },
    meant,
    declared: describeScope(behaviour.namespaces),
    rows: matrixRows(discovery, installed, meant, also),
    probe: null,
    unseen: [
      ...(meant === null ? ['which namespaces were meant: no values of Helm are there; --meant says it'] : []),
      ...discovery.unseen.map(({ what, why }) => `${what} (${why})`),
    ],
    existing: discovery.namespaces === undefined ? null : [...discovery.namespaces.keys()],
  }
}

/** The document, with its findings; `results` of probes go into their rows, that of the outside one into the last. */
export function judgedMatrix(
  { existing, ...matrix }: UnprobedMatrix,
  probed?: { run: string; outside: string | null; waitedMs: number; results: readonly ProbeResult[] },
): NamespaceMatrix {
  const rows = matrix.rows.map((row) => {
    const isOutside = row.namespace === ELSEWHERE && probed !== undefined && probed.outside !== null
    const found = probed?.results.find(({ namespace }) => namespace === (isOutside ? probed.outside : row.namespace))
    if (found === undefined) return row
    const detail = isOutside ? `in ${found.namespace}: ${found.detail}` : found.detail
    return { ...row, observed: found.observed, detail }
  })
  const { meant, operator } = matrix
  const isAll = rows.some(({ namespace, declared }) => namespace === ELSEWHERE && declared === true)
  const facts: Facts = { generation: operator.generation, meant, isAll, existing: existing ?? undefined, rows }
  const probe = probed === undefined ? null : { run: probed.run, outside: probed.outside, waitedMs: probed.waitedMs }
  const findings = findDifferences(facts)
  return { ...matrix, rows, probe, findings, exit: matrixExit({ findings, rows, probe, meant }) }
}
