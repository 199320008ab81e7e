/**
 * What a Helm chart offers: values with their defaults, and what its templates say in plain text: rights, kinds of
 * objects, environment variables, and which flags are passed under which condition. Templates are not rendered: what a
 * chart can do under some values counts, not what it does under the default ones.
 */
import { isMap, isScalar, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml'
import type { Fact } from '../facts.ts'
import { firstSentence } from './api-facts.ts'

/** A file that could not be read, and why. */
export interface Unread {
  path: string
  why: string
}

/** Values by their path, defaults as JSON. An empty map or list is a value of its own. `chart` only where there are several. */
export function readValues(path: string, text: string, chart: string): { facts: Fact[]; unread: Unread[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'silent' })
  const facts: Fact[] = []
  const unread = document.errors.slice(0, 1).map((error) => ({ path, why: error.message.split('\n')[0]! }))
  const prefix = chart === '' ? '' : `${chart}:`
  const visit = (map: YAMLMap, above: string): void => {
    for (const pair of map.items) {
      if (!isScalar(pair.key)) continue
      const key = above === '' ? String(pair.key.value) : `${above}.${String(pair.key.value)}`
      if (isMap(pair.value) && pair.value.items.length > 0) visit(pair.value, key)
      else {
        const value = pair.value === null ? null : (pair.value as { toJS: (d: unknown) => unknown }).toJS(document)
        facts.push({ area: 'value', key: prefix + key, value: JSON.stringify(value ?? null), path, doc: docOf(pair) })
      }
    }
  }
  // Aliases that multiply are refused by the library's own limit.
  try {
    if (isMap(document.contents)) visit(document.contents, '')
  } catch (error) {
    unread.push({ path, why: error instanceof Error ? error.message : String(error) })
  }
  return { facts, unread }
}

/** helm-docs marks a value's documentation with `-- `; what stands above that is older text. */
function docOf(pair: Pair): string {
  const above = isScalar(pair.key) ? (pair.key.commentBefore ?? '') : ''
  const lines = above.split('\n').map((line) => line.trim())
  const mark = lines.findLastIndex((line) => line.startsWith('-- '))
  if (mark < 0) return ''
  const told = lines.slice(mark).filter((line) => !line.startsWith('@'))
  return firstSentence(told.map((line) => line.replace(/^-- /, '')))
}

const RULE_START = /^(\s*)- (apiGroups|resources|verbs|resourceNames|nonResourceURLs):(.*)$/
const RULE_KEY = /^(\s*)(apiGroups|resources|verbs|resourceNames|nonResourceURLs):(.*)$/
const ITEM = /^(\s*)- +(.*)$/

/**
 * Rights as `component:group/resource` with their verbs, from a role in a manifest or a template, read line by line:
 * a template is no YAML. Rules for named objects only count as rights too.
 */
export function readRights(path: string, text: string, component: string): Fact[] {
  const facts: Fact[] = []
  let rule: Record<string, string[]> | undefined
  let indent = 0
  let list = ''
  const close = (): void => {
    if (rule !== undefined) facts.push(...rightsOf(rule, path, component))
    rule = undefined
  }
  for (const line of text.split('\n')) {
    if (/^\s*(\{\{.*\}\}\s*|#.*)?$/.test(line)) continue
    const start = RULE_START.exec(line)
    if (start !== null) {
      close()
      indent = start[1]!.length
      list = start[2]!
      rule = { [list]: inlineItems(start[3]!) }
      continue
    }
    if (rule === undefined) continue
    const key = RULE_KEY.exec(line)
    const item = ITEM.exec(line)
    if (key !== null && key[1]!.length > indent) {
      list = key[2]!
      rule[list] = inlineItems(key[3]!)
    } else if (item !== null && item[1]!.length > indent) rule[list]?.push(plainScalar(item[2]!))
    else close()
  }
  close()
  return facts
}

function rightsOf(rule: Record<string, string[]>, path: string, component: string): Fact[] {
  const verbs = [...new Set(rule.verbs ?? [])].sort().join(',')
  if (verbs === '') return []
  const urls = (rule.nonResourceURLs ?? []).map((url) => `${component}:${url}`)
  const resources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).map((resource) => `${component}:${group === '' ? 'core' : group}/${resource}`),
  )
  return [...resources, ...urls].map((key) => ({ area: 'rbac', key, value: verbs, path }))
}

