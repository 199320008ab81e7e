/** The verdicts on the objects of a move: of every kind that could read otherwise afterwards, or is written. */
import type { Cluster, KubeObject } from '../../../ports/cluster.ts'
import type { ReportProgress } from '../../../ports/progress.ts'
import { textAt } from '../discover/json.ts'
import type { Sight } from '../discover/sight.ts'
import type { CrdMove } from './crd-moves.ts'
import { APPLICATION_DEFAULTS, SCHEDULE_DEFAULTS, UNTOUCHED_STATES, withDefaults } from './defaults.ts'
import { DEFINITION_STAYS, type Judgement, judgeObjects, OFFLINE } from './judge-objects.ts'
import type { Move } from './move.ts'
import { isOthers } from './others.ts'
import type { OnHeld } from './shadow.ts'
import { writesDefaults } from './steps.ts'

export interface JudgeMoveOptions {
  sight: Sight
  /** Whom to ask about objects; undefined offline. */
  server: Cluster | undefined
  signal?: AbortSignal | undefined
  sleep: (milliseconds: number) => Promise<void>
  onHeld: OnHeld
  report?: ReportProgress | undefined
}

/** Judges them kind by kind. */
export async function judgeMove(move: Move, options: JudgeMoveOptions): Promise<Judgement[]> {
  const { sight, server, signal, sleep, onHeld, report } = options
  const { kinds } = move.discovery
  const fills = writesDefaults(move)
  const judgements: Judgement[] = []
  for (const type of [kinds.application, kinds.scheduled, kinds.connect]) {
    const crd = move.crds.find(({ kind }) => kind === type?.kind)
    if (type === undefined || crd === undefined) continue
    const rules = type.kind === 'SparkApplication' ? APPLICATION_DEFAULTS : SCHEDULE_DEFAULTS
    const prepare = (object: KubeObject) =>
      fills && type.kind !== 'SparkConnect' && !isUntouched(object) && !isOthersOf(move, object)
        ? withDefaults(object, rules)
        : object
    const { now, then } = crd
    judgements.push(
      await judgeObjects({
        sight,
        type,
        now,
        then,
        prepare,
        server: isWritten(crd) ? (server ?? OFFLINE) : DEFINITION_STAYS,
        signal,
        sleep,
        onHeld,
        report,
      }),
    )
  }
  return judgements
}

function isWritten({ final, live }: CrdMove): boolean {
  return final !== undefined && live !== undefined
}

function isOthersOf({ others, discovery }: Move, { metadata: { namespace = '', labels = {} } }: KubeObject): boolean {
  return isOthers(others, { namespace, labels }, discovery.namespaces)
}

function isUntouched(object: KubeObject): boolean {
  return UNTOUCHED_STATES.includes(textAt(object, 'status', 'applicationState', 'state') ?? '')
}
