// Where what the tests build or fetch once is kept.
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** The directory below the XDG cache home. A relative one is ignored, as its specification says. */
export function cacheHome() {
  const xdg = process.env.XDG_CACHE_HOME
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'sparkops', 'lab')
}