function inlineItems(text: string): string[] {
  const flow = /^\s*\[(.*)\]/.exec(text)
  return flow === null
    ? []
    : flow[1]!
        .split(',')
        .map(plainScalar)
        .filter((item, index, all) => item !== '' || all.length === 1)
}

function plainScalar(text: string): string {
  return text
    .replace(/\s+#.*$/, '')
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
}

/** `// +kubebuilder:rbac:groups=…,resources=…,verbs=…` as controller-gen reads it. */
export function readRightMarkers(path: string, text: string, component: string): Fact[] {
  const facts: Fact[] = []
  for (const [, marker] of text.matchAll(/^\s*\/\/\s*\+kubebuilder:rbac:(.*)$/gm)) {
    const parts = new Map(marker!.split(',').map((part) => part.trim().split('=', 2) as [string, string]))
    const items = (name: string): string[] => (parts.get(name) ?? '').split(';').map((item) => item.replace(/"/g, ''))
    if (!parts.has('resources')) continue
    const rule = { apiGroups: items('groups'), resources: items('resources'), verbs: items('verbs') }
    facts.push(...rightsOf(rule, path, component))
  }
  return facts
}

/** Kinds of objects, environment variables and webhook policies that a template names. */
export function readTemplate(path: string, text: string): Fact[] {
  const facts: Fact[] = []
  for (const [, kind] of text.matchAll(/^kind: +["']?([A-Z]\w+)["']?\s*$/gm)) {
    facts.push({ area: 'object', key: kind!, value: '', path })
  }
  for (const [, name] of text.matchAll(/^\s*- name: +["']?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)["']?\s*$/gm)) {
    facts.push({ area: 'env', key: name!, value: '', path })
  }
  return [...facts, ...readArguments(path, text)]
}

/**
 * A flag as a template passes it, with the conditions it stands under, outermost first. A condition around the whole
 * object says when there is the object, not when it gets the flag, and is left out.
 */
export interface PassedFlag {
  flag: string
  value: string
  conditions: string[]
}

const ACTION = /\{\{-?\s*(if|else if|else|range|with|define|block|end)\b\s*(.*?)\s*-?\}\}/g
const ARGUMENT = /^\s*-\s+["']?--?([a-zA-Z][\w-]*)(?:[= ](.*?))?["']?\s*$/

/** The flags of a template's containers. */
export function passedFlags(text: string): PassedFlag[] {
  const stack: string[] = []
  const found: PassedFlag[] = []
  let outside = 0
  for (const line of text.replace(/\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}/g, '').split('\n')) {
    for (const [, word, rest] of line.matchAll(ACTION)) step(stack, word!, rest!)
    if (/^(apiVersion|kind):/.test(line)) outside = stack.length
    const argument = ARGUMENT.exec(line)
    if (argument === null) continue
    const conditions = stack.slice(Math.min(outside, stack.length)).filter((one) => one !== '')
    found.push({ flag: argument[1]!, value: (argument[2] ?? 'true').replace(/\s+/g, ' '), conditions })
  }
  return found
}

function step(stack: string[], word: string, rest: string): void {
  if (word === 'end') stack.pop()
  else if (word === 'else' || word === 'else if') {
    const denied = stack.pop() ?? ''
    stack.push(`not (${denied})${rest === '' ? '' : ` and (${rest.replace(/^if /, '')})`}`)
  } else stack.push(word === 'if' ? rest : word === 'range' ? `range ${rest}` : '')
}

function readArguments(path: string, text: string): Fact[] {
  return passedFlags(text).map(({ flag, value, conditions }) => ({
    area: 'argument' as const,
    key: flag,
    value: [value, ...conditions].join(' | '),
    path,
  }))
}
