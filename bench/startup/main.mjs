// How much start-up costs against a bare Node: CPU time (user and system), least of many runs, in turns so that a
// busy machine is busy for all. `npm run bench:startup [RUNS]`
//
// The target is 2.2 for --version and --help. CI holds the number of modules instead (test/contract/startup.test.ts).
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const TARGET = 2.2
const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
/** @type {[name: string, args: string[], target?: number][]} */
const CASES = [
  ['node -e 0', ['-e', '0']],
  ['sparkops --version', [PROGRAM, '--version'], TARGET],
  ['sparkops --help', [PROGRAM, '--help'], TARGET],
  ['sparkops doctor --help', [PROGRAM, 'doctor', '--help'], TARGET],
  ['sparkops doctor --frob', [PROGRAM, 'doctor', '--frob']],
]
const runs = Number(process.argv[2] ?? 20)

/** @type {number[]} */
const best = CASES.map(() => Infinity)
for (let run = 0; run < runs; run += 1) {
  for (const [index, [, args]] of CASES.entries())
    best[index] = Math.min(best[index] ?? Infinity, cpuMilliseconds(args))
}
const bare = best[0] ?? NaN
console.log(`Node ${process.version}, least of ${runs} runs`)
for (const [index, [name, , target]] of CASES.entries()) {
  const ratio = (best[index] ?? NaN) / bare
  const verdict = target === undefined ? '' : ratio <= target ? `  within ${target}` : `  OVER ${target}`
  console.log(`${name.padEnd(24)}${(best[index] ?? NaN).toFixed(0).padStart(5)} ms  ${ratio.toFixed(2)} x${verdict}`)
}

/** @param {string[]} args */
function cpuMilliseconds(args) {
  const { stdout } = spawnSync(
    'bash',
    ['-c', 'TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>&1; } 2>&1', 'bash', process.execPath, ...args],
    {
      encoding: 'utf8',
    },
  )
  const [user = 0, system = 0] = stdout.trim().split(' ').map(Number)
  return (user + system) * 1000
}
