/** Merging by declarations, targets and sections: upstream's order, the company's parts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeBlocks } from '../../../../src/domain/fork/resolve/blocks.ts'
import { goDeclarations } from '../../../../src/domain/fork/resolve/go-blocks.ts'
import { makeTargets, markdownSections } from '../../../../src/domain/fork/resolve/text-blocks.ts'

const GO =
  'package a\n\nimport (\n\t"fmt"\n)\n\n// One does.\nfunc One() {\n\tfmt.Println(`raw\nfunc notOne() {\n`)\n}\n\nconst x = 1\n\n// S is.\ntype S struct {\n\tA string\n}\n'

describe('Go by declaration', () => {
  it('splits into parts that are the file again', () => {
    const text = fc
      .array(fc.constantFrom('func F() {', '}', '\tx', '// c', '', 'const (', ')', 'var a = `', '`', 'type T struct {'))
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, (source) => {
        const blocks = goDeclarations.split(`package a\n${source}`)
        if (blocks !== undefined) expect(blocks.map((block) => block.text).join('')).toBe(`package a\n${source}`)
      }),
    )
  })

  it('is not fooled by what stands inside a raw string', () => {
    expect(goDeclarations.split(GO)!.map(({ key }) => key)).toEqual([
      'package',
      'import(',
      'func One',
      'const x',
      'type S',
    ])
  })

  it('knows that a function goes on where its parameters end', () => {
    const long =
      'func New(\n\ta int,\n\tb []string,\n) (*S, error) {\n\ts := []struct{ x int }{\n\t\t{1},\n\t}\n\treturn nil, nil\n}\n'
    const keys = goDeclarations.split(`${GO}\n${long}\nvar y = map[string]int{\n\t"a": 1,\n}\n`)!.map(({ key }) => key)
    expect(keys).toEqual(['package', 'import(', 'func One', 'const x', 'type S', 'func New', 'var y'])
  })

  it('tells one init from another by what it does', () => {
    const init = (what: string): string => `func init() {\n\t${what}\n}\n`
    const [base, ours] = [`package a\n\n${init('flag(1)')}`, `package a\n\n${init('flag(1)\n\tflag(2)')}`]
    const theirs = `package a\n\n${init('count()')}\n${init('flag(1)')}`
    const merged = mergeBlocks({ path: 'a.go', base, ours, theirs }, goDeclarations, [])
    expect(merged?.text).toBe(`package a\n\n${init('count()')}\n${init('flag(1)\n\tflag(2)')}`)
  })

  it('puts a new function where its neighbour went, and changes one that moved', () => {
    const ours = GO.replace('const x = 1\n\n', '').replace(
      '// One',
      'const x = 1\n\n// Zero is new upstream.\nfunc Zero() {}\n\n// One',
    )
    const theirs = `${GO.replace('const x = 1', 'const x = 2')}\nfunc Own() {\n\tOne()\n}\n`
    const merged = mergeBlocks({ path: 'a.go', base: GO, ours, theirs }, goDeclarations, [])
    expect(merged?.text).toBe(`${ours.replace('const x = 1', 'const x = 2')}\nfunc Own() {\n\tOne()\n}\n`)
  })

  it('leaves what both sides changed, and what upstream has no longer', () => {
    const changed = { path: 'a.go', base: GO, ours: GO.replace('x = 1', 'x = 2'), theirs: GO.replace('x = 1', 'x = 3') }
    expect(mergeBlocks(changed, goDeclarations, [])).toMatchObject({ text: undefined, left: [{ key: 'const x' }] })
    const gone = {
      path: 'a.go',
      base: GO,
      ours: GO.replace('const x = 1\n\n', ''),
      theirs: GO.replace('x = 1', 'x = 3'),
    }
    expect(mergeBlocks(gone, goDeclarations, [])?.left[0]?.why).toContain('no longer')
  })
})

describe('Makefiles by target and Markdown by section', () => {
  it('keeps a company’s own target and section in a rewritten file', () => {
    const make = {
      path: 'Makefile',
      base: 'A=1\n\nall: x\n\tgo build\n',
      ours: 'B=2\n\n.PHONY: all\nall: y ## Builds.\n\tgo build ./...\n',
      theirs: 'A=1\n\nall: x\n\tgo build\n\nimage:\n\tdocker build .\n',
    }
    expect(mergeBlocks(make, makeTargets, [])?.text).toContain('image:\n\tdocker build .\n')
    const md = {
      path: 'a.md',
      base: '# T\na\n## One\nb\n',
      ours: '# T\nrewritten\n## One\nalso\n',
      theirs: '# T\na\n## One\nb\n## Ours\nc\n',
    }
    expect(mergeBlocks(md, markdownSections, [])?.text).toBe('# T\nrewritten\n## One\nalso\n## Ours\nc\n')
  })

  it('does not take a heading in a code fence for a section', () => {
    expect(markdownSections.split('# A\n```\n# not\n```\n## B\n')!.map(({ key }) => key)).toEqual(['A', 'A › B'])
  })
})

describe('a group of constants whose first entry upstream moved elsewhere', () => {
  const group = (...names: string[]): string =>
    `package a\n\nconst (\n${names.map((name) => `\t${name} = "${name}"\n`).join('')})\n`
  const merge = (ours: string): string | undefined =>
    mergeBlocks(
      { path: 'a.go', base: group('First', 'Two', 'Three'), ours, theirs: group('First', 'Two', 'Own', 'Three') },
      goDeclarations,
      [],
    )?.text

  it('is the one that has most of its others, and takes the company’s constant', () => {
    const ours = `${group('Other', 'Two', 'Three')}\nconst (\n\tFar = "Far"\n)\n`
    expect(merge(ours)).toBe(ours.replace('\tThree', '\tOwn = "Own"\n\tThree'))
  })

  it('is nobody’s where two groups have as many', () => {
    const [one, two] = [group('A', 'Two', 'Three'), group('B', 'Two', 'Three').replace('package a\n', '')]
    expect(merge(one + two)).toBeUndefined()
  })
})
