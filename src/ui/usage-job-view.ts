/** What `usage submit` made, for people. */
import type { UsageJob } from '../domain/usage/submit/usage-job.ts'
import { sanitize } from './sanitize.ts'
import type { Block, View } from './view.ts'

export const usageJobView: View<UsageJob> = {
  *blocks({ store, program, files, submitted }): Generator<Block> {
    if (submitted !== null) yield `Submitted ${sanitize(submitted.namespace)}/${sanitize(submitted.name)}.`
    for (const path of files) yield `Wrote ${sanitize(path)}`
    if (submitted !== null) return
    yield `Nothing was submitted. The program has to be at ${sanitize(program)}; --apply puts it there and submits.`
    yield `When the job is done: sparkops usage compute ${sanitize(store)}`
  },
  names: ({ program }) => [program],
}
