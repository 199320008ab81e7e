/** Memory as Java writes it, turned into what Kubernetes reads, the way the operator does it. */
import { quantityOf } from '../quantity.ts'

const UNITS: readonly (readonly [suffix: string, by: string])[] = [
  ['kb', 'Ki'],
  ['mb', 'Mi'],
  ['gb', 'Gi'],
  ['tb', 'Ti'],
  ['pb', 'Pi'],
  ['k', 'Ki'],
  ['m', 'Mi'],
  ['g', 'Gi'],
  ['t', 'Ti'],
  ['p', 'Pi'],
]

/**
 * `3g` as `3Gi`; what is a quantity of Kubernetes stays. Undefined where the operator cannot read it, as with `3G`: it
 * finds the unit whatever its case, and takes it away only in lower case (pkg/util ConvertJavaMemoryStringToK8s…).
 */
export function kubernetesMemory(text: string): string | undefined {
  const unit = UNITS.find(([suffix]) => text.toLowerCase().endsWith(suffix))
  if (unit === undefined) return quantityOf(text) === undefined ? undefined : text
  const [suffix, by] = unit
  const converted = (text.endsWith(suffix) ? text.slice(0, -suffix.length) : text) + by
  return quantityOf(converted) === undefined ? undefined : converted
}
