/** `app convert` and `app lint` as a user runs them: forms, files, exit codes, and what is refused. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PODS } from '../support/pods.ts'
import { runCli } from '../support/run.ts'
import { expectMatchesSchema } from '../support/schema.ts'

const APPLICATION = join(PODS, '10-webhook-vs-template/app-webhook.yaml')
const FOR = ['--operator-version', '2.5.2']
let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sparkops-app-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const SIMPLE = `# nightly
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: etl, namespace: jobs}
spec:
  type: Python
  mode: cluster
  sparkVersion: 3.5.7
  mainApplicationFile: local:///etl.py
  restartPolicy: {type: Never}
  driver:
    cores: 1
    memory: 1g
    priorityClassName: high # agreed with ops
  executor:
    cores: 1
    memory: 1g
    instances: 2
`

describe('app convert', () => {
  it('prints the manifest, and ends with 0 when all was carried', async () => {
    const run = await runCli(['app', 'convert', '-', ...FOR], { stdin: SIMPLE })
    expect(run.code, run.stderr).toBe(0)
    expect(run.stdout).toContain('        priorityClassName: high # agreed with ops\n')
    expect(run.stdout.startsWith('# nightly\n')).toBe(true)
    const again = await runCli(['app', 'convert', '-', ...FOR], { stdin: run.stdout })
    expect(again.stdout).toBe(run.stdout)
  })

  it('ends with 3 when something was lost, names it, and reports every field', async () => {
    const run = await runCli(['app', 'convert', APPLICATION, ...FOR])
    expect(run.code).toBe(3)
    expect(run.stderr).toContain('spec.driver.memoryLimit is lost')
    const json = await runCli(['app', 'convert', APPLICATION, ...FOR, '-o', 'json'])
    expect(json.code).toBe(3)
    const document = JSON.parse(json.stdout) as { files: { text: string }[]; summary: unknown }
    expectMatchesSchema('app-conversion', document)
    expect(document.files[0]!.text).toBe(run.stdout)
    expect(document.summary).toEqual({ applications: 1, moved: 76, filled: 0, lost: 6, changed: 0 })
  })

  it('changes files in their place only with consent, keeps who may read them, and not at all in a dry run', async () => {
    const path = file('place.yaml', SIMPLE)
    const dry = await runCli(['app', 'convert', path, ...FOR, '--in-place', '--dry-run'])
    expect(dry.code, dry.stderr).toBe(0)
    expect(dry.stderr).toContain('+        priorityClassName: high # agreed with ops')
    const refused = await runCli(['app', 'convert', path, ...FOR, '--in-place'])
    expect(refused.code).toBe(64)
    expect(readFileSync(path, 'utf8')).toBe(SIMPLE)
    const mode = statSync(path).mode
    const done = await runCli(['app', 'convert', path, ...FOR, '--in-place', '--yes'])
    expect(done.code, done.stderr).toBe(0)
    expect(readFileSync(path, 'utf8')).toContain('template:')
    expect(statSync(path).mode).toBe(mode)
    const again = await runCli(['app', 'convert', path, ...FOR, '--in-place'])
    expect(again.code, 'nothing to change, nothing to ask').toBe(0)
  })

  it('writes a file, and never over another by accident', async () => {
    const [source, target] = [file('source.yaml', SIMPLE), join(directory, 'target.yaml')]
    expect((await runCli(['app', 'convert', source, ...FOR, '--out', target])).code).toBe(0)
    expect(readFileSync(target, 'utf8')).toContain('template:')
    expect((await runCli(['app', 'convert', source, ...FOR, '--out', target])).code).toBe(1)
    expect((await runCli(['app', 'convert', source, ...FOR, '--out', target, '--force'])).code).toBe(0)
  })

  it('gives an operator without templates files of them', async () => {
    const out = mkdtempSync(join(directory, 'templates-'))
    const args = ['--operator-version', '1.6.2', '--templates-at', '/opt/templates', '--templates-out', out]
    const source = file(
      'old.yaml',
      SIMPLE.replace('priorityClassName: high', 'tolerations: [{key: a, operator: Exists}]'),
    )
    const run = await runCli(['app', 'convert', source, ...args])
    expect(run.stdout).toContain('spark.kubernetes.driver.podTemplateFile: /opt/templates/etl-driver.yaml')
    expect(readdirSync(out)).toEqual(['etl-driver.yaml'])
    expect(readFileSync(join(out, 'etl-driver.yaml'), 'utf8')).toContain('tolerations:')
    expect(run.code, 'nobody writes the driver’s owner before v2.4.0').toBe(3)
    expect(run.stderr).toContain('metadata.name')
  })
})

describe('app lint', () => {
  it('names file, line and column in every form, and ends with 3 on errors', async () => {
    const path = file('typo.yaml', SIMPLE.replace('instances', 'instnces'))
    const run = await runCli(['app', 'lint', path, ...FOR])
    expect(run.code).toBe(3)
    expect(run.stdout).toContain(`${path}:18:5 error AL01 spec.executor.instnces`)
    const json = await runCli(['app', 'lint', path, ...FOR, '-o', 'json'])
    expectMatchesSchema('app-lint', JSON.parse(json.stdout))
    const github = await runCli(['app', 'lint', path, ...FOR, '-o', 'github'])
    expect(github.stdout).toMatch(/^::error file=.*typo\.yaml,line=18,col=5,title=AL01::.*did you mean instances\?\n$/)
    const sarif = JSON.parse((await runCli(['app', 'lint', path, ...FOR, '-o', 'sarif'])).stdout) as {
      runs: { results: unknown[] }[]
    }
    expect(sarif.runs[0]!.results).toHaveLength(1)
  })

  it('ends with 0 on warnings, with 3 when strict', async () => {
    const path = file('warn.yaml', SIMPLE.replace('  driver:', '  volumes: [{name: a, emptyDir: {}}]\n  driver:'))
    expect((await runCli(['app', 'lint', path, ...FOR])).code).toBe(0)
    expect((await runCli(['app', 'lint', path, ...FOR, '--strict'])).code).toBe(3)
  })

  it('explains its rules and those of conversions', async () => {
    const run = await runCli(['app', 'lint', '--explain', 'AL10', '--explain', 'C20', '-o', 'json'])
    expect(run.code, run.stderr).toBe(0)
    const list = JSON.parse(run.stdout) as { items: unknown[] }
    expectMatchesSchema('app-rule-list', list)
    expect(list.items).toHaveLength(2)
    expect((await runCli(['app', 'lint', '--explain', 'AL99'])).code).toBe(64)
  })
})

describe('what cannot be read', () => {
  const bomb = `a: &a [${'x,'.repeat(20)}]\n${'bcdefgh'
    .split('')
    .map((name, i) => `${name}: &${name} [${Array(20).fill(`*${'abcdefg'[i]!}`).join(',')}]`)
    .join('\n')}\n`
  const cases: [string, string, RegExp][] = [
    ['malformed YAML', 'kind: SparkApplication\n  a: b: c\n', /:2:\d+/],
    ['malformed JSON', '{"kind": "SparkApplication",, }', /:1:\d+/],
    [
      'a list where a map should be',
      SIMPLE.replace('  executor:\n    cores: 1\n    memory: 1g\n    instances: 2', '  executor: [1]'),
      /:15:3: spec\.executor/,
    ],
    ['a map where a list should be', SIMPLE.replace('cores: 1', 'env: {a: b}'), /:12:5: spec\.driver\.env/],
    [
      'a list where metadata should be',
      SIMPLE.replace(/metadata:[^]*?spec:/, 'metadata: [a]\nspec:'),
      /:4:1: metadata/,
    ],
    ['an API version that no operator serves', SIMPLE.replace('v1beta2', 'v1alpha1'), /:2:1: apiVersion/],
    [
      'a spec that is none',
      'apiVersion: sparkoperator.k8s.io/v1beta2\nkind: SparkApplication\nspec: hello\n',
      /:3:1: spec/,
    ],
    ['a bomb of anchors', bomb, /: [a-h]\[.*aliases of aliases/s],
    ['what is no application', 'apiVersion: v1\nkind: ConfigMap\n', /holds no SparkApplication/],
    ['50 MB', `# ${'x'.repeat(50 << 20)}`, /more than/],
  ]
  for (const [what, text, place] of cases)
    it(`is refused with 65 and its place: ${what}`, async () => {
      const path = file('bad.yaml', text)
      for (const verb of ['convert', 'lint']) {
        const run = await runCli(['app', verb, path, ...FOR])
        if (verb === 'lint' && / should be$| serves$/.test(what)) {
          expect(run.code, 'lint tells it among its findings').toBe(3)
          expect(run.stdout).toMatch(new RegExp(`${place.source.slice(0, place.source.indexOf(': '))} error AL0[35]`))
          continue
        }
        expect(run.code, `${verb}: ${run.stderr}`).toBe(65)
        expect(run.stderr).toMatch(place)
        expect(run.stdout).toBe('')
      }
    })

  it('is refused with 64 before it is read: unknown versions, flags that do not go together', async () => {
    for (const args of [
      ['convert', 'x', '--operator-version', '9.9.9'],
      ['convert', 'x', ...FOR, '--spark-version', 'latest'],
      ['convert', 'x', ...FOR, '--in-place', '--out', 'y'],
      ['convert', '-', ...FOR, '--in-place'],
      ['convert', 'x', ...FOR, '--templates-out', 'd'],
      ['convert', 'x'],
      ['lint', 'x'],
      ['lint', 'x', '--operator-version', 'x'],
    ]) {
      const run = await runCli(['app', ...args])
      expect(run.code, args.join(' ')).toBe(64)
    }
  })
})
