// Lists the allocations whose end nobody saw, each with its bounds, the rule they rest on and the evidence.
import { API_VERSION } from '../document.ts'
import { type JudgedSpan, type Proof } from './judge/judge.ts'
import { lastInstance } from './judge/history.ts'
import { type UsageLedger } from './ledger.ts'
import { textsOf } from './texts.ts'
import { uidOfKey } from './outside/pod-list.ts'
import { isoTime } from './windows.ts'
import { NAME } from './facts.ts'

const SECOND = 1_000_000_000n

/** An allocation whose end nobody saw. */
export interface GhostItem {
  application: string
  allocation: string
  node: string
  /** The scheduler that last knew it. */
  instance: string
  /** When it began, in RFC 3339 with nanoseconds; the latest possible time if that was not seen. */
  start: string
  /** Whole seconds that it surely lasted. */
  lowerSeconds: number
  /** Whole seconds that it lasted at most; null: nothing bounds it. As YuniKorn counts, the rest of a second is cut off. */
  upperSeconds: number | null
  lastSeen: string
  latestEnd: string | null
  proof: Exclude<Proof, 'exact'>
  rule: string
  evidence: string
  kind: 'used' | 'placeholder' | 'preempted'
  /** It was still open when the dump ended, and nothing says that it is not still running. */
  stillOpen: boolean
  cluster: string
}

export interface GhostList {
  apiVersion: typeof API_VERSION
  kind: 'GhostList'
  items: GhostItem[]
  summary: { total: number; proven: number; rule: number; open: number; stillOpen: number; contradictions: number }
}

/** The ghosts of a ledger, and, when asked, what was still open at its end. */
export async function listGhosts(ledger: UsageLedger, options: { withOpen: boolean }): Promise<GhostList> {
  const spans = ledger.judged.filter((span) => span.case === 'ghost' || (options.withOpen && span.case === 'open'))
  const names = await textsOf(
    ledger.store,
    spans.flatMap((span) => [span.lifetime.app, span.node ?? 0n]),
  )
  const keys = new Map(
    (await ledger.store.rows(`SELECT DISTINCT hash, text FROM names WHERE kind = ${NAME.key}`)).map(([hash, text]) => [
      hash as bigint,
      text as string,
    ]),
  )
  const items = spans
    .map((span) => toItem(span, ledger, { names, keys }))
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
  const count = (proof: Proof): number => items.filter((item) => item.proof === proof && !item.stillOpen).length
  return {
    apiVersion: API_VERSION,
    kind: 'GhostList',
    items,
    summary: {
      total: items.filter((item) => !item.stillOpen).length,
      proven: count('proven'),
      rule: count('rule'),
      open: count('open'),
      stillOpen: items.filter((item) => item.stillOpen).length,
      contradictions: spans.filter((span) => span.contradiction).length,
    },
  }
}

function toItem(
  span: JudgedSpan,
  ledger: UsageLedger,
  texts: { names: ReadonlyMap<bigint, string>; keys: ReadonlyMap<bigint, string> },
): GhostItem {
  const { key, app } = span.lifetime
  const instance = ledger.timeline.instances[lastInstance(span.lifetime)]
  const least = span.e1 - span.s2
  return {
    application: texts.names.get(app) ?? '',
    allocation: texts.keys.get(key.k1) ?? uidOfKey(key.k1, key.k2),
    node: span.node === undefined ? '' : (texts.names.get(span.node) ?? ''),
    instance: instance?.name ?? '',
    start: nanoTime(span.s2),
    lowerSeconds: Number((least > 0n ? least : 0n) / SECOND),
    upperSeconds: upperSeconds(span),
    lastSeen: nanoTime(span.e1),
    latestEnd: span.e2 === undefined ? null : nanoTime(span.e2),
    proof: span.proof === 'exact' ? 'open' : span.proof,
    rule: span.rule,
    evidence: span.evidence,
    kind: span.preempted ? 'preempted' : span.placeholder ? 'placeholder' : 'used',
    stillOpen: span.case === 'open',
    cluster: ledger.timeline.clusters[key.cluster] ?? '',
  }
}

function upperSeconds({ s1, e2 }: JudgedSpan): number | null {
  return e2 === undefined || s1 === undefined ? null : Number((e2 - s1) / SECOND)
}

/** RFC 3339 in UTC with all nine digits of a second. */
export function nanoTime(at: bigint): string {
  return `${isoTime(at).slice(0, 19)}.${(at % SECOND).toString().padStart(9, '0')}Z`
}
