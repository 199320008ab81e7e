/** What single files tell. */
import { describe, expect, it } from 'vitest'
import { diffFacts, type Fact, type FactChange, tableOf } from '../../../../src/domain/fork/features/facts.ts'
import { fieldPlaces, readApiFacts } from '../../../../src/domain/fork/features/read/api-facts.ts'
import { parseGoMod, readDockerfile, readGoMod } from '../../../../src/domain/fork/features/read/build-facts.ts'
import {
  passedFlags,
  readRightMarkers,
  readRights,
  readTemplate,
  readValues,
} from '../../../../src/domain/fork/features/read/chart-facts.ts'
import { readCrdFacts } from '../../../../src/domain/fork/features/read/crd-facts.ts'
import { readGoFacts } from '../../../../src/domain/fork/features/read/go-facts.ts'
import { parseGo } from '../../../../src/domain/fork/features/read/go-syntax.ts'
import { weigh } from '../../../../src/domain/fork/features/rules/meaning.ts'

const go = (body: string): ReturnType<typeof readGoFacts> =>
  readGoFacts('main.go', `package main\n\n${body}\n`, 'operator')
const listed = (facts: readonly Fact[], area: Fact['area']): [string, string][] =>
  facts.filter((fact) => fact.area === area).map(({ key, value }) => [key, value])

describe('flags', () => {
  it.each([
    ['flag.String("a", "x", "u")', 'x'],
    ['flag.StringVar(&v, "a", "x", "u")', 'x'],
    ['cmd.Flags().StringP("a", "s", "x", "u")', 'x'],
    ['cmd.Flags().StringVarP(&v, "a", "s", "x", "u")', 'x'],
    ['cmd.PersistentFlags().DurationVar(&v, "a", 15*time.Second, "u")', '15s'],
    ['pflag.IntSlice("a", []int{1, 2}, "u")', '[1, 2]'],
    ['fs.StringSliceVar(&v, "a", []string{}, "u")', '[]'],
    ['command.Flags().BoolVar(&v, "a", false, "one "+\n\t"two")', 'false'],
    ['flag.Var(&v, "a", "u")', ''],
  ])('are found in %s', (call, value) => {
    const { facts } = go(`func init() {\n\t${call}\n}`)
    expect(listed(facts, 'flag')).toEqual([['operator/a', value]])
  })

  it('are not seen in calls of other things', () => {
    const { facts } = go('func f() {\n\tlog.String("a", "x", "u")\n\tzap.Bool("b", true)\n\tstrings.Count("c", "d")\n}')
    expect(listed(facts, 'flag')).toEqual([])
  })

  it('are not seen in comments and strings', () => {
    const { facts } = go('// flag.String("a", "x", "u")\nvar s = `flag.String("b", "x", "u")`')
    expect(listed(facts, 'flag')).toEqual([])
  })
})

describe('Go source', () => {
  it('is read on after a line that ends in true, which the grammar forgets to end', () => {
    const { errorLine, facts } = go('func f() {\n\tx := true\n\treturn\n}\nvar a = flag.Bool("a", true, "u")')
    expect(errorLine).toBeUndefined()
    expect(listed(facts, 'flag')).toEqual([['operator/a', 'true']])
  })

  it('tells the line that it does not know', () => {
    expect(parseGo('package a\n\nfunc {{ ]\n').errorLine).toBe(3)
  })

  it('names metrics by literals, by constants, and through functions that make names valid', () => {
    const { facts, constants } = go(
      'const runs = "runs_total"\nvar a = prometheus.NewCounterVec(prometheus.CounterOpts{Name: util.Valid(prefix, runs)}, nil)\n' +
        'var b = prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "op", Subsystem: "q", Name: "depth"})\n' +
        'var c = util.NewPositiveGauge(util.Valid(prefix, "running"), "help", labels)',
    )
    const known = new Map(constants)
    const names = [...tableOf(facts, (name) => known.get(name)).values()].filter(({ area }) => area === 'metric')
    expect(names.map(({ key, values }) => [key, values[0]])).toEqual([
      ['runs_total', 'counter'],
      ['op_q_depth', 'gauge'],
      ['running', 'gauge'],
    ])
  })

  it('leaves a star where a part of a name is only known at run time', () => {
    const { facts } = go('func f(name string) { prometheus.NewGauge(prometheus.GaugeOpts{Name: name + "_depth"}) }')
    expect([...tableOf(facts, () => undefined).keys()]).toEqual(['metric:*_depth'])
  })

  it('finds environment variables, feature gates and configuration keys', () => {
    const { facts } = go(
      'const Fast featuregate.Feature = "Fast"\nconst key = "example.io/widget-id"\nfunc f() { os.Getenv("POD_NAME"); os.LookupEnv("B") }',
    )
    expect(facts.map(({ area, key }) => `${area}:${key}`)).toEqual([
      'gate:Fast',
      'conf:example.io/widget-id',
      'env:POD_NAME',
      'env:B',
    ])
  })
})

