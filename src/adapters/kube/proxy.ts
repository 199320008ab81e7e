/**
 * Which proxy, if any, leads to a server: the kubeconfig's proxy-url, else the environment by Go's rules, which kubectl
 * follows (golang.org/x/net/http/httpproxy).
 */
import { BlockList, isIP, isIPv6 } from 'node:net'

type Environment = Readonly<Record<string, string | undefined>>

/** The proxy's address; undefined for a direct connection. */
export function proxyFor(server: URL, proxyUrl: string | undefined, env: Environment): string | undefined {
  // NO_PROXY concerns the environment's proxies only.
  if (proxyUrl) return proxyUrl
  const name = server.protocol === 'https:' ? 'https_proxy' : 'http_proxy'
  const proxy = env[name.toUpperCase()] || env[name]
  if (!proxy) return undefined
  if (!reachesByProxy(server, env.NO_PROXY || env.no_proxy || '')) return undefined
  return proxy.includes('://') ? proxy : `http://${proxy}`
}

function reachesByProxy(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  if (host === 'localhost' || isLoopback(host)) return false
  return !noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => matches(entry, host, port))
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/** One entry of NO_PROXY: `*`, a network, an address, a domain with all below it, `.domain` with all below it only. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  if (entry.includes('/')) return isInNetwork(entry, host)
  const [name, wantedPort] = splitPort(entry)
  if (wantedPort !== undefined && wantedPort !== port) return false
  if (isIP(name) !== 0) return name === host
  const domain = name.replace(/^\*(?=\.)/, '')
  if (domain.startsWith('.')) return host.endsWith(domain)
  return host === domain || host.endsWith(`.${domain}`)
}

function splitPort(entry: string): [name: string, port: string | undefined] {
  if (isIPv6(entry)) return [entry, undefined]
  const [, name = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? []
  return [name.replace(/^\[|\]$/g, ''), port]
}

function isInNetwork(entry: string, host: string): boolean {
  const [network = '', bits = ''] = entry.split('/')
  const family = isIP(host)
  if (family === 0 || family !== isIP(network) || !/^\d{1,3}$/.test(bits)) return false
  const most = family === 4 ? 32 : 128
  if (Number(bits) > most) return false
  const list = new BlockList()
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(network, Number(bits), kind)
  return list.check(host, kind)
}
