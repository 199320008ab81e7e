/** Texts that must not change unnoticed. `UPDATE_GOLDEN=1` rewrites them; the difference is then read in review. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { ROOT } from './run.ts'

/** Compares with `test/golden/<name>`. */
export function expectGolden(name: string, text: string): void {
  const path = join(ROOT, 'test/golden', name)
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  expect(text, `differs from test/golden/${name}; UPDATE_GOLDEN=1 rewrites it`).toBe(readFileSync(path, 'utf8'))
}
