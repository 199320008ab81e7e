/**
 * What a test needs that a machine may not have. A test that needs more than Node is skipped where it is missing, and
 * the reporter counts and names it; with CI=true a skipped test fails the run.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { findKafka } from '../../scripts/lab-kafka.mjs'
import { findLabProgram, LAB_PROGRAMS } from '../../scripts/lab.mjs'
import { findOnPath } from '../../src/adapters/machine/find-program.ts'

const PROBES = {
  chromium: chromiumPath,
  python3: () => findOnPath(['python3']),
  pyspark: () => pythonModule('pyspark'),
  go: () => findOnPath(['go']),
  java: () => findOnPath(['java']),
  /** A real Kafka broker: `npm run lab` fetches its jars. */
  kafka: () => (findOnPath(['java']) === undefined ? undefined : findKafka()),
  /** A store that speaks S3. */
  moto: () => pythonModule('moto.server'),
  /** The reference for the statistics of gates. */
  scipy: () => pythonModule('scipy'),
  jq: () => findOnPath(['jq']),
  zstd: () => findOnPath(['zstd']),
  /** util-linux's terminal recorder: gives a program a terminal. */
  script: () => findOnPath(['script']),
  bash: () => findOnPath(['bash']),
  /** File systems of a test's own: root on Linux may mount them, unless a container says no. */
  tmpfs: mountsTmpfs,
  /** Signatures of OpenPGP. */
  gpg: () => findOnPath(['gpg']),
  sha256sum: () => findOnPath(['sha256sum']),
  /** A real control plane, and helm: `npm run lab` builds them. */
  lab: () => (LAB_PROGRAMS.every((name) => findLabProgram(name) !== undefined) ? findLabProgram('etcd') : undefined),
} as const satisfies Record<string, () => string | undefined>

export type Capability = keyof typeof PROBES

const found = new Map<Capability, string | undefined>()

/** Where a capability is, or undefined where the machine does not have it. */
export function capabilityPath(capability: Capability): string | undefined {
  if (!found.has(capability)) found.set(capability, PROBES[capability]())
  return found.get(capability)
}

/**
 * `describe` and `it` that skip what this machine cannot run:
 * `const { it } = needs('chromium')`.
 */
export function needs(...capabilities: Capability[]): { describe: typeof describe; it: typeof it } {
  const missing = capabilities.filter((capability) => capabilityPath(capability) === undefined)
  if (missing.length === 0) return { describe, it }
  // The mark travels in the name, since a skipped test runs nothing that could tell the reporter more.
  const mark = ` [needs ${missing.join(', ')}]`
  const skipping = (skip: (name: string, ...rest: never[]) => unknown) =>
    ((name: string, ...rest: never[]) => skip(name + mark, ...rest)) as unknown
  return {
    describe: skipping(describe.skip as never) as typeof describe,
    it: skipping(it.skip as never) as typeof it,
  }
}

function mountsTmpfs(): string | undefined {
  const mount = findOnPath(['mount'])
  if (mount === undefined || process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const place = mkdtempSync(join(tmpdir(), 'sparkops-mount-'))
  try {
    execFileSync(mount, ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { stdio: 'ignore' })
    execFileSync('umount', [place], { stdio: 'ignore' })
    return mount
  } catch {
    return undefined
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

function chromiumPath(): string | undefined {
  const asked = process.env.CHROMIUM_PATH
  if (asked) return existsSync(asked) ? asked : undefined
  return (
    findOnPath(['chromium', 'chromium-browser', 'google-chrome']) ?? ['/usr/bin/chromium'].find((p) => existsSync(p))
  )
}

function pythonModule(name: string): string | undefined {
  const python = findOnPath(['python3'])
  if (python === undefined) return undefined
  try {
    execFileSync(python, ['-c', `import ${name}`], { stdio: 'ignore' })
    return python
  } catch {
    return undefined
  }
}
