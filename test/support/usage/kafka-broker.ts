/** A real Kafka broker of one node, on ports of its own, in a directory that goes with it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Admin, Consumer, MessagesStreamModes } from '@platformatic/kafka'
import { capabilityPath } from '../capabilities.ts'

const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg'

export class KafkaBroker {
  readonly address: string
  readonly #directory: string
  readonly #classpath: string
  #process: ChildProcess | undefined

  private constructor(address: string, directory: string, classpath: string) {
    this.address = address
    this.#directory = directory
    this.#classpath = classpath
  }

  static async start(): Promise<KafkaBroker> {
    const directory = mkdtempSync(join(tmpdir(), 'sparkops-kafka-'))
    const classpath = join(capabilityPath('kafka')!, '*')
    const [port, controller] = [await freePort(), await freePort()]
    const settings = {
      'process.roles': 'broker,controller',
      'node.id': 1,
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': join(directory, 'data'),
      'offsets.topic.replication.factor': 1,
      'auto.create.topics.enable': false,
      'group.initial.rebalance.delay.ms': 0,
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
    const file = join(directory, 'server.properties')
    writeFileSync(file, lines.join('\n'))
    const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', file]
    execFileSync('java', ['-cp', classpath, ...format], { stdio: 'ignore' })
    const broker = new KafkaBroker(`127.0.0.1:${port}`, directory, classpath)
    await broker.run()
    return broker
  }

  /** Starts it, or starts it again. */
  async run(): Promise<void> {
    const words = ['-Xmx256m', '-cp', this.#classpath, 'kafka.Kafka', join(this.#directory, 'server.properties')]
    this.#process = spawn('java', words, { stdio: 'ignore' })
    for (let attempt = 0; attempt < 300; attempt++) {
      const admin = this.#admin()
      const isUp = await admin.listTopics().then(
        () => true,
        () => false,
      )
      await admin.close()
      if (isUp) return
      await sleep(200)
    }
    throw new Error('Kafka does not start')
  }

  /** Makes a topic; `settings` as Kafka names them. */
  async createTopic(topic: string, partitions: number, settings: Record<string, string> = {}): Promise<void> {
    const admin = this.#admin()
    const configs = Object.entries(settings).map(([name, value]) => ({ name, value }))
    await admin.createTopics({ topics: [topic], partitions, replicas: 1, configs })
    await admin.close()
  }

  /** All messages of a topic, by partition in their order. */
  async read(topic: string, count: number): Promise<{ partition: number; key: string; value: string }[]> {
    const text = (bytes?: Buffer): string => bytes?.toString('utf8') ?? ''
    const consumer = new Consumer({
      clientId: 'test',
      groupId: `test-${Math.random()}`,
      bootstrapBrokers: [this.address],
      deserializers: { key: text, value: text, headerKey: text, headerValue: text },
    })
    const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, autocommit: false })
    const messages: { partition: number; key: string; value: string }[] = []
    for await (const { partition, key, value } of stream) {
      messages.push({ partition, key, value })
      if (messages.length >= count) break
    }
    await stream.close()
    await new Promise<void>((done) => consumer.close(true, () => done()))
    return messages
  }

  /** Ends it at once, as a machine that dies. */
  async kill(): Promise<void> {
    const child = this.#process!
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  #admin(): Admin {
    return new Admin({ clientId: 'test', bootstrapBrokers: [this.address], retries: 0, connectTimeout: 1000 })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
