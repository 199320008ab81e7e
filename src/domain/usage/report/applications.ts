// The applications that used most, one list for each resource.
import type { FactStore } from '../../../ports/fact-store.ts'
import { textsOf } from '../texts.ts'
import { APPLICATION_SUMS, applicationCount, topApplications } from './report-sql.ts'
import type { Bounds, TopApplications } from './usage-report.ts'

/** Applications in a picture. */
const LISTED = 15

/** app, n-th run, queue, allocations, open, lower, upper */
type TopRow = [bigint, number, number, bigint, number, bigint, bigint]

/** Finds the largest applications of each resource; `all` is what everybody used of it. */
export async function findTopApplications(
  store: FactStore,
  all: readonly Bounds[],
  queueName: (queue: number) => string,
): Promise<TopApplications[]> {
  await store.run(APPLICATION_SUMS)
  const lists: TopApplications[] = []
  for (const [resource, total] of all.entries()) {
    const rows = await store.rows(topApplications(resource, LISTED))
    const texts = await textsOf(
      store,
      rows.map((row) => row[0] as bigint),
    )
    const listed = rows.map((row) => {
      const [app, run, queue, allocations, open, lower, upper] = row as TopRow
      return {
        application: texts.get(app) ?? '',
        run,
        queue: queueName(queue),
        allocations,
        open: open > 0,
        usage: { lower, upper },
      }
    })
    const count = Number((await store.rows(applicationCount(resource)))[0]![0])
    const othersUsage = listed.reduce(
      (rest, { usage }) => ({ lower: rest.lower - usage.lower, upper: rest.upper - usage.upper }),
      { lower: total.lower, upper: total.upper },
    )
    lists.push({ rows: listed, others: count - listed.length, othersUsage })
  }
  return lists
}
