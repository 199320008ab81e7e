/**
 * One process at a time for each run: a file that says which. A process that died leaves it behind; that is seen by its
 * pid, its start and the boot of the machine, so that neither a recycled pid nor a reboot holds a run for ever.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { SparkopsError } from '../../domain/errors.ts'
import { writeFailure } from './durable-file.ts'

export interface LockHolder {
  host: string
  pid: number
  /** Of the boot; empty where the system does not tell. */
  bootId: string
  /** When the process started, in the system's own units; empty where it does not tell. */
  startedAt: string
  /** Tells this lock from any other. */
  token: string
}

/** Takes the lock; gives its release. Throws (exit 5) while a living process has it. */
export async function takeLock(path: string, run: string): Promise<() => Promise<void>> {
  const mine: LockHolder = { ...thisProcess(), token: randomUUID() }
  const draft = `${path}.${mine.token}`
  try {
    await writeFile(draft, JSON.stringify(mine), { mode: 0o600, flag: 'wx' })
    await claim(draft, path, run)
  } catch (error) {
    throw writeFailure(path, error)
  } finally {
    await rm(draft, { force: true })
  }
  return async () => {
    const holder = await readHolder(path)
    if (holder?.token === mine.token) await rm(path, { force: true })
  }
}

/** The living process that has the lock; undefined where nobody has. */
export async function lockedBy(path: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(path)
  return holder !== undefined && mayLive(holder) ? holder : undefined
}

async function claim(draft: string, path: string, run: string): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    // A link is made by exactly one of any number of processes.
    const failure = await link(draft, path).then(
      () => undefined,
      (error: unknown) => error as NodeJS.ErrnoException,
    )
    if (failure === undefined) return
    if (failure.code !== 'EEXIST') throw failure
    const holder = await readHolder(path)
    if (holder !== undefined && mayLive(holder)) throw held(run, holder, path)
    await takeAway(path, holder)
  }
  throw held(run, await readHolder(path), path)
}

/** Takes a dead process's lock away, and puts it back if it turns out to be another one that came meanwhile. */
async function takeAway(path: string, dead: LockHolder | undefined): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const taken = await readHolder(aside)
  if (taken?.token !== dead?.token) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LockHolder
  } catch {
    // Absent, or written by a machine that died before the text was on the disk.
    return undefined
  }
}

/** Only of this host and this boot can it be known that a process is dead. */
function mayLive(holder: LockHolder): boolean {
  const here = thisProcess()
  if (holder.host !== here.host) return true
  if (holder.bootId !== here.bootId) return false
  if (!isRunning(holder.pid)) return false
  const startedAt = startOf(holder.pid)
  return startedAt === '' || holder.startedAt === '' || startedAt === holder.startedAt
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function thisProcess(): Omit<LockHolder, 'token'> {
  const bootId = read('/proc/sys/kernel/random/boot_id').trim()
  return { host: hostname(), pid: process.pid, bootId, startedAt: startOf(process.pid) }
}

/** The 22nd field of /proc/PID/stat; the second may hold spaces and ends with the last parenthesis. */
function startOf(pid: number): string {
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')
  return fields?.[19] ?? ''
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function held(run: string, holder: LockHolder | undefined, path: string): SparkopsError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`
  return new SparkopsError({
    code: 'SO_RUN_IN_USE',
    message: `run ${run} is being carried out by ${who}`,
    why: 'two processes must not carry out one run',
    hint: `wait for it or stop it; if that machine is gone for good, remove ${path}`,
    exit: 'stale',
  })
}