describe('API types', () => {
  const read = (fields: string): ReturnType<typeof readApiFacts> =>
    readApiFacts(
      'api/v1/types.go',
      parseGo(
        `package v1\n\ntype Widget struct {\n\tmetav1.TypeMeta \`json:",inline"\`\n\tmetav1.ObjectMeta \`json:"metadata"\`\n\tSpec Spec \`json:"spec"\`\n}\n\ntype Spec struct {\n${fields}\n\tParts map[string][]*Part \`json:"parts,omitempty"\`\n\tCommon \`json:",inline"\`\n}\n\ntype Common struct {\n\tEnv []corev1.EnvVar \`json:"env,omitempty"\`\n}\n\ntype Part struct {\n\tName string \`json:"name"\`\n\tSub *Part \`json:"sub,omitempty"\`\n}\n`,
      ),
    )

  it('are told by json tags, markers and the first sentence of their comment', () => {
    const { facts } = read(
      '\t// Size of it. More.\n\t// +kubebuilder:default=3\n\t// +kubebuilder:validation:Enum={a,b}\n\tSize *int `json:"size,omitempty" yaml:"x"`\n\thidden int `json:"-"`',
    )
    expect(facts.find(({ key }) => key === 'v1.Spec.size')).toMatchObject({
      value: 'int; optional; Enum={a,b}; default=3',
      doc: 'Size of it.',
    })
    expect(facts.some(({ key }) => key.includes('hidden') || key.endsWith('.-'))).toBe(false)
  })

  it('say where a user writes a field, also within maps, embedded types and types that hold themselves', () => {
    const places = fieldPlaces(read('').types)
    expect(places.get('v1.Common.env')).toEqual(['Widget.spec.env'])
    expect(places.get('v1.Part.name')).toEqual(['Widget.spec.parts.name'])
  })

  const field = (before: string, after: string): FactChange =>
    ({
      area: 'crd',
      key: 'v1.S.f',
      change: 'changed',
      before: [before],
      after: [after],
      paths: [],
    }) satisfies FactChange

  it.each([
    ['string; optional', 'int; optional', 'breaking'],
    ['[]common.Status; optional', '[]Status; optional', 'note'],
    ['string; optional', 'string; required', 'breaking'],
    ['string; required', 'string; optional', 'note'],
    ['string; optional; default=a', 'string; optional; default=b', 'default'],
    ['string; optional; Enum={a,b}', 'string; optional; Enum={a}', 'breaking'],
    ['string; optional; Enum={a}', 'string; optional; Enum={a,b}', 'note'],
    ['integer; optional; minimum=1', 'integer; optional; minimum=2', 'breaking'],
    ['integer; optional; minimum=2', 'integer; optional; minimum=1', 'note'],
  ])('weigh %s → %s as %s → %s', (before, after, weight) => {
    expect(weigh(field(before, after))).toBe(weight)
  })
})

describe('charts', () => {
  it('tell values by path, with defaults as JSON and helm-docs’ comments', () => {
    const { facts } = readValues(
      'values.yaml',
      '# -- How many.\n# @default -- 1\nreplicas: 1\na:\n  b: {}\n  c: [x]\n  d:\n',
      '',
    )
    expect(facts.map(({ key, value, doc }) => [key, value, doc])).toEqual([
      ['replicas', '1', 'How many.'],
      ['a.b', '{}', ''],
      ['a.c', '["x"]', ''],
      ['a.d', 'null', ''],
    ])
  })

  it('do not fail on duplicate keys, aliases without end, and lists at the top', () => {
    expect(readValues('v', 'a: 1\na: 2\n', '').unread).toEqual([])
    expect(readValues('v', '- a\n', '').facts).toEqual([])
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from('bcdefgh')
      .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]!}`).join(', ')}]`)
      .join('\n')}\n`
    expect(readValues('v', bomb, '').unread[0]?.why).toMatch(/alias/i)
  })

  it('tell rights from a template whatever stands between the rules', () => {
    const text = `rules:\n- apiGroups:\n  - ""\n  resources: ["pods", "configmaps"]\n  verbs:\n  - get\n  - list\n{{- if .Values.x }}\n- verbs: ["create"]\n  apiGroups: [batch] # jobs\n  resources:\n  {{/* why */}}\n  - jobs\n{{- end }}\nsubjects:\n- kind: ServiceAccount\n`
    expect(readRights('rbac.yaml', text, 'operator').map(({ key, value }) => [key, value])).toEqual([
      ['operator:core/pods', 'get,list'],
      ['operator:core/configmaps', 'get,list'],
      ['operator:batch/jobs', 'create'],
    ])
  })

  it('tell rights from markers', () => {
    const marker = '// +kubebuilder:rbac:groups="",resources=pods;services,verbs=get;list\n'
    expect(readRightMarkers('a.go', marker, 'operator').map(({ key, value }) => [key, value])).toEqual([
      ['operator:core/pods', 'get,list'],
      ['operator:core/services', 'get,list'],
    ])
  })

  it('tell under which conditions a flag is passed, but not what the whole object stands under', () => {
    const text = `{{- if .Values.enabled }}\nkind: Deployment\nargs:\n- --a=1\n{{- if .Values.x }}\n- --b\n{{- else if .Values.y }}\n- -c={{ .Values.c }}\n{{- end }}\n{{- with .Values.z }}\n- --d\n{{- end }}\n{{- end }}\n`
    expect(passedFlags(text)).toEqual([
      { flag: 'a', value: '1', conditions: [] },
      { flag: 'b', value: 'true', conditions: ['.Values.x'] },
      { flag: 'c', value: '{{ .Values.c }}', conditions: ['not (.Values.x) and (.Values.y)'] },
      { flag: 'd', value: 'true', conditions: [] },
    ])
  })

  it('tell kinds of objects and variables', () => {
    const facts = readTemplate('t.yaml', 'kind: PodDisruptionBudget\nenv:\n  - name: POD_NAME\n  - name: notone\n')
    expect(facts.map(({ area, key }) => `${area}:${key}`)).toEqual(['object:PodDisruptionBudget', 'env:POD_NAME'])
  })
})

