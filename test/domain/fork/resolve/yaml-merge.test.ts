/** YAML by key: every other byte stays, moved values are followed, and nothing is decided that both sides decided. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { mergeYaml, type ValueMove } from '../../../../src/domain/fork/resolve/yaml-merge.ts'
import { duplicateKeys } from '../../../../src/domain/fork/resolve/yaml-tree.ts'
import { supersededKeys } from '../../../../src/domain/fork/resolve/template-keys.ts'

function merge(
  base: string,
  ours: string,
  theirs: string,
  moves: readonly ValueMove[] = [],
  companyOwned: readonly string[] = [],
) {
  return mergeYaml({ path: 'values.yaml', base, ours, theirs }, { moves, companyOwned, rules: [] })
}

const BASE =
  '# Top.\n\n# -- How many\nreplicaCount: 1\n\nimage:\n  # -- Where\n  repository: gcr.io/x\n  tag: "" # none\n\n# -- Last\nlast: true\n'

describe('a merge of YAML by key', () => {
  it('changes the company’s keys and keeps every comment of upstream’s', () => {
    const ours = BASE.replace('# -- How many', '# replicaCount -- How many now').replace('last: true', 'last: false')
    const merged = merge(BASE, ours, BASE.replace('replicaCount: 1', 'replicaCount: 2'))
    expect(merged?.text).toBe(ours.replace('replicaCount: 1', 'replicaCount: 2'))
  })

  it('puts a new key with its comment below the key that it stood below', () => {
    const theirs = BASE.replace('  tag: "" # none\n', '  tag: "" # none\n  # -- Own\n  own: [a]\n')
    const ours = BASE.replace('# -- Last\n', '# -- New upstream\nnew: 1\n\n# -- Last\n')
    expect(merge(BASE, ours, theirs)?.text).toContain('  tag: "" # none\n\n  # -- Own\n  own: [a]\n\n# -- New upstream')
  })

  it('takes a key once where both sides added it alike, and leaves it where they differ', () => {
    const added = (value: string): string => `${BASE}envFrom: ${value}\n`
    expect(merge(BASE, added('[]'), added('[]'))?.text).toBe(added('[]'))
    expect(merge(BASE, added('[]'), added('[x]'))?.left).toEqual([expect.objectContaining({ key: 'envFrom' })])
  })

  it('leaves what both sides changed unless it is declared the company’s own', () => {
    const [ours, theirs] = [BASE.replace('gcr.io/x', 'docker.io/x'), BASE.replace('gcr.io/x', 'reg.acme/x')]
    expect(merge(BASE, ours, theirs)).toMatchObject({ text: undefined, left: [{ key: 'image.repository' }] })
    expect(merge(BASE, ours, theirs, [], ['image.repository'])?.text).toBe(theirs)
  })

  it('follows values that upstream moved, unless it also changed them', () => {
    const moves = [{ from: 'replicaCount', to: 'controller.replicas' }]
    const ours = 'controller:\n  # -- Replicas\n  replicas: 1\n'
    const theirs = BASE.replace('replicaCount: 1', 'replicaCount: 3')
    expect(merge(BASE, ours, theirs, moves)?.text).toBe('controller:\n  # -- Replicas\n  replicas: 3\n')
    expect(merge(BASE, ours.replace('1', '5'), theirs, moves)?.left[0]?.why).toContain('moved to controller.replicas')
    expect(merge(BASE, ours, theirs)?.left[0]?.why).toContain('no such key any more')
  })

  it('splits an image’s registry off where upstream did, and wraps a value that became a list', () => {
    const split = [
      { from: 'image.repository', to: 'image.repository', split: { kind: 'registry', registryTo: 'image.registry' } },
    ] as const
    const ours = 'image:\n  registry: docker.io\n  repository: kubeflow/x\n'
    const merged = merge(
      'repo: 1\nimage:\n  repository: gcr.io/x\n',
      ours,
      'repo: 1\nimage:\n  repository: reg.acme.example/d/x\n',
      split,
      ['image.repository'],
    )
    expect(merged?.text).toBe('image:\n  registry: reg.acme.example\n  repository: d/x\n')
    const wrap = [{ from: 'ns', to: 'namespaces', wrap: 'list' }] as const
    expect(merge('ns: ""\n', 'namespaces:\n  - ""\nb: 1\n', 'ns: "jobs"\n', wrap)?.text).toBe(
      'namespaces:\n  - "jobs"\nb: 1\n',
    )
  })

  it('gives the company’s data where only the company changed', () => {
    const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constantFrom('a', 'b: c', '# d', ''))
    const key = fc.constantFrom('a', 'b', 'c', 'd')
    const tree = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { minKeys: 1 })), { minKeys: 1 })
    fc.assert(
      fc.property(tree, tree, (base, theirs) => {
        const text = stringify(base)
        const merged = merge(text, text, stringify(theirs))
        if (merged?.text !== undefined) expect(parse(merged.text)).toEqual(theirs)
      }),
    )
  })

  it('gives the company’s list of named items where only the company changed', () => {
    const item = fc.record({
      value: fc.constantFrom(1, 2),
      more: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    })
    const list = fc.dictionary(fc.constantFrom('a', 'b', 'c'), item, { minKeys: 1 }).map((items) => ({
      z: 0,
      env: Object.entries(items).map(([name, rest]) => ({ name, ...(JSON.parse(JSON.stringify(rest)) as object) })),
    }))
    const byName = (tree: { env: { name: string }[] }): unknown => ({
      ...tree,
      env: [...tree.env].sort((a, b) => a.name.localeCompare(b.name)),
    })
    fc.assert(
      fc.property(list, list, (base, theirs) => {
        const text = stringify(base)
        const merged = merge(text, text, stringify(theirs))
        if (merged?.text !== undefined) expect(byName(parse(merged.text) as typeof base)).toEqual(byName(theirs))
      }),
    )
  })

  const POD =
    'spec:\n  containers:\n  # The operator.\n  - name: operator\n    image: gcr.io/x:1 # pinned\n    args:\n    - -v=2\n    - -threads=10\n    - -logs\n    env:\n    - name: A\n      value: "1"\n    - name: B\n      value: "2"\n  volumes: []\n'

  it('takes items of a list by their names, at upstream’s depth, with comments', () => {
    const theirs = POD.replace('value: "1"', 'value: "one"').replace(
      '  volumes: []',
      '    # Ours.\n    - name: C\n      valueFrom:\n        x: y\n  # Tells the company.\n  - image: reg.acme/tell\n    name: tell\n  volumes: []',
    )
    const ours = POD.replace('gcr.io/x:1', 'gcr.io/x:2')
      .replace('value: "2"', 'value: "two"')
      .replace(/^ {2}(?= {2}|- | *#)/gm, '      ')
    const merged = merge(POD, ours, theirs)
    expect(merged?.left).toEqual([])
    expect(merged?.text).toContain(
      '    # The operator.\n      - name: operator\n        image: gcr.io/x:2 # pinned\n'.replace(/^ {4}/, ''),
    )
    expect(parse(merged!.text!)).toMatchObject({
      spec: {
        containers: [
          {
            name: 'operator',
            image: 'gcr.io/x:2',
            env: [
              { name: 'A', value: 'one' },
              { name: 'B', value: 'two' },
              { name: 'C', valueFrom: { x: 'y' } },
            ],
          },
          { name: 'tell', image: 'reg.acme/tell' },
        ],
      },
    })
    expect(merged?.text).toContain('# Tells the company.\n')
  })

  it('gives an item what it lacks below its first line, and leaves what stands on the line of the dash', () => {
    const theirs = POD.replace('  - name: operator\n', '  - tty: true\n    name: operator\n')
    expect(parse(merge(POD, `${POD}x: 1\n`, theirs)!.text!)).toEqual({ ...(parse(theirs) as object), x: 1 })
    const first = 'a:\n- image: x\n  name: n\n'
    expect(merge(first, first.replace('x', 'z'), first.replace('- image: x\n ', '-'))?.left[0]?.key).toBe('a.n.image')
  })

  it('merges arguments and scripts where the sides changed different lines, and leaves the same', () => {
    const ours = POD.replace('-v=2', '-v=4')
    expect(merge(POD, ours, POD.replace('    - -logs\n', '    - -logs\n    - -own\n'))?.text).toBe(
      ours.replace('    - -logs\n', '    - -logs\n    - -own\n'),
    )
    expect(merge(POD, ours, POD.replace('-v=2', '-v=3'))?.left[0]?.key).toBe('spec.containers.operator.args')
  })

  it('deletes what the company deleted of a class that stays deleted, whatever upstream made of it', () => {
    const [base, theirs] = ['jobs:\n  a:\n    x: ${{ y }}\n  b:\n    x: 1\n', 'jobs:\n  a:\n    x: ${{ y }}\n']
    const file = { path: '.github/workflows/ci.yaml', base, ours: base.replace(/1\n$/, '2\n'), theirs }
    expect(mergeYaml(file, { moves: [], companyOwned: [], rules: [] })?.left[0]?.key).toBe('jobs.b')
    const kept = mergeYaml(file, { moves: [], companyOwned: [], rules: [], staysDeleted: 'ci' })
    expect(kept).toMatchObject({ text: theirs, answers: [{ evidence: expect.stringContaining('(ci)') as string }] })
  })

  it('does not read what is no plain YAML: templates, several documents, anchors on mappings', () => {
    for (const text of ['a: {{ .Values.a }}\n', 'a: 1\n---\nb: 2\n', 'a: &x\n  b: 1\nc: *x\n', 'a: 1\na: 2\n']) {
      expect(merge(text, text, `${text}z: 1\n`)).toBeUndefined()
    }
  })
})

describe('keys that stand twice', () => {
  it('are found in YAML and in Helm templates, and not across documents or list items', () => {
    expect(duplicateKeys('a:\n  b: 1\n  c: 2\n  b: 3\n')).toEqual(['a.b'])
    expect(
      duplicateKeys('spec:\n  {{- with .Values.a }}\n  envFrom:\n    {{ . }}\n  {{- end }}\n  envFrom: []\n'),
    ).toEqual(['spec.envFrom'])
    expect(duplicateKeys('- a: 1\n  b: 2\n- a: 3\n---\na: 1\n')).toEqual([])
    expect(duplicateKeys('a: |\n  b: 1\n  b: 2\nc: 1\n')).toEqual([])
  })

  it('in a template are upstream’s where both render the same value', () => {
    const base = 'spec:\n  name: x\n  image: y\n'
    const sides = {
      path: 'charts/c/templates/deployment.yaml',
      base,
      ours: 'spec:\n  name: x\n  envFrom:\n    {{- toYaml .Values.envFrom | nindent 4 }}\n  image: z\n',
      theirs: base.replace(
        '  image',
        '  {{- with .Values.envFrom }}\n  envFrom:\n    {{- toYaml . | nindent 4 }}\n  {{- end }}\n  image',
      ),
    }
    expect(supersededKeys(sides, [])?.theirs).toBe(base)
    expect(
      supersededKeys({ ...sides, ours: sides.ours.replace('.Values.envFrom', '.Values.other') }, []),
    ).toBeUndefined()
  })
})
