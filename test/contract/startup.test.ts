/**
 * Start-up is held by what is loaded, not by a clock: clocks depend on the machine. `npm run bench:startup` measures.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROGRAM, ROOT, cleanEnvironment } from '../support/run.ts'

interface Metafile {
  outputs: Record<string, { bytes: number; imports: { path: string; kind: string }[]; inputs: Record<string, unknown> }>
}

const { outputs } = JSON.parse(readFileSync(join(ROOT, 'dist/metafile.json'), 'utf8')) as Metafile

describe('version and help', () => {
  const loaded = reachedFrom('dist/main.js')

  it('load a dozen small files at most, none of them a package', () => {
    expect(loaded.length).toBeLessThanOrEqual(12)
    expect(loaded.reduce((sum, path) => sum + outputs[path]!.bytes, 0)).toBeLessThan(40_000)
    const sources = loaded.flatMap((path) => Object.keys(outputs[path]!.inputs))
    expect(sources.filter((source) => source.startsWith('node_modules/'))).toEqual([])
  })

  it.each([[['--version']], [['--help']], [['doctor', '--help']]])('load few parts of Node: %j', (argv) => {
    const bare = builtinsLoaded(['-e', '0'])
    const ours = builtinsLoaded([PROGRAM, ...argv])
    // Those of the module loader and of standard output.
    expect(ours - bare).toBeLessThanOrEqual(60)
  })
})

describe('a command', () => {
  it('loads what measures names beyond ASCII only where it lays out text', () => {
    const loaded = reachedFrom('dist/commands/pods/diff.js').flatMap((path) => Object.keys(outputs[path]!.inputs))
    expect(loaded).toContain('src/cli/base-command.ts')
    expect(loaded.filter((source) => source.startsWith('node_modules/string-width/'))).toEqual([])
  })
})

/** The files that are loaded before anything is decided: imports that are not `import()`. */
function reachedFrom(entry: string): string[] {
  const reached = new Set([entry])
  for (const path of reached) {
    for (const { path: next, kind } of outputs[path]!.imports) {
      if (kind === 'import-statement' && outputs[next]) reached.add(next)
    }
  }
  return [...reached]
}

/** How many parts of Node a process had loaded when it ended, this question's own (the same for all) included. */
function builtinsLoaded(argv: readonly string[]): number {
  const question = "process.on('exit', () => process._rawDebug(`loaded=${process.moduleLoadList.length}`))"
  const { stderr } = spawnSync(process.execPath, ['--import', `data:text/javascript,${question}`, ...argv], {
    env: cleanEnvironment(),
    encoding: 'utf8',
  })
  return Number(/loaded=(\d+)/.exec(stderr)?.[1])
}
