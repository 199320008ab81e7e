/** One line of an answer about pods: a place, what was expected, what is there, and what that means. */
import { isMap } from './json.ts'

export type Verdict =
  'same' | 'equivalent' | 'different' | 'missing' | 'extra' | 'duplicate' | 'unmappable' | 'undecided' | 'noise'

export type Role = 'driver' | 'executor'

/** Who set a field, as far as the pod can tell. */
export interface Provenance {
  by: 'submitter' | 'admission' | 'webhook' | 'later' | 'unknown'
  /** The manager's name, the admission plugin, or why it cannot be told. */
  detail: string
}

export interface FieldRow {
  role: Role
  /** Which shape of the role: pods that are equal but for their run. */
  shape: number
  path: string
  /** Into the pod that was examined; absent where it has nothing there. */
  pointer?: string
  verdict: Verdict
  expected?: unknown
  actual?: unknown
  /** The rule that decided or explains it. */
  rule?: string
  reason?: string
  provenance?: Provenance
  /** Where the expectation comes from: a field of the application, a file. */
  source?: string
  /** Why the difference was accepted beforehand. */
  accepted?: string
}

/** What counts against a pod. Extra fields count where the caller says so. */
export const LOST: ReadonlySet<Verdict> = new Set(['different', 'missing', 'duplicate', 'unmappable'])

const SECRET =
  /pass(word|wd|phrase)?|secret|token|credential|api[._-]?key|access[._-]?key|private[._-]?key|authorization/i
/** Secrets inside a longer text: `password=…` in an option or an address, `user:password@` in an address. */
const INSIDE = [
  /((?:password|passwd|passphrase|secret|token|credential|api[._-]?key|access[._-]?key)[\w.-]*=)[^\s&;,"']+/gi,
  /(:\/\/[^\s/:@]+:)[^\s/@]+(?=@)/g,
]
/** What stands in place of a secret, here and in the files of a capture. */
export const MASK = '(masked)'

/** Whether a variable, property or option is called a secret. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name)
}

/** A value fit to be shown: what is called a secret is masked. Two masked values may still differ. */
export function shown(path: string, value: unknown): unknown {
  const variable = /\.env\[name=([^\]]*)\]/.exec(path)?.[1]
  const isSecret = variable !== undefined && isSecretName(variable) && /\](\.value)?$/.test(path)
  if (isSecret && typeof value === 'string') return MASK
  return withoutSecrets(value)
}

/** A Java option with the value of a secret property masked. */
export function shownOption(option: string): string {
  const name = /^-D[^=]+=/.exec(option)?.[0]
  return name !== undefined && isSecretName(name) ? `${name}${MASK}` : maskedInside(option)
}

function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith('-D') ? shownOption(value) : maskedInside(value)
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (!isMap(value)) return value
  const isEntry = typeof value['name'] === 'string' && typeof value['value'] === 'string'
  if (isEntry && isSecretName(value['name'] as string)) return { ...value, value: MASK }
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, withoutSecrets(child)]))
}

/** A text with the secrets inside it masked: options, addresses. */
export function maskedInside(text: string): string {
  return INSIDE.reduce((masked, secret) => masked.replace(secret, `$1${MASK}`), text)
}
