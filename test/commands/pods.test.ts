/** The commands about pods as a user runs them: forms, exit codes, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PODS } from '../support/pods.ts'
import { runCli, runShell } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

const CASE = join(PODS, '10-webhook-vs-template')
const APPLICATION = join(CASE, 'app-webhook.yaml')
const SPEC = ['--from-spec', APPLICATION, '--operator-version', 'v2.5.2']
let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sparkops-pods-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

/** Driver and executor in one stream. */
async function both(...files: string[]): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  const items = await Promise.all(
    files.map(async (one) => JSON.parse(await readFile(join(CASE, one), 'utf8')) as unknown),
  )
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}
const converted = (): Promise<string> => both('converted/driver.json', 'converted/executor.json')
const withWebhook = (): Promise<string> =>
  both('webhook/driver.webhook-v2.5.2.json', 'webhook/executor.webhook-v2.5.2.json')

describe('pods verify', () => {
  it('proves pods that the webhook changed, and ends with 0', async () => {
    const run = await runCli(['pods', 'verify', '-', ...SPEC, '-o', 'json'], { stdin: await withWebhook() })
    expect(run.code, run.stderr).toBe(0)
    expectMatchesSchema('pod-verification', JSON.parse(run.stdout))
  })

  it('names what no manifest can bring back, with the reason, and ends with 3', async () => {
    const run = await runCli(['pods', 'verify', '-', ...SPEC, '-o', 'json'], { stdin: await converted() })
    expect(run.code, run.stderr).toBe(3)
    const document = JSON.parse(run.stdout) as {
      fields: { role: string; verdict: string; source: string; rule: string }[]
    }
    expectMatchesSchema('pod-verification', document)
    expect(document.fields.map(({ role, verdict, source, rule }) => [role, verdict, source, rule].join(' '))).toEqual([
      'driver unmappable spec.sparkConfigMap U10',
      'driver unmappable spec.driver.env[2] U11',
      'driver unmappable spec.driver.memoryLimit U01',
      'executor unmappable spec.sparkConfigMap U10',
      'executor unmappable spec.executor.env[2] U11',
      'executor unmappable spec.executor.memoryLimit U01',
    ])
  })

  it('accepts what a file accepts with a reason, until the day it says, and warns of what accepts nothing', async () => {
    const entries = [
      '{path: "spec.containers[*].resources.limits.memory", reason: enough memory}',
      '{path: "spec.containers[*].env[name=SPARK_*]", reason: nobody reads it, until: 2999-12-31}',
      '{path: spec.hostIPC, reason: nothing}',
    ]
    const accept = (list: string[]): string =>
      `apiVersion: sparkops/v1\nkind: PodAcceptance\naccept: [${list.join(', ')}]\n`
    const stdin = await converted()
    const good = await runCli(['pods', 'verify', '-', ...SPEC, '--accept', file('accept.yaml', accept(entries))], {
      stdin,
    })
    expect(good.code, good.stdout).toBe(0)
    expect(good.stderr).toContain('spec.hostIPC accepted nothing')
    const expired = accept(entries).replace('2999', '2001')
    const bad = await runCli(['pods', 'verify', '-', ...SPEC, '--accept', file('expired.yaml', expired)], { stdin })
    expect(bad.code).toBe(3)
    expect(bad.stderr).toContain('expired on 2001-12-31')
  })

  it('ends with 7 where a role of the application was not seen, whatever was proven', async () => {
    const run = await runCli(['pods', 'verify', join(CASE, 'webhook/driver.webhook-v2.5.2.json'), ...SPEC])
    expect(run.code).toBe(7)
    expect(run.stdout).toContain('no executor of all was seen')
  })

  it('ends with 7 where that operator would have refused the pod', async () => {
    const spec = ['--from-spec', APPLICATION, '--operator-version', '2.0.2']
    const executor = join(CASE, 'webhook/executor.webhook-v2.5.2.json')
    const run = await runCli(['pods', 'verify', executor, ...spec])
    expect(run.code).toBe(7)
    expect(run.stdout).toContain('Spark container executor not found')
  })

  it('proves nothing by the absence of a field that no pod has', async () => {
    const expectation = file(
      'absent.yaml',
      `apiVersion: sparkops/v1
kind: PodExpectation
select: {role: driver}
absent: ['spec.volums[name=tmp-*]', 'spec.volumes[name=tmp-*]']
expect: {spec: {hostNetwrk: {$absent: true}, nodeSelector: {nowhere: {$absent: true}}}}
`,
    )
    const run = await runCli(['pods', 'verify', join(PODS, '01-plain/driver.json'), '--expect', expectation])
    expect(run.code).toBe(7)
    expect(run.stdout).toMatch(/undecided +spec\.volums\[name=tmp-\*\]/)
    expect(run.stdout).toMatch(/undecided +spec\.hostNetwrk/)
    expect(run.stdout).toContain('2 undecided, 2 same')
  })

  it('takes partial pods as kuttl users write them, with matchers', async () => {
    const expectation = file(
      'expect.yaml',
      `apiVersion: v1
kind: Pod
metadata: {labels: {spark-role: driver}}
spec:
  priorityClassName: spark-high
  terminationGracePeriodSeconds: {$gte: 60}
  tolerations: [{key: dedicated}]
  containers:
  - name: spark-kubernetes-driver
    resources: {limits: {memory: {$lte: 1536Mi}}}
    volumeMounts: [{mountPath: /data, readOnly: true}]
---
apiVersion: sparkops/v1
kind: PodExpectation
select: {role: executor}
absent: ["spec.volumes[name=tmp-*]"]
expect:
  metadata: {ownerReferences: [{kind: Pod, controller: true, name: all-driver}]}
  spec: {nodeSelector: {pool: {$re: spark|batch}}, hostIPC: {$absent: true}}
`,
    )
    const good = await runCli(['pods', 'verify', '-', '--expect', expectation], { stdin: await converted() })
    expect(good.code, good.stdout + good.stderr).toBe(0)
    const bad = await runCli(['pods', 'verify', '-', '--expect', expectation, '-o', 'name'], {
      stdin: await withWebhook(),
    })
    expect(bad.code).toBe(3)
    expect(bad.stdout).toBe('driver:spec.containers[name=spark-kubernetes-driver].resources.limits.memory\n')
  })

  it('writes expectations that the pods they come from meet', async () => {
    const stdin = await converted()
    const written = await runCli(['pods', 'expect', '-'], { stdin })
    expect(written.code, written.stderr).toBe(0)
    const run = await runCli(['pods', 'verify', '-', '--expect', file('own.yaml', written.stdout)], { stdin })
    expect(run.code, run.stdout + run.stderr).toBe(0)
    const list = await runCli(['pods', 'expect', ...SPEC, '-o', 'json'])
    expectMatchesSchema('pod-expectation-list', JSON.parse(list.stdout))
    const spec = await runCli(['pods', 'verify', '-', '--expect', file('spec.json', list.stdout)], {
      stdin: await withWebhook(),
    })
    expect(spec.code, spec.stdout + spec.stderr).toBe(0)
  })
})

