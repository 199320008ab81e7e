/** Files keep what people wrote: comments, order, quotes, indentation, other documents. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { convertFiles } from '../../../src/domain/app/convert/convert-files.ts'
import { isMap } from '../../../src/domain/pods/json.ts'
import { parseDocuments } from '../../../src/domain/pods/read-objects.ts'
import { operatorVersion } from '../../../src/domain/pods/webhook/operator-versions.ts'
import { anyApplication } from '../../support/app/applications.ts'

async function convert(text: string, version = '2.5.2') {
  const conversion = await convertFiles({
    files: [{ name: 'app.yaml', isNamed: true, text: () => Promise.resolve(text) }],
    operator: operatorVersion(version),
    sparkVersion: undefined,
    isIdeal: false,
    templatesAt: undefined,
  })
  return conversion.files[0]!
}

const HEAD = `apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: x, namespace: jobs}   # in one line
`

describe('a converted file', () => {
  it('says what the conversion says, keeps every comment, and is not written anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyApplication,
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        fc.boolean(),
        async (application, indent, indentSeq, isFlow) => {
          // A field that says what stands in the configuration already is gone, and its comments with it.
          const conf = Object.keys((application as { spec: { sparkConf?: object } }).spec.sparkConf ?? {})
          fc.pre(
            !conf.some((key) => /^spark\.(kubernetes\.(node\.selector|scheduler|driverEnv)|executorEnv)\./.test(key)),
          )
          const plain = stringify(application, {
            indent: indentSeq ? Math.max(indent, 2) : indent,
            indentSeq,
            lineWidth: 0,
            aliasDuplicateObjects: false,
          })
          const text = isFlow ? withFlow(plain) : plain
          const { text: commented, comments } = withComments(text)
          const file = await convert(commented)
          expect(file.applications[0]!.notes.filter((note) => note.includes('anew'))).toEqual([])
          for (const comment of comments) expect(file.text).toContain(comment)
          const again = await convert(file.text)
          expect(again.text).toBe(file.text)
          const bare = await convert(JSON.stringify(application))
          expect(parseDocuments(file.text, 'a')).toEqual(parseDocuments(bare.text, 'b'))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('keeps the comments of a field whose place another one takes', async () => {
    const spec = `spec:
  sparkVersion: 3.5.1
  batchScheduler: yunikorn # ours
  driver: {}
  executor: {}
  sparkConf:
    # since the move
    spark.kubernetes.driver.scheduler.name: other # old
    spark.kubernetes.executor.scheduler.name: other
`
    const { text } = await convert(HEAD + spec)
    for (const comment of ['# ours', '# since the move', '# old']) expect(text).toContain(comment)
  })

  it('leaves other documents, and what stands between them, byte for byte', async () => {
    const before = `# settings\napiVersion: v1\nkind: ConfigMap\ndata:   {a:   "1"}\n---\n`
    const after = `---\n# the end\nkind: Secret\napiVersion: v1\n...\n`
    const spec = `spec:\n  sparkVersion: 3.5.1\n  driver: {priorityClassName: high}\n  executor: {}\n`
    const { text } = await convert(before + HEAD + spec + after)
    expect(text.startsWith(before + HEAD)).toBe(true)
    expect(text.endsWith(after)).toBe(true)
  })

  it('resolves anchors whose fields move, and keeps the others', async () => {
    const spec = `spec:
  sparkVersion: 3.5.1
  volumes:
    - name: data
      emptyDir: {}
  driver:
    labels: &labels
      team: a
    volumeMounts: &mounts
      - name: data
        mountPath: /data
  executor:
    labels: *labels
    volumeMounts: *mounts
`
    const { text, applications } = await convert(HEAD + spec)
    expect(applications[0]!.notes.join()).not.toContain('anew')
    expect(text).toContain('labels: *labels')
    expect(text).not.toContain('mounts')
    expect(text.match(/mountPath: \/data/g)).toHaveLength(2)
  })

  it('carries what a merge key brings', async () => {
    const spec = `spec:
  sparkVersion: 3.5.1
  driver: &common
    priorityClassName: high
    cores: 1
  executor:
    <<: *common
    instances: 3
`
    const { text } = await convert(HEAD + spec)
    const [value] = parseDocuments(text, 'x')
    expect(isMap(value) && value['spec']).toMatchObject({
      driver: { cores: 1, template: { spec: { priorityClassName: 'high' } } },
      executor: { cores: 1, instances: 3, template: { spec: { priorityClassName: 'high' } } },
    })
  })

  it('keeps JSON as JSON, with its indentation', async () => {
    const object = {
      apiVersion: 'sparkoperator.k8s.io/v1beta2',
      kind: 'SparkApplication',
      metadata: { name: 'x' },
      spec: { sparkVersion: '3.5.1', driver: { hostNetwork: true }, executor: {} },
    }
    const { text } = await convert(`${JSON.stringify(object, null, 4)}\n`)
    expect(text.startsWith('{\n    "apiVersion"')).toBe(true)
    expect(text.endsWith('}\n')).toBe(true)
  })

  it('finds applications in a List, each at its own place', async () => {
    const item = (name: string): string => `  - kind: SparkApplication
    apiVersion: sparkoperator.k8s.io/v1beta2
    metadata: {name: ${name}}
    spec:
      sparkVersion: 3.5.1
      driver:
        priorityClassName: high # ${name}
      executor: {}
`
    const { text, applications } = await convert(`apiVersion: v1\nkind: List\nitems:\n${item('a')}${item('b')}`)
    expect(applications.map(({ name, line }) => `${name} ${line}`)).toEqual(['a 4', 'b 12'])
    expect(text.match(/priorityClassName: high # [ab]/g)).toHaveLength(2)
  })

  it('keeps Windows line ends out of trouble', async () => {
    const spec = 'spec:\n  sparkVersion: 3.5.1\n  driver:\n    priorityClassName: high\n  executor: {}\n'
    const { text } = await convert((HEAD + spec).replaceAll('\n', '\r\n'))
    expect(parseDocuments(text, 'x')).toEqual(parseDocuments((await convert(HEAD + spec)).text, 'y'))
  })
})

describe('a schedule', () => {
  it('cannot name the ConfigMap of a run, and says what to do instead', async () => {
    const { applications, text } = await convert(`apiVersion: sparkoperator.k8s.io/v1beta2
kind: ScheduledSparkApplication
metadata: {name: nightly}
spec:
  schedule: "@daily"
  template:
    sparkVersion: 3.5.1
    monitoring:
      exposeDriverMetrics: true
      exposeExecutorMetrics: false
      prometheus: {jmxExporterJar: /jmx.jar}
    driver:
      priorityClassName: high
    executor: {}
`)
    const lost = applications[0]!.fields.filter(({ severity }) => severity === 'lost')
    expect(lost.map(({ field, rule }) => `${field} ${rule}`)).toEqual(['spec.template.monitoring.prometheus C25'])
    expect(text).toContain('        priorityClassName: high')
  })
})

/** A comment above every key and dash that stands on a line of its own, and beside each plain value. */
function withComments(text: string): { text: string; comments: string[] } {
  const comments: string[] = []
  const lines = text.split('\n').flatMap((line, index) => {
    const indent = /^ */.exec(line)![0]
    if (!/^\s*(- )*[\w."]+:/.test(line)) return [line]
    const above = `# above ${index}.`
    const beside = /: [^|>{["'&*#]+$/.test(line) ? `# beside ${index}.` : ''
    comments.push(above, ...(beside ? [beside] : []))
    return [`${indent}${above}`, beside ? `${line} ${beside}` : line]
  })
  return { text: lines.join('\n'), comments }
}

/** Tolerations and lists of names in one line, as people write them. */
function withFlow(text: string): string {
  return text.replace(
    /nodeSelector:\n((?: +\w+: \w\n)+)/g,
    (_, pairs: string) => `nodeSelector: {${pairs.trim().split(/\n\s*/).join(', ')}}\n`,
  )
}
