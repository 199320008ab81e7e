/**
 * Objects that a chart puts into a cluster, setting by setting: as helm rendered them under the default values, or as the
 * template's text says where nothing could be rendered. What follows from the release, and what differs from one
 * rendering to the next, is left out.
 */
import { CORE_SCHEMA, load } from 'js-yaml'
import type { Fact } from '../facts.ts'
import { basename } from './paths.ts'

type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json }
type JsonMap = Record<string, Json>

/** Text that a template puts there; its expression may be written otherwise and still yield the same. */
export const BY_TEMPLATE = '(by the template)'
const PLACE = 'SPARKOPSPLACE'
const LONGEST = 200
/** Labels and notes for machines, images (the values tell those), what helm adds, and what is made anew each time. */
const UNTOLD =
  /^(metadata\.(name|namespace|labels|annotations|creationTimestamp)|(string)?[dD]ata)(\.|$)|\.metadata\.(labels|annotations)(\.|$)|\.(image|caBundle|namespace)$/
const ROLE = /^(Cluster)?Role$/

/**
 * Objects of a rendered chart, but for its roles: which rights it can ask for, under any values, its text tells. `chart` is
 * the directory that it stands in.
 */
export function readRendered(chart: string, text: string): Fact[] {
  const facts: Fact[] = []
  for (const document of text.split(/^---(?:[ \t].*)?$/m)) {
    const source = /^# Source: [^/\n]+\/(\S+)/m.exec(document)?.[1]
    const path = chart === '' ? (source ?? 'templates') : `${chart}/${source ?? 'templates'}`
    const object = parsed(document)
    if (!isRole(object)) readObject(facts, path, object, (name) => name.replace(/^release-/, ''))
  }
  return facts
}

/**
 * Objects of a template's text, its actions taken out: what it does under any values, all branches together. An object is
 * known by its file, since its name is made by the template. `onlyRoles`: of a chart that is rendered.
 */
export function readTemplateObjects(path: string, text: string, onlyRoles: boolean): Fact[] {
  const facts: Fact[] = []
  const plain = text
    .replace(/\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}/g, '')
    .split('\n')
    .filter((line) => !/^\s*(\{\{[^{}]*\}\}\s*)+$/.test(line))
    .map((line) => line.replace(/\{\{.*?\}\}/g, PLACE).replaceAll(`"${PLACE}"`, PLACE))
    .join('\n')
  for (const document of plain.split(/^---(?:[ \t].*)?$/m)) {
    const object = parsed(document)
    if (!onlyRoles || isRole(object)) readObject(facts, path, object, () => basename(path))
  }
  return facts
}

/** Undefined for what is no map; a text that is no YAML tells nothing, and nothing rests on it. */
function parsed(document: string): JsonMap | undefined {
  try {
    const found = load(document, { schema: CORE_SCHEMA, json: true })
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as JsonMap) : undefined
  } catch {
    return undefined
  }
}

function readObject(facts: Fact[], path: string, object: JsonMap | undefined, nameOf: (name: string) => string): void {
  const { kind, metadata } = object ?? {}
  if (object === undefined || typeof kind !== 'string' || !/^[A-Z]\w+$/.test(kind)) return
  if (kind === 'CustomResourceDefinition') return
  const given = isMap(metadata) && typeof metadata.name === 'string' ? metadata.name : ''
  // Keys are read by their words.
  const name = `${kind} ${nameOf(given).replace(/\s+/g, '_')}`
  const tell = (key: string, value: string): void => {
    facts.push({ area: 'rendered', key: key === '' ? name : `${name} ${key}`, value: value.slice(0, LONGEST), path })
  }
  tell('', '')
  for (const [key, value] of Object.entries(object)) {
    if (key === 'kind' || key === 'apiVersion') continue
    if (key === 'rules' && ROLE.test(kind)) tellRules(value, tell)
    else flatten(key, value, tell)
  }
}

function isRole(object: JsonMap | undefined): boolean {
  return typeof object?.kind === 'string' && ROLE.test(object.kind)
}

function tellRules(rules: Json, tell: (key: string, value: string) => void): void {
  for (const rule of Array.isArray(rules) ? rules : []) {
    if (!isMap(rule)) continue
    const verbs = textsOf(rule.verbs).sort().join(',')
    for (const group of textsOf(rule.apiGroups)) {
      for (const resource of textsOf(rule.resources)) tell(`rules ${group === '' ? 'core' : group}/${resource}`, verbs)
    }
  }
}

function textsOf(value: Json): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}

function flatten(key: string, value: Json, tell: (key: string, value: string) => void): void {
  if (UNTOLD.test(key)) return
  if (isMap(value)) {
    for (const [name, child] of Object.entries(value)) flatten(`${key}.${name}`, child, tell)
  } else if (Array.isArray(value) && value.every(isMap)) {
    for (const [index, item] of value.entries()) flattenItem(key, index, item, tell)
  } else if (Array.isArray(value) && /\.args$/.test(key)) for (const item of value) tellArgument(key, item, tell)
  // Nothing, written out, is what stands where nothing is written.
  else if (value !== null && value !== undefined) tell(key, written(value))
}

function flattenItem(key: string, index: number, item: JsonMap, tell: (key: string, value: string) => void): void {
  const place = `${key}[${typeof item.name === 'string' ? named(item.name) : index}]`
  tell(place, '')
  for (const [name, child] of Object.entries(item)) if (name !== 'name') flatten(`${place}.${name}`, child, tell)
}

function tellArgument(key: string, item: Json, tell: (key: string, value: string) => void): void {
  const text = typeof item === 'string' ? item : JSON.stringify(item)
  const [, flag, value] = /^--?([a-zA-Z][\w-]*)(?:=(.*))?$/s.exec(text) ?? []
  tell(`${key} ${flag === undefined ? written(text) : `--${flag}`}`, flag === undefined ? '' : written(value ?? 'true'))
}

function named(name: string): string {
  return name.includes(PLACE) ? '*' : name.replace(/^release-/, '')
}

function written(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null)
  return text.includes(PLACE) ? BY_TEMPLATE : text
}

function isMap(value: Json): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
