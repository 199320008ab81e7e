/** Every form of login and address that a kubeconfig can have, against a real API server. */
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { describe, expect } from 'vitest'
import type { ClusterQuestion } from '../../../src/adapters/kube/open-cluster.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { needs } from '../../support/capabilities.ts'
import { kubeconfigBy } from '../../support/lab/fault-proxy.ts'
import { kubeconfigText } from '../../support/lab/kubeconfig-text.ts'
import { openLab } from '../../support/lab/open.ts'
import { connectProxy, socksProxy } from '../../support/lab/proxies.ts'
import { serviceAccountToken } from '../../support/lab/tokens.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'

const { it } = needs('lab')
const lab = useCluster()

async function directory(): Promise<string> {
  return await mkdtemp(join(lab().directory, 'login-'))
}

async function write(name: string, text: string, mode = 0o600): Promise<string> {
  const path = join(await directory(), name)
  await writeFile(path, text)
  await chmod(path, mode)
  return path
}

function cluster(more: Record<string, unknown> = {}): Record<string, unknown> {
  const authority = Buffer.from(lab().authority.certificate).toString('base64')
  return { server: lab().server, 'certificate-authority-data': authority, ...more }
}

async function openWith(
  user: Record<string, unknown>,
  question: Partial<ClusterQuestion> = {},
  of: Record<string, unknown> = cluster(),
): Promise<Cluster> {
  const kubeconfig = await write('config', kubeconfigText({ context: 'c', cluster: of, user }))
  return await openLab(lab(), { kubeconfig, ...question })
}

/** Who the server takes us for. */
async function whoAmI(opened: Cluster): Promise<string> {
  const type = (await opened.findType({ group: 'authentication.k8s.io', kind: 'SelfSubjectReview' }))!
  const { object } = await opened.create(type, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
    metadata: { name: '' },
  })
  return (object.status as { userInfo: { username: string } }).userInfo.username
}

