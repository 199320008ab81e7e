/** Where two values differ: the topmost paths, written as the API server writes them. */
import { sameJson } from '../../plan/json.ts'
import { isFields } from '../discover/json.ts'
import { type FieldPath, formatFieldPath } from '../schema/field-path.ts'

/** Paths that are only in one, or have other values. */
export function changedPaths(before: unknown, after: unknown, path: FieldPath = []): string[] {
  if (sameJson(before, after)) return []
  if (isFields(before) && isFields(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
    return names.flatMap((name) => changedPaths(before[name], after[name], [...path, name]))
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item: unknown, index) => changedPaths(item, after[index] as unknown, [...path, index]))
  }
  return [formatFieldPath(path)]
}
