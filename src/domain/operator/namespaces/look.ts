/** What `operator namespaces` looks at: one operator, and everything that says where it acts. Reads only. */
import type { ClusterReader } from '../../../ports/cluster.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { SparkopsError } from '../../errors.ts'
import { type Discovery, discover } from '../discover/discover.ts'
import { chooseInstallation } from '../failover/leader.ts'
import { type UnprobedMatrix, unprobedMatrix } from './matrix.ts'
import type { Installed } from './rows.ts'

export interface NamespaceQuestion {
  operator: string | undefined
  /** Names, with commas between; `*` for all. Over what the values of the release say. */
  meant: string | undefined
  /** Namespaces that have a row in any case. */
  also: readonly string[]
  now: number
  signal: AbortSignal
  report?: ReportProgress | undefined
}

/** Throws exit 1 where there is no such operator. */
export async function lookAtNamespaces(
  reader: ClusterReader,
  question: NamespaceQuestion,
): Promise<{ discovery: Discovery; installed: Installed; matrix: UnprobedMatrix }> {
  const { now, signal, report, operator } = question
  const discovery = await discover(reader, { now, signal, report })
  const chosen = chooseInstallation(discovery, operator)
  if ('title' in chosen) {
    const { title, detail, fix } = chosen
    throw new SparkopsError({ code: 'SO_NO_OPERATOR', message: title, why: detail, hint: fix })
  }
  const installed = { installation: chosen, behaviour: chosen.behaviour! }
  return { discovery, installed, matrix: unprobedMatrix(discovery, installed, question) }
}
