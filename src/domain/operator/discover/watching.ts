/** Which applications an installation takes up, by its arguments and the labels of namespaces. */
import type { OperatorBehaviour } from '../behaviour/behaviour.ts'
import { isWatched } from '../behaviour/namespaces.ts'

/** Labels of namespaces by name; undefined where they may not be read. */
export type NamespaceLabels = ReadonlyMap<string, Readonly<Record<string, string>>> | undefined

type Watching = Pick<OperatorBehaviour, 'namespaces' | 'labelSelector' | 'generation'>

/** Whether a namespace is watched by an installation; null where labels would decide and are not known. */
export function watches({ namespaces }: Watching, namespace: string, labels: NamespaceLabels): boolean | null {
  const { selector } = namespaces
  const own = labels?.get(namespace)
  const matches = selector === undefined || own === undefined ? undefined : matchesSelector(selector, own)
  return isWatched(namespaces, namespace, matches ?? undefined) ?? null
}

/** Whether an installation takes up an application: its namespace is watched, and its labels are selected (1.x). */
export function takesUp(
  behaviour: Watching,
  application: { namespace: string; labels: Readonly<Record<string, string>> },
  labels: NamespaceLabels,
): boolean | null {
  // In 2.x the filter is the webhook's alone.
  const selector = behaviour.generation === '1.x' ? behaviour.labelSelector : ''
  const isSelected = selector === '' ? true : matchesSelector(selector, application.labels)
  const isInside = watches(behaviour, application.namespace, labels)
  if (isSelected === false || isInside === false) return false
  return isSelected === null || isInside === null ? null : true
}

/** A label selector in its text form: `a=b,c!=d,e in (f,g),h notin (i),j,!k`; null where it cannot be read. */
export function matchesSelector(selector: string, labels: Readonly<Record<string, string>>): boolean | null {
  let all: boolean | null = true
  for (const requirement of splitRequirements(selector)) {
    const met = matchesRequirement(requirement.trim(), labels)
    if (met === false) return false
    if (met === null) all = null
  }
  return all
}

/** Commas inside parentheses separate values, not requirements. */
function splitRequirements(selector: string): string[] {
  return selector.split(/,(?![^(]*\))/).filter((part) => part.trim() !== '')
}

function matchesRequirement(requirement: string, labels: Readonly<Record<string, string>>): boolean | null {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(requirement)
  if (set !== null) {
    const values = set[3]!.split(',').map((value) => value.trim())
    const value = labels[set[1]!]
    return (value !== undefined && values.includes(value)) === (set[2] === 'in')
  }
  const equal = /^([^\s=!]+)\s*(==|=|!=)\s*(\S*)$/.exec(requirement)
  if (equal !== null) return (labels[equal[1]!] === equal[3]) === (equal[2] !== '!=')
  const absent = /^!\s*(\S+)$/.exec(requirement)
  if (absent !== null) return !(absent[1]! in labels)
  return /^\S+$/.test(requirement) ? requirement in labels : null
}
