/** Commands of a rollout that are really killed, at many moments, and given again: the built program on a real API server. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { RolloutEntry } from '../../../src/domain/rollout/state/entries.ts'
import type { RunList } from '../../../src/domain/runs/list-runs.ts'
import { needs } from '../../support/capabilities.ts'
import { ownAddress } from '../../support/lab/own-address.ts'
import { useCluster } from '../../support/lab/use-cluster.ts'
import { fixtureChart } from '../../support/operator/fixtures.ts'
import { installIdleOperator } from '../../support/rollout/idle-operator.ts'
import { cleanEnvironment, PROGRAM, type RunResult, runCli } from '../../support/run.ts'

const { it } = needs('lab')
const lab = useCluster()
const home = mkdtempSync(join(tmpdir(), 'sparkops-rollout-killed-'))

const metrics = createServer((_request, response) => response.end(''))

beforeAll(async () => {
  await new Promise<void>((resolve) => metrics.listen(0, ownAddress(), resolve))
  const { port } = metrics.address() as { port: number }
  await installIdleOperator(lab(), { namespaces: ['jobs'], metricsPort: port })
}, 120_000)
afterAll(() => {
  metrics.closeAllConnections()
  metrics.close()
  rmSync(home, { recursive: true, force: true })
})

function environment(state: string): Record<string, string> {
  const { environment: own, helmPath, kubeconfigPath } = lab()
  const PATH = `${dirname(helmPath)}:${process.env.PATH ?? ''}`
  return { ...own, KUBECONFIG: kubeconfigPath, XDG_STATE_HOME: join(home, state), PATH, COLUMNS: '80' }
}

/** A rollout that moves nothing, and whose gates do not wait for anything. */
function writeFile(name: string): void {
  const off = 'completed failureRate submissionLatency operatorRestarts reconcileErrors apiThrottling usage'.split(' ')
  const text = `apiVersion: sparkops/v1
kind: Rollout
name: ${name}
operator: {to: ${fixtureChart('2.5.2')}}
state: {configMap: {namespace: jobs}}
gates: {${off.map((gate) => `${gate}: off`).join(', ')}}
environments:
  - {name: dev, context: lab-admin, namespaces: [jobs], soak: 0s}
`
  writeFileSync(join(home, `${name}.yaml`), text)
}

const CONSENT = ['--yes', '--confirm=lab-admin', '--accept', 'OP-NO-NODES']
const wordsOf = (rollout: string, stage: string): string[] => [
  ...['rollout', stage, 'dev', '--file', `${rollout}.yaml`],
  ...(stage === 'start' ? CONSENT : stage === 'watch' ? ['--timeout', '0s'] : ['--yes']),
]

/** Kills the command later and later, until it comes to its end before that; gives how often it died. */
async function killUntilItEnds(words: readonly string[], state: string): Promise<{ deaths: number; last: number }> {
  const env = cleanEnvironment(environment(state))
  for (let deaths = 0; ; deaths += 1) {
    const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: home, env, stdio: 'ignore' })
    const timer = setTimeout(() => child.kill('SIGKILL'), 200 * 1.4 ** deaths)
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve))
    clearTimeout(timer)
    if (code !== null) return { deaths, last: code }
  }
}

const run = (words: readonly string[], state: string): Promise<RunResult> =>
  runCli(words, { env: environment(state), cwd: home })

async function entriesOf(rollout: string): Promise<RolloutEntry[]> {
  const path = `/api/v1/namespaces/jobs/configmaps/sparkops-rollout-${rollout}`
  const { data } = (await lab().request('GET', path)) as { data: Record<string, string> }
  return (JSON.parse(data['rollout.json']!) as { entries: RolloutEntry[] }).entries
}

describe('a rollout whose commands are killed', () => {
  it('is started, watched and promoted once, and the journal ends with it', async () => {
    writeFile('killed')
    for (const stage of ['start', 'watch', 'promote']) {
      const { deaths, last } = await killUntilItEnds(wordsOf('killed', stage), 'own')
      expect(deaths).toBeGreaterThan(0)
      // What a killed one had recorded already, the next one says.
      expect([0, 5], stage).toContain(last)
    }
    expect((await run(wordsOf('killed', 'promote'), 'own')).code).toBe(5)
    const events = (await entriesOf('killed')).map(({ event }) => event)
    expect(events.filter((event) => event !== 'starting')).toEqual(['started', 'promoted'])
    const { items } = JSON.parse((await run(['runs', 'list', '--json'], 'own')).stdout) as RunList
    const states = items.filter(({ purpose }) => purpose === 'rollout killed').map(({ state }) => state)
    expect(states).toEqual(['done'])
  }, 240_000)

  it('is stopped once', async () => {
    writeFile('stopped')
    expect((await run(wordsOf('stopped', 'start'), 'own')).code).toBe(0)
    const { last } = await killUntilItEnds(wordsOf('stopped', 'halt'), 'own')
    expect([0, 5]).toContain(last)
    expect((await entriesOf('stopped')).map(({ event }) => event)).toEqual(['starting', 'started', 'halted'])
  }, 240_000)

  it('is promoted by one of two who do so at once from machines of their own; the other is told who was faster', async () => {
    writeFile('both')
    expect((await run(wordsOf('both', 'start'), 'own')).code).toBe(0)
    const both = await Promise.all(
      ['ada', 'grace'].map((by) => run([...wordsOf('both', 'promote'), '--by', by], `of-${by}`)),
    )
    expect(both.map(({ code }) => code).sort(), both.map(({ stderr }) => stderr).join('')).toEqual([0, 5])
    const winner = both[0]!.code === 0 ? 'ada' : 'grace'
    const loser = both.find(({ code }) => code === 5)!
    expect(loser.stderr).toContain(`by ${winner} at `)
    const promoted = (await entriesOf('both')).filter(({ event }) => event === 'promoted')
    expect(promoted.map(({ by }) => by)).toEqual([winner])
  })
})
