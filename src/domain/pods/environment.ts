/** A container's environment as the container sees it: the last entry of a name, references resolved or not, options. */
import { type JsonMap, isMap, textAt } from './json.ts'
import { ENVIRONMENT } from './rules/canonical-rules.ts'

export interface FoldedEntry {
  name: string
  entry: JsonMap
  /** Where it stands in the list. */
  index: number
  rules: readonly string[]
}

const JAVA_OPTION = /^SPARK_JAVA_OPT_(\d+)$/
/** `$(NAME)`; with an even number of dollar signs before the bracket it is text: `$$(NAME)`. */
const REFERENCE = /(?<!\$)((?:\$\$)*)\$\(([A-Za-z_][\w.-]*)\)/g

/** The entries that count, one for each name; numbered Java options are left to `javaOptions`. */
export function foldEnvironment(list: readonly unknown[]): FoldedEntry[] {
  const folded = new Map<string, FoldedEntry>()
  const places = new Map<string, number>()
  const names = new Set<string>()
  for (const entry of list) names.add(nameOf(entry))
  list.forEach((entry, index) => {
    if (!isMap(entry)) return
    const name = nameOf(entry)
    if (!JAVA_OPTION.test(name)) {
      const rules = folded.has(name) ? [ENVIRONMENT.lastWins.id] : []
      folded.set(name, { name, index, rules, entry: withUnresolved(entry, names, places) })
    }
    places.set(name, index)
  })
  return [...folded.values()]
}

function nameOf(entry: unknown): string {
  const name = isMap(entry) ? entry['name'] : undefined
  return typeof name === 'string' ? name : ''
}

/** A reference to an entry that stands later is left as text by the kubelet: it must not look like one that works. */
function withUnresolved(entry: JsonMap, names: ReadonlySet<string>, earlier: ReadonlyMap<string, number>): JsonMap {
  const value = textAt(entry, 'value')
  if (value === undefined || !value.includes('$(')) return entry
  const marked = value.replace(REFERENCE, (text, escapes: string, name: string) =>
    names.has(name) && !earlier.has(name) ? `${escapes}$(${name}: set later)` : text,
  )
  return marked === value ? entry : { ...entry, value: marked }
}

/** The options behind SPARK_JAVA_OPT_<n>, in the order that the command line has them. */
export function javaOptions(list: readonly unknown[]): { option: string; index: number }[] {
  const numbered: { number: number; option: string; index: number }[] = []
  for (const [index, entry] of list.entries()) {
    const number = JAVA_OPTION.exec(nameOf(entry))?.[1]
    const option = textAt(entry, 'value')
    if (number !== undefined && option !== undefined) numbered.push({ number: Number(number), option, index })
  }
  if (numbered.length === 0) return []
  const last = new Map<string, { option: string; index: number }>()
  for (const { option, index } of numbered.sort((a, b) => a.number - b.number))
    last.set(/^-D[^=]+=/.exec(option)?.[0] ?? option, { option, index })
  return [...last.values()]
}
