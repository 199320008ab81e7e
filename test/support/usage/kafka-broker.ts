/** A real Kafka broker of one node, on ports of its own, in a directory that goes with it. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  Consumer,
  MessagesStreamModes,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka'
import { capabilityPath } from '../capabilities.ts'
import { ROOT } from '../run.ts'

const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg'
const MODULES = {
  PLAIN: 'org.apache.kafka.common.security.plain.PlainLoginModule',
  SCRAM: 'org.apache.kafka.common.security.scram.ScramLoginModule',
}
/** Commands for Kafka's own producer: see Produce.java. */
const PRODUCE = join(ROOT, 'test/support/usage/kafka/Produce.java')

/** A second way in, by TLS and login; who comes by it needs rights, who comes by the first has all. */
export interface SecureListener {
  /** Certificate and key of the broker, as PEM. */
  certificate: string
  key: string
  users: readonly { name: string; password: string; mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' }[]
}

export class KafkaBroker {
  readonly address: string
  /** By TLS and login; the same as `address` unless it was asked for. */
  readonly secureAddress: string
  readonly #directory: string
  readonly #classpath: string
  #process: ChildProcess | undefined

  private constructor(address: string, secureAddress: string, directory: string, classpath: string) {
    this.address = address
    this.secureAddress = secureAddress
    this.#directory = directory
    this.#classpath = classpath
  }

  /** `advertised`: the address that clients are sent to, if it is another than the broker's own, such as a proxy. */
  static async start(options: { secure?: SecureListener; advertised?: string } = {}): Promise<KafkaBroker> {
    const { secure, advertised } = options
    const directory = mkdtempSync(join(tmpdir(), 'sparkops-kafka-'))
    const classpath = join(capabilityPath('kafka')!, '*')
    const [port, controller, securePort] = [await freePort(), await freePort(), await freePort()]
    const listeners = [`PLAINTEXT://127.0.0.1:${port}`, ...(secure ? [`SASL_SSL://127.0.0.1:${securePort}`] : [])]
    const settings = {
      'process.roles': 'broker,controller',
      'node.id': 1,
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      listeners: [...listeners, `CONTROLLER://127.0.0.1:${controller}`].join(','),
      'advertised.listeners': listeners.with(0, `PLAINTEXT://${advertised ?? `127.0.0.1:${port}`}`).join(','),
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': join(directory, 'data'),
      'offsets.topic.replication.factor': 1,
      'transaction.state.log.replication.factor': 1,
      'transaction.state.log.min.isr': 1,
      'auto.create.topics.enable': false,
      'group.initial.rebalance.delay.ms': 0,
      'log.cleaner.backoff.ms': 200,
      'log.retention.check.interval.ms': 500,
      ...(secure === undefined ? {} : secureSettings(secure, directory)),
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
    const file = join(directory, 'server.properties')
    writeFileSync(file, lines.join('\n'))
    const scram = (secure?.users ?? [])
      .filter(({ mechanism }) => mechanism !== 'PLAIN')
      .flatMap(({ name, password, mechanism }) => ['--add-scram', `${mechanism}=[name=${name},password=${password}]`])
    const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', file, ...scram]
    execFileSync('java', ['-cp', classpath, ...format], { stdio: 'ignore' })
    const broker = new KafkaBroker(`127.0.0.1:${port}`, `127.0.0.1:${secure ? securePort : port}`, directory, classpath)
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

  /** Sends messages by Kafka's own producer, as `Produce.java` says; `settings` as Kafka names them. */
  async produce(commands: readonly string[], settings: Record<string, string> = {}): Promise<void> {
    const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
    const java = promisify(execFile)(
      'java',
      ['-cp', this.#classpath, PRODUCE, `bootstrap.servers=${this.address}`, ...words],
      { maxBuffer: 1 << 26 },
    )
    java.child.stdin!.end(commands.map((command) => `${command}\n`).join(''))
    await java
  }

  /** Lets somebody who logged in do something with a topic. */
  async allow(user: string, operation: keyof typeof AclOperations, topic: string): Promise<void> {
    const admin = this.#admin()
    await admin.createAcls({
      creations: [
        {
          ...{ resourceType: ResourceTypes.TOPIC, resourceName: topic, host: '*', principal: `User:${user}` },
          resourcePatternType: ResourcePatternTypes.LITERAL,
          operation: AclOperations[operation],
          permissionType: AclPermissionTypes.ALLOW,
        },
      ],
    })
    await admin.close()
  }

  /** How many messages a topic has, marks of transactions included. */
  async count(topic: string): Promise<number> {
    const consumer = new Consumer({ clientId: 'test', groupId: 'test', bootstrapBrokers: [this.address] })
    const offsets = await consumer.listOffsets({ topics: [topic] })
    await new Promise<void>((done) => consumer.close(true, () => done()))
    return (offsets.get(topic) ?? []).reduce((sum, offset) => sum + Number(offset), 0)
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

function secureSettings({ certificate, key, users }: SecureListener, directory: string): Record<string, string> {
  const store = join(directory, 'broker.pem')
  writeFileSync(store, `${key}\n${certificate}\n`)
  const mechanisms = [...new Set(users.map(({ mechanism }) => mechanism))]
  const plain = users
    .filter(({ mechanism }) => mechanism === 'PLAIN')
    .map(({ name, password }) => ` user_${name}="${password}"`)
  const logins = mechanisms.map((mechanism): [string, string] => [
    `listener.name.sasl_ssl.${mechanism.toLowerCase()}.sasl.jaas.config`,
    mechanism === 'PLAIN' ? `${MODULES.PLAIN} required${plain.join('')};` : `${MODULES.SCRAM} required;`,
  ])
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': store,
    'sasl.enabled.mechanisms': mechanisms.join(','),
    ...Object.fromEntries(logins),
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
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
