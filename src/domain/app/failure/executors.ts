/** What became of the executors, summed up as a fact that rules can read. */
import type { KubeObject } from '../../../ports/cluster.ts'
import { isFinished } from '../../operator/discover/driver-pods.ts'
import { textAt } from '../../operator/discover/json.ts'
import { type Observation, phaseOf } from '../observation.ts'
import { firstMatch } from './match.ts'
import { type Fact, podFacts } from './facts.ts'

/** `spark.task.maxFailures` unless the job says otherwise: a task that was lost so often fails its stage. */
const DEFAULT_TRIES = 4
const SHOWN = 100

interface Death {
  cause: string
  text: string
}

/**
 * One fact, or none. Executors count as having failed the job only where as many died as a task has tries: fewer are
 * replaced by Spark, and the driver's own end says more. The status's executorState is no witness: operators write
 * FAILED for every executor that is gone once the driver failed.
 */
export function executorFacts(observation: Observation): Fact[] {
  const { object, driver, executors, application } = observation
  const name = `${application.namespace}/${application.name}`
  const fact = (text: string): Fact[] => [{ kind: 'executors', object: `executors/${name}`, field: 'status', text }]
  if (phaseOf(driver) === 'Running') {
    const stuck = mostCommon(executors.filter((pod) => !isFinished(phaseOf(pod) ?? '')).flatMap(deathOf))
    return stuck === undefined ? [] : fact(`stuck=${stuck.count} cause=${stuck.cause} (${stuck.text})`)
  }
  const tries = triesOf(object)
  const dead = [...executors.filter((pod) => phaseOf(pod) === 'Failed').flatMap(deathOf), ...deathsByEvent(observation)]
  const worst = mostCommon(dead)
  if (worst === undefined || worst.count < tries) return []
  return fact(`failed=${worst.count} tries=${tries} cause=${worst.cause} (${worst.text})`)
}

function triesOf(object: KubeObject): number {
  const tries = Number(textAt(object, 'spec', 'sparkConf', 'spark.task.maxFailures'))
  return Number.isInteger(tries) && tries > 0 ? tries : DEFAULT_TRIES
}

/** An executor that was told to go when the driver ended (143) did not fail. */
function deathOf(pod: KubeObject): Death[] {
  const facts = podFacts(pod)
  const match = firstMatch(facts)
  if (match === undefined || /^exit=143\b/.test(match.fact.text)) return []
  return [{ cause: match.rule.class, text: shortened(match.fact.text) }]
}

/** Operators write an event for each executor that fails, and pods of executors are mostly gone by then. */
function deathsByEvent({ events = [], executors }: Observation): Death[] {
  const there = new Set(executors.map(({ metadata }) => metadata.name))
  const told = new Map<string, Death>()
  for (const event of events) {
    if (textAt(event, 'reason') !== 'SparkExecutorFailed') continue
    const said = /^Executor (\S+) failed with ExitCode: (-?\d+), Reason: ([^,]*)/.exec(textAt(event, 'message') ?? '')
    if (said === null || there.has(said[1]!) || said[2] === '143') continue
    const text = `exit=${said[2]!} reason=${said[3]!}`
    const match = firstMatch([{ kind: 'driver-ended', object: '', field: '', text }])
    told.set(said[1]!, { cause: match?.rule.class ?? 'undecided', text })
  }
  return [...told.values()]
}

function mostCommon(deaths: readonly Death[]): (Death & { count: number }) | undefined {
  const groups = new Map<string, Death & { count: number }>()
  for (const death of deaths) groups.set(death.cause, { ...death, count: (groups.get(death.cause)?.count ?? 0) + 1 })
  return [...groups.values()].sort((a, b) => b.count - a.count)[0]
}

function shortened(text: string): string {
  return text
    .replace(/[\s()]+/g, ' ')
    .trim()
    .slice(0, SHOWN)
}
