/**
 * What Go source offers: flags of the standard library and of pflag, environment variables, metrics of the Prometheus
 * client, feature gates of k8s.io/component-base, configuration keys, and constants that other files refer to.
 */
import type { SyntaxNode } from '@lezer/common'
import type { Fact } from '../facts.ts'
import { argumentsOf, children, eachNode, type GoSource, parseGo, stringOf, textOf } from './go-syntax.ts'

export interface GoFacts {
  facts: Fact[]
  /** String constants of the file, values may refer to others. */
  constants: [name: string, value: string][]
  errorLine: number | undefined
  source: GoSource
}

/** `flag.StringVar(&x, "name", "default", "usage")`, `cmd.Flags().BoolP("name", "n", false, "usage")`, … */
const FLAG_METHOD =
  /^(?:(?:String|Bool|U?[Ii]nt(?:8|16|32|64)?|Float(?:32|64)?|Duration|IP|IPNet|IPMask|Count|Bytes(?:Hex|Base64)|Text|Func|BoolFunc)(?:Slice|Array)?|StringTo(?:String|Int|Int64))?(Var)?(P)?$/
/** What flags are defined on: the packages, a flag set of a command, a variable named for what it is. */
const FLAG_RECEIVER = /(^|\.)(flag|pflag|flags|fs|flagset|(Persistent|Local)?Flags\(\)|CommandLine)$|flag_?set$|flags$/i
const METRIC_OPTIONS = /^(Counter|Gauge|Histogram|Summary|Untyped|)Opts$/
const METRIC_CALL = /^(?:New|Must)\w*(Counter|Gauge|Histogram|Summary)(?:Vec|Func)?$/
const GATE_TYPE = /(^|\.)Feature$/
/** Keys that a user can write: `spark.kubernetes.driver.label.`, `example.io/submission-id`. */
const CONFIGURATION_KEY = /^[a-z][a-z0-9-]*(\.[a-zA-Z0-9-]+)+(\.|\/[a-zA-Z0-9][\w.-]*)?$/
const FILE_NAME =
  /\.(ya?ml|json|go|md|txt|crt|key|pem|sh|properties|conf|xml|tpl|jar|py|toml|log|csv|tmpl|local|com|org)$/

const NAMES = new Set(['CallExpr', 'TypedLiteral', 'ConstSpec'])

/** Reads one file. `binary` names the program its flags belong to. */
export function readGoFacts(path: string, text: string, binary: string): GoFacts {
  const source = parseGo(text)
  const found: GoFacts = { facts: [], constants: [], errorLine: source.errorLine, source }
  eachNode(source, NAMES, (node) => {
    if (node.name === 'ConstSpec') readConstants(found, path, node)
    else if (node.name === 'TypedLiteral') readMetricOptions(found, path, node)
    else readCall(found, path, node, binary)
  })
  return found
}

function readCall(found: GoFacts, path: string, call: SyntaxNode, binary: string): void {
  const callee = call.firstChild
  if (callee === null) return
  const { source, facts } = found
  const [receiver, method] = calleeOf(source, callee)
  const given = argumentsOf(call)
  const flag = flagOf(source, receiver, method, given)
  if (flag !== undefined)
    facts.push({ area: 'flag', key: `${binary}/${flag.name}`, value: flag.value, path, doc: flag.usage })
  if (receiver === 'os' && /^(Getenv|LookupEnv)$/.test(method)) {
    const name = given[0] === undefined ? undefined : stringOf(source, given[0])
    if (name !== undefined) facts.push({ area: 'env', key: name, value: '', path })
  }
  const metric = METRIC_CALL.exec(method)
  if (metric !== null && given[0] !== undefined && given[0].name !== 'TypedLiteral') {
    const name = metricName(source, given[0])
    if (name !== undefined) facts.push({ area: 'metric', key: name, value: metric[1]!.toLowerCase(), path })
  }
}

function calleeOf(source: GoSource, callee: SyntaxNode): [receiver: string, method: string] {
  if (callee.name !== 'SelectorExpr') return ['', textOf(source, callee)]
  const method = callee.lastChild
  if (method === null) return ['', '']
  return [source.text.slice(callee.from, method.from).replace(/\s*\.\s*$/, ''), textOf(source, method)]
}

