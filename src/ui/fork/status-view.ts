/** How a fork stands, for people. */
import type { ForkStatus, NewerTag, StandingRun } from '../../domain/fork/status/fork-status.ts'
import { plural } from '../format.ts'
import { sanitize } from '../sanitize.ts'
import { type Column, table } from '../table.ts'
import type { Block, View } from '../view.ts'

const TAGS: readonly Column<NewerTag>[] = [
  { header: 'newer', value: (one) => one.tag, shrink: 'never' },
  { header: 'line', value: (one) => one.line },
  { header: 'commits', value: (one) => one.commits },
  { header: 'id', value: (one) => one.oid.slice(0, 12), wide: true },
]

const RUNS: readonly Column<StandingRun>[] = [
  { header: 'run', value: (run) => run.id, shrink: 'never' },
  { header: 'status', value: (run) => run.status },
  { header: 'onto', value: (run) => run.onto },
  { header: 'steps', value: (run) => `${run.done}/${run.total}` },
  { header: 'began', value: (run) => run.startedAt, wide: true },
  { header: 'note', value: (run) => (run.isOutdated ? 'the branch has moved since' : '') },
]

export const statusView: View<ForkStatus> = {
  *blocks(status): Generator<Block> {
    const { base, carried, upstream } = status
    const merges = carried.merges > 0 ? `, ${plural(carried.merges, 'merge')} among them` : ''
    yield `${sanitize(status.branch ?? status.tip.slice(0, 12))} (${status.profile}) stands on ${sanitize(base.name)} (found by ${base.how})`
    yield `it carries ${plural(carried.commits, 'commit')}${merges}, by ${plural(carried.authors, 'author')}`
    if (upstream.ahead !== null) yield `upstream’s branch has ${plural(upstream.ahead, 'commit')} more than the base`
    if (upstream.newer.length > 0) {
      yield ''
      yield table(TAGS, upstream.newer)
    }
    if (status.runs.length > 0) {
      yield ''
      yield table(RUNS, status.runs)
    }
    if (status.warnings.length > 0) yield ''
    for (const warning of status.warnings) yield `! ${warning}`
  },
  names: (status) => status.upstream.newer.map(({ tag }) => tag),
}
