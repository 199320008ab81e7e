/** Moving Go source to another module path and to packages that moved, and nothing else. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rewriteModulePath } from '../../../../src/domain/fork/layout/module-path.ts'
import { renameQualifiers, renamedConstants } from '../../../../src/domain/fork/layout/symbols.ts'
import { goConstants } from '../../../../src/domain/fork/go/go-source.ts'
import type { GoPackage } from '../../../../src/domain/fork/go/go-package.ts'

const GCP = 'github.com/GoogleCloudPlatform/spark-on-k8s-operator'
const move = {
  from: GCP,
  to: 'github.com/kubeflow/spark-operator',
  packages: [{ from: 'pkg/config', to: 'pkg/common' }],
}

describe('a module path', () => {
  it('is rewritten in imports, flags of the linker and build files', () => {
    expect(rewriteModulePath(`import "${GCP}/pkg/config"`, move)).toBe(
      'import "github.com/kubeflow/spark-operator/pkg/common"',
    )
    expect(rewriteModulePath(`-ldflags "-X ${GCP}/pkg/config.Version=1"`, move)).toContain(
      'kubeflow/spark-operator/pkg/common.Version=1',
    )
    expect(rewriteModulePath(`WORKDIR /go/src/x\nmodule ${GCP}\n`, move)).toContain(
      'module github.com/kubeflow/spark-operator\n',
    )
  })

  it('is left alone in links, in longer names, and where only a part of it stands', () => {
    for (const text of [
      `https://${GCP}/blob/master/README.md`,
      `${GCP}-fork/pkg`,
      `x${GCP}/pkg`,
      `git@${GCP}.git`,
      `${GCP}2`,
    ]) {
      expect(rewriteModulePath(text, move)).toBe(text)
    }
  })

  it('is rewritten once: a second time changes nothing, also from m to m/v2', () => {
    const v2 = { from: 'example.com/m', to: 'example.com/m/v2', packages: [] }
    expect(rewriteModulePath('"example.com/m/api" "example.com/m/v2/api" "example.com/m"', v2)).toBe(
      '"example.com/m/v2/api" "example.com/m/v2/api" "example.com/m/v2"',
    )
    const text = fc
      .array(fc.constantFrom('"', 'example.com/m', '/v2', '/api', ' ', 'x', 'https://', '\n'))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (source) => {
        expect(rewriteModulePath(rewriteModulePath(source, v2), v2)).toBe(rewriteModulePath(source, v2))
      }),
    )
  })
})

describe('names of a package that moved', () => {
  const pack = (name: string, source: string): GoPackage => ({
    directory: name,
    name,
    sources: new Map(),
    declarations: [],
    names: new Set(goConstants([source]).keys()),
    constants: goConstants([source]),
  })
  const before = pack(
    'config',
    'const Prefix = "spark.io/"\nconst AppLabel = Prefix + "app"\nconst Twin = "t"\nconst Twin2 = "t"\n',
  )
  const after = pack('common', 'const Base = "spark.io/"\nconst (\n\tLabelApp = Base + "app"\n\tOther = "t"\n)\n')

  it('are found again by their value, if only one has it', () => {
    expect(renamedConstants(before, after)).toEqual(
      new Map([
        ['Prefix', 'Base'],
        ['AppLabel', 'LabelApp'],
      ]),
    )
  })

  it('are renamed where the package is meant, not in strings, fields or variables of that name', () => {
    const source =
      'package a\n\nimport (\n\t"m/pkg/common"\n)\n\nfunc f() {\n\tx := config.AppLabel\n\ty.config.AppLabel = "config.AppLabel"\n\tconfig.lower()\n}\n'
    const moves = [{ importPath: 'm/pkg/common', from: 'config', to: 'common', names: renamedConstants(before, after) }]
    expect(renameQualifiers(source, moves)).toBe(source.replace('x := config.AppLabel', 'x := common.LabelApp'))
    const aliased = source.replace('"m/pkg/common"', 'config "m/pkg/common"')
    expect(renameQualifiers(aliased, moves)).toContain('x := config.LabelApp')
    expect(renameQualifiers(source.replace('m/pkg/common', 'm/pkg/else'), moves)).toContain('x := config.AppLabel')
  })
})
