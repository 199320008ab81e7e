/** The directory of a capture: names from a cluster lead nowhere, and whoever reads it finds whole files only. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeCapture } from '../../../src/adapters/snapshot/write-capture.ts'

const root = mkdtempSync(join(tmpdir(), 'sparkops-capture-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('the directory of a capture', () => {
  it('keeps objects with hostile names below it, each in a file of its own', async () => {
    const writer = await writeCapture(join(root, 'hostile'))
    const names = ['../../../etc/passwd', '..', '.', 'a/b', 'a\u0000b', 'A', 'a', 'x'.repeat(5000), '\u001b[31m', '']
    const files = await Promise.all(
      names.map((name) => writer.put({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: '..', uid: 'u' } })),
    )
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length)
    expect(files.every((file) => /^pods\/[a-z0-9.%~-]+\.json$/.test(file))).toBe(true)
    expect(readdirSync(join(root, 'hostile/pods'))).toHaveLength(names.length)
    expect(readdirSync(root)).toEqual(['hostile'])
  })

  it('holds the last state of an object, and no drafts', async () => {
    const writer = await writeCapture(join(root, 'states'))
    const metadata = { name: 'a', namespace: 'n', uid: 'u' }
    for (const state of ['NEW', 'RUNNING'])
      await writer.put({ apiVersion: 'sparkoperator.k8s.io/v1beta2', kind: 'SparkApplication', metadata, state })
    expect(readdirSync(join(root, 'states/applications'))).toEqual(['n.a.u.json'])
    expect(readdirSync(join(root, 'states')).filter((name) => name.startsWith('.'))).toEqual([])
  })
})
