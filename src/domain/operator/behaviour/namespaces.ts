/** Which namespaces an operator watches, and which of those that matter it does not. */
import { type Arguments, flagList, flagText } from './arguments.ts'

export interface NamespaceScope {
  all: boolean
  /** When not all: exactly these, and those that the selector matches. */
  names: readonly string[]
  /** A label selector over namespaces (2.5 and newer), as text. */
  selector: string | undefined
}

/**
 * 1.x has one namespace or all: the flag `namespace`, empty or absent, means all (main.go). It takes its value as one
 * name, whatever is in it. The charts from 1.2.13 on leave the flag out when more than one namespace is listed, so that
 * two listed namespaces become all of them.
 */
export function scopeOf1x(given: Arguments): NamespaceScope {
  const name = flagText(given, 'namespace')
  return name === ''
    ? { all: true, names: [], selector: undefined }
    : { all: false, names: [name], selector: undefined }
}

/**
 * 2.x has a list: none and no selector, or an empty name among them, means all (`newCacheOptions`;
 * `NewNamespaceMatcher`, pkg/util/namespace.go of 2.5). The charts write an empty name as `--namespaces=""`.
 */
export function scopeOf2x(given: Arguments): NamespaceScope {
  const names = [...new Set(flagList(given, 'namespaces'))].sort()
  const selector = flagText(given, 'namespace-selector') || undefined
  const all = names.includes('') || (names.length === 0 && selector === undefined)
  return all ? { all, names: [], selector: undefined } : { all, names, selector }
}

/** Whether a namespace is watched; undefined where its labels decide and are not known. */
export function isWatched(scope: NamespaceScope, namespace: string, matches?: boolean): boolean | undefined {
  if (scope.all || scope.names.includes(namespace)) return true
  return scope.selector === undefined ? false : matches
}

/** `all namespaces`, `a, b`, `a and those labelled team=data`. */
export function describeScope({ all, names, selector }: NamespaceScope): string {
  if (all) return 'all namespaces'
  const labelled = selector === undefined ? [] : [`those labelled ${selector}`]
  return [...(names.length > 0 ? [names.join(', ')] : []), ...labelled].join(' and ')
}