describe('pods diff', () => {
  it('has the shape that its schema promises, in all that it can list', async () => {
    const [a, b] = [file('a.json', await withWebhook()), file('b.json', await converted())]
    const run = await runCli(['pods', 'diff', a, b, '-o', 'json', '--show', 'all'])
    expect(run.code, run.stderr).toBe(3)
    expectMatchesSchema('pod-diff', JSON.parse(run.stdout))
  })

  it('fits 80 columns', async () => {
    const [a, b] = [file('a.json', await withWebhook()), file('b.json', await converted())]
    const run = await runCli(['pods', 'diff', a, b, '--show', 'all'], { env: { COLUMNS: '80' } })
    const names = run.stdout.split('\n').filter((line) => line.length > 80)
    expect(names.filter((line) => !line.includes('held against'))).toEqual([])
  })

  it('is JUnit for CI and Markdown for a pull request, with names from outside escaped', async () => {
    const hostile = (await converted()).replaceAll('spark-high', '<b>&\\"|`\\u001b[31m')
    const [a, b] = [file('a.json', await withWebhook()), file('hostile.json', hostile)]
    const junit = await runCli(['pods', 'diff', a, b, '-o', 'junit'])
    expect(junit.stdout).toMatch(/^<\?xml version="1\.0"/)
    expect(junit.stdout).not.toContain('<b>')
    expect(junit.stdout.match(/<failure /g)).toHaveLength(7)
    const markdown = await runCli(['pods', 'diff', a, b, '-o', 'markdown'])
    expect(markdown.stdout).not.toContain('<b>')
    expect(markdown.stdout).toContain('| different | 7 |')
  })

  it('shows no secret', async () => {
    const secret = 'hunter2-correct-horse'
    const text = (await converted()).replaceAll('"value":"UTC"', `"value":"jdbc:x?password=${secret}"`)
    const pods = JSON.parse(text) as { items: { spec: { containers: { env?: unknown[] }[] } }[] }
    for (const pod of pods.items)
      pod.spec.containers
        .at(-1)
        ?.env?.push(
          { name: 'DB_PASSWORD', value: secret },
          { name: 'SPARK_JAVA_OPT_99', value: `-Dx.password=${secret}` },
        )
    const [a, b] = [file('plain.json', await converted()), file('secret.json', JSON.stringify(pods))]
    for (const form of ['table', 'json', 'junit', 'markdown']) {
      const run = await runCli(['pods', 'diff', a, b, '-o', form, '--show', 'all'])
      expect(run.code).toBe(3)
      expect(run.stdout + run.stderr).not.toContain(secret)
    }
  })
})

