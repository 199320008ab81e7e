/** One request to a test cluster, by nothing but Node: tests prepare and look with it, apart from what they test. */
import { Agent, request } from 'node:https'

export interface Connection {
  server: string
  ca: string
  certificate: string
  key: string
}

/** Sends JSON and gives what came back, parsed where it is JSON. Anything but 2xx throws, with the body. */
export type AdminRequest = (method: string, path: string, body?: unknown, contentType?: string) => Promise<unknown>

export function adminRequest({ server, ca, certificate, key }: Connection): AdminRequest {
  const agent = new Agent({ keepAlive: true, ca, cert: certificate, key })
  const send: AdminRequest = (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': contentType }
      const sent = request(new URL(path, server), { method, agent, headers, timeout: 30_000 }, (response) => {
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
      sent.on('error', (error) => {
        // A connection that was kept may have ended with the API server that it led to.
        if (sent.reusedSocket && /hang up|ECONNRESET|EPIPE/.test(String(error))) {
          resolve(send(method, path, body, contentType))
        } else reject(error)
      })
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  return send
}