interface Flag {
  name: string
  value: string
  usage: string
}

function flagOf(source: GoSource, receiver: string, method: string, given: readonly SyntaxNode[]): Flag | undefined {
  const shape = FLAG_METHOD.exec(method)
  if (shape === null || method === '' || !FLAG_RECEIVER.test(receiver.replace(/\s+/g, ''))) return undefined
  const rest = given.slice(shape[1] === undefined ? 0 : 1)
  const name = rest[0] === undefined ? undefined : stringOf(source, rest[0])
  if (name === undefined || name === '') return undefined
  const after = rest.slice(shape[2] === undefined ? 1 : 2)
  const usage = after.at(-1)
  // flag.Var and flag.Func take no default.
  const byDefault = after.length >= 2 ? textOf(source, after[0]!).replace(/\s+/g, ' ') : ''
  return { name, value: defaultOf(source, after[0], byDefault), usage: usage ? (stringOf(source, usage) ?? '') : '' }
}

/** Defaults compare by what they mean: `[]string{}` is `[]`, a string is its text. */
function defaultOf(source: GoSource, node: SyntaxNode | undefined, text: string): string {
  if (node === undefined || text === '') return ''
  if (node.name === 'String') return stringOf(source, node) ?? text
  const time = /^(\d+) ?\* ?time\.(Hour|Minute|Second|Millisecond)$/.exec(text)
  if (time !== null) return `${time[1]}${{ Hour: 'h', Minute: 'm', Second: 's', Millisecond: 'ms' }[time[2]!]}`
  const list = /^\[\][\w.]+ ?\{(.*)\}$/.exec(text)
  if (list !== null) return `[${list[1]!.trim().replace(/,$/, '')}]`
  return node.name === 'SelectorExpr' ? text.replace(/^\w*v1\./, '') : text
}

function readMetricOptions(found: GoFacts, path: string, literal: SyntaxNode): void {
  const { source } = found
  const type = literal.firstChild
  const name = type === null ? undefined : METRIC_OPTIONS.exec(textOf(source, type).replace(/^.*\./, ''))
  if (name === null || name === undefined || !name[1]) return
  const parts = new Map<string, string>()
  for (const element of literal.getChild('LiteralValue')?.getChildren('Element') ?? []) {
    const label = element.getChild('Key')
    const value = element.lastChild
    if (label === null || value === null) continue
    const text = metricName(source, value)
    if (text !== undefined) parts.set(textOf(source, label), text)
  }
  const key = ['Namespace', 'Subsystem', 'Name'].flatMap((part) => parts.get(part) ?? []).join('_')
  if (key !== '') found.facts.push({ area: 'metric', key, value: name[1].toLowerCase(), path })
}

/** A name, or the name given to a function that makes it valid: the last argument of which anything is known. */
function metricName(source: GoSource, node: SyntaxNode): string | undefined {
  if (node.name !== 'CallExpr') return stringOf(source, node)
  const known = argumentsOf(node).flatMap((given) => stringOf(source, given) ?? [])
  return known.at(-1)
}

function readConstants(found: GoFacts, path: string, spec: SyntaxNode): void {
  const { source } = found
  const parts = children(spec)
  const names = parts.filter(({ name }) => name === 'DefName')
  const equals = parts.findIndex(({ name }) => name === '=')
  if (equals < 0) return
  const values = parts.slice(equals + 1).filter(({ name }) => name !== ',' && !name.endsWith('Comment'))
  const type = parts.slice(0, equals).find(({ name }) => name !== 'DefName' && name !== ',')
  for (const [index, name] of names.entries()) {
    const value = values[index] === undefined ? undefined : stringOf(source, values[index])
    if (value === undefined) continue
    found.constants.push([textOf(source, name), value])
    if (type !== undefined && GATE_TYPE.test(textOf(source, type))) {
      found.facts.push({ area: 'gate', key: value, value: '', path })
    }
    if (CONFIGURATION_KEY.test(value.replace(/\$\{\w+\}/g, 'x')) && !FILE_NAME.test(value)) {
      found.facts.push({ area: 'conf', key: value, value: '', path })
    }
  }
}
