/**
 * Generated files: regenerated in the commit that needs it, and only by a generator that writes the clean target as
 * upstream has it. The generator here is a function, since the real ones are built from the network: what it is given and
 * what is believed of it is the real thing.
 */
import { describe, expect, it } from 'vitest'
import type { Toolchain, ToolResult } from '../../../../src/ports/toolchain.ts'
import type { Oid } from '../../../../src/ports/git.ts'
import { BUILT_IN } from '../../../../src/domain/fork/profile/built-in.ts'
import { execFileSync } from 'node:child_process'
import { carryBed } from '../../../support/fork/carry.ts'

const bed = carryBed()
const TYPES = 'api/v1beta2/sparkapplication_types.go'
const CRD = 'config/crd/bases/a.yaml'
const CHART_CRD = 'charts/spark-operator-chart/crds/a.yaml'

const types = (fields: readonly string[]): string =>
  `package v1beta2\n\ntype Spec struct {\n${fields.map((name) => `\t${name} string\n`).join('')}}\n`
const crd = (fields: readonly string[], head = 'v0.15.0'): string =>
  `gen: ${head}\nproperties:\n${fields.map((name) => `  ${name}:\n    type: string\n`).join('')}`

/** Writes the CRD of the fields in the types. */
function standIn(head: string): Toolchain {
  const show = (tree: Oid, path: string): string =>
    execFileSync('git', ['-C', bed.repository.path, 'show', `${tree}:${path}`], { encoding: 'utf8' })
  return {
    goVersion: () => Promise.resolve('1.26'),
    run: (tree, { program, arguments: args }): Promise<ToolResult> => {
      const isCrd = program !== 'go' && args.some((one) => one.startsWith('crd'))
      if (!isCrd) return Promise.resolve({ ok: true, changes: new Map() })
      const fields = [...show(tree, TYPES).matchAll(/^\t(\w+) string$/gm)].map((match) => match[1]!)
      const wanted = crd(fields, head)
      return Promise.resolve({
        ok: true,
        changes: wanted === show(tree, CRD) ? new Map() : new Map([[CRD, Buffer.from(wanted)]]),
      })
    },
    close: () => Promise.resolve(),
  }
}

const tree = (fields: readonly string[], head?: string) => ({
  [TYPES]: types(fields),
  [CRD]: crd(fields, head),
  [CHART_CRD]: crd(fields, head),
})
const allowed = {
  ...BUILT_IN['spark-operator'],
  generators: ['controller-gen-crd', 'controller-gen-object', 'helm-docs'],
}

describe('a generated file in conflict', () => {
  it('is generated anew from the merged sources, with its copies', async () => {
    Object.assign(bed, { profile: allowed, toolchain: standIn('v0.15.0') })
    const done = await bed.carry(tree(['A', 'Z'], 'old'), tree(['A', 'B', 'Z']), tree(['A', 'Own', 'Z'], 'old'))
    expect(done.open).toEqual(new Map())
    expect(await done.file(CRD)).toBe(crd(['A', 'B', 'Own', 'Z']))
    expect(await done.file(CHART_CRD)).toBe(crd(['A', 'B', 'Own', 'Z']))
    expect(done.rules).toContain('generated/controller-gen-crd')
  })

  it('is foretold in a plan, where nothing runs', async () => {
    const toolchain = { ...standIn('v0.15.0'), run: () => Promise.reject(new Error('it ran')) }
    Object.assign(bed, { profile: allowed, toolchain, isForetold: true })
    const done = await bed.carry(tree(['A', 'Z'], 'old'), tree(['A', 'B', 'Z']), tree(['A', 'Own', 'Z'], 'old'))
    bed.isForetold = false
    expect([done.open.size, done.rules.includes('generated/controller-gen-crd')]).toEqual([0, true])
    expect(JSON.stringify(done.outcome)).toContain('not run in a plan')
  })

  it('is undecided where the generator does not write what upstream has', async () => {
    Object.assign(bed, { profile: allowed, toolchain: standIn('v0.99.0') })
    const done = await bed.carry(tree(['A', 'Z'], 'old'), tree(['A', 'B', 'Z']), tree(['A', 'Own', 'Z'], 'old'))
    expect(done.open.get(CRD)).toContain('does not write what upstream has')
  })

  it('is undecided where the profile does not name the generator', async () => {
    Object.assign(bed, { profile: { ...allowed, generators: [] }, toolchain: standIn('v0.15.0') })
    const done = await bed.carry(tree(['A', 'Z'], 'old'), tree(['A', 'B', 'Z']), tree(['A', 'Own', 'Z'], 'old'))
    expect(done.open.get(CRD)).toContain('does not name controller-gen-crd')
  })

  it('keeps no hand edit silently: what the generator does not write stops for a person', async () => {
    Object.assign(bed, { profile: allowed, toolchain: standIn('v0.15.0') })
    const company = {
      ...tree(['A', 'Own', 'Z'], 'old'),
      [CRD]: `${crd(['A', 'Own', 'Z'], 'old')}handMade:\n  type: object\n`,
    }
    const done = await bed.carry(tree(['A', 'Z'], 'old'), tree(['A', 'B', 'Z']), company)
    expect(done.open.get(CRD)).toContain('handMade')
  })
})
