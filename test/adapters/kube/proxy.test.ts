/** Which proxy leads to a server: Go's rules, which kubectl follows. */
import { describe, expect, it } from 'vitest'
import { proxyFor } from '../../../src/adapters/kube/proxy.ts'

const PROXY = 'http://proxy.example:3128'

function usesProxy(server: string, noProxy: string): boolean {
  return proxyFor(new URL(server), undefined, { HTTPS_PROXY: PROXY, NO_PROXY: noProxy }) !== undefined
}

describe('NO_PROXY', () => {
  it.each([
    ['https://api.example.com', 'example.com', false],
    ['https://example.com', 'example.com', false],
    ['https://badexample.com', 'example.com', true],
    ['https://api.example.com', '.example.com', false],
    ['https://example.com', '.example.com', true],
    ['https://api.example.com', '*.example.com', false],
    ['https://api.example.com', ' other , EXAMPLE.com ', false],
    ['https://api.example.com:6443', 'example.com:6443', false],
    ['https://api.example.com:6443', 'example.com:443', true],
    ['https://10.1.2.3:6443', '10.0.0.0/8', false],
    ['https://11.1.2.3:6443', '10.0.0.0/8', true],
    ['https://10.1.2.3:6443', '10.1.2.3', false],
    ['https://[fd00::1]:6443', 'fd00::/16', false],
    ['https://[fd00::1]:6443', '10.0.0.0/8,nonsense/99', true],
    ['https://anything', '*', false],
    ['https://localhost:6443', '', false],
    ['https://127.0.0.5:6443', '', false],
    ['https://[::1]:6443', '', false],
    ['https://api.example.com', '', true],
  ])('%s with %s goes by the proxy: %s', (server, noProxy, expected) => {
    expect(usesProxy(server, noProxy)).toBe(expected)
  })
})

describe('the proxy', () => {
  it('of the kubeconfig counts before the environment, whatever NO_PROXY says', () => {
    const env = { HTTPS_PROXY: PROXY, NO_PROXY: '*' }
    expect(proxyFor(new URL('https://a.example'), 'socks5://s:1', env)).toBe('socks5://s:1')
  })

  it('of the environment is the one for the protocol, in upper or lower case, with or without http://', () => {
    const of = (server: string, env: Record<string, string>): string | undefined =>
      proxyFor(new URL(server), undefined, env)
    expect(of('https://a.example', { https_proxy: 'p:1' })).toBe('http://p:1')
    expect(of('https://a.example', { HTTP_PROXY: 'http://p:1' })).toBeUndefined()
    expect(of('http://a.example', { HTTP_PROXY: 'http://p:1' })).toBe('http://p:1')
  })
})
