/**
 * What a chart does with a flag under conditions, where that matters: a list of which only one entry is ever passed on,
 * an environment variable that the program needs and the chart sets only sometimes. Read from templates and code, said
 * as caveats of the work that brought it.
 */
import type { Attributed } from './attributed.ts'
import type { FactChange } from './facts.ts'
import type { Delta, ReadTree, Scan } from './scan.ts'

export interface Finding {
  /** The fact whose work this belongs to, as `area:key`. */
  fact: string
  text: string
}

/** `eq (len .Values.x) 1`, `le (len $x) 1`, `lt (len $x) 2`: with two entries it does not hold. */
const ONE_ENTRY =
  /\b(?:eq|le)\s+\(\s*len\s+(\$?[.\w]+)\s*\)\s+1\b|\blt\s+\(\s*len\s+(\$?[.\w]+)\s*\)\s+2\b|\beq\s+1\s+\(\s*len\s+(\$?[.\w]+)\s*\)/

/** Everything the two trees show. */
export function findBehaviour(scan: Scan, changes: readonly Attributed[]): Finding[] {
  const before = singleFlags(scan.before)
  const after = singleFlags(scan.after)
  return [
    ...[...after].filter(([flag]) => !before.has(flag)).map(([flag, list]) => omitted(scan, flag, list)),
    ...[...before].filter(([flag]) => !after.has(flag)).flatMap(([flag, list]) => restricted(scan, flag, list)),
    ...passing(scan, before, after),
    ...unconditional(changes),
    ...environment(scan, changes),
  ]
}

