/**
 * Runs Go and tools written in Go on a tree, in a scratch directory below the cache.
 *
 * The environment is made from nothing: what Go needs, and how it reaches modules. No shell, no toolchain downloads, no
 * cgo, no workspace from outside; the process tree is killed when time is up.
 */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { ObjectReader, Oid } from '../../ports/git.ts'
import type { GoTool, Toolchain, ToolResult, ToolRun } from '../../ports/toolchain.ts'
import { ScratchTree } from './scratch-tree.ts'

export interface ToolchainOptions {
  git: ObjectReader
  /** A directory of our own that may be deleted at any time: tools and scratch files. */
  cache: string
  signal: AbortSignal
  env?: NodeJS.ProcessEnv
}

/** Half an hour: a tool and all that it requires, compiled on a slow machine. */
const BUILD_TIMEOUT_MS = 30 * 60_000
/** What of a program's output is told when it fails. */
const TOLD = 600

/** Opens a toolchain. Nothing is written until the first run. */
export function openToolchain(options: ToolchainOptions): Toolchain {
  const place = join(options.cache, `scratch-${process.pid}`)
  const scratch = new ScratchTree(options.git, join(place, 'tree'))
  const runner = new Runner(options, place)
  return {
    goVersion: async () => runner.goVersion(),
    run: async (tree, run) => runner.run(scratch, tree, run),
    close: async () => rm(place, { recursive: true, force: true }),
  }
}

class Runner {
  readonly #options: ToolchainOptions
  readonly #place: string
  readonly #tools = new Map<string, Promise<{ path: string } | { why: string }>>()
  #go: Promise<string | undefined> | undefined

  constructor(options: ToolchainOptions, place: string) {
    this.#options = options
    this.#place = place
  }

  async goVersion(): Promise<string | undefined> {
    this.#go ??= this.#execute('go', ['env', 'GOVERSION'], this.#options.cache, 60_000).then((answer) =>
      answer.ok ? /^go(\d[\w.]*)/.exec(answer.output)?.[1] : undefined,
    )
    return this.#go
  }

  async run(scratch: ScratchTree, tree: Oid, run: ToolRun): Promise<ToolResult> {
    if ((await this.goVersion()) === undefined) return { ok: false, why: 'there is no Go on this machine' }
    const tool = run.program === 'go' ? { path: 'go' } : await this.#tool(run.program)
    if ('why' in tool) return { ok: false, why: tool.why }
    await scratch.layOut(tree)
    const answer = await this.#execute(tool.path, run.arguments, scratch.directory, run.timeoutMs)
    const changes = await scratch.changes()
    return answer.ok ? { ok: true, changes } : { ok: false, why: answer.output }
  }

  async #tool(tool: GoTool): Promise<{ path: string } | { why: string }> {
    const go = await this.goVersion()
    const name = `${tool.command.replace(/[^\w.-]+/g, '_')}@${tool.version}-go${go ?? ''}`
    const known = this.#tools.get(name) ?? this.#build(tool, join(this.#options.cache, 'tools', name))
    this.#tools.set(name, known)
    return known
  }

  /** As it is, else with its shim; a binary that is there already was built by the same two ways. */
  async #build(tool: GoTool, path: string): Promise<{ path: string } | { why: string }> {
    if (await isFile(path)) return { path }
    const plain = await this.#buildIn(tool, path, [])
    if (plain === undefined) return { path }
    const why = `${tool.command} ${tool.version} does not build here: ${plain}`
    if (tool.shim.length === 0) return { why }
    return (await this.#buildIn(tool, path, tool.shim)) === undefined ? { path } : { why }
  }

  /** Builds in a module made for it; undefined when it worked, else what was said. */
  async #buildIn(tool: GoTool, path: string, shim: readonly string[]): Promise<string | undefined> {
    const module = join(this.#place, 'tool')
    await rm(module, { recursive: true, force: true })
    await mkdir(module, { recursive: true, mode: 0o700 })
    const steps = [
      ['mod', 'init', 'sparkops.invalid/tool'],
      ['get', `${tool.command}@${tool.version}`, ...shim],
      ['build', '-o', path, tool.command],
    ]
    for (const step of steps) {
      const answer = await this.#execute('go', step, module, BUILD_TIMEOUT_MS)
      if (!answer.ok) return answer.output
    }
    return undefined
  }

  async #execute(
    program: string,
    args: readonly string[],
    cwd: string,
    timeout: number,
  ): Promise<{ ok: boolean; output: string }> {
    await mkdir(cwd, { recursive: true, mode: 0o700 })
    const result = await execa(program, args, {
      cwd,
      env: this.#environment(),
      extendEnv: false,
      timeout,
      cancelSignal: this.#options.signal,
      forceKillAfterDelay: 2000,
      reject: false,
      all: true,
      stdin: 'ignore',
      maxBuffer: 8 << 20,
    })
    this.#options.signal.throwIfAborted()
    const said = typeof result.all === 'string' ? result.all.trim() : ''
    if (!result.failed) return { ok: true, output: said }
    const reason = result.timedOut ? `stopped after ${timeout / 1000} s` : said.slice(-TOLD)
    return { ok: false, output: reason === '' ? (result.shortMessage ?? 'it failed') : reason }
  }

  #environment(): Record<string, string> {
    const env = this.#options.env ?? process.env
    const passed = [
      'PATH',
      'HOME',
      'TMPDIR',
      'GOCACHE',
      'GOMODCACHE',
      'GOPATH',
      'GOROOT',
      'GOPROXY',
      'GONOPROXY',
      'GONOSUMDB',
      'GOSUMDB',
      'GOPRIVATE',
      'GOINSECURE',
      'HTTPS_PROXY',
      'HTTP_PROXY',
      'NO_PROXY',
      'https_proxy',
      'http_proxy',
      'no_proxy',
      'SSL_CERT_FILE',
      'SSL_CERT_DIR',
    ]
    const kept = passed.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]))
    return {
      ...Object.fromEntries(kept),
      GOFLAGS: '-mod=mod',
      GOTOOLCHAIN: 'local',
      GOWORK: 'off',
      CGO_ENABLED: '0',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C.UTF-8',
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  )
}
