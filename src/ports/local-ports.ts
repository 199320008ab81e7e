/** Ports of this machine that others may connect to. */
import type { ByteChannel } from './cluster.ts'

export interface LocalPorts {
  /**
   * Listens on an address of this machine; port 0 takes any that is free. `accept` gets every connection, and closes it.
   * Throws SO_PORT_TAKEN where another program listens there.
   */
  listen(address: string, port: number, accept: (connection: ByteChannel) => void): Promise<LocalPort>
}

export interface LocalPort {
  port: number
  /** Nobody else may connect; connections there are go on. */
  close(): void
}
