/**
 * Connections into pods: WebSockets of the subprotocol that kubelets speak since 1.6, one for each connection. Every
 * message begins with the number of its channel, 0 for the bytes and 1 for what went wrong, and on each of them the port
 * comes first, in two bytes (k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go). kubectl speaks SPDY within a
 * WebSocket instead, which Kubernetes has from 1.30 on.
 */
import { createWebSocketStream, type WebSocket } from 'ws'
import { SparkopsError } from '../../domain/errors.ts'
import type { ByteChannel, ObjectKey } from '../../ports/cluster.ts'
import type { KubeClient } from './client.ts'
import { describeKey, objectPath } from './paths.ts'

const PROTOCOL = 'v4.channel.k8s.io'
const PORT_BYTES = 2
const DATA = 0

/** See `Cluster.connect`. */
export async function connectPort(
  client: KubeClient,
  pod: ObjectKey,
  port: number,
  signal: AbortSignal,
): Promise<ByteChannel> {
  const doing = `connect to port ${port} of ${describeKey(pod)}`
  const path = objectPath(pod, 'portforward')
  const socket = await client.upgrade({ doing, method: 'GET', path, query: { ports: String(port) }, signal }, PROTOCOL)
  return channelOf(socket, (error) => client.broken(error, doing) as Error, doing)
}

function channelOf(socket: WebSocket, told: (error: unknown) => Error, doing: string): ByteChannel {
  // One message is one chunk, and those that nobody has read yet hold the sender back.
  const stream = createWebSocketStream(socket, { readableObjectMode: true })
  stream.on('error', () => undefined)
  return {
    incoming: incoming(stream, told, doing),
    send: (bytes) =>
      new Promise((resolve, reject) => {
        const message = Buffer.concat([Buffer.of(DATA), bytes])
        stream.write(message, (error) => (error ? reject(told(error)) : resolve()))
      }),
    close: () => stream.destroy(),
  }
}

async function* incoming(
  messages: AsyncIterable<Buffer>,
  told: (error: unknown) => Error,
  doing: string,
): AsyncGenerator<Uint8Array> {
  const ahead = new Map<number, number>()
  let refusal = ''
  try {
    for await (const message of messages) {
      const [channel = DATA] = message
      const skipped = Math.min(PORT_BYTES - (ahead.get(channel) ?? 0), message.length - 1)
      ahead.set(channel, (ahead.get(channel) ?? 0) + Math.max(0, skipped))
      const bytes = message.subarray(1 + Math.max(0, skipped))
      if (bytes.length === 0) continue
      if (channel === DATA) yield bytes
      else refusal += bytes.toString('utf8')
    }
  } catch (error) {
    // The kubelet may cut the connection once it has said why.
    if (refusal === '') throw told(error)
  }
  if (refusal !== '') throw refused(doing, refusal)
}

function refused(doing: string, why: string): SparkopsError {
  return new SparkopsError({
    code: 'SO_PORT_CLOSED',
    message: `${doing}: refused there`,
    why: why.trim(),
    hint: 'see in its log whether what should listen there has begun: sparkops app logs',
  })
}
