/** Reads the clusters that a rollout file is to be written for. */
import { existsSync } from 'node:fs'
import { SparkopsError } from '../domain/errors.ts'
import { discover } from '../domain/operator/discover/discover.ts'
import { Sight } from '../domain/operator/discover/sight.ts'
import type { SeenEnvironment } from '../domain/rollout/init.ts'
import { readVitals } from '../domain/rollout/observe/read-vitals.ts'
import type { ReportProgress } from '../ports/progress.ts'
import type { KubeFlags } from './kube-flags.ts'
import { openCluster } from './wiring.ts'

/** `words`: NAME=CONTEXT, or one word for both. */
export async function readEnvironments(
  words: readonly string[],
  flags: KubeFlags,
  options: { now: number; signal: AbortSignal; report: ReportProgress },
): Promise<SeenEnvironment[]> {
  const environments: SeenEnvironment[] = []
  for (const word of words) {
    const equals = word.indexOf('=')
    const [name, context] = equals < 0 ? [word, word] : [word.slice(0, equals), word.slice(equals + 1)]
    const cluster = await openCluster({ ...flags, context })
    const sight = new Sight(cluster, options.signal)
    const discovery = await discover(cluster, { ...options, sight })
    const vitals = await readVitals(sight, cluster, { operator: null, now: options.now })
    environments.push({ name, context, discovery, vitals })
  }
  return environments
}

/** What people wrote into a rollout file is theirs. */
export function refuseExisting(file: string): void {
  if (!existsSync(file)) return
  throw new SparkopsError({
    code: 'SO_FILE_EXISTS',
    message: `${file} exists already`,
    why: 'a rollout file is never replaced: people write into it',
    hint: 'name another with --file',
  })
}
