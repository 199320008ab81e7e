/**
 * What becomes of an object when its definition changes: what it will read as, and whether that means something.
 *
 * Classes, the first that fits:
 * - `invalid`: it does not fit the schema to come; its status can still be written (Kubernetes 1.30 and newer ratchet),
 *   every change of its spec is refused.
 * - `pruned-semantic`: a field goes that says something.
 * - `pruned-inert`: fields go that say nothing: empty ones, those that only a default of the older schema had put there,
 *   and those that the schema of today does not know either and does not keep, so that no controller here has ever read
 *   them.
 * - `defaulted`: fields appear that the schema to come has defaults for.
 * - `identical`: nothing changes.
 */
import type { KubeObject } from '../../../ports/cluster.ts'
import { digestOf, sameJson } from '../../plan/json.ts'
import { at, isFields } from '../discover/json.ts'
import { predictReadBack } from '../schema/defaults.ts'
import type { FieldPath } from '../schema/field-path.ts'
import { propertyOf, type Schema, valueSchemaOf } from '../schema/structural.ts'
import { compileValidator, type SchemaValidator, type Violation } from '../schema/validate.ts'

export type ObjectClass = 'identical' | 'defaulted' | 'pruned-inert' | 'pruned-semantic' | 'invalid'

/** A schema, and whether fields it does not name are kept. */
export interface SchemaInForce {
  schema: Schema | undefined
  preserveUnknownFields: boolean
}

export interface Foretold {
  class: ObjectClass
  /** As it will be read. */
  readBack: KubeObject
  /** Paths in the object, as the API server writes them. */
  pruned: readonly string[]
  /** Those of them that say something. */
  lost: readonly string[]
  /** Those of them that say something and are kept today although no schema names them. */
  unknown: readonly string[]
  defaulted: readonly string[]
  violations: readonly Violation[]
  /** Digest of `spec` as it will be read. */
  predicted: string
}

export interface Foreteller {
  readonly foretell: (object: KubeObject) => Foretold
  /** Rules of the schema that only the API server can check. */
  readonly unchecked: readonly string[]
}

/** Foretells objects that are read under `now` when `then` is in force. */
export function foreteller(now: SchemaInForce, then: SchemaInForce): Foreteller {
  const validator: SchemaValidator | undefined = then.schema && compileValidator(then.schema)
  return {
    unchecked: validator?.unchecked ?? [],
    foretell(object) {
      const { object: readBack, pruned, defaulted } = predictReadBack(object, then.schema, then)
      const violations = validator?.validate(readBack) ?? []
      const said = pruned.map((path) => ({ path, says: whatItSays(object, path, now) }))
      const lost = said.filter(({ says }) => says === 'something').map(({ path }) => path)
      const unknown = said.filter(({ says }) => says === 'something unknown').map(({ path }) => path)
      return {
        class: classOf({ violations, pruned, lost: [...lost, ...unknown], defaulted }),
        readBack,
        pruned,
        lost,
        unknown,
        defaulted,
        violations,
        predicted: digestOf(readBack.spec ?? null),
      }
    },
  }
}

function classOf(found: Pick<Foretold, 'violations' | 'pruned' | 'lost' | 'defaulted'>): ObjectClass {
  if (found.violations.length > 0) return 'invalid'
  if (found.lost.length > 0) return 'pruned-semantic'
  if (found.pruned.length > 0) return 'pruned-inert'
  return found.defaulted.length > 0 ? 'defaulted' : 'identical'
}

/**
 * Fields that the schema does not name are kept where unknown ones are preserved, and an operator that is newer than its
 * definition may well read them (Helm never upgrades definitions).
 */
function whatItSays(
  object: KubeObject,
  text: string,
  now: SchemaInForce,
): 'nothing' | 'something' | 'something unknown' {
  // metadata.* that only old servers wrote, and status, which a controller writes anew.
  if (/^(metadata|status)([.[]|$)/.test(text)) return 'nothing'
  const found = locate(object, text)
  if (found === undefined) return 'something'
  if (isEmpty(found.value)) return 'nothing'
  const known = schemaAt(now.schema, found.path)
  if (known === undefined) return now.preserveUnknownFields ? 'something unknown' : 'nothing'
  return known.default === undefined || !sameJson(known.default, found.value) ? 'something' : 'nothing'
}

/** Nothing, however nested: `{}`, `[]`, `''`, `null`, and objects of only these. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return isFields(value) && Object.values(value).every(isEmpty)
}

/** Finds the field of a printed path; names may hold dots, so every way to read it is tried against the object. */
function locate(object: unknown, text: string): { value: unknown; path: FieldPath } | undefined {
  return walk(object, text, [])
}

function walk(value: unknown, rest: string, path: FieldPath): { value: unknown; path: FieldPath } | undefined {
  if (rest === '') return { value, path }
  if (Array.isArray(value)) {
    const item = /^\[(\d+)\]\.?/.exec(rest)
    if (item === null) return undefined
    return walk((value as unknown[])[Number(item[1])], rest.slice(item[0].length), [...path, Number(item[1])])
  }
  if (!isFields(value)) return undefined
  for (const name of Object.keys(value)) {
    if (!rest.startsWith(name)) continue
    const after = rest.slice(name.length)
    if (after !== '' && !/^[.[]/.test(after)) continue
    const found = walk(at(value, name), after.replace(/^\./, ''), [...path, name])
    if (found !== undefined) return found
  }
  return undefined
}

function schemaAt(schema: Schema | undefined, path: FieldPath): Schema | undefined {
  let current = schema
  for (const step of path) {
    if (current === undefined) return undefined
    // Below preserve-unknown-fields a controller reads what no schema names.
    if (current['x-kubernetes-preserve-unknown-fields'] === true && current.properties === undefined) return current
    current = typeof step === 'number' ? current.items : (propertyOf(current, step) ?? valueSchemaOf(current))
  }
  return current
}
