// Ghosts for a picture: grouped by the dark time in which they vanished.
import type { FactStore } from '../../../ports/fact-store.ts'
import type { JudgedSpan } from '../judge/judge.ts'
import { textsOf } from '../texts.ts'
import { uidOfKey } from '../outside/pod-list.ts'
import { KEY_NAMES } from './report-sql.ts'
import type { DarkTime, Ghost, GhostGroup, GhostSummary } from './usage-report.ts'

/** Dark times with a picture, and ghosts in it; more would only be longer. */
const MOST_GROUPS = 6
const MOST_ROWS = 60
const MOST_IN_ALL = 120

/** Groups and names the ghosts among what was judged. */
export async function describeGhosts(
  store: FactStore,
  judged: readonly JudgedSpan[],
  dark: readonly DarkTime[],
  clusterName: (cluster: number) => string,
): Promise<GhostSummary> {
  const ghosts = judged.filter((span) => span.case === 'ghost')
  const byProof = { proven: 0, rule: 0, open: 0 }
  const groups = new Map<DarkTime | null, JudgedSpan[]>()
  for (const span of ghosts) {
    if (span.proof !== 'exact') byProof[span.proof]++
    const cluster = clusterName(span.lifetime.key.cluster)
    const home = dark.find((time) => time.cluster === cluster && time.to > span.e1) ?? null
    groups.set(home, [...(groups.get(home) ?? []), span])
  }
  const largest = [...groups].sort((a, b) => b[1].length - a[1].length).slice(0, MOST_GROUPS)
  const cut = cutRows(largest)
  const nameOf = await ghostNames(
    store,
    cut.flatMap(({ spans }) => spans),
  )
  const listed = cut.map(({ dark: time, count, spans }): GhostGroup => ({ dark: time, count, rows: spans.map(nameOf) }))
  listed.sort((a, b) => order(a.dark?.from) - order(b.dark?.from))
  const shown = listed.reduce((sum, group) => sum + group.rows.length, 0)
  return { count: ghosts.length, byProof, groups: listed, left: ghosts.length - shown }
}

function order(at: bigint | undefined): number {
  return at === undefined ? Infinity : Number(at)
}

interface CutGroup {
  dark: DarkTime | null
  count: number
  spans: JudgedSpan[]
}

/** Those of which least is known come first, so that a cut leaves out the tame ones. */
function cutRows(groups: readonly (readonly [DarkTime | null, JudgedSpan[]])[]): CutGroup[] {
  let room = MOST_IN_ALL
  return groups.map(([dark, spans]) => {
    const rows = [...spans].sort(widest).slice(0, Math.min(MOST_ROWS, room))
    room -= rows.length
    return { dark, count: spans.length, spans: rows.sort(latest) }
  })
}

function widest(a: JudgedSpan, b: JudgedSpan): number {
  return order(b.e2 === undefined ? undefined : b.e2 - b.e1) - order(a.e2 === undefined ? undefined : a.e2 - a.e1) || 0
}

/** A tidy staircase: by latest possible end, then by application and beginning. */
function latest(a: JudgedSpan, b: JudgedSpan): number {
  if (a.e2 !== b.e2) return order(a.e2) - order(b.e2)
  if (a.lifetime.app !== b.lifetime.app) return a.lifetime.app < b.lifetime.app ? -1 : 1
  return a.s2 < b.s2 ? -1 : 1
}

async function ghostNames(store: FactStore, spans: readonly JudgedSpan[]): Promise<(span: JudgedSpan) => Ghost> {
  const texts = await textsOf(
    store,
    spans.flatMap((span) => [span.lifetime.app, ...(span.node === undefined ? [] : [span.node])]),
  )
  const keys = spans.length === 0 ? [] : await store.rows(KEY_NAMES)
  const keyNames = new Map(keys.map(([hash, text]) => [hash as bigint, text as string]))
  return (span) => ({
    application: texts.get(span.lifetime.app) ?? '',
    allocation: keyNames.get(span.lifetime.key.k1) ?? uidOfKey(span.lifetime.key.k1, span.lifetime.key.k2),
    node: span.node === undefined ? '' : (texts.get(span.node) ?? ''),
    start: span.s2,
    lateStart: span.s1 !== span.s2,
    aliveUntil: span.e1,
    endedBy: span.e2 ?? null,
    proof: span.proof === 'exact' ? 'open' : span.proof,
    rule: span.rule,
    evidence: span.evidence,
  })
}