describe('a login', () => {
  it('by client certificate is data or files, relative to the kubeconfig', async () => {
    const { certificate, key } = await lab().addUser('by-file')
    const place = await directory()
    await writeFile(join(place, 'me.crt'), certificate)
    await writeFile(join(place, 'me.key'), key)
    await writeFile(join(place, 'ca.crt'), lab().authority.certificate)
    const kubeconfig = join(place, 'config')
    const user = { 'client-certificate': 'me.crt', 'client-key': './me.key' }
    const of = { server: lab().server, 'certificate-authority': 'ca.crt' }
    await writeFile(kubeconfig, kubeconfigText({ context: 'c', cluster: of, user }))
    expect(await whoAmI(await openLab(lab(), { kubeconfig }))).toBe('by-file')
  })

  it('by token is told apart: an unknown one is 401, and the hint says to log in', async () => {
    const token = await serviceAccountToken(lab(), 'default', 'robot')
    expect(await whoAmI(await openWith({ token }))).toBe('system:serviceaccount:default:robot')
    await expect(openWith({ token: 'nonsense' })).rejects.toMatchObject({
      exit: 'auth',
      status: { code: 401 },
      hint: expect.stringContaining('log in again') as string,
    })
  })

  it('by token file is read again when the file changes', async () => {
    const place = await directory()
    const tokenFile = join(place, 'token')
    await writeFile(tokenFile, await serviceAccountToken(lab(), 'default', 'first'))
    const opened = await openWith({ tokenFile })
    expect(await whoAmI(opened)).toBe('system:serviceaccount:default:first')
    await writeFile(`${tokenFile}.new`, await serviceAccountToken(lab(), 'default', 'second'))
    await rename(`${tokenFile}.new`, tokenFile)
    expect(await whoAmI(opened)).toBe('system:serviceaccount:default:second')
    await rm(tokenFile)
    expect(await whoAmI(opened)).toBe('system:serviceaccount:default:second')
  })

  it('inside a pod is the mounted service account', async () => {
    const mounted = await directory()
    await writeFile(join(mounted, 'token'), await serviceAccountToken(lab(), 'default', 'inside'))
    await writeFile(join(mounted, 'ca.crt'), lab().authority.certificate)
    await writeFile(join(mounted, 'namespace'), 'jobs')
    const { hostname, port } = new URL(lab().server)
    const env = { HOME: mounted, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
    const opened = await openLab(lab(), { kubeconfig: undefined, env, serviceAccountDirectory: mounted })
    expect(opened.identity).toMatchObject({ context: undefined, namespace: 'jobs' })
    expect(await whoAmI(opened)).toBe('system:serviceaccount:default:inside')
  })

  it('that is nowhere says what to set', async () => {
    const env = { HOME: await directory() }
    await expect(openLab(lab(), { kubeconfig: undefined, env })).rejects.toMatchObject({
      code: 'SO_NO_KUBECONFIG',
      exit: 'unreachable',
    })
  })
})

describe('a login plugin', () => {
  /** Prints a credential, and notes what it was told. */
  async function plugin(credential: string): Promise<{ command: string; place: string }> {
    const place = await directory()
    const script = [
      '#!/bin/sh',
      `echo run >> "${place}/runs"`,
      `printf '%s' "$KUBERNETES_EXEC_INFO" > "${place}/info"`,
      `printf '%s' "$1$EXTRA" > "${place}/words"`,
      `cat > "${place}/stdin"`,
      `cat "${place}/credential"`,
    ]
    await writeFile(join(place, 'credential'), credential)
    await writeFile(join(place, 'plugin'), script.join('\n'))
    await chmod(join(place, 'plugin'), 0o700)
    return { command: join(place, 'plugin'), place }
  }

  function credential(status: Record<string, string>): string {
    return JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status })
  }

  const V1 = { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'IfAvailable' }

  it('gives a token, is told about the cluster, gets no standard input, and runs once', async () => {
    const { command, place } = await plugin(credential({ token: await serviceAccountToken(lab(), 'default', 'plug') }))
    const exec = {
      ...V1,
      command,
      args: ['a b; $(c)'],
      env: [{ name: 'EXTRA', value: '!' }],
      provideClusterInfo: true,
    }
    const of = cluster({ extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }] })
    const opened = await openWith({ exec }, { env: process.env }, of)
    expect(await whoAmI(opened)).toBe('system:serviceaccount:default:plug')
    expect(await readFile(join(place, 'runs'), 'utf8')).toBe('run\n')
    expect(await readFile(join(place, 'words'), 'utf8')).toBe('a b; $(c)!')
    expect(JSON.parse(await readFile(join(place, 'info'), 'utf8'))).toEqual({
      apiVersion: V1.apiVersion,
      kind: 'ExecCredential',
      spec: {
        interactive: false,
        cluster: { ...cluster(), config: { audience: 'x' } },
      },
    })
  })

  it('gives a certificate', async () => {
    const user = await lab().addUser('by-plugin')
    const { command } = await plugin(credential({ clientCertificateData: user.certificate, clientKeyData: user.key }))
    expect(await whoAmI(await openWith({ exec: { ...V1, command } }, { env: process.env }))).toBe('by-plugin')
  })

  it('is asked again before its credential ends, and when the server refuses it', async () => {
    const good = await serviceAccountToken(lab(), 'default', 'again')
    const soon = new Date(Date.now() + 1000).toISOString()
    const { command, place } = await plugin(credential({ token: good, expirationTimestamp: soon }))
    const opened = await openWith({ exec: { ...V1, command } }, { env: process.env })
    await opened.serverVersion()
    expect((await readFile(join(place, 'runs'), 'utf8')).length).toBe('run\nrun\n'.length)

    const other = await plugin(credential({ token: good }))
    const second = await openWith({ exec: { ...V1, command: other.command } }, { env: process.env })
    await lab().request('DELETE', '/api/v1/namespaces/default/serviceaccounts/again')
    const fresh = await serviceAccountToken(lab(), 'default', 'fresh')
    await writeFile(join(other.place, 'credential'), credential({ token: fresh }))
    await expect.poll(() => whoAmI(second), { timeout: 25_000 }).toBe('system:serviceaccount:default:fresh')
    expect(await readFile(join(other.place, 'runs'), 'utf8')).toBe('run\nrun\n')
  })

  it('that is missing, fails or prints nonsense is told with its own hint, by exit 4', async () => {
    const { command } = await plugin('{}')
    const of = (exec: Record<string, unknown>): Promise<unknown> =>
      openWith({ exec: { ...V1, ...exec } }, { env: process.env }).catch((error: unknown) => error)
    expect(await of({ command: 'no-such-plugin', installHint: 'install it from here' })).toMatchObject({
      exit: 'auth',
      hint: 'install it from here',
    })
    expect(await of({ command: 'false' })).toMatchObject({ exit: 'auth', why: 'it ended with 1' })
    expect(await of({ command })).toMatchObject({ exit: 'auth', why: 'it is no ExecCredential' })
    expect(await of({ command, interactiveMode: 'Always' })).toMatchObject({ exit: 'auth' })
    expect(await of({ command, apiVersion: 'client.authentication.k8s.io/v1alpha1' })).toMatchObject({ exit: 'data' })
  })
})

