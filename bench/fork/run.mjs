#!/usr/bin/env node
// `fork plan` as a ratio to `git rebase` of the same commits onto the same upstream.
//   node bench/fork/run.mjs [--upstream 400] [--commits 20] [--files 800] [--rounds 5] [--json]
// The repository is generated, the same each time. No commit conflicts, so that both do the same work; a rebase that
// stops could not be timed. Whole processes, taken in turn; the ratio is the median of the ratios of each round.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { generateFork } from './generate.mjs'

const PROGRAM = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

const { values } = parseArgs({
  options: {
    upstream: { type: 'string', default: '400' },
    commits: { type: 'string', default: '20' },
    files: { type: 'string', default: '800' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})
const size = { upstream: Number(values.upstream), commits: Number(values.commits), files: Number(values.files) }

const directory = mkdtempSync(join(tmpdir(), 'sparkops-bench-fork-'))
try {
  const fork = generateFork(join(directory, 'fork'), size)
  const rounds = Array.from({ length: Number(values.rounds) }, () => ({ rebase: rebase(fork), plan: plan(fork) }))
  const ratios = rounds.map((round) => round.plan / round.rebase)
  const report = { ...size, rounds, ratio: median(ratios), peakMegabytes: peakMemory(fork) }
  if (values.json) console.log(JSON.stringify(report, null, 2))
  else print(report)
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/** Seconds of a rebase in a worktree of its own; making the worktree is not counted.
 * @param {string} fork */
function rebase(fork) {
  const place = join(fork, '../rebased')
  git(fork, 'worktree', 'add', '--quiet', '--force', '--detach', place, 'main')
  const seconds = timed('git', ['-C', place, 'rebase', '--quiet', '--onto', 'v2.0.0', 'v1.0.0'])
  git(fork, 'worktree', 'remove', '--force', place)
  return seconds
}

/** @param {string} fork */
function plan(fork) {
  return timed(process.execPath, [PROGRAM, 'fork', 'plan', '-C', fork, '--onto', 'v2.0.0', '--json'])
}

/** Peak of the program itself, where GNU time can tell; null elsewhere.
 * @param {string} fork */
function peakMemory(fork) {
  const words = ['-f', '%M', process.execPath, PROGRAM, 'fork', 'plan', '-C', fork, '--onto', 'v2.0.0', '--json']
  const { status, stderr } = spawnSync('/usr/bin/time', words, { encoding: 'utf8' })
  return status === 0 ? Math.round(Number(stderr.trim().split('\n').at(-1)) / 1024) : null
}

/** @param {string} program @param {string[]} words */
function timed(program, words) {
  const begin = process.hrtime.bigint()
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}: ${stderr}`)
  return Number(process.hrtime.bigint() - begin) / 1e9
}

/** @param {string} fork @param {string[]} words */
function git(fork, ...words) {
  execFileSync('git', ['-C', fork, ...words], { stdio: 'ignore' })
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** @param {{upstream: number, commits: number, files: number, ratio: number, peakMegabytes: number | null, rounds: {rebase: number, plan: number}[]}} report */
function print({ upstream, commits, files, ratio, peakMegabytes, rounds }) {
  console.log(`${commits} commits onto ${upstream} of upstream, ${files} files`)
  for (const round of rounds) console.log(`  rebase ${round.rebase.toFixed(2)} s   plan ${round.plan.toFixed(2)} s`)
  console.log(
    `plan / rebase: ${ratio.toFixed(2)} (median)${peakMegabytes === null ? '' : `, ${peakMegabytes} MB at most`}`,
  )
}
