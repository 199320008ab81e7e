/** A real server that speaks S3, on a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { capabilityPath } from '../capabilities.ts'

/** What the SDK's own chain finds credentials in. */
export const STORE_LOGIN = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'hidden-test-key',
  AWS_REGION: 'us-east-1',
}

export class ObjectStore {
  readonly endpoint: string
  readonly client: S3Client
  readonly #process: ChildProcess

  private constructor(port: number, process: ChildProcess) {
    this.endpoint = `http://127.0.0.1:${port}`
    this.#process = process
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = STORE_LOGIN
    this.client = new S3Client({
      ...{ endpoint: this.endpoint, forcePathStyle: true, region: 'us-east-1' },
      credentials: { accessKeyId, secretAccessKey },
    })
  }

  static async start(): Promise<ObjectStore> {
    const python = capabilityPath('moto')!
    const child = spawn(python, ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
    for (let attempt = 0; attempt < 300; attempt++) {
      const port = /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]
      if (port !== undefined) return new ObjectStore(Number(port), child)
      await sleep(100)
    }
    throw new Error(`the store does not start: ${said}`)
  }

  async createBucket(bucket: string): Promise<void> {
    await this.client.send(new CreateBucketCommand({ Bucket: bucket }))
  }

  async keys(bucket: string): Promise<string[]> {
    const { Contents = [] } = await this.client.send(new ListObjectsV2Command({ Bucket: bucket }))
    return Contents.map(({ Key }) => Key!)
  }

  async read(bucket: string, key: string): Promise<Buffer> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return Buffer.from(await Body!.transformToByteArray())
  }

  async encryptionOf(bucket: string, key: string): Promise<string | undefined> {
    return (await this.client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).ServerSideEncryption
  }

  async stop(): Promise<void> {
    this.client.destroy()
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
  }
}

/** What a front does instead of passing a request on. */
export type StoreFault = 'slow down' | 'garbage' | 'hang' | 'reset'

/** Stands before a store, and fails as stores, and what stands before them, do. */
export class StoreFront {
  readonly endpoint: string
  readonly #server: Server
  readonly #tries = new Map<string, number>()
  /** For all requests; `slow down` for the first two tries of each. */
  fault: StoreFault | undefined
  /** Milliseconds before a request is passed on. */
  delay = 0
  failed = 0

  private constructor(server: Server, store: URL) {
    this.#server = server
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
      if (this.#fails(incoming, response)) {
        this.failed++
        return
      }
      const { method, headers, url } = incoming
      const passed = request({ host: store.hostname, port: store.port, method, headers, path: url }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(response)
      })
      passed.on('error', () => response.destroy())
      setTimeout(() => incoming.pipe(passed), this.delay)
    })
  }

  static async start(store: string): Promise<StoreFront> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new StoreFront(server, new URL(store))
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #fails(incoming: IncomingMessage, response: ServerResponse): boolean {
    if (this.fault === undefined) return false
    const tries = (this.#tries.get(incoming.url!) ?? 0) + 1
    this.#tries.set(incoming.url!, tries)
    if (this.fault === 'reset') incoming.destroy()
    else if (this.fault === 'garbage') response.end('<html>Welcome to the proxy</html>')
    else if (this.fault === 'slow down') {
      if (tries > 2) return false
      response.writeHead(503, { 'content-type': 'application/xml' })
      response.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>')
    }
    return true
  }
}
