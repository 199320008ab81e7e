/** A TCP proxy that can cut what goes through it, as networks do. */
import { randomBytes } from 'node:crypto'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

export class CuttingProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Where it leads: a port of this host. */
  target = 0
  /** Bytes from the other side after which a connection is cut; undefined to cut none. */
  cutAfter: number | undefined
  /** Answers everything with noise instead of passing it on. */
  garbage = false
  /** Connections that were cut. */
  cuts = 0

  private constructor() {
    this.#server = createServer((socket) => this.#pass(socket))
  }

  static async start(): Promise<CuttingProxy> {
    const proxy = new CuttingProxy()
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #pass(near: Socket): void {
    if (this.garbage) {
      near.on('error', () => undefined)
      near.on('data', () => near.write(randomBytes(64)))
      return
    }
    const far = connect(this.target, '127.0.0.1')
    let bytes = 0
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    near.on('data', (data) => far.write(data))
    far.on('data', (data) => {
      bytes += data.length
      if (this.cutAfter === undefined || bytes < this.cutAfter) return void near.write(data)
      this.cuts++
      near.write(data.subarray(0, data.length / 2), () => near.destroy())
    })
  }
}
