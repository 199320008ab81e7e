/** A real server that speaks S3, on a port of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
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
