/**
 * What is known of every command without loading any: oclif's manifest, written by the build. Help and routing read
 * it, so that neither has to wait for oclif or for a command's own imports.
 */
import { readFileSync } from 'node:fs'
import type { ExitName } from '../domain/errors.ts'
import packageJson from '../../package.json' with { type: 'json' }

export interface FlagEntry {
  name: string
  type: 'boolean' | 'option'
  char?: string
  summary?: string
  description?: string
  default?: unknown
  options?: readonly string[]
  helpValue?: string | readonly string[]
  helpGroup?: string
  hidden?: boolean
  required?: boolean
  multiple?: boolean
  allowNo?: boolean
}

export interface ArgEntry {
  name: string
  description?: string
  required?: boolean
  multiple?: boolean
  hidden?: boolean
  options?: readonly string[]
}

export interface CommandEntry {
  /** Words joined by `:`, as `usage:compute`. */
  id: string
  summary?: string
  description?: string
  examples?: readonly (string | { description: string; command: string })[]
  flags: Readonly<Record<string, FlagEntry>>
  args: Readonly<Record<string, ArgEntry>>
  aliases?: readonly string[]
  hidden?: boolean
  /** Whether a stray argument is refused; false where the last argument may be repeated. */
  strict?: boolean
  exitCodes?: readonly ExitName[]
}

export interface Manifest {
  commands: Readonly<Record<string, CommandEntry>>
}

export const VERSION: string = packageJson.version

/** Topics and what each is for, as package.json has them. */
export const TOPICS: Readonly<Record<string, { description: string }>> = packageJson.oclif.topics

/** Reads the manifest that the build wrote into the package's directory. */
export function readManifest(root: URL): Manifest {
  return JSON.parse(readFileSync(new URL('oclif.manifest.json', root), 'utf8')) as Manifest
}

/** The program's name as the user typed it: `kubectl sparkops` when it runs as kubectl's plugin. */
export function programName(script: string | undefined): string {
  const file = script?.split(/[/\\]/).at(-1) ?? ''
  return file.startsWith('kubectl-') ? 'kubectl sparkops' : 'sparkops'
}
