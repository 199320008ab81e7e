/**
 * A control plane for one rehearsal: etcd on a socket and kube-apiserver on the loopback, in a directory that is the
 * user's alone and goes afterwards. Nothing runs pods. Whatever ends this process, even SIGKILL, ends them too.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SparkopsError } from '../../domain/errors.ts'
import type { Binaries } from './find-binaries.ts'

export interface ControlPlane {
  kubeconfigPath: string
  stop(): Promise<void>
}

const READY_WITHIN_MS = 90_000
const LOOK_EVERY_MS = 200

/**
 * Starts both programs, and ends them when its input closes: that happens however its parent ends. Arguments: the
 * directory, then for each program a file with its command line in JSON.
 */
const KEEPER = `
const { spawn } = require('node:child_process')
const { openSync, readFileSync, rmSync } = require('node:fs')
const [directory, ...files] = process.argv.slice(1)
const children = files.map((file) => {
  const [command, ...args] = JSON.parse(readFileSync(file, 'utf8'))
  const log = openSync(file + '.log', 'w', 0o600)
  return spawn(command, args, { cwd: directory, stdio: ['ignore', log, log] })
})
let open = children.length
const end = () => children.forEach((child) => child.kill('SIGKILL'))
const gone = () => { if (--open === 0) { rmSync(directory, { recursive: true, force: true }); process.exit(0) } }
children.forEach((child) => { child.on('exit', gone); child.on('error', gone) })
process.stdin.on('end', end).on('close', end).resume()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
`

/** Starts it and waits until it answers. `onHeld` is told how to end it when the process is ended. */
export async function startControlPlane(
  binaries: Binaries,
  onHeld: (remove: () => Promise<void>) => () => void,
): Promise<ControlPlane> {
  const directory = await mkdtemp(join(tmpdir(), 'sparkops-rehearsal-'))
  const token = randomBytes(24).toString('hex')
  const port = await freePort()
  const files = await writeFiles(directory, token, binaries, port)
  const keeper = spawn(process.execPath, ['-e', KEEPER, directory, ...files], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C goes to the whole group of the terminal; this one must outlive us by a moment.
    detached: true,
  })
  const stop = stopper(keeper, directory)
  const forget = onHeld(stop)
  const server = `https://127.0.0.1:${port}`
  try {
    await untilReady(server, keeper, directory)
    const kubeconfigPath = join(directory, 'kubeconfig')
    await writeFile(kubeconfigPath, await kubeconfig(directory, server, token), { mode: 0o600 })
    return {
      kubeconfigPath,
      stop: async () => {
        await stop()
        forget()
      },
    }
  } catch (error) {
    await stop()
    forget()
    throw error
  }
}

function stopper(keeper: ChildProcess, directory: string): () => Promise<void> {
  const gone = new Promise<void>((resolve) => {
    keeper.once('exit', () => resolve())
    keeper.once('error', () => resolve())
  })
  return async () => {
    keeper.stdin?.end()
    await gone
    await rm(directory, { recursive: true, force: true })
  }
}

async function writeFiles(directory: string, token: string, binaries: Binaries, port: number): Promise<string[]> {
  const at = (name: string) => join(directory, name)
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await writeFile(at('sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  await writeFile(at('sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o600 })
  await writeFile(at('tokens.csv'), `${token},admin,admin,"system:masters"\n`, { mode: 0o600 })
  // Sockets, named below the working directory: nobody else on this machine can reach what is stored.
  const etcd = [
    binaries.etcd,
    `--data-dir=${at('etcd')}`,
    '--listen-client-urls=unix://client:1',
    '--advertise-client-urls=unix://client:1',
    '--listen-peer-urls=unix://peer:1',
    '--initial-advertise-peer-urls=unix://peer:1',
    '--initial-cluster=default=unix://peer:1',
    '--unsafe-no-fsync',
  ]
  const apiServer = [
    binaries.apiServer,
    '--etcd-servers=unix://client:1',
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    `--cert-dir=${at('certs')}`,
    `--token-auth-file=${at('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${at('sa.pub')}`,
    `--service-account-signing-key-file=${at('sa.key')}`,
    '--allow-privileged=true',
    '--profiling=false',
  ]
  const files = [at('etcd.json'), at('kube-apiserver.json')]
  await writeFile(files[0]!, JSON.stringify(etcd), { mode: 0o600 })
  await writeFile(files[1]!, JSON.stringify(apiServer), { mode: 0o600 })
  return files
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function untilReady(server: string, keeper: ChildProcess, directory: string): Promise<void> {
  for (let waited = 0; waited < READY_WITHIN_MS; waited += LOOK_EVERY_MS) {
    if (keeper.exitCode !== null) break
    if (await isReady(server)) return
    await sleep(LOOK_EVERY_MS)
  }
  const log = await readFile(join(directory, 'kube-apiserver.json.log'), 'utf8').catch(() => '')
  throw new SparkopsError({
    code: 'SO_CONTROL_PLANE_NOT_READY',
    message: 'the control plane for the rehearsal did not come up',
    why: log.trim().split('\n').at(-1)?.slice(0, 300) ?? 'it said nothing',
    hint: 'try again; on a busy machine it may need longer',
    exit: 'failed',
  })
}

/** Asked without a login, and without trust: it has just made its certificate, and a file tells that afterwards. */
function isReady(server: string): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request(new URL('/readyz', server), { rejectUnauthorized: false, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    sent.on('error', () => resolve(false))
    sent.setTimeout(2000, () => sent.destroy())
    sent.end()
  })
}

async function kubeconfig(directory: string, server: string, token: string): Promise<string> {
  const authority = await readFile(join(directory, 'certs', 'apiserver.crt'))
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'rehearsal',
    clusters: [{ name: 'rehearsal', cluster: { server, 'certificate-authority-data': authority.toString('base64') } }],
    users: [{ name: 'rehearsal', user: { token } }],
    contexts: [{ name: 'rehearsal', context: { cluster: 'rehearsal', user: 'rehearsal' } }],
  })
}
