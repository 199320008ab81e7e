/** The rules for conflicts of a few lines, each by what it settles and by what it must leave to a person. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../../../src/domain/fork/profile/built-in.ts'
import { mergeText } from '../../../../src/domain/fork/resolve/hunk.ts'
import { hunkRules } from '../../../../src/domain/fork/resolve/text-resolver.ts'
import { mergeLine } from '../../../../src/domain/fork/resolve/token-merge.ts'
import { mergeVersions } from '../../../../src/domain/fork/resolve/version-line.ts'
import { compareGo, higherGo } from '../../../../src/domain/fork/resolve/go-version.ts'

const profile = BUILT_IN['spark-operator']

/** `base | ours | theirs` to the merged text and the rules, or undefined. */
function merge(path: string, base: string, ours: string, theirs: string, goVersion?: string) {
  const merged = mergeText({ path, base, ours, theirs }, hunkRules({ ...profile, goVersion }))
  return merged.text === undefined
    ? undefined
    : { text: merged.text, rules: merged.answers.map(({ rule }) => rule).join() }
}

describe('a merge inside a line', () => {
  it('takes each side’s words where they are not the same and do not touch', () => {
    expect(merge('x.sh', 'run -a one -b two\n', 'run -a ONE -b two\n', 'run -a one -b TWO\n')).toEqual({
      text: 'run -a ONE -b TWO\n',
      rules: 'token',
    })
  })

  it('never makes a version that nobody wrote', () => {
    expect(mergeLine('v: 1.2.3', 'v: 1.3.3', 'v: 1.2.4')).toBeUndefined()
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 9, maxLength: 9 }), (n) => {
        const [base, ours, theirs] = [0, 3, 6].map((i) => `x = ${n.slice(i, i + 3).join('.')} # y`) as [
          string,
          string,
          string,
        ]
        const merged = mergeLine(base, ours, theirs)
        if (merged !== undefined) expect([base, ours, theirs]).toContain(merged)
      }),
    )
  })

  it('does not take a rewritten line for the same line', () => {
    expect(merge('a.txt', 'alpha beta gamma\n', 'one two three four\n', 'alpha beta delta\n')).toBeUndefined()
  })
})

describe('neighbouring lines', () => {
  it('are merged where each side changed its own', () => {
    expect(merge('a.yml', 'a: 1\nb: 1\n', 'a: 2\nb: 1\n', 'a: 1\nb: 2\n')?.text).toBe('a: 2\nb: 2\n')
  })

  it('stay a conflict where upstream deleted beside what the company added', () => {
    expect(merge('a.sh', 'if x; then\n  y\nfi\n', 'fi\n', 'if x; then\n  y\n  z\nfi\n')).toBeUndefined()
  })
})

describe('what both sides added at one place', () => {
  const struct = (fields: string): string => `package a\n\ntype S struct {\n\tA string\n${fields}}\n`

  it('is kept from both where the order carries no meaning: fields of a struct', () => {
    const merged = merge('a.go', struct(''), struct('\tUp string\n'), struct('\tOwn string\n'))
    expect(merged).toEqual({ text: struct('\tUp string\n\tOwn string\n'), rules: 'both-added' })
  })

  it('stays a conflict where a name comes twice', () => {
    expect(merge('a.go', struct(''), struct('\tX string\n'), struct('\tX int\n'))).toBeUndefined()
  })

  it('stays a conflict for statements, whose order counts', () => {
    const body = (line: string): string => `package a\n\nfunc f() {\n\tx()\n${line}}\n`
    expect(merge('a.go', body(''), body('\ta = 1\n'), body('\tb = 2\n'))).toBeUndefined()
  })

  it('is kept from both in ignore files, with or without a last newline', () => {
    expect(merge('.gitignore', 'bin/', 'bin/\n.idea/', 'bin/\nacme/\n')?.text).toBe('bin/\n.idea/\nacme/\n')
  })
})

describe('a line that upstream moved', () => {
  const far = '\nother:\n\techo nothing here\n'
  it('gets the company’s change where it stands now', () => {
    const base = 'docs:\n\tdocker run --rm jnorwood/helm-docs:latest\n'
    const ours = `help:\n\techo help\n${far}\nhelm:\n\tdocker run -v x:y --rm jnorwood/helm-docs:latest\n`
    const theirs = 'docs:\n\tdocker run --rm mirror.example/helm-docs:latest\n'
    expect(merge('Makefile', base, ours, theirs)?.text).toContain(
      'docker run -v x:y --rm mirror.example/helm-docs:latest',
    )
  })

  it('stays a conflict where two lines could be meant', () => {
    const base = 'docs:\n\tdocker run --rm jnorwood/helm-docs:latest\n'
    const twin = '\tdocker run -v x:y --rm jnorwood/helm-docs:latest\n'
    const ours = `one:\n${twin}${far}two:\n${twin.replace('x:y', 'z:y')}`
    expect(merge('Makefile', base, ours, 'docs:\n\tdocker run --rm mirror.example/helm-docs:latest\n')).toBeUndefined()
  })
})

