/** Whether a label selector, as an object, selects labels; null where it cannot be told. */
import { fieldsAt, listAt, textAt, textsAt } from '../discover/json.ts'

/** The server puts every namespace's name on it (NamespaceDefaultLabelName, Kubernetes 1.21 and newer). */
export const NAME_LABEL = 'kubernetes.io/metadata.name'

/** Undefined labels are those of a namespace that may not be read: then only its name is known. */
export function selectsNamespace(
  selector: unknown,
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
): boolean | null {
  const known: Readonly<Record<string, string>> = { [NAME_LABEL]: name, ...labels }
  const verdicts = requirementsOf(selector).map(({ key, operator, values }) => {
    if (labels === undefined && key !== NAME_LABEL) return null
    return holds(known[key], operator, values)
  })
  if (verdicts.includes(false)) return false
  return verdicts.includes(null) ? null : true
}

/** Namespaces that a selector names outright. */
export function namedBySelector(selector: unknown): string[] {
  return requirementsOf(selector)
    .filter(({ key, operator }) => key === NAME_LABEL && operator === 'In')
    .flatMap(({ values }) => values)
}

interface Requirement {
  key: string
  operator: string
  values: string[]
}

function requirementsOf(selector: unknown): Requirement[] {
  const labels = Object.entries(fieldsAt(selector, 'matchLabels')).map(([key, value]) => ({
    ...{ key, operator: 'In', values: [String(value)] },
  }))
  const expressions = listAt(selector, 'matchExpressions').map((one) => ({
    key: textAt(one, 'key') ?? '',
    operator: textAt(one, 'operator') ?? '',
    values: textsAt(one, 'values'),
  }))
  return [...labels, ...expressions]
}

/** apimachinery, labels.Requirement.Matches: NotIn holds for what has no such label. */
function holds(value: string | undefined, operator: string, values: readonly string[]): boolean | null {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return null
  }
}
