/** What tidying did, as a document. */
import type { Git, Oid } from '../../../ports/git.ts'
import { API_VERSION, type Document } from '../../document.ts'
import { authorOf } from '../commit/raw-commit.ts'
import type { ForkView } from '../sync/start-sync.ts'
import { refOid } from '../sync/run-store.ts'
import { tidySeries } from './tidy-series.ts'

export interface ForkTidy extends Document {
  kind: 'ForkTidy'
  start: Oid
  tip: Oid
  /** Where the tidied series is kept; null when there was nothing to do. */
  ref: string | null
  before: number
  after: number
  items: TidiedCommit[]
  left: { oid: Oid; subject: string; why: string }[]
}

export interface TidiedCommit {
  oid: Oid
  subject: string
  author: string
  rule: string
  evidence: string
  into: Oid | null
}

/** Tidies a fork's series at its old base, and keeps the result below refs/sparkops/tidy/. */
export async function tidyFork(
  git: Git,
  view: Pick<ForkView, 'series' | 'start'>,
  options: { dropEmpty: boolean },
): Promise<ForkTidy> {
  const { series, start } = view
  const { tip, tidied, left } = await tidySeries(git, series, start, options)
  const ref = tip === start ? null : `refs/sparkops/tidy/${start.slice(0, 12)}`
  if (ref !== null) await git.updateRefs([{ ref, before: (await refOid(git, ref)) ?? null, after: tip }], 'fork tidy')
  const of = (oid: Oid) => series.find((commit) => commit.oid === oid)!
  return {
    apiVersion: API_VERSION,
    kind: 'ForkTidy',
    start,
    tip,
    ref,
    before: series.length,
    after: series.length - tidied.length,
    items: tidied.map((one) => ({ ...one, subject: of(one.oid).subject, author: authorOf(of(one.oid).raw).name })),
    left: left.map((one) => ({ ...one, subject: of(one.oid).subject })),
  }
}
