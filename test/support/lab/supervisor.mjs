// Runs the programs of one test cluster, and outlives the test by a moment: when the test ends in whatever way, even by
// kill -9, the channel between them closes; then this process kills the programs and removes the cluster's directory.
//
// Orders come as {id, order: 'start', name, command, args} and {id, order: 'signal' | 'stop', name, signal}; each is
// answered by {id} or {id, error}. A program that ends is told as {ended: name, how}.
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'

const directory = /** @type {string} */ (process.argv[2])

// What a test cluster calls is on this machine; a proxy would be asked for it in vain.
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)))

/** @typedef {{child: import('node:child_process').ChildProcess, ended: Promise<void>}} Running */
/** @type {Map<string, Running>} */
const running = new Map()

/** @type {Record<string, (order: any) => void | Promise<void>>} */
const ORDERS = {
  start({ name, command, args }) {
    const log = openSync(join(directory, `${name}.log`), 'a', 0o600)
    const child = spawn(command, args, { stdio: ['ignore', log, log], cwd: directory, env: ENVIRONMENT })
    closeSync(log)
    const ended = new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
      child.on('error', (error) => end(String(error)))
      child.on('exit', (code, signal) => end(`${code ?? signal}`))
      /** @param {string} how */
      function end(how) {
        if (running.get(name)?.child === child) running.delete(name)
        if (process.connected) process.send?.({ ended: name, how })
        resolve()
      }
    })
    running.set(name, { child, ended })
  },
  signal({ name, signal }) {
    running.get(name)?.child.kill(signal)
  },
  async stop({ name, signal }) {
    const program = running.get(name)
    program?.child.kill(signal)
    // What was frozen does not hear of it before it goes on.
    program?.child.kill('SIGCONT')
    await program?.ended
  },
}

process.on('message', (/** @type {any} */ message) => {
  Promise.resolve(ORDERS[message.order]?.(message)).then(
    () => process.connected && process.send?.({ id: message.id }),
    (/** @type {unknown} */ error) => process.connected && process.send?.({ id: message.id, error: String(error) }),
  )
})
process.on('disconnect', () => void endAll())
// Ctrl-C goes to everybody; the channel's end is what counts.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)

async function endAll() {
  const programs = [...running.values()]
  for (const { child } of programs) child.kill('SIGKILL')
  await Promise.all(programs.map(({ ended }) => ended))
  await rm(directory, { recursive: true, force: true })
  process.exit(0)
}
