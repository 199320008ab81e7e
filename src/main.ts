/**
 * Where a run begins. Version and help are answered from the manifest, without oclif: start-up is a feature
 * (docs/decisions/0001). Everything else goes through oclif.
 */
import { userInfo } from 'node:os'
import { helpText } from './cli/help/help.ts'
import { VERSION, programName, readManifest } from './cli/manifest.ts'
import { route } from './cli/route.ts'
import { guardStreams, shutdown, standingExitCode } from './cli/shutdown.ts'
import { paintFor, wantsColor } from './ui/color.ts'

// main lies one level below the package's directory, in src as in dist.
const root = new URL('../', import.meta.url)
const argv = process.argv.slice(2)
const program = programName(process.argv[1])

async function main(): Promise<void> {
  const asked = route(argv, () => readManifest(root), program)
  if (asked.kind === 'version') {
    process.stdout.write(`sparkops/${VERSION} ${process.platform}-${process.arch} node-${process.version}\n`)
    return
  }
  if (asked.kind === 'help') {
    const color = wantsColor({ mode: 'auto', env: process.env, isTTY: process.stdout.isTTY })
    process.stdout.write(helpText(readManifest(root), asked.subject, program, paintFor(color)))
    return
  }
  giveHome()
  const { runCommand } = await import('./cli/run-command.ts')
  await runCommand(root, asked.id, asked.argv)
  await shutdown(standingExitCode())
}

/** A container may run as a number that no list of users has: asking for its home or its shell, as oclif does, then throws. */
function giveHome(): void {
  try {
    userInfo()
  } catch {
    process.env.HOME ??= '/'
    process.env.SHELL ??= 'unknown'
  }
}

guardStreams()
try {
  await main()
} catch (error) {
  const { reportError } = await import('./cli/error-output.ts')
  await shutdown(await reportError(error, argv))
}
