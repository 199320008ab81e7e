/**
 * What a difference means to who runs the operator. One row for each kind of fact and difference; the exceptions, where
 * the values themselves decide, are functions of the row.
 */
import type { Area, FactChange } from '../facts.ts'

/**
 * `breaking`: what worked no longer does. `default`: the same settings now do something else. `feature`: something can be
 * set or used that could not. `permission`: the operator asks for other rights. `note`: tells what a change is about,
 * never makes an entry by itself.
 */
export type Weight = 'breaking' | 'default' | 'feature' | 'permission' | 'version' | 'note'

type Row = Readonly<Record<FactChange['change'], Weight | ((change: FactChange) => Weight)>>

const MEANINGS: Readonly<Record<Area, Row>> = {
  kind: { added: 'feature', removed: 'breaking', changed: 'note' },
  crd: { added: 'feature', removed: 'breaking', changed: weighField },
  schema: { added: 'feature', removed: 'breaking', changed: weighField },
  flag: { added: 'feature', removed: 'breaking', changed: 'default' },
  value: { added: 'feature', removed: 'breaking', changed: weighValue },
  // A right less is only noticed by who granted it; a right more must be granted first.
  rbac: { added: 'permission', removed: 'permission', changed: 'permission' },
  metric: { added: 'feature', removed: 'breaking', changed: 'breaking' },
  env: { added: 'note', removed: 'note', changed: 'note' },
  gate: { added: 'feature', removed: 'breaking', changed: 'note' },
  conf: { added: 'note', removed: 'note', changed: 'note' },
  object: { added: 'feature', removed: 'note', changed: 'note' },
  rendered: { added: weighRendered, removed: weighRendered, changed: weighRendered },
  webhook: { added: 'note', removed: 'note', changed: 'default' },
  version: { added: 'note', removed: 'note', changed: weighVersion },
  // Whoever builds an own image, or calls what is in it, must follow.
  image: { added: weighContents, removed: weighContents, changed: weighImage },
  module: { added: 'note', removed: 'note', changed: 'breaking' },
  package: { added: 'note', removed: weighPackage, changed: 'note' },
  argument: { added: 'note', removed: 'note', changed: 'note' },
}

/** What this difference means. */
export function weigh(change: FactChange): Weight {
  const weight = MEANINGS[change.area][change.change]
  return typeof weight === 'function' ? weight(change) : weight
}

/**
 * What a chart puts into a cluster without being told otherwise (condense.ts leaves out what a value or a right explains).
 * The selector of a workload cannot be changed in place (apps/v1). A variable more is for the program, not for people.
 */
function weighRendered({ key, change }: FactChange): Weight {
  const [kind = '', , path] = key.split(' ', 3)
  if (path === undefined) return 'note'
  if (path === 'rules') return 'permission'
  const isWorkload = /^(Deployment|StatefulSet|DaemonSet|ReplicaSet|Job)$/.test(kind)
  if (isWorkload && path.startsWith('spec.selector') && change !== 'removed') return 'breaking'
  return change === 'added' && /\.env\[/.test(path) ? 'note' : 'default'
}

/** Type first, then whether it must be written, then the rest (api-facts.ts and crd-facts.ts write it so). */
function weighField({ before, after }: FactChange): Weight {
  const [then, now] = [partsOf(before), partsOf(after)]
  // A type that moved between packages is written alike; whether its own fields did, its own fields tell.
  if (unqualified(then.type) !== unqualified(now.type)) return 'breaking'
  if (!then.isRequired && now.isRequired) return now.rules.default === undefined ? 'breaking' : 'note'
  if (then.rules.default !== now.rules.default) return 'default'
  return narrows(then.rules, now.rules) ? 'breaking' : 'note'
}

function unqualified(type: string): string {
  return type.replace(/\b\w+\./g, '')
}

interface FieldParts {
  type: string
  isRequired: boolean
  rules: Partial<Record<string, string>>
}

function partsOf(values: readonly string[]): FieldParts {
  const [type = '', presence, ...rules] = (values[0] ?? '').split('; ')
  const pairs = rules.map((rule) => [rule.slice(0, rule.indexOf('=')).toLowerCase(), rule.slice(rule.indexOf('=') + 1)])
  return { type, isRequired: presence === 'required', rules: Object.fromEntries(pairs) as Record<string, string> }
}

/** Whether something that was accepted no longer is: values taken from an enumeration, a new or a tighter limit. */
function narrows(then: FieldParts['rules'], now: FieldParts['rules']): boolean {
  const choices = (text: string): string[] => text.replace(/[{}]/g, '').split(/[|;,]/)
  if (now.enum !== undefined) {
    if (then.enum === undefined) return true
    const left = new Set(choices(now.enum))
    if (choices(then.enum).some((choice) => !left.has(choice))) return true
  }
  if (now.pattern !== undefined && now.pattern !== then.pattern) return true
  return isTighter(then.minimum, now.minimum, 1) || isTighter(then.maximum, now.maximum, -1)
}

function isTighter(then: string | undefined, now: string | undefined, direction: 1 | -1): boolean {
  if (now === undefined) return false
  return then === undefined || direction * (Number(now) - Number(then)) > 0
}

/** A default of another type breaks what is written for the old one; null had none. */
function weighValue({ before, after }: FactChange): Weight {
  const [then, now] = [typeOfJson(before[0]), typeOfJson(after[0])]
  const isStructure = (type: string): boolean => type === 'list' || type === 'map'
  if (then !== now && (isStructure(then) || isStructure(now)) && then !== 'null' && now !== 'null') return 'breaking'
  return 'default'
}

function typeOfJson(text = 'null'): string {
  return text.startsWith('[') ? 'list' : text.startsWith('{') ? 'map' : text === 'null' ? 'null' : 'scalar'
}

/** What the project is checked with is its own affair. */
function weighVersion({ key }: FactChange): Weight {
  return key.startsWith('tool ') ? 'note' : 'version'
}

/** Others may import what is neither `internal` nor a program (go.dev/ref/mod, golang.org/s/go14internal). */
function weighPackage({ key }: FactChange): Weight {
  return /^(pkg|api|apis)\//.test(key) && !/(^|\/)internal(\/|$)/.test(key) ? 'breaking' : 'note'
}

/** The base image is told by its version; who it runs as, and what it starts, is a change of its own. */
function weighImage({ key }: FactChange): Weight {
  return / (user|entrypoint|cmd)$/.test(key) || key.includes(' capability of ') ? 'default' : 'note'
}

/** A package or a right of a file more adds nothing that can be set; one less is missed by what relies on it. */
function weighContents({ key, change }: FactChange): Weight {
  return change === 'removed' && / (package|capability of) /.test(key) ? 'default' : 'note'
}
