/** How a process ends: codes, clean-ups, interruptions, readers that go away, disks that are full. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT_CODES } from '../../src/domain/errors.ts'
import { bundleSource } from '../support/run-source.ts'
import { runCli, runShell } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

let program: string
beforeAll(async () => {
  program = await bundleSource('test/fixtures/house/ending.ts')
})
const directory = mkdtempSync(join(tmpdir(), 'sparkops-ending-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('an expected error', () => {
  const failures = Object.entries(EXIT_CODES).filter(([name]) => name !== 'ok')

  it.each(failures)('that is "%s" ends the process with its code, with and without --json', async (name, { code }) => {
    const [plain, json] = await Promise.all([
      runCli(['throw', name], { program }),
      runCli(['throw', name, '--json'], { program }),
    ])
    expect(plain).toEqual({ code, stdout: '', stderr: 'Error: told to end\nWhy: a test\nTry: x\n' })
    expect(json.code).toBe(code)
    const document: unknown = JSON.parse(json.stdout)
    expectMatchesSchema('error', document)
    expect(document).toMatchObject({ error: { code: 'SO_TEST', exitCode: code } })
  })
})

describe('an error that nobody expected', () => {
  it('ends with 70, asks for a report, and shows its stack only with --debug or DEBUG', async () => {
    const [plain, flag, variable] = await Promise.all([
      runCli(['bug'], { program }),
      runCli(['bug', '--debug'], { program }),
      runCli(['bug'], { program, env: { DEBUG: '1' } }),
    ])
    expect(plain.code).toBe(70)
    expect(plain.stderr).toMatch(/^Error: .*defect.*\nWhy: TypeError: nobody expected this\nTry: .*report.*\n$/)
    expect(flag.stderr).toContain('    at ')
    expect(variable.stderr).toContain('    at ')
  })
})

describe('a reader that goes away', () => {
  it('ends a large output quietly with the result of its own', async () => {
    const { stdout, stderr } = await runShell(
      `'${process.execPath}' '${program}' large 200000 | head -1; echo \${PIPESTATUS[0]}`,
    )
    expect(stdout).toBe(`${'0'.padStart(79, '.')}\n3\n`)
    expect(stderr).toBe('')
  })

  it('leaves a small output at 0', async () => {
    const script = [
      'sparkops --version | true; echo ${PIPESTATUS[0]}',
      'sparkops --help | true; echo ${PIPESTATUS[0]}',
      'sparkops doctor | true; echo ${PIPESTATUS[0]}',
      'sparkops doctor --json | head -1; echo ${PIPESTATUS[0]}',
    ].join('\n')
    const { stdout, stderr } = await runShell(script)
    expect(stdout).toBe('0\n0\n0\n{\n0\n')
    expect(stderr).toBe('')
  })
})

describe('an output that cannot be written', () => {
  it('is an error that names standard output', async () => {
    for (const command of ['sparkops --help', 'sparkops doctor', `'${process.execPath}' '${program}' large 100000`]) {
      const { code, stderr } = await runShell(`${command} > /dev/full`)
      expect(code, command).toBe(1)
      expect(stderr).toMatch(/^Error: cannot write to standard output\nWhy: .*no space left.*\nTry: .*\n$/)
    }
  })

  it('is an error that names the file, and leaves nothing behind', async () => {
    const path = join(directory, 'missing/bill.csv')
    const missing = await runCli(['file', path], { program })
    expect(missing.code).toBe(1)
    expect(missing.stderr).toContain(`Error: cannot write ${path}\nWhy: the directory does not exist\n`)
    const full = await runCli(['file', '/dev/full'], { program })
    expect(full.stderr).toContain('Error: cannot write /dev/full\nWhy: the disk is full\n')
  })

  it('replaces a file as a whole, through a link as well', async () => {
    writeFileSync(join(directory, 'real.txt'), 'old')
    symlinkSync('real.txt', join(directory, 'link.txt'))
    const { code } = await runCli(['file', join(directory, 'link.txt')], { program })
    expect(code).toBe(0)
    expect(readFileSync(join(directory, 'real.txt'), 'utf8')).toHaveLength(8_000_000)
    expect(readdirSync(directory).sort()).toEqual(['link.txt', 'real.txt'])
  })
})

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s cleans up, says so, and ends with 130', async (signal) => {
    const log = join(directory, `${signal}.log`)
    const { code, stderr } = await interrupt(['wait', log], [signal])
    expect(code).toBe(130)
    expect(stderr).toBe('waiting\nError: interrupted\n')
    expect(readFileSync(log, 'utf8')).toBe('cleaned up\n')
  })

  it('given twice ends at once, whatever is still being cleaned up', async () => {
    const { code, took } = await interrupt(['stuck'], ['SIGINT', 'SIGINT'])
    expect(code).toBe(130)
    expect(took).toBeLessThan(5000)
  })
})

function interrupt(
  argv: readonly string[],
  signals: readonly NodeJS.Signals[],
): Promise<{ code: number | null; stderr: string; took: number }> {
  const child = spawn(process.execPath, [program, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  let started = 0
  const left = [...signals]
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    started ||= Date.now()
    const signal = left.shift()
    if (signal) child.kill(signal)
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stderr, took: Date.now() - started }))
  })
}
