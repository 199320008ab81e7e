/** What a person decides for one path of a stop. */
import type { FileVersion, Git, Oid } from '../../../ports/git.ts'
import { SparkopsError } from '../../errors.ts'
import type { OpenConflict } from '../carry/open-conflict.ts'
import { takeSide } from '../carry/take-side.ts'
import { isoNow, type SyncTools } from './advance.ts'
import type { StoppedEntry } from './ledger.ts'
import { leftMarkers, markersLeft } from './left-markers.ts'
import { append, keepStop, type OpenRun, storeLedger } from './run-store.ts'

export type Settlement =
  { take: 'upstream' | 'company' | 'base' | 'deleted' | 'edited' } | { bytes: Uint8Array; name: string }

/** Settles one path of the stop, in our own directory; `continueRun` carries on. */
export async function settlePath(
  tools: SyncTools,
  run: OpenRun,
  path: string,
  settlement: Settlement,
): Promise<OpenRun> {
  const stopped = requireStop(run)
  const conflict = stopped.open.find((one) => one.path === path) ?? (await mergedFile(tools.git, stopped, path))
  if (conflict === undefined) {
    const waiting = [...stopped.open, ...stopped.findings.filter(({ gate }) => gate === 'block')]
    throw new SparkopsError({
      code: 'SO_NOT_IN_CONFLICT',
      message: `${path} is not in conflict`,
      why: `a person is waited for at ${[...new Set(waiting.map((one) => one.path))].join(', ') || 'nothing'}`,
      hint: 'sparkops fork show',
      exit: 'usage',
    })
  }
  const version = await settledVersion(tools, run, conflict, settlement)
  await keepSettled(tools, run, stopped, version === 'edited' ? null : version)
  await tools.workbench.settle(run.state.id, path, version)
  const how = 'take' in settlement ? settlement.take : `file ${settlement.name}`
  const entry = { kind: 'settled' as const, at: isoNow(tools.clock), number: stopped.number, path, how }
  const settled = await append(tools.store, run, [{ ...entry, version: version === 'edited' ? null : version }])
  await storeLedger(tools.git, settled)
  return settled
}

/** A file that git merged, which a check does not let pass or whose repair needs it; undefined where there is no such file. */
async function mergedFile(git: Git, stopped: StoppedEntry, path: string): Promise<OpenConflict | undefined> {
  const at = async (tree: Oid): Promise<FileVersion | undefined> => {
    const found = await git.find(tree, path)
    return found === undefined || found.mode === '040000' ? undefined : { mode: found.mode, oid: found.oid }
  }
  if ((await at(stopped.tree)) === undefined) return undefined
  const [base, ours, theirs] = [await at(stopped.baseTree), await at(stopped.onto), await at(stopped.theirsTree)]
  return { path, base, ours, theirs, type: 'checked', why: [], hints: [] }
}

async function keepSettled(
  { git }: SyncTools,
  run: OpenRun,
  stopped: StoppedEntry,
  added: FileVersion | null,
): Promise<void> {
  const versions = [...run.state.settled.map(({ version }) => version), added].filter((one) => one !== null)
  const files = versions.filter(({ mode }) => mode !== '160000')
  const settled = await git.editTree(
    stopped.tree,
    new Map(files.map((version, at) => [`.sparkops-settled/${at}`, version])),
  )
  const { tree, baseTree, theirsTree } = stopped
  await keepStop(git, run, {
    'stop/tree': tree,
    'stop/base': baseTree,
    'stop/theirs': theirsTree,
    'stop/settled': settled,
  })
}

async function settledVersion(
  { git, workbench }: SyncTools,
  run: OpenRun,
  conflict: OpenConflict,
  settlement: Settlement,
): Promise<'edited' | FileVersion | null> {
  const mode = (conflict.ours ?? conflict.theirs)?.mode ?? '100644'
  if ('bytes' in settlement) return { mode, oid: await git.writeBlob(settlement.bytes) }
  switch (settlement.take) {
    case 'deleted':
      return null
    case 'upstream':
      return await takeSide(git, conflict, 'ours')
    case 'company':
      return await takeSide(git, conflict, 'theirs')
    case 'base':
      return conflict.base ?? null
    case 'edited': {
      const bytes = await workbench.readFile(run.state.id, conflict.path)
      const left = bytes === undefined ? [] : await leftMarkers(git, conflict, bytes)
      if (left.length > 0) throw markersLeft([`${conflict.path}:${left[0]!}`])
      return 'edited'
    }
  }
}

/** The stop of a run; refused where it waits for nobody. */
export function requireStop({ state }: OpenRun): StoppedEntry {
  if (state.stopped !== undefined) return state.stopped
  throw new SparkopsError({
    code: 'SO_NOT_STOPPED',
    message: `${state.id} has not stopped for anybody`,
    why: `it is ${state.status}`,
    hint: state.status === 'running' ? 'sparkops fork continue' : 'sparkops fork status',
    exit: 'usage',
  })
}
