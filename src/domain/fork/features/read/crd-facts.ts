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

/** Whether a manifest holds a definition: some projects ship all objects in one file, under any name. */
export function holdsDefinition(text: string): boolean {
  return /^kind: +["']?CustomResourceDefinition\b/m.test(text)
}

/** Reads the definitions of a file; other documents in it are passed over. */
export function readCrdFacts(path: string, text: string): { facts: Fact[]; unread: Unread[] } {
  const found: { facts: Fact[]; unread: Unread[] } = { facts: [], unread: [] }
  for (const document of text.split(/^---(?:[ \t].*)?$/m).filter(holdsDefinition)) {
    try {
      readDefinition(found.facts, path, load(document, { schema: CORE_SCHEMA }) as Definition)
    } catch (error) {
      found.unread.push({ path, why: error instanceof Error ? error.message.split('\n')[0]! : String(error) })
    }
  }
  return found
}

function readDefinition(facts: Fact[], path: string, definition: Definition): void {
  const generator = definition.metadata?.annotations?.[GENERATOR]
  if (generator !== undefined)
    facts.push({ area: 'version', key: 'controller-gen', value: plainVersion(generator), path })
  const kind = definition.spec?.names?.kind ?? '?'
  for (const { name, schema } of definition.spec?.versions ?? []) {
    if (schema?.openAPIV3Schema !== undefined) walk(facts, path, `${kind}/${name}`, schema.openAPIV3Schema)
  }
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
