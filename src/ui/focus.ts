/**
 * Usage in the columns of FOCUS 1.2 (the FinOps Open Cost and Usage Specification), as CSV: one row a resource, with the
 * lower bound as the billed cost, and the bounds beside it in columns of our own, which FOCUS wants to begin with `x_`.
 */
import type { UsageItem, UsageList } from '../domain/usage/answer.ts'
import { renderCsv, type CsvValue } from './csv.ts'

const COLUMNS: readonly [name: string, value: (item: UsageItem, list: UsageList) => CsvValue][] = [
  ['BilledCost', (item) => item.cost?.lower ?? 0],
  ['BillingCurrency', (item) => item.cost?.currency ?? 'XXX'],
  ['BillingPeriodStart', (_, list) => monthStart(list.summary.period.from, 0)],
  ['BillingPeriodEnd', (_, list) => monthStart(list.summary.period.to, 1)],
  ['ChargeCategory', () => 'Usage'],
  ['ChargeDescription', (item) => `${item.resource} ${item.kind} (${item.status})`],
  ['ChargePeriodStart', (item, list) => item.window?.from ?? list.summary.period.from],
  ['ChargePeriodEnd', (item, list) => item.window?.to ?? list.summary.period.to],
  ['ConsumedQuantity', (item) => item.lower],
  ['ConsumedUnit', (item) => item.unit],
  ['ContractedCost', (item) => item.cost?.lower ?? 0],
  ['EffectiveCost', (item) => item.cost?.lower ?? 0],
  ['InvoiceIssuerName', () => 'internal'],
  ['ListCost', (item) => item.cost?.lower ?? 0],
  ['PricingQuantity', (item) => item.lower],
  ['PricingUnit', (item) => item.unit],
  ['ProviderName', () => 'Apache YuniKorn'],
  ['PublisherName', () => 'Apache YuniKorn'],
  ['ResourceId', (item) => item.by['app'] ?? ''],
  ['ResourceType', () => 'Spark application'],
  ['ServiceCategory', () => 'Analytics'],
  ['ServiceName', () => 'Spark on Kubernetes'],
  ['SkuId', (item) => [item.by['instanceType'], item.resource].filter(Boolean).join('/')],
  ['SubAccountId', (item) => item.by['queue'] ?? ''],
  ['Tags', (item) => JSON.stringify(item.by)],
  ['x_Kind', (item) => item.kind],
  ['x_LowerQuantity', (item) => item.lower],
  ['x_UpperQuantity', (item) => item.upper],
  ['x_LowerCost', (item) => item.cost?.lower],
  ['x_UpperCost', (item) => item.cost?.upper],
  ['x_Status', (item) => item.status],
]

/** The lines of the file, header first. */
export function focusRows(list: UsageList): AsyncGenerator<string> {
  return renderCsv(
    COLUMNS.map(([name]) => name),
    list.items.map((item) => COLUMNS.map(([, value]) => value(item, list))),
  )
}

/** The first moment of the month of a time, so many months later. */
function monthStart(time: string, months: number): string {
  const date = new Date(time)
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1)).toISOString()
}
