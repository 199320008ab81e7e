/**
 * Places in a pod. A path is read by people: `spec.containers[name=spark].env[name=TZ].value`, labels with dots in
 * quotes: `metadata.labels["app.kubernetes.io/name"]`. A pattern is a path in which `*` stands for any part of a name
 * and `**` for anything deeper. JSON Pointers (RFC 6901) are for programs.
 */
import { SparkopsError } from '../errors.ts'

const PLAIN = /^[A-Za-z_][\w/-]*$/

/** The path of a field below a path. */
export function fieldPath(parent: string, name: string): string {
  if (!PLAIN.test(name)) return `${parent}[${JSON.stringify(name)}]`
  return parent === '' ? name : `${parent}.${name}`
}

/** The path of an item of a list below a path: by key, by value or by place. */
export function itemPath(parent: string, item: string): string {
  return `${parent}[${item}]`
}

/** The path that steps lead to: names of fields, places of items, the outermost first. */
export function pathOf(steps: readonly (string | number)[]): string {
  return steps.reduce<string>(
    (parent, step) => (typeof step === 'number' ? itemPath(parent, String(step)) : fieldPath(parent, step)),
    '',
  )
}

/** The pointer of a name or place below a pointer. */
export function childPointer(parent: string, name: string | number): string {
  if (typeof name === 'number' || !/[~/]/.test(name)) return `${parent}/${name}`
  return `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

const compiled = new Map<string, RegExp>()

/** Whether a path is a pattern's, or lies below it. */
export function isWithin(path: string, pattern: string): boolean {
  return patternOf(pattern).test(path)
}

/** Throws exit 65 unless the text can be a pattern; `where` says which file and field. */
export function checkPattern(pattern: string, where: string): void {
  if (/^[\w*"[][^\n]{0,500}$/.test(pattern)) return
  throw new SparkopsError({
    code: 'SO_BAD_PATH',
    message: `${where} is no path: ${JSON.stringify(pattern.slice(0, 80))}`,
    why: 'a path begins with a field, such as spec.volumes[name=data]',
    hint: 'take paths as `pods diff` prints them; * stands for any part of a name',
    exit: 'data',
  })
}

function patternOf(pattern: string): RegExp {
  const found = compiled.get(pattern)
  if (found !== undefined) return found
  const body = pattern
    .split(/(\*+)/)
    .map((part) => (part === '**' ? '.*?' : part.startsWith('*') ? '[^\\]]*?' : escapePart(part)))
    .join('')
  const made = new RegExp(`^${body}(?=$|[.[])`, 's')
  compiled.set(pattern, made)
  return made
}

/** Both ways to write a label count: `labels.team` and `labels["team"]`. */
function escapePart(part: string): string {
  const plain = part.replace(/\["([A-Za-z_][\w/-]*)"\]/g, '.$1')
  return plain.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}
