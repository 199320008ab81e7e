#!/usr/bin/env node
// `fork features` over a long range as a ratio to `git log -p` of the same range, which reads the same objects.
//   node bench/fork/features.mjs [--upstream 5000] [--files 800] [--rounds 3]
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
    upstream: { type: 'string', default: '5000' },
    files: { type: 'string', default: '800' },
    rounds: { type: 'string', default: '3' },
  },
})
const directory = mkdtempSync(join(tmpdir(), 'sparkops-bench-features-'))
try {
  const fork = generateFork(join(directory, 'fork'), {
    upstream: Number(values.upstream),
    commits: 1,
    files: Number(values.files),
  })
  const range = ['--from', 'v1.0.0', '--to', 'v2.0.0']
  const features = ['fork', 'features', '-C', fork, '--upstream-only', ...range, '-o', 'name']
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const log = seconds(() => execFileSync('git', ['-C', fork, 'log', '-p', 'v1.0.0..v2.0.0'], { maxBuffer: 1 << 30 }))
    const own = seconds(() => {
      const { status, stderr } = spawnSync(process.execPath, [PROGRAM, ...features], { maxBuffer: 1 << 30 })
      if (status !== 0) throw new Error(String(stderr))
    })
    console.log(`git log -p ${log.toFixed(2)} s   features ${own.toFixed(2)} s   ratio ${(own / log).toFixed(1)}`)
  }
} finally {
  rmSync(directory, { recursive: true, force: true })
}

/** @param {() => void} run */
function seconds(run) {
  const begin = process.hrtime.bigint()
  run()
  return Number(process.hrtime.bigint() - begin) / 1e9
}
