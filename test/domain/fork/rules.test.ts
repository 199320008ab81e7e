/** The rules together, on repositories made by real git: what carries itself, what is dropped, what stops for a person. */
import { describe, expect, it } from 'vitest'
import { carryBed } from '../../support/fork/carry.ts'

const GCP = 'github.com/GoogleCloudPlatform/spark-on-k8s-operator'
const NEW = 'github.com/kubeflow/spark-operator'
const bed = carryBed()
bed.profile = { ...bed.profile, generators: [] }
const mod = (path: string, go = '1.22', requires = ''): string => `module ${path}\n\ngo ${go}\n${requires}`

describe('a company’s pin of a module', () => {
  const text = 'golang.org/x/text'
  const requires = (version: string): string => `\nrequire ${text} ${version} // indirect\n`
  const pin = `\n// CVE\nreplace ${text} => ${text} v0.3.8\n`
  const carry = async (before: string, now: string) =>
    await bed.carry(
      { 'go.mod': mod(NEW, '1.22', requires(before)), a: '1\n' },
      { 'go.mod': mod(NEW, '1.23', requires(now)) },
      { 'go.mod': mod(NEW, '1.22', requires(before)) + pin, a: '2\n' },
    )

  it('is left out, and told, where upstream has since raised the module further than the pin did', async () => {
    const done = await carry('v0.3.7', 'v0.14.0')
    expect(await done.file('go.mod')).toBe(mod(NEW, '1.23', requires('v0.14.0')))
    expect(done.rules).toContain('outgrown-pin')
  })

  it.each([
    ['upstream is still below it', 'v0.3.7', 'v0.3.7'],
    ['it lowered the module from the beginning', 'v0.14.0', 'v0.18.0'],
  ])('stays where %s', async (_why, before, now) => {
    const done = await carry(before, now)
    expect(await done.file('go.mod')).toContain(`replace ${text} => ${text} v0.3.8`)
  })
})

describe('a field that the company added to a struct', () => {
  const end = '\t// TLS is useful if we need to declare certificates\n\t// +optional\n\tTLS []string\n'
  const struct = (name: string, more = ''): string =>
    `// ${name} is.\ntype ${name} struct {\n\t${name}Port int\n${end}${more}}\n`
  const file = (...structs: readonly string[]): string => `package api\n\n${structs.join('\n')}`
  const other = 'type Z struct {\n\tA int\n}\n'

  it('stays in it where upstream put a struct of the same end behind it, into which git would merge it', async () => {
    const ours = file(struct('UI').replace('\tTLS', '\tServiceLabels int\n\tTLS'), struct('Ingress'), other)
    const done = await bed.carry(
      { 'go.mod': mod(NEW), 'api/t.go': file(struct('UI'), other) },
      { 'api/t.go': ours },
      { 'api/t.go': file(struct('UI', '\tHidden bool\n'), other) },
    )
    const text = (await done.file('api/t.go'))!
    expect(text.slice(text.indexOf('type UI'), text.indexOf('type Ingress'))).toContain('Hidden')
    expect(text.slice(text.indexOf('type Ingress'))).not.toContain('Hidden')
  })
})

