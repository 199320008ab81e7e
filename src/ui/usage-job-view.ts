/** What `usage submit` made, for people. */
import type { UsageJob } from '../domain/usage/submit/usage-job.ts'
import type { JsonMap } from '../domain/pods/json.ts'
import { sanitize } from './sanitize.ts'
import type { Block, View } from './view.ts'

export const usageJobView: View<UsageJob> = {
  *blocks({ store, program, files, submitted, application }): Generator<Block> {
    if (submitted !== null) yield `Submitted ${sanitize(submitted.namespace)}/${sanitize(submitted.name)}.`
    for (const path of files) yield `Wrote ${sanitize(path)}`
    yield needs(application)
    if (submitted !== null) return
    yield `Nothing was submitted. The program has to be at ${sanitize(program)}; --apply puts it there and submits.`
    yield `When the job is done: sparkops usage compute ${sanitize(store)}`
  },
  names: ({ program }) => [program],
}

/** What has to be there for the job to run, none of which an API server checks. */
function needs({ spec }: JsonMap): string {
  const { image, driver, batchSchedulerOptions } = spec as {
    image: string
    driver: { serviceAccount: string }
    batchSchedulerOptions?: { queue?: string }
  }
  const queue = batchSchedulerOptions?.queue
  const parts = [`the image ${image}`, `the service account ${driver.serviceAccount}`]
  return `It needs ${sanitize([...parts, ...(queue === undefined ? [] : [`the queue ${queue}`])].join(', '))}.`
}
