/** What a capture masks, and what a masked value means to a comparison. */
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { maskObject } from '../../../src/domain/pods/capture/mask-object.ts'
import type { JsonMap } from '../../../src/domain/pods/json.ts'
import type { KubeObject } from '../../../src/ports/cluster.ts'
import { diffOf, recorded } from '../../support/pods.ts'

const SECRET = 'hunter2-correct-horse'

function configMap(text: string): string {
  const masked = maskObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { 'a.conf': text } })
  return (masked['data'] as Record<string, string>)['a.conf']!
}

describe('masking', () => {
  it.each([
    ['a property', `a=b\nspark.hadoop.fs.s3a.secret.key=${SECRET}\n`],
    ['a property with spaces', `a b\nspark.ssl.keyPassword   ${SECRET}\n`],
    ['YAML', `a: b\nclient-secret: ${SECRET}\n`],
    ['a variable in YAML', `- name: DB_PASSWORD\n  value: "${SECRET}"\n`],
    ['JSON on one line', `{"a": 1, "password": "${SECRET}", "b": 2}\n`],
    ['XML', `<x>\n<name>my.password</name><value>${SECRET}</value></x>`],
    ['a shell', `#!/bin/sh\nexport API_TOKEN=${SECRET}\n`],
    ['an address', `url: jdbc:mysql://user:${SECRET}@host/db\n`],
  ])('finds a secret in the text of a ConfigMap: %s', (_form, text) => {
    expect(configMap(text)).not.toContain(SECRET)
    expect(configMap(text)).toContain('(masked)')
  })

  it('leaves what only refers to a Secret', () => {
    const pod = recorded('10-webhook-vs-template/webhook/driver.json')
    expect(maskObject(pod as unknown as KubeObject)).toEqual(pod)
  })

  it('masks the copy of the whole that kubectl keeps, and binary data', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': SECRET }
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'x', annotations },
      binaryData: { a: SECRET },
    }
    expect(JSON.stringify(maskObject(object))).not.toContain(SECRET)
  })

  it('never makes two different values the same, nor equal ones different', () => {
    const withPassword = (value: string): JsonMap => {
      const pod = recorded('01-plain/driver.json') as unknown as { spec: { containers: { env: object[] }[] } }
      pod.spec.containers[0]!.env.push(
        { name: 'DB_PASSWORD', value },
        { name: 'URL', value: `jdbc:x?password=${value}&y=1` },
      )
      return pod
    }
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,12}$/), fc.stringMatching(/^[a-z0-9]{1,12}$/), (one, other) => {
        const masked = maskObject(withPassword(one) as unknown as KubeObject) as unknown as JsonMap
        const maskedToo = maskObject(withPassword(other) as unknown as KubeObject) as unknown as JsonMap
        for (const actual of [maskedToo, withPassword(other)]) {
          const open = diffOf(masked, actual).fields.filter(
            ({ verdict }) => !['same', 'equivalent', 'noise'].includes(verdict),
          )
          expect(open.map(({ verdict, rule }) => `${verdict} ${rule}`)).toEqual(['undecided M01', 'undecided M01'])
        }
      }),
      { numRuns: 30 },
    )
    const elsewhere = withPassword('x') as unknown as { spec: { containers: { env: { value: string }[] }[] } }
    elsewhere.spec.containers[0]!.env.at(-1)!.value = 'jdbc:z?password=x&y=1'
    const diff = diffOf(maskObject(withPassword('x') as unknown as KubeObject), elsewhere)
    expect(diff.exit).toBe('findings')
  })
})