describe('a company’s Go', () => {
  const config = (prefix: string, name: string): string => `package ${prefix}\n\nconst ${name} = "spark.io/app"\n`

  it('imports the module by its new path, in files that are new to upstream too', async () => {
    const own = (path: string): string =>
      `package util\n\nimport "${path}/pkg/config"\n\n// A is it.\nconst A = config.App\n`
    const done = await bed.carry(
      { 'go.mod': mod(GCP), 'pkg/config/c.go': config('config', 'App') },
      { 'go.mod': mod(NEW) },
      { 'pkg/util/a.go': own(GCP) },
    )
    expect(done.outcome.kind).toBe('carried')
    expect(await done.file('pkg/util/a.go')).toBe(own(NEW))
    expect(done.rules).toContain('module-path')
  })

  it('calls a package that moved by its new name, and its constants by theirs', async () => {
    const done = await bed.carry(
      { 'go.mod': mod(GCP), 'pkg/config/c.go': config('config', 'App') },
      { 'go.mod': mod(NEW), 'pkg/config/c.go': null, 'pkg/common/c.go': config('common', 'LabelApp') },
      { 'pkg/util/a.go': `package util\n\nimport "${GCP}/pkg/config"\n\nvar a = config.App\n` },
    )
    expect(await done.file('pkg/util/a.go')).toContain(`import "${NEW}/pkg/common"\n\nvar a = common.LabelApp\n`)
  })

  it('calls what left its package by the package that has it now', async () => {
    const at = 'pkg/p'
    const old = (body: string): string =>
      `package p\n\nconst (\n\tscrape = "io/scrape"\n\tport = "io/port"\n)\n\nfunc nameOf(app string) string {\n\treturn app\n}\n\nfunc Use(m map[string]string) {\n${body}}\n`
    const lines = ['\tm[scrape] = "true"\n', '\tm[port] = nameOf("a")\n']
    const common =
      'package common\n\nconst (\n\tPrometheusScrape = "io/scrape"\n\tPort = "io/port"\n)\n\nfunc NameOf(app string) string {\n\treturn app\n}\n'
    const now = `package p\n\nimport (\n\t"${NEW}/pkg/common"\n)\n\nfunc Use(m map[string]string) {\n\tm[common.PrometheusScrape] = "true"\n\tm[common.Port] = common.NameOf("a")\n}\n`
    const done = await bed.carry(
      { 'go.mod': mod(NEW), [`${at}/p.go`]: old(lines.join('')) },
      { [`${at}/p.go`]: now, 'pkg/common/c.go': common },
      { [`${at}/p.go`]: old(`\tif len(m) > 0 {\n\t${lines[0]!}\t}\n${lines[1]!}`) },
    )
    expect(done.open).toEqual(new Map())
    expect(await done.file(`${at}/p.go`)).toBe(
      now.replace(/(\tm\[common.PrometheusScrape\].*\n)/, '\tif len(m) > 0 {\n\t$1\t}\n'),
    )
  })

  it('stops where it uses a name that upstream no longer has, or that takes other arguments now', async () => {
    const lib = (body: string): string => `package lib\n\n${body}\n`
    const gone = await bed.carry(
      { 'go.mod': mod(NEW), 'pkg/lib/l.go': lib('func Old(a int) int { return a }') },
      { 'pkg/lib/l.go': lib('func New(a int) int { return a }') },
      { 'pkg/lib/own.go': lib('var x = Old(1)') },
    )
    expect(gone.open.get('pkg/lib/own.go')).toContain('uses Old')
    const other = await bed.carry(
      { 'go.mod': mod(NEW), 'pkg/lib/l.go': lib('func F(a int) int { return a }') },
      { 'pkg/lib/l.go': lib('func F(a int, b string) (int, error) { return a, nil }') },
      { 'cmd/own.go': `package main\n\nimport "${NEW}/pkg/lib"\n\nfunc main() { lib.F(1) }\n` },
    )
    expect(other.open.get('cmd/own.go')).toContain('which is lib.F(a int, b string) (int, error) now')
  })

  it('stops where its function stands in another package now than what it uses', async () => {
    const at = 'pkg/controller/sparkapplication'
    const file = (name: string, body: string): string => `package ${name}\n\nimport "fmt"\n\n${body}`
    const label = 'func GetLabel() string {\n\treturn fmt.Sprint("a")\n}\n'
    const own = 'func proxyPath(app string) string {\n\treturn fmt.Sprintf("%s/%s", uiPath, app)\n}\n'
    const done = await bed.carry(
      {
        'go.mod': mod(NEW),
        [`${at}/sparkapp_util.go`]: file('sparkapplication', label),
        [`${at}/own.go`]: 'package sparkapplication\n\nconst uiPath = "/ui"\n',
      },
      { [`${at}/sparkapp_util.go`]: null, 'pkg/util/sparkapplication.go': file('util', label) },
      { [`${at}/sparkapp_util.go`]: file('sparkapplication', `${label}\n${own}`) },
    )
    expect(done.open.get('pkg/util/sparkapplication.go')).toContain('uses uiPath')
  })

  it('gets back the import that upstream dropped with its last use', async () => {
    const util = (head: string, tail: string): string => `package util\n\nimport (\n${head})\n\nfunc A() {}\n${tail}`
    const api = { 'go.mod': mod(NEW), 'api/a.go': 'package api\n\ntype App struct{}\n' }
    const line = `\t"${NEW}/api"\n`
    const done = await bed.carry(
      { ...api, 'pkg/util/u.go': util(`\t"fmt"\n${line}`, '\nfunc B(api.App) { fmt.Println() }\n') },
      { 'pkg/util/u.go': util('\t"fmt"\n', '\nfunc B() { fmt.Println() }\n') },
      {
        'pkg/util/u.go': util(`\t"fmt"\n${line}`, '\nfunc B(api.App) { fmt.Println() }\n').replace(
          'func A() {}\n',
          'func A() {}\n\n// T is ours.\nfunc T(api.App) {}\n',
        ),
      },
    )
    expect(done.open).toEqual(new Map())
    expect(await done.file('pkg/util/u.go')).toContain(line)
  })

  it('gets such an import where gofmt would put it', async () => {
    const file = (imports: readonly string[], body: string): string =>
      `package p\n\nimport (\n${imports.map((one) => (one === '' ? '\n' : `\t"${one}"\n`)).join('')})\n\n${body}`
    const kept = 'func B() {\n\tfmt.Println()\n}\n'
    const used = 'func A() {\n\tglog.Info(1)\n}\n'
    const all = ['fmt', '', 'github.com/golang/glog', 'k8s.io/api']
    const done = await bed.carry(
      {
        'go.mod': mod(NEW, '1.22', '\nrequire github.com/golang/glog v1.0.0\n'),
        'p/p.go': file(all, `${used}\n${kept}`),
      },
      { 'p/p.go': file(['fmt', '', 'github.com/acme/x', 'k8s.io/api'], kept) },
      { 'p/p.go': file(all, `${used}\n${kept}\n${used.replace('A()', 'C()')}`) },
    )
    expect(await done.file('p/p.go')).toContain('"github.com/acme/x"\n\t"github.com/golang/glog"\n\t"k8s.io/api"\n)')
  })

  it('goes with its file to where upstream has it now', async () => {
    const types = (fields: string): string => `package v1beta2\n\ntype Spec struct {\n\tA string\n${fields}}\n`
    const done = await bed.carry(
      { 'go.mod': mod(NEW), 'pkg/apis/sparkoperator.k8s.io/v1beta2/types.go': types('') },
      {
        'pkg/apis/sparkoperator.k8s.io/v1beta2/types.go': null,
        'api/v1beta2/sparkapplication_types.go': `// New header.\n${types('\tB string\n')}\nfunc (s Spec) Long() {}\n`,
      },
      { 'pkg/apis/sparkoperator.k8s.io/v1beta2/types.go': types('\tOwn string\n') },
    )
    expect(await done.file('api/v1beta2/sparkapplication_types.go')).toContain('\tB string\n\tOwn string\n}')
    expect(done.rules).toContain('successor-path')
  })
})

