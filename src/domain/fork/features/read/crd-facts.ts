/**
 * Paths of the custom resource definitions that are shipped. They say more than Go types where types of Kubernetes are
 * embedded, and where a definition was edited by hand.
 */
import { CORE_SCHEMA, load } from 'js-yaml'
import type { Fact } from '../facts.ts'
import type { Unread } from './chart-facts.ts'

interface Schema {
  type?: string
  default?: unknown
  enum?: unknown[]
  minimum?: number
  maximum?: number
  pattern?: string
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema | boolean
}

interface Definition {
  kind?: string
  metadata?: { annotations?: Record<string, string> }
  spec?: { names?: { kind?: string }; versions?: { name?: string; schema?: { openAPIV3Schema?: Schema } }[] }
}

const GENERATOR = 'controller-gen.kubebuilder.io/version'

/** Reads one file; a file that holds no definition gives nothing. */
export function readCrdFacts(path: string, text: string): { facts: Fact[]; unread: Unread[] } {
  let definition: Definition | undefined
  try {
    definition = load(text.replace(/^---\s*\n/, ''), { schema: CORE_SCHEMA }) as Definition | undefined
  } catch (error) {
    return {
      facts: [],
      unread: [{ path, why: error instanceof Error ? error.message.split('\n')[0]! : String(error) }],
    }
  }
  if (definition?.kind !== 'CustomResourceDefinition') return { facts: [], unread: [] }
  const facts: Fact[] = []
  const generator = definition.metadata?.annotations?.[GENERATOR]
  if (generator !== undefined)
    facts.push({ area: 'version', key: 'controller-gen', value: plainVersion(generator), path })
  const kind = definition.spec?.names?.kind ?? '?'
  for (const { name, schema } of definition.spec?.versions ?? []) {
    if (schema?.openAPIV3Schema !== undefined) walk(facts, path, `${kind}/${name}`, schema.openAPIV3Schema)
  }
  return { facts, unread: [] }
}

function walk(facts: Fact[], path: string, key: string, schema: Schema): void {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const place = `${key}.${name}`
    facts.push({ area: 'schema', key: place, value: ruleOf(child, schema.required?.includes(name) ?? false), path })
    walk(facts, path, place, child)
  }
  if (schema.items !== undefined) walk(facts, path, `${key}[]`, schema.items)
  if (typeof schema.additionalProperties === 'object') walk(facts, path, `${key}{}`, schema.additionalProperties)
}

function ruleOf(schema: Schema, isRequired: boolean): string {
  const rules = [schema.type ?? 'any', isRequired ? 'required' : 'optional']
  if (schema.default !== undefined) rules.push(`default=${JSON.stringify(schema.default)}`)
  if (schema.enum !== undefined) rules.push(`enum=${schema.enum.map(String).sort().join('|')}`)
  if (schema.minimum !== undefined) rules.push(`minimum=${schema.minimum}`)
  if (schema.maximum !== undefined) rules.push(`maximum=${schema.maximum}`)
  if (schema.pattern !== undefined) rules.push(`pattern=${schema.pattern}`)
  return rules.join('; ')
}

/** `v0.15.0` as `0.15.0`. */
export function plainVersion(version: string): string {
  return version.trim().replace(/^v(?=\d)/, '')
}
