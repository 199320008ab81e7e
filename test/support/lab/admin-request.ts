/** One request to a test cluster, by nothing but Node: tests prepare and look with it, apart from what they test. */
import { request } from 'node:https'

export interface Connection {
  server: string
  ca: string
  certificate: string
  key: string
}

/** Sends JSON and gives what came back, parsed where it is JSON. Anything but 2xx throws, with the body. */
export type AdminRequest = (method: string, path: string, body?: unknown, contentType?: string) => Promise<unknown>

export function adminRequest({ server, ca, certificate, key }: Connection): AdminRequest {
  return (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': contentType }
      const options = { method, ca, cert: certificate, key, headers, timeout: 30_000, agent: false as const }
      const sent = request(new URL(path, server), options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          const status = response.statusCode ?? 0
          if (status < 200 || status > 299) reject(new Error(`${method} ${path}: ${status} ${text}`))
          else resolve(/^\s*[{[]/.test(text) ? JSON.parse(text) : text)
        })
      })
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer within 30 s`)))
      sent.on('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
}
