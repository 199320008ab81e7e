/** go.mod by requirement. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareVersions, mergeGoMod, readGoMod } from '../../../../src/domain/fork/resolve/go-mod.ts'

const mod = (go: string, requires: Record<string, string>, more = ''): string =>
  `module example.com/m\n\ngo ${go}\n\nrequire (\n${Object.entries(requires)
    .map(([path, version]) => `\t${path} ${version}\n`)
    .join('')})\n${more}`

describe('a merge of go.mod', () => {
  it('takes the higher of what both sides ask for, and says so', () => {
    const merged = mergeGoMod({
      base: mod('1.19', { 'a.b/x': 'v1.0.0', 'a.b/y': 'v1.0.0' }),
      ours: mod('1.22', { 'a.b/x': 'v1.3.0', 'a.b/y': 'v1.1.0' }),
      theirs: mod('1.20', { 'a.b/x': 'v1.1.0', 'a.b/y': 'v1.2.0' }),
    })
    expect(readGoMod(merged!.text!)).toMatchObject({
      go: '1.22',
      requires: new Map([
        ['a.b/x', { version: 'v1.3.0', indirect: false }],
        ['a.b/y', { version: 'v1.2.0', indirect: false }],
      ]),
    })
    expect(merged!.notes.join()).toContain('a.b/y: v1.2.0 of the company and v1.1.0 of upstream become v1.2.0')
  })

  it('keeps the company’s replace and exclude, and leaves a pin that upstream moved', () => {
    const base = mod('1.22', { 'a.b/x': 'v1.2.0' })
    const pinned = mod(
      '1.22',
      { 'a.b/x': 'v1.2.0' },
      '\nreplace a.b/x => git.acme.example/x v1.0.0\n\nexclude a.b/x v1.1.0\n',
    )
    const merged = mergeGoMod({ base, ours: mod('1.22', { 'a.b/x': 'v1.4.0' }), theirs: pinned })
    expect(readGoMod(merged!.text!)!.replaces.get('a.b/x')).toBe('git.acme.example/x v1.0.0')
    expect(readGoMod(merged!.text!)!.others).toEqual(new Set(['exclude a.b/x v1.1.0']))
    const other = `${base}\nreplace a.b/x => up.example/x v1.1.0\n`
    expect(mergeGoMod({ base, ours: other, theirs: pinned })?.left[0]).toContain('replace a.b/x')
  })

  it('leaves a requirement that the company lowered and upstream raised', () => {
    const merged = mergeGoMod({
      base: mod('1.22', { 'a.b/x': 'v1.2.0' }),
      ours: mod('1.22', { 'a.b/x': 'v1.4.0' }),
      theirs: mod('1.22', { 'a.b/x': 'v1.1.0' }),
    })
    expect(merged).toMatchObject({ text: undefined, left: [expect.stringContaining('lowered')] })
  })

  it('never asks for less than upstream does, whatever the company raised', () => {
    const version = fc.tuple(fc.nat(3), fc.nat(9), fc.nat(9)).map((n) => `v1.${n.join('').slice(0, 1)}.${n[2]}`)
    fc.assert(
      fc.property(version, version, version, (b, o, t) => {
        const merged = mergeGoMod({
          base: mod('1.22', { 'a.b/x': b }),
          ours: mod('1.22', { 'a.b/x': o }),
          theirs: mod('1.22', { 'a.b/x': t }),
        })
        const result = merged?.text === undefined ? undefined : readGoMod(merged.text)!.requires.get('a.b/x')!.version
        if (result !== undefined && compareVersions(t, b) >= 0)
          expect(compareVersions(result, o)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('orders releases, candidates and commits as Go does', () => {
    const order = [
      'v0.0.0-20220722155237-a158d28d115b',
      'v0.0.0-20230101000000-aaaaaaaaaaaa',
      'v0.17.0',
      'v1.0.0-rc.1',
      'v1.0.0-rc.2',
      'v1.0.0',
      'v1.0.1',
      'v1.10.0',
      'v2.0.0+incompatible',
    ]
    expect([...order].reverse().sort(compareVersions)).toEqual(order)
  })
})
