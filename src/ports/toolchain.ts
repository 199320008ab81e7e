/**
 * A scratch place in which programs run on a tree: `go mod tidy`, generators. Never the user's checkout; nothing that runs
 * there sees the user's credentials or configuration of git.
 */
import type { Oid } from './git.ts'

/** A program written in Go, at one version. */
export interface GoTool {
  readonly module: string
  /** The package of its main: `sigs.k8s.io/controller-tools/cmd/controller-gen`. */
  readonly command: string
  /** `v0.15.0`: a release, never a branch. */
  readonly version: string
  /** Requirements to try with where it does not build as it is: `golang.org/x/tools@v0.36.0`. */
  readonly shim: readonly string[]
}

export interface ToolRun {
  /** `go`, or a tool that is built first. */
  readonly program: 'go' | GoTool
  readonly arguments: readonly string[]
  readonly timeoutMs: number
}

export type ToolResult =
  | {
      readonly ok: true
      /** Files that the program wrote, or deleted (null), as against the tree. */
      readonly changes: ReadonlyMap<string, Uint8Array | null>
    }
  | { readonly ok: false; readonly why: string }

export interface Toolchain {
  /** The version of the Go that would run, such as `1.22.12`; undefined where there is none. */
  goVersion(): Promise<string | undefined>
  /** Lays out the tree's plain files, runs the program in its root, and tells what changed. */
  run(tree: Oid, run: ToolRun): Promise<ToolResult>
  /** Removes the scratch place; tools that were built stay in the cache. */
  close(): Promise<void>
}