describe('what the company only added', () => {
  it('stands beside the line that it stood beside, when upstream rewrote what was above', () => {
    const base = 'intro one\nintro two\n\n## Status is beta\ntext\n'
    const ours = 'all new words\n* list\n\n## Status is beta\ntext\n'
    const merged = merge('README.md', base, ours, 'intro one\nintro two\n\nOur fork.\n\n## Status is beta\ntext\n')
    expect(merged?.text).toBe('all new words\n* list\n\nOur fork.\n\n## Status is beta\ntext\n')
  })

  it('is left out where upstream added the very same lines elsewhere', () => {
    const lines = 'export JAVA_HOME=/opt/java\nexport SPARK_HOME=/opt/spark\n'
    const merged = merge('run.sh', 'a\nb\n', `${lines}a\nB\n`, `a\nb\n${lines}`)
    expect(merged?.text).toBe(`${lines}a\nB\n`)
  })

  it('stays a conflict in Go where braces do not balance', () => {
    const f = (body: string): string => `package a\n\nfunc f() {\n${body}}\n`
    expect(
      merge(
        'a.go',
        f('\told()\n\tanchorLine()\n'),
        f('\tfresh()\n\tother()\n\tanchorLine()\n'),
        f('\told()\n\tif x {\n\tanchorLine()\n'),
      ),
    ).toBeUndefined()
  })
})

describe('images', () => {
  it('keep the company’s home and take upstream’s version', () => {
    const merged = merge(
      'Dockerfile',
      'ARG I=gcr.io/s/spark:v3.1.1\n',
      'ARG I=spark:3.5.0\n',
      'ARG I=reg.acme.example/d/spark:v3.1.1\n',
    )
    expect(merged).toEqual({ text: 'ARG I=reg.acme.example/d/spark:3.5.0\n', rules: 'image-home' })
  })

  it('keep registry and variant of a Go image, at the higher version', () => {
    const base = 'FROM golang:1.19.2-alpine as builder\n'
    const merged = merge(
      'Dockerfile',
      base,
      'FROM golang:1.22-alpine AS builder\n',
      'FROM m.acme.example/golang:1.20.5-alpine as builder\n',
    )
    expect(merged?.text).toBe('FROM m.acme.example/golang:1.22-alpine AS builder\n')
    const wished = merge(
      'Dockerfile',
      base,
      'FROM golang:1.22-alpine as builder\n',
      'FROM golang:1.20.5-alpine as builder\n',
      '1.22.12',
    )
    expect(wished?.text).toBe('FROM golang:1.22.12-alpine as builder\n')
  })

  it('stay a conflict where both sides chose another version, or pinned a digest', () => {
    expect(merge('a.yaml', 'image: a/b:1\n', 'image: a/b:2\n', 'image: a/b:3\n')).toBeUndefined()
    const digest = `sha256:${'0'.repeat(64)}`
    expect(merge('Dockerfile', 'FROM a/b:1\n', `FROM a/b:2@${digest}\n`, 'FROM r.example/b:1\n')).toBeUndefined()
  })
})

describe('versions', () => {
  it('of a company are upstream’s with its suffix', () => {
    expect(mergeVersions('1.1.26', '1.4.5', '1.1.26-acme.1')).toBe('1.4.5-acme.1')
    expect(mergeVersions('1.1.26-acme.1', '1.4.5-acme.1', '1.1.26-acme.2')).toBe('1.4.5-acme.2')
    expect(mergeVersions('v1beta2-1.3.8-3.1.1', '2.0.2', 'v1beta2-1.3.8-3.1.1-acme.1')).toBe('2.0.2-acme.1')
    expect(mergeVersions('1.1.26', '1.4.5', '1.1.27-initech')).toBe('1.4.5-initech')
  })

  it.each([
    ['pom.xml', '    <version>', '</version>\n'],
    ['core/pom.xml', '  <spark.version>', '</spark.version>\n'],
    ['python/pyspark/version.py', '__version__: str = "', '"\n'],
    ['R/pkg/DESCRIPTION', 'Version: ', '\n'],
  ])('are merged in %s', (path, before, after) => {
    const line = (version: string): string => `${before}${version}${after}`
    expect(merge(path, line('3.5.1'), line('3.5.3'), line('3.5.1-acme.2'))?.text).toBe(line('3.5.3-acme.2'))
    expect(merge(path, line('3.5.1'), line('4.0.0-SNAPSHOT'), line('3.5.2'))).toBeUndefined()
  })

  it('stay a conflict where no suffix can be told', () => {
    expect(mergeVersions('1.1.26', '1.4.5', '1.2.0')).toBeUndefined()
    expect(mergeVersions('1.1.26', '1.4.5', '1.2.0-rc.1')).toBeUndefined()
  })

  it('of Go are ordered as Go orders them', () => {
    expect(
      ['1.9', '1.10', '1.21rc1', '1.21', '1.21.0', '1.21.3'].every(
        (v, i, all) => i === 0 || compareGo(v, all[i - 1]!) >= 0,
      ),
    ).toBe(true)
    expect(higherGo('1.22', '1.20.5', undefined)).toBe('1.22')
  })
})