describe('other files of a company', () => {
  it('stay deleted where a policy of their class says so, and stop where upstream deleted them', async () => {
    const ci = await bed.carry(
      { '.github/workflows/a.yaml': 'a: 1\n' },
      { '.github/workflows/a.yaml': 'a: 2\n' },
      { '.github/workflows/a.yaml': null },
    )
    expect(ci.rules).toEqual(['delete-policy/ci'])
    const source = await bed.carry(
      { 'hack/gencerts.sh': 'set -e\n' },
      { 'hack/gencerts.sh': null },
      { 'hack/gencerts.sh': 'set -eu\n' },
    )
    expect(source.open.get('hack/gencerts.sh')).toContain('the operator makes its certificates itself')
  })

  it('never leave a key of a values file twice, where a merge by lines would', async () => {
    const values = 'a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\n'
    const done = await bed.carry(
      { 'charts/x/values.yaml': values },
      { 'charts/x/values.yaml': `envFrom: []\n${values}` },
      { 'charts/x/values.yaml': `${values}envFrom: []\nown: 1\n` },
    )
    // Below the key that it stood below, which upstream has at the top.
    expect(await done.file('charts/x/values.yaml')).toBe(`envFrom: []\nown: 1\n${values}`)
  })

  it('keep a file that upstream’s .gitignore ignores', async () => {
    const done = await bed.carry({ a: '1\n' }, { '.gitignore': 'bin/\n' }, { 'hack/bin/sign': 'binary\n' })
    expect(await done.file('hack/bin/sign')).toBe('binary\n')
  })

  it('name no Go that is older than go.mod asks for', async () => {
    const done = await bed.carry(
      { 'go.mod': mod(NEW, '1.19') },
      { 'go.mod': mod(NEW, '1.22') },
      { '.tool-versions': 'golang 1.20.5\nnodejs 18\n' },
    )
    expect(await done.file('.tool-versions')).toBe('golang 1.22.0\nnodejs 18\n')
  })

  it('stop where a Dockerfile’s command would run as somebody else', async () => {
    const file = (user: string, own: string): string =>
      `FROM x\nUSER root\nRUN a\n${user}\nWORKDIR /w\n${own}ENTRYPOINT ["e"]\n`
    const done = await bed.carry(
      { Dockerfile: file('RUN b', '') },
      { Dockerfile: file('USER spark', '') },
      { Dockerfile: file('RUN b', 'RUN update-ca-certificates\n') },
    )
    expect(done.open.get('Dockerfile')).toContain('runs as spark')
  })

  it('stop where go.sum is in conflict and go mod tidy may not run', async () => {
    const done = await bed.carry(
      { 'go.mod': mod(NEW), 'go.sum': 'a v1 h1:x\n' },
      { 'go.sum': 'a v2 h1:y\n' },
      { 'go.sum': 'a v3 h1:z\n' },
    )
    expect(done.open.get('go.sum')).toContain('go-mod-tidy')
  })

  it('stop for a generated file whose generator may not run', async () => {
    const crd = 'config/crd/bases/a.yaml'
    const done = await bed.carry({ [crd]: 'a: 1\n' }, { [crd]: 'a: 2\n' }, { [crd]: 'a: 3\n' })
    expect(done.open.get(crd)).toContain('controller-gen-crd')
  })
})

