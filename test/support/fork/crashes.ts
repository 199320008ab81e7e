/**
 * Ends the real program with SIGKILL at a chosen moment: at an fsync (by a module preloaded into it), or before or after
 * a change of refs (by a `git` on the PATH that is git, and ends its caller).
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, runCli, type RunResult } from '../run.ts'

const PRELOAD = join(ROOT, 'test/fixtures/fork/kill-at.mjs')

/** Runs the program, killed at the nth fsync point; the log counts the points. */
export async function runKilledAtSync(
  words: readonly string[],
  at: number,
  directory: string,
): Promise<RunResult & { points: number }> {
  const log = join(directory, `syncs-${at}-${process.hrtime.bigint()}`)
  const env = { ...fixedTime(directory), NODE_OPTIONS: `--import=${PRELOAD}`, KILL_AT: String(at), KILL_LOG: log }
  const result = await runCli(words, { env })
  return { ...result, points: countLines(log) }
}

/** Runs the program, killed just before or after its nth change of refs. */
export async function runKilledAtRefs(
  words: readonly string[],
  at: number,
  when: 'before' | 'after',
  directory: string,
): Promise<RunResult & { points: number }> {
  const log = join(directory, `refs-${when}-${at}-${process.hrtime.bigint()}`)
  const env = {
    ...fixedTime(directory),
    KILL_AT: String(at),
    KILL_WHEN: when,
    KILL_LOG: log,
    PATH: wrappedPath(directory),
  }
  const result = await runCli(words, { env })
  return { ...result, points: countLines(log) }
}

/** The environment of a run whose commits have the same ids each time. */
export function fixedTime(directory: string): Record<string, string> {
  return { HOME: directory, TMPDIR: directory, GIT_COMMITTER_DATE: '1700000000 +0000' }
}

function wrappedPath(directory: string): string {
  const place = join(directory, 'wrapped')
  const file = join(place, 'git')
  if (!existsSync(file)) {
    mkdirSync(place, { recursive: true })
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    const script = `#!/bin/sh
case " $* " in *" update-ref "*) ;; *) exec ${real} "$@" ;; esac
echo refs >> "$KILL_LOG"
n=$(wc -l < "$KILL_LOG")
if [ "$n" -eq "$KILL_AT" ] && [ "$KILL_WHEN" = before ]; then kill -9 $PPID; exit 1; fi
${real} "$@"
rc=$?
if [ "$n" -eq "$KILL_AT" ] && [ "$KILL_WHEN" = after ]; then kill -9 $PPID; fi
exit $rc
`
    writeFileSync(file, script)
    chmodSync(file, 0o755)
  }
  return `${place}:${process.env.PATH ?? ''}`
}

function countLines(file: string): number {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0
}
