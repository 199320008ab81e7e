/**
 * One process at a time for a run, a spool or a repository: a file that says which. A process that died leaves it behind; that is seen by its
 * pid, its start and the boot of the machine, so that neither a recycled pid nor a reboot holds a run for ever.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'

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

export interface LockOptions {
  /** The error to throw while a living process has it; nothing may be known of the process. */
  refuse: (holder: LockHolder | undefined) => Error
  /** Takes it from whoever has it: a person has said that this process is gone. */
  takeOver?: boolean
}

/** Takes the lock; gives its release. What the system says of a file it would not write is thrown as it is. */
export async function takeLock(path: string, { refuse, takeOver = false }: LockOptions): Promise<() => Promise<void>> {
  const mine: LockHolder = { ...thisProcess(), token: randomUUID() }
  const draft = `${path}.${mine.token}`
  try {
    await writeFile(draft, JSON.stringify(mine), { mode: 0o600, flag: 'wx' })
    await claim(draft, path, { refuse, takeOver }, mine.token)
  } finally {
    await rm(draft, { force: true })
  }
  return async () => {
    const links = await chainOf(path)
    // The lock itself goes first: whoever claims one of the rest afterwards finds that it leads to nothing.
    if (links.at(-1)?.holder?.token === mine.token) for (const { file } of links) await rm(file, { force: true })
  }
}

/** The living process that has the lock; undefined where nobody has. */
export async function lockedBy(path: string): Promise<LockHolder | undefined> {
  const last = (await chainOf(path)).at(-1)
  return last?.holder !== undefined && mayLive(last.holder) ? last.holder : undefined
}

interface Link {
  file: string
  /** Undefined where the machine died before the text was on the disk. */
  holder: LockHolder | undefined
}

/**
 * The lock, and behind it those who took it over from a dead holder: each claims "after that very one" by a file of
 * that name, which only one can make. Replacing the lock itself would let two who saw the same dead holder win.
 */
async function chainOf(path: string): Promise<Link[]> {
  const links: Link[] = []
  for (let file = path; ;) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined || links.some((one) => one.file === file)) return links
    const holder = parse(text)
    links.push({ file, holder })
    file = `${path}.after-${holder?.token ?? 'nobody'}`
  }
}

async function claim(
  draft: string,
  path: string,
  { refuse, takeOver }: Required<LockOptions>,
  token: string,
): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const last = (await chainOf(path)).at(-1)
    if (!takeOver && last?.holder !== undefined && mayLive(last.holder)) throw refuse(last.holder)
    const target = last === undefined ? path : `${path}.after-${last.holder?.token ?? 'nobody'}`
    if (!(await linkOnce(draft, target))) continue
    if ((await chainOf(path)).at(-1)?.holder?.token === token) return
    await rm(target, { force: true })
  }
  throw refuse(await lockedBy(path))
}

/** A link is made by exactly one of any number of processes. */
async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function parse(text: string): LockHolder | undefined {
  try {
    return JSON.parse(text) as LockHolder
  } catch {
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

/** Whom an error names: `process 12 on host`. */
export function holderText(holder: LockHolder | undefined): string {
  return holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`
}
