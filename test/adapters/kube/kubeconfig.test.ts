/** Kubeconfig files that are odd or broken, and logins that need no server to be judged. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { credentialsOf } from '../../../src/adapters/kube/credentials.ts'
import { readLogin } from '../../../src/adapters/kube/kubeconfig.ts'

async function place(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sparkops-kubeconfig-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
  return directory
}

const ONE = `
current-context: dev
clusters: [{name: c, cluster: {server: https://one}}]
users: [{name: u, user: {token: t}}]
contexts:
- {name: dev, context: {cluster: c, user: u, namespace: jobs}}
- {name: bare, context: {cluster: c}}
- {name: lost, context: {cluster: nowhere, user: u}}
- {name: nobody, context: {cluster: c, user: gone}}
`

describe('a kubeconfig', () => {
  it('gives cluster, user and namespace of the context; a context may have no user', async () => {
    const directory = await place({ config: ONE })
    const path = join(directory, 'config')
    expect(await readLogin({ path, env: {} })).toMatchObject({
      context: 'dev',
      namespace: 'jobs',
      cluster: { name: 'c', entry: { server: 'https://one' }, directory },
      user: { entry: { token: 't' } },
    })
    expect(await readLogin({ path, context: 'bare', env: {} })).toMatchObject({
      namespace: 'default',
      user: { entry: {} },
    })
  })

  it('is looked for below HOME where nothing else is named, and may be missing there', async () => {
    expect(await readLogin({ env: { HOME: await place({}) } })).toBeUndefined()
    const missing = readLogin({ path: '/no/such/file', env: {} })
    await expect(missing).rejects.toMatchObject({ code: 'SO_KUBECONFIG', why: 'there is no such file' })
  })

  it('keeps the first of two entries whole, rather than mixing them', async () => {
    const other = `clusters: [{name: c, cluster: {server: https://two, tls-server-name: x}}]\ncurrent-context: bare`
    const directory = await place({ one: ONE, two: other })
    const env = { KUBECONFIG: `${join(directory, 'one')}:${join(directory, 'two')}` }
    const login = await readLogin({ env })
    expect([login?.context, login?.cluster.entry]).toEqual(['dev', { server: 'https://one' }])
    const turned = await readLogin({ env: { KUBECONFIG: `${join(directory, 'two')}:${join(directory, 'one')}` } })
    expect([turned?.context, turned?.cluster.entry.server]).toEqual(['bare', 'https://two'])
  })

  it.each([
    ['users: [{name: u, user: {token: very-secret}', 'not YAML'],
    ['- a', 'not a mapping'],
    ['clusters: 5', 'clusters is not a list'],
    ['users: [{user: {}}]', 'an entry of users has no name'],
    [`${ONE}users: 1`, 'not YAML'],
    ['clusters: [{name: c}, {name: c}]', 'clusters has two entries named "c"'],
  ])('that cannot be read says where, and shows nothing of its content: %s', async (text, why) => {
    const path = join(await place({ config: text }), 'config')
    const error: unknown = await readLogin({ path, env: {} }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ exit: 'data', why: expect.stringContaining(why) as string })
    expect(JSON.stringify(error) + String(error)).not.toContain('very-secret')
  })

  it.each(['lost', 'nobody'])('whose context names what is not there is refused: %s', async (context) => {
    const path = join(await place({ config: ONE }), 'config')
    await expect(readLogin({ path, context, env: {} })).rejects.toMatchObject({ exit: 'data' })
  })

  it('without a current context, or without the one that was asked for, lists those there are', async () => {
    const path = join(await place({ config: ONE.replace('current-context: dev', '') }), 'config')
    for (const context of [undefined, 'prod']) {
      await expect(readLogin({ path, context, env: {} })).rejects.toMatchObject({
        exit: 'usage',
        why: expect.stringContaining('dev, bare') as string,
      })
    }
  })
})

describe('an auth provider', () => {
  const token = (exp: number): string =>
    ['{}', JSON.stringify({ exp }), ''].map((part) => Buffer.from(part).toString('base64url')).join('.')
  const provider = (name: string, config: Record<string, string>): Promise<unknown> =>
    new Promise((resolve) => {
      const user = { name: 'u', entry: { 'auth-provider': { name, config } }, directory: '/' }
      resolve(credentialsOf(user, undefined).current())
    })

  it('of oidc is used while its token is valid, and never renewed behind the back of kubectl', async () => {
    const valid = token(Date.now() / 1000 + 600)
    expect(await provider('oidc', { 'id-token': valid })).toEqual({ authorization: `Bearer ${valid}` })
    const late = provider('oidc', { 'id-token': token(1), 'refresh-token': 'r' })
    await expect(late).rejects.toMatchObject({ exit: 'auth', hint: expect.stringContaining('kubectl') as string })
  })

  it('that Kubernetes has removed is named as such', async () => {
    await expect(provider('gcp', {})).rejects.toMatchObject({
      exit: 'auth',
      why: expect.stringContaining('gcp') as string,
    })
  })
})
