/**
 * A person's resolutions, remembered by what was resolved: the three versions of a file that were in conflict, and
 * nothing else. They lie in refs of ours, so that git keeps and can carry them. Only exactly the same three versions are
 * settled again, after every rule was asked; what a check finds in the result stops again, accepted before or not.
 *
 * A ref's tree holds `record` (who, where, when), `result` where the file was not deleted, and `earlier`, the tree that
 * stood there before a person decided otherwise.
 */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { ConflictedFile, FileVersion, Git, Oid } from '../../../ports/git.ts'
import { emptyTree } from '../series/collect-series.ts'
import type { CarryRules, Resolver } from './resolver.ts'

const MEMORY_REFS = 'refs/sparkops/resolved/'
const REMEMBERED = 'remembered'

interface MemoryRecord {
  version: 1
  base: FileVersion | null
  upstream: FileVersion | null
  company: FileVersion | null
  /** Of the run in which a person resolved it. */
  run: string
  step: number
  path: string
  /** When it stopped there: done again after a crash, the record is the same. */
  at: string
}

/** Remembers what a person made, in a tree, of paths that no rule could settle. Doing it again writes nothing. */
export async function remember(
  git: Git,
  from: { run: string; step: number; at: string },
  { conflicts, tree }: { conflicts: readonly ConflictedFile[]; tree: Oid },
): Promise<void> {
  for (const conflict of conflicts) {
    const result = (await git.find(tree, conflict.path)) ?? null
    if (![conflict.base, conflict.ours, conflict.theirs, result].every(isKept)) continue
    const ref = memoryRef(conflict)
    const before = await memoryAt(git, ref)
    const known = before === undefined ? undefined : ((await git.find(before, 'result')) ?? null)
    if (known !== undefined && known?.oid === result?.oid && known?.mode === result?.mode) continue
    const { base = null, ours: upstream = null, theirs: company = null, path } = conflict
    const record: MemoryRecord = { version: 1, base, upstream, company, path, ...from }
    const edits = new Map<string, FileVersion>([
      ['record', { mode: '100644', oid: await git.writeBlob(Buffer.from(`${JSON.stringify(record)}\n`)) }],
      ...(result === null ? [] : [['result', result] as const]),
      ...(before === undefined ? [] : [['earlier', { mode: '040000', oid: before }] as const]),
    ])
    const after = await git.editTree(emptyTree(git), edits)
    await git.updateRefs([{ ref, before: before ?? null, after }], `fork sync ${from.run}: remember ${ref}`)
  }
}

/** The rules, and after them what a person resolved before, in another run: taking steps back asks again. */
export function withMemory(rules: CarryRules, git: Git, current?: string): CarryRules {
  return { ...rules, resolvers: [...rules.resolvers, rememberedResolver(git, current)] }
}

function rememberedResolver(git: Git, current: string | undefined): Resolver {
  return {
    id: REMEMBERED,
    async resolve(conflict) {
      const ref = memoryRef(conflict)
      const tree = await memoryAt(git, ref)
      const stored = tree === undefined ? undefined : await git.find(tree, 'record')
      if (tree === undefined || stored === undefined) return undefined
      const { run, step, path } = readRecord(await git.readBlob(stored.oid))
      if (run === current) return undefined
      const result = await git.find(tree, 'result')
      const where = path === conflict.path ? '' : ` for ${path}`
      return {
        kind: 'resolved',
        content: result === undefined ? 'deleted' : { oid: result.oid },
        mode: result?.mode,
        rule: REMEMBERED,
        ruleVersion: 1,
        class: 'human',
        confidence: 'assisted',
        evidence: `the same three versions were resolved by hand in ${run}, step ${step}${where}; kept in ${ref}`,
      }
    },
  }
}

/** The ref of a conflict: a digest of the three versions. Where the file stands does not count. */
function memoryRef({ base, ours, theirs }: Pick<ConflictedFile, 'base' | 'ours' | 'theirs'>): string {
  const sides = [base, ours, theirs].map((side) => (side === undefined ? '-' : `${side.mode} ${side.oid}`))
  return `${MEMORY_REFS}${createHash('sha256').update(sides.join('\n')).digest('hex').slice(0, 40)}`
}

async function memoryAt(git: Git, ref: string): Promise<Oid | undefined> {
  return (await git.refs(ref)).find(({ name, type }) => name === ref && type === 'tree')?.oid
}

/** A submodule's commit is not in the repository, and a tree is no file: neither is remembered. */
function isKept(version: FileVersion | null | undefined): boolean {
  return version === null || version === undefined || (version.mode !== '160000' && version.mode !== '040000')
}

function readRecord(bytes: Uint8Array): Pick<MemoryRecord, 'run' | 'step' | 'path'> {
  const unknown = { run: 'an unknown run', step: 0, path: '' }
  try {
    return { ...unknown, ...(JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<MemoryRecord>) }
  } catch {
    return unknown
  }
}
