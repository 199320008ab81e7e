/**
 * One run at a time in a repository. The lock names its process by id, boot and start, so that a process that died, or
 * a machine that restarted, does not hold it for ever, and a new process with an old id does not either.
 */
import { readFileSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { SparkopsError } from '../../domain/errors.ts'

interface Holder {
  pid: number
  host: string
  boot: string
  /** When the process began, as the kernel counts it; empty where that cannot be read. */
  began: string
}

/** Takes the lock and gives its release. */
export async function takeLock(
  path: string,
  { takeOver = false }: { takeOver?: boolean },
): Promise<() => Promise<void>> {
  const own = JSON.stringify(ownHolder())
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (await createLock(path, own)) return async () => await release(path, own)
    const held = await readFile(path, 'utf8').catch(() => undefined)
    if (held === undefined) continue
    const holder = parseHolder(held)
    if (!takeOver && holder !== undefined && mayLive(holder)) throw locked(path, holder)
    await setAside(path, held)
  }
  throw locked(path, undefined)
}

async function createLock(path: string, own: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(own)
    await file.close()
    return true
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new SparkopsError({
      code: 'SO_STATE_WRITE',
      message: `cannot write ${path}`,
      why: message,
      hint: 'see that the git directory can be written, and has room',
      cause: error,
    })
  }
}

/** Removes a dead lock, but not one that somebody else has put in its place meanwhile. */
async function setAside(path: string, seen: string): Promise<void> {
  const aside = `${path}.${process.pid}`
  await rename(path, aside).catch(() => undefined)
  const moved = await readFile(aside, 'utf8').catch(() => undefined)
  if (moved !== undefined && moved !== seen) await rename(aside, path)
  else await rm(aside, { force: true })
}

async function release(path: string, own: string): Promise<void> {
  const held = await readFile(path, 'utf8').catch(() => undefined)
  if (held === own) await rm(path, { force: true })
}

function ownHolder(): Holder {
  return { pid: process.pid, host: hostname(), boot: bootId(), began: beganAt(process.pid) ?? '' }
}

function mayLive(holder: Holder): boolean {
  // Of another machine nothing can be known from here.
  if (holder.host !== hostname()) return true
  if (holder.boot !== bootId()) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const began = beganAt(holder.pid)
  return began === undefined || holder.began === '' || began === holder.began
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)): ticks since boot; the name before it may hold spaces and brackets. */
function beganAt(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder
  } catch {
    // Cut while it was written: whoever wrote it died then.
    return undefined
  }
}

function locked(path: string, holder: Holder | undefined): SparkopsError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`
  return new SparkopsError({
    code: 'SO_LOCKED',
    message: `another run is working in this repository`,
    why: `${path} is held by ${who}`,
    hint: 'wait for it; if it is on a machine that is gone, repeat with --takeover',
    exit: 'stale',
  })
}
