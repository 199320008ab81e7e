/** TCP ports of this machine. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { SparkopsError } from '../../domain/errors.ts'
import type { ByteChannel } from '../../ports/cluster.ts'
import type { LocalPorts } from '../../ports/local-ports.ts'

/** A client that has nothing more to say still gets its answer, unless for so long nothing comes. */
const LINGER_MS = 30_000

export const localPorts: LocalPorts = {
  listen: async (address, port, accept) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => accept(channelOf(socket)))
    server.listen(port, address)
    try {
      await once(server, 'listening')
    } catch (error) {
      throw notListening(address, port, error as NodeJS.ErrnoException)
    }
    return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
  },
}

function channelOf(socket: Socket): ByteChannel {
  // Whoever reads or writes hears of errors too; without this, one that comes between would end the process.
  socket.on('error', () => undefined)
  return {
    incoming: incoming(socket),
    send: async (bytes) => {
      if (socket.destroyed) throw new Error('the connection is closed')
      if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
    },
    close: () => socket.destroySoon(),
  }
}

/** Ends when the whole connection does, not when its other side has no more to say. */
async function* incoming(socket: Socket): AsyncGenerator<Uint8Array> {
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield chunk as Buffer
  if (socket.destroyed) return
  socket.setTimeout(LINGER_MS, () => socket.destroy())
  await once(socket, 'close')
}

function notListening(address: string, port: number, cause: NodeJS.ErrnoException): SparkopsError {
  const isTaken = cause.code === 'EADDRINUSE'
  return new SparkopsError({
    code: isTaken ? 'SO_PORT_TAKEN' : 'SO_LISTEN',
    message: `cannot listen on ${address}:${port}`,
    why: isTaken ? 'another program listens there' : (REASONS[cause.code ?? ''] ?? cause.message),
    hint: 'name another port, or none before the colon, as in :4040, for any that is free',
    cause,
  })
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'ports below 1024 are for the administrator',
  EADDRNOTAVAIL: 'this machine has no such address',
}
