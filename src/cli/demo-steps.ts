/** The five steps of `sparkops demo`: the main job on the recordings that come with the program. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answer, type UsageList } from '../domain/usage/answer.ts'
import { compareUsage, type UsageComparison } from '../domain/usage/compare/compare-usage.ts'
import { listGhosts, type GhostList } from '../domain/usage/ghosts.ts'
import { type UsageLedger } from '../domain/usage/ledger.ts'
import { KINDS, type Question } from '../domain/usage/question.ts'
import { collectReport } from '../domain/usage/report/collect-report.ts'
import { compareForReport } from '../domain/usage/report/compare-for-report.ts'
import type { ReportProgress } from '../ports/progress.ts'
import { renderReport } from '../ui/report/page.ts'
import { writeFileWhole } from './output.ts'
import { withLedger } from './usage-flags.ts'
import { findDumps } from './usage-wiring.ts'

/** What a step found. */
export interface DemoStep {
  number: number
  title: string
  /** The command that does the same. */
  command: string
  usage?: UsageList
  ghosts?: GhostList
  comparison?: Pick<UsageComparison, 'summary'>
  report?: { path: string; bytes: number }
}

export interface DemoOptions {
  /** Folder of the program; the recordings are in its `examples`. */
  root: string
  /** Where the report goes. */
  out: string
  createdAt: string
  progress: ReportProgress
}

/** Where the report goes unless said. */
export function demoReport(): string {
  return join(tmpdir(), 'sparkops-demo.html')
}

const READING = { lenient: false, cluster: '', memory: '512MB', 'informer-latency': '0s' }
const EPSILON_NS = 5_000_000n
const BY_QUEUE: Question = {
  ...{ by: ['queue'], kinds: ['used'], resources: ['vcore', 'memory', 'nvidia.com/gpu'], units: 'hours', zone: 'UTC' },
  ...{ window: undefined, from: undefined, to: undefined, top: undefined, idle: false, prices: undefined },
}

/** Runs the steps one after the other; each is told before the next begins. */
export async function* demoSteps(options: DemoOptions): AsyncGenerator<DemoStep> {
  const { root, progress } = options
  const steady = join(root, 'examples', 'steady')
  const restart = join(root, 'examples', 'restart')
  yield await onLedger(steady, progress, async (ledger) => ({
    number: 1,
    title: 'A scheduler that stayed up: our figures are its own',
    command: 'sparkops usage compare examples/steady --summary examples/steady/summaries.log.gz',
    comparison: await comparisonOf(ledger, steady, progress),
  }))
  const steps: DemoStep[] = await onLedger(restart, progress, async (ledger) => [
    {
      number: 2,
      title: 'A scheduler that was killed: who used what, with bounds for what nobody saw',
      command: 'sparkops usage compute examples/restart --by queue --kind used',
      usage: await answer(ledger, { ...BY_QUEUE, kinds: [KINDS[0]] }),
    },
    {
      number: 3,
      title: 'The allocations whose end nobody saw',
      command: 'sparkops usage list-ghosts examples/restart',
      ghosts: await listGhosts(ledger, { withOpen: false }),
    },
    {
      number: 4,
      title: 'What the scheduler itself forgot when it restarted',
      command: 'sparkops usage compare examples/restart --summary examples/restart/summaries.log.gz',
      comparison: await comparisonOf(ledger, restart, progress),
    },
    {
      number: 5,
      title: 'The same as one page to look at',
      command: 'sparkops usage report examples/restart --summary examples/restart/summaries.log.gz',
      report: await writeReport(ledger, restart, options),
    },
  ])
  yield* steps
}

async function onLedger<Result>(
  dump: string,
  report: ReportProgress,
  work: (ledger: UsageLedger) => Promise<Result>,
): Promise<Result> {
  return await withLedger([dump], READING, { wantUsers: false, report }, work)
}

async function comparisonOf(
  ledger: UsageLedger,
  folder: string,
  progress: ReportProgress,
): Promise<{ summary: UsageComparison['summary'] }> {
  const summaries = await findDumps([join(folder, 'summaries.log.gz')])
  const options = { summaries, rest: false, epsilon: EPSILON_NS, wrap: false, lenient: false, progress }
  const { summary } = await compareUsage(ledger, options)
  return { summary }
}

async function writeReport(
  ledger: UsageLedger,
  folder: string,
  options: DemoOptions,
): Promise<{ path: string; bytes: number }> {
  const { createdAt, out, progress } = options
  const summaries = await findDumps([join(folder, 'summaries.log.gz')])
  const comparison = await compareForReport(ledger, { summaries, lenient: false, progress })
  const page = renderReport(await collectReport(ledger, { createdAt, comparison }))
  await writeFileWhole(out, [page])
  return { path: out, bytes: Buffer.byteLength(page) }
}