/** The same between the ends only: whoever stops halfway, or comes from there, must know. */
function passing(scan: Scan, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Finding[] {
  const found: Finding[] = []
  for (const [index, delta] of scan.deltas.entries()) {
    for (const { area, key, change, after: now } of delta.facts) {
      const list = now.map((value) => ONE_ENTRY.exec(value)).find((match) => match !== null)
      if (area !== 'argument' || change === 'removed' || list === undefined || before.has(key) || after.has(key))
        continue
      const end = scan.deltas.slice(index + 1).find((later) => later.facts.some((fact) => isLoss(fact, key)))
      const plural = [...scan.after.facts.values()].find(
        (fact) => fact.area === 'flag' && fact.key.endsWith(`/${key}s`),
      )
      const name = listOf(list).replace(/^\$|^\.Values\./g, '')
      const since = plural === undefined ? '' : ` Since then the operator itself takes several, with --${key}s.`
      const text =
        `From ${delta.change.name} until ${end?.change.name ?? 'the newer end'} the chart left out -${key} with more than one ` +
        `entry in ${name}, and the operator ran without that restriction: the chart’s doing alone.${since}`
      found.push({ fact: plural === undefined ? `argument:${key}` : `flag:${plural.key}`, text })
    }
  }
  return found.filter((one, index) => found.findIndex(({ fact }) => fact === one.fact) === index)
}

function listOf(match: RegExpExecArray): string {
  return match[1] ?? match[2] ?? match[3] ?? ''
}

function isLoss({ area, key, after }: FactChange, flag: string): boolean {
  return area === 'argument' && key === flag && !after.some((value) => ONE_ENTRY.test(value))
}

/** A switch that a chart passed under a condition and now always passes, or the other way round. */
function unconditional(changes: readonly Attributed[]): Finding[] {
  return changes.flatMap(({ area, key, change, before, after }) => {
    if (area !== 'argument' || change !== 'changed') return []
    const [then, now] = [before.map(passedAs), after.map(passedAs)]
    if (![...then, ...now].every(({ value }) => value === 'true')) return []
    const [wasFree, isFree] = [
      then.some(({ condition }) => condition === ''),
      now.every(({ condition }) => condition === ''),
    ]
    if (wasFree || !isFree) return []
    const when = then.map(({ condition }) => condition).join('; or ')
    return [
      {
        fact: `argument:${key}`,
        text: `The chart always passes --${key}=true now; before, only under the condition “${when}”.`,
      },
    ]
  })
}

function passedAs(text: string): { value: string; condition: string } {
  const [value = '', ...conditions] = text.split(' | ')
  return { value, condition: conditions.join(' and ') }
}

/** Flags that a chart passes only when a list has exactly one entry: flag to the list's name. */
function singleFlags(tree: ReadTree): Map<string, string> {
  const found = new Map<string, string>()
  for (const { text, flags } of tree.passed) {
    for (const { flag, conditions } of flags) {
      const match = conditions.map((condition) => ONE_ENTRY.exec(condition)).find((one) => one !== null)
      const list = match === undefined ? undefined : listOf(match)
      if (list !== undefined) found.set(flag, valueBehind(text, list))
    }
  }
  return found
}

/** `$jobNamespaces := .Values.sparkJobNamespaces | default list` → `sparkJobNamespaces` */
function valueBehind(text: string, name: string): string {
  const assigned = new RegExp(
    `${name.replace(/[.$]/g, '\\$&')}\\s*:?=\\s*\\(?\\s*(?:default\\s+list\\s+)?\\.Values\\.([\\w.]+)`,
  )
  return (name.startsWith('$') ? assigned.exec(text)?.[1] : undefined) ?? name.replace(/^\.Values\./, '')
}

function omitted(scan: Scan, flag: string, list: string): Finding {
  const known = [...scan.after.facts.values()].find((fact) => fact.area === 'flag' && fact.key.endsWith(`/${flag}`))
  const usage = known?.doc === undefined || known.doc === '' ? '' : ` Its help says: “${known.doc}”`
  const plural = [...scan.after.facts.keys()].some((id) => id.startsWith('flag:') && id.endsWith(`/${flag}s`))
  const only = plural ? '' : ` The operator has no flag that takes several, so this is the chart’s doing alone.`
  return {
    fact: `argument:${flag}`,
    text:
      `With more than one entry in the chart’s ${list}, the chart leaves out -${flag}: the operator then runs without ` +
      `that restriction.${usage}${only}`,
  }
}

/** The other end of the same story: the program itself takes a list now. */
function restricted(scan: Scan, flag: string, list: string): Finding[] {
  const plural = [...scan.after.facts.values()].find((fact) => fact.area === 'flag' && fact.key.endsWith(`/${flag}s`))
  if (plural === undefined) return []
  return [
    {
      fact: `flag:${plural.key}`,
      text:
        `Until here the chart left out -${flag} with more than one entry in ${list}, and the operator ran without that ` +
        `restriction. From here the operator itself takes several, with --${flag}s.`,
    },
  ]
}

/** A variable that code reads and that a chart sets: told when different work did the two. */
function environment(scan: Scan, changes: readonly Attributed[]): Finding[] {
  return changes.flatMap((change) => {
    if (change.area !== 'env' || change.change !== 'added' || change.owners.length < 2) return []
    const reads = change.owners.find((owner) => tells(owner, change.key, isGo))
    const sets = change.owners.find((owner) => tells(owner, change.key, (path) => !isGo(path)))
    if (reads === undefined || sets === undefined || reads === sets) return []
    if (scan.deltas.indexOf(sets) < scan.deltas.indexOf(reads)) return []
    return [
      {
        fact: `env:${change.key}`,
        text:
          `The operator reads ${change.key} since ${reads.change.name}, but the chart sets it only since ${sets.change.name}. ` +
          'In between, and in deployments of your own that do not set it, it is empty.',
      },
    ]
  })
}

function tells(delta: Delta, name: string, of: (path: string) => boolean): boolean {
  return delta.facts.some(({ area, key, paths }) => area === 'env' && key === name && paths.some(of))
}

function isGo(path: string): boolean {
  return path.endsWith('.go')
}
