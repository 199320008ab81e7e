/**
 * Which generators may run, and whether each one writes what upstream has: run on the clean target first, it must change
 * nothing. Only then is what it writes for a carried commit what upstream's own generator would have written.
 */
import { Buffer } from 'node:buffer'
import type { Oid } from '../../../ports/git.ts'
import type { GoTool, Toolchain } from '../../../ports/toolchain.ts'
import type { GeneratorRow } from '../profiles/knowledge.ts'
import { matchesAny } from '../resolve/glob.ts'
import { textOf } from '../resolve/lines.ts'
import { oncePerMove } from '../resolve/once-per-move.ts'
import type { CarryContext } from '../resolve/resolver.ts'

const RUN_TIMEOUT_MS = 10 * 60_000

/** What a generator wrote: bytes by path, null for what it deleted. */
export type Written = ReadonlyMap<string, Uint8Array | null>
export type Readiness =
  { readonly ready: true; readonly call: readonly string[] } | { readonly ready: false; readonly why: string }

export class Generators {
  readonly rows: readonly GeneratorRow[]
  /** Nothing runs: what a generator would do is foretold, for a plan that must stay small and quick. */
  readonly isForetold: boolean
  readonly #toolchain: Toolchain | undefined
  readonly #readiness = new Map<string, (context: CarryContext) => Promise<Readiness>>()

  constructor(rows: readonly GeneratorRow[], toolchain: Toolchain | undefined, isForetold = false) {
    this.rows = rows
    this.isForetold = isForetold
    this.#toolchain = toolchain
  }

  /** The generator that writes a path. */
  rowOf(path: string): GeneratorRow | undefined {
    return this.rows.find((row) => matchesAny(path, row.outputs))
  }

  /** Whether a generator may be trusted for this move; probed once. */
  async readiness(row: GeneratorRow, context: CarryContext): Promise<Readiness> {
    const probe = this.#readiness.get(row.id) ?? oncePerMove(async (move) => this.#probe(row, move))
    this.#readiness.set(row.id, probe)
    return probe(context)
  }

  /** Runs a generator on a tree as it reproduced the target; tells why it could not. */
  async run(row: GeneratorRow, tree: Oid, context: CarryContext): Promise<{ written: Written } | { why: string }> {
    const readiness = await this.readiness(row, context)
    return readiness.ready ? this.#call(row, readiness.call, tree, context) : readiness
  }

  async #call(
    row: GeneratorRow,
    call: readonly string[],
    tree: Oid,
    context: CarryContext,
  ): Promise<{ written: Written } | { why: string }> {
    const tool = await this.#toolOf(row, context)
    if ('why' in tool) return tool
    const result = await this.#toolchain!.run(tree, { program: tool, arguments: call, timeoutMs: RUN_TIMEOUT_MS })
    if (!result.ok) return { why: `${row.id} failed: ${result.why}` }
    const written = await this.#withCopies(row, tree, result.changes, context)
    const stray = [...written.keys()].find((path) => !matchesAny(path, row.outputs))
    return stray === undefined ? { written } : { why: `${row.id} changed ${stray}, which is none of its outputs` }
  }

  async #probe(row: GeneratorRow, context: CarryContext): Promise<Readiness> {
    if (!context.profile.generators.includes(row.id)) {
      return { ready: false, why: `the profile does not name ${row.id} among the generators that may run` }
    }
    if (this.#toolchain === undefined) return { ready: false, why: 'no program may run here' }
    if (this.isForetold) {
      const hasGo = (await this.#toolchain.goVersion()) !== undefined
      return hasGo ? { ready: true, call: row.calls[0]! } : { ready: false, why: 'there is no Go on this machine' }
    }
    const target = await context.git.treeOf(context.target)
    let why = `${row.id} has no known call`
    for (const call of row.calls) {
      const result = await this.#call(row, call, target, context)
      if ('why' in result) return { ready: false, why: result.why }
      const [drift] = result.written.keys()
      if (drift === undefined) return { ready: true, call }
      why = `${row.id} does not write what upstream has in ${drift}: regenerating would mix in other changes`
    }
    return { ready: false, why }
  }

  /** The version that the target pins, if the row knows it; else the row's own. */
  async #toolOf(row: GeneratorRow, { git, target }: CarryContext): Promise<GoTool | { why: string }> {
    if (this.#toolchain === undefined) return { why: 'no program may run here' }
    const file = row.pinnedIn === undefined ? undefined : await git.find(target, row.pinnedIn.path)
    const text = file === undefined ? undefined : textOf(await git.readBlob(file.oid))
    const pinned = row.pinnedIn === undefined ? undefined : new RegExp(row.pinnedIn.pattern, 'm').exec(text ?? '')?.[1]
    const version = pinned ?? row.tool.versions[0]!
    if (!row.tool.versions.includes(version))
      return { why: `upstream pins ${row.id} ${version}, which is not known here` }
    return { module: row.tool.module, command: row.tool.command, version, shim: row.shim?.requires ?? [] }
  }

  /** Outputs that upstream copies elsewhere by hand or make are copied alike. */
  async #withCopies(row: GeneratorRow, tree: Oid, changes: Written, { git }: CarryContext): Promise<Written> {
    const written = new Map(changes)
    for (const { from, to } of row.copies) {
      for (const { path, oid } of await git.list(tree, from).catch(() => [])) {
        const copy = to + path.slice(from.length)
        const changed = changes.get(path)
        const bytes = changed === undefined ? await git.readBlob(oid) : changed
        const there = await git.find(tree, copy)
        if (there === undefined || bytes === null || !matchesAny(copy, row.outputs)) continue
        if (Buffer.compare(await git.readBlob(there.oid), bytes) !== 0) written.set(copy, bytes)
      }
    }
    return written
  }
}