describe('what upstream has already', () => {
  const main = (line: string): string => `package main\n\nfunc a() {}\n\nfunc main() {\n${line}\tx()\n}\n`
  const pick = (text: string, files: Record<string, string>) => ({ subject: text, files })

  it('is dropped by its patch-id, and named', async () => {
    const done = await bed.carry(
      { 'm.go': main('') },
      [pick('Fix it (#7)', { 'm.go': main('\tfix()\n') }), pick('more', { b: '1\n' })],
      { 'm.go': main('\tfix()\n') },
    )
    expect(done.outcome).toMatchObject({ kind: 'dropped', rule: 'patch-id' })
    expect(done.outcome).toMatchObject({ evidence: expect.stringContaining('Fix it (#7)') as string })
  })

  it('is carried on where upstream took it back', async () => {
    const base = { 'm.go': main('') }
    const first = await bed.carry(base, [pick('Fix it', { 'm.go': main('\tfix()\n') })], { 'm.go': main('\tfix()\n') })
    const fixed = first.outcome.kind === 'dropped' ? first.outcome.commits[0]! : ''
    const message = `Revert "Fix it"\n\nThis reverts commit ${fixed}.\n`
    const again = await bed.carryOnto(fixed, [{ subject: 'Revert', files: base, message }], {
      'm.go': main('\tfix()\n'),
    })
    expect(again.outcome.kind).toBe('carried')
  })

  it('is dropped as an edited pick, with the lines that remain', async () => {
    const body = Array.from({ length: 30 }, (_, i) => `\tline${i}()\n`).join('')
    const base = { 'm.go': main('') }
    const first = await bed.carry(base, [pick('Improve', { 'm.go': main(body) })], { 'm.go': main(body) })
    const improved = first.outcome.kind === 'dropped' ? first.outcome.commits[0]! : ''
    const edited = body.replace('line3()', 'line3b()')
    const done = await bed.carryOnto(
      improved,
      [],
      { 'm.go': main(edited) },
      `Improve\n\n(cherry picked from commit ${improved})\n`,
    )
    expect(done.outcome).toMatchObject({ kind: 'dropped', rule: 'cherry-picked-from' })
  })

  it('is found inside a bundle, whose picks are not in its own history', async () => {
    const base = { 'm.go': main('') }
    const first = await bed.carry(base, [pick('Improve', { 'm.go': main('\tfix()\n') })], { 'm.go': main('\tfix()\n') })
    const picked = first.outcome.kind === 'dropped' ? first.outcome.commits[0]! : ''
    const message = `Release v2 (#9)\n\n* Improve\n\n(cherry picked from commit ${picked})\n`
    const bundle = { subject: 'Release', files: { 'm.go': main('\tfix()\n'), other: 'x\n' }, message }
    const done = await bed.carry(base, [bundle], { 'm.go': main('\tfix()\n') })
    expect(done.outcome).toMatchObject({
      kind: 'dropped',
      rule: 'patch-id',
      evidence: expect.stringContaining('bundled in') as string,
    })
  })
})