describe('custom resource definitions', () => {
  it('tell paths with type, presence and rules, through lists and maps', () => {
    const text = `kind: CustomResourceDefinition\nmetadata: {annotations: {controller-gen.kubebuilder.io/version: v0.15.0}}\nspec:\n  names: {kind: Widget}\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        properties:\n          spec:\n            required: [size]\n            properties:\n              size: {type: integer, default: 1, minimum: 1}\n              parts: {type: array, items: {properties: {name: {type: string, enum: [b, a]}}}}\n`
    const { facts } = readCrdFacts('crd.yaml', text)
    expect(facts.map(({ key, value }) => [key, value])).toEqual([
      ['controller-gen', '0.15.0'],
      ['Widget/v1.spec', 'any; optional'],
      ['Widget/v1.spec.size', 'integer; required; default=1; minimum=1'],
      ['Widget/v1.spec.parts', 'array; optional'],
      ['Widget/v1.spec.parts[].name', 'string; optional; enum=a|b'],
    ])
  })

  it('are found among other objects of one file', () => {
    const one = (kind: string): string =>
      `kind: CustomResourceDefinition\nspec: {names: {kind: ${kind}}, versions: [{name: v1, schema: {openAPIV3Schema: {properties: {a: {}}}}}]}\n`
    const { facts, unread } = readCrdFacts(
      'all.yaml',
      `kind: Namespace\n---\n${one('A')}--- # next\n${one('B')}---\nx: {{ y }}\n`,
    )
    expect(facts.map(({ key }) => key)).toEqual(['A/v1.a', 'B/v1.a'])
    expect(unread).toEqual([])
  })

  it('are told as unread where they are no YAML', () => {
    expect(readCrdFacts('crd.yaml', 'kind: CustomResourceDefinition\na: [').unread).toHaveLength(1)
  })
})

describe('builds', () => {
  it('know a module’s version after its replacement', () => {
    const text =
      'module "example.org/x" // c\ngo 1.22\ntoolchain go1.22.3\nrequire (\n\tk8s.io/api v0.29.3\n\tk8s.io/client-go v0.29.3 // indirect\n)\nreplace k8s.io/api => k8s.io/api v0.25.3\nreplace k8s.io/client-go v0.29.3 => ../local\n'
    expect(readGoMod('go.mod', text).map(({ key, value }) => [key, value])).toEqual([
      ['path', 'example.org/x'],
      ['Go (go.mod)', '1.22'],
      ['Go toolchain', '1.22.3'],
      ['Kubernetes API (k8s.io/api)', '0.25.3'],
      ['Kubernetes client (k8s.io/client-go)', '=> ../local'],
    ])
    expect(parseGoMod('').module).toBeUndefined()
  })

  it('know the last stage’s base image and user, arguments filled in', () => {
    const text =
      'ARG SPARK_IMAGE=example.org/spark:3.5.0\nARG UID=185\nFROM golang:1.22-alpine AS build\nUSER root\nFROM ${SPARK_IMAGE}\nRUN a \\\n  && b\nUSER ${UID}:${UID}\n'
    expect(readDockerfile('Dockerfile', text).map(({ key, value }) => [key, value])).toEqual([
      ['Go (image)', '1.22'],
      ['Spark (image)', '3.5.0'],
      ['Dockerfile base', 'example.org/spark:3.5.0'],
      ['Dockerfile user', '185:185'],
    ])
  })
})

describe('facts of a tree', () => {
  const fact = (path: string, key = 'a', value = '1'): Fact => ({ area: 'flag', key, value, path })
  it('do not change when a file moves', () => {
    const none = (): undefined => undefined
    expect(diffFacts(tableOf([fact('main.go')], none), tableOf([fact('cmd/start.go')], none))).toEqual([])
  })
})
