/** Ports that lead to a driver. */
import type { ApplicationForward } from '../../domain/app/forward/forward.ts'
import { sanitize } from '../sanitize.ts'
import type { Block, View } from '../view.ts'

export const forwardView: View<ApplicationForward> = {
  *blocks({ application, driver, ports }, { style }): Generator<Block> {
    for (const { address, local, remote, url } of ports) {
      const place = address.includes(':') ? `[${address}]:${local}` : `${address}:${local}`
      const what = url === null ? '' : ', the UI of Spark'
      yield `${style.paint('bold', url ?? place)}  ${sanitize(`${application}, ${driver} port ${remote}`)}${what}`
    }
    yield style.paint('dim', 'until the application ends, or Ctrl-C')
  },
  names: ({ ports }) => ports.map(({ address, local, url }) => url ?? `${address}:${local}`),
}
