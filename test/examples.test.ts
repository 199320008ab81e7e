/** What examples/ ships for use is of a piece with the program. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { ROOT, runCli } from './support/run.ts'

interface Sidecar {
  spec: { template: { spec: { terminationGracePeriodSeconds: number; containers: { args: string[] }[] } } }
}

describe('the sidecar of examples/collector', () => {
  const text = readFileSync(join(ROOT, 'examples/collector/component/sidecar.yaml'), 'utf8')
  const { terminationGracePeriodSeconds, containers } = (load(text) as Sidecar).spec.template.spec
  const { args } = containers[0]!

  it('starts the collector with flags that it knows', async () => {
    // The last flag is no duration, so that it ends before anything is opened; an unknown one would be told first.
    const { code, stderr } = await runCli([...args.filter((arg) => !arg.startsWith('--grace')), '--grace=never'])
    expect(stderr).toContain('--grace: never is no duration')
    expect(code).toBe(64)
  })

  it('gives it more time to end than it takes', () => {
    const grace = Number(/--grace=(\d+)s/.exec(args.join(' '))![1])
    expect(terminationGracePeriodSeconds).toBeGreaterThan(grace)
  })
})
