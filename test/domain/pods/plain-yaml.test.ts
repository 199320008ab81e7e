/** What holds for the quick reader of YAML: whatever it reads, the reader of the whole language reads likewise. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { dump } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type JsonMap, at, mapsAt } from '../../../src/domain/pods/json.ts'
import { loadDocuments } from '../../../src/domain/pods/kubectl-yaml.ts'
import { readPlainYaml } from '../../../src/domain/pods/plain-yaml.ts'
import { SharedBlocks } from '../../../src/domain/pods/shared-blocks.ts'
import { MAIN } from '../../../src/domain/pods/webhook/effects.ts'
import { enforce } from '../../../src/domain/pods/webhook/enforce.ts'
import { ROLES, recorded } from '../../support/pods.ts'

const BODIES = ['01-plain', '02-volumes-conf', '04-pod-template', '10-webhook-vs-template/converted'].flatMap((name) =>
  ROLES.map((role) => dump(recorded(`${name}/${role}.json`), { lineWidth: -1 })),
)

/** What readers of YAML 1.1 and 1.2 disagree about, and what means something where it stands. */
const HOSTILE = [
  ...[
    'yes',
    'No',
    'on',
    'y',
    'true',
    'False',
    '~',
    'null',
    'Null',
    '',
    ' ',
    '.inf',
    '-.INF',
    '.nan',
    'NaN',
    'Infinity',
  ],
  ...['0644', '0o17', '0x1F', '0b101', '1_000', '190:20:30', '1e3', '1.', '.5', '-0', '+12', '12345678901234567890'],
  ...['2026-09-08', '2026-09-08T10:00:00Z', '<<', '=', '-', '- x', '-Xmx1g', '--conf', '---', '...', '--- x', '... x'],
  ...['a: b', 'a:', ':a', 'a:b', 'a #b', 'a#b', '#', '# x', '&a', '*a', '!!str 1', '@x', '`x', '%x', '? x', '|', '>-'],
  ...[
    '[',
    ']',
    '{',
    '}',
    '[]',
    '{}',
    '[a, b]',
    '{a: b}',
    ',',
    "'",
    '"',
    "it's",
    '"a"',
    'a"b',
    '\\',
    '\\n',
    '\t',
    'a\tb',
  ],
  ...[
    'a\nb',
    'a\n',
    '\na',
    'a\n\nb',
    ' a',
    'a ',
    'a\n  b',
    '\u0085',
    '\u2028',
    '\u00a0',
    '\ufeff',
    '😀',
    'ü',
    '\u0000',
  ],
  ...['__proto__', 'constructor', 'toString', '$(A)', 'k:{"name":"x"}', '.', 'f:metadata', 'x'.repeat(1100)],
]
const aText = fc.oneof(fc.constantFrom(...HOSTILE), fc.string(), fc.constantFrom('name', 'spark', 'value', 'a b c'))
const aValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    aText,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    tie('map'),
    tie('list'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(aText, tie('value'), { maxKeys: 4 }),
})).map
const aStyle = fc.record({
  seqNoIndent: fc.boolean(),
  lineWidth: fc.constantFrom(-1, 20, 80),
  forceQuotes: fc.boolean(),
  quoteStyle: fc.constantFrom('single' as const, 'double' as const),
  flowLevel: fc.constantFrom(-1, -1, 1, 2),
})

const shared = new SharedBlocks()

/** Whether the text was plain; whatever was made of it is what the whole language makes of it. */
function agrees(text: string): boolean {
  for (const blocks of [undefined, shared, shared, shared, shared]) {
    const value = readPlainYaml(text, blocks)
    if (value === undefined) return false
    // A field called constructor is more than other matchers can take.
    expect(isDeepStrictEqual([value], loadDocuments(text)), text).toBe(true)
  }
  return true
}

