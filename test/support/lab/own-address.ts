import { networkInterfaces } from 'node:os'

/** An address of this machine that a real API server calls webhooks and pods at: it refuses loopback ones. */
export function ownAddress(): string {
  const found = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)
  if (found === undefined) throw new Error('this test needs a network interface that is not loopback')
  return found.address
}
