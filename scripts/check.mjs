// Everything that must be green before a commit, quiet while it is: `npm run check`.
//
// --no-tests leaves the tests out, for those who run them apart.
import { spawnSync } from 'node:child_process'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'

const TOOLS = fileURLToPath(new URL('../node_modules/.bin', import.meta.url))

/** @type {[name: string, command: string, ...args: string[]][]} */
const STEPS = [
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['types', 'tsc'],
  ['lint', 'eslint', '.', '--max-warnings', '0'],
  ['unused code', 'knip', '--no-progress'],
]
const withTests = !process.argv.includes('--no-tests')
if (withTests) STEPS.push(['tests', 'npm', 'test', '--silent'])

let closing = ''
for (const [name, command, ...args] of STEPS) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${TOOLS}${delimiter}${process.env.PATH ?? ''}` },
    maxBuffer: 1 << 28,
  })
  if (status === 0) {
    closing = stdout.trim().split('\n').at(-1) ?? ''
    continue
  }
  process.stdout.write(`${stdout}${stderr}${error ? `${error.message}\n` : ''}check: ${name} failed\n`)
  process.exit(1)
}
process.stdout.write(`check: ${STEPS.map(([name]) => name).join(', ')} ok${withTests ? ` (${closing})` : ''}\n`)