describe('an address', () => {
  it('with an authority that did not sign the server, or another name, is refused with a hint', async () => {
    const { certificate } = await (await import('../../support/lab/certificates.ts')).createAuthority('stranger')
    const stranger = { 'certificate-authority-data': Buffer.from(certificate).toString('base64') }
    const refused = (of: Record<string, unknown>): Promise<unknown> =>
      openWith({}, {}, cluster(of)).catch((error: unknown) => error)
    expect(await refused(stranger)).toMatchObject({
      exit: 'unreachable',
      hint: expect.stringContaining('certificate-authority') as string,
    })
    expect(await refused({ 'tls-server-name': 'elsewhere.example' })).toMatchObject({
      exit: 'unreachable',
      hint: expect.stringContaining('tls-server-name') as string,
    })
    expect(await refused({ 'insecure-skip-tls-verify': true })).toMatchObject({ exit: 'data' })
  })

  it('is verified by tls-server-name, or not at all where the kubeconfig says so', async () => {
    const token = await serviceAccountToken(lab(), 'default', 'named')
    expect(await whoAmI(await openWith({ token }, {}, cluster({ 'tls-server-name': 'kubernetes.default' })))).toContain(
      'named',
    )
    const insecure = { server: lab().server, 'insecure-skip-tls-verify': true }
    expect(await whoAmI(await openWith({ token }, {}, insecure))).toContain('named')
  })

  it('is reached by the proxy of the kubeconfig, HTTP or SOCKS, and its certificate is checked all the same', async () => {
    const token = await serviceAccountToken(lab(), 'default', 'proxied')
    for (const start of [connectProxy, socksProxy]) {
      const proxy = await start()
      expect(await whoAmI(await openWith({ token }, {}, cluster({ 'proxy-url': proxy.url })))).toContain('proxied')
      expect(proxy.targets()).toContain(new URL(lab().server).host)
      const wrong = cluster({ 'proxy-url': proxy.url, 'tls-server-name': 'elsewhere.example' })
      await expect(openWith({ token }, {}, wrong)).rejects.toMatchObject({ exit: 'unreachable' })
    }
  })

  it('is reached by the proxy of the environment, except where NO_PROXY or loopback says otherwise', async () => {
    const proxy = await connectProxy()
    const named = cluster({
      server: lab().server.replace('127.0.0.1', 'lab.sparkops.test'),
      'tls-server-name': 'localhost',
    })
    const token = await serviceAccountToken(lab(), 'default', 'env')
    const opened = await openWith({ token }, { env: { HTTPS_PROXY: proxy.url } }, named)
    expect(await whoAmI(opened)).toContain('env')
    const before = proxy.targets().length
    await openWith({ token }, { env: { HTTPS_PROXY: proxy.url } })
    expect(proxy.targets().length).toBe(before)
    const bypass = openWith({ token }, { env: { HTTPS_PROXY: proxy.url, NO_PROXY: '.sparkops.test' } }, named)
    await expect(bypass).rejects.toMatchObject({ exit: 'unreachable' })
    expect(proxy.targets().length).toBe(before)
  })

  it('of a proxy that refuses is told as such, and not as a refusal of the cluster', async () => {
    const proxy = await connectProxy({ refuse: true })
    await expect(openWith({}, {}, cluster({ 'proxy-url': proxy.url }))).rejects.toMatchObject({
      code: 'SO_KUBE_UNREACHABLE',
      why: expect.stringContaining('the proxy refused with 403') as string,
      hint: expect.stringContaining('NO_PROXY') as string,
    })
  })
})

describe('several kubeconfig files', () => {
  it('are one: the first to name an entry or a current context wins', async () => {
    const one = await lab().addUser('one')
    const two = await lab().addUser('two')
    const first = await write('first', kubeconfigBy(lab(), one, lab().server))
    const second = await write('second', kubeconfigBy(lab(), two, lab().server).replaceAll('by-two', 'by-one'))
    const third = await write('third', kubeconfigBy(lab(), two, lab().server))
    const env = { KUBECONFIG: ['/no/such/file', '', first, second, third].join(delimiter) }
    expect(await whoAmI(await openLab(lab(), { kubeconfig: undefined, env }))).toBe('one')
    expect(await whoAmI(await openLab(lab(), { kubeconfig: undefined, env, context: 'by-two' }))).toBe('two')
    await expect(openLab(lab(), { kubeconfig: undefined, env, context: 'x' })).rejects.toMatchObject({ exit: 'usage' })
  })
})
