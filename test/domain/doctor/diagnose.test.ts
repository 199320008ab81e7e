import { describe, expect, it } from 'vitest'
import { diagnoseMachine, hasFindings, isSupportedNode } from '../../../src/domain/doctor/diagnose.ts'
import type { Machine } from '../../../src/ports/machine.ts'

function machine(changes: Partial<Machine> = {}): Machine {
  return {
    nodeVersion: '22.12.0',
    platform: 'linux',
    architecture: 'x64',
    processors: 2,
    memoryBytes: 8 * 2 ** 30,
    memoryLimitBytes: undefined,
    findProgram: ({ names }) =>
      Promise.resolve(names[0] === 'git' ? { path: '/usr/bin/git', version: '2.39.5' } : undefined),
    loadEngine: () => Promise.resolve({ version: 'v1.5.6' }),
    ...changes,
  }
}

describe('the doctor', () => {
  it('finds that usage works where Node is new enough and the engine loads', async () => {
    const report = await diagnoseMachine(machine())
    expect(report.groups).toContainEqual({ group: 'usage', works: true, why: 'the query engine loads' })
    expect(report.programs).toContainEqual(expect.objectContaining({ name: 'git', found: true, version: '2.39.5' }))
    expect(report.programs).toContainEqual(expect.objectContaining({ name: 'helm', found: false, path: null }))
    expect(hasFindings(report)).toBe(false)
  })

  it('says why usage cannot work', async () => {
    const report = await diagnoseMachine(
      machine({ nodeVersion: '18.20.0', loadEngine: () => Promise.resolve({ failure: 'no such library' }) }),
    )
    expect(report.groups).toContainEqual({
      group: 'usage',
      works: false,
      why: 'Node must be ^20.19 or >=22.12; the query engine does not load: no such library',
    })
    expect(report.engine).toEqual({ works: false, version: null, failure: 'no such library' })
    expect(hasFindings(report)).toBe(true)
  })

  it.each([
    ['18.20.0', false],
    ['20.18.3', false],
    ['20.19.0', true],
    ['21.7.0', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['24.0.0', true],
  ])('knows whether Node %s is supported: %s', (version, supported) => {
    expect(isSupportedNode(version)).toBe(supported)
  })
})