describe('pods explain', () => {
  it('tells one rule, lists them all, and knows no others', async () => {
    expect((await runCli(['pods', 'explain', 'u01'])).stdout).toContain('Spark writes the request as the limit')
    const all = JSON.parse((await runCli(['pods', 'explain', '-o', 'json'])).stdout) as { items: { id: string }[] }
    expectMatchesSchema('pod-rule-list', all)
    expect(new Set(all.items.map(({ id }) => id)).size).toBe(all.items.length)
    expect((await runCli(['pods', 'explain', 'Z99'])).code).toBe(64)
  })
})

describe('what cannot be read', () => {
  const pod = '{apiVersion: v1, kind: Pod, metadata: {name: x, labels: {spark-role: driver}}, spec: '
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
    .split('')
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]!}`).join(',')}]`)
    .join('\n')}\nkind: Pod\n`
  const cases: [name: string, text: string, says: RegExp][] = [
    ['malformed YAML', 'kind: Pod\nmetadata: {name: [x\n', /bad\.yaml:\d+:\d+ /],
    ['malformed JSON', '{"kind": "Pod", ', /bad\.yaml:1:\d+ /],
    ['a list where a map should be', `${pod}[]}`, /bad\.yaml: spec .*\n.*a list where a map should be/],
    ['a map where a list should be', `${pod}{containers: {name: x}}}`, /spec\.containers/],
    [
      'nothing where a container should be',
      `${pod}{containers: [null]}}`,
      /spec\.containers\[0\] .*\n.*nothing where a map/,
    ],
    ['a bomb of aliases', bomb, /unfolds to millions/],
    [
      'a pod that is not Spark’s',
      '{apiVersion: v1, kind: Pod, metadata: {name: x}}',
      /pod x is not a driver or executor/,
    ],
    ['no pod at all', '{apiVersion: v1, kind: ConfigMap}', /holds no pod/],
    [
      'a capture without its lists',
      '{apiVersion: sparkops/v1, kind: PodCapture, complete: true}',
      /: pods cannot be read/,
    ],
    ['a bad document among good ones', `${pod}{}}\n---\nkind: Pod\nspec: [x\n`, /bad\.yaml:\d:\d+ /],
    ['nothing', '', /holds no pod/],
    ['a deep nest', '['.repeat(50_000), /bad\.yaml/],
    ['a file of 50 MB', `# ${'x'.repeat(50 << 20)}`, /50 MiB/],
  ]
  for (const [name, text, says] of cases)
    it(`ends with 65 and the place: ${name}`, async () => {
      const path = file('bad.yaml', text)
      const run = await runCli(['pods', 'verify', path, '--provenance'])
      expect(run.code, run.stderr).toBe(65)
      expect(run.stderr).toMatch(says)
    })

  const application = (head: string, spec: string): string =>
    `{${head}, kind: SparkApplication, metadata: {name: a}, spec: {driver: {}, executor: {}, ${spec}}}`
  const served = 'apiVersion: sparkoperator.k8s.io/v1beta2'
  const truths: [what: string, text: string, says: RegExp][] = [
    ['a map where its volumes should be', application(served, 'volumes: {name: data}'), /spec\.volumes .*\n.*a list/],
    ['a text where a volume should be', application(served, 'volumes: [data]'), /spec\.volumes\[0\] .*\n.*a map/],
    [
      'a template that is none',
      application(served, 'driver: {template: {spec: [x]}}').replace('driver: {}, ', ''),
      /template\.spec/,
    ],
    [
      'an API version that no operator serves',
      application('apiVersion: sparkoperator.k8s.io/v1alpha1', ''),
      /v1alpha1/,
    ],
    ['the application of another operator', application('apiVersion: spark.apache.org/v1', ''), /spark\.apache\.org/],
  ]
  for (const [what, text, says] of truths)
    it(`ends with 65 and the field, rather than ask for less than the application says: ${what}`, async () => {
      const spec = ['--from-spec', file('truth.yaml', text), '--operator-version', '2.5.2']
      for (const args of [
        ['verify', join(CASE, 'converted/driver.json'), ...spec],
        ['expect', ...spec],
      ]) {
        const run = await runCli(['pods', ...args])
        expect(run.code, run.stderr).toBe(65)
        expect(run.stderr).toMatch(says)
      }
    })

  it('reads what a shell gives for <(…), on both sides, and no more of a device than of a file', async () => {
    const pods = join(PODS, '01-plain')
    const same = await runShell(
      `sparkops pods diff <(cat ${pods}/driver.json) <(cat ${pods}/driver.live.json | sed s/x/x/)`,
    )
    expect(same.stderr).toBe('')
    expect(same.code).toBe((await runCli(['pods', 'diff', `${pods}/driver.json`, `${pods}/driver.live.json`])).code)
    const endless = await runCli(['pods', 'diff', '/dev/zero', `${pods}/driver.json`])
    expect(endless.code).toBe(65)
    expect(endless.stderr).toContain('/dev/zero')
  })

  it('ends with 64 for a version that nobody knows, or truths that do not go together', async () => {
    const driver = join(CASE, 'converted/driver.json')
    const unknown = await runCli(['pods', 'verify', driver, '--from-spec', APPLICATION, '--operator-version', '9.9.9'])
    expect(unknown.code).toBe(64)
    expect(unknown.stderr).toContain('9.9.9')
    for (const flags of [
      [],
      ['--provenance', '--baseline', driver],
      ['--provenance', '--ideal'],
      ['--from-spec', APPLICATION],
    ])
      expect((await runCli(['pods', 'verify', driver, ...flags])).code, flags.join(' ')).toBe(64)
  })

  it('ends with 65 and the field for an expectation or an acceptance that cannot be read', async () => {
    const driver = join(CASE, 'converted/driver.json')
    const texts = [
      'kind: Pod\nspec: []\n',
      'kind: Pod\nmetadata: {labels: {a: {$nope: 1}}}\n',
      'apiVersion: sparkops/v1\nkind: PodExpectation\nexpects: {}\n',
      'kind: Pod\nspec: {containers: {name: x}}\n',
      'kind: Pod\nspec: {priorityClassName: {$re: "("}}\n',
      'kind: Pod\nspec: {nodeSelector: {pool: {$not: {$oneOf: a}}}}\n',
      'kind: Pod\nspec: {tolerations: {$count: some}}\n',
    ]
    for (const text of texts) {
      const run = await runCli(['pods', 'verify', driver, '--expect', file('e.yaml', text)])
      expect(run.code, text + run.stderr).toBe(65)
      expect(run.stderr).toContain('e.yaml')
    }
    const noReason = file('r.yaml', 'apiVersion: sparkops/v1\nkind: PodAcceptance\naccept: [{path: spec.x}]\n')
    const run = await runCli(['pods', 'verify', driver, '--provenance', '--accept', noReason])
    expect(run.code).toBe(65)
    expect(run.stderr).toContain('accept[0].reason')
  })
})
