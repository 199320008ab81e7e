/** Where a field stands in an object, and how the API server writes that. */

/** Names of fields and numbers of items, from the root. */
export type FieldPath = readonly (string | number)[]

/**
 * `spec.driver.env[0].name`: as the API server writes the path of an unknown field (`UnknownFieldPathOptions` of
 * k8s.io/apiextensions-apiserver), so that what we predict can be compared with what it says.
 */
export function formatFieldPath(path: FieldPath): string {
  let text = ''
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`
  return text
}