describe('plain YAML', () => {
  it('is what kubectl prints of pods, whether lists are indented or not', () => {
    for (const text of BODIES) expect(agrees(text)).toBe(true)
    for (const role of ROLES) expect(agrees(dump(recorded(`01-plain/${role}.json`), { seqNoIndent: true }))).toBe(true)
  })

  it('is read as the whole language is, whatever values and keys there are, or left to it', () => {
    let plain = 0
    fc.assert(
      fc.property(aValue, aStyle, (value, style) => {
        if (agrees(dump(value, style))) plain += 1
      }),
      { numRuns: 4000 },
    )
    expect(plain).toBeGreaterThan(400)
  })

  it('is left to the whole language wherever an edit makes something else of it', () => {
    const anEdit = fc.record({
      at: fc.nat(),
      cut: fc.integer({ min: 0, max: 3 }),
      put: fc.oneof(
        fc.constantFrom(...HOSTILE),
        fc.constantFrom(
          '\n',
          ' ',
          '  ',
          ': ',
          '- ',
          '\n\n',
          '\n  ',
          '\n- ',
          '|\n',
          '>-\n',
          '|+\n',
          ' #',
          "'",
          '"',
          ':\n',
        ),
      ),
    })
    let [plain, others] = [0, 0]
    fc.assert(
      fc.property(
        fc.constantFrom(...BODIES),
        fc.nat(),
        fc.array(anEdit, { minLength: 1, maxLength: 3 }),
        (body, from, edits) => {
          let text = blockOf(body, from)
          for (const { at, cut, put } of edits) {
            const place = at % (text.length + 1)
            text = text.slice(0, place) + put + text.slice(place + cut)
          }
          if (agreesOrLeaves(text)) plain += 1
          else others += 1
        },
      ),
      { numRuns: 8000 },
    )
    expect(plain).toBeGreaterThan(300)
    expect(others).toBeGreaterThan(300)
  })

  it('may be the same in two containers of a pod, and is changed in one of them alone', () => {
    const resources = { resources: { limits: { memory: '1Gi' } } }
    const text = dump(
      {
        spec: {
          containers: [
            { name: 'main', ...resources },
            { name: 'side', ...resources },
          ],
        },
      },
      { noRefs: true },
    )
    const pod = readPlainYaml(text, shared) as JsonMap
    const to = ['spec', 'containers', MAIN, 'resources', 'limits', 'memory'] as const
    const enforced = enforce(pod, [{ field: 'memoryLimit', change: { do: 'set', to, value: '3Gi' } }], 0).pod
    const memory = mapsAt(enforced, 'spec', 'containers').map((one) => at(one, 'resources', 'limits', 'memory'))
    expect(memory).toEqual(['3Gi', '1Gi'])
    expect(isDeepStrictEqual([pod], loadDocuments(text))).toBe(true)
  })

  it('has no anchors, tags, comments, flow forms, second documents or keys said twice', () => {
    for (const text of ['a: &x 1\nb: *x\n', 'a: !!str 1\n', 'a: 1 # b\n', '# b\na: 1\n', 'a: [1]\n', 'a: {b: 1}\n'])
      expect(readPlainYaml(text), text).toBeUndefined()
    for (const text of [
      'a: 1\n---\nb: 1\n',
      'a: 1\na: 2\n',
      '? a\n: 1\n',
      'a:\n\t- 1\n',
      'a: b\n c\n',
      'a:\n  b\n',
      '',
    ])
      expect(readPlainYaml(text), text).toBeUndefined()
  })
})

/** Some lines of a text, so that an edit meets its neighbours: what is as deep as the first, or deeper. */
function blockOf(text: string, from: number): string {
  const lines = text.split('\n').slice(0, -1)
  const rest = lines.slice(from % lines.length)
  const indent = /^ */.exec(rest[0]!)![0].length
  const end = rest.findIndex((line) => !line.startsWith(' '.repeat(indent)))
  const block = rest.slice(0, end === -1 ? rest.length : end).slice(0, 15)
  return block.map((line) => `${line.slice(indent)}\n`).join('')
}

/** As `agrees`; and what the whole language refuses was not read. */
function agreesOrLeaves(text: string): boolean {
  try {
    loadDocuments(text)
  } catch {
    expect(readPlainYaml(text), text).toBeUndefined()
    expect(readPlainYaml(text, shared), text).toBeUndefined()
    return false
  }
  return agrees(text)
}
