// A lock file between processes of one machine, kept fresh while it is held. A holder that died leaves a file that
// grows old, which the next one takes over. What it guards must bear two holders (scripts/lab.mjs does: programs appear
// by rename): it saves work, and is no proof.
import { open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const FRESHEN_MS = 2_000
const STALE_MS = 15_000

/**
 * Waits until the lock is ours; gives the function that releases it.
 * @param {string} path
 * @param {(holder: string) => void} onWait told once, with the holder's process id
 * @returns {Promise<() => Promise<void>>}
 */
export async function holdLock(path, onWait) {
  for (let told = false; !(await take(path)); told = true) {
    if (!told) onWait((await readFile(path, 'utf8').catch(() => '')) || '(unknown)')
    await sleep(500)
    if (await isStale(path)) await rm(path, { force: true })
  }
  const freshen = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => undefined)
  }, FRESHEN_MS)
  freshen.unref()
  return async () => {
    clearInterval(freshen)
    await rm(path, { force: true })
  }
}

/** @param {string} path */
async function take(path) {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** @param {string} path */
async function isStale(path) {
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS
}
