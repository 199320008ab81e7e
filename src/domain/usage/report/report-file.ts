// What is told of a report that was written: where it is, and its headline figures.
import { API_VERSION } from '../../document.ts'
import { convert, unitOf } from '../units.ts'
import { isoTime } from '../windows.ts'
import type { UsageReport } from './usage-report.ts'

/** An amount in hours of its unit. */
export interface HeadlineFigure {
  resource: string
  unit: string
  lower: bigint | number | string
  upper: bigint | number | string
}

export interface UsageReportFile {
  apiVersion: typeof API_VERSION
  kind: 'UsageReportFile'
  path: string
  bytes: number
  period: { from: string; to: string }
  applications: number
  allocations: bigint
  /** Used within the period; bounds are rounded outwards. */
  used: HeadlineFigure[]
  ghosts: number
  restarts: number
  /** Applications by verdict beside YuniKorn's own figures; null where there are none. */
  compared: Record<string, number> | null
}

/** The document for a report in a file. */
export function describeReportFile(report: UsageReport, file: { path: string; bytes: number }): UsageReportFile {
  const { headline, period, comparison } = report
  return {
    apiVersion: API_VERSION,
    kind: 'UsageReportFile',
    ...file,
    period: { from: isoTime(period.from), to: isoTime(period.to) },
    applications: headline.applications,
    allocations: headline.allocations,
    used: headline.used.map(({ resource, lower, upper }) => {
      const unit = unitOf(resource.name, 'hours')
      return {
        resource: resource.name,
        unit: unit.name,
        lower: convert(lower, unit.divisor, lower === upper ? 'nearest' : 'down'),
        upper: convert(upper, unit.divisor, lower === upper ? 'nearest' : 'up'),
      }
    }),
    ghosts: headline.ghosts,
    restarts: headline.restarts,
    compared: comparison?.counts ?? null,
  }
}
