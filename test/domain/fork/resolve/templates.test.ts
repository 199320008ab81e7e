/** Helm templates that upstream rewrote: helpers by definition, added keys by the path of their mapping. */
import { describe, expect, it } from 'vitest'
import { BUILT_IN } from '../../../../src/domain/fork/profile/built-in.ts'
import { mergeTextFile, type TextOutcome } from '../../../../src/domain/fork/resolve/text-resolver.ts'

const merge = (path: string, base: string, ours: string, theirs: string): TextOutcome =>
  mergeTextFile({ path, base, ours, theirs }, BUILT_IN.generic, { values: [], valuesFiles: [] })
const define = (name: string, body = 'x'): string =>
  `{{/*\nName ${name}\n*/}}\n{{- define "${name}" -}}\n{{- if .a }}${body}{{- end }}\n{{- end }}\n`

describe('helpers of a chart', () => {
  it('keep the company’s definition where upstream took its neighbour away', () => {
    const path = 'chart/templates/_helpers.tpl'
    const base = [define('one'), define('two')].join('\n')
    const done = merge(path, base, `${define('one', 'y')}\n`, `${base}\n${define('own')}`)
    expect(done.text).toContain(define('own'))
    expect(done.text).not.toContain('"two"')
    expect(done.answers.map(({ rule }) => rule)).toContain('helm-definitions')
  })

  it('are left to a person where both sides changed one', () => {
    const path = 'chart/templates/_helpers.tpl'
    expect(merge(path, define('one'), define('one', 'y'), define('one', 'z')).text).toBeUndefined()
  })
})

describe('keys that were added to a template', () => {
  const path = 'chart/templates/deployment.yaml'
  const base =
    'spec:\n  template:\n    metadata:\n      labels:\n        {{- include "labels" . }}\n    spec:\n      a: b\n'
  const theirs = base.replace('    spec:\n', '        company/cluster: {{ .Values.cluster }}\n    spec:\n')
  const ours =
    'spec:\n  replicas: 2\n  template:\n    metadata:\n      labels:\n        {{- include "new.labels" . }}\n        {{- with .Values.more }}\n        {{- toYaml . }}\n        {{- end }}\n    spec:\n      c: d\n'

  it('go into the mapping at the same path', () => {
    const done = merge(path, base, ours, theirs)
    expect(done.text).toContain(
      '      labels:\n        company/cluster: {{ .Values.cluster }}\n        {{- include "new.labels" . }}\n',
    )
    expect(done.answers.map(({ rule }) => rule)).toEqual(['template-path'])
  })

  it.each([
    [
      'that mapping is there only under a condition',
      ours
        .replace('      labels:\n', '      {{- if .x }}\n      labels:\n')
        .replace('    spec:\n      c', '      {{- end }}\n    spec:\n      c'),
    ],
    [
      'upstream has the key as well',
      ours.replace('      labels:\n', '      labels:\n        company/cluster: other\n'),
    ],
    ['the mapping is there twice', `${ours}---\n${ours}`],
  ])('stay with a person where %s', (_why, upstream) => {
    expect(merge(path, base, upstream, theirs).text).toBeUndefined()
  })
})
