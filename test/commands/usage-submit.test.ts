// `usage submit` as a user runs it, without a cluster.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'
import { temporaryDirectory } from '../support/usage/dump-files.ts'

const root = temporaryDirectory()
const WORDS = ['usage', 'submit', 's3://yk/events/', '--store', 's3://yk/usage/']

describe('usage submit', () => {
  it('writes application and program, and sends nothing', async () => {
    const out = join(root, 'job')
    const flags = ['--image', 'spark:py', '--service-account', 'spark', '--out', out, '--json']
    const { stdout, stderr, code } = await runCli([...WORDS, ...flags])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const job = JSON.parse(stdout) as { program: string; submitted: null }
    expectMatchesSchema('usage-job', job)
    expect(job.submitted).toBeNull()
    expect(readdirSync(out).sort()).toEqual(['application.yaml', job.program.replace(/^.*\//, '')])
  })

  it('names what an application cannot do without', async () => {
    const { stderr, code } = await runCli(WORDS)
    expect(code).toBe(64)
    expect(stderr).toContain('--image')
  })
})
