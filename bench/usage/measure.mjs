// Runs a whole process and tells its wall time, CPU time and peak memory, its children's included.
// GNU time where it is, else Python's os.wait4, else wall time alone: Node cannot ask what its children used.
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, closeSync, constants, openSync, readFileSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * @typedef {object} Run
 * @property {number} wall seconds
 * @property {number | undefined} cpu user and system, seconds
 * @property {number | undefined} peak resident, MiB: of the largest single process
 * @property {number} code
 * @property {string} stderr its last words
 */

const WAIT4 = `
import json, os, sys
child = os.fork()
if child == 0: os.execvp(sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(child, 0)
kib = used.ru_maxrss if sys.platform != 'darwin' else used.ru_maxrss // 1024
open(sys.argv[1], 'w').write(f'{used.ru_utime} {used.ru_stime} {kib}')
sys.exit(os.waitstatus_to_exitcode(status) & 255)
`

/** @type {Map<string, boolean>} */
const programs = new Map()

/** @param {string} name */
export function hasProgram(name) {
  const known = programs.get(name)
  if (known !== undefined) return known
  const found = (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)))
  programs.set(name, found)
  return found
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @returns {(report: string) => string[]} what to put before a command so that its use is written to a file */
function chooseMeter() {
  const version = spawnSync('/usr/bin/time', ['--version'], { encoding: 'utf8' })
  if (`${version.stdout}${version.stderr}`.includes('GNU'))
    return (report) => ['/usr/bin/time', '-q', '-f', '%U %S %M', '-o', report]
  if (hasProgram('python3')) return (report) => ['python3', '-c', WAIT4, report]
  return () => []
}

const meter = chooseMeter()

/**
 * @param {string[]} command
 * @param {string} output where its standard output goes
 * @param {string} report a file to be used for its figures
 * @returns {Promise<Run>}
 */
export async function measure(command, output, report) {
  rmSync(report, { force: true })
  const [program, ...args] = [...meter(report), ...command]
  if (program === undefined) throw new Error('no command to measure')
  const out = openSync(output, 'w')
  const begin = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', out, 'pipe'] })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    stderr = (stderr + text).slice(-2000)
  })
  const code = await new Promise((/** @type {(code: number | null) => void} */ resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const wall = (performance.now() - begin) / 1000
  closeSync(out)
  return { wall, ...readUse(report), code: code ?? -1, stderr }
}

/** @param {string} report @returns {{cpu: number | undefined, peak: number | undefined}} */
function readUse(report) {
  try {
    const [user, system, kib] = readFileSync(report, 'utf8').trim().split(' ').map(Number)
    if (user === undefined || system === undefined || kib === undefined) return { cpu: undefined, peak: undefined }
    return { cpu: user + system, peak: kib / 1024 }
  } catch {
    return { cpu: undefined, peak: undefined }
  }
}
