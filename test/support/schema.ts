/** Checks real output against the shapes that docs/schemas promises. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect } from 'vitest'
import { ROOT } from './run.ts'

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true })
formats.default(ajv)
const validators = new Map<string, ValidateFunction>()

/** Fails with the paths at fault unless `json` has the shape of `docs/schemas/<name>.schema.json`. */
export function expectMatchesSchema(name: string, json: unknown): void {
  const validate = validatorOf(name)
  validate(json)
  const faults = (validate.errors ?? []).map((error) => `${error.instancePath || '/'} ${error.message ?? ''}`)
  expect(faults, `faults against docs/schemas/${name}.schema.json`).toEqual([])
}

function validatorOf(name: string): ValidateFunction {
  const known = validators.get(name)
  if (known) return known
  const text = readFileSync(join(ROOT, 'docs/schemas', `${name}.schema.json`), 'utf8')
  const validate = ajv.compile(JSON.parse(text) as object)
  validators.set(name, validate)
  return validate
}
